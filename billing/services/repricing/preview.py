"""What would be booked, found centre by centre and kept for the approval and the booking."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import transaction

from billing.choices import RepricingState
from billing.measures import PRICED, REPRICED
from billing.models import ProposedDelta, ProposedInvoice, Repricing, RepricingCentre, RepricingPart
from billing.pipeline import ledger, reprice
from billing.pipeline.reprice import BOOKED, Differences, Fingerprint
from billing.pipeline.store import basis_of_cases
from billing.services.repricing.common import CENTRE, Advance, last_change_of, token_now
from billing.services.repricing.source import Source
from billing.standing import with_standing
from core import jobs
from core.frames import copy_in
from organisations.models import Centre

LARGEST = 20
#: Columns of a difference as it is proposed and as it is appended.
DELTA_COLUMNS = (
    "invoice_id", "line_change_id", "asked", *PRICED, "service_id", "basis_id", "line_no", "element", "group",
    "status", "lines", "unpriced_lines",
)  # fmt: skip


@dataclass
class Tally:
    """What was found in one centre."""

    seen: int = 0
    parts: list[pl.DataFrame] = field(default_factory=list)
    largest: list[dict[str, Any]] = field(default_factory=list)
    moved: list[pl.DataFrame] = field(default_factory=list)
    deltas: int = 0
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    standings: Fingerprint = field(default_factory=Fingerprint)

    def add(self, found: Differences, headers: pl.DataFrame, *, centre_id: int) -> None:
        self.seen += found.seen
        self.deltas += len(found.rows)
        self.fingerprint.add(found.rows, BOOKED)
        touched = headers.join(found.rows.select("number").unique(), on="number", how="semi").sort("number")
        self.standings.add(touched, ("number", "standing"))
        if len(found.rows):
            self.moved.append(reprice.movements(found, centre_id=centre_id))
        lines = found.rows.filter(pl.col("moved"))
        if lines.is_empty():
            return
        placed = lines.join(headers.select("number", "month", "fund_id", "standing"), on="number")
        one = pl.col("lines") >= 0
        self.parts.append(
            placed.group_by("month", "fund_id", "standing").agg(
                pl.col("number").n_unique().cast(pl.Int64).alias("invoices"),
                one.sum().cast(pl.Int64).alias("lines"),
                (one & (pl.col("turned") < 0)).sum().cast(pl.Int64).alias("newly_priced"),
                (one & (pl.col("turned") > 0)).sum().cast(pl.Int64).alias("newly_unpriced"),
                *[pl.col(c).sum() for c in PRICED],
            )
        )
        of_line = lines.group_by("number", "line_no").agg(pl.col("amount").sum(), pl.col("now").first())
        top = of_line.sort(pl.col("amount").abs(), "number", "line_no", descending=[True, False, False])
        both = self.largest + top.head(LARGEST).to_dicts()
        self.largest = sorted(both, key=lambda one: -abs(one["amount"]))[:LARGEST]

    def by_part(self) -> pl.DataFrame:
        keys = ("month", "fund_id", "standing")
        return pl.concat(self.parts).group_by(keys).agg(pl.col(c).sum() for c in REPRICED).sort(keys)

    def movements(self) -> list[dict[str, Any]]:
        return ledger.net(*self.moved).to_dicts() if self.moved else []


def compute(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    """Compute what would be booked, centre by centre, and keep it. Begun again, it begins anew."""
    with transaction.atomic():
        row.centres.all().delete()
        row.parts.all().delete()
        # Those of finished re-pricings are thrown away too, never those of one that goes on beside this.
        for model in (ProposedDelta, ProposedInvoice):
            model._default_manager.exclude(
                repricing__in=Repricing.objects.alive().exclude(pk=row.pk)
            ).delete()
    token = token_now()
    source = Source(row)
    todo = source.lines_by_centre()
    total, seen = sum(todo.values()), 0
    advance(0, total, "شمردن سطرها")
    for centre in _centres(todo):
        with transaction.atomic():
            jobs.lock(CENTRE, centre.pk)
            _keep(row, centre, propose(row, centre, source), token)
        seen += todo[centre.pk]
        advance(seen, total, centre.name)
    row.state, row.previewed_at = RepricingState.PREVIEWED, at
    row.save()


def _centres(ids: Any) -> list[Centre]:
    found = Centre.objects.filter(pk__in=list(ids)).select_related("region__organisation")
    return list(found.order_by("region__code", "code", "pk"))


def propose(row: Repricing, centre: Centre, source: Source) -> Tally:
    """Find the differences of a centre's lines and write them down. Its transaction holds the centre's lock."""
    tally = Tally()
    for found in source.of(centre):
        headers = with_standing(found.headers, centre_id=centre.pk)
        tally.add(found, headers, centre_id=centre.pk)
        if len(found.rows):
            lines = _proposed(row, centre, found, headers)
            copy_in(ProposedDelta._meta.db_table, lines)
            copy_in(ProposedInvoice._meta.db_table, _by_invoice(lines))
    return tally


def _proposed(row: Repricing, centre: Centre, found: Differences, headers: pl.DataFrame) -> pl.DataFrame:
    rows = found.rows
    if found.bases is not None:
        used = found.bases.join(rows.select("case").unique(), on="case", how="semi")
        of_case = basis_of_cases(used)
        rows = rows.drop("basis_id").join(of_case, on="case", how="left", maintain_order="left")
    placed = rows.join(headers.select("number", "standing"), on="number", how="left", maintain_order="left")
    return placed.select(
        pl.lit(row.pk, pl.Int64).alias("repricing_id"), pl.lit(centre.pk, pl.Int64).alias("centre_id"),
        pl.col("number").alias("invoice_id"), "standing", "cause", *DELTA_COLUMNS[1:],
    )  # fmt: skip


def _by_invoice(proposed: pl.DataFrame) -> pl.DataFrame:
    """What differences of lines add to the totals of their invoices."""
    keys = ("repricing_id", "centre_id", "invoice_id", "standing")
    sums = [pl.col(c).cast(pl.Int64).sum() for c in ("unpriced_lines", *PRICED)]
    return proposed.group_by(keys, maintain_order=True).agg(sums)


def _keep(row: Repricing, centre: Centre, tally: Tally, token: Any) -> None:
    parts = tally.by_part() if tally.parts else pl.DataFrame()
    sums = {name: int(parts[name].sum()) for name in REPRICED} if len(parts) else {}
    RepricingCentre.objects.create(
        repricing=row, centre=centre, seen=tally.seen, digest=tally.fingerprint.text,
        standings=tally.standings.text, largest=tally.largest,
        movements=tally.movements(), deltas=tally.deltas, last_change=last_change_of(centre.pk), token=token, **sums,
    )  # fmt: skip
    RepricingPart.objects.bulk_create(
        RepricingPart(repricing=row, centre=centre, **part) for part in parts.to_dicts()
    )
