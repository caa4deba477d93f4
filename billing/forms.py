"""Forms of billing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.choices import CountKind, Document, Stage
from billing.models import ColumnMapping, Papers
from billing.papers import Entitlement, Said
from billing.parsing.counts import LARGEST, OWN_SETTING
from billing.stated import (
    LONGEST_DIAGNOSES,
    LONGEST_ELIGIBILITY,
    NO_ELIGIBILITY,
    diagnoses_of,
    diagnosis_faults,
    eligibility_of,
)
from core.batches import chosen
from core.errors import InvalidInput
from core.forms import (
    CleanCharField,
    HourField,
    JalaliDateField,
    JalaliMonthField,
    NarrowedSelect,
    NumberField,
    SayingForm,
)
from organisations.choices import PatientCategory, Setting
from organisations.models import Centre, Region, Unit, User
from organisations.permissions import Permission


class DeliveryForm(forms.Form):
    """A file of a hospital system for one of the user's centres."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز", empty_label="مرکز را برگزینید")
    mapping = forms.ModelChoiceField(
        ColumnMapping.objects.none(),
        label="نگاشت ستون‌ها",
        required=False,
        empty_label="خودکار، از روی سطر عنوان",
        help_text="اگر عنوان ستون‌های فایل شناخته نشد، شرکت و نسخهٔ نرم‌افزار بیمارستان را برگزینید.",
    )
    file = forms.FileField(
        label="فایل",
        # What is wrong with a file, and so that it is empty, its reader says in one sentence.
        allow_empty_file=True,
        help_text="CSV، اکسل (xlsx) یا JSON ساتا. فایل را می‌توانید روی این کادر بکشید.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.json,.jsonl"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centres = Centre.objects.visible_to(user).by_code()
        self.fields["centre"].queryset = centres
        self.fields["mapping"].queryset = ColumnMapping.objects.of_organisation(user.scope.organisation_id)
        only = list(centres[:2])
        if len(only) == 1:
            self.fields["centre"].initial = only[0]


#: Invoices that one batch may move; a page shows fewer.
BATCH_LIMIT = 1_000


class NumbersField(forms.Field):
    """Primary keys, each once, in the order sent; what is no number is left out."""

    widget = forms.MultipleHiddenInput

    def __init__(self, what: str, **kwargs: Any) -> None:
        """`what` the keys are of, in Persian, for the sentence that there are too many."""
        super().__init__(**{"label": what} | kwargs)
        self.what = what

    def to_python(self, value: Any) -> list[int]:
        try:
            return chosen(value or (), thing=self.what, limit=BATCH_LIMIT)
        except InvalidInput as refusal:
            raise ValidationError(refusal.sentence) from refusal


class BatchForm(SayingForm):
    """Some invoices: those named, or everything in the list that the address describes."""

    invoices = NumbersField("صورتحساب", required=False)
    everything = forms.BooleanField(label="همهٔ فهرست", required=False)


#: Cancelling has a page of its own: it takes the invoice's lines out of the ledger too.
GONE_TO = [(stage.value, stage.label) for stage in Stage if stage != Stage.CANCELLED]


class StageForm(BatchForm):
    """To which stage the invoices go, why, and the insurer's deadline where one sent them back."""

    to = forms.TypedChoiceField(choices=GONE_TO, coerce=int, label="مرحله")
    note = CleanCharField(label="علت", required=False, max_length=250)
    due_on = JalaliDateField(label="آخرین روز اعتراض", required=False)


class AssignForm(BatchForm):
    """Who is to be responsible for the invoices; empty is nobody."""

    assignee = forms.ModelChoiceField(User.objects.none(), label="مسئول", required=False)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people


class CloseForm(forms.Form):
    """Which month of which region, or of one centre of it, is to be closed, and why."""

    region = forms.ModelChoiceField(Region.objects.none(), label="منطقه", empty_label="منطقه را برگزینید")
    centre = forms.ModelChoiceField(
        Centre.objects.none(), label="مرکز", required=False, empty_label="همهٔ مرکزهای منطقه",
        widget=NarrowedSelect(by="region", of="region_id"),
    )  # fmt: skip
    month = JalaliMonthField(label="ماه")
    reason = CleanCharField(label="علت", max_length=250)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["region"].queryset = Region.objects.visible_to(user).by_code()
        self.fields["centre"].queryset = Centre.objects.visible_to(user).by_code()
        only = list(self.fields["region"].queryset[:2])
        if len(only) == 1:
            self.fields["region"].initial = only[0]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        region, centre = said.get("region"), said.get("centre")
        if region and centre and centre.region_id != region.pk:
            self.add_error("centre", "این مرکز در آن منطقه نیست.")
        return said

    def centres(self) -> list[Centre]:
        """The centre, or all centres of the region that the user sees."""
        if centre := self.cleaned_data["centre"]:
            return [centre]
        return list(Centre.objects.visible_to(self.user).filter(region=self.cleaned_data["region"]))


class ReasonForm(SayingForm):
    reason = CleanCharField(label="علت", max_length=250)


class ExceptionForm(forms.Form):
    """Who may book in a closed month, through which day, and why."""

    user = forms.ModelChoiceField(User.objects.none(), label="کاربر", empty_label="کاربر را برگزینید")
    until = JalaliDateField(label="تا پایان روز", help_text="حداکثر چهارده روز؛ مانند ۱۴۰۴/۰۸/۲۰.")
    reason = CleanCharField(label="علت", max_length=250)

    def __init__(self, *args: Any, centre: Centre, giver: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = writers_of(centre).exclude(pk=giver.pk)


def writers_of(centre: Centre) -> Any:
    """People whose role registers invoices and who see the centre."""
    organisation_id = centre.region.organisation_id
    return User.objects.who_may(Permission.DELIVERY_CREATE, organisation_id=organisation_id).who_see(centre)


class CancelForm(forms.Form):
    """Why an invoice is cancelled, and the version of it that the person saw."""

    reason = CleanCharField(label="علت ابطال", max_length=250)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReissueForm(forms.Form):
    number = CleanCharField(
        label="شمارهٔ صورتحساب جایگزین", max_length=60, help_text="صورتحساب تازهٔ همین بیمار در همین مرکز."
    )


class PapersForm(SayingForm):
    """Which documents lie in the patient's file, and the hours of the stay."""

    documents = forms.MultipleChoiceField(
        label="مدارک", choices=Document.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    admitted_at = HourField(label="ساعت پذیرش", required=False)
    discharged_at = HourField(label="ساعت ترخیص", required=False)
    diagnoses = CleanCharField(
        label="تشخیص‌ها (ICD-10)", required=False, max_length=LONGEST_DIAGNOSES,
        help_text="کدها با فاصله؛ نخستین، تشخیص اصلی است.",
    )  # fmt: skip
    eligibility = CleanCharField(
        label="کد استحقاق، بیمهٔ پایه", required=False, max_length=LONGEST_ELIGIBILITY
    )
    supplementary_eligibility = CleanCharField(
        label="کد استحقاق، بیمهٔ تکمیلی", required=False, max_length=LONGEST_ELIGIBILITY
    )

    @classmethod
    def of(cls, known: Papers | None, diagnoses: list[str], entitlement: Entitlement) -> PapersForm:
        """The form with what was said so far."""
        names = ("documents", "admitted_at", "discharged_at")
        initial = {name: getattr(known, name) for name in names} if known else {}
        said = {"eligibility": entitlement.basic, "supplementary_eligibility": entitlement.supplementary}
        return cls(initial=initial | said | {"diagnoses": " ".join(diagnoses)}, auto_id="papers_%s")

    def clean_diagnoses(self) -> list[str]:
        codes = diagnoses_of(self.cleaned_data["diagnoses"])
        if faults := diagnosis_faults(codes):
            raise forms.ValidationError(faults[0])
        return codes

    def clean_eligibility(self) -> str:
        return self._eligibility("eligibility")

    def clean_supplementary_eligibility(self) -> str:
        return self._eligibility("supplementary_eligibility")

    def _eligibility(self, name: str) -> str:
        said: str = self.cleaned_data[name]
        code = eligibility_of(said) if said else ""
        if code is None:
            raise forms.ValidationError(NO_ELIGIBILITY)
        return code

    def diagnoses_said(self) -> list[str] | None:
        """The diagnoses; None where the form did not send them, so that they stay as they are known."""
        return self.cleaned_data["diagnoses"] if "diagnoses" in self.data else None

    def entitlement(self) -> Entitlement | None:
        """The codes of eligibility; None where the form did not send them."""
        if "eligibility" not in self.data:
            return None
        return Entitlement(self.cleaned_data["eligibility"], self.cleaned_data["supplementary_eligibility"])

    @staticmethod
    def labels(documents: list[str]) -> list[str]:
        return [str(Document(document).label) for document in documents]

    def said(self) -> Said:
        sent = self.cleaned_data
        return Said(
            documents=tuple(Document(document) for document in sent["documents"]),
            admitted_at=sent["admitted_at"],
            discharged_at=sent["discharged_at"],
        )


class SwitchForm(SayingForm):
    """For which hospitals a rule is turned on or off, and why."""

    centres = forms.ModelMultipleChoiceField(Centre.objects.none(), label="بیمارستان‌ها")
    is_on = forms.TypedChoiceField(
        choices=[("1", "روشن"), ("0", "خاموش")], coerce=lambda value: value == "1", label="قاعده"
    )
    reason = CleanCharField(label="علت", max_length=250)

    def __init__(self, *args: Any, centres: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["centres"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = centres


def _own_centres(field: Any, user: Any) -> None:
    """Offer the user's centres; where there is only one, choose it."""
    field.queryset = Centre.objects.visible_to(user).by_code()
    only = list(field.queryset[:2])
    if len(only) == 1:
        field.initial = only[0]


class CountFileForm(forms.Form):
    """A file of what a hospital's system counted."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز", empty_label="مرکز را برگزینید")
    file = forms.FileField(
        label="فایل", help_text="CSV یا اکسل (xlsx)؛ هر سطر یک روز، یک شمارش و یک گروه بیمار.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _own_centres(self.fields["centre"], user)


class CountForm(forms.Form):
    """One count, typed."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label="مرکز", empty_label="مرکز را برگزینید")
    day = JalaliDateField(label="تاریخ")
    kind = forms.TypedChoiceField(label="شمارش", choices=CountKind.choices, coerce=int)
    setting = forms.TypedChoiceField(label="نوع مراجعه", choices=Setting.choices, coerce=int)
    category = forms.TypedChoiceField(label="گروه بیمار", choices=PatientCategory.choices, coerce=int)
    unit = forms.ModelChoiceField(Unit.objects.none(), label="بخش", required=False, empty_label="همهٔ مرکز")
    count = NumberField(label="تعداد", largest=LARGEST)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _own_centres(self.fields["centre"], user)
        units = Unit.objects.filter(centre__in=self.fields["centre"].queryset)
        self.fields["unit"].queryset = units.select_related("ward", "centre").order_by(
            "centre__code", "ward__code"
        )

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        centre, unit, kind = sent.get("centre"), sent.get("unit"), sent.get("kind")
        if centre and unit and unit.centre_id != centre.pk:
            self.add_error("unit", "این بخش از مرکز دیگری است.")
        own = OWN_SETTING.get(kind)
        if own and sent.get("setting") != own:
            self.add_error("setting", "نوع مراجعه با این شمارش سازگار نیست.")
        return sent
