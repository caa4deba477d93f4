"""How pages answer when something was done to many things at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.errors import InvalidInput
from core.filters import whole
from core.jobs import CACHE_AWAY
from core.outcomes import Outcome
from core.text import group_digits

#: Seconds for which a table of outcomes can be looked at again.
KEPT = 3_600
TOLD_WITHOUT_TABLE = 5


def _nowhere(_: Outcome) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How a page speaks of a batch: what its things are, what was done to them, where it was, where each thing is."""

    thing: str
    done: str
    back_url: str
    breadcrumb: Sequence[dict[str, str]]
    url_of: Callable[[Outcome], str] = _nowhere


def chosen(texts: Sequence[str], *, thing: str, limit: int) -> list[int]:
    """The keys of what was chosen, each once, in the order sent; what is no number is left out.

    `InvalidInput` above the limit: nothing is left out without a word.
    """
    keys = [key for text in texts if (key := whole(text)) is not None]
    if len(keys) > limit:
        raise InvalidInput(f"در هر بار تا {group_digits(limit)} {thing} برگزینید.")
    return list(dict.fromkeys(keys))


def answer(request: HttpRequest, outcomes: Sequence[Outcome], batch: Batch) -> HttpResponse:
    """Back with a message where all went alike or there is only one; a table of outcomes where something did not go."""
    went = [outcome for outcome in outcomes if outcome.is_done]
    if not outcomes:
        messages.warning(request, f"چیزی برگزیده نشده است؛ دست‌کم یک {batch.thing} برگزینید.")
    elif len(outcomes) == 1 and (outcomes[0].text or not went):
        say = messages.success if went else messages.error
        say(request, f"{batch.thing} {outcomes[0].name}: {outcomes[0].text}")
    elif len(went) == len(outcomes):
        messages.success(request, f"{group_digits(len(went))} {batch.thing} {batch.done} شد.")
    else:
        try:
            return HttpResponseRedirect(reverse("outcomes", args=[_keep(request.user, outcomes, batch)]))
        except CACHE_AWAY:
            # The work is done; where the table cannot be kept, what did not go is told above the page one came from.
            stayed = [f"{one.name}: {one.text}" for one in outcomes if not one.is_done]
            messages.warning(request, " ".join(stayed[:TOLD_WITHOUT_TABLE]))
    return HttpResponseRedirect(batch.back_url)


def _keep(user: Any, outcomes: Sequence[Outcome], batch: Batch) -> str:
    """Keep a table of outcomes for the person who acted, so that its page has an address; what did not go first."""
    rows = [
        {"name": str(one.name), "is_done": one.is_done, "text": str(one.text), "url": batch.url_of(one)}
        for one in sorted(outcomes, key=lambda outcome: outcome.is_done)
    ]
    kept = {
        "thing": batch.thing,
        "done": batch.done,
        "back_url": batch.back_url,
        "breadcrumb": [*batch.breadcrumb, {"label": "نتیجهٔ کار گروهی"}],
        "rows": rows,
        "went": sum(one.is_done for one in outcomes),
        "stayed": sum(not one.is_done for one in outcomes),
    }
    token = secrets.token_urlsafe(12)
    cache.set(_key(user, token), kept, KEPT)
    return token


def kept_outcomes(user: Any, token: str) -> dict[str, Any] | None:
    """What `answer` kept for this person; None once it is too long ago, for everybody else, and without a cache."""
    try:
        return cache.get(_key(user, token))  # type: ignore[no-any-return]
    except CACHE_AWAY:
        return None


def _key(user: Any, token: str) -> str:
    return f"outcomes:{user.pk}:{token}"
