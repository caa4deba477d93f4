"""The franchise indicator over the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from core import export
from core.display import POINT
from reports import rules
from reports.choices import Indicator
from reports.models import IndicatorFigure, IndicatorRun, IndicatorTarget, PublishedIndicator


@dataclass(frozen=True)
class Year:
    """One fiscal year: what was printed, the newest kept run, and the target."""

    fiscal_year: int
    printed: PublishedIndicator | None
    run: IndicatorRun | None
    numerator: int | None
    denominator: int | None
    files: int | None
    paid_unknown: int | None
    share: int | None
    target_bp: int | None

    @property
    def indicator_bp(self) -> int | None:
        if self.numerator is None or not self.denominator:
            return None
        return rules.percent_bp(self.numerator, self.denominator)

    @property
    def printed_text(self) -> str:
        """The figure as it was printed, with a Persian point."""
        return self.printed.printed.replace(".", POINT) if self.printed else ""

    @property
    def printed_again(self) -> str:
        """The printed numbers, computed and cut or rounded as the print does: it must read the same."""
        if self.printed is None or self.printed.numerator is None or not self.printed.denominator:
            return ""
        row = self.printed
        return rules.ratio_text(row.numerator, row.denominator, row.digits, row.mode).replace(".", POINT)


COLUMNS = (
    export.Column("سال", lambda year: str(year.fiscal_year)),
    export.Column("چاپ‌شده", lambda year: year.printed.printed if year.printed else ""),
    export.Column("پرونده", "files"),
    export.Column("پروندهٔ بدون پرداختی ثبت‌شده", "paid_unknown"),
    export.Column("پرداختی بیمار (ریال)", "numerator", 22),
    export.Column("کل هزینه (ریال)", "denominator", 22),
    export.Column("شاخص", lambda year: export.percent(year.indicator_bp)),
    export.Column("هدف", lambda year: export.percent(year.target_bp)),
)


def years_of(user: Any) -> list[Year]:
    """Every year that was printed, computed or aimed at, newest first; figures of the user's own centres."""
    organisation_id = user.scope.organisation_id
    franchise = {"indicator": Indicator.FRANCHISE}
    printed = {
        row.fiscal_year: row
        for row in PublishedIndicator.objects.of_organisation(organisation_id).filter(**franchise)
    }
    targets = dict(
        IndicatorTarget.objects.of_organisation(organisation_id)
        .filter(**franchise)
        .values_list("fiscal_year", "target_bp")
    )
    newest = IndicatorRun.objects.visible_to(user).filter(**franchise)
    newest = newest.order_by("fiscal_year", "-created_at", "-pk").distinct("fiscal_year")
    runs = {run.fiscal_year: run for run in newest}
    figures = IndicatorFigure.objects.visible_to(user).filter(run__in=runs.values())
    sums = {
        row["run_id"]: row
        for row in figures.values("run_id").annotate(
            paid=Sum("numerator"),
            cost=Sum("denominator"),
            count=Sum("files"),
            share=Sum("patient"),
            unknown=Sum("paid_unknown"),
        )
    }
    return [
        _year(year, printed.get(year), runs.get(year), sums, targets.get(year))
        for year in sorted({*printed, *runs, *targets}, reverse=True)
    ]


def _year(
    year: int,
    printed: PublishedIndicator | None,
    run: IndicatorRun | None,
    sums: dict[int, dict[str, Any]],
    target_bp: int | None,
) -> Year:
    of_run = sums.get(run.pk, {}) if run else {}
    return Year(
        fiscal_year=year,
        printed=printed,
        run=run,
        numerator=of_run.get("paid"),
        denominator=of_run.get("cost"),
        files=of_run.get("count"),
        paid_unknown=of_run.get("unknown"),
        share=of_run.get("share"),
        target_bp=target_bp,
    )
