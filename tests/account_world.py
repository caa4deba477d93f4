"""One account between the two regions of the cast, with everything that can hang on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from billing.models import Patient
from budgets.choices import AgreementKind
from budgets.models import AccountItem, Agreement, Beneficiary, Party
from budgets.services import accounts, disputes, parties, retirees
from organisations.choices import CostElement, PatientCategory
from tests import factories

AT = factories.AT
MONTH = 140407
FIRST, LAST = dt.date(2024, 3, 20), dt.date(2026, 3, 20)


def treated_away(cast: Any) -> tuple[Party, Party]:
    """A person of the north is treated in the south, to whom 900 rials are owed under an agreement of the two."""
    one = cast.organisation
    parties.ensure_regions(one.pk)
    south, north = (Party.objects.get(region=r) for r in (cast.region, cast.neighbour_region))
    patient = Patient.objects.create(organisation=one, key="0499370899", personnel_no=77, relation_no=1)
    Beneficiary.objects.create(
        organisation=one,
        personnel_no=77,
        party=north,
        valid=DateRange(FIRST, None),
        source="آزمون",
        entered_at=AT,
    )
    for category, payer in ((PatientCategory.COMPANY, "employer"), (PatientCategory.RETIREE, "basic")):
        fund = factories.fund(one, category)
        line = factories.line(CostElement.SURGERY, 1_000, 900, **{payer: 900})
        bill = factories.invoice(cast.hospital, fund, [line], month=MONTH)
        bill.patient = patient
        bill.save()
    parties.approve_agreement(_agreed(cast, south, north, "1"), by=cast.headquarters, at=AT)
    return south, north


def _agreed(cast: Any, south: Party, north: Party, number: str) -> Agreement:
    """A draft of an agreement that waits for the second person."""
    return parties.enter_agreement(
        provider=south, recipient=north, kind=AgreementKind.RECIPROCAL, first_on=FIRST, last_on=LAST,
        document_no=number, by=cast.second_headquarters, at=AT,
    )  # fmt: skip


def account_of(cast: Any) -> dict[str, Any]:
    """The month of `treated_away` is issued, disputed by the north and paid in part.

    The draft agreement and a second run wait for a second person.
    """
    one, second = cast.organisation, cast.second_headquarters
    south, north = treated_away(cast)
    run = accounts.run_accounts(organisation=one, month=MONTH, by=cast.headquarters, at=AT)
    run = accounts.issue(run, by=second, at=AT)
    item = AccountItem.objects.get(run=run)
    owed = {"run": run, "by": cast.neighbour_region_head, "at": AT}
    return {
        "agreement": _agreed(cast, south, north, "2"),
        "account_item": item,
        "pair": [run.pk, south.pk, north.pk],
        "dispute": disputes.raise_dispute(
            provider=south, recipient=north, item=None, amount=5, reason="علت", **owed
        ),
        "settlement": disputes.enter_settlement(
            payer=north, payee=south, amount=100, paid_on=FIRST, letter_no="1", **owed
        ),
        "account_run": accounts.run_accounts(organisation=one, month=MONTH, by=second, at=AT),
        "retiree_file": retirees.make_files(region=cast.region, month=MONTH, by=None, at=AT)[0],
    }
