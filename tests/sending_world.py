"""Invoices that were discharged so many days ago, and contracts with days to send them, for the tests about time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from billing.models import Invoice
from insurers.models import Contract
from tests import claim_world as world
from tests import contract_world
from tests.cast import Cast

#: 1404/08/20, the day on which invoices of the tests are registered and sent.
DAY = dt.date(2025, 11, 11)


def discharged(cast: Cast, days_before: int, *lines: Any, **said: Any) -> Invoice:
    """A reviewed invoice of a stay of one day, so many days before `DAY`."""
    day = DAY - dt.timedelta(days=days_before)
    return world.reviewed(cast, *lines, admitted_on=day, discharged_on=day, **said)


def days_later(days: int) -> dt.datetime:
    return world.AT + dt.timedelta(days=days)


def contract(cast: Cast, **terms: Any) -> Contract:
    """A running contract of the cast's insurer for 1404 with these terms."""
    valid = DateRange(dt.date(2025, 3, 21), dt.date(2026, 3, 21))
    row = contract_world.contract(cast, number="۵/۱۴۰۴", valid=valid)
    contract_world.approve(contract_world.version(row, **terms), cast)
    return contract_world.activate(row, cast)
