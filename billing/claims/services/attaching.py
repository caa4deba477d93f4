"""Adding papers to claims and objections; what is sent is not believed, neither its name nor its kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction

from billing.claims.attachments import Attachment
from billing.claims.choices import ClaimState, StepChannel
from billing.claims.models import Claim
from billing.claims.objections.choices import TOLD, ObjectionState
from billing.claims.objections.models import Objection
from billing.claims.services.adjudication import insurer_of
from billing.claims.services.states import ClaimRefused, locked
from core import audit
from core.errors import InvalidInput, NotAllowed
from core.text import persian_digits
from core.uploads import document

#: Papers of one claim.
MOST = 500
_OWN = (ObjectionState.DRAFT, ObjectionState.REVIEW)


@transaction.atomic
def attach(
    *, claim: Claim, upload: File[bytes], name: str, by: Any, at: dt.datetime, objection: Objection | None = None,
    invoice_id: int | None = None, channel: StepChannel = StepChannel.PAGE,
) -> Attachment:  # fmt: skip
    """Check and keep a paper; the same content in the same place from the same side is kept once and comes back.

    The centre adds to an objection until it is sent, the insurer afterwards: what was sent does not change.
    """
    found = document(upload, name)
    row = locked(claim)
    is_insurers = insurer_of(by) is not None
    if is_insurers and insurer_of(by) != row.insurer_id:
        raise NotAllowed("پیوست مطالبه با بیمه‌گر خود آن یا مرکز درمانی است.")
    if row.state == ClaimState.CANCELLED:
        raise ClaimRefused("این مطالبه لغو شده است و پیوست نمی‌گیرد.")
    if invoice_id is not None and not row.invoices.filter(invoice_id=invoice_id).exists():
        raise InvalidInput("این صورتحساب در این مطالبه نیست.")
    if objection is not None:
        _refuse_outside(row, objection, is_insurers=is_insurers)
    place = {"objection": objection, "invoice_id": invoice_id, "is_insurers": is_insurers}
    earlier = Attachment.objects.filter(claim=row, sha256=found.sha256, **place).first()
    if earlier:
        return earlier
    if row.attachments.count() >= MOST:
        raise ClaimRefused(f"هر مطالبه تا {persian_digits(MOST)} پیوست دارد.")
    kept = Attachment(
        claim=row, name=found.name, media_type=found.media_type, size=found.size, sha256=found.sha256, at=at,
        by_id=by.pk, by_name=by.get_username(), channel=channel, **place,
    )  # fmt: skip
    upload.seek(0)
    kept.file.save(found.stored_as, upload, save=False)
    kept.save()
    audit.record(
        "claim.attached", row, by=by, at=at, organisation_id=row.organisation_id,
        after={"name": found.name, "sha256": found.sha256},
    )  # fmt: skip
    return kept


def _refuse_outside(claim: Claim, objection: Objection, *, is_insurers: bool) -> None:
    state = Objection.objects.get(pk=objection.pk).state
    if objection.claim_id != claim.pk:
        raise InvalidInput("این اعتراض از مطالبهٔ دیگری است.")
    if is_insurers and state not in TOLD:
        raise InvalidInput("این اعتراض نزد شما نیست.")
    if not is_insurers and state not in _OWN:
        raise ClaimRefused("اعتراض فرستاده شده است و مدارک آن دیگر تغییر نمی‌کند.")
