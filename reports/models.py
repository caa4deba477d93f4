"""Indicators as computed, as aimed at, and as the organisation has printed them."""

from __future__ import annotations

from django.db import models

from budgets.models import LedgerRun, append_only
from organisations.models import Centre, Organisation
from reports.choices import Indicator, RoundingMode
from reports.querysets import IndicatorFigureQuerySet, IndicatorRunQuerySet, OfOrganisationQuerySet


class IndicatorRun(LedgerRun):
    """One computation of an indicator for a fiscal year; no run replaces another."""

    indicator = models.SmallIntegerField("شاخص", choices=Indicator)

    objects = IndicatorRunQuerySet.as_manager()

    class Meta:
        verbose_name = "اجرای شاخص"
        indexes = [
            models.Index(
                fields=["organisation", "indicator", "fiscal_year", "-created_at"],
                name="reports_run_year_created",
            )
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} {self.fiscal_year}"


class IndicatorFigure(models.Model):
    """Numerator and denominator of one centre in one month, kept apart and exact; a ratio is only ever displayed.

    For the franchise indicator (discharged inpatient files) the numerator is what patients paid, as the hospital
    recorded it, and the denominator is what the hospital billed («کل هزینه پرونده‌ها»): the printed indicator is
    about the files as they are, so neither takes our prices. Beside them stand the same files at the approved
    tariff (`amount`) and the patients' share by rule (`patient`): their distance from the numerator is a finding,
    not a part of the indicator. Files whose payment the hospital did not record are counted (`paid_unknown`): they
    stand in the denominator and add nothing to the numerator, so the reader must know how many they are.
    """

    run = models.ForeignKey(IndicatorRun, models.PROTECT, related_name="figures", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    month = models.IntegerField("ماه")
    files = models.IntegerField("پرونده")
    numerator = models.BigIntegerField("پرداختی بیمار")
    denominator = models.BigIntegerField("کل هزینه")
    amount = models.BigIntegerField("مصوب")
    patient = models.BigIntegerField("سهم بیمار به قاعده")
    paid_unknown = models.IntegerField("پروندهٔ بدون پرداختی ثبت‌شده", default=0)

    objects = IndicatorFigureQuerySet.as_manager()

    class Meta:
        verbose_name = "رقم شاخص"
        constraints = [models.UniqueConstraint(fields=["run", "centre", "month"], name="reports_figure_key")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.centre_id} {self.month}"


class IndicatorTarget(models.Model):
    """The value an organisation aims at in a fiscal year, in basis points."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    indicator = models.SmallIntegerField("شاخص", choices=Indicator)
    fiscal_year = models.SmallIntegerField("سال مالی")
    target_bp = models.IntegerField("هدف")

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "هدف شاخص"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "indicator", "fiscal_year"], name="reports_target_of_year"
            ),
            models.CheckConstraint(
                name="reports_target_percent", condition=models.Q(target_bp__gte=0, target_bp__lte=10_000)
            ),
        ]

    def __str__(self) -> str:
        return f"هدف {self.fiscal_year}"


class PublishedIndicator(models.Model):
    """An indicator as it was printed: its text, and the two numbers where the print gives them."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    indicator = models.SmallIntegerField("شاخص", choices=Indicator)
    fiscal_year = models.SmallIntegerField("سال مالی")
    numerator = models.BigIntegerField("صورت", null=True)
    denominator = models.BigIntegerField("مخرج", null=True)
    printed = models.CharField("چاپ‌شده", max_length=20)
    digits = models.SmallIntegerField("رقم اعشار")
    mode = models.CharField("شیوه", max_length=8, choices=RoundingMode.choices)
    source = models.CharField("منبع", max_length=200)

    objects = OfOrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "شاخص منتشرشده"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "indicator", "fiscal_year"], name="reports_published_of_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.printed}"
