"""What of a delivery is new, changed or as it was, by a fingerprint of everything that was sent for an invoice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from billing.choices import Cause
from billing.models import Change, Invoice
from core import display
from core.errors import DomainError
from core.frames import read

_I64 = pl.Int64
_NOTHING = -(2**63)
_HEADER_FACTS = (
    "number", "patient_key", "personnel_no", "relation_no", "patient_name", "setting", "condition", "admitted_on",
    "discharged_on", "fund_code", "supplementary_code", "ward_code", "record_no", "patient_paid",
)  # fmt: skip
_LINE_FACTS = (
    "line_no", "book", "code", "service_on", "quantity_milli", "percent_bp", "minutes", "part", "asked",
    "physician_no", "ward_code",
)  # fmt: skip


class ChangedMeanwhile(DomainError):
    """Somebody else changed the invoice since this person looked at it."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class Sorted:
    """Which invoices are new, changed or as they were; `headers` and `lines` hold only the first two."""

    headers: pl.DataFrame  # with cause, old_id, old_version
    lines: pl.DataFrame
    unchanged: int
    cancelled: pl.Series  # numbers of sent invoices that were cancelled, which are neither


def sort_out(headers: pl.DataFrame, lines: pl.DataFrame, *, centre_id: int) -> Sorted:
    """Compare with what is stored: the same invoice sent twice changes nothing, a changed one is a correction."""
    stored = read(
        "SELECT id, number, digest, version, lines_count = 0 FROM billing_invoice"
        " WHERE centre_id = %s AND number = ANY(string_to_array(%s, E'\\x1f'))",
        [centre_id, headers["number"].cast(pl.String).str.join("\x1f").item()],
        {
            "old_id": _I64, "number": pl.String, "old_digest": pl.String, "old_version": _I64,
            "old_is_cancelled": pl.Boolean,
        },
    )  # fmt: skip
    stored = stored.with_columns(pl.col("number").cast(headers.schema["number"]))
    compared = headers.join(stored, on="number", how="left", maintain_order="left")
    is_cancelled = pl.col("old_is_cancelled").fill_null(False)
    cancelled = compared.filter(is_cancelled)["number"]
    compared = compared.filter(~is_cancelled).drop("old_is_cancelled")
    as_it_was = _as_it_was(compared, lines)
    moving = compared.join(as_it_was, on="number", how="anti", maintain_order="left")
    cause = pl.when(pl.col("old_id").is_null()).then(pl.lit(Cause.NEW_INVOICE.value)).otherwise(
        pl.lit(Cause.CORRECTION.value)
    )  # fmt: skip
    moving = moving.with_columns(cause.alias("cause"))
    if len(as_it_was) or len(cancelled):
        lines = of_invoices(moving, lines)
    return Sorted(moving.drop("old_digest"), lines, len(as_it_was), cancelled)


def _as_it_was(headers: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Headers of what is stored and was sent again without a change."""
    there = headers.filter(pl.col("old_id").is_not_null())
    if there.is_empty():
        return there
    return there.filter(pl.col("old_digest") == digests(there, of_invoices(there, lines)))


def of_invoices(headers: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of some of the invoices."""
    return lines.join(headers.select("number"), on="number", how="semi", maintain_order="left")


def digests(headers: pl.DataFrame, lines: pl.DataFrame) -> pl.Series:
    """A fingerprint for each header of everything that was sent for the invoice, in any order of its lines.

    Lines are hashed as rows of 64-bit numbers, which costs a tenth of writing them out as text.
    """
    hashed = _hashed(lines.select(c for c in _LINE_FACTS if lines.schema[c] == pl.String))
    numbers = [pl.col(c).cast(_I64).fill_null(_NOTHING) for c in _LINE_FACTS]
    facts = lines.with_columns(hashed).select("number", *numbers).sort("number", "line_no")
    rows = facts.drop("number").to_numpy(order="c").view("u1").reshape(-1).data
    # Numbers are an enumeration: where the lines of the n-th invoice end, in bytes.
    codes = pl.concat([headers["number"], facts["number"]]).to_physical().to_numpy()
    ends = np.bincount(codes[len(headers) :], minlength=int(codes.max(initial=0)) + 1).cumsum()
    ends = np.concatenate(([0], ends)) * (8 * len(_LINE_FACTS))
    own = codes[: len(headers)]
    said = pl.concat_str([pl.col(c).cast(pl.String).fill_null("") for c in _HEADER_FACTS], separator="\x1f")
    texts = headers.select(said).to_series().to_list()
    found = []
    for text, start, end in zip(texts, ends[own].tolist(), ends[own + 1].tolist(), strict=True):
        fingerprint = hashlib.blake2b(text.encode(), digest_size=16)
        fingerprint.update(rows[start:end])
        found.append(fingerprint.hexdigest())
    return pl.Series("digest", found, dtype=pl.String)


def _hashed(texts: pl.DataFrame) -> list[pl.Series]:
    """Columns of texts as 64-bit numbers, by the hash of each distinct one."""
    stacked = pl.concat([column.alias("") for column in texts])
    known = stacked.drop_nulls().unique()
    hashed = [
        int.from_bytes(hashlib.blake2b(t.encode(), digest_size=8).digest(), signed=True)
        for t in known.to_list()
    ]
    numbers = pl.Series(hashed, dtype=_I64).gather(stacked.cast(pl.Enum(known)).to_physical())
    return [numbers.slice(n * len(texts), len(texts)).alias(name) for n, name in enumerate(texts.columns)]


def refuse_changed_meanwhile(headers: pl.DataFrame, expected: dict[str, int], *, centre_id: int) -> None:
    """Refuse to write over what somebody else wrote since the writer looked.

    `headers` are those of `sort_out`; `expected` is the version that the writer saw of each invoice by its number, 0
    for one that was not there. One statement more, and only for a refusal.
    """
    said = headers.select(pl.col("number").cast(pl.String), pl.col("old_version").fill_null(0))
    for number, version in said.iter_rows():
        if expected.get(number, version) != version:
            found = (
                Invoice.objects.filter(centre_id=centre_id, number=number)
                .select_related("change__by")
                .first()
            )
            raise ChangedMeanwhile(_who_changed(number, found.change if found else None), version=version)


def refuse_other_version(invoice: Invoice, version: int) -> None:
    """The same for one invoice that was read under the lock of its centre."""
    if invoice.version != version:
        raise ChangedMeanwhile(_who_changed(invoice.number, invoice.change), version=invoice.version)


def _who_changed(number: str, change: Change | None) -> str:
    if change is None:
        return f"صورتحساب {number} دیگر در سامانه نیست؛ صفحه را تازه کنید."
    who = change.by or "سامانه"
    return (
        f"صورتحساب {number} را {who} در {display.moment(change.at)} تغییر داده است و چیزی ثبت نشد؛ "
        "نسخهٔ تازه را ببینید و اصلاح خود را بر آن بنویسید."
    )
