"""How pages answer when something was done to many things at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from core.errors import InvalidInput
from core.filters import whole
from core.outcomes import Outcome
from core.text import group_digits


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
        ordered = sorted(outcomes, key=lambda outcome: outcome.is_done)
        context = {
            "batch": batch,
            "outcomes": ordered,
            "rows": [(outcome, batch.url_of(outcome)) for outcome in ordered],
            "went": len(went),
            "stayed": len(outcomes) - len(went),
            "breadcrumb": [*batch.breadcrumb, {"label": "نتیجهٔ کار گروهی"}],
        }
        return render(request, "core/outcomes.html", context)
    return HttpResponseRedirect(batch.back_url)
