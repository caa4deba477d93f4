"""Monthly accounts between parties: compute, keep, issue, and the statement of each pair."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from billing.models import Change, Invoice
from budgets import netting
from budgets.choices import BETWEEN_PARTIES, AgreementKind, DisputeState, Standing
from budgets.models import (
    AccountFigure,
    AccountItem,
    AccountRun,
    Agreement,
    Dispute,
    Party,
    Settlement,
)
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
_TREATED = f"""
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
    FROM ({_TREATED}) t
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


# ---------------------------------------------------------------- statements


@dataclass
class Direction:
    """What one party did for the other's people in the month, in rials."""

    provider: Party
    recipient: Party
    invoices: int = 0
    unpriced: int = 0
    amount: int = 0
    patient: int = 0
    due: int = 0
    disputed: int = 0
    accepted: int = 0
    outside: int = 0
    outside_invoices: int = 0

    @property
    def agreed(self) -> int:
        return netting.agreed(due=self.due, accepted=self.accepted)


@dataclass
class Statement:
    """The month of a pair. The first is the one whose code comes first; a positive net is owed by the second."""

    first: Party
    second: Party
    gave: Direction
    received: Direction
    kind: int | None = None
    paid_by_first: int = 0
    paid_by_second: int = 0
    waiting: int = 0
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def net(self) -> int:
        return netting.net(gave=self.gave.agreed, received=self.received.agreed)

    @property
    def left(self) -> int:
        return netting.left(net=self.net, received=self.paid_by_second, paid=self.paid_by_first)

    @property
    def settled(self) -> int:
        """Payments in the direction of the net."""
        return self.net - self.left

    @property
    def net_size(self) -> int:
        """The net without its sign, for sentences that name who owes."""
        return abs(self.net)

    @property
    def left_size(self) -> int:
        return abs(self.left)

    @property
    def disputed(self) -> int:
        return self.gave.disputed + self.received.disputed

    @property
    def outside(self) -> int:
        return self.gave.outside + self.received.outside

    @property
    def debtor(self) -> Party | None:
        return _debtor(self.left, self.first, self.second)

    @property
    def net_debtor(self) -> Party | None:
        return _debtor(self.net, self.first, self.second)

    @property
    def kind_label(self) -> str:
        return str(AgreementKind(self.kind).label) if self.kind else str(Standing.NO_AGREEMENT.label)

    @property
    def creditor(self) -> Party | None:
        """Whom the net is owed to."""
        return (
            None if self.net_debtor is None else self.second if self.net_debtor == self.first else self.first
        )


def _debtor(amount: int, first: Party, second: Party) -> Party | None:
    return None if amount == 0 else second if amount > 0 else first


def newest_run(user: Any, month: int) -> AccountRun | None:
    """The newest issued run of the month that the user may see, or, before the first, the newest there is."""
    runs = AccountRun.objects.visible_to(user).filter(month=month).newest_first()
    found: AccountRun | None = runs.issued().first() or runs.first()
    return found


def statements(run: AccountRun, user: Any) -> list[Statement]:
    """The pairs of a run that the user may see, the largest left first. A constant number of queries."""
    found: dict[tuple[int, int], Statement] = {}
    figures = run.figures.visible_to(user).filter(standing__in=BETWEEN_PARTIES)
    for figure in figures.select_related("provider", "recipient"):
        direction = _direction(_pair(found, figure.provider, figure.recipient), figure.provider_id)
        if figure.standing == Standing.BILLED:
            _pair(found, figure.provider, figure.recipient).kind = figure.kind
            for name in ("invoices", "unpriced", "amount", "patient", "due"):
                setattr(direction, name, getattr(direction, name) + getattr(figure, name))
        else:
            direction.outside += figure.due
            direction.outside_invoices += figure.invoices
    _add_disputes(run, user, found)
    _add_settlements(run, user, found)
    return sorted(found.values(), key=lambda s: (-abs(s.left), s.first.code, s.second.code))


def statement(run: AccountRun, user: Any, first_id: int, second_id: int) -> Statement | None:
    """One pair of a run, whichever of the two is named first."""
    wanted = {first_id, second_id}
    return next((s for s in statements(run, user) if {s.first.pk, s.second.pk} == wanted), None)


def acts_for(user: Any, party: Party) -> bool:
    """Whether the user speaks for the party: headquarters for everybody, a region for itself."""
    if party.organisation_id in user.scope.whole_organisation_ids():
        return True
    own = user.scope.membership.region_id if user.scope.membership else None
    return own is not None and own == party.region_id


def positions(run_statements: Iterable[Statement]) -> dict[Party, int]:
    """What each party has to receive (+) or pay (−) over all its pairs; the sum is zero."""
    directions = [d for s in run_statements for d in (s.gave, s.received)]
    return netting.positions((d.provider, d.recipient, d.agreed) for d in directions)


def decomposition(run: AccountRun, user: Any) -> dict[int, dict[str, int]]:
    """Invoices and amounts by standing: together every invoice of a company patient in the month."""
    rows = (
        run.figures.visible_to(user)
        .values("standing")
        .annotate(count=Sum("invoices"), at_tariff=Sum("amount"), owed=Sum("due"), without=Sum("unpriced"))
        .order_by("standing")
    )
    return {row["standing"]: row for row in rows}


def _pair(found: dict[tuple[int, int], Statement], one: Party, other: Party) -> Statement:
    first, second = sorted((one, other), key=lambda p: (p.region_id is None, p.code, p.pk))
    key = (first.pk, second.pk)
    if key not in found:
        found[key] = Statement(first, second, Direction(first, second), Direction(second, first))
    return found[key]


def _direction(pair: Statement, provider_id: int) -> Direction:
    return pair.gave if pair.first.pk == provider_id else pair.received


def _add_disputes(run: AccountRun, user: Any, found: dict[tuple[int, int], Statement]) -> None:
    """Disputes of the month, also those raised on an earlier run, as far as what they are about still stands."""
    rows = list(
        Dispute.objects.visible_to(user)
        .filter(run__month=run.month, run__organisation=run.organisation_id)
        .for_list()
        .order_by("raised_at", "pk")
    )
    standing = _still_there(run, rows)
    for dispute in rows:
        pair = _pair(found, dispute.provider, dispute.recipient)
        dispute.counts = dispute.pk in standing
        pair.disputes.append(dispute)
        if not dispute.counts:
            continue
        direction = _direction(pair, dispute.provider_id)
        if dispute.state == DisputeState.OPEN:
            direction.disputed += dispute.amount
        direction.accepted += dispute.accepted


def _still_there(run: AccountRun, disputes: list[Dispute]) -> set[int]:
    """Disputes about something that this run has as it was: the invoice in the same version, or the same total."""
    now = {
        i.invoice_id: (i.version, i.due)
        for i in AccountItem.objects.filter(
            run=run, invoice_id__in=[d.item.invoice_id for d in disputes if d.item], standing=Standing.BILLED
        )
    }
    totals: dict[tuple[int, int, int], int] = defaultdict(int)
    runs = {d.run_id for d in disputes if d.item_id is None} | {run.pk}
    for row in AccountFigure.objects.filter(run__in=runs, standing=Standing.BILLED):
        totals[row.run_id, row.provider_id, row.recipient_id] += row.due
    same = set()
    for d in disputes:
        if d.item is not None:
            is_same = now.get(d.item.invoice_id) == (d.item.version, d.item.due)
        else:
            key = (d.provider_id, d.recipient_id)
            is_same = totals[d.run_id, *key] == totals[run.pk, *key]
        if is_same:
            same.add(d.pk)
    return same


def _add_settlements(run: AccountRun, user: Any, found: dict[tuple[int, int], Statement]) -> None:
    rows = Settlement.objects.visible_to(user).filter(organisation=run.organisation_id, month=run.month)
    for row in rows.select_related("payer", "payee"):
        pair = _pair(found, row.payer, row.payee)
        if not row.is_approved:
            pair.waiting += 1
        elif row.payer_id == pair.first.pk:
            pair.paid_by_first += row.amount
        else:
            pair.paid_by_second += row.amount


# ---------------------------------------------------------------- people whose party is not known


_UNKNOWN = f"""
    SELECT pt.id AS patient_id, pt.key, pt.name, pt.personnel_no, pt.relation_no, count(*) AS invoices,
           sum(t.amount)::bigint AS amount, c.region_id
    FROM ({_TREATED}) t
    JOIN {Invoice._meta.db_table} i ON i.id = t.invoice_id
    JOIN organisations_centre c ON c.id = i.centre_id
    JOIN billing_patient pt ON pt.id = i.patient_id
    WHERE t.recipient_id IS NULL AND (%(region)s::bigint IS NULL OR c.region_id = %(region)s)
    GROUP BY pt.id, c.region_id
"""


@dataclass(frozen=True)
class UnknownPerson:
    """A company patient whose party is not on record, with what a region did for them in the month, in rials."""

    patient_id: int
    key: str
    name: str
    personnel_no: int | None
    relation_no: int | None
    invoices: int
    amount: int
    region_id: int


def unknown_people(
    *, organisation_id: int, month: int, region_id: int | None, offset: int = 0, limit: int = 50
) -> list[UnknownPerson]:
    """The largest amounts first."""
    params = {
        "organisation": organisation_id,
        "month": month,
        "region": region_id,
        "limit": limit,
        "offset": offset,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_UNKNOWN} ORDER BY amount DESC, pt.id LIMIT %(limit)s OFFSET %(offset)s", params)
        return [UnknownPerson(*row) for row in cursor.fetchall()]


def count_unknown(*, organisation_id: int, month: int, region_id: int | None) -> tuple[int, int, int]:
    """How many people, invoices and rials."""
    params = {"organisation": organisation_id, "month": month, "region": region_id}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(invoices), 0), coalesce(sum(amount), 0)::bigint FROM ({_UNKNOWN}) u",
            params,
        )
        people, invoices, amount = cursor.fetchone()
    return int(people), int(invoices), int(amount)


def months_with_accounts(user: Any) -> list[int]:
    """Months that have a run the user may see, newest first."""
    runs = AccountRun.objects.visible_to(user).order_by("-month")
    return list(runs.values_list("month", flat=True).distinct())


def items_of(
    run: AccountRun, user: Any, *, provider_id: int, recipient_id: int, standing: int | None = None
) -> Any:
    """The invoices of one direction, the dearest first."""
    found = AccountItem.objects.visible_to(user).filter(
        run=run, provider_id=provider_id, recipient_id=recipient_id
    )
    return (
        (found.filter(standing=standing) if standing else found).for_list().order_by("standing", "-due", "pk")
    )


def totals_of(items: Any) -> dict[str, int]:
    """Sums over a direction's invoices."""
    found: dict[str, int] = items.order_by().aggregate(
        count=Count("pk"),
        amount_sum=Sum("amount", default=0),
        patient_sum=Sum("patient", default=0),
        due_sum=Sum("due", default=0),
    )
    return found
