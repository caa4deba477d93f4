"""Contracts for tests: a draft of the cast's insurer with one version, and the same contract at any later state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from insurers.choices import Awaited, ContractKind, Term
from insurers.models import Contract, ContractCentre, ContractFile, ContractStep, ContractTerms, LegalTerm
from insurers.services import contract_files
from tariffs.choices import Confidence, Status
from tariffs.models import Circular
from tests.cast import Cast

AT = dt.datetime(2024, 6, 1, 8, 0, tzinfo=dt.UTC)
YEAR = DateRange(dt.date(2024, 3, 20), dt.date(2025, 3, 21))


def contract(cast: Cast, *, number: str = "۱۲/۱۴۰۳", centres: Any = None, **fields: Any) -> Contract:
    """A draft of the cast's insurer for the hospital, entered by Hoda, without a version."""
    usual = {"insurer": cast.insurer, "title": "قرارداد نمونه", "kind": ContractKind.BASIC, "valid": YEAR}
    row = Contract.objects.create(
        organisation=cast.organisation,
        number=number,
        entered_by=cast.headquarters,
        entered_at=AT,
        awaits_since=AT,
        **{**usual, **fields},
    )
    for centre in centres or [cast.hospital]:
        ContractCentre.objects.create(contract=row, centre=centre)
    return row


def version(
    row: Contract, *, number: int = 1, from_on: dt.date | None = None, **numbers: Any
) -> ContractTerms:
    """An open version of a contract, holding from its first day unless said otherwise."""
    return ContractTerms.objects.create(
        contract=row,
        number=number,
        from_on=from_on or row.valid.lower,
        entered_by=row.entered_by,
        entered_at=AT,
        **numbers,
    )


def approve(terms: ContractTerms, cast: Cast) -> None:
    """What a second person does, written past the services."""
    ContractTerms.objects.filter(pk=terms.pk).update(approved_by=cast.second_headquarters, approved_at=AT)


def activate(row: Contract, cast: Cast) -> Contract:
    """The contract brought through its states past the services, as the triggers allow it."""
    second = cast.second_headquarters
    for fields in (
        {"state": "sent"},
        {"state": "signed", "signed_on": row.valid.lower, "signed_by": second},
        {"state": "notified"},
        {"state": "active", "activated_at": AT, "activated_by": second},
    ):
        Contract.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def notified(cast: Cast, **fields: Any) -> Contract:
    """A running contract that its centres have been told of, with one approved version."""
    row = contract(cast, **fields)
    terms = version(row)
    approve(terms, cast)
    for source, state in (("draft", "sent"), ("signed", "notified"), ("notified", "active")):
        ContractStep.objects.create(contract=row, source=source, state=state, at=AT, awaits=Awaited.NOBODY)
    return activate(row, cast)


def letter(row: Contract, by: Any) -> ContractFile:
    """A PDF of the contract."""
    upload = ContentFile(b"%PDF-1.7 a letter", "letter.pdf")
    return contract_files.add(contract=row, upload=upload, name="letter.pdf", kind=2, by=by, at=AT)


def law(term: Term, value: int, *, title: str = "قانون نمونه", valid: Any = None, **fields: Any) -> LegalTerm:
    """A published legal term."""
    circular, _ = Circular.objects.get_or_create(number=title, defaults={"title": title})
    return LegalTerm.objects.create(
        term=term,
        value=value,
        circular=circular,
        valid=valid or DateRange(dt.date(2015, 2, 23), None),
        known=DateTimeTZRange(timezone.now() - dt.timedelta(days=3650), None),
        status=Status.PUBLISHED,
        confidence=Confidence.SECONDARY,
        **fields,
    )
