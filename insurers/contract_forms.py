"""Forms of contracts: the head, what is agreed, a step with its letter, a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

from core.forms import CleanCharField, JalaliDateField, KeptCharField, NumberField, PercentBpField, RialField
from insurers.choices import (
    OVER_EARLY,
    Awaited,
    BillFact,
    Condition,
    ContractKind,
    ContractState,
    FileKind,
    InsurerKind,
)
from insurers.models import Contract, ContractTerms, Fund, Insurer
from insurers.services.contract_rows import Letter
from insurers.services.contracts import WITH_DAY, WITH_NOTE, needs_letter, resumes
from organisations.choices import Sector
from organisations.models import Centre
from tariffs.choices import ServiceGroup
from tariffs.fields import ServiceField, choice
from tariffs.kinds import SETTINGS

ALL_CONDITIONS = Condition.choices
ONE_DAY = dt.timedelta(days=1)


class ContractForm(forms.Form):
    """The head of a draft and its centres; days are given by the first and the last one."""

    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="برگزینید")
    number = CleanCharField(label="شمارهٔ قرارداد", max_length=60)
    title = CleanCharField(label="عنوان", max_length=200)
    first_on = JalaliDateField(label="قرارداد از روز")
    last_on = JalaliDateField(label="قرارداد تا پایان روز")
    centres = forms.ModelMultipleChoiceField(
        Centre.objects.none(), label="مرکزها", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = (
            Insurer.objects.filter(organisation_id=organisation_id)
            .exclude(kind=InsurerKind.SELF)
            .order_by("kind", "name", "pk")
        )
        self.fields["centres"].queryset = (
            Centre.objects.of_organisation(organisation_id).select_related("region").by_code()
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_on"), data.get("last_on")
        if first and last:
            if last < first:
                self.add_error("last_on", "پایان قرارداد پیش از آغاز آن است.")
            else:
                data["valid"] = DateRange(first, last + ONE_DAY)
        return data

    @staticmethod
    def of(contract: Contract) -> dict[str, Any]:
        """Initial values of a contract."""
        return {
            "insurer": contract.insurer_id,
            "number": contract.number,
            "title": contract.title,
            "first_on": contract.valid.lower,
            "last_on": contract.valid.upper - ONE_DAY,
            "centres": list(contract.covered.values_list("centre_id", flat=True)),
        }


class TermsForm(forms.Form):
    """Numbers of a version, each with its clause; empty means as the law says."""

    is_in_pairs = True

    clause = KeptCharField(label="بند قرارداد", max_length=200, required=False)
    submission_days = NumberField(
        label="مهلت ارسال اسناد (روز)", required=False, largest=1_000, help_text="پس از پایان ماه."
    )
    objection_days = NumberField(label="مهلت اعتراض (روز)", required=False, largest=1_000)
    on_account_bp = PercentBpField(label="علی‌الحساب (درصد)", required=False, largest=10_000)
    on_account_days = NumberField(
        label="مهلت علی‌الحساب (روز)", required=False, largest=1_000, help_text="پس از ارسال."
    )
    rest_months = NumberField(label="مهلت مانده (ماه)", required=False, largest=60, help_text="پس از ارسال.")
    late_penalty_bp = PercentBpField(label="خسارت دیرکرد (درصد در سال)", required=False, largest=100_000)
    withholding_bp = PercentBpField(label="مالیات تکلیفی (درصد)", required=False, largest=10_000)

    NUMBERS = (
        "submission_days",
        "objection_days",
        "on_account_bp",
        "on_account_days",
        "rest_months",
        "late_penalty_bp",
        "withholding_bp",
    )
    CLAUSES = tuple(f"{name}_clause" for name in NUMBERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers, self.fields = self.fields, {"clause": self.fields["clause"]}
        self.fields["clause"].help_text = "برای عددهایی که بند خود را ندارند."
        for name, clause in zip(self.NUMBERS, self.CLAUSES, strict=True):
            label = ContractTerms._meta.get_field(clause).verbose_name
            self.fields |= {
                name: numbers[name],
                clause: KeptCharField(label=label, max_length=200, required=False),
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, clause in zip(self.NUMBERS, self.CLAUSES, strict=True):
            if data.get(clause) and data.get(name) is None and name not in self.errors:
                self.add_error(clause, "این بند عددی ندارد؛ عدد آن را هم بنویسید.")
        return data


class AmendmentForm(forms.Form):
    from_on = JalaliDateField(label="الحاقیه از روز")
    letter = CleanCharField(label="شمارهٔ نامه یا الحاقیه", max_length=80)


class FundField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Fund) -> str:
        return obj.name


class CoverForm(forms.Form):
    """What the insurer pays of a kind of service; «همه» in a dimension means any."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = Fund.objects.filter(insurer_id=contract.insurer_id).order_by("name", "pk")
        of_rest = "مانده پس از بیمهٔ پایه" if contract.kind == ContractKind.SUPPLEMENTARY else "تعرفهٔ مبنا"
        self.fields |= {
            "fund": FundField(funds, label="صندوق", required=False, empty_label="همه"),
            "setting": choice("نوع مراجعه", SETTINGS)(0),
            "group": choice("گروه خدمت", ServiceGroup.choices)(0),
            "condition": choice("شرط", ALL_CONDITIONS)(0),
            "service": ServiceField(contract.organisation_id, label="خدمت", required=False),
            "is_covered": forms.BooleanField(label="در تعهد", required=False, initial=True),
            "base_sector": choice("تعرفهٔ مبنا", Sector.choices)(0),
            "share_bp": PercentBpField(
                label=f"سهم بیمه (درصد {of_rest})",
                required=False,
                largest=10_000,
                help_text="ردیفی که خدمت را نام ببرد بر ردیف‌های گروه پیشی دارد؛ درصد آن را هم بنویسید.",
            ),
            "discount_bp": PercentBpField(
                label="تخفیف (درصد)", required=False, largest=10_000, initial=0, help_text="از مبلغ بیمه‌گر."
            ),
            "ceiling": RialField(label="سقف هر صورتحساب", required=False, help_text="خالی یعنی بی‌سقف."),
            "clause": KeptCharField(
                label="بند قرارداد", max_length=200, required=False, help_text="خالی یعنی بند شرایط نسخه."
            ),
            "note": CleanCharField(label="توضیح", max_length=200, required=False),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_covered") and data.get("service") and not data.get("share_bp"):
            self.add_error(
                "share_bp", "سهم بیمه از این خدمت را بنویسید؛ اگر چیزی نمی‌پردازد «در تعهد» را بردارید."
            )
        for name in ("share_bp", "discount_bp"):
            data[name] = data.get(name) or 0
        if not data.get("is_covered") and data["share_bp"]:
            self.add_error("share_bp", "خدمت بیرون از تعهد سهمی ندارد؛ صفر بنویسید.")
        return data


class CeilingForm(forms.Form):
    """At most so many rials for a person and a contract year."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {
            "cover": CleanCharField(label="نام پوشش", max_length=80),
            "setting": choice("نوع مراجعه", SETTINGS)(0),
            "group": choice("گروه خدمت", ServiceGroup.choices)(0),
            "condition": choice("شرط", ALL_CONDITIONS)(0),
            "amount": RialField(label="سقف هر نفر در سال (ریال)"),
        }

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if not amount:
            raise ValidationError("سقف صفر یعنی بیرون از تعهد؛ آن را در تعهدها بنویسید.")
        return amount


class DocumentForm(forms.Form):
    """A document that goes with each file."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {
            "name": CleanCharField(label="مدرک", max_length=120),
            "setting": choice("نوع مراجعه", SETTINGS)(0),
            "is_original": forms.BooleanField(label="اصل مدرک لازم است", required=False),
            "fact": forms.ChoiceField(
                label="در صورتحساب الکترونیکی",
                required=False,
                choices=[("", "—"), *BillFact.choices],
                help_text="صورتحسابی که این را ندارد به مطالبه نمی‌رود و در کنارگذاشته‌ها می‌آید.",
            ),
        }


class CentreField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Centre) -> str:
        return f"{obj.name}، {obj.region.name}"


class CentreChangeForm(forms.Form):
    """A centre that joins or leaves the contract with the amendment."""

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Centre.objects.of_organisation(contract.organisation_id).select_related("region").by_code()
        self.fields |= {
            "centre": CentreField(centres, label="مرکز", empty_label="برگزینید"),
            "is_leaving": forms.TypedChoiceField(
                label="با این الحاقیه",
                choices=[("", "افزوده می‌شود"), ("1", "بیرون می‌رود")],
                coerce=bool,
                empty_value=False,
                required=False,
            ),
            "clause": KeptCharField(label="بند الحاقیه", max_length=200, required=False),
        }


ROW_FORMS = {
    "covers": CoverForm,
    "ceilings": CeilingForm,
    "documents": DocumentForm,
    "centre_changes": CentreChangeForm,
}


#: Of what the day of a step is the first, or what happened on it.
DAYS = {
    ContractState.SIGNED: "روز امضا",
    ContractState.SUSPENDED: "تعلیق از روز",
    ContractState.ENDED: "خاتمه از روز (دیگر به شمار نمی‌آید)",
}
RESUMED = "از سرگیری از روز"


class StepForm(forms.Form):
    """A step of a contract: fields that the step does not use are left out."""

    effective_on = JalaliDateField(label="از روز")
    number = CleanCharField(
        label="شمارهٔ قرارداد نزد بیمه‌گر",
        max_length=60,
        required=False,
        help_text="خالی یعنی همان شمارهٔ پیش‌نویس.",
    )
    letter_number = CleanCharField(label="شمارهٔ نامه", max_length=80)
    letter_on = JalaliDateField(label="تاریخ نامه")
    note = CleanCharField(label="توضیح", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    is_sure = forms.BooleanField(label="می‌دانم که بازنمی‌گردد")

    def __init__(self, *args: Any, contract: Contract, to: ContractState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        again = resumes(contract, to)
        if to in WITH_DAY or again:
            self.fields["effective_on"].label = RESUMED if again else DAYS[to]
        else:
            del self.fields["effective_on"]
        if not (to in OVER_EARLY and contract.activated_at):
            del self.fields["is_sure"]
        if to != ContractState.SIGNED:
            del self.fields["number"]
        for name in ("letter_number", "letter_on"):
            self.fields[name].required = needs_letter(contract, to)
        self.fields["note"].required = to in WITH_NOTE or again

    def letter(self) -> Letter:
        data = self.cleaned_data
        return Letter(data.get("letter_number", ""), data.get("letter_on"), data.get("note", ""))


class FollowUpForm(forms.Form):
    """A call or a letter that moves nothing: what came of it, and who is awaited."""

    awaits = forms.TypedChoiceField(label="در انتظار", choices=Awaited.choices, coerce=int)
    letter_number = CleanCharField(label="شمارهٔ نامه", max_length=80, required=False)
    letter_on = JalaliDateField(label="تاریخ نامه", required=False)
    note = CleanCharField(label="نتیجهٔ پیگیری", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def letter(self) -> Letter:
        data = self.cleaned_data
        return Letter(data["letter_number"], data["letter_on"], data["note"])


class FileForm(forms.Form):
    kind = forms.TypedChoiceField(label="نوع", choices=FileKind.choices, coerce=int)
    file = forms.FileField(
        label="فایل", help_text="PDF، تصویر PNG یا JPEG، یا سند Word (docx)؛ تا ۱۰ مگابایت."
    )
