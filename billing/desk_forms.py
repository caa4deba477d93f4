"""The fields of an invoice as the desk draws them; what is typed is read by the parser of every import."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.calculator_forms import CONDITIONS
from billing.choices import Document, IdentityKind, Referral
from billing.desk.document import HEADER
from billing.models import Draft
from insurers.choices import InsurerKind
from insurers.models import Fund
from organisations.choices import Setting
from organisations.models import Centre, Unit

DAY, HOUR = "۱۴۰۳/۰۷/۰۱", "۱۴:۳۰"
#: Fields in the order the keyboard goes through them, by the heading they stand under.
GROUPS = (
    ("بیمار", ("id_kind", "patient_id", "birth_order", "patient_name", "personnel_no", "relation_no", "record_no")),
    ("پذیرش", (
        "number", "setting", "ward", "condition", "admitted_on", "admitted_at", "discharged_on", "discharged_at",
    )),
    ("پرداخت‌کنندگان به ترتیب", ("fund", "eligibility", "supplementary", "supplementary_eligibility", "patient_paid")),
    ("تشخیص و ارجاع", ("diagnoses", "referral", "referred_by", "referred_from")),
    ("مدارک در پرونده", tuple(Document.values)),
)  # fmt: skip


class HeaderForm(forms.Form):
    """Labels, choices and help of the fields of an invoice; it never checks anything itself."""

    number = forms.CharField(
        label="شمارهٔ صورتحساب", required=False, help_text="خالی بماند، سامانه شماره می‌دهد."
    )
    id_kind = forms.ChoiceField(label="نوع شناسه", choices=IdentityKind.choices)
    patient_id = forms.CharField(label="شناسهٔ بیمار")
    birth_order = forms.CharField(label="نوبت تولد (خالی: یک)")
    patient_name = forms.CharField(label="نام بیمار", required=False)
    personnel_no = forms.CharField(label="شمارهٔ پرسنلی", required=False)
    relation_no = forms.CharField(label="ردیف خانواده", required=False)
    record_no = forms.CharField(label="شمارهٔ پرونده", required=False)
    setting = forms.ChoiceField(label="نوع مراجعه", choices=Setting.choices)
    admitted_on = forms.CharField(label="تاریخ پذیرش")
    discharged_on = forms.CharField(label="تاریخ ترخیص")
    condition = forms.ChoiceField(label="علت مراجعه", choices=CONDITIONS)
    admitted_at = forms.CharField(label="ساعت پذیرش", required=False)
    discharged_at = forms.CharField(label="ساعت ترخیص", required=False)
    patient_paid = forms.CharField(label="پرداختی بیمار (ریال)", required=False)
    diagnoses = forms.CharField(
        label="تشخیص‌ها (ICD-10)", required=False, help_text="کدها با فاصله؛ نخستین، تشخیص اصلی است."
    )
    eligibility = forms.CharField(label="کد استحقاق، بیمهٔ پایه", required=False)
    supplementary_eligibility = forms.CharField(label="کد استحقاق، بیمهٔ تکمیلی", required=False)
    referral = forms.ChoiceField(label="مسیر ارجاع", choices=Referral.choices)
    referred_by = forms.CharField(label="نظام پزشکی ارجاع‌دهنده", required=False)
    referred_from = forms.CharField(label="مرکز ارجاع‌دهنده", required=False)
    reason = forms.CharField(label="علت اصلاح")

    def __init__(self, *, draft: Draft) -> None:
        super().__init__(auto_id="desk-%s", use_required_attribute=False)
        centre, self.why = draft.centre, "صدور مجدد" if draft.is_reissue else "اصلاح"
        funds = Fund.objects.of_organisation(centre.region.organisation_id)
        named = list(funds.select_related("insurer").order_by("insurer__name", "name", "pk"))
        extra = [f for f in named if f.insurer.kind == InsurerKind.SUPPLEMENTARY]
        basic = [f for f in named if f.insurer.kind != InsurerKind.SUPPLEMENTARY]
        self.fields["fund"] = forms.ChoiceField(
            label="نخست: بیمهٔ پایه", choices=_options(basic, "انتخاب کنید")
        )
        self.fields["supplementary"] = forms.ChoiceField(
            label="سپس: بیمهٔ تکمیلی", choices=_options(extra, "ندارد"), required=False
        )
        self.fields["ward"] = forms.ChoiceField(
            label="بخش", choices=[("", "—"), *wards_of(centre)], required=False
        )
        if draft.is_reissue:
            self.fields["reason"].label = "علت ابطال صورتحساب پیشین"
        for paper in Document:
            self.fields[paper.value] = forms.BooleanField(label=paper.label, required=False)
        if not draft.asks_reason:
            del self.fields["reason"]
        for name, field in self.fields.items():
            field.widget.attrs |= self._attributes(name)
        if draft.is_correction:
            self.fields["number"].widget.attrs["readonly"] = True
            self.fields["number"].help_text = ""

    @staticmethod
    def _attributes(name: str) -> dict[str, Any]:
        attributes: dict[str, Any] = {"data-field": name, "autocomplete": "off"}
        if name in ("admitted_on", "discharged_on"):
            attributes |= {"placeholder": DAY, "inputmode": "numeric"}
        if name in ("admitted_at", "discharged_at"):
            attributes |= {"placeholder": HOUR, "inputmode": "numeric"}
        if name in ("patient_paid", "personnel_no", "relation_no", "birth_order"):
            attributes["inputmode"] = "numeric"
        return attributes | {"maxlength": HEADER[name]}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Bound fields under their headings; a correction begins with its reason."""
        found = [(title, [self[name] for name in names]) for title, names in GROUPS]
        return [(self.why, [self["reason"]]), *found] if "reason" in self.fields else found


def _options(funds: list[Fund], none: str) -> list[tuple[str, str]]:
    return [("", none), *((fund.code, f"{fund.insurer.name}، {fund.name}") for fund in funds)]


def wards_of(centre: Centre) -> list[tuple[str, str]]:
    """Codes and names of the wards the centre has."""
    return list(
        Unit.objects.filter(centre=centre).order_by("ward__code").values_list("ward__code", "ward__name")
    )
