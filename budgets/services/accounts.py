"""Monthly accounts between parties: compute, keep, issue; which months there are."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from billing.models import Change, Invoice
from budgets import netting
from budgets.choices import BETWEEN_PARTIES, AgreementKind, Standing
from budgets.models import AccountFigure, AccountItem, AccountRun, Agreement, Party, Settlement
from budgets.models.parties import HOME_ID, HOME_JOINS
from budgets.services import parties
from budgets.services.versions import code_version
from core import audit, jalali, jobs
from core.errors import DomainError, NotAllowed
from organisations.choices import PatientCategory
from organisations.models import Organisation


class AlreadyIssued(DomainError):
    code = "already_issued"


#: Every invoice of the organisation's own people in the month, with the party that treated and the party it is for.
#: A cancelled invoice has no lines and is no service.
TREATED = f"""
    SELECT i.id AS invoice_id, i.version, i.discharged_on, i.amount, i.patient_share AS patient,
           (i.unpriced_lines > 0)::int AS unpriced, p.id AS provider_id,
           {HOME_ID} AS recipient_id
    FROM {Invoice._meta.db_table} i
    JOIN organisations_centre c ON c.id = i.centre_id
    JOIN {Party._meta.db_table} p ON p.region_id = c.region_id AND p.organisation_id = %(organisation)s
    JOIN billing_patient pt ON pt.id = i.patient_id
    {HOME_JOINS}
    WHERE i.month = %(month)s AND i.category = {PatientCategory.COMPANY.value} AND i.lines_count > 0
"""
_STANDING = f"""
    SELECT t.*, a.kind, CASE
        WHEN t.recipient_id IS NULL THEN {Standing.UNKNOWN.value}
        WHEN t.recipient_id = t.provider_id THEN {Standing.OWN.value}
        WHEN a.id IS NULL THEN {Standing.NO_AGREEMENT.value}
        WHEN a.kind = {AgreementKind.ONE_SIDED.value} AND a.provider_id <> t.provider_id
            THEN {Standing.NO_RETURN.value}
        ELSE {Standing.BILLED.value} END AS standing
    FROM ({TREATED}) t
    LEFT JOIN {Agreement._meta.db_table} a ON a.status = 'approved' AND a.valid @> t.discharged_on
         AND least(a.provider_id, a.recipient_id) = least(t.provider_id, t.recipient_id)
         AND greatest(a.provider_id, a.recipient_id) = greatest(t.provider_id, t.recipient_id)
         AND t.recipient_id IS NOT NULL
"""
_KEEP = f"""
    WITH standing AS MATERIALIZED ({_STANDING}),
    items AS (
        INSERT INTO {AccountItem._meta.db_table}
            (run_id, provider_id, recipient_id, invoice_id, version, standing, unpriced, amount, patient, due)
        SELECT %(run)s, provider_id, recipient_id, invoice_id, version, standing, unpriced, amount, patient,
               amount - patient
        FROM standing WHERE standing IN ({", ".join(str(s.value) for s in BETWEEN_PARTIES)})
    )
    INSERT INTO {AccountFigure._meta.db_table}
        (run_id, provider_id, recipient_id, standing, kind, invoices, unpriced, amount, patient, due)
    SELECT %(run)s, provider_id, recipient_id, standing, kind, count(*), sum(unpriced), sum(amount)::bigint,
           sum(patient)::bigint, (sum(amount) - sum(patient))::bigint
    FROM standing GROUP BY provider_id, recipient_id, standing, kind
"""


def run_accounts(*, organisation: Organisation, month: int, by: Any, at: dt.datetime) -> AccountRun:
    """Compute the accounts of a month from its invoices and keep them, one statement however many there are."""
    jalali.check_month(month)
    with transaction.atomic():
        parties.ensure_regions(organisation.pk)
        run = AccountRun.objects.create(
            organisation=organisation, month=month, created_at=at, by=by, checksum="",
            last_change=Change.objects.aggregate(last=Max("pk"))["last"] or 0, code_version=code_version(netting),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, {"run": run.pk, "organisation": organisation.pk, "month": month})
        run.checksum = checksum(run)
        run.save(update_fields=["checksum"])
        if by:
            audit.record(
                "account.run", run, by=by, at=at, organisation_id=organisation.pk,
                after={"month": month, "checksum": run.checksum},
            )  # fmt: skip
    return run


def checksum(run: AccountRun) -> str:
    """Sha-256 of the figures in order."""
    rows = run.figures.values_list(
        "provider__code", "recipient__code", "standing", "kind", "invoices", "amount", "patient", "due"
    )
    ordered = sorted([list(row) for row in rows], key=lambda row: [str(cell) for cell in row])
    return hashlib.sha256(json.dumps(ordered, ensure_ascii=False).encode()).hexdigest()


def lock(of: AccountRun | Settlement) -> None:
    """Wait until nobody else issues, disputes or pays in the month of the organisation; until the transaction ends."""
    jobs.lock(f"budgets.accounts.{of.organisation_id}", of.month)


def issue(run: AccountRun, *, by: Any, at: dt.datetime) -> AccountRun:
    """Make a run what both sides see: by somebody else than who computed it, and never older than what they see."""
    with transaction.atomic():
        lock(run)
        kept = AccountRun.objects.select_for_update().get(pk=run.pk)
        if kept.issued_at:
            raise AlreadyIssued("این اجرا پیش‌تر صادر شده است.")
        if kept.by_id == by.pk:
            raise NotAllowed("محاسبه‌کننده نمی‌تواند صادرکننده باشد؛ همکار دیگری باید صادر کند.")
        if kept.is_followed:
            raise AlreadyIssued("اجرای تازه‌تری از این ماه صادر شده است؛ دوباره محاسبه کنید.")
        kept.issued_by, kept.issued_at = by, at
        kept.save(update_fields=["issued_by", "issued_at"])
        audit.record(
            "account.issue",
            kept,
            by=by,
            at=at,
            organisation_id=kept.organisation_id,
            after={"month": kept.month},
        )
    return kept


def newest_run(user: Any, month: int) -> AccountRun | None:
    """The newest issued run of the month that the user may see, or, before the first, the newest there is."""
    runs = AccountRun.objects.visible_to(user).filter(month=month).newest_first()
    found: AccountRun | None = runs.issued().first() or runs.first()
    return found


def months_with_accounts(user: Any) -> list[int]:
    """Months that have a run the user may see, newest first."""
    runs = AccountRun.objects.visible_to(user).order_by("-month")
    return list(runs.values_list("month", flat=True).distinct())
