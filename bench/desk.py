"""How long the desk takes to answer a keystroke: a whole invoice read, priced and split."""

from __future__ import annotations

import datetime as dt
import json
import statistics
from typing import Any

from django.utils import timezone

from bench.clock import is_noisy, timed
from bench.imports import require
from bench.results import Result
from bench.world import Feed, empty, load
from billing.choices import IdentityKind
from billing.desk import document as documents
from billing.desk.quote import Quote, quote
from billing.models import Invoice
from billing.views.desk import as_json
from core import jalali
from core.display import milli
from core.text import ascii_digits

LINES = 300
#: What the issue asks for: milliseconds from the request's text to the answer's.
GOAL = 200


def keystroke(feed: Feed, rounds: int) -> list[Result]:
    """The answer to one keystroke in an invoice of 300 lines; first proved equal to its import, to the rial."""
    document = _document(feed)
    sent = json.dumps(document)

    def answer(on: dt.date | None = None) -> Quote:
        typed = documents.cleaned(json.loads(sent))
        found = quote(typed, centre=feed.centre, number="bench", on=on)
        json.dumps(as_json(found), ensure_ascii=False)
        return found

    empty()
    found = answer()
    require(not found.problems, f"the desk cannot read its own invoice: {found.problems[:1]}")
    load(found.parsed, feed.centre)
    stored = Invoice.objects.get(number="bench")
    require(stored.amount == found.totals["amount"], "the desk and the import differ")
    require(stored.patient_share == found.totals["patient"], "the desk and the import differ in the shares")
    kind = "cpu" if is_noisy() else "wall"
    times = max(rounds, 3) * 3
    plain = [getattr(timed(answer), kind) * 1000 for _ in range(times)]
    checked = [getattr(timed(lambda: answer(timezone.localdate())), kind) * 1000 for _ in range(times)]
    name = f"desk: {LINES} lines read, priced and split, {kind}"
    return [
        Result(name, statistics.median(plain), "ms", GOAL, False, (min(plain), max(plain))),
        Result(
            f"the same with findings, {kind}",
            statistics.median(checked),
            "ms",
            spread=(min(checked), max(checked)),
        ),
    ]


def _document(feed: Feed) -> dict[str, Any]:
    """Lines of one invoice of the feed, as often as it takes, as an officer would have typed them."""
    header = feed.parsed.headers.row(0, named=True)
    first = feed.parsed.lines.filter(feed.parsed.lines["number"] == header["number"]).rows(named=True)
    day = {name: ascii_digits(jalali.text(header[name])) for name in ("admitted_on", "discharged_on")}
    lines = [_line(first[i % len(first)], str(i)) for i in range(LINES)]
    return documents.blank() | day | {
        "id_kind": IdentityKind.OTHER.value, "patient_id": "bench", "setting": str(header["setting"]),
        "condition": str(header["condition"]), "fund": header["fund_code"],
        "supplementary": header["supplementary_code"] or "", "lines": lines,
    }  # fmt: skip


def _line(line: dict[str, Any], name: str) -> dict[str, str]:
    return dict.fromkeys(documents.LINE, "") | {
        "id": name,
        "book": str(line["book"]),
        "code": line["code"],
        "date": ascii_digits(jalali.text(line["service_on"])),
        "quantity": ascii_digits(milli(line["quantity_milli"])).replace("٬", "").replace("٫", "."),
        "part": str(line["part"] or ""),
        "minutes": str(line["minutes"] or ""),
        "physician": line["physician_no"] or "",
    }
