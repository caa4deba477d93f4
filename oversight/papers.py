"""Papers of oversight as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core import pdf
from oversight.models import Contact, Council, StatusLetter, StatusNotice


def letter(contact: Contact) -> bytes:
    """The letter to a centre about what it has not sent, as it was when it was written down."""
    return pdf.made("oversight/letter.html", {"contact": contact, **_read(contact.facts)})


def _read(facts: dict[str, Any]) -> dict[str, Any]:
    """Kept facts with their days as days."""
    day = dt.date.fromisoformat
    return {
        "as_of": day(facts["on"]),
        "late": facts,
        "months": [row | {"due_on": day(row["due_on"])} for row in facts["months"]],
        "earlier": [row | {"on": day(row["on"])} for row in facts.get("contacts", ())],
    }


def status_letter(letter: StatusLetter, notices: Sequence[StatusNotice]) -> bytes:
    """The letter that tells an insurer of physicians' new status."""
    return pdf.made("oversight/status_letter.html", {"letter": letter, "notices": notices})


def council(meeting: Council, rows: Sequence[dict[str, Any]]) -> bytes:
    """The agenda of a planned meeting, the minutes of one that was held."""
    resolutions = list(meeting.resolutions.select_related("centre").order_by("due_on", "pk"))
    context = {
        "council": meeting,
        "rows": rows,
        "resolutions": resolutions,
        "organisation": meeting.organisation,
    }
    return pdf.made("oversight/council_paper.html", context)
