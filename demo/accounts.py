"""Accounts between parties for the demonstration year: members, agreements, months, a dispute, payments, files.

Whose person somebody is, is invented here, from the personnel number alone; every source says that it is made up.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from budgets.choices import AgreementKind, Standing
from budgets.models import AccountItem, AccountRun, Party, RetireeFile
from budgets.services import accounts, disputes, parties, retirees, statements
from core import jalali
from core.frames import read
from demo import tree
from organisations.choices import PatientCategory
from organisations.models import Organisation, Region, User

SOURCE = "ساختگی: فهرست نمایشی عضویت"
COMPANIES = (("C1", "شرکت نمونهٔ فلات قاره"), ("C2", "شرکت نمونهٔ پایانه‌ها"))
#: Pairs of regions that net, and regions with the company they bill.
RECIPROCAL = (
    ("10", "30"), ("10", "31"), ("10", "65"), ("30", "31"), ("30", "32"), ("30", "33"), ("31", "32"), ("40", "45"),
    ("32", "33"), ("30", "35"),
)  # fmt: skip
ONE_SIDED = (("34", "C1"), ("45", "C1"), ("31", "C2"), ("10", "C1"), ("31", "35"))
#: Of a hundred families, those of the region that treats them, of a neighbour it nets with, of a company, of a region
#: without an agreement; the rest are on no list.
OWN, NEIGHBOUR, COMPANY, FAR = 84, 93, 96, 98
FAR_REGION = "80"
#: The last month is computed and waits for issuing; payments stop some months before.
ISSUED_MONTHS, PAID_MONTHS = 11, 8
#: The region whose retirees' files are made for the whole year; others only for the last month.
FILES_REGION = "31"


def load_accounts(year: int, *, now: dt.datetime) -> int:
    """What is not there yet; how many months were computed. Nothing without invoices."""
    organisation = Organisation.objects.get(code=tree.PIHO)
    treated = _treated(organisation.pk)
    if AccountRun.objects.filter(organisation=organisation).exists() or treated.is_empty():
        return 0
    people = {u.username: u for u in User.objects.filter(username__in=["hq", "hq2", "region"])}
    for code, name in COMPANIES:
        parties.add_company(organisation=organisation, code=code, name=name, by=people["hq"], at=now)
    known = {p.code: p for p in Party.objects.of_organisation(organisation.pk)}
    members = _members(treated, known, year)
    parties.load_members(members, organisation=organisation, source=SOURCE, by=people["hq"], at=now)
    _agreements(known, year, people, now)
    months = jalali.months_of(year)
    runs = [
        accounts.run_accounts(organisation=organisation, month=month, by=people["hq"], at=now)
        for month in months
    ]
    for run in runs[:ISSUED_MONTHS]:
        issued = accounts.issue(run, by=people["hq2"], at=now)
        if run.month % 100 <= PAID_MONTHS:
            _pay(issued, people, now)
    _dispute(runs[ISSUED_MONTHS - 1], known["31"], people, now)
    _files(organisation, months, people["hq"], now)
    return len(runs)


def _treated(organisation_id: int) -> pl.DataFrame:
    """Families with personnel number, with the region that treated them first and whether they are retired."""
    return read(
        """
        SELECT DISTINCT ON (p.personnel_no) p.personnel_no, r.code, i.category = %s
        FROM billing_invoice i JOIN billing_patient p ON p.id = i.patient_id
        JOIN organisations_centre c ON c.id = i.centre_id JOIN organisations_region r ON r.id = c.region_id
        WHERE p.personnel_no IS NOT NULL AND r.organisation_id = %s ORDER BY p.personnel_no, i.id
        """,
        [PatientCategory.RETIREE.value, organisation_id],
        {"personnel_no": pl.Int64, "region": pl.String, "is_retired": pl.Boolean},
    )


def _members(treated: pl.DataFrame, known: dict[str, Party], year: int) -> pl.DataFrame:
    """A row for each family that is on the list."""
    since = jalali.year_range(year - 3)[0]
    rows = []
    for person, region, is_retired in treated.iter_rows():
        home = _home(person, region, is_retired)
        if home in known:
            rows.append((len(rows) + 1, person, None, known[home].pk, since))
    return pl.DataFrame(rows, schema=parties.MEMBERS, orient="row")


def _home(person: int, region: str, is_retired: bool) -> str:
    """The code of a family's party, "" where it is on no list; retirees belong to regions."""
    dice = person * 2_654_435_761 % 2**32
    chance = dice % 100
    near = sorted({b if a == region else a for a, b in RECIPROCAL if region in (a, b)})
    if chance < OWN or (is_retired and chance < FAR):
        return region
    if chance < NEIGHBOUR:
        return near[dice // 100 % len(near)] if near else region
    if chance < COMPANY:
        return COMPANIES[dice // 100 % len(COMPANIES)][0]
    return FAR_REGION if chance < FAR else ""


def _agreements(known: dict[str, Party], year: int, people: dict[str, User], now: dt.datetime) -> None:
    first_on, after = jalali.year_range(year)
    for kind, pairs in ((AgreementKind.RECIPROCAL, RECIPROCAL), (AgreementKind.ONE_SIDED, ONE_SIDED)):
        for provider, recipient in pairs:
            row = parties.enter_agreement(
                provider=known[provider], recipient=known[recipient], kind=kind, first_on=first_on,
                last_on=after - dt.timedelta(days=1), document_no=f"ساختگی {provider}-{recipient}",
                by=people["hq"], at=now,
            )  # fmt: skip
            parties.approve_agreement(row, by=people["hq2"], at=now)


def _pay(run: AccountRun, people: dict[str, User], now: dt.datetime) -> None:
    """Every other pair pays in whole, the others half; every third payment still waits for the second person."""
    for place, found in enumerate(statements.statements(run, people["hq"])):
        if found.debtor is None:
            continue
        other = found.first if found.debtor == found.second else found.second
        amount = abs(found.left) if place % 2 else (abs(found.left) + 1) // 2
        paid = disputes.enter_settlement(
            run=run, payer=found.debtor, payee=other, amount=amount, letter_no=f"ساختگی {run.month}-{place}",
            paid_on=jalali.month_range(run.month)[1] + dt.timedelta(days=20), by=people["hq"], at=now,
        )  # fmt: skip
        if place % 3 or run.month % 100 < PAID_MONTHS:
            disputes.approve_settlement(paid, by=people["hq2"], at=now)


def _dispute(run: AccountRun, debtor: Party, people: dict[str, User], now: dt.datetime) -> None:
    """Abadan disputes two invoices: one answered in part, one open."""
    run.refresh_from_db()
    owed = AccountItem.objects.filter(run=run, recipient=debtor, standing=Standing.BILLED, due__gt=1)
    raised = [
        disputes.raise_dispute(
            run=run, provider=item.provider, recipient=debtor, item=item, amount=None, reason=reason,
            by=people["region"], at=now,
        )
        for item, reason in zip(
            owed.select_related("provider").order_by("-due", "pk")[:2],
            ("نمایشی: بیمار در این تاریخ در آبادان بستری بوده است.", "نمایشی: خدمت تکراری است."),
            strict=False,
        )
    ]  # fmt: skip
    for dispute in raised[1:]:
        disputes.answer_dispute(
            dispute, accepted=dispute.amount // 2, answer="نمایشی: نیمی تکراری بود.", by=people["hq2"], at=now
        )


def _files(organisation: Organisation, months: list[int], by: Any, now: dt.datetime) -> None:
    if RetireeFile.objects.filter(region__organisation=organisation).exists():
        return
    regions = Region.objects.filter(organisation=organisation).select_related("organisation")
    for region in regions.by_code():
        for month in months if region.code == FILES_REGION else months[-1:]:
            retirees.make_files(region=region, month=month, by=by, at=now)
