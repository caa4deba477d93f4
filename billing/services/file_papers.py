"""What a file says beside its amounts, kept beside its invoices: identity of drugs and devices, hours of the stay.

It belongs to the transaction of the import. Of an invoice that came in anew or corrected it is kept as it came. One
that is as it was takes what is said anew without a new version: an empty cell leaves what is known, as does a file
without the column, and findings are looked for again.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from django.db import connection

from billing.models import Change, Delivery, Invoice, ItemIdentity, Papers, RefusedRow
from billing.parsing.parsed import Parsed
from billing.services import finding_runs
from core.frames import Schema, as_records, copy_in, copy_out, read
from core.models import AuditEvent
from core.text import group_digits, persian_digits

_I64, _I32 = pl.Int64, pl.Int32
_INVOICES: Schema = {"number": pl.String, "invoice_id": _I64, "change_id": _I64, "is_fresh": pl.Boolean}
_KNOWN: Schema = {"invoice_id": _I64, "line_no": _I32, "old_irc": pl.String, "old_is_authentic": pl.Boolean}


def take(parsed: Parsed, *, delivery: Delivery, at: dt.datetime) -> list[str]:
    """Keep what a delivery that was just stored says of items and hours; sentences for the sender, where there are any.

    The caller holds the transaction of the import, and with it the lock of the centre.
    """
    if parsed.items.is_empty() and parsed.hours.is_empty():
        return []
    invoices = _invoices(parsed, delivery)
    touched = [
        *_keep_items(parsed.items, invoices, delivery, at),
        *_keep_hours(parsed.hours, invoices, delivery, at),
    ]
    known = set(invoices.filter(~pl.col("is_fresh"))["invoice_id"]) & set(touched)
    if not known:
        return []
    finding_runs.forget_invoices(centre_id=delivery.centre_id, ids=sorted(known))
    return [
        f"{group_digits(len(known))} صورتحساب بی‌تغییر، شناسهٔ قلم یا ساعت تازه گرفت؛ یافته‌های آن دوباره بررسی می‌شود."
    ]


def _invoices(parsed: Parsed, delivery: Delivery) -> pl.DataFrame:
    """Stored invoices that the delivery speaks of, and whether it was this delivery that wrote them."""
    numbers = pl.concat([frame["number"] for frame in (parsed.items, parsed.hours) if len(frame)]).unique()
    found = copy_out(
        f"SELECT i.number, i.id, i.change_id, c.delivery_id IS NOT DISTINCT FROM %s"
        f" FROM {Invoice._meta.db_table} i JOIN {Change._meta.db_table} c ON c.id = i.change_id"
        " WHERE i.centre_id = %s AND i.number = ANY(string_to_array(%s, E'\\x1f')) AND i.lines_count > 0",
        [delivery.pk, delivery.centre_id, numbers.str.join("\x1f").item()],
        _INVOICES,
    )
    if not delivery.rows_refused:
        return found
    refused = RefusedRow.objects.filter(delivery=delivery).values_list("invoice_number", flat=True).distinct()
    return found.filter(~pl.col("number").is_in(list(refused)))


def _keep_items(
    items: pl.DataFrame, invoices: pl.DataFrame, delivery: Delivery, at: dt.datetime
) -> list[int]:
    """Write IRC and authenticity of goods; gives the invoices of which something is new."""
    if items.is_empty():
        return []
    said = items.join(invoices, on="number", how="inner", maintain_order="left")
    known = _with_known(said, said.filter(~pl.col("is_fresh"))["invoice_id"].unique().to_list())
    # A column that the file has speaks of every item: what nobody ever said is an empty code, and not confirmed.
    rest = {"irc": "", "is_authentic": False}
    written = [
        (pl.coalesce(name, old, pl.lit(value)) if name in items.columns else pl.col(old)).alias(name)
        for name, value in rest.items()
        for old in (f"old_{name}",)
    ]
    moved = known.with_columns(written).filter(
        pl.col("is_fresh") | pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"old_{c}")) for c in rest)
    )
    is_known = pl.any_horizontal(pl.col(f"old_{c}").is_not_null() for c in rest)
    _forget(moved.filter(is_known))
    copy_in(
        ItemIdentity._meta.db_table, moved.select("invoice_id", "line_no", "change_id", "irc", "is_authentic")
    )
    _tell_replaced(moved.filter(is_known), delivery, at)
    return moved["invoice_id"].unique().to_list()


def _with_known(said: pl.DataFrame, unchanged: list[int]) -> pl.DataFrame:
    """What is said with what is known of the same items of invoices that are as they were (`old_…`)."""
    if not unchanged:
        return said.with_columns(
            pl.lit(None, pl.String).alias("old_irc"), pl.lit(None, pl.Boolean).alias("old_is_authentic")
        )
    known = copy_out(
        f"SELECT d.invoice_id, d.line_no, '+' || d.irc, d.is_authentic FROM {ItemIdentity._meta.db_table} d"
        f" JOIN {Invoice._meta.db_table} i ON i.id = d.invoice_id AND i.change_id = d.change_id"
        " WHERE i.id = ANY(%s)",
        [unchanged],
        _KNOWN,
    )
    return said.join(
        known.with_columns(pl.col("old_irc").str.strip_prefix("+")),
        on=["invoice_id", "line_no"], how="left", maintain_order="left",
    )  # fmt: skip


def _forget(moved: pl.DataFrame) -> None:
    if moved.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {ItemIdentity._meta.db_table} d"
            " USING jsonb_to_recordset(%s::jsonb) AS r(invoice_id bigint, line_no integer, change_id bigint)"
            " WHERE d.invoice_id = r.invoice_id AND d.line_no = r.line_no AND d.change_id = r.change_id",
            [as_records(moved.select("invoice_id", "line_no", "change_id"))],
        )


def _tell_replaced(moved: pl.DataFrame, delivery: Delivery, at: dt.datetime) -> None:
    """An audit event for each invoice of which a file replaced what somebody had said before."""
    by = delivery.by
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=at, by_id=delivery.by_id, by_name=by.get_username() if by else "", action="invoice.items",
            target_type=Invoice._meta.label_lower, target_id=str(invoice_id),
            organisation_id=delivery.centre.region.organisation_id,
            before={"items": _as_text(rows, "old_")}, after={"items": _as_text(rows), "delivery": delivery.pk},
        )
        for (invoice_id,), rows in moved.group_by("invoice_id", maintain_order=True)
    )  # fmt: skip


def _as_text(rows: pl.DataFrame, prefix: str = "") -> str:
    said = rows.select("line_no", f"{prefix}irc", f"{prefix}is_authentic").iter_rows()
    return "، ".join(
        f"سطر {persian_digits(line_no)}: {irc or 'بی‌کد'}{' (اصیل)' if is_authentic else ''}"
        for line_no, irc, is_authentic in said
    )


_HOURS = f"""
    WITH said AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(invoice_id bigint, admitted_at time, discharged_at time)
    )
    INSERT INTO {Papers._meta.db_table} AS p
        (invoice_id, documents, admitted_at, discharged_at, said_by_id, said_at)
    SELECT invoice_id, NULL, admitted_at, discharged_at, %s, %s FROM said ORDER BY invoice_id
    ON CONFLICT (invoice_id) DO UPDATE SET
        admitted_at = coalesce(excluded.admitted_at, p.admitted_at),
        discharged_at = coalesce(excluded.discharged_at, p.discharged_at),
        -- The papers of the file stay the word of who said them.
        said_by_id = CASE WHEN p.documents IS NULL THEN excluded.said_by_id ELSE p.said_by_id END,
        said_at = CASE WHEN p.documents IS NULL THEN excluded.said_at ELSE p.said_at END
    WHERE (p.admitted_at, p.discharged_at) IS DISTINCT FROM
          (coalesce(excluded.admitted_at, p.admitted_at), coalesce(excluded.discharged_at, p.discharged_at))
    RETURNING invoice_id
"""


def _keep_hours(
    hours: pl.DataFrame, invoices: pl.DataFrame, delivery: Delivery, at: dt.datetime
) -> list[int]:
    """Write hours of stays; gives the invoices of which something is new."""
    if hours.is_empty():
        return []
    said = hours.join(invoices, on="number", how="inner").select(
        "invoice_id", *[pl.col(c).dt.to_string("%H:%M") for c in ("admitted_at", "discharged_at")]
    )
    return read(_HOURS, [as_records(said), delivery.by_id, at], {"invoice_id": _I64})["invoice_id"].to_list()
