"""The night of the demonstration, for both organisations."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from organisations.models import Organisation
from reports.services import nightly


def run_night(at: dt.datetime, *, side_by_side: int = 1) -> None:
    """The nightly run of a past moment; organisations do not meet in it, so they may run at the same time."""
    if side_by_side == 1:
        nightly.run(at=at)
        return

    def run_one(organisation_id: int) -> None:
        try:
            nightly.run(at=at, organisation_id=organisation_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(side_by_side) as pool:
        list(pool.map(run_one, list(Organisation.objects.values_list("pk", flat=True))))
