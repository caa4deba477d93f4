"""Bank statements of the demonstration's hospitals: most announced money came, some not, and some nobody announced."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import ContentFile

from billing.claims.bank import services
from billing.claims.bank.models import BankStatement
from billing.claims.remittances.models import Remittance
from core import jalali
from demo.claims import people_of_centres
from organisations.models import Centre


def load_statements(*, at: dt.datetime) -> int:
    """A statement for each hospital with booked remittances that has none yet; how many."""
    people, made = people_of_centres(), 0
    for centre in Centre.objects.filter(pk__in=people).order_by("pk"):
        booked = list(
            Remittance.objects.booked()
            .filter(centre=centre, amount__gt=0)
            .select_related("insurer")
            .order_by("paid_on", "pk")
        )
        if len(people[centre.pk]) < 2 or not booked or BankStatement.objects.filter(centre=centre).exists():
            continue
        first, second = people[centre.pk][:2]
        row = services.receive(
            upload=ContentFile(_text(booked).encode()), name="bank.csv", account=f"ملت {centre.code}",
            first_on=booked[0].paid_on, last_on=max(at.date(), booked[-1].paid_on), by=first, at=at, centre=centre,
        )  # fmt: skip
        services.confirm(statement=row, by=second, at=at)
        made += 1
    return made


def _text(booked: list[Remittance]) -> str:
    """The bank's list: every fourth payment did not come, every third under a number of the bank's own."""
    last = booked[-1].paid_on
    rows = [(last, 18_500_000, "440071", "سود سپرده"), (last, 96_400_000, "440072", "واریز بیمه تکمیلی")]
    for place, row in enumerate(booked):
        if place % 4 != 3:
            reference = f"77{place:04d}" if place % 3 == 2 else row.reference
            rows.append((row.paid_on, row.net, reference, f"واریز {row.insurer.name}"))
    lines = (f"{jalali.text(on)},{amount},{reference},{note}" for on, amount, reference, note in rows)
    return "\n".join(["تاریخ,واریز,شماره پیگیری,شرح", *lines])
