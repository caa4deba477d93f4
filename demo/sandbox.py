"""An organisation in which insurers try the interface: one hospital, made-up invoices, claims sent. Safe again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from billing.choices import Severity, Stage
from billing.claims.choices import OPEN, Payer
from billing.claims.models import Claim
from billing.claims.services import gathering, sending
from billing.claims.services.gathering import Cell
from billing.models import Delivery, Invoice
from billing.services import deliveries, finding_runs, findings, stages
from core.errors import DomainError
from demo.catalogue import GP_VISIT, SPECIALIST_VISIT
from demo.organisations import password
from insurers.models import Fund, Insurer
from insurers.services.reference import load_coverage
from organisations.choices import SANDBOX, CentreKind, Sector
from organisations.models import Centre, Organisation, Region, User
from organisations.permissions import Role
from organisations.services import add_user
from tariffs.choices import Book

HOSPITAL, FUND, INSURER = "0001", "sandbox-fund", "sandbox"
MONTHS = (140307, 140308)
#: Invoices of each month.
INVOICES = 6
USERS = (
    ("sandbox-hq", Role.HEADQUARTERS),
    ("sandbox-hospital", Role.HOSPITAL),
    ("sandbox-hospital2", Role.HOSPITAL),
    ("sandbox-insurer", Role.INSURER),
)
_HEADERS = (
    "شماره صورتحساب,کد ملی,نوع مراجعه,کد صندوق,تاریخ پذیرش,تاریخ ترخیص,فهرست,کد خدمت,شرح خدمت,تاریخ خدمت,"
    "تعداد,مبلغ درخواستی"
)


def load_sandbox(*, at: dt.datetime) -> list[Claim]:
    """The organisation with its people, invoices through the real import, and a claim of each month that was sent."""
    organisation, _ = Organisation.objects.get_or_create(
        code=SANDBOX, defaults={"name": "سازمان آزمایشی API", "funds_regions": False}
    )
    region, _ = Region.objects.get_or_create(
        organisation=organisation, code="00", defaults={"name": "منطقهٔ آزمایشی", "covered_population": 0}
    )
    centre, _ = Centre.objects.get_or_create(
        region=region,
        code=HOSPITAL,
        defaults={
            "name": "بیمارستان آزمایشی",
            "kind": CentreKind.HOSPITAL,
            "sector": Sector.PUBLIC,
            "grade": 1,
        },
    )
    load_coverage(organisation=organisation, at=at)
    people = _people(organisation, centre, at)
    if not Delivery.objects.filter(centre=centre).exists():
        _deliver(centre, people["sandbox-hospital"], at)
    _advance(centre, people, at)
    fund = Fund.objects.select_related("insurer").get(insurer__organisation=organisation, code=FUND)
    return [claim for month in MONTHS if (claim := _claim(centre, fund, month, people, at))]


def _people(organisation: Organisation, centre: Centre, at: dt.datetime) -> dict[str, User]:
    insurer = Insurer.objects.get(organisation=organisation, code=INSURER)
    have = set(User.objects.filter(username__in=dict(USERS)).values_list("username", flat=True))
    for name, role in USERS:
        if name not in have:
            add_user(
                username=name, password=password(), role=role, organisation=organisation, by=None, at=at,
                centre=centre if role == Role.HOSPITAL else None,
                insurer_id=insurer.pk if role == Role.INSURER else None,
                first_name="کاربر", last_name="آزمایشی", second_factor_exempt=True,
            )  # fmt: skip
    found = User.objects.filter(username__in=dict(USERS)).select_related("membership")
    return {user.username: user for user in found}


def _deliver(centre: Centre, officer: User, at: dt.datetime) -> None:
    """A file as a hospital's software writes it, of visits of people who do not exist."""
    rows = [_HEADERS]
    for place, month in enumerate(MONTHS):
        for number in range(INVOICES):
            day = f"{month // 100}/{month % 100:02}/{number + 3:02}"
            code = (GP_VISIT, SPECIALIST_VISIT)[number % 2]
            rows.append(
                f"S{month}{number:02},{_national_code(place * INVOICES + number)},سرپایی,{FUND},{day},{day},"
                f"{Book.OTHER},{code},ویزیت,{day},1,{500_000 + number}"
            )
    delivery = deliveries.receive_file(
        centre=centre, upload=ContentFile("\n".join(rows).encode()), name="sandbox.csv", mapping=None, by=officer,
        at=at, queue=lambda _: None,
    )  # fmt: skip
    deliveries.load(delivery=delivery, at=at)


def _national_code(number: int) -> str:
    """A national code with a right check digit, from a range that is nobody's."""
    nine = f"{999_000_000 + number:09}"
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return f"{nine}{rest if rest < 2 else 11 - rest}"


def _advance(centre: Centre, people: dict[str, User], at: dt.datetime) -> None:
    """Checked, warnings passed with a reason, completed by one officer and reviewed by the other."""
    finding_runs.check_centre(centre=centre, at=at)
    first, second = people["sandbox-hospital"], people["sandbox-hospital2"]
    for invoice in Invoice.objects.filter(centre=centre).select_related("centre__region"):
        there = findings.of_invoice(invoice, on=timezone.localdate(at))
        keys = [one.key for one in there if one.severity == Severity.WARN and one.passed is None]
        if keys:
            findings.pass_warnings(invoice=invoice, keys=keys, reason="دادهٔ آزمایشی", by=first, at=at)
    ready = list(Invoice.objects.filter(centre=centre).values_list("pk", flat=True))
    for to, by in ((Stage.COMPLETED, first), (Stage.REVIEWED, second)):
        stages.advance(ready, to=to, by=by, at=at)


def _claim(centre: Centre, fund: Fund, month: int, people: dict[str, Any], at: dt.datetime) -> Claim | None:
    """The claim of a month, sent; None where it is there already or nothing is ready."""
    if Claim.objects.filter(centre=centre, month=month).delivered().exists():
        return None
    first, second = people["sandbox-hospital"], people["sandbox-hospital2"]
    claim = Claim.objects.filter(centre=centre, month=month, state__in=OPEN).first()
    if claim:
        claim = gathering.gather_and_check(claim=claim, by=first, at=at)
    else:
        job = gathering.begin([Cell(centre, fund, Payer.BASIC)], month=month, by=first, at=at)
        gathering.work(job=job, at=at)
        claim = Claim.objects.get(job=job)
    try:
        claim = sending.freeze(claim=claim, by=first, at=at)
        return sending.send(claim=claim, by=second, at=at)
    except DomainError:
        return None
