"""The covers of a contract as published coverage: one place for what prices a line, and the trace names the contract.

Rows are those of `CoverageRule` and `SupplementaryCover` for the contract's centres, under a circular of its own.
Decision: docs/adr/0025-contracts-publish-coverage.md.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import Func, Value
from django.db.models.functions import Lower

from core import audit
from insurers.choices import Condition, ContractKind, ContractState
from insurers.models import Contract, ContractCover, ContractTerms, CoverageRule, Fund, SupplementaryCover
from insurers.terms import Cover
from tariffs.choices import Confidence, ServiceGroup, Status
from tariffs.models import Circular, Rate, Service
from tariffs.review import overlap, without

Row = dict[str, Any]
#: What a contract's row says, by kind of contract; the rest of a basic row is the law's.
_SAYS = {
    ContractKind.BASIC: (
        "base_sector",
        "share",
        "share_of",
        "gap_bp",
        "patient_bp",
        "is_subsidised",
        "rest_payer",
        "clause",
    ),
    ContractKind.SUPPLEMENTARY: ("share_bp", "ceiling", "clause"),
}
#: Of what a row speaks.
_PLACE = ("fund_id", "centre_id", "service_id", "setting", "group", "condition")
FOREVER = DateRange(None, None)


def model_of(kind: int) -> type[CoverageRule] | type[SupplementaryCover]:
    """The table that a kind of contract publishes to."""
    return CoverageRule if kind == ContractKind.BASIC else SupplementaryCover


@transaction.atomic
def publish(contract: Contract, *, by: Any, at: dt.datetime) -> int:
    """Make the published rows of an activated contract what it says now; returns how many were closed or opened.

    Rows that no longer hold (an amendment, a suspension, an early end) stop being known and stay; safe to repeat.
    """
    circular = _circular(contract)
    model = model_of(contract.kind)
    says = _SAYS[ContractKind(contract.kind)]
    wanted = {_identity(row, says): row for row in _wanted(contract)}
    standing = {
        _identity(_values(row, says), says): row.pk
        for row in model.objects.standing().filter(circular=circular)
    }
    gone = [pk for identity, pk in standing.items() if identity not in wanted]
    fresh = [row for identity, row in wanted.items() if identity not in standing]
    if gone:
        moment = Value(at, output_field=models.DateTimeField())
        model.objects.filter(pk__in=gone).update(known=Func(Lower("known"), moment, function="tstzrange"))
    common = {
        "organisation_id": contract.organisation_id,
        "circular": circular,
        "known": DateTimeTZRange(at, None),
        "status": Status.PUBLISHED,
        "confidence": Confidence.SYNTHETIC if contract.is_synthetic else Confidence.OFFICIAL,
        "source": "SYN" if contract.is_synthetic else "",
        "entered_by_id": contract.entered_by_id,
        "approved_by": by,
    }
    model.objects.bulk_create([model(**common, **row) for row in fresh], batch_size=2_000)
    return len(gone) + len(fresh)


@transaction.atomic
def follow_law(rows: Iterable[Any], *, by: Any, at: dt.datetime) -> int:
    """Publish anew what contracts took over from `rows` of the law, which have just become known or were replaced.

    Returns how many contracts changed. Every contract of the funds' insurers is locked first, so that one that is
    being started or amended at this moment is not left with the law of before.
    """
    funds = {row.fund_id for row in rows}
    found = Contract.objects.filter(insurer__funds__in=funds).order_by("pk")
    contracts = Contract.objects.filter(pk__in=found.values("pk")).order_by("pk").select_for_update()
    changed = 0
    for contract in contracts:
        if contract.activated_at is None:
            continue
        if count := publish(contract, by=contract.activated_by, at=at):
            changed += 1
            audit.record(
                "contract.follows_law",
                contract,
                by=by,
                at=at,
                organisation_id=contract.organisation_id,
                after={"rates": count},
            )
    return changed


def rows_of(
    version: ContractTerms, *, kind: int, organisation_id: int, insurer_id: int, centre_ids: Sequence[int]
) -> list[Row]:
    """Rows that a version of a contract would publish at centres if it held on all days; nothing is written."""
    funds = list(Fund.objects.filter(insurer_id=insurer_id).order_by("pk").values_list("pk", flat=True))
    general = _general(kind, organisation_id, funds)
    return list(_compiled(_covers(version), kind, funds, general, centre_ids, [FOREVER]))


def _wanted(contract: Contract) -> Iterable[Row]:
    if contract.state == ContractState.CANCELLED:
        return
    funds = list(contract.insurer.funds.order_by("pk").values_list("pk", flat=True))
    centres: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    for centre_id, own in contract.covered.order_by("centre").values_list("centre_id", "valid"):
        if not own.isempty:
            centres[own.lower, own.upper].append(centre_id)
    general = _general(contract.kind, contract.organisation_id, funds)
    suspended = list(contract.suspensions.values_list("days", flat=True))
    versions = list(contract.versions.approved().order_by("from_on"))
    ends = [version.from_on for version in versions[1:]] + [contract.valid.upper]
    for version, end in zip(versions, ends, strict=True):
        covers = _covers(version)
        for (begins, ends_on), centre_ids in centres.items():
            first, last = max(version.from_on, begins), min(end, ends_on)
            days = [DateRange(first, last)] if first < last else []
            for gap in suspended:
                days = [p for one in days for p in (without(one, gap) if overlap(one, gap) else [one])]
            yield from _compiled(covers, contract.kind, funds, general, centre_ids, days)


@dataclass(frozen=True)
class _Agreed:
    """A cover that the tables can hold, and where it is agreed."""

    cover: Cover
    clause: str


def _covers(version: ContractTerms) -> list[_Agreed]:
    """What the tables hold of a version, the most specific first; services that are left out are for the claim.

    So is a discount of a service without a percent: its price is that of its kind.
    """
    rows = ContractCover.objects.filter(terms=version).values_list("clause", *Cover.__dataclass_fields__)
    found = [_Agreed(Cover(*row), clause or version.clause) for clause, *row in rows]
    kept = [one for one in found if not (one.cover.leaves_out or one.cover.lacks_percent)]
    return sorted(kept, key=lambda one: one.cover.rank, reverse=True)


def _general(kind: int, organisation_id: int, funds: Sequence[int]) -> list[Rate]:
    """Published rows of the funds that name no centre: what a contract takes the place of."""
    return list(
        model_of(kind)
        .objects.of_organisation(organisation_id)
        .standing()
        .filter(centre=None, fund__in=funds)
        .order_by("pk")
    )


def _compiled(
    covers: Sequence[_Agreed],
    kind: int,
    funds: Sequence[int],
    general: Sequence[Any],
    centre_ids: Sequence[int],
    days: Sequence[DateRange],
) -> Iterable[Row]:
    """Rows for every centre; of two covers that reach the same key the more specific one says it."""
    services = [one.cover.service_id for one in covers if one.cover.service_id]
    groups = dict(Service.objects.filter(pk__in=services).values_list("pk", "group"))
    for fund_id in funds:
        law = [row for row in general if row.fund_id == fund_id]
        own = _in_order([one for one in covers if one.cover.fund_id in (None, fund_id)], kind, groups)
        taken: dict[tuple[Any, ...], None] = {}
        rows = []
        for one in own:
            made = (
                _basic(one, law, days, groups.get(one.cover.service_id or 0))
                if kind == ContractKind.BASIC
                else _supplementary(one, law, days)
            )
            found = [row for row in made if _key(row) not in taken]
            rows += found
            taken.update(dict.fromkeys(map(_key, found)))
        for centre_id in centre_ids:
            yield from ({"fund_id": fund_id, "centre_id": centre_id, **row} for row in rows)


def _key(row: Row) -> tuple[Any, ...]:
    return row["service_id"], row["setting"], row["group"], row["condition"]


def _in_order(covers: Sequence[_Agreed], kind: int, groups: dict[int, int]) -> list[_Agreed]:
    """Covers as they decide: of one service those of a condition by name, then those of all, then kinds of services.

    Rows of a service come before all that speak of kinds. So what the contract says of a condition for the kind of a
    service is said of the service too (`_of_kind`), unless a cover names service and condition: that one holds
    wherever the two meet, also where the kind is named more closely.
    """
    kinds = [one for one in covers if not one.cover.service_id]
    of_all = [one for one in covers if one.cover.service_id and not one.cover.condition]
    by_name = [one for one in covers if one.cover.service_id and one.cover.condition]
    of_kind = [
        _Agreed(_both(one.cover, of.cover), one.clause)
        for one in kinds
        for of in of_all
        if _is_apart(one.cover, kind) and _of_kind(one.cover, of.cover, groups)
    ]
    where_both = [
        _Agreed(_both(one.cover, of.cover), one.clause)
        for one in by_name
        for of in of_kind
        if of.cover.service_id == one.cover.service_id
        and of.cover.condition == one.cover.condition
        and _meets(one.cover, of.cover)
    ]
    return [*by_name, *where_both, *of_kind, *of_all, *kinds]


def _is_apart(cover: Cover, kind: int) -> bool:
    """Whether a cover's condition parts it from one of all conditions.

    A basic contract's always does, for it changes the law's rules of that condition and no others. In a supplementary
    contract ordinary patients are whom a cover of all conditions speaks of first.
    """
    return cover.condition != Condition.ANY and (
        kind == ContractKind.BASIC or cover.condition != Condition.ORDINARY
    )


def _of_kind(cover: Cover, of: Cover, groups: dict[int, int]) -> bool:
    """Whether a cover of a kind speaks of the service of `of` too; any service may have an anaesthesia."""
    group = groups.get(of.service_id or 0, 0)
    return _meets(cover, of) and cover.group in (0, group, ServiceGroup.ANAESTHESIA)


def _both(cover: Cover, of: Cover) -> Cover:
    """What `cover` says, where `of` speaks as well."""
    return replace(
        cover, service_id=of.service_id, setting=cover.setting or of.setting, group=cover.group or of.group
    )


def _basic(
    agreed: _Agreed, general: Sequence[CoverageRule], days: Sequence[DateRange], group: int | None
) -> Iterable[Row]:
    """A basic cover changes tariff and percent of the law's rules of its condition; what is left stays the law's.

    Rows of one service (of `group`) come before all that speak of kinds, so those of all conditions take along the
    law's rules of the conditions that it knows: a contract that speaks of ordinary patients does not touch special
    diseases.
    """
    cover = agreed.cover
    shapes: dict[tuple[int, int, int], tuple[int, int]] = {}
    for rule in sorted(general, key=lambda row: -(bool(row.setting) + bool(row.group))):
        is_own = rule.condition == cover.condition
        if not _meets(cover, rule) or not (is_own or (cover.service_id and not cover.condition)):
            continue
        if group and rule.group not in (0, group, ServiceGroup.ANAESTHESIA):
            continue
        at = rule.setting or cover.setting, rule.group or cover.group, rule.condition
        shape = rule.setting, rule.group
        # Where a wider rule of the law would come to the same key, the narrower one has said it.
        if shapes.setdefault(at, shape) != shape:
            continue
        for piece in _common(days, rule.valid):
            yield {"setting": at[0], "group": at[1], "condition": at[2], "service_id": cover.service_id} | (
                _as_agreed(agreed if is_own else None, rule, piece)
            )


def _as_agreed(agreed: _Agreed | None, rule: CoverageRule, valid: DateRange) -> Row:
    """A rule of the law with the contract's tariff and percent; without those as it is."""
    cover = agreed and agreed.cover
    return {
        "valid": valid,
        "base_sector": cover.base_sector if cover else rule.base_sector,
        "share": cover.share_bp if cover else rule.share,
        "share_of": 10_000 if cover else rule.share_of,
        "gap_bp": rule.gap_bp if not cover or cover.is_covered else 0,
        "patient_bp": rule.patient_bp,
        "is_subsidised": rule.is_subsidised and (not cover or cover.is_covered),
        "rest_payer": rule.rest_payer,
        "clause": agreed.clause if agreed else "",
    }


def _supplementary(
    agreed: _Agreed, general: Sequence[SupplementaryCover], days: Sequence[DateRange]
) -> Iterable[Row]:
    """A supplementary contract is the whole truth of its funds: also where a general row would be more specific."""
    cover = agreed.cover
    keys = {(cover.setting, cover.group, cover.condition): None}
    for row in general if not cover.service_id else ():
        if cover.condition in (0, row.condition) and _meets(cover, row):
            keys[row.setting or cover.setting, row.group or cover.group, row.condition or cover.condition] = (
                None
            )
    for setting, group, condition in keys:
        for piece in days:
            yield {
                "setting": setting,
                "group": group,
                "condition": condition,
                "service_id": cover.service_id,
                "valid": piece,
                "share_bp": cover.share_bp,
                "ceiling": cover.ceiling,
                "clause": agreed.clause,
            }


def _meets(cover: Cover, row: Cover | CoverageRule | SupplementaryCover) -> bool:
    """Whether both speak of some of the same settings and groups."""
    return (not row.setting or cover.setting in (0, row.setting)) and (
        not row.group or cover.group in (0, row.group)
    )


def _common(days: Sequence[DateRange], valid: DateRange) -> Iterable[DateRange]:
    """The days of `days` within `valid`, both half-open."""
    for one in days:
        lower = max((d for d in (one.lower, valid.lower) if d), default=None)
        upper = min((d for d in (one.upper, valid.upper) if d), default=None)
        if lower is None or upper is None or lower < upper:
            yield DateRange(lower, upper)


def _identity(row: Row, says: tuple[str, ...]) -> tuple[Any, ...]:
    days = row["valid"]
    names = (*_PLACE, *says)
    return (days.lower, days.upper, *(row[name] for name in names))


def _values(row: Any, says: tuple[str, ...]) -> Row:
    names = (*_PLACE, "valid", *says)
    return {name: getattr(row, name) for name in names}


def _circular(contract: Contract) -> Circular:
    """The paper that the rows cite: the contract itself."""
    if contract.circular_id is None:
        contract.circular = Circular.objects.create(
            organisation_id=contract.organisation_id,
            number=f"{contract.insurer.code} {contract.number}"[:80],
            title=f"قرارداد {contract.number} با {contract.insurer.name}",
            issuer=contract.insurer.name,
            approved_on=contract.signed_on,
            source="SYN" if contract.is_synthetic else "",
        )
        contract.save(update_fields=["circular"])
    return contract.circular
