"""What moving a claim has in common: the lock, the step, the audit and the refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from billing.claims.choices import TRANSITIONS, ClaimState, StepChannel
from billing.claims.models import Claim, ClaimStep
from core import audit, jobs
from core.errors import DomainError
from core.text import clean, group_digits, persian_digits

NOTE_LENGTH = 250


class ClaimRefused(DomainError):
    """The claim may not do this now; the sentence says what to do first."""

    code = "claim_refused"


class WrongState(DomainError):
    """The claim does not stand where this step begins."""

    code = "claim_state"


def locked(claim: Claim, *, stages: bool = False) -> Claim:
    """The claim as it stands, held for this transaction; with `stages` also the stages of its centre's invoices.

    Stages are locked first, as everybody does who writes both.
    """
    if stages:
        jobs.lock("billing.stages", claim.centre_id)
    found = Claim.objects.select_for_update(of=("self",))
    return found.select_related("centre__region", "fund__insurer", "insurer", "organisation").get(pk=claim.pk)


def require(claim: Claim, states: Iterable[ClaimState]) -> None:
    """Refuse unless the claim stands at one of the states."""
    wanted = list(states)
    if claim.state not in wanted:
        names = " یا ".join(f"«{state.label}»" for state in wanted)
        raise WrongState(
            f"{claim.audit_name()} اکنون «{claim.get_state_display()}» است؛ این کار از {names} آغاز می‌شود.",
            state=claim.state,
        )


def move(
    claim: Claim,
    to: ClaimState,
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
    channel: StepChannel = StepChannel.PAGE,
    **facts: object,
) -> Claim:
    """Bring a locked claim to a state, with its step and its audit event; `facts` are fields written too."""
    source = ClaimState(claim.state)
    if to not in TRANSITIONS[source]:
        raise WrongState(
            f"{claim.audit_name()} «{source.label}» است و به «{to.label}» نمی‌رود.", state=source.value
        )
    for name, value in facts.items():
        setattr(claim, name, value)
    claim.state, claim.state_at, claim.version = to, at, claim.version + 1
    claim.save(update_fields=["state", "state_at", "version", *facts])
    step(claim, source, by=by, at=at, note=note, channel=channel)
    audit.record(
        _action(to), claim, by=by, at=at, organisation_id=claim.organisation_id,
        before={"state": source.value},
        after={"state": to.value, "asked": claim.asked, "invoices": claim.invoices_count, "reason": clean(note)},
    )  # fmt: skip
    return claim


def _action(to: ClaimState) -> str:
    return f"claim.{to.value}"


def step(
    claim: Claim,
    source: ClaimState | str,
    *,
    by: Any,
    at: dt.datetime,
    note: str = "",
    channel: StepChannel = StepChannel.PAGE,
) -> ClaimStep:
    """Write down that a claim is where it is now."""
    return ClaimStep.objects.create(
        claim=claim, source=source, state=claim.state, at=at, by_id=by.pk if by else None,
        by_name=by.get_username() if by else "", channel=channel, note=clean(note)[:NOTE_LENGTH],
    )  # fmt: skip


def counted(number: int, what: str) -> str:
    """A number and what it counts, in Persian."""
    return f"{persian_digits(group_digits(number))} {what}"
