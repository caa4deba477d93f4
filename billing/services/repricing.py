"""Re-pricing what is stored under a circular that came late: preview, approval by a second person, booking, reversal.

Nothing is rewritten: differences are appended to the lines, movements carry their cause. The work is done centre by
centre, each in one transaction that also notes that the centre is done, so that a worker that was killed goes on where
it stopped. What is booked must be what was approved: the differences are computed anew and compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import structlog
from django.db import connection, transaction
from django.db.models import Max, Sum

from billing.choices import WERE_SENT, Cause, RepricingState
from billing.measures import PRICED, REPRICED
from billing.models import (
    Change,
    Invoice,
    LineDelta,
    Repricing,
    RepricingCentre,
    RepricingPart,
    SupplementaryItem,
)
from billing.pipeline import ledger, reprice
from billing.pipeline.references import References, references
from billing.pipeline.reprice import Differences, Fingerprint
from billing.pipeline.store import basis_of_cases, write_movements
from billing.reach import Reach, reach_of
from billing.standing import with_standing
from core import audit, jobs
from core.errors import DomainError, InvalidInput, NotAllowed
from core.frames import copy_in
from core.models import Job, JobState, ReferenceVersion
from core.text import persian_digits
from organisations.models import Centre
from tariffs.models import Circular

log = structlog.get_logger(__name__)

KIND = "repricing"
Queue = Callable[[int], object]
Advance = Callable[[int, int, str], None]
_WORKING = "billing.reprice"
LARGEST = 20
_CENTRE = "billing.centre"
_TOTALS = ("amount", "basic", "supplementary", "subsidy", "employer", "patient_share")


class NotNow(DomainError):
    """The re-pricing is not in the state that the request is for."""

    code = "repricing_state"


class Outdated(DomainError):
    """Rates or lines are no longer what the approved preview saw."""

    code = "preview_outdated"


class StoodOn(DomainError):
    """A later re-pricing stands on what is to be taken back."""

    code = "repriced_since"


# ---------------------------------------------------------------- asking, approving, discarding


@transaction.atomic
def ask(*, circular: Circular, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """A preview of what the stored lines of the user's organisation are priced otherwise under a circular.

    `queue` is called with its id on commit; without it the caller does the work. A preview that is being computed is
    not begun twice.
    """
    organisation_id = _organisation_of(by)
    if circular.organisation_id not in (None, organisation_id):
        raise NotAllowed("این بخشنامه از سازمان دیگری است.")
    jobs.lock(_WORKING, organisation_id)
    computing = Repricing.objects.filter(
        organisation_id=organisation_id, circular=circular, state=RepricingState.COMPUTING, reverses=None
    ).first()
    if computing:
        return computing
    return _begin(Repricing(organisation_id=organisation_id, circular=circular), by=by, at=at, queue=queue)


@transaction.atomic
def ask_reversal(*, repricing: Repricing, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """A preview of taking a re-pricing back as a whole; it needs an approval of its own."""
    locked = _locked(repricing, by)
    if locked.reverses_id or locked.state not in (RepricingState.DONE, RepricingState.STOPPED):
        raise NotNow("تنها بازقیمت‌گذاری ثبت‌شده را می‌توان برگرداند.")
    running = locked.reversals.exclude(state__in=(RepricingState.DISCARDED, RepricingState.STOPPED)).first()
    if running:
        raise NotNow(f"برگشت این بازقیمت‌گذاری پیش‌تر درخواست شده است (شمارهٔ {persian_digits(running.pk)}).")
    row = Repricing(organisation_id=locked.organisation_id, circular_id=locked.circular_id, reverses=locked)
    return _begin(row, by=by, at=at, queue=queue)


@transaction.atomic
def approve(*, repricing: Repricing, by: Any, at: dt.datetime, queue: Queue | None = None) -> Repricing:
    """Let a preview be booked; not by the person who asked for it."""
    row = _locked(repricing, by)
    if row.state != RepricingState.PREVIEWED:
        raise NotNow(f"این بازقیمت‌گذاری «{row.get_state_display()}» است و منتظر تأیید نیست.")
    if row.asked_by_id == by.pk:
        raise NotAllowed("پیش‌نمایش را خودتان خواسته‌اید؛ تأیید آن با همکار دیگری است.")
    if not row.centres.filter(lines__gt=0).exists():
        raise InvalidInput("هیچ سطری قیمت دیگری نمی‌گیرد؛ چیزی برای ثبت نیست.")
    row.state, row.approved_by, row.approved_at = RepricingState.APPROVED, by, at
    row.job = _job(row, by=by, at=at)
    row.save()
    _record("repricing.approved", row, by=by, at=at, after=_sums(row))
    _queue_on_commit(row, queue)
    return row


@transaction.atomic
def discard(*, repricing: Repricing, by: Any, at: dt.datetime) -> Repricing:
    """Lay a preview aside that will not be booked."""
    row = _locked(repricing, by)
    if row.state != RepricingState.PREVIEWED:
        raise NotNow(f"این بازقیمت‌گذاری «{row.get_state_display()}» است و کنار گذاشته نمی‌شود.")
    row.state = RepricingState.DISCARDED
    row.save(update_fields=["state"])
    _record("repricing.discarded", row, by=by, at=at)
    return row


def _begin(row: Repricing, *, by: Any, at: dt.datetime, queue: Queue | None) -> Repricing:
    row.asked_by, row.asked_at = by, at
    row.save()
    row.job = _job(row, by=by, at=at)
    row.save(update_fields=["job"])
    after: dict[str, object] = {"circular": row.circular.number}
    _record(
        "repricing.asked",
        row,
        by=by,
        at=at,
        after=after | ({"reverses": row.reverses_id} if row.reverses_id else {}),
    )
    _queue_on_commit(row, queue)
    return row


def _organisation_of(user: Any) -> int:
    whole = user.scope.whole_organisation_ids()
    if not whole:
        raise NotAllowed("بازقیمت‌گذاری کار ستاد سازمان است.")
    return int(whole[0])


def _locked(repricing: Repricing, by: Any) -> Repricing:
    own = Repricing.objects.select_for_update(of=("self",)).select_related("circular")
    found = own.filter(pk=repricing.pk, organisation_id=_organisation_of(by)).first()
    if found is None:
        raise NotAllowed("این بازقیمت‌گذاری از سازمان دیگری است.")
    return found


def _job(row: Repricing, *, by: Any, at: dt.datetime) -> Job:
    key = f"{row.pk} {row.circular.number}"[:120]
    return jobs.queue(KIND, key=key, by=by, at=at, organisation_id=row.organisation_id)


def _queue_on_commit(row: Repricing, queue: Queue | None) -> None:
    if queue:
        transaction.on_commit(lambda: queue(row.pk))


def _record(
    action: str, row: Repricing, *, by: Any, at: dt.datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(action, row, by=by, at=at, organisation_id=row.organisation_id, after=after)


def _sums(row: Repricing) -> dict[str, object]:
    return {k: v or 0 for k, v in row.centres.aggregate(**{n: Sum(n) for n in REPRICED}).items()}


# ---------------------------------------------------------------- the work


def work(*, repricing: Repricing, at: dt.datetime) -> Repricing:
    """Compute the preview that was asked for, or book what was approved. Called again, or by two workers, it changes
    nothing more; what a killed worker has left is taken up where it stopped.
    """
    # Held for the session, since the work is many transactions.
    with jobs.held(_WORKING, repricing.pk) as alone:
        row = Repricing.objects.select_related("circular", "reverses", "job", "approved_by").get(
            pk=repricing.pk
        )
        if alone and row.state in (RepricingState.COMPUTING, RepricingState.APPROVED):
            job = row.job
            if job is None or job.state == JobState.FAILED:
                job = row.job = _job(row, by=row.asked_by, at=at)
                row.save(update_fields=["job"])
            with jobs.running(job) as advance:
                _work(row, job, at, advance)
    repricing.refresh_from_db()
    return repricing


def _work(row: Repricing, job: Job, at: dt.datetime, advance: Advance) -> None:
    try:
        if row.state == RepricingState.COMPUTING:
            _preview(row, at, advance)
        else:
            _book(row, at, advance)
    except DomainError as refusal:
        Repricing.objects.filter(pk=row.pk).update(state=RepricingState.STOPPED, refusal=refusal.sentence)
        raise
    job.outcome = _sums(row)


def resume(*, at: dt.datetime, queue: Queue) -> list[Repricing]:
    """Queue again what a killed worker or a broker that was away has left; a task too many does no harm."""
    unfinished = (
        Repricing.objects.filter(state__in=(RepricingState.COMPUTING, RepricingState.APPROVED))
        .select_related("job").order_by("pk")
    )  # fmt: skip
    lost = [row for row in unfinished if jobs.is_lost(row.job, at=at) and not jobs.is_held(_WORKING, row.pk)]
    for row in lost:
        queue(row.pk)
    return lost


class _Source:
    """Where the differences of a re-pricing come from: the tariff of now, or what is to be taken back."""

    def __init__(self, row: Repricing) -> None:
        self.row = row
        self.refs: References | None = None
        self.reach: Reach | None = None
        if row.reverses is None:
            self.refs = references(row.organisation_id)
            self.reach = reach_of(row.circular, organisation_id=row.organisation_id)

    def lines_by_centre(self) -> dict[int, int]:
        """Lines to look at, by centre."""
        if self.reach:
            return self.reach.lines_by_centre()
        # A reversal that stopped half-way has done its centres; the next one takes the rest.
        earlier = RepricingCentre.objects.filter(repricing__reverses=self.row.reverses).exclude(
            repricing=self.row
        )
        done = self.row.reverses.centres.exclude(done_at=None).exclude(
            centre__in=earlier.exclude(done_at=None).values("centre")
        )
        return dict(done.filter(lines__gt=0).order_by("centre_id").values_list("centre_id", "lines"))

    def of(self, centre: Centre) -> Iterator[Differences]:
        """Differences of a centre's lines, in portions by invoice. The centre must be locked."""
        if self.reach and self.refs:
            for ids in reprice.portions(self.reach.invoices(centre.pk)):
                yield reprice.differences(ids, self.refs, centre=centre, cause=self.reach.cause)
            return
        changes = list(self.row.reverses.changes.filter(centre=centre).values_list("pk", flat=True))
        for ids in reprice.portions(reprice.invoices_of(changes)):
            found, stood_on = reprice.taken_back(ids, changes)
            if stood_on:
                raise StoodOn(
                    f"سطرهایی از {centre.name} پس از این بازقیمت‌گذاری دوباره قیمت خورده‌اند؛ نخست آن بازقیمت‌گذاری "
                    "را برگردانید."
                )
            yield found


@dataclass
class _Tally:
    """What was found in one centre."""

    seen: int = 0
    parts: list[pl.DataFrame] = field(default_factory=list)
    largest: list[dict[str, Any]] = field(default_factory=list)
    fingerprint: Fingerprint = field(default_factory=Fingerprint)

    def add(self, found: Differences, headers: pl.DataFrame) -> None:
        self.seen += found.seen
        self.fingerprint.add(found.rows)
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


# ---------------------------------------------------------------- preview


def _preview(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    """Compute what would be booked, centre by centre, and keep it. Begun again, it begins anew."""
    row.last_change, row.token = _moment(row)
    with transaction.atomic():
        row.centres.all().delete()
        row.parts.all().delete()
    source = _Source(row)
    todo = source.lines_by_centre()
    total, seen = sum(todo.values()), 0
    advance(0, total, "شمردن سطرها")
    for centre in _centres(todo):
        with transaction.atomic():
            jobs.lock(_CENTRE, centre.pk)
            tally = _Tally()
            for found in source.of(centre):
                tally.add(found, with_standing(found.headers, centre_id=centre.pk))
            _keep(row, centre, tally)
        seen += todo[centre.pk]
        advance(seen, total, centre.name)
    row.state, row.previewed_at = RepricingState.PREVIEWED, at
    row.save()


def _centres(ids: Any) -> list[Centre]:
    found = Centre.objects.filter(pk__in=list(ids)).select_related("region__organisation")
    return list(found.order_by("region__code", "code", "pk"))


def _keep(row: Repricing, centre: Centre, tally: _Tally) -> None:
    parts = tally.by_part() if tally.parts else pl.DataFrame()
    sums = {name: int(parts[name].sum()) for name in REPRICED} if len(parts) else {}
    RepricingCentre.objects.create(
        repricing=row,
        centre=centre,
        seen=tally.seen,
        digest=tally.fingerprint.text,
        largest=tally.largest,
        **sums,
    )
    RepricingPart.objects.bulk_create(
        RepricingPart(repricing=row, centre=centre, **part) for part in parts.to_dicts()
    )


def _moment(row: Repricing) -> tuple[int, Any]:
    """The last change of the organisation's invoices and the token of its reference data: while both stay, so do the
    differences."""
    last = Change.objects.filter(centre__region__organisation_id=row.organisation_id).aggregate(
        last=Max("pk")
    )
    token = ReferenceVersion.objects.values_list("token", flat=True).first()
    return last["last"] or 0, token


# ---------------------------------------------------------------- booking


def _book(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    source = _Source(row)
    todo = list(row.centres.filter(lines__gt=0).select_related("centre__region__organisation").order_by("pk"))
    total = sum(one.lines for one in todo)
    if not any(one.done_at for one in todo):
        _verify(row, source, todo, advance)
    done = 0
    for one in todo:
        if one.done_at is None:
            with transaction.atomic():
                jobs.lock(_CENTRE, one.centre_id)
                _book_centre(row, one, source, at)
        done += one.lines
        advance(done, total, one.centre.name)
    with transaction.atomic():
        row.state, row.done_at = RepricingState.DONE, at
        row.save(update_fields=["state", "done_at"])
        if row.reverses_id:
            Repricing.objects.filter(pk=row.reverses_id).update(state=RepricingState.REVERSED)
        _record("repricing.booked", row, by=row.approved_by, at=at, after=_sums(row))


def _verify(row: Repricing, source: _Source, todo: list[RepricingCentre], advance: Advance) -> None:
    """Before anything is booked: where something has changed since the preview, it must not concern these lines."""
    if (row.last_change, row.token) == _moment(row):
        return
    total = sum(one.lines for one in todo)
    for number, one in enumerate(todo):
        advance(0, total, f"مقایسه با پیش‌نمایش: {one.centre.name} ({number + 1} از {len(todo)})")
        with transaction.atomic():
            jobs.lock(_CENTRE, one.centre_id)
            fingerprint = Fingerprint()
            for found in source.of(one.centre):
                fingerprint.add(found.rows)
        _must_be_equal(one, fingerprint)


def _must_be_equal(one: RepricingCentre, fingerprint: Fingerprint) -> None:
    if fingerprint.text != one.digest:
        raise Outdated(
            f"نرخ‌ها یا سطرهای {one.centre.name} پس از پیش‌نمایش عوض شده‌اند و نتیجه دیگر همان نیست که تأیید شد؛ "
            "دوباره پیش‌نمایش بگیرید."
        )


def _book_centre(row: Repricing, one: RepricingCentre, source: _Source, at: dt.datetime) -> None:
    """Append the centre's differences and what follows from them; the caller's transaction holds its lock."""
    changes: dict[str, int] = {}
    moved: list[pl.DataFrame] = []
    fingerprint = Fingerprint()
    for found in source.of(one.centre):
        fingerprint.add(found.rows)
        if found.rows.is_empty():
            continue
        _open_changes(changes, found.rows, row, one.centre, at)
        headers = with_standing(found.headers, centre_id=one.centre_id)
        placed = _placed(found, headers, changes)
        copy_in(LineDelta._meta.db_table, placed.select(_DELTA_COLUMNS))
        _add_to_invoices(placed)
        _prepare_items(placed, headers, row)
        moved.append(reprice.movements(found, centre_id=one.centre_id))
    _must_be_equal(one, fingerprint)
    if moved:
        of_cause = pl.DataFrame({"cause": list(changes), "change_id": list(changes.values())})
        write_movements(ledger.net(*moved).join(of_cause, on="cause", how="left"), at=at)
    RepricingCentre.objects.filter(pk=one.pk).update(done_at=at)
    log.info("centre_repriced", repricing=row.pk, centre=one.centre_id, lines=one.lines, amount=one.amount)


_DELTA_COLUMNS = (
    "change_id", "invoice_id", "line_change_id", "asked", *PRICED, "service_id", "basis_id", "line_no", "element",
    "group", "status", "standing", "lines", "unpriced_lines",
)  # fmt: skip


def _open_changes(
    changes: dict[str, int], rows: pl.DataFrame, row: Repricing, centre: Centre, at: dt.datetime
) -> None:
    """One change a cause, for all portions of the centre."""
    for cause in sorted(set(rows["cause"].unique()) - changes.keys()):
        made = Change.objects.create(
            cause=Cause(cause), at=at, by=row.approved_by, centre=centre, repricing=row, reason=_reason(row)
        )
        changes[cause] = made.pk


def _reason(row: Repricing) -> str:
    what = "برگشت بازقیمت‌گذاری" if row.reverses_id else "بازقیمت‌گذاری"
    return f"{what}: {row.circular}"[:250]


def _placed(found: Differences, headers: pl.DataFrame, changes: dict[str, int]) -> pl.DataFrame:
    """Rows as they are stored: with their change, standing and basis."""
    rows = found.rows.join(
        headers.select("number", "standing"), on="number", how="left", maintain_order="left"
    )
    if found.bases is not None:
        used = found.bases.join(rows.select("case").unique(), on="case", how="semi")
        rows = rows.drop("basis_id").join(basis_of_cases(used), on="case", how="left", maintain_order="left")
    return rows.with_columns(
        pl.col("cause").replace_strict(changes, return_dtype=pl.Int64).alias("change_id"),
        pl.col("number").alias("invoice_id"),
    )


_ADD = f"""
    UPDATE {Invoice._meta.db_table} i
    SET unpriced_lines = i.unpriced_lines + d.unpriced_lines, {", ".join(f"{c} = i.{c} + d.{c}" for c in _TOTALS)}
    FROM unnest(%s::bigint[], %s::int[], {", ".join("%s::bigint[]" for _ in _TOTALS)})
         AS d (id, unpriced_lines, {", ".join(_TOTALS)})
    WHERE i.id = d.id
"""


def _add_to_invoices(placed: pl.DataFrame) -> None:
    """Add the differences to the totals of their invoices; content and version stay."""
    sums = placed.group_by("number").agg(
        pl.col("unpriced_lines").cast(pl.Int64).sum(), *[pl.col(c).sum() for c in PRICED]
    )
    changed = sums.filter(pl.any_horizontal([pl.col(c) != 0 for c in ("unpriced_lines", *PRICED)]))
    if len(changed):
        ordered = changed.sort("number").select("number", "unpriced_lines", *PRICED)
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [column.to_list() for column in ordered.get_columns()])


def _prepare_items(placed: pl.DataFrame, headers: pl.DataFrame, row: Repricing) -> None:
    """What sent invoices gain or lose, to be claimed on top of what was sent."""
    sent = placed.filter(pl.col("standing").is_in([int(s) for s in WERE_SENT]))
    if sent.is_empty():
        return
    items = (
        sent.group_by("change_id", "invoice_id")
        .agg((pl.col("lines") >= 0).sum().cast(pl.Int32).alias("lines"), *[pl.col(c).sum() for c in PRICED])
        .join(headers.select(pl.col("number").alias("invoice_id"), "fund_id"), on="invoice_id")
        .with_columns(pl.lit(row.pk, pl.Int64).alias("repricing_id"))
        .sort("change_id", "invoice_id")
    )
    copy_in(SupplementaryItem._meta.db_table, items)


# ---------------------------------------------------------------- what pages ask


def reach_count(circular: Circular, *, organisation_id: int) -> int:
    """How many stored lines of an organisation the circular can price, written before it was known."""
    return sum(reach_of(circular, organisation_id=organisation_id).lines_by_centre().values())
