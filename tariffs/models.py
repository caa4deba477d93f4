"""The tariff as dated data: what a service is worth, what a unit costs, and the circular that says so."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse

from core.history import tracked
from core.reference import renews_version
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from organisations.models import Organisation
from tariffs.choices import (
    Book,
    CodeClass,
    CodeGroup,
    Component,
    Confidence,
    Parameter,
    ServiceGroup,
    Status,
)
from tariffs.querysets import CircularQuerySet, RateQuerySet, ServiceQuerySet


class Circular(models.Model):
    """A decree or letter that rates come from."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField("شماره", max_length=80)
    title = models.CharField("عنوان", max_length=250)
    issuer = models.CharField("مرجع", max_length=120, blank=True)
    approved_on = models.DateField("تصویب", null=True, blank=True)
    notified_on = models.DateField("ابلاغ", null=True, blank=True)
    source = models.CharField("منبع", max_length=60, blank=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = "بخشنامه"
        constraints = [
            models.UniqueConstraint(
                "number", Coalesce("organisation", 0), name="tariffs_circular_number_of_organisation"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("circular", args=[self.pk])


class Service(models.Model):
    """Anything a line can bill: a row of the relative value book, a bed day, a visit, a drug, an item."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    book = models.SmallIntegerField("فهرست", choices=Book)
    code = models.CharField("کد", max_length=20)
    title = models.CharField("عنوان", max_length=400)
    group = models.SmallIntegerField("گروه", choices=ServiceGroup)
    is_dental = models.BooleanField("دندانپزشکی", default=False)
    search = models.TextField("متن جست‌وجو", blank=True, editable=False)
    confidence = models.SmallIntegerField("اعتماد", choices=Confidence, default=Confidence.SECONDARY)
    source = models.CharField("منبع", max_length=60, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "خدمت"
        constraints = [
            models.UniqueConstraint(
                Coalesce("organisation", 0), "book", "code", name="tariffs_service_code_in_book"
            )
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.pk])


class MultipleSurgery(models.Model):
    """Percent of one operation among several, by situation and rank (the SATA table IdTadilPercent)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="multiple_surgery", db_index=False
    )
    number = models.SmallIntegerField("شماره")
    title = models.CharField("شرح", max_length=200)
    rank = models.SmallIntegerField("رتبه")
    percent_bp = models.IntegerField("درصد (صدم درصد)")

    class Meta:
        verbose_name = "درصد عمل هم‌زمان"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="tariffs_surgery_number"),
            models.CheckConstraint(
                name="tariffs_surgery_percent", condition=models.Q(percent_bp__gte=0, percent_bp__lte=10_000)
            ),
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.title


def frozen_when_published() -> list[pgtrigger.Trigger]:
    """Published rows refuse deletion and every change but one: an open `known` may get its end, once.

    Its beginning stays and it never becomes empty, so what was known at any past moment can always be shown.
    """
    published = "OLD.status = 'published'"
    changed = "(to_jsonb(OLD) - 'known') IS DISTINCT FROM (to_jsonb(NEW) - 'known')"
    closes = (
        "upper_inf(OLD.known) AND NOT upper_inf(NEW.known) AND lower(NEW.known) = lower(OLD.known)"
        " AND lower_inc(NEW.known) = lower_inc(OLD.known)"
    )
    reopened = f"OLD.known IS DISTINCT FROM NEW.known AND ({closes}) IS NOT TRUE"
    return [
        renews_version(),
        pgtrigger.Protect(
            name="published_stays", operation=pgtrigger.Delete, condition=pgtrigger.Condition(published)
        ),
        pgtrigger.Protect(
            name="published_frozen",
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(f"{published} AND (({changed}) OR ({reopened}))"),
        ),
    ]


def one_truth(name: str, *fields: str | Coalesce) -> ExclusionConstraint:
    """For one key and one day, only one published row may be known at any moment."""
    key = [(Coalesce("organisation", 0), RangeOperators.EQUAL), *((f, RangeOperators.EQUAL) for f in fields)]
    ranges = [("valid", RangeOperators.OVERLAPS), ("known", RangeOperators.OVERLAPS)]
    return ExclusionConstraint(
        name=name, expressions=[*key, *ranges], condition=models.Q(status=Status.PUBLISHED)
    )


#: Since when the first load counts as known: before anything could have been priced with it.
KNOWN_FROM = dt.datetime(2011, 3, 21, tzinfo=dt.UTC)


class Rate(models.Model):
    """A dated fact with two time axes: `valid` for which days, `known` since when (and until superseded).

    Rows without an organisation are national. A zero in a dimension means any; the most specific row wins.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    circular = models.ForeignKey(Circular, models.PROTECT, related_name="+")
    valid = DateRangeField("اعتبار")
    known = DateTimeRangeField("آگاهی", null=True, blank=True)
    status = models.CharField("وضعیت", max_length=10, choices=Status.choices, default=Status.DRAFT)
    confidence = models.SmallIntegerField("اعتماد", choices=Confidence)
    source = models.CharField("منبع", max_length=60, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RateQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def known_since(self) -> dt.datetime | None:
        """When the system came to know it; None for a draft, and for what was there before anything was priced."""
        first = self.known.lower if self.known else None
        return first if first and first != KNOWN_FROM else None


def published_is_known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=models.Q(status=Status.DRAFT) | models.Q(known__isnull=False)
    )


@tracked()
class ServiceValue(Rate):
    """Units of one row of the relative value book, in thousandths."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="values")
    professional_milli = models.BigIntegerField("جزء حرفه‌ای")
    technical_milli = models.BigIntegerField("جزء فنی")
    anaesthesia_milli = models.BigIntegerField("پایهٔ بیهوشی", default=0)
    attribute = models.CharField("ویژگی کد", max_length=10, blank=True)
    is_hash = models.BooleanField("#", default=False)
    is_star = models.BooleanField("*", default=False, help_text="فاقد پوشش بیمهٔ پایه")

    class Meta:
        verbose_name = "ارزش نسبی"
        constraints = [
            one_truth("tariffs_value_one_truth", "service"),
            published_is_known("tariffs_value_published_is_known"),
            models.CheckConstraint(
                name="tariffs_value_units",
                condition=models.Q(
                    professional_milli__gte=0, technical_milli__gte=0, anaesthesia_milli__gte=0
                ),
            ),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return f"ارزش {self.service_id}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("service",)

    def audit_name(self) -> str:
        return str(self.service)

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.service_id])


@tracked()
class ConversionFactor(Rate):
    """Rials per unit (K) of one component."""

    sector = models.SmallIntegerField("بخش", choices=Sector)
    component = models.SmallIntegerField("جزء", choices=Component)
    code_class = models.SmallIntegerField("ردهٔ کد", choices=CodeClass, default=CodeClass.ANY)
    code_group = models.SmallIntegerField("گروه کد", choices=CodeGroup, default=CodeGroup.ANY)
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    physician_status = models.SmallIntegerField(
        "وضعیت پزشک", choices=[(0, "همه"), *PhysicianStatus.choices], default=0
    )
    amount = models.BigIntegerField("ریال هر واحد")

    class Meta:
        verbose_name = "ضریب ریالی"
        constraints = [
            one_truth(
                "tariffs_factor_one_truth",
                "sector",
                "component",
                "code_class",
                "code_group",
                "setting",
                "physician_status",
            ),
            published_is_known("tariffs_factor_published_is_known"),
            models.CheckConstraint(name="tariffs_factor_positive", condition=models.Q(amount__gt=0)),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return f"{self.get_component_display()} {self.get_sector_display()}"


@tracked()
class FixedPrice(Rate):
    """A price in rials per unit of quantity: bed day, visit, global package, drug, item."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="prices")
    sector = models.SmallIntegerField("بخش", choices=[(0, "همه"), *Sector.choices], default=0)
    grade = models.SmallIntegerField("درجه", default=0)
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    physician_status = models.SmallIntegerField(
        "وضعیت پزشک", choices=[(0, "همه"), *PhysicianStatus.choices], default=0
    )
    amount = models.BigIntegerField("ریال")
    rounding_step = models.IntegerField("گرد کردن به", default=1)
    nursing_included = models.BooleanField("شامل ۶٪ پرستاری", default=False)

    class Meta:
        verbose_name = "قیمت"
        constraints = [
            one_truth("tariffs_price_one_truth", "service", "sector", "grade", "setting", "physician_status"),
            published_is_known("tariffs_price_published_is_known"),
            models.CheckConstraint(
                name="tariffs_price_not_negative", condition=models.Q(amount__gte=0, rounding_step__gt=0)
            ),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return f"قیمت {self.service_id}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("service",)

    def audit_name(self) -> str:
        return str(self.service)

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.service_id])


@tracked()
class PricingParameter(Rate):
    """A percent or quantity of the pricing rules, by patient category and date."""

    parameter = models.SmallIntegerField("پارامتر", choices=Parameter)
    category = models.SmallIntegerField(
        "گروه بیمار", choices=[(0, "همه"), *PatientCategory.choices], default=0
    )
    value = models.BigIntegerField("مقدار")

    class Meta:
        verbose_name = "پارامتر قیمت"
        constraints = [
            one_truth("tariffs_parameter_one_truth", "parameter", "category"),
            published_is_known("tariffs_parameter_published_is_known"),
            models.CheckConstraint(name="tariffs_parameter_not_negative", condition=models.Q(value__gte=0)),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return self.get_parameter_display()
