"""Forms of the remittance desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from billing.claims.filters import insurers_of
from billing.claims.reasons import reasons
from billing.claims.remittances.choices import RemittanceKind
from billing.claims.remittances.layout import LAYOUT, PaidLine
from billing.claims.remittances.services.matching import Reference
from billing.claims.remittances.services.receiving import Kept
from billing.parsing.columns import Layout
from core.forms import CleanCharField, JalaliDateField, NumberField, RialField, SayingForm
from insurers.models import Insurer
from organisations.models import Centre

#: Rows of the typed form; another so many with each press of «more».
ROWS = 5
MOST_ROWS = 100
#: Letters that a field of a row shows.
WIDTHS = {
    "claim_no": 20,
    "invoice_no": 16,
    "line_no": 4,
    "code": 8,
    "amount": 13,
    "tax": 11,
    "cut": 11,
    "reason": 1,
}


NET = "آنچه به حساب می‌رسد مبلغ منهای مالیات است؛ با واریز بانک همان سنجیده می‌شود."


class HeadForm(forms.Form):
    """What every remittance says of itself. Amounts of a deduction are written above zero."""

    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="بیمه‌گر را برگزینید")
    reference = CleanCharField(label="شمارهٔ حواله یا نامه", max_length=60)
    paid_on = JalaliDateField(label="تاریخ پرداخت")
    kind = forms.ChoiceField(
        label="نوع", choices=RemittanceKind.choices, help_text="مبلغ کسر یارانهٔ ارزی را هم مثبت بنویسید."
    )
    centre = forms.ModelChoiceField(
        Centre.objects.none(), label="به حساب", required=False, empty_label="حساب سازمان"
    )
    note = CleanCharField(label="توضیح", max_length=250, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = insurers_of(user)
        centre = self.fields["centre"]
        centre.queryset = Centre.objects.visible_to(user).by_code()
        if not user.scope.whole_organisation_ids():
            centre.required, centre.empty_label = True, "مرکز را برگزینید"
            only = list(centre.queryset[:2])
            if len(only) == 1:
                centre.initial = only[0]

    def head(self) -> dict[str, Any]:
        """The arguments that both services of receiving share."""
        sent = self.cleaned_data
        names = ("insurer", "reference", "paid_on", "centre", "note")
        return {name: sent[name] for name in names} | {"kind": RemittanceKind(sent["kind"])}


class ListForm(HeadForm):
    """An insurer's own list, by the headers kept for the insurer."""

    file = forms.FileField(
        label="فهرست پرداخت",
        help_text="CSV یا اکسل (xlsx)؛ هر سطر یک پرداخت. یک سطر نادرست همهٔ فهرست را برمی‌گرداند.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )  # fmt: skip
    amount = RialField(
        label="مبلغ حواله", required=False,
        help_text="پیش از مالیات. اگر ننویسید، جمع فهرست است؛ آنچه بیش از فهرست رسیده بی‌تطبیق می‌ماند."
    )  # fmt: skip
    tax = RialField(
        label="مالیات تکلیفی", required=False, help_text=f"اگر ننویسید، جمع ستون مالیات فهرست است. {NET}"
    )


class TypedForm(HeadForm):
    """A remittance typed from the insurer's letter, with the letter itself."""

    amount = RialField(label="مبلغ", help_text="پیش از مالیات")
    tax = RialField(
        label="مالیات تکلیفی", required=False,
        help_text=f"اگر ننویسید، جمع مالیات ردیف‌هاست. {NET}"
    )  # fmt: skip
    letter = forms.FileField(
        label="نامه یا فیش", help_text="PDF، تصویر PNG یا JPEG، یا سند Word؛ تا ده مگابایت.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.docx"}),
    )  # fmt: skip

    def kept(self) -> Kept:
        letter = self.cleaned_data["letter"]
        return Kept(letter, letter.name)

    @property
    def sign(self) -> int:
        return -1 if self.cleaned_data["kind"] == RemittanceKind.SUBSIDY else 1


class RowForm(forms.Form):
    """One row of the letter; what is empty was not said."""

    claim_no = CleanCharField(label="شمارهٔ مطالبه", max_length=60, required=False)
    invoice_no = CleanCharField(label="شمارهٔ صورتحساب", max_length=60, required=False)
    line_no = NumberField(label="سطر", required=False, largest=2**31 - 1)
    code = CleanCharField(label="کد خدمت", max_length=20, required=False)
    amount = RialField(label="مبلغ", required=False)
    tax = RialField(label="مالیات", required=False)
    cut = RialField(label="کسر", required=False)
    reason = forms.ChoiceField(label="علت کسر", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "—"), *((r.code, r.title) for r in reasons())]
        for name, bound in self.fields.items():
            bound.widget.attrs |= {
                "aria-label": f"{bound.label}، ردیف {int(str(self.prefix).split('-')[-1]) + 1}",
                "size": WIDTHS.get(name, 10),
            }

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if self.has_changed() and not self.errors and not (sent.get("amount") or sent.get("cut")):
            self.add_error("amount", "مبلغ یا کسر را بنویسید.")
        if sent.get("cut") and not sent.get("reason"):
            self.add_error("reason", "علت کسر را برگزینید.")
        return sent

    def line(self, sign: int) -> PaidLine:
        sent = self.cleaned_data
        return PaidLine(
            amount=sign * (sent["amount"] or 0), claim_no=sent["claim_no"], invoice_no=sent["invoice_no"],
            line_no=sent["line_no"] or None, code=sent["code"], tax=sign * (sent["tax"] or 0), cut=sent["cut"] or 0,
            reason=sent["reason"],
        )  # fmt: skip


Rows = forms.formset_factory(RowForm, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class ColumnsForm(forms.Form):
    """Under which header the sender's list has each of our columns; empty: found by our own names."""

    layout: ClassVar[Layout] = LAYOUT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in self.layout:
            known = "، ".join(column.also[:3])
            self.fields[column.name] = CleanCharField(
                label=column.label,
                max_length=100,
                required=False,
                help_text=f"خودبه‌خود شناخته می‌شود: {known}",
            )


class AssignForm(SayingForm):
    """Where open money belongs, by hand."""

    claim_no = CleanCharField(label="شمارهٔ مطالبه", max_length=60, required=False)
    invoice_no = CleanCharField(label="شمارهٔ صورتحساب", max_length=60, required=False)
    line_no = NumberField(label="شمارهٔ سطر", required=False, largest=2**31 - 1)
    code = CleanCharField(label="کد خدمت", max_length=20, required=False)
    amount = RialField(label="مبلغ", required=False, help_text="اگر ننویسید، همهٔ آنچه مانده.")

    def reference(self) -> Reference:
        sent = self.cleaned_data
        return Reference(sent["claim_no"], sent["invoice_no"], sent["line_no"] or None, sent["code"])


class ReturnForm(SayingForm):
    note = CleanCharField(label="نامه یا حوالهٔ برگشت", max_length=250)


class ReasonForm(SayingForm):
    reason = CleanCharField(label="علت", max_length=250)
