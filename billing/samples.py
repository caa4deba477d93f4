"""The columns of a file by the mapping in force, and a sample that can be sent as it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.parsing import files
from billing.parsing.columns import COLUMNS, Column
from billing.pricelist import Place, newest_priced_day, price_list
from core import jalali
from core.errors import InvalidInput
from insurers.choices import Condition
from insurers.models import Fund
from organisations.choices import PhysicianStatus, Sector, Setting
from tariffs.choices import Book
from tariffs.models import Service

#: Services that are looked at for two with a price.
LOOKED_AT = 200
#: Its check digit is wrong, so it is nobody's.
NATIONAL_CODE = "1234567890"


@dataclass(frozen=True)
class Heading:
    """One of our columns and the heading it has in a file."""

    column: Column
    heading: str


def headings(mapping: Mapping[str, str]) -> list[Heading]:
    """Every column that is read under a mapping (our column → heading), those it does not name under our own name."""
    return [Heading(column, mapping.get(column.name, column.label)) for column in COLUMNS]


def sample_csv(*, user: Any, mapping: Mapping[str, str], today: dt.date) -> bytes:
    """Two rows of one made-up outpatient invoice under the headings of a mapping, which would be accepted as they are.

    Services and fund are the organisation's, the day is one that has prices. What stands `beside` an amount is left
    out, unless the mapping names it.
    """
    wanted = [one for one in headings(mapping) if not one.column.beside or one.column.name in mapping]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([files.harmless(one.heading) for one in wanted])
    for row in _rows(user, today):
        writer.writerow([files.harmless(row.get(one.column.name, "")) for one in wanted])
    # The mark at the start makes spreadsheets read UTF-8.
    return ("\ufeff" + text.getvalue()).encode()


def _rows(user: Any, today: dt.date) -> list[dict[str, str]]:
    funds = Fund.objects.visible_to(user).of_members_insurer(user)
    fund = funds.order_by("insurer__kind", "category", "code", "pk").first()
    day, services = _services(user, today)
    if fund is None or not services:
        raise InvalidInput("هنوز صندوق یا خدمتی تعریف نشده است که نمونه از آن ساخته شود.")
    invoice = {
        "number": "نمونه 1", "patient_key": NATIONAL_CODE, "patient_name": "بیمار نمونه",
        "setting": Setting.OUTPATIENT.label, "condition": Condition.ORDINARY.label, "admitted_on": day,
        "discharged_on": day, "fund_code": fund.code, "record_no": "1", "patient_paid": "0",
    }  # fmt: skip
    return [
        invoice
        | {
            "line_no": str(number), "book": Book(service.book).label, "code": service.code, "title": service.title,
            "service_on": day, "quantity": "1", "percent": "100", "asked": str(amount),
        }
        for number, (service, amount) in enumerate(services, start=1)
    ]  # fmt: skip


def _services(user: Any, today: dt.date) -> tuple[str, list[tuple[Service, int]]]:
    """A day, and two services with what one of each costs on it; any two where none has a price."""
    on = newest_priced_day(user, sector=Sector.PUBLIC, today=today)
    place = Place(on, Sector.PUBLIC, Setting.OUTPATIENT, grade=1, physician_status=PhysicianStatus.OTHER)
    known = list(Service.objects.visible_to(user).order_by("book", "code", "pk")[:LOOKED_AT])
    rows = price_list(known, organisation_id=user.scope.organisation_id, place=place)
    priced = sorted(rows, key=lambda row: (row.amount is None, row.service.book != Book.RELATIVE_VALUE))
    return jalali.plain(on), [(row.service, row.amount or 0) for row in priced[:2]]
