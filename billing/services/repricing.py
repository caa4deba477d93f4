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

from billing.choices import WERE_SENT, RepricingState, Stage, Standing
from billing.measures import PRICED, REPRICED
from billing.models import (
    Change,
    ClosedMonth,
    Invoice,
    InvoiceStage,
    LineDelta,
    ProposedDelta,
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
from billing.services import finding_runs
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
    moved: list[pl.DataFrame] = field(default_factory=list)
    deltas: int = 0
    fingerprint: Fingerprint = field(default_factory=Fingerprint)

    def add(self, found: Differences, headers: pl.DataFrame, *, centre_id: int) -> None:
        self.seen += found.seen
        self.deltas += len(found.rows)
        self.fingerprint.add(found.rows)
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


# ---------------------------------------------------------------- preview


def _preview(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    """Compute what would be booked, centre by centre, and keep it. Begun again, it begins anew."""
    with transaction.atomic():
        row.centres.all().delete()
        row.parts.all().delete()
        # Those of finished re-pricings are thrown away too, never those of one that goes on beside this.
        ProposedDelta.objects.exclude(repricing__in=Repricing.objects.alive().exclude(pk=row.pk)).delete()
    token = _token()
    source = _Source(row)
    todo = source.lines_by_centre()
    total, seen = sum(todo.values()), 0
    advance(0, total, "شمردن سطرها")
    for centre in _centres(todo):
        with transaction.atomic():
            jobs.lock(_CENTRE, centre.pk)
            _keep(row, centre, _propose(row, centre, source), token)
        seen += todo[centre.pk]
        advance(seen, total, centre.name)
    row.state, row.previewed_at = RepricingState.PREVIEWED, at
    row.save()


def _centres(ids: Any) -> list[Centre]:
    found = Centre.objects.filter(pk__in=list(ids)).select_related("region__organisation")
    return list(found.order_by("region__code", "code", "pk"))


def _propose(row: Repricing, centre: Centre, source: _Source) -> _Tally:
    """Find the differences of a centre's lines and write them down. Its transaction holds the centre's lock."""
    tally = _Tally()
    for found in source.of(centre):
        headers = with_standing(found.headers, centre_id=centre.pk)
        tally.add(found, headers, centre_id=centre.pk)
        if len(found.rows):
            copy_in(ProposedDelta._meta.db_table, _proposed(row, centre, found))
    return tally


def _proposed(row: Repricing, centre: Centre, found: Differences) -> pl.DataFrame:
    rows = found.rows
    if found.bases is not None:
        used = found.bases.join(rows.select("case").unique(), on="case", how="semi")
        of_case = basis_of_cases(used)
        rows = rows.drop("basis_id").join(of_case, on="case", how="left", maintain_order="left")
    placed = rows.join(
        found.headers.select("number", "month"), on="number", how="left", maintain_order="left"
    )
    return placed.select(
        pl.lit(row.pk, pl.Int64).alias("repricing_id"), pl.lit(centre.pk, pl.Int64).alias("centre_id"),
        pl.col("number").alias("invoice_id"), "month", "cause", *_DELTA_COLUMNS[1:],
    )  # fmt: skip


def _keep(row: Repricing, centre: Centre, tally: _Tally, token: Any) -> None:
    parts = tally.by_part() if tally.parts else pl.DataFrame()
    sums = {name: int(parts[name].sum()) for name in REPRICED} if len(parts) else {}
    RepricingCentre.objects.create(
        repricing=row, centre=centre, seen=tally.seen, digest=tally.fingerprint.text, largest=tally.largest,
        movements=tally.movements(), deltas=tally.deltas, last_change=_last_change(centre.pk), token=token, **sums,
    )  # fmt: skip
    RepricingPart.objects.bulk_create(
        RepricingPart(repricing=row, centre=centre, **part) for part in parts.to_dicts()
    )


def _last_change(centre_id: int) -> int:
    return Change.objects.filter(centre_id=centre_id).aggregate(last=Max("pk"))["last"] or 0


def _token() -> Any:
    return ReferenceVersion.objects.values_list("token", flat=True).first()


# ---------------------------------------------------------------- booking


def _book(row: Repricing, at: dt.datetime, advance: Advance) -> None:
    source = _Source(row)
    todo = list(row.centres.filter(lines__gt=0).select_related("centre__region__organisation").order_by("pk"))
    total = sum(one.lines for one in todo)
    if not any(one.done_at for one in todo):
        # Before anything is booked: what has changed since the preview must not concern these lines.
        for number, one in enumerate(todo, start=1):
            advance(0, total, f"مقایسه با پیش‌نمایش: {one.centre.name} ({number} از {len(todo)})")
            with transaction.atomic():
                _confirm(row, one, source)
    done = 0
    for one in todo:
        if one.done_at is None:
            with transaction.atomic():
                _confirm(row, one, source)
                _append(row, one, at)
        done += one.lines
        advance(done, total, one.centre.name)
    with transaction.atomic():
        row.state, row.done_at = RepricingState.DONE, at
        row.save(update_fields=["state", "done_at"])
        if row.reverses_id:
            Repricing.objects.filter(pk=row.reverses_id).update(state=RepricingState.REVERSED)
        _record("repricing.booked", row, by=row.approved_by, at=at, after=_sums(row))


def _confirm(row: Repricing, one: RepricingCentre, source: _Source) -> None:
    """Lock the centre, and make sure that its proposed differences are those that would be found now.

    Where anything has changed they are found again and must be the same, or it is another preview's work.
    """
    jobs.lock(_CENTRE, one.centre_id)
    token, last = _token(), _last_change(one.centre_id)
    proposed = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id)
    if (one.token, one.last_change, one.deltas) == (token, last, proposed.count()):
        return
    proposed.delete()
    tally = _propose(row, one.centre, source)
    if tally.fingerprint.text != one.digest:
        raise Outdated(
            f"نرخ‌ها یا سطرهای {one.centre.name} پس از پیش‌نمایش عوض شده‌اند و نتیجه دیگر همان نیست که تأیید شد؛ "
            "دوباره پیش‌نمایش بگیرید."
        )
    one.token, one.last_change = token, last
    one.save(update_fields=["token", "last_change"])


_DELTA_COLUMNS = (
    "invoice_id", "line_change_id", "asked", *PRICED, "service_id", "basis_id", "line_no", "element", "group",
    "status", "lines", "unpriced_lines",
)  # fmt: skip
_NAMES = ", ".join(f'"{c}"' for c in _DELTA_COLUMNS)
_OF_CENTRE = f"FROM {ProposedDelta._meta.db_table} p WHERE p.repricing_id = %s AND p.centre_id = %s"
#: Standings are numbered so that «sent» and «month closed» add up.
_APPEND = f"""
    INSERT INTO {LineDelta._meta.db_table} (change_id, standing, {_NAMES})
    SELECT c.id, (s.invoice_id IS NOT NULL)::int * {Standing.SENT} + (p.month = ANY(%s))::int * {Standing.LOCKED},
           {", ".join(f'p."{c}"' for c in _DELTA_COLUMNS)}
    FROM (SELECT * {_OF_CENTRE}) p
    JOIN unnest(%s::text[], %s::bigint[]) AS c (cause, id) ON c.cause = p.cause
    LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = p.invoice_id AND s.stage = {Stage.SENT}
    ORDER BY p.invoice_id, p.line_no
"""
_SUMS = ", ".join(f"sum(p.{c})::bigint AS {c}" for c in PRICED)
_ADD = f"""
    UPDATE {Invoice._meta.db_table} i
    SET unpriced_lines = i.unpriced_lines + d.unpriced_lines,
        {", ".join(f"{header} = i.{header} + d.{c}" for header, c in zip(_TOTALS, PRICED, strict=True))}
    FROM (SELECT p.invoice_id, sum(p.unpriced_lines)::int AS unpriced_lines, {_SUMS} {_OF_CENTRE}
          GROUP BY p.invoice_id) d
    WHERE i.id = d.invoice_id AND ({" OR ".join(f"d.{c} <> 0" for c in ("unpriced_lines", *PRICED))})
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


def _append(row: Repricing, one: RepricingCentre, at: dt.datetime) -> None:
    """Append the centre's proposed differences to their lines, and book what follows from them."""
    changes = _open_changes(row, one, at)
    closed = ClosedMonth.objects.closed().filter(centre_id=one.centre_id).values_list("month", flat=True)
    of_centre = [row.pk, one.centre_id]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [list(closed), *of_centre, list(changes), list(changes.values())])
        cursor.execute(_ADD, of_centre)
        cursor.execute(_CLAIM, [row.pk, list(changes.values())])
    if one.movements:
        moved = pl.DataFrame(one.movements, infer_schema_length=None)
        of_cause = pl.DataFrame({"cause": list(changes), "change_id": list(changes.values())})
        write_movements(moved.join(of_cause, on="cause", how="left"), at=at)
    finding_runs.forget_repriced(centre_id=one.centre_id, changes=list(changes.values()))
    one.done_at = at
    one.save(update_fields=["done_at"])
    log.info("centre_repriced", repricing=row.pk, centre=one.centre_id, lines=one.lines, amount=one.amount)


def _open_changes(row: Repricing, one: RepricingCentre, at: dt.datetime) -> dict[str, int]:
    """One change for each cause among the centre's differences."""
    proposed = ProposedDelta.objects.filter(repricing=row, centre_id=one.centre_id)
    causes = proposed.order_by("cause").values_list("cause", flat=True).distinct()
    made = [
        Change(cause=cause, at=at, by=row.approved_by, centre=one.centre, repricing=row, reason=_reason(row))
        for cause in causes
    ]
    return {change.cause: change.pk for change in Change.objects.bulk_create(made)}


def _reason(row: Repricing) -> str:
    what = "برگشت بازقیمت‌گذاری" if row.reverses_id else "بازقیمت‌گذاری"
    return f"{what}: {row.circular}"[:250]


# ---------------------------------------------------------------- what pages ask


@dataclass(frozen=True)
class About:
    """What a circular means for stored lines: the re-pricing under it, or how many lines are within its reach."""

    lines: int
    repricing: Repricing | None = None


def about(circular: Circular, *, organisation_id: int) -> About | None:
    """What the page of a circular says of the past; None where the circular does not reach it.

    Rows that were published after the newest preview are to be previewed again.
    """
    reach = reach_of(circular, organisation_id=organisation_id)
    newest = (
        Repricing.objects.filter(organisation_id=organisation_id, circular=circular, reverses=None)
        .exclude(state__in=(RepricingState.DISCARDED, RepricingState.REVERSED))
        .order_by("-asked_at", "-pk").first()
    )  # fmt: skip
    if newest and (reach.is_empty or newest.asked_at >= reach.known):
        return About(newest.centres.aggregate(lines=Sum("lines"))["lines"] or 0, newest)
    lines = sum(reach.lines_by_centre().values())
    return About(lines) if lines else None
