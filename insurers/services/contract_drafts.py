"""Drafts of contracts, what is agreed in them, renewals and amendments: everything that is written before it holds.

Who writes does not approve; steps from draft to end: `contracts`. Rules: docs/rules/contracts.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from psycopg2.errorcodes import UNIQUE_VIOLATION

from core import display
from core.errors import InvalidInput
from core.history import told
from insurers import agreed
from insurers.choices import OVER_EARLY, Awaited, InsurerKind
from insurers.models import (
    CentreChange,
    Contract,
    ContractCeiling,
    ContractCentre,
    ContractCover,
    ContractDocument,
    ContractTerms,
    Insurer,
)
from insurers.services import contract_centres, contract_coverage
from insurers.services.contract_rows import (
    RUNNING,
    NotNow,
    S,
    approve,
    edited,
    facts_of,
    locked,
    open_version,
    organisation_of,
    record,
    touch,
    write_step,
)
from insurers.terms import kind_of_insurer
from organisations.models import Centre

#: What the next version takes over: rows by the name of the relation.
COPIED: dict[str, type[models.Model]] = {
    "covers": ContractCover,
    "ceilings": ContractCeiling,
    "documents": ContractDocument,
}
#: Rows of a version; changes of centres are of the one amendment that says them.
ROWS: dict[str, type[models.Model]] = {**COPIED, "centre_changes": CentreChange}


@told
@transaction.atomic
def save(
    *,
    values: Mapping[str, Any],
    centres: Sequence[Centre],
    by: Any,
    at: dt.datetime,
    contract: Contract | None = None,
) -> Contract:
    """A new draft of the user's organisation with its first version, or a draft with another head and centres.

    `values`: insurer, number, title, valid (half-open). The kind follows from the insurer.
    """
    organisation_id = organisation_of(by)
    insurer: Insurer = values["insurer"]
    if insurer.organisation_id != organisation_id or insurer.kind == InsurerKind.SELF:
        raise InvalidInput("این بیمه‌گر طرف قرارداد نیست؛ بیمه‌گر دیگری برگزینید.")
    if not centres:
        raise InvalidInput("قرارداد برای کدام مرکزهاست؟ دست‌کم یک مرکز برگزینید.")
    if any(centre.region.organisation_id != organisation_id for centre in centres):
        raise InvalidInput("یکی از مرکزها از سازمان دیگری است.")
    row = _editable(contract, by) if contract else Contract(organisation_id=organisation_id)
    before = facts_of(row) if row.pk else {}
    for name in ("insurer", "number", "title", "valid"):
        setattr(row, name, values[name])
    row.kind = kind_of_insurer(insurer.kind)
    if not row.pk:
        row.entered_by, row.entered_at, row.awaits_since = by, at, at
    same = Contract.objects.filter(organisation_id=organisation_id, insurer=insurer, number=row.number)
    if same.exclude(pk=row.pk).exists():
        raise InvalidInput(f"قرارداد شمارهٔ «{row.number}» با این بیمه‌گر پیش‌تر ثبت شده است.")
    is_new = not row.pk
    row.save(update_fields=None if is_new else ["insurer", "number", "title", "valid", "kind"])
    _place(row, centres)
    edited(row, by=by, at=at)
    if is_new:
        write_step(row, row.state, to=row.state, by=by, at=at, awaits=Awaited.HEADQUARTERS)
        version = ContractTerms.objects.create(
            contract=row, number=1, from_on=row.valid.lower, entered_by=by, entered_at=at
        )
        edited(row, version, by=by, at=at)
    else:
        row.versions.open().update(from_on=row.valid.lower)
    after = facts_of(row) | {"centres": sorted(centre.code for centre in centres)}
    record("contract.saved", row, by=by, at=at, before=before, after=after)
    return row


@told
@transaction.atomic
def renew(*, contract: Contract, by: Any, at: dt.datetime) -> Contract:
    """A draft for as many days right after the old contract, with its centres and what is agreed in it now."""
    old = locked(contract, by)
    if refusal := why_not_renewed(old):
        raise NotNow(refusal)
    days = old.valid.upper - old.valid.lower
    row = Contract.objects.create(
        organisation_id=old.organisation_id,
        insurer=old.insurer,
        number=_next_number(old),
        title=old.title,
        kind=old.kind,
        valid=DateRange(old.valid.upper, old.valid.upper + days),
        renews=old,
        is_synthetic=old.is_synthetic,
        entered_by=by,
        entered_at=at,
        awaits_since=at,
    )
    _place(row, [one.centre for one in old.covered.at_end().select_related("centre")])
    edited(row, by=by, at=at)
    write_step(row, S.DRAFT, to=S.DRAFT, by=by, at=at, awaits=Awaited.HEADQUARTERS)
    newest = old.versions.approved().order_by("-from_on").first()
    _version(row, number=1, from_on=row.valid.lower, like=newest, by=by, at=at)
    record("contract.renewal_begun", row, by=by, at=at, after={"renews": old.number})
    return row


@told
@transaction.atomic
def save_terms(
    *, version: ContractTerms, values: Mapping[str, Any], by: Any, at: dt.datetime
) -> ContractTerms:
    """Other numbers in the open version of a contract."""
    row = open_version(version, by)
    before = facts_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    if row.number > 1 and not (row.contract.valid.lower < row.from_on < row.contract.valid.upper):
        raise InvalidInput("الحاقیه از روزی در میان مدت قرارداد است؛ روز آغاز آن را درست کنید.")
    row.entered_by, row.entered_at = by, at
    row.save()
    edited(row.contract, row, by=by, at=at)
    record("contract.terms_saved", row, by=by, at=at, before=before, after=facts_of(row))
    return row


@told
@transaction.atomic
def put_row(
    *,
    version: ContractTerms,
    kind: str,
    values: Mapping[str, Any],
    by: Any,
    at: dt.datetime,
    row_id: int | None = None,
) -> models.Model:
    """Add a cover, ceiling or document (`kind`, a name of ROWS) to the open version, or change one of it.

    Changes of centres have rules of their own (`contract_centres.put`).
    """
    if kind == "centre_changes":
        return contract_centres.put(version=version, values=values, by=by, at=at, row_id=row_id)
    parent = open_version(version, by)
    model = ROWS[kind]
    row = model._default_manager.filter(terms=parent, pk=row_id).first() if row_id else model(terms=parent)
    if row is None:
        raise NotNow("این ردیف دیگر در پیش‌نویس نیست؛ صفحه را تازه کنید.")
    before = {kind: agreed.row_text(row, parent.contract.kind)} if row.pk else {}
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        if getattr(fault.__cause__, "pgcode", "") == UNIQUE_VIOLATION:
            raise InvalidInput("برای همین ترکیب ردیف دیگری در این نسخه هست؛ همان را اصلاح کنید.") from fault
        raise InvalidInput("مقدارهای این ردیف با هم نمی‌خوانند؛ آن‌ها را دوباره نگاه کنید.") from fault
    touch(parent, by=by, at=at)
    after = {kind: agreed.row_text(row, parent.contract.kind)}
    record("contract.terms_saved", parent, by=by, at=at, before=before, after=after)
    return row


@told
@transaction.atomic
def drop_row(*, version: ContractTerms, kind: str, row_id: int, by: Any, at: dt.datetime) -> None:
    """Take a cover, ceiling, document or change of a centre out of the open version."""
    parent = open_version(version, by)
    row = ROWS[kind]._default_manager.filter(terms=parent, pk=row_id).first()
    if row is None:
        raise NotNow("این ردیف دیگر در پیش‌نویس نیست؛ صفحه را تازه کنید.")
    before = {kind: agreed.row_text(row, parent.contract.kind)}
    record("contract.terms_saved", parent, by=by, at=at, before=before, after={kind: ""})
    row.delete()
    touch(parent, by=by, at=at)


@told
@transaction.atomic
def begin_amendment(
    *, contract: Contract, from_on: dt.date, letter: str, by: Any, at: dt.datetime
) -> ContractTerms:
    """The next version of a running contract, to be edited, with everything of the newest one."""
    row = locked(contract, by)
    if row.state not in RUNNING:
        raise NotNow("الحاقیه برای قرارداد در حال اجراست؛ پیش‌نویس را خود ویرایش کنید.")
    if row.versions.open().exists():
        raise NotNow("این قرارداد الحاقیهٔ ناتمامی دارد؛ همان را کامل یا حذف کنید.")
    newest = row.versions.approved().order_by("-from_on").first()
    if not (newest.from_on < from_on < row.valid.upper):
        raise InvalidInput("الحاقیه پس از آغاز نسخهٔ کنونی و پیش از پایان قرارداد آغاز می‌شود.")
    version = _version(
        row, number=newest.number + 1, from_on=from_on, like=newest, by=by, at=at, letter=letter
    )
    record(
        "contract.amendment_begun", version, by=by, at=at, after={"from_on": str(from_on), "letter": letter}
    )
    return version


@told
@transaction.atomic
def drop_amendment(*, version: ContractTerms, by: Any, at: dt.datetime) -> None:
    """Remove an amendment that nobody has approved."""
    row = open_version(version, by)
    if row.number == 1:
        raise NotNow("نسخهٔ نخست با خود قرارداد است؛ قرارداد را خاتمه دهید.")
    record("contract.amendment_dropped", row, by=by, at=at, before=facts_of(row), after={})
    row.delete()


@told
@transaction.atomic
def approve_amendment(*, version: ContractTerms, by: Any, at: dt.datetime) -> ContractTerms:
    """Let an amendment of a running contract count from its day; by nobody who worked on it."""
    row = open_version(version, by)
    if row.number == 1:
        raise NotNow("نسخهٔ نخست با امضای قرارداد تأیید می‌شود.")
    if row.contract.state not in RUNNING or row.from_on >= row.contract.valid.upper:
        raise NotNow(
            f"این قرارداد «{row.contract.get_state_display()}» است و الحاقیه به آن نمی‌رسد؛ الحاقیه را حذف کنید."
        )
    approve(row, by=by, at=at)
    contract_centres.carry_out(row)
    contract_coverage.publish(row.contract, by=by, at=at)
    changed = [agreed.row_text(one, row.contract.kind) for one in row.centre_changes.select_related("centre")]
    said = {"centre_changes": "، ".join(changed)} if changed else {}
    record("contract.amendment_approved", row, by=by, at=at, after=facts_of(row) | said)
    return row


def why_not_renewed(contract: Contract) -> str:
    """Why a renewal of the contract may not be begun now, in Persian; empty where it may."""
    if contract.activated_at is None or contract.state in OVER_EARLY:
        return f"این قرارداد «{contract.get_state_display()}» است؛ قرارداد در حال اجرا یا پایان‌یافته تمدید می‌شود."
    begun = contract.renewals.exclude(state__in=OVER_EARLY).first()
    return f"تمدید این قرارداد پیش‌تر آغاز شده است (شمارهٔ «{begun.number}»)." if begun else ""


def _place(row: Contract, centres: Sequence[Centre]) -> None:
    wanted = {centre.pk for centre in centres}
    row.covered.exclude(centre__in=wanted).delete()
    there = set(row.covered.values_list("centre_id", flat=True))
    ContractCentre.objects.bulk_create(
        [ContractCentre(contract=row, centre_id=pk) for pk in sorted(wanted - there)]
    )


def _version(
    row: Contract,
    *,
    number: int,
    from_on: dt.date,
    like: ContractTerms | None,
    by: Any,
    at: dt.datetime,
    letter: str = "",
) -> ContractTerms:
    """An open version with everything of another one."""
    kept = {
        "id", "contract_id", "number", "from_on", "letter", "entered_by_id", "entered_at", "approved_by_id",
        "approved_at",
    }  # fmt: skip
    numbers = {
        f.attname: getattr(like, f.attname) for f in ContractTerms._meta.fields if f.attname not in kept
    }
    version = ContractTerms.objects.create(
        contract=row,
        number=number,
        from_on=from_on,
        letter=letter,
        entered_by=by,
        entered_at=at,
        **(numbers if like else {}),
    )
    for related, model in COPIED.items() if like else ():
        copies = []
        rows = getattr(like, related).order_by("pk")
        if model is ContractCover:
            # Discounts of a service without a percent may not be entered any more: they are entered anew.
            rows = rows.exclude(service__isnull=False, is_covered=True, share_bp=0)
        for one in rows:
            one.pk, one.terms = None, version
            copies.append(one)
        model._default_manager.bulk_create(copies)
    edited(row, version, by=by, at=at)
    return version


def _next_number(old: Contract) -> str:
    base = f"{old.number}/تمدید"[:54]
    taken = set(
        Contract.objects.filter(insurer=old.insurer, number__startswith=base).values_list("number", flat=True)
    )
    place = 1
    number = base
    while number in taken:
        place += 1
        number = f"{base} {display.fixed(place, 0)}"
    return number


def _editable(contract: Contract, by: Any) -> Contract:
    row = locked(contract, by)
    if not row.is_editable:
        raise NotNow(
            f"این قرارداد «{row.get_state_display()}» است و دیگر ویرایش نمی‌شود؛ الحاقیه یا تمدید بسازید."
        )
    return row
