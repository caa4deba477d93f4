"""What is agreed with an insurer about claims: the contract in force, and where it is silent, the law of the day.

Terms are arguments of the rules: an act, a budget law and a contract may say different ones. Prose:
docs/rules/contracts.md and docs/rules/claims.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Prefetch

from core import jalali
from insurers.choices import ContractKind, InsurerKind, Term
from insurers.models import Contract, ContractTerms, Fund, Insurer, LegalTerm
from organisations.models import Centre

FRIDAY = 4


@dataclass(frozen=True)
class PaymentTerms:
    """`on_account_bp` of a claim within `on_account_days` of sending, the rest within `rest_months` (Jalali)."""

    on_account_bp: int
    on_account_days: int
    rest_months: int


@dataclass(frozen=True)
class DueDates:
    """The last day on which each part of a claim is paid in time."""

    on_account_on: dt.date
    rest_on: dt.date


#: Act of 1393/12/4, article 38: 60 % within two weeks, before review; the rest within three months.
ARTICLE_38 = PaymentTerms(on_account_bp=6_000, on_account_days=14, rest_months=3)


def due_dates(*, sent_on: dt.date, terms: PaymentTerms) -> DueDates:
    """Due dates of a claim that was sent on a day."""
    return DueDates(
        on_account_on=sent_on + dt.timedelta(days=terms.on_account_days),
        rest_on=jalali.add_months(sent_on, terms.rest_months),
    )


@dataclass(frozen=True)
class Cover:
    """A row of what the insurer pays; 0 or None in the first five stands for any. Meaning: `ContractCover`."""

    fund_id: int | None
    setting: int
    group: int
    condition: int
    service_id: int | None
    is_covered: bool
    base_sector: int
    share_bp: int
    discount_bp: int
    ceiling: int | None

    def holds_for(self, *, fund_id: int, setting: int, group: int, condition: int, service_id: int) -> bool:
        """Whether the row speaks of such a line."""
        asked = ((self.fund_id, fund_id), (self.setting, setting), (self.group, group))
        asked += ((self.condition, condition), (self.service_id, service_id))
        return all(not own or own == said for own, said in asked)

    @property
    def leaves_out(self) -> bool:
        """Whether it excludes one service: kinds of services that are excluded are priced so."""
        return self.service_id is not None and not self.is_covered

    @property
    def lacks_percent(self) -> bool:
        """Whether it covers one service without saying how much of it, as could once be entered for a discount."""
        return self.service_id is not None and self.is_covered and not self.share_bp

    @property
    def rank(self) -> tuple[bool, int]:
        """A row that names the service wins, then the one that names most."""
        named = (self.fund_id, self.setting, self.group, self.condition)
        return self.service_id is not None, sum(bool(one) for one in named)


def deciding_last(covers: Iterable[Cover]) -> list[Cover]:
    """Covers so that of those that speak of a line the last one decides: the most specific, of equals the first."""
    return sorted(covers, key=lambda cover: cover.rank, reverse=True)[::-1]


@dataclass(frozen=True)
class Ceiling:
    """Rials that the insurer pays of a cover for one person in a contract year at most; 0 stands for any."""

    cover: str
    setting: int
    group: int
    condition: int
    amount: int


def narrowest_first(ceilings: Iterable[Ceiling]) -> list[Ceiling]:
    """Ceilings in the order in which they are applied: what a narrow one leaves uses up the wider ones."""
    return sorted(ceilings, key=lambda one: -sum(map(bool, (one.setting, one.group, one.condition))))


@dataclass(frozen=True)
class Document:
    """A document that goes with each file of a claim; `setting` 0 stands for any, `fact` is what the bill says."""

    name: str
    setting: int
    is_original: bool
    fact: str


@dataclass(frozen=True)
class Terms:
    """What holds for claims of a fund at a centre on a day. None: neither contract nor law says it.

    Days count on the calendar, `late_penalty_bp` is of a year. `sources` says of each number whether the contract
    or which law it comes from, in Persian. Without a contract in force `contract_id` is None.
    """

    contract_id: int | None
    contract_number: str
    version_id: int | None
    kind: int
    on_account_bp: int | None
    on_account_days: int | None
    rest_months: int | None
    submission_days: int | None
    objection_days: int | None
    objection_working_days: int | None
    late_penalty_bp: int | None
    withholding_bp: int | None
    covers: tuple[Cover, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    documents: tuple[Document, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def payment(self) -> PaymentTerms | None:
        """The terms of payment; None for days of which neither contract nor law says them."""
        if self.on_account_bp is None or self.on_account_days is None or self.rest_months is None:
            return None
        return PaymentTerms(self.on_account_bp, self.on_account_days, self.rest_months)

    def cover(
        self, *, fund_id: int, setting: int, group: int, condition: int = 0, service_id: int = 0
    ) -> Cover | None:
        """The row that decides about such a line; None where the contract says nothing of it."""
        asked = {
            "fund_id": fund_id,
            "setting": setting,
            "group": group,
            "condition": condition,
            "service_id": service_id,
        }
        return max(
            (c for c in self.covers if c.holds_for(**asked)), key=lambda cover: cover.rank, default=None
        )

    def submission_due(self, *, month_end: dt.date) -> dt.date | None:
        """The last day to send the claim of a month that ended on `month_end`; None where nobody says one."""
        return None if self.submission_days is None else month_end + dt.timedelta(days=self.submission_days)

    def objection_due(self, *, told_on: dt.date) -> dt.date | None:
        """The last day to object to an answer that came on `told_on`; None where nobody says one.

        Working days leave out Fridays only: official holidays are not kept, so the day is never too late.
        """
        if self.objection_days is not None:
            return told_on + dt.timedelta(days=self.objection_days)
        if self.objection_working_days is None:
            return None
        day, left = told_on, self.objection_working_days
        while left:
            day += dt.timedelta(days=1)
            left -= day.weekday() != FRIDAY
        return day


#: Numbers that a contract may agree, by the term of the law that stands in for them.
_FIELDS = {
    "on_account_bp": Term.ON_ACCOUNT_BP,
    "on_account_days": Term.ON_ACCOUNT_DAYS,
    "rest_months": Term.REST_MONTHS,
    "submission_days": Term.SUBMISSION_DAYS,
    "objection_days": Term.OBJECTION_DAYS,
    "objection_working_days": Term.OBJECTION_WORKING_DAYS,
    "late_penalty_bp": Term.LATE_PENALTY_BP,
    "withholding_bp": Term.WITHHOLDING_BP,
}


def terms_for(*, fund: Fund, centre: Centre, on: dt.date) -> Terms:
    """What holds for claims of the fund at the centre on the day; at most seven queries.

    The contract in force of the fund's insurer comes first, number by number; then the law's parameters of that
    day (`LegalTerm`); what neither says is None.
    """
    kind = kind_of_insurer(fund.insurer.kind)
    contract = (
        Contract.objects.in_force(insurer_id=fund.insurer_id, centre_id=centre.pk, on=on)
        .filter(kind=kind)
        .first()
    )
    version = contract and contract.versions.holding_on(on).first()
    return terms_of(version, kind=kind, organisation_id=fund.insurer.organisation_id, on=on)


def terms_of(version: ContractTerms | None, *, kind: int, organisation_id: int, on: dt.date) -> Terms:
    """What one version of a contract says, completed by the law of the day; without a version the law alone."""
    law = _law(kind, organisation_id, on)
    numbers: dict[str, int | None] = {}
    sources: dict[str, str] = {}
    for name, term in _FIELDS.items():
        agreed = getattr(version, name, None)
        if agreed is not None and version:
            numbers[name], sources[name] = agreed, clause_of(version, name)
        elif term in law:
            numbers[name], sources[name] = law[term].value, str(law[term].circular)
        else:
            numbers[name] = None
    # An agreed deadline in days takes the place of the law's in working days.
    if "objection_days" in sources and version and version.objection_days is not None:
        numbers["objection_working_days"] = None
        sources.pop("objection_working_days", None)
    return Terms(
        contract_id=version.contract_id if version else None,
        contract_number=version.contract.number if version else "",
        version_id=version.pk if version else None,
        kind=kind,
        covers=tuple(_covers(version)),
        ceilings=tuple(_ceilings(version)),
        documents=tuple(_documents(version)),
        sources=sources,
        **numbers,
    )


@dataclass(frozen=True)
class Withholding:
    """Tax that an insurer withholds of a payment, in basis points, and what says so, in Persian."""

    rate_bp: int
    source: str


def withholding_on(day: dt.date, *, insurer: Insurer, centre_ids: Iterable[int]) -> dict[int, Withholding]:
    """What is withheld of payments of a day to each of the centres, as `terms_for` says; three queries at most.

    A centre for which neither contract nor law says a rate has no entry.
    """
    kind, wanted = kind_of_insurer(insurer.kind), sorted(set(centre_ids))
    covered = Contract.objects.holding_on(day).filter(insurer=insurer, kind=kind)
    law = _law(kind, insurer.organisation_id, day).get(Term.WITHHOLDING_BP)
    versions = ContractTerms.objects.holding_on(day).filter(contract__in=covered).select_related("contract")
    newest: dict[int, ContractTerms] = {}
    for version in versions:
        newest.setdefault(version.contract_id, version)
    agreed = dict(
        covered.filter(covered__centre_id__in=wanted, covered__valid__contains=day)
        .order_by("pk")
        .values_list("covered__centre_id", "pk")
    )
    found: dict[int, Withholding] = {}
    for centre_id in wanted:
        version = newest.get(agreed.get(centre_id, 0))
        if version and version.withholding_bp is not None:
            found[centre_id] = Withholding(version.withholding_bp, clause_of(version, "withholding_bp"))
        elif law:
            found[centre_id] = Withholding(law.value, str(law.circular))
    return found


@dataclass(frozen=True)
class Agreed:
    """What a contract in force takes off claims: the contract, the first day of its year, and what the year says."""

    contract_id: int
    year_from: dt.date
    version_id: int
    covers: tuple[Cover, ...]
    ceilings: tuple[Ceiling, ...]

    @property
    def takes_off(self) -> bool:
        """Whether a claim may ask for less than the share."""
        return bool(self.ceilings) or any(cover.discount_bp or cover.leaves_out for cover in self.covers)


def agreed_on(
    days: Iterable[dt.date], *, insurer_id: int, centre_id: int, kind: int
) -> dict[dt.date, Agreed]:
    """What is agreed on each of the days, which have no entry where no contract is in force; five queries at most."""
    wanted = sorted(set(days))
    if not wanted:
        return {}
    contracts = Contract.objects.started().filter(
        insurer_id=insurer_id, covered__centre_id=centre_id, kind=kind,
        covered__valid__overlap=DateRange(wanted[0], wanted[-1], "[]"),
    ).annotate(at_centre=F("covered__valid"))  # fmt: skip
    approved = ContractTerms.objects.approved().order_by("from_on", "number")
    versions_of = Prefetch("versions", approved.prefetch_related("covers", "ceilings"))
    contracts = contracts.prefetch_related("suspensions", versions_of)
    found: dict[dt.date, Agreed] = {}
    for contract in contracts:
        versions = [_agreed(version) for version in contract.versions.all()]
        for day in wanted:
            standing = [agreed for begins, agreed in versions if begins <= day]
            if (
                standing
                and day in contract.at_centre
                and not any(day in s.days for s in contract.suspensions.all())
            ):
                found[day] = replace(standing[-1], year_from=year_of_contract(contract.valid.lower, day))
    return found


def year_of_contract(begins: dt.date, day: dt.date) -> dt.date:
    """The first day of the contract year (Jalali) that a day of the contract falls in."""
    years = 0
    while (following := jalali.add_months(begins, 12 * (years + 1))) <= day:
        years, begin = years + 1, following
    return begin if years else begins


def _agreed(version: ContractTerms) -> tuple[dt.date, Agreed]:
    covers = sorted(version.covers.all(), key=lambda row: row.pk)
    ceilings = sorted(version.ceilings.all(), key=lambda row: row.pk)
    return version.from_on, Agreed(
        contract_id=version.contract_id,
        year_from=version.from_on,
        version_id=version.pk,
        covers=tuple(Cover(*(getattr(row, name) for name in Cover.__dataclass_fields__)) for row in covers),
        ceilings=tuple(
            Ceiling(*(getattr(row, name) for name in Ceiling.__dataclass_fields__)) for row in ceilings
        ),
    )


def kind_of_insurer(kind: int) -> int:
    """Which kind of contract an insurer's claims come under: only supplementary insurers have that kind."""
    return ContractKind.SUPPLEMENTARY if kind == InsurerKind.SUPPLEMENTARY else ContractKind.BASIC


def _law(kind: int, organisation_id: int, on: dt.date) -> dict[int, LegalTerm]:
    """The legal terms of a day by term; an own row and one that names the kind come before the others."""
    rows = (
        LegalTerm.objects.of_organisation(organisation_id)
        .standing()
        .effective_on(on)
        .filter(kind__in=(0, kind))
        .select_related("circular")
    )
    ordered = sorted(rows, key=lambda row: (row.organisation_id is not None, row.kind != 0, row.pk))
    return {row.term: row for row in ordered}


def clause_of(version: ContractTerms, number: str = "") -> str:
    """Where something is agreed, in Persian: the contract and its clause; a `number` may have its own."""
    clause = getattr(version, f"{number}_clause", "") or version.clause
    place = f"، {clause}" if clause else ""
    return f"قرارداد {version.contract.number}{place}"


def _covers(version: ContractTerms | None) -> Iterable[Cover]:
    names = tuple(Cover.__dataclass_fields__)
    return (Cover(*row) for row in _rows(version, "covers", names))


def _ceilings(version: ContractTerms | None) -> Iterable[Ceiling]:
    return (Ceiling(*row) for row in _rows(version, "ceilings", tuple(Ceiling.__dataclass_fields__)))


def _documents(version: ContractTerms | None) -> Iterable[Document]:
    return (Document(*row) for row in _rows(version, "documents", tuple(Document.__dataclass_fields__)))


def _rows(version: ContractTerms | None, related: str, names: tuple[str, ...]) -> Iterable[Any]:
    return getattr(version, related).order_by("pk").values_list(*names) if version else ()
