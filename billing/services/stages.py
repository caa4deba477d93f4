"""Moving invoices along the protocol: completed, reviewed, sent, returned, cancelled; and who is to do it.

One invoice is a set of one: statements are constant in number, whatever the number of invoices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import polars as pl
from django.db import connection, transaction

from billing.choices import CORRECTED, STAGE_SOURCES, Lack, Stage
from billing.models import Invoice, InvoiceStage, StageStep
from billing.services import finding_runs
from billing.services.lacking import KNOWN, LACK
from core import audit, jobs
from core.errors import InvalidInput
from core.frames import read
from core.outcomes import Outcome
from core.text import clean

_I64 = pl.Int64
_STAGES = {stage.value: stage.label for stage in Stage}
#: Stages that say why; the last one also until when an objection may be sent.
_WITH_REASON = (Stage.REGISTERED, Stage.RETURNED, Stage.CANCELLED)
#: Stages that hold for the version that was completed: a correction in between sends the invoice back.
_OF_COMPLETED_VERSION = (Stage.REVIEWED, Stage.SENT)
_NOTE_LENGTH = 250
#: Why an invoice of an insurer is not sent one by one.
WITH_CLAIM = (
    "سهم بیمه‌گر دارد و با مطالبه فرستاده می‌شود؛ در «مطالبه‌ها، گردآوری صورتحساب‌ها» آن را گردآوری کنید."
)
#: Why an invoice is not sent whose present version nobody has looked at.
UNCHECKED = "هنوز بررسی نشده است؛ بررسی در پس‌زمینه در جریان است، چند دقیقهٔ دیگر دوباره بفرستید."


@transaction.atomic
def advance(
    invoices: Iterable[int],
    *,
    to: Stage,
    by: Any,
    at: dt.datetime,
    note: str = "",
    due_on: dt.date | None = None,
    queue: finding_runs.Queue | None = None,
    with_claim: bool = False,
) -> list[Outcome]:
    """Bring invoices (primary keys) to a stage, each for itself: what may not go stays, and its outcome says why.

    Sending back (REGISTERED), RETURNED and CANCELLED need a reason in `note`; RETURNED also `due_on`, the last day
    for an objection. Who completed an invoice may not review it. Nothing is sent while a line has no price, its
    present version was not checked, or a finding blocks it or is a warning nobody passed, or when the invoice was
    corrected after its completion or review. `queue` is called on commit with the key of each centre whose invoices
    were held back for want of a check. What an insurer pays a share of is sent `with_claim` only: by its claim, or as
    what went before there were claims. Rules: docs/rules/stages.md.
    """
    said = clean(note)[:_NOTE_LENGTH]
    if to in _WITH_REASON and not said:
        raise InvalidInput(f"برای «{to.label}» علت را بنویسید.")
    if to == Stage.RETURNED and due_on is None:
        raise InvalidInput("مهلت اعتراض را بنویسید؛ صورتحساب برگشتی بدون مهلت پیگیری نمی‌شود.")
    judged = _judged(_standing(invoices), to=to, by_id=by.pk if by else None, with_claim=with_claim)
    if queue:
        for centre_id in judged.filter(pl.col("text") == UNCHECKED)["centre_id"].unique().sort():
            finding_runs.check_on_commit(centre_id, queue)
    going = judged.filter(pl.col("text") == "")
    _write(going, to=to, by_id=by.pk if by else None, at=at, note=said, due_on=due_on)
    return _outcomes(judged)


@transaction.atomic
def assign(invoices: Iterable[int], *, to: Any, by: Any, at: dt.datetime) -> list[Outcome]:
    """Make a person (None for nobody) responsible for invoices; refused for those the person may not see."""
    standing = _standing(invoices)
    seen = _visible_to(to, standing["id"].to_list()) if to else standing["id"].to_list()
    reached = pl.col("id").is_in(seen)
    judged = standing.with_columns(
        pl.when(pl.col("stage") == Stage.CANCELLED).then(pl.lit("ابطال شده است و کاری ندارد."))
        .when(~reached).then(pl.lit("بیرون از حوزهٔ دید این همکار است."))
        .otherwise(pl.lit("")).alias("text")
    )  # fmt: skip
    going = judged.filter(pl.col("text") == "")
    if len(going):
        with connection.cursor() as cursor:
            cursor.execute(
                _ASSIGN,
                [
                    at,
                    by.pk if by else None,
                    to.pk if to else None,
                    *_columns(going, "id", "centre_id", "version"),
                ],
            )
        audit.record(
            "invoices.assigned", to or by, by=by, at=at,
            organisation_id=by.scope.organisation_id if by else None,
            after={"assignee": to.get_username() if to else "", "invoices": going["id"].to_list()},
        )  # fmt: skip
    return _outcomes(judged)


def _outcomes(judged: pl.DataFrame) -> list[Outcome]:
    """What became of each invoice; the text says why not."""
    return [
        Outcome(key=invoice_id, name=number, is_done=not text, text=text)
        for invoice_id, number, text in judged.select("id", "number", "text").iter_rows()
    ]


def _visible_to(user: Any, ids: list[int]) -> list[int]:
    return list(Invoice.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


_STANDING = f"""
    SELECT i.id, i.number, i.centre_id, i.version, i.unpriced_lines, coalesce(s.stage, {Stage.REGISTERED}),
           coalesce(s.version, i.version), s.completed_by_id, {LACK}, f.blocks, f.warnings,
           i.basic <> 0 OR i.supplementary <> 0
    FROM {Invoice._meta.db_table} i LEFT JOIN {InvoiceStage._meta.db_table} s ON s.invoice_id = i.id
    {KNOWN}
    WHERE i.id = ANY(%s) ORDER BY i.id
"""


def hold(centre_ids: Iterable[int]) -> None:
    """Keep the stages of these centres' invoices as they are until this transaction ends."""
    for centre_id in sorted(centre_ids):
        jobs.lock("billing.stages", centre_id)


def _standing(invoices: Iterable[int]) -> pl.DataFrame:
    """Where the invoices stand, held for this transaction: two people never move one invoice at the same time."""
    ids = list(invoices)
    centres = Invoice.objects.filter(pk__in=ids).order_by("centre_id").values_list("centre_id", flat=True)
    hold(centres.distinct())
    schema = {
        "id": _I64, "number": pl.String, "centre_id": _I64, "version": _I64, "unpriced_lines": _I64, "stage": _I64,
        "stage_version": _I64, "completed_by_id": _I64, "lack": _I64, "blocks": _I64, "warnings": _I64,
        "is_claimed": pl.Boolean,
    }  # fmt: skip
    return read(_STANDING, [ids], schema)


def _judged(standing: pl.DataFrame, *, to: Stage, by_id: int | None, with_claim: bool) -> pl.DataFrame:
    """The frame with `text`: why an invoice may not go to the stage, empty where it may."""
    stage, changed = pl.col("stage"), pl.col("version") > pl.col("stage_version")
    may_come = stage.is_in([int(s) for s in STAGE_SOURCES[to]])
    if to == Stage.COMPLETED:
        may_come |= stage.is_in([int(s) for s in CORRECTED]) & changed
    here = pl.format(
        "اکنون «{}» است و از این مرحله به «{}» نمی‌رود.", stage.replace_strict(_STAGES), pl.lit(to.label)
    )
    text = pl.when(stage == int(to)).then(
        pl.when(may_come).then(pl.lit("")).otherwise(pl.lit(f"پیش‌تر «{to.label}» شده است."))
    ).when(~may_come).then(here)  # fmt: skip
    if to in _OF_COMPLETED_VERSION:
        text = text.when(changed).then(pl.lit("پس از تکمیل تغییر کرده است؛ دوباره تکمیل و بازبینی شود."))
    if to == Stage.REVIEWED and by_id is not None:
        own = pl.col("completed_by_id") == by_id
        text = text.when(own).then(pl.lit("خود شما آن را تکمیل کرده‌اید؛ همکار دیگری بازبینی کند."))
    if to == Stage.SENT:
        if not with_claim:
            text = text.when(pl.col("is_claimed")).then(pl.lit(WITH_CLAIM))
        unpriced = pl.format("{} سطر بدون تعرفه دارد؛ مبلغ آن دانسته نیست.", pl.col("unpriced_lines"))
        text = text.when(pl.col("lack") == Lack.UNPRICED).then(unpriced)
        text = text.when(pl.col("lack") == Lack.UNCHECKED).then(pl.lit(UNCHECKED))
        blocks = pl.format("{} یافتهٔ بازدارنده دارد؛ نخست آن را برطرف کنید.", pl.col("blocks"))
        text = text.when(pl.col("lack") == Lack.BLOCKED).then(blocks)
        warnings = pl.format(
            "{} هشدار رسیدگی‌نشده دارد؛ در صفحهٔ صورتحساب، بخش یافته‌ها، برطرف یا با نوشتن دلیل رد کنید.",
            pl.col("warnings"),
        )
        text = text.when(pl.col("lack") == Lack.WARNED).then(warnings)
    return standing.with_columns(text.otherwise(pl.lit("")).alias("text"))


_ADVANCE = f"""
    WITH going AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(centres)s::bigint[], %(versions)s::int[], %(stages)s::smallint[])
            AS g (invoice_id, centre_id, version, source)
    ), stepped AS (
        INSERT INTO {StageStep._meta.db_table} (invoice_id, centre_id, source, stage, version, at, by_id, note, due_on)
        SELECT invoice_id, centre_id, source, %(to)s, version, %(at)s, %(by)s, %(note)s, %(due)s::date FROM going
        ORDER BY invoice_id
    )
    INSERT INTO {InvoiceStage._meta.db_table} AS s (
        invoice_id, centre_id, stage, version, at, by_id, note, returned_reason, due_on, completed_by_id, sent_version,
        sent_at
    )
    SELECT invoice_id, centre_id, %(to)s, version, %(at)s, %(by)s, %(note)s, %(reason)s, %(due)s::date,
           CASE WHEN %(is_completion)s THEN %(by)s::bigint END, CASE WHEN %(is_sending)s THEN version END,
           CASE WHEN %(is_sending)s THEN %(at)s::timestamptz END
    FROM going ORDER BY invoice_id
    ON CONFLICT (invoice_id) DO UPDATE SET
        stage = excluded.stage, version = excluded.version, at = excluded.at, by_id = excluded.by_id,
        note = excluded.note,
        returned_reason = CASE WHEN %(keeps_return)s THEN s.returned_reason ELSE excluded.returned_reason END,
        due_on = CASE WHEN %(keeps_return)s THEN s.due_on ELSE excluded.due_on END,
        completed_by_id = coalesce(excluded.completed_by_id, s.completed_by_id),
        sent_version = coalesce(excluded.sent_version, s.sent_version),
        sent_at = coalesce(excluded.sent_at, s.sent_at)
"""
_ASSIGN = f"""
    INSERT INTO {InvoiceStage._meta.db_table} AS s (
        invoice_id, centre_id, stage, version, at, by_id, note, returned_reason, assignee_id
    )
    SELECT invoice_id, centre_id, {Stage.REGISTERED}, version, %s, %s, '', '', %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS g (invoice_id, centre_id, version) ORDER BY invoice_id
    ON CONFLICT (invoice_id) DO UPDATE SET assignee_id = excluded.assignee_id
"""


def _columns(going: pl.DataFrame, *names: str) -> list[list[int]]:
    return [going[name].to_list() for name in names]


def _write(
    going: pl.DataFrame, *, to: Stage, by_id: int | None, at: dt.datetime, note: str, due_on: dt.date | None
) -> None:
    """The stage and the step of every invoice that goes, in one statement.

    The insurer's deadline stays with a returned invoice until it is sent again.
    """
    if going.is_empty():
        return
    ids, centres, versions, stages = _columns(going, "id", "centre_id", "version", "stage")
    is_return = to == Stage.RETURNED
    params = {
        "ids": ids, "centres": centres, "versions": versions, "stages": stages, "to": int(to), "at": at, "by": by_id,
        "note": note, "reason": note if is_return else "", "due": due_on if is_return else None,
        "is_completion": to == Stage.COMPLETED, "is_sending": to == Stage.SENT,
        "keeps_return": to in (Stage.REGISTERED, Stage.COMPLETED, Stage.REVIEWED),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, params)
