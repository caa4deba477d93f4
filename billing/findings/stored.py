"""Stored invoices as the frames that checks take: one invoice for its page, a hospital's for the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.conf import settings

from billing.models import Change, CurrentLine, Invoice, ItemIdentity, Papers, PastLine, Patient, PriceBasis
from core.frames import copy_out

_I8, _I32, _I64 = pl.Int8, pl.Int32, pl.Int64
HEADERS: dict[str, Any] = {
    "invoice_id": _I64, "version": _I32, "number": pl.String, "patient_key": pl.String, "setting": _I8,
    "condition": _I8, "admitted_on": pl.Date, "discharged_on": pl.Date,
    "patient_paid": _I64, "registered_on": pl.Date, "documents": pl.List(pl.String), "stay_minutes": _I64,
}  # fmt: skip
LINES: dict[str, Any] = {
    "number": pl.String, "line_no": _I32, "book": _I8, "group": _I8, "code": pl.String, "service_on": pl.Date,
    "quantity_milli": _I64, "percent_bp": _I32, "minutes": _I32, "part": _I8, "asked": _I64, "amount": _I64,
    "basic": _I64, "patient": _I64, "status": _I8, "service_id": _I64, "physician_id": _I64, "coverage_id": _I64,
    "share": _I64, "value_id": _I64, "operating_room_id": _I64, "fixed_price_id": _I64,
    "professional_milli": _I64, "technical_milli": _I64, "operating_room_milli": _I64, "operating_room_bp": _I64,
    "setting": _I8, "supplementary_fund_id": _I64, "irc": pl.String, "is_authentic": pl.Boolean,
}  # fmt: skip
# An invoice was registered by the first change that wrote it; a corrected one has that among its past lines.
_HEADERS = f"""
    SELECT i.id, i.version, i.number, coalesce(nullif(p.key, ''), i.patient_id::text), i.setting, i.condition,
           i.admitted_on, i.discharged_on, i.patient_paid,
           (c.at AT TIME ZONE '{settings.TIME_ZONE}')::date,
           CASE WHEN f.documents IS NOT NULL
                THEN concat_ws(' ', '+', (SELECT string_agg(d, ' ') FROM jsonb_array_elements_text(f.documents) d)) END,
           (extract(epoch FROM (i.discharged_on + f.discharged_at) - (i.admitted_on + f.admitted_at)) / 60)::bigint
    FROM {Invoice._meta.db_table} i
    LEFT JOIN {Papers._meta.db_table} f ON f.invoice_id = i.id
    LEFT JOIN {Patient._meta.db_table} p ON p.id = i.patient_id
    LEFT JOIN {Change._meta.db_table} c ON c.id = CASE WHEN i.version = 1 THEN i.change_id ELSE coalesce(
        (SELECT min(o.change_id) FROM {PastLine._meta.db_table} o WHERE o.invoice_id = i.id), i.change_id) END
    WHERE i.id = ANY(%s)
"""
_LINES = f"""
    SELECT i.number, l.line_no, l.book, l."group", l.code, l.service_on, l.quantity_milli, l.percent_bp, l.minutes,
           l.part, l.asked, l.amount, l.basic, l.patient, l.status, l.service_id, l.physician_id, b.coverage_id,
           b.share, b.value_id, b.operating_room_id, b.fixed_price_id, b.professional_milli, b.technical_milli,
           b.operating_room_milli, b.operating_room_bp, i.setting, i.supplementary_fund_id,
           '+' || d.irc, d.is_authentic
    FROM {Invoice._meta.db_table} i JOIN {CurrentLine._meta.db_table} l ON l.invoice_id = i.id
    LEFT JOIN {PriceBasis._meta.db_table} b ON b.id = l.basis_id
    LEFT JOIN {ItemIdentity._meta.db_table} d
        ON d.invoice_id = l.invoice_id AND d.line_no = l.line_no AND d.change_id = l.change_id
    WHERE i.id = ANY(%s)
"""


def frames_of(invoice_ids: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Headers (`HEADERS`) and lines (`LINES`) of stored invoices of one centre, two queries for any number."""
    ids = list(invoice_ids)
    headers = copy_out(_HEADERS, [ids], HEADERS | {"documents": pl.String})
    lines = copy_out(_LINES, [ids], LINES)
    return (
        # The sign before the documents tells a file without any from one that nobody has spoken of.
        headers.with_columns(pl.col("documents").str.split(" ")),
        # COPY gives an empty text as null: the sign before a code tells one that was left empty from none.
        lines.with_columns(pl.col("irc").str.strip_prefix("+")),
    )
