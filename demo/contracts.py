"""Contracts of both organisations in every state of their life; terms are made up and marked so.

Whom the organisations have contracts with and where they stand is from public documents (sources L1398, R1400): Iran,
Asia, Alborz and Komak-Resan concluded, Mihan renewed, Dana and the oil company sent and waiting. The rows are written
together, past the services but under the same triggers, so that the demonstration stays quick to load.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core import jalali
from demo import tree
from demo.loading import YEAR
from insurers.choices import Awaited, Condition, ContractKind
from insurers.choices import ContractState as S
from insurers.models import (
    Contract,
    ContractCeiling,
    ContractCentre,
    ContractCover,
    ContractDocument,
    ContractStep,
    ContractTerms,
    Insurer,
    SupplementaryCover,
)
from insurers.services import contract_coverage
from insurers.services.contracts import AWAITED
from insurers.terms import kind_of_insurer
from organisations.choices import Setting
from organisations.models import Centre, Organisation, User

#: The way to each state, one step after the other.
_RUNNING = (S.SENT, S.SIGNED, S.NOTIFIED, S.ACTIVE)
WAYS: dict[S, tuple[S, ...]] = {
    S.DRAFT: (),
    S.SENT: (S.SENT,),
    S.SIGNED: (S.SENT, S.SIGNED),
    S.NOTIFIED: (S.SENT, S.SIGNED, S.NOTIFIED),
    S.ACTIVE: _RUNNING,
    S.RENEWED: (*_RUNNING, S.RENEWED),
    S.EXPIRED: (*_RUNNING, S.EXPIRED),
}
#: Days before its beginning on which a contract took each step.
DAYS = {S.DRAFT: 60, S.SENT: 45, S.SIGNED: 20, S.NOTIFIED: 12, S.ACTIVE: 5}
PEOPLE = {tree.PIHO: ("hq", "hq2"), tree.TBZMED: ("tabriz", "tabriz2")}


@dataclass(frozen=True)
class Spec:
    """A contract for a Jalali year from its first day, `ahead` years after the present one."""

    organisation: str
    insurer: str
    state: S
    ahead: int = 0
    renews: bool = False


#: Of the year of the invoices: what was in force then.
PAST = (
    *(
        Spec(tree.TBZMED, code, S.EXPIRED)
        for code in ("ihio", "sso", "armed", "iran", "asia", "alborz", "mihan", "komak-resan")
    ),
    *(Spec(tree.PIHO, code, S.EXPIRED) for code in ("sso", "ihio", "iran", "dana")),
)
#: Of this year: where they stand today.
PRESENT = (
    *(
        Spec(tree.TBZMED, code, S.ACTIVE)
        for code in ("ihio", "sso", "armed", "iran", "asia", "alborz", "komak-resan")
    ),
    Spec(tree.TBZMED, "mihan", S.RENEWED),
    Spec(tree.TBZMED, "mihan", S.NOTIFIED, ahead=1, renews=True),
    Spec(tree.TBZMED, "dana", S.SENT, ahead=1),
    Spec(tree.TBZMED, "oil", S.SENT, ahead=1),
    Spec(tree.TBZMED, "iran", S.DRAFT, ahead=1, renews=True),
    *(Spec(tree.PIHO, code, S.ACTIVE) for code in ("sso", "ihio", "iran")),
    Spec(tree.PIHO, "dana", S.SENT, ahead=1),
    Spec(tree.PIHO, "iran", S.DRAFT, ahead=1, renews=True),
)
#: Hospitals that commercial insurers have contracts with; each has rows of coverage of its own.
COMMERCIAL = 4
DOCUMENTS = (
    (0, "معرفی‌نامه یا نسخهٔ الکترونیک", False),
    (Setting.INPATIENT, "خلاصهٔ پرونده", False),
    (Setting.INPATIENT, "شرح عمل و برگهٔ بیهوشی", False),
    (Setting.INPATIENT, "برچسب لوازم و پروتز", True),
)
SUPPLEMENTARY_TERMS = {
    "submission_days": 60,
    "objection_days": 30,
    "on_account_bp": 5_000,
    "on_account_days": 30,
    "rest_months": 2,
    "clause": "مادهٔ ۶ (نمایشی)",
}
BASIC_TERMS = {"submission_days": 30, "clause": "مادهٔ ۴ (نمایشی)"}


@transaction.atomic
def load_contracts(*, at: dt.datetime) -> int:
    """Load the contracts of both organisations; returns how many. What is there stays, and nothing is added to it."""
    made = 0
    for organisation in Organisation.objects.filter(code__in=PEOPLE).order_by("pk"):
        if not Contract.objects.filter(organisation=organisation).exists():
            made += _load(organisation, at)
    return made


def _load(organisation: Organisation, at: dt.datetime) -> int:
    people = {user.username: user for user in User.objects.filter(username__in=PEOPLE[organisation.code])}
    if len(people) < 2:
        return 0
    maker, checker = (people[name] for name in PEOPLE[organisation.code])
    insurers = {one.code: one for one in Insurer.objects.filter(organisation=organisation)}
    this_year = jalali.year_of(timezone.localdate(at))
    rows: list[tuple[Contract, Spec]] = []
    for year, specs in ((YEAR, PAST), (this_year, PRESENT if this_year > YEAR else ())):
        for spec in (one for one in specs if one.organisation == organisation.code):
            rows.append((_contract(organisation, insurers[spec.insurer], spec, year, maker, at), spec))
    contracts = Contract.objects.bulk_create([row for row, _ in rows])
    _link(rows)
    hospitals = list(Centre.objects.of_organisation(organisation.pk).hospitals().by_code())
    ContractCentre.objects.bulk_create(
        ContractCentre(contract=row, centre=centre)
        for row in contracts
        for centre in hospitals[: None if row.kind == ContractKind.BASIC else COMMERCIAL]
    )
    _agree(contracts, maker, drafts={row.pk for row, spec in rows if spec.state == S.DRAFT})
    _advance(rows, maker, checker, at)
    running = Contract.objects.filter(organisation=organisation, activated_at__isnull=False)
    for row in running.filter(kind=ContractKind.SUPPLEMENTARY).select_related("insurer", "organisation"):
        contract_coverage.publish(row, by=checker, at=at)
    return len(contracts)


def _contract(
    organisation: Organisation, insurer: Insurer, spec: Spec, year: int, maker: User, at: dt.datetime
) -> Contract:
    first, end = jalali.year_range(year + spec.ahead)
    return Contract(
        organisation=organisation,
        insurer=insurer,
        number=f"{year + spec.ahead}/{100 + insurer.pk}",
        title="ارائهٔ خدمات تشخیصی و درمانی",
        kind=kind_of_insurer(insurer.kind),
        valid=DateRange(first, end),
        is_synthetic=True,
        entered_by=maker,
        entered_at=_moment(first, S.DRAFT, at),
        awaits_since=_moment(first, S.DRAFT, at),
    )


def _link(rows: list[tuple[Contract, Spec]]) -> None:
    """Renewals know what they renew."""
    for row, spec in rows:
        if spec.renews:
            row.renews = next(
                old
                for old, _ in rows
                if old.insurer_id == row.insurer_id and old.valid.upper == row.valid.lower
            )
            row.save(update_fields=["renews"])


def _agree(contracts: list[Contract], maker: User, *, drafts: set[int]) -> None:
    """One version each: what the demonstration's covers say, some ceilings of a year, documents."""
    versions = ContractTerms.objects.bulk_create(
        ContractTerms(
            contract=row,
            number=1,
            from_on=row.valid.lower,
            entered_by=maker,
            entered_at=row.entered_at,
            **(SUPPLEMENTARY_TERMS if row.kind == ContractKind.SUPPLEMENTARY else BASIC_TERMS),
        )
        for row in contracts
    )
    general = list(
        SupplementaryCover.objects.standing()
        .filter(centre=None, fund__insurer__in={row.insurer_id for row in contracts})
        .select_related("fund")
    )
    covers, ceilings, documents = [], [], []
    for version in versions:
        own = [one for one in general if one.fund.insurer_id == version.contract.insurer_id]
        asked = version.contract_id in drafts
        for one in own:
            excluded = one.condition == Condition.COSMETIC
            covers.append(
                ContractCover(
                    terms=version, setting=one.setting, group=one.group, condition=one.condition,
                    is_covered=not excluded, ceiling=one.ceiling,
                    # What is still a draft offers something to compare in the simulator.
                    share_bp=one.share_bp if excluded or not asked else min(one.share_bp + 500, 10_000),
                    discount_bp=500 if asked and not excluded else 0,
                )
            )  # fmt: skip
        if own:
            ceilings.append(
                ContractCeiling(
                    terms=version, cover="بستری و جراحی", setting=Setting.INPATIENT, amount=2_000_000_000
                )
            )
            ceilings.append(
                ContractCeiling(
                    terms=version, cover="خدمات سرپایی", setting=Setting.OUTPATIENT, amount=150_000_000
                )
            )
        documents += [
            ContractDocument(terms=version, setting=setting, name=name, is_original=original)
            for setting, name, original in DOCUMENTS
        ]
    ContractCover.objects.bulk_create(covers)
    ContractCeiling.objects.bulk_create(ceilings)
    ContractDocument.objects.bulk_create(documents)


def _advance(rows: list[tuple[Contract, Spec]], maker: User, checker: User, at: dt.datetime) -> None:
    """Take every contract along its way, a step of all of them at a time."""
    steps = [_step(row, S.DRAFT, S.DRAFT, maker, _moment(row.valid.lower, S.DRAFT, at)) for row, _ in rows]
    for number in range(max(len(way) for way in WAYS.values())):
        for to in S:
            going = [row for row, spec in rows if WAYS[spec.state][number : number + 1] == (to,)]
            if going:
                steps += _take(going, to, maker, checker, at)
    ContractStep.objects.bulk_create(steps)


def _take(
    going: list[Contract], to: S, maker: User, checker: User, at: dt.datetime
) -> Iterable[ContractStep]:
    by = {S.SENT: maker, S.NOTIFIED: maker, S.EXPIRED: None}.get(to, checker)
    for row in going:
        moment = _moment(row.valid.upper if to == S.EXPIRED else row.valid.lower, to, at)
        source, row.state = row.state, to
        row.awaits, row.awaits_since = AWAITED[to], moment
        if to == S.SIGNED:
            row.signed_on, row.signed_by = timezone.localdate(moment), checker
        elif to == S.ACTIVE:
            row.activated_at, row.activated_by = moment, checker
        yield _step(row, source, to, by, moment)
    names = ["state", "awaits", "awaits_since", "signed_on", "signed_by", "activated_at", "activated_by"]
    Contract.objects.bulk_update(going, names)
    if to == S.SIGNED:
        ContractTerms.objects.filter(contract__in=going).update(approved_by=checker, approved_at=at)


def _step(row: Contract, source: Any, to: S, by: User | None, moment: dt.datetime) -> ContractStep:
    letter = f"{row.valid.lower.year % 100}/{DAYS[to]}" if to in (S.SENT, S.SIGNED, S.NOTIFIED) else ""
    awaits = AWAITED[to] if to != S.DRAFT else Awaited.HEADQUARTERS
    return ContractStep(
        contract=row, source=source, state=to, at=moment, by=by, awaits=awaits, letter_number=letter,
        letter_on=timezone.localdate(moment) if letter else None,
        effective_on=timezone.localdate(moment) if to == S.SIGNED else None,
    )  # fmt: skip


def _moment(first: dt.date, state: S, at: dt.datetime) -> dt.datetime:
    """A morning so many days before the contract begins, or before today where it begins later."""
    days = DAYS.get(state, 0)
    day = min(first, timezone.localdate(at)) - dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(9)))
