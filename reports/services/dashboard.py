"""What the dashboards show: sums of balances and figures of kept runs, never lines. Integers only; pages format."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from billing.choices import DeliveryState
from billing.completeness import Figures, cells_of
from billing.measures import MEASURES
from billing.models import Balance, Delivery
from budgets.choices import BudgetComponent
from budgets.models import BudgetRun, CompanyInvoice, OverheadEstimate
from budgets.services import explain_change, total_by_cause
from budgets.services.explain import cause_label
from core import export, jalali
from core.errors import DomainError
from core.models import Job, JobState
from insurers.models import CoverageRule
from organisations.choices import CostElement, Setting
from organisations.models import Centre
from reports import rules
from reports.choices import Indicator
from reports.models import IndicatorTarget, PublishedIndicator
from reports.services import nightly
from tariffs.choices import Confidence
from tariffs.models import ConversionFactor, FixedPrice, ServiceValue

TREND_MONTHS = 12
A_DAY = dt.timedelta(days=1)
LATE_DAYS = 3
EVERYWHERE = Q()


@dataclass(frozen=True)
class Period:
    """A fiscal year from its first month through one of its months, and what can be chosen instead."""

    year: int
    through: int
    years: list[int]
    choices: list[int]

    @property
    def months(self) -> list[int]:
        return [month for month in jalali.months_of(self.year) if month <= self.through]

    @property
    def months_a_year_ago(self) -> list[int]:
        return [month - 100 for month in self.months]

    @property
    def trend(self) -> list[int]:
        """The twelve months that end with the period's last."""
        both = [*jalali.months_of(self.year - 1), *jalali.months_of(self.year)]
        return [month for month in both if month <= self.through][-TREND_MONTHS:]


@dataclass
class Sums:
    """Measures of the ledger added up, in rials and counts."""

    values: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEASURES, 0))

    @classmethod
    def of(cls, row: dict[str, Any]) -> Sums:
        return cls({measure: row[f"total_{measure}"] for measure in MEASURES})

    def __add__(self, other: Sums) -> Sums:
        return Sums({m: self.values[m] + other.values[m] for m in MEASURES})

    def __getattr__(self, measure: str) -> int:
        try:
            return self.__dict__["values"][measure]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(measure) from None

    @property
    def indicator_bp(self) -> int | None:
        """Paid ÷ asked, for sums of inpatient files."""
        return rules.percent_bp(self.patient_paid, self.asked)

    @property
    def unpriced_bp(self) -> int | None:
        return rules.percent_bp(self.unpriced_lines, self.lines)


@dataclass(frozen=True)
class HospitalRow:
    """One hospital's inpatient files in the period, beside the same months a year ago."""

    centre: Centre | None
    now: Sums
    a_year_ago: Sums
    trend: list[int | None]
    target_bp: int | None

    @property
    def previous_bp(self) -> int | None:
        return self.a_year_ago.indicator_bp

    @property
    def is_above(self) -> bool:
        bp = self.now.indicator_bp
        return bp is not None and self.target_bp is not None and bp > self.target_bp


def period_of(user: Any, *, year: int | None, month: int | None, today: dt.date) -> Period:
    """The period asked for, or the newest in the user's scope that has files of its own and has begun by `today`.

    A month or a year to which only deltas of closed months have come, or that lies ahead, can be asked for, but
    nobody is led to it.
    """
    balances = Balance.objects.visible_to(user).order_by().values("month").annotate(own=Sum("files"))
    files = {row["month"]: row["own"] for row in balances}
    this_month = jalali.month_key(today)
    begun = sorted((m for m in files if m <= this_month), reverse=True)
    years = sorted({m // 100 for m in files} if begun else {this_month // 100}, reverse=True)
    newest = next((m // 100 for m in begun if files[m] > 0), begun[0] // 100 if begun else years[0])
    chosen = year if year is not None and year in years else newest
    choices = sorted(m for m in files if m // 100 == chosen)
    own = [m for m in choices if files[m] > 0] or choices or [min(this_month, chosen * 100 + 12)]
    own = [m for m in own if m <= this_month] or own
    return Period(chosen, month if month is not None and month in choices else own[-1], years, choices)


# ---------------------------------------------------------------- the franchise indicator


def hospital_rows(
    user: Any, period: Period, *, centre: Q = EVERYWHERE, target_bp: int | None
) -> list[HospitalRow]:
    """Centres with inpatient files in the period, by code."""
    months = {*period.months, *period.months_a_year_ago, *period.trend}
    balances = Balance.objects.visible_to(user).filter(centre, setting=Setting.INPATIENT).in_months(months)
    by_centre: dict[int, dict[int, Sums]] = defaultdict(dict)
    for row in balances.summed_by("centre_id", "month"):
        by_centre[row["centre_id"]][row["month"]] = Sums.of(row)
    centres = Centre.objects.filter(pk__in=by_centre).select_related("region").by_code()
    rows = [_hospital_row(c, by_centre[c.pk], period, target_bp) for c in centres]
    return [row for row in rows if row.now.files]


def _hospital_row(
    centre: Centre, sums: dict[int, Sums], period: Period, target_bp: int | None
) -> HospitalRow:
    return HospitalRow(
        centre,
        total(sums[m] for m in period.months if m in sums),
        total(sums[m] for m in period.months_a_year_ago if m in sums),
        [sums[m].indicator_bp if m in sums else None for m in period.trend],
        target_bp,
    )


def total(sums: Iterable[Sums]) -> Sums:
    """Every measure added up; of nothing, zeros."""
    return reduce(add, sums, Sums())


def target_bp_of(organisation_id: int | None, year: int) -> int | None:
    """The organisation's target of the franchise indicator, in basis points; None where none is set."""
    targets = IndicatorTarget.objects.of_organisation(organisation_id).filter(indicator=Indicator.FRANCHISE)
    return targets.filter(fiscal_year=year).values_list("target_bp", flat=True).first()  # type: ignore[no-any-return]


def published_bp(organisation_id: int | None, year: int) -> int | None:
    """What the organisation printed for a year, in basis points."""
    row = PublishedIndicator.objects.of_organisation(organisation_id).filter(
        indicator=Indicator.FRANCHISE, fiscal_year=year
    )
    printed = row.values_list("printed", flat=True).first()
    return rules.printed_bp(printed) if printed else None


# ---------------------------------------------------------------- sums of a place


def sums_by(user: Any, period: Period, *fields: str, where: Q = EVERYWHERE) -> list[tuple[Any, Sums]]:
    """Sums of the user's balances in the period by a field (a tuple of values for several), in its order."""
    balances = Balance.objects.visible_to(user).filter(where).in_months(period.months)
    rows = balances.summed_by(*fields)
    single = len(fields) == 1
    return [(row[fields[0]] if single else tuple(row[f] for f in fields), Sums.of(row)) for row in rows]


def changed_at(user: Any, where: Q = EVERYWHERE) -> dt.datetime | None:
    """When the newest balance in scope moved: the date of the data."""
    newest = Balance.objects.visible_to(user).filter(where).aggregate(at=Max("changed_at"))
    return newest["at"]  # type: ignore[no-any-return]


def in_region(region_id: int | None) -> Q:
    """The condition on balances; everything without a region."""
    return Q(centre__region_id=region_id) if region_id else EVERYWHERE


def element_label(element: int) -> str:
    return str(CostElement(element).label)


# ---------------------------------------------------------------- the budget


@dataclass(frozen=True)
class BudgetView:
    """The newest run of the year as the user may see it, and why it differs from the one before."""

    run: BudgetRun
    previous: BudgetRun | None
    by_region: list[tuple[int, str, dict[int, int]]]
    amount: int
    change: int | None
    start: int
    causes: list[tuple[str, int]]
    refusal: str


def budget_of(user: Any, period: Period, *, region_id: int | None) -> BudgetView | None:
    """None before the first run, and for organisations that do not fund regions by the formula."""
    runs = BudgetRun.objects.visible_to(user).filter(fiscal_year=period.year).newest_first()[:2]
    newest = list(runs)
    if not newest:
        return None
    run, previous = newest[0], newest[1] if len(newest) > 1 else None
    narrowed = Q(region_id=region_id) if region_id else Q()
    figures = run.figures.visible_to(user).filter(narrowed, month__lte=period.through)
    by_region: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    rows = figures.values("region_id", "region__name", "component").annotate(total=Sum("amount"))
    for row in rows.order_by("region__code", "component"):
        by_region[row["region_id"], row["region__name"]][row["component"]] = row["total"]
    amount = sum(sum(amounts.values()) for amounts in by_region.values())
    seen = [(region, name, amounts) for (region, name), amounts in by_region.items()]
    if previous is None or (period.through < run.through_month and _has_later(run, period)):
        return BudgetView(run, previous, seen, amount, None, 0, [], "")
    before = (
        previous.figures.visible_to(user).filter(narrowed).aggregate(total=Sum("amount", default=0))["total"]
    )
    try:
        causes = total_by_cause(_steps(user, previous, run, region_id))
    except DomainError as refusal:
        return BudgetView(run, previous, seen, amount, amount - before, before, [], refusal.sentence)
    return BudgetView(run, previous, seen, amount, amount - before, before, causes, "")


def _has_later(run: BudgetRun, period: Period) -> bool:
    """Whether the run has figures after the months that were asked for: then the two are not comparable."""
    return run.figures.filter(month__gt=period.through).exists()


def _steps(user: Any, previous: BudgetRun, run: BudgetRun, region_id: int | None) -> list[Any]:
    steps = explain_change(previous, run)
    if region_id:
        return [step for step in steps if step.region_id == region_id]
    own = user.scope.membership.region_id
    return [step for step in steps if step.region_id == own] if own else steps


def waterfall(view: BudgetView) -> dict[str, Any] | None:
    """The chart of the change since the run before; None where nothing moved."""
    if not view.causes:
        return None
    return {
        "start": {"label": "اجرای پیش", "value": view.start},
        "steps": [{"label": cause_label(cause), "value": amount} for cause, amount in view.causes],
        "end": {"label": "اکنون", "value": view.amount},
    }


def component_series(view: BudgetView) -> list[dict[str, Any]]:
    """Series of the chart: a component's amounts over the regions, in rials."""
    return [
        {
            "name": str(component.label),
            "values": [amounts.get(component, 0) for _, _, amounts in view.by_region],
        }
        for component in BudgetComponent
    ]


# ---------------------------------------------------------------- deliveries and attention


@dataclass(frozen=True)
class Silence:
    """A hospital without data of a month that is over, and how many days ago that month ended."""

    centre: Centre
    month: int
    days: int


@dataclass(frozen=True)
class DeliveryView:
    """What arrived: in the day before a moment while the year runs, for the last month of a year that is over."""

    is_night: bool
    received: int
    expected: int
    lines: int
    faults: int
    last_at: dt.datetime | None
    silent: list[Silence]

    @property
    def share_bp(self) -> int | None:
        return rules.percent_bp(self.received, self.expected)


def deliveries_of(user: Any, period: Period, *, region_id: int | None, at: dt.datetime) -> DeliveryView:
    """What arrived from the hospitals the user sees, and which of them are silent about months that are over."""
    today = timezone.localdate(at)
    hospitals = list(_in(Centre.objects.visible_to(user).hospitals(), "region_id", region_id).by_code())
    due = due_months(period, today)
    sent = _months_sent(user, hospitals, {*due, period.through})
    missing = ((centre, [m for m in due if m not in sent[centre.pk]]) for centre in hospitals)
    silent = [
        Silence(centre, ms[0], (today - jalali.month_range(ms[0])[1]).days) for centre, ms in missing if ms
    ]
    stored = _in(Delivery.objects.visible_to(user), "centre__region_id", region_id).filter(
        state=DeliveryState.STORED
    )
    night = Q(received_at__gte=at - A_DAY, received_at__lte=at)
    counted = stored.aggregate(
        received=Count("centre", distinct=True, filter=night),
        lines=Sum("rows_stored", default=0, filter=night),
        faults=Sum("rows_refused", default=0, filter=night),
        last_at=Max("received_at"),
    )
    is_night = period.year >= jalali.year_of(today)
    if not is_night:
        of_month = [months[period.through] for months in sent.values() if period.through in months]
        counted |= {"received": len(of_month), "lines": sum(of_month), "faults": 0}
    return DeliveryView(
        is_night,
        **counted,
        expected=len(hospitals),
        silent=sorted(silent, key=lambda s: (-s.days, s.centre.pk)),
    )


def due_months(period: Period, today: dt.date) -> list[int]:
    """Months of the running year that are over, up to the chosen one; none of a year that is over itself.

    A month is given `LATE_DAYS` after its end.
    """
    running = jalali.month_key(today - dt.timedelta(days=LATE_DAYS))
    if period.year != running // 100:
        return []
    is_newest = not period.choices or period.through == period.choices[-1]
    return [m for m in jalali.months_of(period.year) if m < running and (is_newest or m <= period.through)]


def _months_sent(user: Any, centres: list[Centre], months: set[int]) -> dict[int, dict[int, int]]:
    """By centre, the months that have data, with their lines."""
    sent: dict[int, dict[int, int]] = defaultdict(dict)
    balances = Balance.objects.visible_to(user).filter(centre__in=centres).in_months(months)
    for row in balances.values("centre_id", "month").annotate(lines=Sum("lines")).order_by():
        sent[row["centre_id"]][row["month"]] = row["lines"]
    return sent


def _in(rows: Any, field: str, region_id: int | None) -> Any:
    return rows.filter(**{field: region_id}) if region_id else rows


def waiting_inputs(user: Any) -> int:
    """How many budget inputs in scope somebody other than the user has entered and nobody approved."""
    return sum(
        model.objects.visible_to(user).waiting().exclude(entered_by=user).count()
        for model in (CompanyInvoice, OverheadEstimate)
    )


def last_night(organisation_id: int | None) -> Job | None:
    """The newest nightly run that is over, whether it succeeded or not."""
    nights = Job.objects.of_kind(nightly.KIND).filter(organisation_id=organisation_id)
    return nights.filter(state__in=[JobState.SUCCEEDED, JobState.FAILED]).newest_first().first()  # type: ignore[no-any-return]


def has_synthetic_rates(organisation_id: int | None) -> bool:
    """Whether any published rate that can price the organisation's lines is made up."""
    return any(
        model.objects.of_organisation(organisation_id)
        .published()
        .filter(confidence=Confidence.SYNTHETIC)
        .exists()
        for model in (FixedPrice, ConversionFactor, ServiceValue, CoverageRule)
    )


def file_notes(organisation_id: int | None, *, at: dt.datetime) -> list[str]:
    """What the Excel file of a dashboard says above its figures, which stand as the ledger does at the moment."""
    made_up = has_synthetic_rates(organisation_id)
    return export.file_notes(as_of=at, source="ارقام دفتر", rates=made_up)


SORTS: dict[str, Callable[[HospitalRow], Any]] = {
    "name": lambda row: row.centre.name if row.centre else "",
    "files": lambda row: row.now.files,
    "cost": lambda row: row.now.asked,
    "paid": lambda row: row.now.patient_paid,
    "share": lambda row: row.now.patient,
    "indicator": lambda row: row.now.indicator_bp or 0,
}


def sorted_rows(rows: list[HospitalRow], sort: str) -> list[HospitalRow]:
    """Rows in the order the URL asks for (`-` turns it); by code without one."""
    key = SORTS.get(sort.lstrip("-"))
    return sorted(rows, key=key, reverse=sort.startswith("-")) if key else rows


def missing_of(user: Any, period: Period, **where: Any) -> Figures | None:
    """What was delivered and not billed in a period; None where no hospital has reported its counts."""
    figures = Figures(cells_of(user, period.months, **where))
    return figures if figures.delivered else None
