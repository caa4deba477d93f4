"""Invoices that are ready to be claimed, and claims at any state, for the tests about claims."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from billing.choices import Stage
from billing.claims.choices import Payer
from billing.claims.models import Claim
from billing.claims.services import gathering, sending
from billing.claims.services.gathering import Cell
from billing.models import CheckedInvoice, Invoice
from billing.services import stages
from insurers.choices import InsurerKind
from insurers.models import Fund, Insurer
from organisations.choices import CostElement, PatientCategory
from organisations.permissions import Role
from tests import factories
from tests.cast import person

AT = factories.AT
LATER = AT + dt.timedelta(days=3)
MONTH = 140407
_numbers = count(1)


def colleague(cast: Any, name: str = "") -> Any:
    """A second officer of Sara's hospital."""
    return person(
        name or f"mina-{next(_numbers)}", Role.HOSPITAL, organisation=cast.organisation, centre=cast.hospital
    )


def supplementary_fund(cast: Any) -> Fund:
    insurer, _ = Insurer.objects.get_or_create(
        organisation=cast.organisation,
        code="iran",
        defaults={"name": "ایران", "kind": InsurerKind.SUPPLEMENTARY},
    )
    return Fund.objects.get_or_create(
        insurer=insurer, code="group", defaults={"name": "گروهی", "category": PatientCategory.FREE}
    )[0]


def reviewed(
    cast: Any, *lines: Any, by: Any = None, centre: Any = None, fund: Any = None, **fields: Any
) -> Invoice:
    """A reviewed and checked invoice; lines are amounts of (basic, patient) or whole dictionaries."""
    content = [one if isinstance(one, dict) else _line(*one) for one in lines or ((800, 200),)]
    bill = factories.invoice(centre or cast.hospital, fund or cast.fund, content, month=MONTH)
    if fields:
        Invoice.objects.filter(pk=bill.pk).update(**fields)
    checked(bill)
    first, second = cast.officer, by or cast.second_headquarters
    for to, who in ((Stage.COMPLETED, first), (Stage.REVIEWED, second)):
        assert stages.advance([bill.pk], to=to, by=who, at=AT)[0].is_done
    return Invoice.objects.get(pk=bill.pk)


def _line(basic: int, patient: int) -> dict[str, Any]:
    return factories.line(CostElement.SURGERY, basic + patient, basic + patient, basic=basic)


def checked(bill: Invoice) -> None:
    """As the background check says that it looked at the present version."""
    version = Invoice.objects.get(pk=bill.pk).version
    CheckedInvoice.objects.update_or_create(invoice_id=bill.pk, defaults={"version": version, "at": AT})


def begun(
    cast: Any,
    *,
    payer: Payer = Payer.BASIC,
    fund: Any = None,
    centre: Any = None,
    by: Any = None,
    **said: Any,
) -> Claim:
    """The claim of a cell, gathered and checked as the job does it."""
    cell = Cell(centre or cast.hospital, fund or cast.fund, payer)
    job = gathering.begin([cell], month=MONTH, by=by or cast.officer, at=AT, **said)
    gathering.work(job=job, at=AT)
    return Claim.objects.get(job=job)


def frozen(cast: Any, *, by: Any = None, **said: Any) -> Claim:
    return sending.freeze(claim=begun(cast, by=by, **said), by=by or cast.officer, at=AT)


def sent(cast: Any, *, by: Any = None, sender: Any = None, **said: Any) -> Claim:
    claim = frozen(cast, by=by, **said)
    return sending.send(claim=claim, by=sender or cast.second_headquarters, at=AT)
