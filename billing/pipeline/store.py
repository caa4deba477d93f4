"""Writing priced invoices: lines, what they replace, movements and balances, in the caller's transaction.

The caller holds the lock of the centre. Statements are constant in number, whatever the number of lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
from django.db import connection, transaction

from billing.choices import Cause
from billing.entries import entries
from billing.measures import LEDGER_KEY, LINE_MEASURES, MEASURES
from billing.models import (
    Balance,
    Change,
    ClosedMonth,
    Invoice,
    InvoiceLine,
    Movement,
    PastInvoice,
    PastLine,
    Patient,
    PriceBasis,
)
from billing.models.periods import closed_for
from billing.pipeline import ledger
from billing.pipeline.compare import digests
from billing.pipeline.price import SHARES
from billing.pipeline.references import KnownBases
from billing.pipeline.resolve import LABELS, NUMBERS, RATE_IDS
from core.frames import Beside, Query, as_records, read

_I64 = pl.Int64
_INVOICE_COLUMNS = (
    "id", "centre_id", "number", "patient_id", "setting", "condition", "category", "fund_id",
    "supplementary_fund_id", "unit_id", "record_no", "admitted_on", "discharged_on", "month", "lines_count",
    "unpriced_lines", "asked", "amount", "basic", "supplementary", "subsidy", "employer", "patient_share",
    "patient_paid", "digest", "version", "change_id",
)  # fmt: skip
LINE_COLUMNS = (
    "invoice_id", "line_no", "asked", "amount", *SHARES, "quantity_milli", "service_id", "unit_id", "physician_id",
    "basis_id", "change_id", "percent_bp", "minutes", "service_on", "book", "group", "element", "part", "status",
    "code",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """Who writes what for whom: the facts of one transaction."""

    organisation_id: int
    centre_id: int
    delivery_id: int | None
    by_id: int | None
    at: dt.datetime
    #: Why, in the words of the person who changes; kept on the change.
    reason: str = ""


@dataclass(frozen=True)
class Sent:
    """Some invoices as they came."""

    headers: pl.DataFrame
    lines: pl.DataFrame


@dataclass(frozen=True)
class Priced:
    """Priced lines, as narrow as they are stored, what priced them and what they were made of."""

    lines: pl.DataFrame
    cases: pl.DataFrame  # case, basis_digest, at: the first line of the case
    whole: pl.DataFrame  # lines with all columns of their case
    sent: Sent

    def bases(self, cases: pl.DataFrame) -> pl.DataFrame:
        """What the bases of some of the cases say."""
        return self.whole.select("basis_digest", *LABELS, *RATE_IDS, *NUMBERS)[cases["at"]]


def priced_of(lines: pl.DataFrame, sent: Sent) -> Priced:
    """Lines as `price_and_split` gives them, parted into what is stored by line and by case."""
    kept = [c for c in LINE_COLUMNS if c in lines.columns]
    at = lines["case"].arg_unique()
    of_case = lines.select("case", "basis_digest")[at].with_columns(at.alias("at"))
    return Priced(lines.select("number", "case", *kept), of_case.drop_nulls("basis_digest"), lines, sent)


def store(headers: pl.DataFrame, portions: Iterable[Priced], context: Context, *, bases: KnownBases) -> int:
    """Write new and changed invoices (`Sorted.headers` and their lines) with their movements and balances.

    Gives the number of lines without a price. The server writes one thing while the next is computed: patients while
    the first lines are priced, each portion while its fingerprints and the next portion are made.
    """
    if headers.is_empty():
        return 0
    changes, fresh = _open(headers, context)
    known = _with_ids(headers, fresh).join(changes, on="cause", how="left", maintain_order="left")
    old_ids = known["old_id"].drop_nulls()
    taken_back = _take_back(old_ids.to_list(), changes, Cause.CORRECTION) if len(old_ids) else None
    with Beside() as beside:
        patients = beside.read(*_patients(known, context))
        written, fingerprints = zip(*_write_lines(portions, known, bases, beside), strict=True)
        lines = pl.concat(written)
        known = known.join(pl.concat(fingerprints), on="number", how="left", maintain_order="left")
        known = known.join(patients(), on="patient_key", how="left", maintain_order="left")
        beside.copy_in(Invoice._meta.db_table, _invoice_rows(known, lines, context))
        moved = ledger.totals(known, lines, centre_id=context.centre_id)
        parts = [moved] if taken_back is None else [moved, taken_back]
        movements = ledger.net(*parts).join(changes, on="cause", how="left")
    write_movements(movements, at=context.at)
    return lines["amount"].null_count()


def _write_lines(
    portions: Iterable[Priced], known: pl.DataFrame, bases: KnownBases, beside: Beside
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The lines of each portion, as totals need them, and its fingerprints, once its COPY has begun."""
    ids = known.select("number", pl.col("id").alias("invoice_id"), "change_id")
    for priced in portions:
        placed = _with_basis(priced, bases, beside).join(ids, on="number", how="left", maintain_order="left")
        beside.copy_in(InvoiceLine._meta.db_table, placed.select(LINE_COLUMNS))
        sent = priced.sent
        yield priced.lines, sent.headers.select("number", digests(sent.headers, sent.lines))


_OPEN = f"""
    WITH opened AS (
        INSERT INTO {Change._meta.db_table} (cause, at, by_id, centre_id, delivery_id, reason)
        SELECT unnest(%s::text[]), %s, %s, %s, %s, %s RETURNING id, cause
    -- Materialized: looking up the sequence costs ten times its next value.
    ), ids AS MATERIALIZED (
        SELECT pg_get_serial_sequence('{Invoice._meta.db_table}', 'id')::regclass AS sequence
    )
    SELECT array_agg(cause), array_agg(id), (
        SELECT array_agg(nextval(sequence)) FROM ids, generate_series(1, %s)
    ) FROM opened
"""


def _open(headers: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, list[int]]:
    """One change for each cause in the batch, and fresh ids for its new invoices, in one statement."""
    causes = headers["cause"].unique().sort().to_list()
    c = context
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            [causes, c.at, c.by_id, c.centre_id, c.delivery_id, c.reason, headers["old_id"].null_count()],
        )
        opened, ids, fresh = cursor.fetchone()
    changes = pl.DataFrame(
        {"cause": opened, "change_id": ids}, schema={"cause": pl.String, "change_id": _I64}
    )
    return changes, fresh or []


def _with_ids(headers: pl.DataFrame, fresh: list[int]) -> pl.DataFrame:
    """A corrected invoice keeps its id and takes the next version; a new one gets a fresh id."""
    supply = iter(fresh)
    ids = [old if old is not None else next(supply) for old in headers["old_id"].to_list()]
    return headers.with_columns(
        pl.Series("id", ids, dtype=_I64), (pl.col("old_version").fill_null(0) + 1).alias("version")
    )


_UPSERT_PATIENTS = f"""
    WITH sent AS (
        SELECT key, personnel_no, relation_no, coalesce(name, '') AS name
        FROM jsonb_to_recordset(%s::jsonb) AS r(key text, personnel_no bigint, relation_no smallint, name text)
    ), known AS (
        SELECT p.key, p.id FROM sent s JOIN {Patient._meta.db_table} p ON p.organisation_id = %s AND p.key = s.key
        WHERE s.name IN ('', p.name) AND coalesce(s.personnel_no = p.personnel_no, s.personnel_no IS NULL)
          AND coalesce(s.relation_no = p.relation_no, s.relation_no IS NULL)
    ), written AS (
        INSERT INTO {Patient._meta.db_table} AS p (organisation_id, key, personnel_no, relation_no, name)
        SELECT %s, key, personnel_no, relation_no, name FROM sent
        WHERE key NOT IN (SELECT key FROM known) ORDER BY key
        ON CONFLICT (organisation_id, key) DO UPDATE SET
            name = coalesce(nullif(excluded.name, ''), p.name),
            personnel_no = coalesce(excluded.personnel_no, p.personnel_no),
            relation_no = coalesce(excluded.relation_no, p.relation_no)
        RETURNING p.key, p.id
    )
    SELECT key, id FROM known UNION ALL SELECT key, id FROM written
"""


def _patients(headers: pl.DataFrame, context: Context) -> Query:
    """What gives the ids of the patients: new ones are written, others take what is said anew and keep the rest.

    A patient whom another centre is writing in this moment is waited for: the insert that comes second updates.
    """
    said = [pl.col(c).drop_nulls().last() for c in ("personnel_no", "relation_no")]
    name = pl.col("patient_name").filter(pl.col("patient_name") != "").last()
    sent = headers.group_by(pl.col("patient_key").alias("key")).agg(*said, name.alias("name"))
    organisation = context.organisation_id
    types = {"patient_key": pl.String, "patient_id": _I64}
    return _UPSERT_PATIENTS, [as_records(sent), organisation, organisation], types


def basis_of_cases(bases: pl.DataFrame) -> pl.DataFrame:
    """`case` and `basis_id` for `case` and the columns of a basis; bases not met before are written first."""
    ids = _ids_of_bases(bases.drop("case").unique("basis_digest"))
    return bases.select("case", "basis_digest").join(ids, on="basis_digest").drop("basis_digest")


def _with_basis(priced: Priced, known: KnownBases, beside: Beside) -> pl.DataFrame:
    """Lines with `basis_id`; bases not met before are written first, once nothing else is."""
    of_case = priced.cases.join(known.ids, on="basis_digest", how="left", maintain_order="left")
    unknown = of_case.filter(pl.col("basis_id").is_null())
    if len(unknown):
        beside.wait()
        found = _ids_of_bases(priced.bases(unknown.unique("basis_digest")))
        # What a failing transaction takes back with it must not stay known.
        transaction.on_commit(lambda: known.add(found))
        of_case = of_case.update(found, on="basis_digest")
    lines = priced.lines.join(
        of_case.select("case", "basis_id"), on="case", how="left", maintain_order="left"
    )
    return lines.with_columns(
        pl.when(pl.col("amount").is_not_null()).then(pl.col("basis_id")).alias("basis_id")
    )


def _ids_of_bases(bases: pl.DataFrame) -> pl.DataFrame:
    ids = _stored_bases(bases)
    missing = bases.join(ids, on="basis_digest", how="anti").rename({"basis_digest": "digest"})
    if missing.is_empty():
        return ids
    _insert_bases(missing)
    return _stored_bases(bases)


def _stored_bases(bases: pl.DataFrame) -> pl.DataFrame:
    return read(
        f"SELECT digest, id FROM {PriceBasis._meta.db_table} WHERE digest = ANY(%s)",
        [bases["basis_digest"].to_list()],
        {"basis_digest": pl.String, "basis_id": _I64},
    )


def _insert_bases(bases: pl.DataFrame) -> None:
    table = PriceBasis._meta.db_table
    columns = ", ".join(f'"{c}"' for c in bases.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
            " ORDER BY digest ON CONFLICT (digest) DO NOTHING",
            [as_records(bases)],
        )


def _invoice_rows(headers: pl.DataFrame, lines: pl.DataFrame, context: Context) -> pl.DataFrame:
    sums = lines.group_by("number").agg(
        pl.len().alias("lines_count"),
        pl.col("amount").is_null().sum().alias("unpriced_lines"),
        *[pl.col(c).sum() for c in ("asked", "amount", *SHARES)],
    )
    return (
        headers.join(
            sums.rename({"patient": "patient_share"}), on="number", how="left", maintain_order="left"
        )
        .with_columns(pl.lit(context.centre_id, _I64).alias("centre_id"), pl.col("record_no").fill_null(""))
        .select(_INVOICE_COLUMNS)
    )


_OLD_TOTALS = f"""
    SELECT i.centre_id, i.month, i.setting, i.category, e.element, i.fund_id,
           0, 0, 0, {", ".join(f"sum(e.{m})::bigint" for m in LINE_MEASURES)}
    FROM {Invoice._meta.db_table} i
    JOIN ({entries("invoice_id = ANY(%s)")}) e ON e.invoice_id = i.id
    GROUP BY 1, 2, 3, 4, 5, 6
    UNION ALL
    SELECT centre_id, month, setting, category, 0, fund_id, count(*), coalesce(sum(patient_paid), 0),
           count(*) FILTER (WHERE patient_paid IS NULL), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM {Invoice._meta.db_table} WHERE id = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6
"""
_LINE_LIST = ", ".join(f'"{c}"' for c in LINE_COLUMNS)
_HEADER_LIST = ", ".join(c for c in _INVOICE_COLUMNS if c != "id")
_TAKE_BACK = f"""
    WITH headers AS (DELETE FROM {Invoice._meta.db_table} WHERE id = ANY(%s) RETURNING id, {_HEADER_LIST}),
         gone AS (DELETE FROM {InvoiceLine._meta.db_table} WHERE invoice_id = ANY(%s) RETURNING {_LINE_LIST}),
         kept AS (
             INSERT INTO {PastInvoice._meta.db_table} (superseded_by_id, invoice_id, {_HEADER_LIST})
             SELECT %s, id, {_HEADER_LIST} FROM headers
         )
    INSERT INTO {PastLine._meta.db_table} (superseded_by_id, {_LINE_LIST})
    SELECT %s, {_LINE_LIST} FROM gone
"""


def _take_back(ids: list[int], changes: pl.DataFrame, cause: Cause) -> pl.DataFrame:
    """Move invoices and their lines to the past; their totals, reversed, belong to the change with the cause.

    What was appended to the lines is taken back with them and stays beside the past lines.
    """
    change_id = changes.filter(pl.col("cause") == cause.value)["change_id"].item()
    schema = ledger.KEY_TYPES | dict.fromkeys(MEASURES, _I64)
    old = read(_OLD_TOTALS, [ids, ids, ids], schema)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [ids, ids, change_id, change_id])
    said = pl.lit(cause.value).alias("cause")
    return ledger.reversed_totals(old.select(said, *LEDGER_KEY, *MEASURES))


_ZERO = ("lines_count", "unpriced_lines", "asked", "amount", *SHARES[:-1], "patient_share")
_AS_CANCELLED = ", ".join(
    {"version": "version + 1", "change_id": "superseded_by_id"}.get(c, "0" if c in _ZERO else c)
    for c in _INVOICE_COLUMNS
    if c != "id"
)
_KEEP_CANCELLED = f"""
    INSERT INTO {Invoice._meta.db_table} (id, {_HEADER_LIST})
    SELECT invoice_id, {_AS_CANCELLED} FROM {PastInvoice._meta.db_table} WHERE superseded_by_id = %s
"""


def cancel(ids: list[int], context: Context) -> int:
    """Take back invoices: their lines go to the past, the headers stay with zeros. Gives the id of the change.

    The same bookkeeping as a correction whose new lines are none; a closed month gets its delta elsewhere.
    """
    changes, _ = _open(pl.DataFrame({"cause": [Cause.CANCELLATION.value], "old_id": [0]}), context)
    taken_back = _take_back(ids, changes, Cause.CANCELLATION)
    change_id = int(changes["change_id"].item())
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_CANCELLED, [change_id])
    write_movements(ledger.net(taken_back).join(changes, on="cause", how="left"), at=context.at)
    return change_id


_KEY_LIST = ", ".join(f'"{c}"' for c in LEDGER_KEY)
_REST_OF_KEY = ", ".join(f'"{c}"' for c in LEDGER_KEY if c != "month")
_MEASURE_LIST = ", ".join(MEASURES)
#: Closed months of the centres for the person who writes, each with the month after it; then the first of those
#: following months that is open itself.
_BOOK = f"""
    WITH sent AS (
        SELECT m.*, h.by_id FROM jsonb_populate_recordset(NULL::{Movement._meta.db_table}, %s::jsonb) m
        JOIN {Change._meta.db_table} h ON h.id = m.change_id
    ), shut AS (
        SELECT w.centre_id, w.by_id, c.month, CASE c.month %% 100 WHEN 12 THEN c.month + 89 ELSE c.month + 1 END AS next
        FROM (SELECT DISTINCT centre_id, by_id FROM sent) w
        JOIN {ClosedMonth._meta.db_table} c ON c.centre_id = w.centre_id
        WHERE {closed_for(centre="w.centre_id", month="c.month", user="w.by_id", at="%s")}
    ), booked AS (
        SELECT s.*, coalesce(o.month, s.month) AS booked_month FROM sent s LEFT JOIN LATERAL (
            SELECT min(a.next) AS month FROM shut a
            WHERE a.centre_id = s.centre_id AND a.by_id IS NOT DISTINCT FROM s.by_id AND a.month >= s.month
              AND NOT EXISTS (SELECT FROM shut b WHERE b.centre_id = a.centre_id AND b.month = a.next
                              AND b.by_id IS NOT DISTINCT FROM a.by_id)
              AND EXISTS (SELECT FROM shut own WHERE own.centre_id = s.centre_id AND own.month = s.month
                          AND own.by_id IS NOT DISTINCT FROM s.by_id)
        ) o ON true
    ), moved AS (
        INSERT INTO {Movement._meta.db_table}
            (change_id, cause, recorded_at, origin_month, month, {_REST_OF_KEY}, {_MEASURE_LIST})
        SELECT change_id, cause, %s, month, booked_month, {_REST_OF_KEY}, {_MEASURE_LIST} FROM booked
        RETURNING {_KEY_LIST}, {_MEASURE_LIST}
    )
    INSERT INTO {Balance._meta.db_table} AS b (changed_at, {_KEY_LIST}, {_MEASURE_LIST})
    SELECT %s, {_KEY_LIST}, {", ".join(f"sum({m})" for m in MEASURES)} FROM moved GROUP BY {_KEY_LIST}
    ORDER BY {_KEY_LIST}
    ON CONFLICT ({_KEY_LIST}) DO UPDATE SET changed_at = excluded.changed_at,
        {", ".join(f"{m} = b.{m} + excluded.{m}" for m in MEASURES)}
"""


def write_movements(movements: pl.DataFrame, *, at: dt.datetime) -> None:
    """Append movements (`change_id`, `cause`, key, measures) and add them to the balances, in one statement.

    `month` of the key is the month of the invoices, which becomes `origin_month`. Here, and nowhere else, is decided
    in which month a movement is booked: its own if that is open to the person of the change, else the next that is.
    """
    if movements.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, [as_records(movements), at, at, at, at])
