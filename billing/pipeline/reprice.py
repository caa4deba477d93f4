"""Stored lines priced anew: read back as frames, through the same steps as an import, and compared with what they are.

Lines of an invoice stay together, because nursing, packages and ceilings look across them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from billing.choices import WITH_AMOUNT, Cause, LineStatus
from billing.measures import LEDGER_KEY, MEASURES, PRICED
from billing.models import PriceBasis
from billing.pipeline import ledger
from billing.pipeline.identify import identify_stored
from billing.pipeline.price import price_and_split
from billing.pipeline.references import References
from billing.pipeline.resolve import LABELS, NUMBERS, RATE_IDS, resolve
from billing.pipeline.stored import FACTS, STATE, current_lines, headers_of
from core.frames import Schema, read
from organisations.models import Centre

_I64, _I32, _I8 = pl.Int64, pl.Int32, pl.Int8
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
#: What of a difference the fingerprint of a preview covers.
BOOKED = (
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


def differences(ids: list[int], refs: References, *, centre: Centre, cause: Cause) -> Differences:
    """What the lines of these invoices would be priced otherwise now. `cause` is for prices that follow from others."""
    headers, lines = headers_of(ids), current_lines(ids)
    facts = identify_stored(lines.select(*FACTS), headers, refs)
    priced = price_and_split(
        resolve(facts, refs, sector=centre.sector, grade=centre.grade, centre_id=centre.pk)
    )
    taken = priced.select("case", "basis_digest", *PRICED, *(c for c in STATE if c != "basis_id"))
    both = pl.concat(
        [
            lines.select("number", "line_no", "line_change_id", "asked", *[
                pl.col(c).alias(f"was_{c}") for c in (*PRICED, *STATE)
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
    """A digest of rows of numbers in the order of invoices: equal for a preview and what is booked."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, rows: pl.DataFrame, columns: Sequence[str]) -> None:
        if len(rows):
            numbers = rows.select(pl.col(c).cast(_I64) for c in columns).to_numpy(order="c")
            self._hash.update(numbers.tobytes())

    @property
    def text(self) -> str:
        return self._hash.hexdigest()
