"""What drafting a contract and taking it along its steps have in common: its locked row, steps, letters, events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from core import audit
from core.errors import DomainError, InvalidInput, NotAllowed
from insurers.choices import Awaited, ContractState
from insurers.models import Contract, ContractEdit, ContractStep, ContractTerms

S = ContractState
#: States in which a contract holds, or will again.
RUNNING = (S.ACTIVE, S.SUSPENDED, S.RENEWED)
#: What an event says itself, or nobody reads.
_UNTOLD = {
    "id", "organisation", "contract", "number", "entered_by", "entered_at", "approved_by", "approved_at",
    "awaits_since", "circular",
}  # fmt: skip


class NotNow(DomainError):
    """The contract or version is not in the state that the request is for."""

    code = "contract_state"


@dataclass(frozen=True)
class Letter:
    """What a step was done by: number and day of the letter, and what there is to say."""

    number: str = ""
    on: dt.date | None = None
    note: str = ""


NO_LETTER = Letter()


def worked_on(version: ContractTerms, user: Any) -> bool:
    """Whether the user entered or changed a version, also by taking a row out of it."""
    return version.entered_by_id == user.pk or bool(version.edits.filter(by=user).exists())


def edited(row: Contract, version: ContractTerms | None = None, *, by: Any, at: dt.datetime) -> None:
    """Keep who worked on the head of a draft, or on a version."""
    ContractEdit.objects.create(contract=row, terms=version, by=by, at=at)


def write_step(
    row: Contract,
    source: ContractState | str,
    *,
    to: ContractState | str,
    by: Any,
    at: dt.datetime,
    awaits: Awaited,
    letter: Letter = NO_LETTER,
    effective_on: dt.date | None = None,
) -> ContractStep:
    """A row of the life of a contract; the same state twice is a call or letter that moved nothing."""
    return ContractStep.objects.create(
        contract=row,
        source=source,
        state=to,
        at=at,
        by=by,
        awaits=awaits,
        effective_on=effective_on,
        letter_number=letter.number,
        letter_on=letter.on,
        note=letter.note,
    )


def approve(version: ContractTerms, *, by: Any, at: dt.datetime) -> None:
    """Let a version count, by nobody who worked on it."""
    if worked_on(version, by):
        raise NotAllowed("این شرایط را خودتان نوشته یا ویرایش کرده‌اید؛ تأیید آن با همکار دیگری است.")
    version.approved_by, version.approved_at = by, at
    try:
        with transaction.atomic():
            version.save(update_fields=["approved_by", "approved_at"])
    except IntegrityError as fault:
        raise InvalidInput("از همین روز نسخهٔ تأییدشدهٔ دیگری هست؛ روز آغاز را درست کنید.") from fault


def organisation_of(user: Any) -> int:
    """The organisation whose contracts a user keeps; refused for who does not see the whole of one."""
    whole = user.scope.whole_organisation_ids()
    if not whole:
        raise NotAllowed("قراردادها را ستاد سازمان نگه می‌دارد.")
    return whole[0]


def locked(contract: Contract, by: Any) -> Contract:
    """The contract as it stands now, locked with the one it renews, in one order; another organisation's is refused."""
    keys = [key for key in (contract.pk, contract.renews_id) if key]
    own = Contract.objects.filter(pk__in=keys, organisation_id=organisation_of(by))
    row = next((one for one in own.order_by("pk").select_for_update() if one.pk == contract.pk), None)
    if row is None:
        raise NotAllowed("این قرارداد از سازمان دیگری است.")
    return row


def open_version(version: ContractTerms, by: Any) -> ContractTerms:
    """The version as it stands now, still open, of a draft or of a running contract."""
    contract = locked(version.contract, by)
    row = ContractTerms.objects.select_related("contract").filter(pk=version.pk, approved_at=None).first()
    if row is None or (row.number == 1 and not contract.is_editable):
        raise NotNow("این نسخه دیگر پیش‌نویس نیست؛ الحاقیهٔ تازه بسازید.")
    return row


def touch(version: ContractTerms, *, by: Any, at: dt.datetime) -> None:
    """A row of an open version was put in, changed or taken out."""
    version.entered_by, version.entered_at = by, at
    version.save(update_fields=["entered_by", "entered_at"])
    edited(version.contract, version, by=by, at=at)


def facts_of(row: Any) -> dict[str, object]:
    """The row as the audit trail keeps it: the head, or what a version agrees."""
    facts: dict[str, object] = {}
    untold = _UNTOLD - {"number"} if isinstance(row, Contract) else _UNTOLD
    for field in row._meta.concrete_fields:
        if field.name in untold:
            continue
        value = getattr(row, field.attname)
        facts[field.name] = value if isinstance(value, bool | int) else "" if value is None else str(value)
    return facts


def record(
    action: str,
    row: Contract | ContractTerms,
    *,
    by: Any,
    at: dt.datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object],
) -> None:
    """Keep an event of a contract with what it changed, also for one of its versions."""
    contract = row if isinstance(row, Contract) else row.contract
    changed = audit.differences(dict(before or {}), dict(after)) if before and after else None
    audit.record(
        action,
        contract,
        by=by,
        at=at,
        organisation_id=contract.organisation_id,
        **(changed or {"before": dict(before or {}), "after": dict(after)}),
    )
