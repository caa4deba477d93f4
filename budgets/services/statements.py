"""The statement of a pair in a month: both directions, disputes, payments, what is left; and the invoices behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from budgets import netting
from budgets.choices import BETWEEN_PARTIES, AgreementKind, DisputeState, Standing
from budgets.models import AccountFigure, AccountItem, AccountRun, Dispute, Party, Settlement


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
    def settled_size(self) -> int:
        return abs(self.settled)

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
