"""The checks: each a function of a `Case` in a file of its own, with the codes of the catalogue it may report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from billing.findings.case import Case
from billing.findings.checks.excess_price import excess_price
from billing.findings.checks.patient_paid import patient_paid
from billing.findings.checks.tariff import tariff


@dataclass(frozen=True)
class Check:
    find: Callable[[Case], pl.DataFrame]
    rules: tuple[str, ...]


CHECKS = (
    Check(tariff, ("tariff_missing", "tariff_expired", "coverage_missing", "second_nursing")),
    Check(excess_price, ("excess_price",)),
    Check(patient_paid, ("patient_paid",)),
)
