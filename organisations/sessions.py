"""Sessions as rows that name their person: they end when idle, after a day's work, or when somebody ends them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from core import clients
from organisations.models import UserSession

#: A session's row is written at most this often for being used.
NOTED_EVERY = dt.timedelta(minutes=1)
STARTED, SEEN, ADDRESS, AGENT = "started", "seen", "address", "agent"


class SessionStore(DatabaseStore):
    """Django's database sessions, with person, start, last use and browser as columns of the row."""

    @classmethod
    def get_model_class(cls) -> type[UserSession]:
        return UserSession

    def create_model_instance(self, data: dict[str, Any]) -> UserSession:
        row: UserSession = super().create_model_instance(data)
        if SESSION_KEY not in data:
            return row
        now = timezone.now()
        started, seen = (_moment(data.setdefault(name, now.isoformat())) for name in (STARTED, SEEN))
        row.session_data = self.encode(data)
        row.user_id = int(data[SESSION_KEY])
        row.started_at, row.seen_at = started, seen
        row.address, row.agent = data.get(ADDRESS), data.get(AGENT, "")
        row.expire_date = min(
            started + dt.timedelta(hours=settings.SESSION_HOURS),
            seen + dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        )
        return row


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def begin(request: HttpRequest) -> None:
    """Note the browser of a session that has just been signed in."""
    request.session[ADDRESS], request.session[AGENT] = clients.address(request), clients.agent(request)


def note_use(request: HttpRequest, *, at: dt.datetime) -> None:
    """Put off the idle time-out; written at most once a minute."""
    seen = request.session.get(SEEN)
    if seen and at - _moment(seen) > NOTED_EVERY:
        request.session[SEEN] = at.isoformat()


def ran_out(request: HttpRequest) -> bool:
    """Whether the browser brought a session that is over."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and not request.session.session_key
