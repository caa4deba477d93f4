"""How much work the nightly proof and the dashboards are, and that no dashboard reads lines."""

from __future__ import annotations

import random
import statistics
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench.clock import Time, in_turns, ratio, timed
from bench.imports import require
from bench.results import Result
from billing.measures import LEDGER_KEY, MEASURES
from billing.models import Balance, InvoiceLine
from billing.services import ledger
from organisations.models import Centre, User

SEED = 1403
CHANGED = 0.01
HEADQUARTERS = "hq"
LINE_TABLES = ("billing_invoiceline", "billing_pastline", "billing_linedelta", "billing_currentline")
_KEY, _SUMS = ", ".join(LEDGER_KEY), ", ".join(f"sum({m}) AS {m}" for m in MEASURES)


def recompute(rounds: int, *, by_cpu: bool) -> list[Result]:
    """Healing after 1 % of the months of centres changed ÷ healing everything, and that both give the same."""
    every = sorted(set(Balance.objects.order_by().values_list("centre_id", "month").distinct()))
    changed = random.Random(SEED).sample(every, max(1, round(len(every) * CHANGED)))
    analyze()

    def part() -> Time:
        _spoil(changed)
        return timed(lambda: _healed(changed))

    def whole() -> Time:
        _spoil(changed)
        return timed(lambda: _healed(every))

    part()
    incremental = _balances()
    whole()
    require(incremental == _balances(), "incremental and full recompute differ")
    require(incremental == _from_movements(), "balances are not the sums of movements")
    require(ledger.check() is None, "the ledger does not agree with its lines")
    found = ratio(*(lambda t: (t["part"], t["whole"]))(in_turns(rounds, part=part, whole=whole)))
    value, least, most = found.gate(by_cpu=by_cpu)
    share = len(changed) / len(every)
    note = f"{len(changed)} of {len(every)} months of centres ({share:.1%})"
    return [Result("recompute of changed ÷ all, time", value, "", 0.03, False, (least, most), note)]


def _healed(pairs: list[tuple[int, int]]) -> None:
    healed = ledger.heal(centre_months=pairs, at=timezone.now())
    require(healed.first_break is None, f"the ledger: {healed.first_break}")


def _spoil(pairs: list[tuple[int, int]]) -> None:
    """Balances of these months as if a write had been lost."""
    with connection.cursor() as cursor:
        for centre_id, month in pairs:
            cursor.execute(
                "UPDATE billing_balance SET asked = asked + 1, amount = 0 WHERE centre_id = %s AND month = %s",
                [centre_id, month],
            )


def _balances() -> set[tuple[Any, ...]]:
    return set(Balance.objects.values_list(*LEDGER_KEY, *MEASURES))


def _from_movements() -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_KEY}, {_SUMS} FROM billing_movement GROUP BY {_KEY}")
        return {tuple(int(value) for value in row) for row in cursor.fetchall()}


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# ---------------------------------------------------------------- dashboards


def dashboards(rounds: int) -> list[Result]:
    """Statements of the dashboards that read lines, and the time of their sums from balances ÷ from lines."""
    user = User.objects.get(username=HEADQUARTERS)
    organisation = user.scope.organisation_id
    centre = Centre.objects.filter(
        region__organisation_id=organisation, pk__in=Balance.objects.values("centre")
    ).first()
    pages = [
        reverse("headquarters"), reverse("indicator"), reverse("region", args=[centre.region_id]),
        reverse("centre", args=[centre.pk]),
    ]  # fmt: skip
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    touching = []
    for page in pages:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(page, secure=True, headers={"host": "localhost"})
        require(response.status_code == 200, f"{page} answers {response.status_code}")
        touching += [q["sql"] for q in captured if any(t in q["sql"] for t in LINE_TABLES)]
    require(_totals(_FROM_BALANCES) == _totals(_FROM_LINES), "balances and lines give different sums")
    taken = in_turns(
        rounds,
        balances=lambda: timed(lambda: _totals(_FROM_BALANCES)),
        lines=lambda: timed(lambda: _totals(_FROM_LINES)),
    )
    found = ratio(taken["balances"], taken["lines"])
    quick = statistics.median(t.wall for t in taken["balances"]) * 1000
    return [
        Result(f"statements on {len(pages)} dashboards that read lines", len(touching), "", 0, False),
        # The goal is for a year's ledger; the ratio falls with the lines a key holds, and here a key holds a few.
        Result(
            "sums from balances ÷ from lines, time",
            found.wall[0],
            "",
            0.02,
            False,
            spread=found.wall[1:],
            note=f"{quick:.1f} ms; {Balance.objects.count():,} balances, {InvoiceLine.objects.count():,} lines",
        ),
    ]


_FROM_BALANCES = """
    SELECT centre_id, element, sum(asked)::bigint, sum(amount)::bigint, sum(basic)::bigint, sum(patient)::bigint
    FROM billing_balance WHERE element > 0 GROUP BY 1, 2 HAVING sum(lines) > 0 ORDER BY 1, 2
"""
_FROM_LINES = """
    SELECT i.centre_id, l.element, sum(l.asked)::bigint, coalesce(sum(l.amount), 0)::bigint,
           coalesce(sum(l.basic), 0)::bigint, coalesce(sum(l.patient), 0)::bigint
    FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id GROUP BY 1, 2 ORDER BY 1, 2
"""


def _totals(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
