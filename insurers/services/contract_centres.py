"""Centres of a running contract: which an amendment adds or takes out, from its first day on.

A change is a row of the open version; the approval of the version writes it to the centres of the contract. Rules:
docs/rules/contracts.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from core import display
from core.errors import DomainError, InvalidInput
from core.history import told
from insurers import agreed
from insurers.models import CentreChange, Contract, ContractCentre, ContractTerms
from insurers.services.contract_rows import NotNow, open_version, record, touch


class Overlap(DomainError):
    """Another contract of the insurer is in force at a centre on some of the days."""

    code = "contract_overlap"


@told
@transaction.atomic
def put(
    *,
    version: ContractTerms,
    values: Mapping[str, Any],
    by: Any,
    at: dt.datetime,
    row_id: int | None = None,
) -> CentreChange:
    """Say in the open amendment that a centre joins or leaves the contract, or change what is said of one.

    `values`: centre, is_leaving, clause.
    """
    parent = open_version(version, by)
    if parent.number == 1:
        raise NotNow("مرکزهای پیش‌نویس را در سر قرارداد برگزینید؛ الحاقیه برای قرارداد در حال اجراست.")
    row = parent.centre_changes.filter(pk=row_id).first() if row_id else CentreChange(terms=parent)
    if row is None:
        raise NotNow("این ردیف دیگر در پیش‌نویس نیست؛ صفحه را تازه کنید.")
    before = {"centre_changes": agreed.row_text(row, parent.contract.kind)} if row.pk else {}
    for name in ("centre", "is_leaving", "clause"):
        setattr(row, name, values[name])
    _check(row, parent)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise InvalidInput(
            f"«{row.centre.name}» در این الحاقیه آمده است؛ همان ردیف را ویرایش کنید."
        ) from fault
    touch(parent, by=by, at=at)
    after = {"centre_changes": agreed.row_text(row, parent.contract.kind)}
    record("contract.terms_saved", parent, by=by, at=at, before=before, after=after)
    return row


def carry_out(version: ContractTerms) -> None:
    """Write what an amendment that was just approved says of centres; refused where it no longer holds."""
    changes = list(version.centre_changes.select_related("centre").order_by("centre__code"))
    for change in changes:
        _check(change, version)
    leaving = [change.centre_id for change in changes if change.is_leaving]
    joining = [change.centre_id for change in changes if not change.is_leaving]
    covered = ContractCentre.objects.filter(contract=version.contract)
    if leaving and not joining and not covered.at_end().exclude(centre__in=leaving).exists():
        raise InvalidInput("با این الحاقیه مرکزی در قرارداد نمی‌ماند؛ به‌جای آن قرارداد را خاتمه دهید.")
    covered.at_end().filter(centre__in=leaving).update(left=version)
    try:
        with transaction.atomic():
            for centre_id in joining:
                ContractCentre.objects.create(contract=version.contract, centre_id=centre_id, joined=version)
    except IntegrityError as fault:
        raise explained(fault, version.contract) from fault


def centres_under(version: ContractTerms) -> list[int]:
    """Keys of the centres that the contract covers on the first day of a version, also of one that is still open."""
    covered = ContractCentre.objects.filter(contract=version.contract_id)
    found = set(covered.filter(valid__contains=version.from_on).values_list("centre_id", flat=True))
    if version.approved_at is None:
        for change in version.centre_changes.all():
            (found.discard if change.is_leaving else found.add)(change.centre_id)
    return sorted(found)


def explained(fault: IntegrityError, contract: Contract) -> Exception:
    """The refusal of the exclusion constraint as a sentence; any other violation is a fault of ours."""
    constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint != "insurers_contract_one_in_force":
        return fault
    changes = CentreChange.objects.filter(terms__contract=contract, terms__approved_at__isnull=False)
    own = list(contract.covered.values_list("centre_id", "valid"))
    own += [
        (change.centre_id, DateRange(change.terms.from_on, contract.valid.upper))
        for change in changes.filter(is_leaving=False).select_related("terms")
    ]
    for centre_id, days in own:
        if refusal := _overlap(contract, centre_id, days):
            return refusal
    return fault


def _check(change: CentreChange, version: ContractTerms) -> None:
    """Refuse what the contract already says, and a centre that another contract has on some of the days."""
    contract, centre = version.contract, change.centre
    if centre.region.organisation_id != contract.organisation_id:
        raise InvalidInput("این مرکز از سازمان دیگری است.")
    is_in = ContractCentre.objects.filter(contract=contract, centre=centre).at_end().exists()
    if change.is_leaving and not is_in:
        raise InvalidInput(f"«{centre.name}» در این قرارداد نیست که بیرون برود؛ مرکز دیگری برگزینید.")
    if not change.is_leaving and is_in:
        raise InvalidInput(f"«{centre.name}» هم‌اکنون در این قرارداد است؛ مرکز دیگری برگزینید.")
    if not change.is_leaving and (
        refusal := _overlap(contract, centre.pk, DateRange(version.from_on, contract.valid.upper))
    ):
        raise refusal


def _overlap(contract: Contract, centre_id: int, days: DateRange) -> Overlap | None:
    """Why the contract may not cover the centre on the days; None where it may."""
    other = (
        ContractCentre.objects.filter(
            centre=centre_id,
            insurer=contract.insurer_id,
            kind=contract.kind,
            is_in_force=True,
            valid__overlap=days,
        )
        .exclude(contract=contract)
        .select_related("contract", "centre")
        .first()
    )
    if other is None:
        return None
    last = display.day(other.valid.upper - dt.timedelta(days=1))
    return Overlap(
        f"در «{other.centre.name}» قرارداد «{other.contract.number}» با همین بیمه‌گر تا {last} در حال اجراست؛ "
        "نخست آن را خاتمه دهید یا مدت را جدا کنید."
    )
