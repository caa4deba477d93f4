"""What all steps of a re-pricing share: its locks, its job, its trace, and why a step may refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from billing.measures import REPRICED
from billing.models import Change, Repricing
from core import audit, jobs
from core.errors import DomainError, NotAllowed
from core.models import Job, ReferenceVersion

KIND = "repricing"
Queue = Callable[[int], object]
Advance = Callable[[int, int, str], None]
#: Names of the locks: of the work on one re-pricing, and of a centre's invoices.
WORKING = "billing.reprice"
CENTRE = "billing.centre"


class NotNow(DomainError):
    """The re-pricing is not in the state that the request is for."""

    code = "repricing_state"


class Outdated(DomainError):
    """Rates or lines are no longer what the approved preview saw."""

    code = "preview_outdated"


class StoodOn(DomainError):
    """A later re-pricing stands on what is to be taken back."""

    code = "repriced_since"


def begin(row: Repricing, *, by: Any, at: dt.datetime, queue: Queue | None) -> Repricing:
    row.asked_by, row.asked_at = by, at
    row.save()
    row.job = new_job(row, by=by, at=at)
    row.save(update_fields=["job"])
    after: dict[str, object] = {"circular": row.circular.number}
    record(
        "repricing.asked",
        row,
        by=by,
        at=at,
        after=after | ({"reverses": row.reverses_id} if row.reverses_id else {}),
    )
    queue_on_commit(row, queue)
    return row


def organisation_of(user: Any) -> int:
    whole = user.scope.whole_organisation_ids()
    if not whole:
        raise NotAllowed("بازقیمت‌گذاری کار ستاد سازمان است.")
    return int(whole[0])


def locked_row(repricing: Repricing, by: Any) -> Repricing:
    own = Repricing.objects.select_for_update(of=("self",)).select_related("circular", "job")
    found = own.filter(pk=repricing.pk, organisation_id=organisation_of(by)).first()
    if found is None:
        raise NotAllowed("این بازقیمت‌گذاری از سازمان دیگری است.")
    return found


def new_job(row: Repricing, *, by: Any, at: dt.datetime) -> Job:
    key = f"{row.pk} {row.circular.number}"[:120]
    return jobs.queue(KIND, key=key, by=by, at=at, organisation_id=row.organisation_id)


def queue_on_commit(row: Repricing, queue: Queue | None) -> None:
    if queue:
        transaction.on_commit(lambda: queue(row.pk))


def record(
    action: str, row: Repricing, *, by: Any, at: dt.datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(action, row, by=by, at=at, organisation_id=row.organisation_id, after=after)


def sums(row: Repricing) -> dict[str, object]:
    return {k: v or 0 for k, v in row.centres.aggregate(**{n: Sum(n) for n in REPRICED}).items()}


def last_change_of(centre_id: int) -> int:
    return Change.objects.filter(centre_id=centre_id).aggregate(last=Max("pk"))["last"] or 0


def token_now() -> Any:
    return ReferenceVersion.objects.values_list("token", flat=True).first()
