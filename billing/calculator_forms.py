"""What the calculator asks, on its page and through the API: one definition for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.calculator import Item, Question
from core import display
from core.forms import JalaliDateField, MilliField, NamedChoiceField, NumberField, PercentBpField
from core.money import BASIS_POINTS, MILLI
from insurers.choices import Condition, InsurerKind
from insurers.kinds import FundField
from insurers.models import Fund
from organisations.choices import PhysicianStatus, Sector, Setting
from organisations.models import Centre
from tariffs.choices import Part
from tariffs.fields import ServiceField
from tariffs.models import MultipleSurgery

GRADES = [(grade, display.fixed(grade, 0)) for grade in (1, 2, 3, 4)]
CONDITIONS = [choice for choice in Condition.choices if choice[0] != Condition.ANY]
PARTS = [("", Part.WHOLE.label), *((p.value, p.label) for p in Part if p != Part.WHOLE)]
MOST_MINUTES = 100_000
QUANTITY = "تعداد را بیش از صفر و با حداکثر سه رقم اعشار بنویسید؛ مانند ۳٫۸."


class QuestionForm(forms.Form):
    """The invoice: its day, place and payers."""

    service_on = JalaliDateField(label="تاریخ خدمت")
    setting = forms.TypedChoiceField(label="نوع مراجعه", choices=Setting.choices, coerce=int)
    sector = forms.TypedChoiceField(label="بخش مرکز", choices=Sector.choices, coerce=int)
    grade = forms.TypedChoiceField(label="درجهٔ مرکز", choices=GRADES, coerce=int)
    condition = forms.TypedChoiceField(label="شرط پوشش", choices=CONDITIONS, coerce=int)
    physician_status = forms.TypedChoiceField(
        label="وضعیت پزشک", choices=PhysicianStatus.choices, coerce=int, initial=PhysicianStatus.OTHER
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funds = (
            Fund.objects.visible_to(user).select_related("insurer").order_by("insurer__name", "name", "pk")
        )
        extra = InsurerKind.SUPPLEMENTARY
        basic = FundField(
            funds.exclude(insurer__kind=extra),
            label="صندوق بیمهٔ پایه",
            to_field_name="code",
            empty_label="انتخاب کنید",
        )
        supplementary = FundField(
            funds.filter(insurer__kind=extra),
            label="بیمهٔ تکمیلی",
            to_field_name="code",
            required=False,
            empty_label="ندارد",
        )
        self.fields |= {"fund": basic, "supplementary_fund": supplementary}
        # What is agreed with one insurer is not for another's experts.
        if not (user.scope.membership and user.scope.membership.insurer_id):
            self.fields["centre"] = NamedChoiceField(
                Centre.objects.visible_to(user).by_code(),
                label="بیمارستان",
                to_field_name="code",
                required=False,
                empty_label="همه؛ بی قرارداد",
                help_text="با قراردادهای آن؛ بخش و درجه از خود آن گرفته می‌شود.",
            )

    def question(self, items: list[Item]) -> Question:
        data = self.cleaned_data
        supplementary, centre = data["supplementary_fund"], data.get("centre")
        return Question(
            service_on=data["service_on"],
            sector=centre.sector if centre else data["sector"],
            grade=centre.grade if centre else data["grade"],
            centre_id=centre.pk if centre else 0,
            setting=data["setting"],
            fund_code=data["fund"].code,
            supplementary_code=supplementary and supplementary.code,
            condition=data["condition"],
            physician_status=data["physician_status"],
            items=items,
        )


class ItemForm(forms.Form):
    """One line: the service, how much of it, and as which of several operations."""

    quantity = MilliField(
        label="تعداد", required=False, largest=10**9, error_messages={"invalid": QUANTITY}
    )  # fmt: skip
    percent = PercentBpField(label="درصد", required=False)
    part = forms.TypedChoiceField(label="جزء", choices=PARTS, coerce=int, required=False, empty_value=0)
    minutes = NumberField(label="دقیقهٔ بیهوشی", required=False, largest=MOST_MINUTES)

    def __init__(
        self,
        *args: Any,
        organisation_id: int,
        situations: Mapping[int, MultipleSurgery],
        number: int | None = None,
        is_fresh: bool = False,
        **kwargs: Any,
    ) -> None:
        """`number` is the place of the line on the page; a fresh line takes the keyboard."""
        prefix = None if number is None else f"line-{number}"
        super().__init__(*args, prefix=prefix, use_required_attribute=False, **kwargs)
        self.number = number
        self.situations = situations
        options = [("", "—"), *((n, s.title) for n, s in situations.items())]
        self.fields = {
            "service": ServiceField(organisation_id),
            **self.fields,
            "situation": forms.TypedChoiceField(
                label="عمل هم‌زمان", choices=options, coerce=int, required=False, empty_value=None
            ),
        }
        if is_fresh:
            self.fields["service"].widget.attrs["autofocus"] = True

    def clean_quantity(self) -> int | None:
        quantity: int | None = self.cleaned_data["quantity"]
        if quantity == 0:
            raise ValidationError(QUANTITY, code="invalid")
        return quantity

    def item(self) -> Item:
        data = self.cleaned_data
        service, percent = data["service"], data["percent"]
        situation = self.situations.get(data["situation"])
        if percent is None:
            percent = situation.percent_bp if situation else BASIS_POINTS
        return Item(
            book=service.book,
            code=service.code,
            title=service.title,
            quantity_milli=MILLI if data["quantity"] is None else data["quantity"],
            percent_bp=percent,
            part=data["part"],
            minutes=data["minutes"] or 0,
        )


def situations_of(organisation_id: int | None) -> dict[int, MultipleSurgery]:
    """Percents of simultaneous operations by the number of their row, which names situation and rank."""
    rows = MultipleSurgery.objects.filter(organisation_id=organisation_id).order_by("number")
    return {row.number: row for row in rows}


def item_data(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the API as the form takes it: list and code become one name of the service."""
    code, book = str(line.get("code", "")), line.get("book")
    return {**line, "service": f"{book}/{code}" if book and code else code}
