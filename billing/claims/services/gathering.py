"""Which invoices go into a claim: gathered by rule, each that stays out with its reason, and checked once more.

Statements are set-based: their number does not depend on how many invoices there are. Rules: docs/rules/claims.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction

from billing.choices import Stage
from billing.claims.choices import ClaimKind, ClaimState, OmissionReason, Payer
from billing.claims.models import Claim, ClaimInvoice, ClaimItem, Omission
from billing.claims.services.corrected import stale_sql as stale_correction_sql
from billing.claims.services.shared import (
    EMPTY,
    FUND,
    GONE,
    IN_DELIVERED,
    ROW_SHARE,
    SHARE,
    share_sql,
    unstated_sql,
)
from billing.claims.services.states import ClaimRefused, locked, move, require, step
from billing.models import (
    Invoice,
    InvoiceLine,
    InvoiceStage,
    LineDelta,
    SupplementaryItem,
)
from billing.services import stages
from billing.services.lacking import KNOWN, LACK
from core import audit, jalali, jobs
from core.errors import DomainError, InvalidInput
from core.models import Job
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.models import Centre

JOB_KIND = "claims"
#: Cells that one wizard may begin.
LARGEST = 500
Queue = Callable[[int], object]
R = OmissionReason


@dataclass(frozen=True)
class Cell:
    """One claim to be gathered: whose invoices, of which fund, and which share of them."""

    centre: Centre
    fund: Fund
    payer: Payer


def _live(payer: str, delivered: str = "", kinds: Iterable[ClaimKind] = (ClaimKind.ORIGINAL,)) -> str:
    """SQL: a row of the invoice in a claim of the payer that is not cancelled."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return f"""EXISTS (
        SELECT FROM {ClaimInvoice._meta.db_table} l JOIN {Claim._meta.db_table} o ON o.id = l.claim_id
        WHERE l.invoice_id = i.id AND l.payer {payer} %(payer)s AND l.kind IN ({named})
          AND l.released_at IS NULL AND o.id <> %(claim)s {delivered})"""


#: An invoice as it is now, with the insurer: first in the claim that asked for it, then in one for the difference.
_AS_IT_IS = (
    f"AND o.state IN ({IN_DELIVERED}) AND l.version = i.version",
    (ClaimKind.ORIGINAL, ClaimKind.CORRECTION),
)
_SENT_BY_OTHER = _live("<>", *_AS_IT_IS)

_WITH_INSURER = _live("=", f"AND o.state IN ({IN_DELIVERED})")
_CLAIMED = f"""(
    SELECT coalesce(sum({share_sql("l")}), 0)::bigint
    FROM {ClaimInvoice._meta.db_table} l JOIN {Claim._meta.db_table} o ON o.id = l.claim_id
    WHERE l.invoice_id = i.id AND l.payer = %(payer)s AND l.released_at IS NULL AND o.state IN ({IN_DELIVERED})
      AND l.kind <> '{ClaimKind.RESUBMISSION}')"""


def _judged(payer: Payer, which: str) -> str:
    """SQL of the invoices that `which` names, each with the first reason not to be in the claim, or none.

    What stays out because it changed after it was sent has the difference to what delivered claims ask of it.
    """
    share = SHARE[payer]
    is_open = f"s.stage IS DISTINCT FROM {Stage.SENT}"
    return f"""
        SELECT i.*, i.{share} AS share, CASE WHEN {_WITH_INSURER} THEN i.{share} - {_CLAIMED} END AS difference, CASE
            WHEN {_WITH_INSURER} THEN {R.CHANGED_SENT}
            WHEN {_live("=")} THEN {R.OTHER_CLAIM}
            WHEN s.stage = {Stage.SENT} AND s.sent_version IS DISTINCT FROM i.version THEN {R.CHANGED}
            WHEN s.stage = {Stage.SENT} AND NOT %(with_sent)s AND NOT {_SENT_BY_OTHER} THEN {R.SENT_OUTSIDE}
            WHEN coalesce(s.stage, {Stage.REGISTERED}) NOT IN ({Stage.REVIEWED}, {Stage.SENT}) THEN {R.NOT_REVIEWED}
            WHEN i.version > s.version THEN {R.CHANGED}
            WHEN {LACK} = {R.UNPRICED} OR {is_open} AND {LACK} IS NOT NULL THEN {LACK}
            ELSE {unstated_sql(payer)}
        END AS reason
        FROM {Invoice._meta.db_table} i
        LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
        {KNOWN}
        WHERE {which}
    """


def _of_period(payer: Payer) -> str:
    """SQL: invoices of the centres' month of which a fund may be asked something, and that it has not as they are.

    Those that the insurer has in an older version are among them: they stay out with their reason.
    """
    return f"""
        i.centre_id = ANY(%(centres)s) AND i.month = %(month)s AND i.lines_count > 0
        AND s.stage IS DISTINCT FROM {Stage.CANCELLED} AND CASE
            WHEN {_WITH_INSURER} THEN NOT {_live("=", *_AS_IT_IS)}
            ELSE i.{SHARE[payer]} <> 0 OR i.unpriced_lines > 0
        END
    """


def _of_cell(payer: Payer) -> str:
    return f"{_of_period(payer)} AND i.{FUND[payer]} = %(fund)s"


_COPIED = (
    "version", "number", "patient_id", "setting", "admitted_on", "discharged_on", "lines_count", "amount", "basic",
    "supplementary", "subsidy", "employer", "patient_share",
)  # fmt: skip
_OMIT = f"INSERT INTO {Omission._meta.db_table} (claim_id, invoice_id, number, asked, reason, difference)"


def _gather_sql(payer: Payer) -> str:
    return f"""
        WITH judged AS ({_judged(payer, _of_cell(payer))}), omitted AS (
            {_OMIT} SELECT %(claim)s, id, number, share, reason, difference FROM judged WHERE reason IS NOT NULL
        )
        INSERT INTO {ClaimInvoice._meta.db_table}
            (claim_id, invoice_id, payer, kind, asked, {", ".join(EMPTY)}, {", ".join(_COPIED)})
        SELECT %(claim)s, id, %(payer)s, '{ClaimKind.ORIGINAL}', share, {", ".join(EMPTY.values())},
               {", ".join(_COPIED)}
        FROM judged WHERE reason IS NULL ORDER BY id
    """


#: Rows of the claim whose invoice may no longer be in it, or is no longer what was gathered.
_STALE = """
    SELECT c.id, c.invoice_id, c.number, {share}, coalesce(j.reason, {taken_out}) AS reason
    FROM {rows} c LEFT JOIN ({judged}) j ON j.id = c.invoice_id
    WHERE c.claim_id = %(claim)s
      AND (j.id IS NULL OR j.reason IS NOT NULL OR (j.version, j.share) IS DISTINCT FROM (c.version, {share}))
"""


def _stale_sql(payer: Payer) -> str:
    which = (
        f"i.id IN (SELECT invoice_id FROM {ClaimInvoice._meta.db_table} WHERE claim_id = %(claim)s)"
        f" AND i.lines_count > 0"
    )
    return _STALE.format(
        share=ROW_SHARE,
        taken_out=int(R.TAKEN_OUT),
        rows=ClaimInvoice._meta.db_table,
        judged=_judged(payer, which),
    )


def _stale_retry_sql(_payer: Payer) -> str:
    return f"""
        SELECT c.id, c.invoice_id, c.number, {ROW_SHARE}, {R.TAKEN_OUT}
        FROM {ClaimInvoice._meta.db_table} c JOIN {Invoice._meta.db_table} i ON i.id = c.invoice_id
        WHERE c.claim_id = %(claim)s AND {GONE}
    """


def differences_sql(payer: Payer) -> str:
    """SQL of the differences of a supplementary claim's items, one row a line with the line's own share as `asked`.

    A difference belongs to the version of the line that it was made for, and lapses with it.
    """
    sums = ", ".join(
        f"sum(d.{name})::bigint AS {name}"
        for name in ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
    )
    return f"""
        SELECT d.invoice_id, d.line_no, {sums}, sum(d.{SHARE[payer]})::bigint AS asked
        FROM {ClaimItem._meta.db_table} t JOIN {SupplementaryItem._meta.db_table} s ON s.id = t.item_id
        JOIN {LineDelta._meta.db_table} d ON d.change_id = s.change_id AND d.invoice_id = s.invoice_id
        {STANDING_LINE}
        WHERE t.claim_id = %(claim)s AND t.released_at IS NULL GROUP BY d.invoice_id, d.line_no
    """


#: SQL that keeps of the differences `d` those of lines that still stand as they were re-priced.
STANDING_LINE = f"""
    JOIN {InvoiceLine._meta.db_table} n
         ON n.invoice_id = d.invoice_id AND n.line_no = d.line_no AND n.change_id = d.line_change_id
"""


def _stale_supplement_sql(payer: Payer) -> str:
    return f"""
        SELECT c.id, c.invoice_id, c.number, {ROW_SHARE}, {R.TAKEN_OUT}
        FROM {ClaimInvoice._meta.db_table} c JOIN {Invoice._meta.db_table} i ON i.id = c.invoice_id
        LEFT JOIN (
            SELECT invoice_id, sum(asked)::bigint AS asked, count(*) AS lines FROM ({differences_sql(payer)}) x
            GROUP BY invoice_id
        ) d ON d.invoice_id = c.invoice_id
        WHERE c.claim_id = %(claim)s
          AND ({GONE} OR (d.asked, d.lines) IS DISTINCT FROM ({ROW_SHARE}, c.lines_count::bigint))
    """


#: Of each kind of claim: SQL of its rows that no longer hold.
_STALE_OF: dict[ClaimKind, Callable[[Payer], str]] = {
    ClaimKind.ORIGINAL: _stale_sql,
    ClaimKind.RESUBMISSION: _stale_retry_sql,
    ClaimKind.SUPPLEMENT: _stale_supplement_sql,
    ClaimKind.CORRECTION: stale_correction_sql,
}


def _params(claim: Claim) -> dict[str, object]:
    return {
        "claim": claim.pk, "centres": [claim.centre_id], "month": claim.month, "fund": claim.fund_id,
        "payer": claim.payer, "with_sent": claim.with_sent,
    }  # fmt: skip


# ---------------------------------------------------------------- beginning


@transaction.atomic
def begin(
    cells: Iterable[Cell],
    *,
    month: int,
    by: Any,
    at: dt.datetime,
    with_sent: bool = False,
    queue: Queue | None = None,
) -> Job:
    """Begin a claim for every cell and have them gathered by one job; `queue` is called with its id on commit.

    Without `queue` the caller works the job off with `work`. An open claim of the same cell is not begun twice.
    """
    wanted = list(cells)
    if not wanted:
        raise InvalidInput("دست‌کم یک ردیف را برگزینید.")
    if len(wanted) > LARGEST:
        raise InvalidInput(f"در هر بار تا {LARGEST} مطالبه گردآوری کنید؛ پالایه‌ای بیفزایید.")
    jalali.check_month(month)
    organisation_id = wanted[0].fund.insurer.organisation_id
    job = jobs.queue(JOB_KIND, by=by, at=at, key=str(month), organisation_id=organisation_id)
    if len({cell.centre.pk for cell in wanted}) == 1:
        Job.objects.filter(pk=job.pk).update(centre_id=wanted[0].centre.pk)
        job.centre_id = wanted[0].centre.pk
    stages.hold({cell.centre.pk for cell in wanted})
    for cell in wanted:
        _begin(cell, month=month, with_sent=with_sent, job=job, by=by, at=at)
    if queue:
        transaction.on_commit(partial(queue, job.pk))
    return job


def _begin(cell: Cell, *, month: int, with_sent: bool, job: Job, by: Any, at: dt.datetime) -> None:
    standing = Claim.objects.filter(
        centre=cell.centre, fund=cell.fund, payer=cell.payer, month=month, kind=ClaimKind.ORIGINAL,
        state__in=(ClaimState.DRAFT, ClaimState.CHECKED),
    ).first()  # fmt: skip
    if standing:
        raise ClaimRefused(
            f"{standing.audit_name()} برای {cell.centre.name} و {cell.fund.name} هنوز باز است؛"
            " همان را کامل یا لغو کنید."
        )
    claim = Claim.objects.create(
        organisation_id=cell.fund.insurer.organisation_id, centre=cell.centre, insurer_id=cell.fund.insurer_id,
        fund=cell.fund, payer=cell.payer, month=month, state_at=at, created_at=at, created_by=by, job=job,
        with_sent=with_sent,
    )  # fmt: skip
    step(claim, "", by=by, at=at)
    audit.record(
        "claim.begun", claim, by=by, at=at, organisation_id=claim.organisation_id,
        after={"centre": cell.centre.code, "fund": cell.fund.code, "month": month},
    )  # fmt: skip


def work(*, job: Job, at: dt.datetime) -> None:
    """Gather and check the claims of a job one by one, each in its own transaction; safe to run twice."""
    with jobs.running(job) as advance:
        waiting = Claim.objects.filter(job=job, state=ClaimState.DRAFT).select_related("centre", "fund")
        mine = list(waiting.order_by("pk"))
        outcome: dict[str, int] = {"claims": 0, "empty": 0, "invoices": 0, "omitted": 0}
        for done, claim in enumerate(mine, start=1):
            advance(done, len(mine), f"{claim.centre.name}، {claim.fund.name}")
            try:
                gathered = gather_and_check(claim=claim, by=job.by, at=at)
            except DomainError:
                outcome["empty"] += 1
                continue
            outcome["claims"] += 1
            outcome["invoices"] += gathered.invoices_count
            outcome["omitted"] += gathered.omitted_count
        job.outcome = outcome


def gather_and_check(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Gather and check in one go; an empty claim stays a draft that says what was left out."""
    gathered = gather(claim=claim, by=by, at=at)
    return check(claim=gathered, by=by, at=at)


@transaction.atomic
def gather(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Take every invoice of the cell that may go, and write down why the others may not; begins anew each time."""
    row = locked(claim, stages=True)
    require(row, (ClaimState.DRAFT, ClaimState.CHECKED))
    if row.kind != ClaimKind.ORIGINAL:
        raise ClaimRefused("سطرهای این مطالبه از مطالبهٔ پیشین می‌آید و دوباره گردآوری نمی‌شود.")
    row.omissions.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OUT, [row.pk, None])
        cursor.execute(_gather_sql(Payer(row.payer)), _params(row))
    if row.state == ClaimState.CHECKED:
        move(row, ClaimState.DRAFT, by=by, at=at, note="گردآوری دوباره")
    return _counted(row)


@transaction.atomic
def check(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Look at every invoice of the claim once more; what may no longer go is taken out with its reason."""
    row = locked(claim, stages=True)
    require(row, (ClaimState.DRAFT, ClaimState.CHECKED))
    stale = stale_of(row)
    Omission.objects.bulk_create(
        Omission(claim=row, invoice_id=invoice, number=number, asked=asked, reason=reason)
        for _, invoice, number, asked, reason in stale
    )
    if stale:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_OUT, [row.pk, [found[0] for found in stale]])
        gone = [found[1] for found in stale]
        row.items.filter(item__invoice_id__in=gone).delete()
        row.retried.filter(line__invoice_id__in=gone).delete()
    _counted(row)
    if not row.invoices_count:
        raise ClaimRefused("صورتحسابی در این مطالبه نمانده است؛ علت هر یک در بخش کنارگذاشته‌ها آمده است.")
    if row.state == ClaimState.DRAFT:
        move(row, ClaimState.CHECKED, by=by, at=at)
    return row


def stale_of(claim: Claim) -> Sequence[tuple[int, int, str, int, int]]:
    """Rows of the claim that no longer hold: (row, invoice, number, asked, reason); one query."""
    sql = _STALE_OF[ClaimKind(claim.kind)](Payer(claim.payer))
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(claim))
        return cursor.fetchall()


_TAKE_OUT = f"""
    WITH chosen AS (SELECT %s::bigint AS claim_id, %s::bigint[] AS ids)
    DELETE FROM {ClaimInvoice._meta.db_table} c USING chosen
    WHERE c.claim_id = chosen.claim_id AND (chosen.ids IS NULL OR c.id = ANY(chosen.ids))
"""
_COUNT = f"""
    UPDATE {Claim._meta.db_table} c SET invoices_count = n.invoices, lines_count = n.lines, asked = n.asked,
        omitted_count = (SELECT count(*) FROM {Omission._meta.db_table} WHERE claim_id = c.id)
    FROM (
        SELECT count(*) AS invoices, coalesce(sum(lines_count), 0) AS lines, coalesce(sum(asked), 0) AS asked
        FROM {ClaimInvoice._meta.db_table} WHERE claim_id = %s
    ) n WHERE c.id = %s
"""


def _counted(row: Claim) -> Claim:
    """The claim with the totals of what is gathered."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [row.pk, row.pk])
    row.refresh_from_db(fields=["invoices_count", "lines_count", "asked", "omitted_count"])
    return row


# ---------------------------------------------------------------- what the wizard asks


@dataclass(frozen=True)
class Ready:
    """What a cell would give if it were gathered now; amounts in rials."""

    centre_id: int
    fund_id: int
    payer: Payer
    ready: int
    asked: int
    waiting: int
    waiting_asked: int
    has_open: bool

    @property
    def key(self) -> str:
        return f"{self.centre_id}-{self.fund_id}-{self.payer.value}"


#: SQL of the funds that can be asked: who has no insurance pays alone.
_INSURED = f"""
    SELECT u.id FROM {Fund._meta.db_table} u JOIN {Insurer._meta.db_table} n ON n.id = u.insurer_id
    WHERE n.kind <> {int(InsurerKind.SELF)}
"""


def _ready_sql(payer: Payer) -> str:
    return f"""
        SELECT j.centre_id, j.{FUND[payer]}, count(*) FILTER (WHERE j.reason IS NULL),
               coalesce(sum(share) FILTER (WHERE j.reason IS NULL), 0)::bigint,
               count(*) FILTER (WHERE j.reason IS NOT NULL),
               coalesce(sum(share) FILTER (WHERE j.reason IS NOT NULL), 0)::bigint
        FROM ({_judged(payer, _of_period(payer))}) j
        WHERE j.reason IS DISTINCT FROM {R.OTHER_CLAIM} AND j.{FUND[payer]} IN ({_INSURED})
        GROUP BY 1, 2 ORDER BY 1, 2
    """


def ready(
    centres: Sequence[int], *, month: int, payers: Iterable[Payer], with_sent: bool = False
) -> list[Ready]:
    """What could be gathered at centres in a month, by fund and payer; two queries a payer."""
    found = []
    for payer in payers:
        params = {
            "centres": list(centres),
            "month": month,
            "payer": payer.value,
            "claim": 0,
            "with_sent": with_sent,
        }
        with connection.cursor() as cursor:
            cursor.execute(_ready_sql(payer), params)
            rows = cursor.fetchall()
        standing = set(
            Claim.objects.filter(
                centre_id__in=centres, month=month, payer=payer, kind=ClaimKind.ORIGINAL,
                state__in=(ClaimState.DRAFT, ClaimState.CHECKED),
            ).values_list("centre_id", "fund_id")
        )  # fmt: skip
        found += [
            Ready(centre, fund, payer, *figures, has_open=(centre, fund) in standing)
            for centre, fund, *figures in rows
        ]
    return found


def left_out(
    cell: Cell, *, month: int, with_sent: bool = False
) -> list[tuple[int, str, int, OmissionReason]]:
    """What would stay out of a cell if it were gathered now: (invoice, number, share in rials, reason), by reason."""
    params = {
        "centres": [cell.centre.pk], "month": month, "payer": cell.payer.value, "fund": cell.fund.pk, "claim": 0,
        "with_sent": with_sent,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, share, reason FROM ({_judged(cell.payer, _of_cell(cell.payer))}) j"
            f" WHERE reason IS NOT NULL AND reason <> {R.OTHER_CLAIM} ORDER BY reason, number, id",
            params,
        )
        return [(pk, number, share, R(reason)) for pk, number, share, reason in cursor.fetchall()]


def newest_ready(centres: Sequence[int]) -> int | None:
    """The newest month (yyyymm) in which an invoice of the centres stands reviewed."""
    reviewed = Invoice.objects.filter(centre_id__in=centres, progress__stage=Stage.REVIEWED)
    return reviewed.order_by("-month").values_list("month", flat=True).first()
