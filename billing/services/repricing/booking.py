"""Booking an approved preview: differences appended to their lines, and everything that follows from them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import structlog
from django.db import connection, transaction

from billing.choices import WERE_SENT, RepricingState
from billing.measures import PRICED
from billing.models import (
    Change,
    Invoice,
    LineDelta,
    ProposedDelta,
    ProposedInvoice,
    Repricing,
    RepricingCentre,
    SupplementaryItem,
)
from billing.pipeline.store import write_movements
from billing.services import finding_runs, stages
from billing.services.repricing.common import (
    CENTRE,
    Advance,
    Outdated,
    last_change_of,
    record,
    sums,
    token_now,
)
from billing.services.repricing.preview import DELTA_COLUMNS, propose
from billing.services.repricing.source import Source
from billing.standing import MovedOn, moved_on
from core import jobs
from core.text import persian_digits
from organisations.models import Centre

log = structlog.get_logger(__name__)
_TOTALS = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share")


def book(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    source = Source(row)
    todo = list(row.centres.filter(lines__gt=0).select_related("centre__region__organisation").order_by("pk"))
    total = sum(one.lines for one in todo)
    if len(todo) > 1 and not any(one.done_at for one in todo):
        # Before anything is booked: what has changed since the preview must not concern these lines.
        for number, one in enumerate(todo, start=1):
            advance(0, total, f"مقایسه با پیش‌نمایش: {one.centre.name} ({number} از {len(todo)})")
            with transaction.atomic():
                confirm(row, one, source)
    done = 0
    for one in todo:
        if one.done_at is None:
            with transaction.atomic():
                append(row, one, at, causes=confirm(row, one, source))
        done += one.lines
        advance(done, total, one.centre.name)
    with transaction.atomic():
        row.state, row.done_at = RepricingState.DONE, at
        row.save(update_fields=["state", "done_at"])
        if row.reverses_id:
            Repricing.objects.filter(pk=row.reverses_id).update(state=RepricingState.REVERSED)
        record("repricing.booked", row, by=row.approved_by, at=at, after=sums(row))


def confirm(row: Repricing, one: RepricingCentre, source: Source) -> list[str]:
    """Lock the centre, and make sure that its proposed differences are those that would be found now, and that its
    invoices are as far as they were. Gives the causes of the differences.

    Where anything has changed they are found again and must be the same, or it is another preview's work.
    """
    jobs.lock(CENTRE, one.centre_id)
    stages.hold([one.centre_id])
    if moved := moved_on(repricing_id=row.pk, centre_id=one.centre_id):
        raise Outdated(_who_moved(one.centre, moved))
    token, last = token_now(), last_change_of(one.centre_id)
    proposed = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id)
    found = proposed.by_cause()
    if (one.token, one.last_change, one.deltas) == (token, last, sum(found.values())):
        return list(found)
    proposed.delete()
    ProposedInvoice.objects.filter(repricing=row, centre_id=one.centre_id).delete()
    tally = propose(row, one.centre, source)
    if tally.fingerprint.text != one.digest:
        raise Outdated(
            f"نرخ‌ها یا سطرهای {one.centre.name} پس از پیش‌نمایش عوض شده‌اند و نتیجه دیگر همان نیست که تأیید شد؛ "
            "دوباره پیش‌نمایش بگیرید."
        )
    if (
        tally.standings.text != one.standings
    ):  # what the preview had written down was lost, so that none is named
        raise Outdated(_who_moved(one.centre, []))
    one.token, one.last_change = token, last
    one.save(update_fields=["token", "last_change"])
    return list(proposed.by_cause())


def _who_moved(centre: Centre, moved: list[MovedOn]) -> str:
    said = "، ".join(
        f"{persian_digits(one.invoices)} صورتحسابِ «{one.was_label}» اکنون «{one.now_label}» است"
        for one in moved
    )
    what = f": {said}" if said else ""
    return (
        f"وضعیت صورتحساب‌های {centre.name} پس از پیش‌نمایش عوض شده است{what}. تفاوت آن‌ها جای دیگری می‌رود؛ "
        "دوباره پیش‌نمایش بگیرید."
    )


_NAMES = ", ".join(f'"{c}"' for c in DELTA_COLUMNS)
_OF_CENTRE = "p.repricing_id = %s AND p.centre_id = %s"
#: In the order of invoices, since so they were written down; a sort would cost a third of the statement.
_APPEND = f"""
    INSERT INTO {LineDelta._meta.db_table} (change_id, standing, {_NAMES})
    SELECT %s, p.standing, {", ".join(f'p."{c}"' for c in DELTA_COLUMNS)}
    FROM {ProposedDelta._meta.db_table} p WHERE {_OF_CENTRE} AND p.cause = %s
"""
_ADD = f"""
    UPDATE {Invoice._meta.db_table} i
    SET unpriced_lines = i.unpriced_lines + p.unpriced_lines,
        {", ".join(f"{header} = i.{header} + p.{c}" for header, c in zip(_TOTALS, PRICED, strict=True))}
    FROM {ProposedInvoice._meta.db_table} p
    WHERE {_OF_CENTRE} AND i.id = p.invoice_id
      AND ({" OR ".join(f"p.{c} <> 0" for c in ("unpriced_lines", *PRICED))})
"""
_CLAIM = f"""
    INSERT INTO {SupplementaryItem._meta.db_table}
        (change_id, repricing_id, invoice_id, fund_id, lines, {", ".join(PRICED)})
    SELECT d.change_id, %s, d.invoice_id, i.fund_id, count(*) FILTER (WHERE d.lines >= 0),
           {", ".join(f"sum(d.{c})" for c in PRICED)}
    FROM {LineDelta._meta.db_table} d JOIN {Invoice._meta.db_table} i ON i.id = d.invoice_id
    WHERE d.change_id = ANY(%s) AND d.standing IN ({", ".join(str(int(s)) for s in WERE_SENT)})
    GROUP BY d.change_id, d.invoice_id, i.fund_id ORDER BY 1, 3
"""


def append(row: Repricing, one: RepricingCentre, at: dt.datetime, *, causes: list[str]) -> None:
    """Append the centre's proposed differences to their lines, and book what follows from them."""
    changes = _open_changes(row, one, at, causes)
    append_lines(row, one, changes)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [row.pk, one.centre_id])
        cursor.execute(_CLAIM, [row.pk, list(changes.values())])
    if one.movements:
        moved = pl.DataFrame(one.movements, infer_schema_length=None)
        of_cause = pl.DataFrame({"cause": list(changes), "change_id": list(changes.values())})
        write_movements(moved.join(of_cause, on="cause", how="left"), at=at)
    finding_runs.forget_repriced(centre_id=one.centre_id, changes=list(changes.values()))
    one.done_at = at
    one.save(update_fields=["done_at"])
    log.info("centre_repriced", repricing=row.pk, centre=one.centre_id, lines=one.lines, amount=one.amount)


def append_lines(row: Repricing, one: RepricingCentre, changes: dict[str, int]) -> None:
    """The centre's proposed differences, to their lines; `changes` are the ids of the changes by cause."""
    with connection.cursor() as cursor:
        for cause, change_id in changes.items():
            cursor.execute(_APPEND, [change_id, row.pk, one.centre_id, cause])


def _open_changes(row: Repricing, one: RepricingCentre, at: dt.datetime, causes: list[str]) -> dict[str, int]:
    """One change for each cause among the centre's differences."""
    made = [
        Change(cause=cause, at=at, by=row.approved_by, centre=one.centre, repricing=row, reason=_reason(row))
        for cause in causes
    ]
    return {change.cause: change.pk for change in Change.objects.bulk_create(made)}


def _reason(row: Repricing) -> str:
    what = "برگشت بازقیمت‌گذاری" if row.reverses_id else "بازقیمت‌گذاری"
    return f"{what}: {row.circular}"[:250]
