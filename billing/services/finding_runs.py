"""Checking what is stored: in the background after a delivery, portion by portion, safe to run twice.

What is due is a stored fact: an invoice whose present version has not been checked. A run that was killed is taken up
by the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl
import structlog
from django.db import connection, transaction
from django.utils import timezone

from billing.choices import Stage
from billing.findings.run import found_in
from billing.findings.stored import frames_of
from billing.models import (
    CheckedInvoice,
    Finding,
    FindingPass,
    Invoice,
    InvoiceStage,
    LineDelta,
)
from core import jobs
from core.frames import copy_in, read
from organisations.models import Centre

log = structlog.get_logger(__name__)
#: Lines checked together, about: whole invoices, few enough to stay small in memory.
PORTION = 200_000
_I64 = pl.Int64
_LOCK = "billing.findings"
#: What has a centre (its key) checked in the background.
Queue = Callable[[int], object]


@dataclass(frozen=True)
class Checked:
    """What a run did."""

    invoices: int = 0
    lines: int = 0
    findings: int = 0

    def __add__(self, other: Checked) -> Checked:
        return Checked(
            self.invoices + other.invoices, self.lines + other.lines, self.findings + other.findings
        )


# An invoice that was sent keeps the findings it was sent with, until it is corrected.
_DUE = f"""
    WITH due AS (
        SELECT i.id, sum(i.lines_count) OVER (ORDER BY i.id) - i.lines_count AS before
        FROM {Invoice._meta.db_table} i
        LEFT JOIN {CheckedInvoice._meta.db_table} c ON c.invoice_id = i.id
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        WHERE i.centre_id = %s AND c.version IS DISTINCT FROM i.version
          AND NOT coalesce(s.stage = {Stage.SENT.value} AND s.sent_version = i.version, false)
    )
    SELECT id FROM due WHERE before < %s ORDER BY id
"""


def check_centre(*, centre: Centre, at: dt.datetime) -> Checked:
    """Check every invoice of a centre that is due; called again it changes nothing.

    Each portion is a transaction under the centre's lock, so two workers never write the same invoices, and neither
    misses what the other has left.
    """
    done = Checked()
    while (portion := _portion(centre, at)).invoices:
        done += portion
    if done.invoices:
        log.info("findings_checked", centre=centre.code, **vars(done))
    return done


def check_due(*, at: dt.datetime, organisation_id: int | None = None) -> Checked:
    """`check_centre` for every centre, one after the other."""
    centres = Centre.objects.select_related("region").order_by("pk")
    if organisation_id:
        centres = centres.of_organisation(organisation_id)
    return sum((check_centre(centre=centre, at=at) for centre in centres), Checked())


def check_on_commit(centre_id: int, queue: Queue) -> None:
    """Have a centre checked once this transaction is stored.

    A broker that is away must not fail what is stored already: the check of the night finds what is due.
    """
    transaction.on_commit(lambda: queue(centre_id), robust=True)


def hold(centre_ids: Iterable[int]) -> None:
    """Keep checks of these centres away until this transaction ends.

    Otherwise a portion that began before a change would store what it found after it, and say that it is up to date.
    """
    for centre_id in sorted(set(centre_ids)):
        jobs.lock(_LOCK, centre_id)


@transaction.atomic
def forget(*, centres: Iterable[Centre]) -> None:
    """Let the invoices of these centres be due again: their rules have changed."""
    centres = list(centres)
    hold(centre.pk for centre in centres)
    CheckedInvoice.objects.filter(
        invoice_id__in=Invoice.objects.filter(centre__in=centres).values("pk")
    ).delete()


@transaction.atomic
def forget_invoices(*, centre_id: int, ids: list[int]) -> None:
    """Let invoices of a centre be due again: something is known of them now that their version does not tell."""
    hold([centre_id])
    CheckedInvoice.objects.filter(invoice_id__in=ids).delete()


@transaction.atomic
def forget_repriced(*, centre_id: int, changes: list[int]) -> None:
    """Let the invoices of a centre that these changes re-priced be due again: they have no new version."""
    hold([centre_id])
    touched = LineDelta.objects.filter(change__in=changes).values("invoice_id")
    CheckedInvoice.objects.filter(invoice_id__in=touched).delete()


@transaction.atomic
def _portion(centre: Centre, at: dt.datetime) -> Checked:
    hold([centre.pk])
    ids = read(_DUE, [centre.pk, PORTION], {"id": _I64})["id"].to_list()
    if not ids:
        return Checked()
    headers, lines = frames_of(ids)
    found = found_in(headers, lines, centre=centre, on=timezone.localdate(at))
    _write(ids, headers, found, centre, at)
    return Checked(len(ids), len(lines), len(found))


_FORGET = f"DELETE FROM {Finding._meta.db_table} WHERE invoice_id = ANY(%s)"
_FORGET_CHECKED = f"DELETE FROM {CheckedInvoice._meta.db_table} WHERE invoice_id = ANY(%s)"
_PASSED = f"""
    UPDATE {Finding._meta.db_table} f SET is_passed = true FROM {FindingPass._meta.db_table} p
    WHERE p.invoice_id = ANY(%s) AND p.withdrawn_at IS NULL AND f.invoice_id = p.invoice_id
      AND f.rule_id = p.rule_id AND f.line_no IS NOT DISTINCT FROM p.line_no AND f.text = p.text
"""


def _write(
    ids: list[int], headers: pl.DataFrame, found: pl.DataFrame, centre: Centre, at: dt.datetime
) -> None:
    """Replace the findings of these invoices, say which version they belong to, and mark what was passed."""
    of_invoice = headers.select("number", "invoice_id", "version")
    rows = found.join(of_invoice, on="number", how="left", maintain_order="left").select(
        "invoice_id", pl.lit(centre.pk, _I64).alias("centre_id"), "rule_id", "severity", "line_no", "field", "text",
        "amount", pl.lit(False).alias("is_passed"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [ids])
        cursor.execute(_FORGET_CHECKED, [ids])
        copy_in(Finding._meta.db_table, rows)
        copy_in(
            CheckedInvoice._meta.db_table,
            of_invoice.select("invoice_id", "version", pl.lit(at).alias("at")),
        )
        cursor.execute(_PASSED, [ids])
