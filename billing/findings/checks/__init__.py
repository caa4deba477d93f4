"""The checks: each a function of a `Case` in a file of its own, with the codes of the catalogue it may report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from billing.findings.case import Case
from billing.findings.checks.authenticity import authenticity
from billing.findings.checks.bundled import bundled
from billing.findings.checks.component import component
from billing.findings.checks.documents import documents
from billing.findings.checks.duplicate import duplicate
from billing.findings.checks.excess_price import excess_price
from billing.findings.checks.hotelling_days import hotelling_days
from billing.findings.checks.irc import irc
from billing.findings.checks.late import late
from billing.findings.checks.not_covered import not_covered
from billing.findings.checks.package import package
from billing.findings.checks.patient_paid import patient_paid
from billing.findings.checks.physician import physician
from billing.findings.checks.surgery_percent import surgery_percent, surgery_rank
from billing.findings.checks.tariff import tariff
from billing.findings.checks.visits import visits
from billing.findings.checks.wrong_class import wrong_class


@dataclass(frozen=True)
class Check:
    find: Callable[[Case], pl.DataFrame]
    rules: tuple[str, ...]


CHECKS = (
    Check(tariff, ("tariff_missing", "tariff_expired", "coverage_missing", "second_nursing")),
    Check(not_covered, ("not_covered",)),
    Check(excess_price, ("excess_price",)),
    Check(wrong_class, ("wrong_class",)),
    Check(component, ("component_missing", "component_beside_whole")),
    Check(surgery_percent, ("surgery_percent",)),
    Check(surgery_rank, ("surgery_rank",)),
    Check(bundled, ("bundled_operating_room", "bundled_nursing", "bundled_panel")),
    Check(package, ("inside_package", "second_package")),
    Check(hotelling_days, ("hotelling_days", "hotelling_days_short", "hotelling_short_stay")),
    Check(visits, ("visits_per_day",)),
    Check(physician, ("physician_missing", "physician_status", "physician_specialty")),
    Check(irc, ("irc_missing", "irc_malformed")),
    Check(authenticity, ("authenticity",)),
    Check(documents, ("operation_sheet", "anaesthesia_sheet", "introduction_letter")),
    Check(duplicate, ("duplicate",)),
    Check(late, ("late",)),
    Check(patient_paid, ("patient_paid",)),
)
