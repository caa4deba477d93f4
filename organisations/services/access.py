"""What a person does with the own access: passwords and sessions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.errors import InvalidInput
from organisations.models import User
from organisations.querysets import UserSessionQuerySet


def check_password_policy(password: str, user: User) -> None:
    """Refuses a weak password with the sentences of `organisations.passwords`."""
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise InvalidInput(" ".join(fault.messages)) from fault


@transaction.atomic
def change_password(
    *, user: User, password: str, by: User, at: dt.datetime, session_key: str | None = None
) -> int:
    """The person's own new password. Every session but `session_key` ends; gives how many did."""
    check_password_policy(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    ended = _end(user.sessions.all().but(session_key))
    _record("password.changed", user, by=by, at=at, after={"sessions_ended": ended})
    return ended


@transaction.atomic
def end_session(*, user: User, reference: str, by: User, at: dt.datetime) -> bool:
    """End one session of the person; False when it was already over."""
    found = next((s for s in user.sessions.all().open() if s.reference == reference), None)
    if found is None:
        return False
    found.delete()
    _record("session.ended", user, by=by, at=at, before={"address": found.address, "agent": found.agent})
    return True


@transaction.atomic
def end_sessions(*, user: User, by: User, at: dt.datetime, but: str | None = None) -> int:
    """End all sessions of the person, but the one with this key; gives how many."""
    ended = _end(user.sessions.all().but(but))
    _record("sessions.ended", user, by=by, at=at, after={"sessions_ended": ended})
    return ended


def signed_in(*, user: User, address: str | None, second_factor: bool, at: dt.datetime) -> None:
    """Keep that somebody came in, from where, and whether with a code."""
    facts = {"address": address, "second_factor": second_factor}
    _record("session.began", user, by=user, at=at, after=facts)


def _end(sessions: UserSessionQuerySet) -> int:
    ended, _ = sessions.delete()
    return int(ended)


def _record(action: str, user: User, *, by: User, at: dt.datetime, **facts: Any) -> None:
    audit.record(action, user, by=by, at=at, organisation_id=user.scope.organisation_id, **facts)
