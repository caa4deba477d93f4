"""What an organisation aims at: one value an indicator and fiscal year, every change on the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit
from organisations.models import Organisation
from reports.choices import Indicator
from reports.models import IndicatorTarget


def set_target(
    *,
    organisation: Organisation,
    fiscal_year: int,
    target_bp: int,
    by: Any,
    at: dt.datetime,
    indicator: Indicator = Indicator.FRANCHISE,
) -> IndicatorTarget:
    """Aim at `target_bp` basis points in a fiscal year; an earlier target of the same year is replaced."""
    key = {"organisation": organisation, "indicator": indicator, "fiscal_year": fiscal_year}
    with transaction.atomic():
        before = IndicatorTarget.objects.select_for_update().filter(**key).values("target_bp").first()
        target, _ = IndicatorTarget.objects.update_or_create(**key, defaults={"target_bp": target_bp})
        audit.record(
            "indicator_target.set", target, by=by, at=at, organisation_id=organisation.pk, before=before,
            after={"fiscal_year": fiscal_year, "target_bp": target_bp},
        )  # fmt: skip
    return target
