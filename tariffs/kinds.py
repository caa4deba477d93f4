"""What the maintenance pages need to know of each kind of rate. Higher apps register their own kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from core import display, export
from core.forms import CleanCharField, MilliField, NumberField, RialField
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from tariffs.choices import CodeClass, CodeGroup, Component, Parameter
from tariffs.fields import ServiceField, choice
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, Rate, ServiceValue

ALL = (0, "همه")
SETTINGS = [ALL, *Setting.choices]
STATUSES = [ALL, *PhysicianStatus.choices]
GRADES = [ALL, *((grade, f"درجهٔ {display.fixed(grade, 0)}") for grade in range(1, 5))]

Fields = Mapping[str, Callable[[int], forms.Field]]


@dataclass(frozen=True)
class RateKind:
    """A kind of rate: its table, what identifies a row, its form fields, and how a row reads.

    `key` are the fields of which only one published row may be known for a day. Each entry of `fields` makes a form
    field for an organisation's primary key.
    """

    slug: str
    title: str
    model: type[Rate]
    key: tuple[str, ...]
    fields: Fields
    subject: Callable[[Any], str]
    figures: Callable[[Any], str]
    related: tuple[str, ...] = ()
    is_coverage: bool = False
    #: What else changes in the transaction that publishes rows of the kind: `follow(rows, by=, at=)`.
    follow: Callable[..., object] | None = None

    def key_of(self, rate: Rate) -> tuple[object, ...]:
        return tuple(getattr(rate, self.model._meta.get_field(name).attname) for name in self.key)


KINDS: dict[str, RateKind] = {}


def register(kind: RateKind) -> RateKind:
    KINDS[kind.slug] = kind
    return kind


def kind_of(rate: Rate) -> RateKind:
    return next(kind for kind in KINDS.values() if kind.model is type(rate))


def labels(*texts: str) -> str:
    """Names of dimensions that are not «همه», joined."""
    return "، ".join(text for text in texts if text and text != ALL[1]) or ALL[1]


VALUE = register(
    RateKind(
        slug="value",
        title="ارزش نسبی",
        model=ServiceValue,
        key=("service",),
        fields={
            "service": ServiceField,
            "professional_milli": lambda _: MilliField(label="جزء حرفه‌ای (واحد)"),
            "technical_milli": lambda _: MilliField(label="جزء فنی (واحد)"),
            "anaesthesia_milli": lambda _: MilliField(label="پایهٔ بیهوشی (واحد)", initial=0),
            "attribute": lambda _: CleanCharField(label="ویژگی کد", max_length=10, required=False),
            "is_hash": lambda _: forms.BooleanField(label="دارای #", required=False),
            "is_star": lambda _: forms.BooleanField(label="دارای * (فاقد پوشش بیمهٔ پایه)", required=False),
        },
        subject=lambda r: str(r.service),
        figures=lambda r: (
            f"حرفه‌ای {display.milli(r.professional_milli)}، فنی {display.milli(r.technical_milli)}، "
            f"بیهوشی {display.milli(r.anaesthesia_milli)}{' #' * r.is_hash}{' *' * r.is_star}"
        ),
        related=("service",),
    )
)
FACTOR = register(
    RateKind(
        slug="factor",
        title="ضریب ریالی",
        model=ConversionFactor,
        key=("sector", "component", "code_class", "code_group", "setting", "physician_status"),
        fields={
            "sector": choice("بخش", Sector.choices),
            "component": choice("جزء", Component.choices),
            "code_class": choice("ردهٔ کد", CodeClass.choices),
            "code_group": choice("گروه کد", CodeGroup.choices),
            "setting": choice("نوع مراجعه", SETTINGS),
            "physician_status": choice("وضعیت پزشک", STATUSES),
            "amount": lambda _: RialField(label="ریال هر واحد"),
        },
        subject=lambda r: labels(
            r.get_component_display(),
            r.get_sector_display(),
            r.get_code_class_display(),
            r.get_code_group_display(),
            r.get_setting_display(),
            r.get_physician_status_display(),
        ),
        figures=lambda r: display.exact(r.amount),
    )
)
PRICE = register(
    RateKind(
        slug="price",
        title="قیمت ثابت",
        model=FixedPrice,
        key=("service", "sector", "grade", "setting", "physician_status"),
        fields={
            "service": ServiceField,
            "sector": choice("بخش", [ALL, *Sector.choices]),
            "grade": choice("درجهٔ مرکز", GRADES),
            "setting": choice("نوع مراجعه", SETTINGS),
            "physician_status": choice("وضعیت پزشک", STATUSES),
            "amount": lambda _: RialField(label="قیمت"),
            "rounding_step": lambda _: NumberField(label="گرد کردن به چند ریال", initial=1),
            "nursing_included": lambda _: forms.BooleanField(label="شامل ۶٪ پرستاری", required=False),
        },
        subject=lambda r: (
            f"{r.service}، "
            + labels(
                dict([ALL, *Sector.choices])[r.sector],
                dict(GRADES)[r.grade],
                r.get_setting_display(),
                r.get_physician_status_display(),
            )
        ),
        figures=lambda r: display.exact(r.amount),
        related=("service",),
    )
)


class ParameterValueField(NumberField):
    """Percent or quantity, depending on the parameter chosen: both have at most two decimals where they have any."""

    default_error_messages = {"invalid": "مقدار را با رقم بنویسید؛ درصدها به صدم درصد (۶٪ یعنی ۶۰۰)."}


PARAMETER = register(
    RateKind(
        slug="parameter",
        title="پارامتر قیمت",
        model=PricingParameter,
        key=("parameter", "category"),
        fields={
            "parameter": choice("پارامتر", Parameter.choices),
            "category": choice("گروه بیمار", [ALL, *PatientCategory.choices]),
            "value": lambda _: ParameterValueField(
                label="مقدار", help_text="درصدها به صدم درصد نوشته می‌شوند: ۶٪ یعنی ۶۰۰ و ۴۰٪ یعنی ۴۰۰۰."
            ),
        },
        subject=lambda r: labels(r.get_parameter_display(), r.get_category_display()),
        figures=lambda r: (
            f"{display.fixed(r.value, 0)} دقیقه"
            if r.parameter == Parameter.ANAESTHESIA_MINUTES
            else f"{display.percent(r.value)}٪"
        ),
    )
)

#: What every list of rates exports.
RATE_COLUMNS = (
    export.Column("مورد", lambda r: kind_of(r).subject(r), 48),
    export.Column("مقدار", lambda r: kind_of(r).figures(r), 32),
    export.Column("از", lambda r: r.valid.lower),
    export.Column("تا پیش از", lambda r: r.valid.upper),
    export.Column("بخشنامه", lambda r: r.circular.title, 40),
    export.Column("اعتماد", lambda r: r.get_confidence_display()),
    export.Column("دانسته از", lambda r: r.known and r.known.lower, 24),
)
