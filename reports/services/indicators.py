"""Indicator runs: compute and keep numerator and denominator of every centre and month."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import transaction

from budgets.services.cut import Cut, cut_before, cut_now
from budgets.services.versions import code_version
from core.models import Job
from organisations.choices import Setting
from organisations.models import Organisation
from reports import rules
from reports.choices import Indicator
from reports.models import IndicatorFigure, IndicatorRun

#: Centre and month to files, paid, asked, amount, patient's share by rule, files without a recorded payment.
Figures = dict[tuple[int, int], tuple[int, int, int, int, int, int]]


def run_franchise(
    *,
    organisation: Organisation,
    fiscal_year: int,
    by: Any,
    at: dt.datetime,
    as_of: dt.datetime | None = None,
    job: Job | None = None,
) -> IndicatorRun:
    """Compute the franchise indicator of a year's inpatient files and keep it; as in `run_budget`."""
    with transaction.atomic():
        scope = {"organisation_id": organisation.pk, "fiscal_year": fiscal_year}
        cut = cut_now(**scope, at=at) if as_of is None else cut_before(**scope, as_of=as_of)
        figures = _figures(cut.balances() if as_of is None else cut.movements())
        run = IndicatorRun.objects.create(
            **scope,
            indicator=Indicator.FRANCHISE,
            through_month=cut.through_month,
            as_of=cut.as_of,
            last_movement=cut.last_movement,
            formula_version=rules.FRANCHISE,
            code_version=code_version(rules),
            inputs={"setting": int(Setting.INPATIENT), "centres": len({centre for centre, _ in figures})},
            checksum=checksum(figures),
            created_at=at,
            by=by,
            job=job,
        )
        IndicatorFigure.objects.bulk_create(
            IndicatorFigure(
                run=run, centre_id=centre, month=month, files=files, numerator=paid, denominator=asked,
                amount=amount, patient=patient, paid_unknown=unknown,
            )
            for (centre, month), (files, paid, asked, amount, patient, unknown) in sorted(figures.items())
        )  # fmt: skip
        return run


def verify_run(run: IndicatorRun) -> bool:
    """Whether the movements the run saw give the kept checksum again."""
    return checksum(_figures(Cut.of_run(run).movements())) == run.checksum


def checksum(figures: Figures) -> str:
    """Sha-256 of the definition and the figures in order."""
    rows = [[*key, *values] for key, values in sorted(figures.items()) if any(values)]
    return hashlib.sha256(json.dumps([rules.FRANCHISE, rows]).encode()).hexdigest()


def _figures(ledger_rows: Any) -> Figures:
    """Files and payments stand on the element FILE, costs on the others: one sum over all elements has both."""
    summed = ledger_rows.filter(setting=Setting.INPATIENT).summed_by("centre_id", "month")
    measures = ("files", "patient_paid", "asked", "amount", "patient", "paid_unknown")
    figures = {(row["centre_id"], row["month"]): tuple(row[f"total_{m}"] for m in measures) for row in summed}
    return {key: values for key, values in figures.items() if any(values)}  # type: ignore[misc]
