"""Taking a re-pricing back as a whole: a re-pricing of its own, previewed and approved like the first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from billing.choices import RepricingState
from billing.models import Repricing
from billing.services.repricing.common import NotNow, Queue, begin, locked_row
from core.text import persian_digits


@transaction.atomic
def ask_reversal(*, repricing: Repricing, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """A preview of taking a re-pricing back as a whole; it needs an approval of its own."""
    locked = locked_row(repricing, by)
    if locked.reverses_id or locked.state not in (RepricingState.DONE, RepricingState.STOPPED):
        raise NotNow("تنها بازقیمت‌گذاری ثبت‌شده را می‌توان برگرداند.")
    if not locked.changes.exists():
        raise NotNow("از این بازقیمت‌گذاری چیزی ثبت نشده است که برگردد.")
    running = locked.reversals.exclude(state__in=(RepricingState.DISCARDED, RepricingState.STOPPED)).first()
    if running:
        raise NotNow(f"برگشت این بازقیمت‌گذاری پیش‌تر درخواست شده است (شمارهٔ {persian_digits(running.pk)}).")
    row = Repricing(organisation_id=locked.organisation_id, circular_id=locked.circular_id, reverses=locked)
    return begin(row, by=by, at=at, queue=queue)
