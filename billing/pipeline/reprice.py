"""Stored lines priced anew: read back as frames, through the same steps as an import, and compared with what they are.

Lines of an invoice stay together, because nursing, packages and ceilings look across them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from billing.choices import WITH_AMOUNT, Cause, LineStatus, RepricingState
from billing.measures import LEDGER_KEY, MEASURES, PRICED
from billing.models import Invoice, InvoiceLine, LineDelta, PriceBasis
from billing.pipeline import ledger
from billing.pipeline.identify import identify_stored
from billing.pipeline.price import price_and_split
from billing.pipeline.references import References
from billing.pipeline.resolve import LABELS, NUMBERS, RATE_IDS, resolve
from core.frames import Schema, copy_out, read
from organisations.models import Centre

_I64, _I32, _I8 = pl.Int64, pl.Int32, pl.Int8
#: Lines priced together.
PORTION = 200_000
_HEADER: Schema = {
    "number": _I64, "month": _I32, "setting": _I8, "condition": _I8, "category": _I8, "fund_id": _I64,
    "supplementary_fund_id": _I64,
}  # fmt: skip
#: What a price is made of, then what the line has now.
_FACTS: Schema = {
    "number": _I64, "line_no": _I32, "book": _I8, "code": pl.String, "service_on": pl.Date, "quantity_milli": _I64,
    "percent_bp": _I32, "minutes": _I32, "part": _I8, "physician_id": _I64,
}  # fmt: skip
_STATE: Schema = {"status": _I8, "basis_id": _I64, "service_id": _I64, "group": _I8, "element": _I8}
_NOW: Schema = {"line_change_id": _I64, "asked": _I64, **dict.fromkeys(PRICED, _I64), **_STATE}
_APPENDED: Schema = {"change_id": _I64, "lines": _I8, **dict.fromkeys(PRICED, _I64), **_STATE}
_COLUMN_OF = {"number": "invoice_id", "line_change_id": "change_id"}
#: Rows of differences, as they are stored and counted; `case` stands for the basis until the basis is written.
DELTA: Schema = {
    "number": _I64, "line_no": _I32, "line_change_id": _I64, "element": _I8, "lines": _I8, "unpriced_lines": _I8,
    "asked": _I64, **dict.fromkeys(PRICED, _I64), "status": _I8, "group": _I8, "service_id": _I64, "basis_id": _I64,
    "case": pl.UInt32, "cause": pl.String, "turned": _I8, "moved": pl.Boolean, "now": _I64,
}  # fmt: skip
#: Numbers of a basis by what changes them, the first that differs naming the cause.
_CAUSES = {
    Cause.TARIFF: (
        "professional_milli", "technical_milli", "operating_room_milli", "anaesthesia_milli", "minutes_per_unit",
        "operating_room_bp", "nursing_bp", "fixed_amount", "base_fixed_amount", "nursing_base", "base_nursing_base",
        "rounding_step",
    ),
    Cause.UNIT_VALUE: tuple(n for n in NUMBERS if n.endswith("_factor")),
    Cause.COVERAGE: (
        "share", "share_of", "gap_bp", "patient_bp", "subsidised", "employer_rest", "supplementary_bp", "ceiling",
    ),
}  # fmt: skip
_CAUSE_OF_STATUS = {
    LineStatus.NO_FACTOR.value: Cause.UNIT_VALUE.value,
    LineStatus.NO_COVERAGE.value: Cause.COVERAGE.value,
}
_BOOKED = (
    "number", "line_no", "line_change_id", "element", "lines", "unpriced_lines", "status", "asked", *PRICED,
)  # fmt: skip


@dataclass(frozen=True)
class Differences:
    """What re-pricing some invoices of one centre adds to their lines.

    `rows` have the columns of DELTA, by invoice and line; `headers` are those of their invoices; `bases` what
    `Priced.bases` is, None where the rows have their `basis_id`; `seen` counts the lines looked at.
    """

    rows: pl.DataFrame
    headers: pl.DataFrame
    bases: pl.DataFrame | None
    seen: int


def portions(invoices: pl.DataFrame) -> Iterator[list[int]]:
    """Keys of invoices (`number`, `lines`), so many at a time that their frames stay small."""
    marked = invoices.with_columns((pl.col("lines").cum_sum() // PORTION).alias("portion"))
    for part in marked.partition_by("portion", maintain_order=True):
        yield part["number"].to_list()


def headers_of(ids: list[int]) -> pl.DataFrame:
    columns = ", ".join("id" if c == "number" else c for c in _HEADER)
    sql = f"SELECT {columns} FROM {Invoice._meta.db_table} WHERE id = ANY(%s)"
    return copy_out(sql, [ids], _HEADER)


def current_lines(ids: list[int]) -> pl.DataFrame:
    """Lines of invoices as they are true now, by invoice and line: what was written and what was appended since."""
    columns = ", ".join(f'"{_COLUMN_OF.get(c, c)}"' for c in (_FACTS | _NOW))
    written = copy_out(
        f"SELECT {columns} FROM {InvoiceLine._meta.db_table} WHERE invoice_id = ANY(%s)", [ids], _FACTS | _NOW
    ).sort("number", "line_no")
    key = ("number", "line_no", "line_change_id")
    schema = {c: (_FACTS | _NOW)[c] for c in key} | _APPENDED
    names = ", ".join('"invoice_id"' if c == "number" else f'"{c}"' for c in schema)
    appended = copy_out(
        f"SELECT {names} FROM {LineDelta._meta.db_table} WHERE invoice_id = ANY(%s)", [ids], schema
    )
    if appended.is_empty():
        return written
    sums = appended.group_by(key).agg(pl.col(c).sum().alias(f"more_{c}") for c in PRICED)
    last = (
        appended.filter(pl.col("lines") >= 0).sort("change_id").unique(key, keep="last")
        .select(*key, pl.lit(True).alias("appended"), *[pl.col(c).alias(f"last_{c}") for c in _STATE])
    )  # fmt: skip
    both = written.join(sums.join(last, on=key), on=key, how="left", maintain_order="left")
    is_appended = pl.col("appended").fill_null(False)
    has_amount = pl.col("last_status").is_in([int(s) for s in WITH_AMOUNT])
    return both.select(
        *[c for c in written.columns if c not in PRICED and c not in _STATE],
        *[
            pl.when(~is_appended).then(pl.col(c))
            .when(has_amount).then(pl.col(c).fill_null(0) + pl.col(f"more_{c}")).alias(c)
            for c in PRICED
        ],
        *[pl.when(is_appended).then(pl.col(f"last_{c}")).otherwise(pl.col(c)).alias(c) for c in _STATE],
    )  # fmt: skip


def differences(ids: list[int], refs: References, *, centre: Centre, cause: Cause) -> Differences:
    """What the lines of these invoices would be priced otherwise now. `cause` is for prices that follow from others."""
    headers, lines = headers_of(ids), current_lines(ids)
    facts = identify_stored(lines.select(*_FACTS), headers, refs)
    priced = price_and_split(resolve(facts, refs, sector=centre.sector, grade=centre.grade))
    taken = priced.select("case", "basis_digest", *PRICED, *(c for c in _STATE if c != "basis_id"))
    both = pl.concat(
        [
            lines.select("number", "line_no", "line_change_id", "asked", *[
                pl.col(c).alias(f"was_{c}") for c in (*PRICED, *_STATE)
            ]),
            taken,
        ],
        how="horizontal",
    )  # fmt: skip
    differs = pl.any_horizontal(
        [pl.col(c).ne_missing(pl.col(f"was_{c}")) for c in (*PRICED, "status", "element")]
    )
    marked = both.with_columns(differs.alias("moved"))
    bases = priced.select("case", "basis_digest", *LABELS, *RATE_IDS, *NUMBERS)
    of_case = bases[priced["case"].arg_unique()].drop_nulls("basis_digest")
    told = _told_apart(marked, of_case)
    changed = marked.join(told, on=["was_basis_id", "case"], how="left", maintain_order="left").filter(
        pl.col("moved") | pl.col("restated").fill_null(False)
    )
    return Differences(_rows(changed, cause), headers, of_case, len(lines))


def _told_apart(marked: pl.DataFrame, of_case: pl.DataFrame) -> pl.DataFrame:
    """Pairs of an old basis and a case with what differs: `cause_of_basis`, and whether any number does (`restated`).

    A line whose basis says other numbers is written anew also where its own amount stays: a trace is computed from the
    basis, and other lines of the invoice take from it.
    """
    pairs = marked.select("was_basis_id", "case").unique().drop_nulls()
    old = _bases(pairs["was_basis_id"].unique().to_list())
    known = pairs.join(old, on="was_basis_id").join(of_case.select("case", *NUMBERS), on="case")

    def differ(names: tuple[str, ...]) -> pl.Expr:
        return pl.any_horizontal([pl.col(n).ne_missing(pl.col(f"was_{n}")) for n in names])

    named = pl.coalesce(
        [pl.when(differ(names)).then(pl.lit(cause.value)) for cause, names in _CAUSES.items()]
    )
    return known.select(
        "was_basis_id", "case", named.alias("cause_of_basis"), named.is_not_null().alias("restated")
    )


def _bases(ids: list[int]) -> pl.DataFrame:
    names = ", ".join(NUMBERS)
    return read(
        f"SELECT id, {names} FROM {PriceBasis._meta.db_table} WHERE id = ANY(%s)",
        [ids],
        {"was_basis_id": _I64, **{f"was_{n}": _I64 for n in NUMBERS}},
    )


def _rows(changed: pl.DataFrame, cause: Cause) -> pl.DataFrame:
    """Changed lines as rows of differences; a line that moves to another element is taken off the old one first."""

    def unpriced(status: str) -> pl.Expr:
        return (~pl.col(status).is_in([int(s) for s in WITH_AMOUNT])).cast(_I8)

    def of_status(status: str) -> pl.Expr:
        return pl.col(status).replace_strict(_CAUSE_OF_STATUS, default=None, return_dtype=pl.String)

    was, now = unpriced("was_status"), unpriced("status")
    named = pl.coalesce(
        pl.col("cause_of_basis"),
        pl.when(was == 1).then(of_status("was_status")),
        pl.when(now == 1).then(of_status("status")),
        pl.when(was != now).then(pl.lit(Cause.TARIFF.value)),
        pl.lit(cause.value),
    )
    known = changed.with_columns(
        named.alias("cause"), (now - was).alias("turned"), pl.col("amount").alias("now"),
        pl.when(now == 0).then(pl.col("case")).alias("case"), pl.lit(None, _I64).alias("basis_id"),
        *[pl.col(f"{prefix}{c}").fill_null(0) for prefix in ("", "was_") for c in PRICED],
    )  # fmt: skip
    stays = pl.col("element") == pl.col("was_element")
    here = known.with_columns(
        pl.when(stays).then(0).otherwise(1).cast(_I8).alias("lines"),
        pl.when(stays).then(now - was).otherwise(now).cast(_I8).alias("unpriced_lines"),
        *[(pl.col(c) - pl.when(stays).then(pl.col(f"was_{c}")).otherwise(0)).alias(c) for c in PRICED],
    )
    gone = known.filter(~stays).with_columns(
        pl.col("was_element").alias("element"), pl.lit(-1, _I8).alias("lines"),
        (-was).cast(_I8).alias("unpriced_lines"), *[(-pl.col(f"was_{c}")).alias(c) for c in PRICED],
    )  # fmt: skip
    together = pl.concat(
        [frame.select(list(DELTA)) for frame in (here, gone)] if len(gone) else [here.select(list(DELTA))]
    )
    return together.cast(DELTA).sort("number", "line_no", "lines")


_TAKEN_BACK = f"""
    SELECT d.invoice_id, d.line_no, d.line_change_id, d.element, -d.lines, -d.unpriced_lines, d.asked,
           {", ".join(f"-d.{a}" for a in PRICED)},
           CASE WHEN p.status IS NULL THEN l.status ELSE p.status END,
           CASE WHEN p.status IS NULL THEN l."group" ELSE p."group" END,
           CASE WHEN p.status IS NULL THEN l.service_id ELSE p.service_id END,
           CASE WHEN p.status IS NULL THEN l.basis_id ELSE p.basis_id END,
           c.cause,
           EXISTS (SELECT FROM {LineDelta._meta.db_table} n WHERE n.invoice_id = d.invoice_id
                   AND n.line_no = d.line_no AND n.line_change_id = d.line_change_id
                   AND n.change_id > d.change_id AND n.change_id <> ALL(%s)
                   AND NOT EXISTS (SELECT FROM billing_change nc JOIN billing_repricing r ON r.id = nc.repricing_id
                                   WHERE nc.id = n.change_id AND (r.state = '{RepricingState.REVERSED}'
                                                                  OR r.reverses_id IS NOT NULL)))
    FROM {LineDelta._meta.db_table} d
    JOIN billing_change c ON c.id = d.change_id
    JOIN {InvoiceLine._meta.db_table} l
      ON l.invoice_id = d.invoice_id AND l.line_no = d.line_no AND l.change_id = d.line_change_id
    LEFT JOIN LATERAL (
        SELECT * FROM {LineDelta._meta.db_table} b
        WHERE b.invoice_id = d.invoice_id AND b.line_no = d.line_no AND b.line_change_id = d.line_change_id
          AND b.change_id < d.change_id AND b.lines >= 0
        ORDER BY b.change_id DESC LIMIT 1
    ) p ON true
    WHERE d.change_id = ANY(%s) AND d.invoice_id = ANY(%s)
"""


def invoices_of(changes: list[int]) -> pl.DataFrame:
    """`number` and `lines` of the invoices that changes appended to, by key."""
    return read(
        f"SELECT invoice_id, count(*) FROM {LineDelta._meta.db_table} WHERE change_id = ANY(%s) GROUP BY 1 ORDER BY 1",
        [changes],
        {"number": _I64, "lines": _I64},
    )


def taken_back(ids: list[int], changes: list[int]) -> tuple[Differences, bool]:
    """What `changes` appended to these invoices, negated, and whether something later stands on any of it.

    Lines that were written anew since are left alone: what was appended went with them. What was itself taken back is
    nothing that stands.
    """
    schema = {c: t for c, t in DELTA.items() if c not in ("case", "turned", "moved", "now")} | {
        "stood_on": pl.Boolean
    }
    rows = read(_TAKEN_BACK, [changes, changes, ids], schema)
    moved = pl.any_horizontal([pl.col(c) != 0 for c in (*PRICED, "lines", "unpriced_lines")])
    turned = pl.col("unpriced_lines").sum().over("number", "line_no", "line_change_id")
    known = rows.with_columns(
        pl.lit(None, pl.UInt32).alias("case"), turned.cast(_I8).alias("turned"), moved.alias("moved"),
        pl.lit(None, _I64).alias("now"),
    )  # fmt: skip
    ordered = known.select(list(DELTA)).cast(DELTA).sort("number", "line_no", "lines")
    return Differences(ordered, headers_of(ids), None, len(rows)), bool(rows["stood_on"].any())


def movements(found: Differences, *, centre_id: int) -> pl.DataFrame:
    """Movements by `cause` and key of rows of differences."""
    asked, unpriced = pl.col("asked"), pl.col("unpriced_lines").cast(_I64)
    lines = pl.col("lines").cast(_I64)
    placed = found.rows.join(
        found.headers.select("number", "month", "setting", "category", "fund_id"), on="number"
    ).with_columns(
        pl.lit(centre_id, _I64).alias("centre_id"), lines, unpriced, (unpriced * asked).alias("unpriced_asked"),
        (lines * asked).alias("asked"),
        *[pl.lit(0, _I64).alias(m) for m in ("files", "patient_paid", "paid_unknown")],
    )  # fmt: skip
    return ledger.net(placed.cast(ledger.KEY_TYPES).select("cause", *LEDGER_KEY, *MEASURES))


class Fingerprint:
    """A digest of differences in the order of invoices: equal for a preview and what is booked."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, rows: pl.DataFrame) -> None:
        if len(rows):
            numbers = rows.select(pl.col(c).cast(_I64) for c in _BOOKED).to_numpy(order="c")
            self._hash.update(numbers.tobytes())

    @property
    def text(self) -> str:
        return self._hash.hexdigest()
