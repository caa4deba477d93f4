"""Disputes about a statement, and its settlements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from budgets.choices import DisputeState, Standing
from budgets.models import AccountItem, AccountRun, Dispute, Party, Settlement
from budgets.services import accounts, inputs
from core import audit
from core.errors import InvalidInput, NotAllowed
from core.text import group_digits


class AlreadyDisputed(inputs.AlreadyEntered):
    code = "already_disputed"


def raise_dispute(
    *, run: AccountRun, provider: Party, recipient: Party, item: AccountItem | None, amount: int | None, reason: str,
    by: Any, at: dt.datetime,
) -> Dispute:  # fmt: skip
    """The debtor's side says that it does not owe an invoice, or part of the direction's total (`item` None)."""
    _needs_issued(run)
    _needs_side(by, recipient, "اختلاف را طرف بدهکار یا ستاد مطرح می‌کند.")
    found = accounts.statement(run, by, provider.pk, recipient.pk)
    direction = None
    if found:
        direction = found.gave if found.gave.provider == provider else found.received
    if direction is None or not direction.invoices:
        raise InvalidInput("در این اجرا از این طرف به آن طرف صورتحسابی در حساب نیست.")
    taken = sum(
        d.amount if d.state == DisputeState.OPEN else d.accepted for d in _standing(found, direction, item)
    )
    most = (item.due if item else direction.due) - taken
    wanted = most if item and amount is None else amount
    if item and (item.run_id, item.provider_id, item.recipient_id, item.standing) != (
        run.pk, provider.pk, recipient.pk, Standing.BILLED,
    ):  # fmt: skip
        raise InvalidInput("این صورتحساب در این حساب نیست.")
    if not wanted or not 0 < wanted <= most:
        raise InvalidInput(f"مبلغ مورد اختلاف باید بیش از صفر و حداکثر {group_digits(most)} ریال باشد.")
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                run=run, provider=provider, recipient=recipient, item=item, amount=wanted, reason=reason,
                raised_by=by, raised_at=at,
            )  # fmt: skip
            _record("dispute.raise", dispute, by=by, at=at, amount=wanted, reason=reason)
    except IntegrityError as fault:
        raise AlreadyDisputed("دربارهٔ این صورتحساب اختلاف بازی هست؛ نخست به آن پاسخ داده شود.") from fault
    return dispute


def answer_dispute(dispute: Dispute, *, accepted: int, answer: str, by: Any, at: dt.datetime) -> Dispute:
    """The provider's side accepts all, part (`accepted` rials) or nothing of it."""
    with transaction.atomic():
        kept = _open(dispute)
        _needs_side(by, kept.provider, "به اختلاف طرف ارائه‌دهنده یا ستاد پاسخ می‌دهد.")
        if kept.raised_by_id == by.pk:
            raise NotAllowed("مطرح‌کنندهٔ اختلاف به آن پاسخ نمی‌دهد؛ همکار دیگری باید پاسخ دهد.")
        if not 0 <= accepted <= kept.amount:
            raise InvalidInput(f"مبلغ پذیرفته از صفر تا {group_digits(kept.amount)} ریال است.")
        kept.state = DisputeState.ACCEPTED if accepted else DisputeState.REJECTED
        kept.accepted, kept.answer, kept.answered_by, kept.answered_at = accepted, answer, by, at
        kept.save()
        _record("dispute.answer", kept, by=by, at=at, accepted=accepted, answer=answer)
    return kept


def withdraw_dispute(dispute: Dispute, *, by: Any, at: dt.datetime) -> Dispute:
    """The side that raised it takes it back."""
    with transaction.atomic():
        kept = _open(dispute)
        _needs_side(by, kept.recipient, "اختلاف را تنها طرفی که مطرح کرده پس می‌گیرد.")
        kept.state, kept.answered_by, kept.answered_at = DisputeState.WITHDRAWN, by, at
        kept.save()
        _record("dispute.withdraw", kept, by=by, at=at)
    return kept


def enter_settlement(
    *,
    run: AccountRun,
    payer: Party,
    payee: Party,
    amount: int,
    paid_on: dt.date,
    letter_no: str,
    by: Any,
    at: dt.datetime,
) -> Settlement:
    """A payment for the month of a statement, in part or in whole; it counts once another person has approved it."""
    _needs_issued(run)
    if not accounts.acts_for(by, payer) and not accounts.acts_for(by, payee):
        raise NotAllowed("تسویه را یکی از دو طرف یا ستاد ثبت می‌کند.")
    found = accounts.statement(run, by, payer.pk, payee.pk)
    open_amount = 0
    if found:
        open_amount = found.left if found.second == payer else -found.left
    if open_amount <= 0:
        raise InvalidInput(f"{payer.name} برای این ماه به {payee.name} بدهی تسویه‌نشده ندارد.")
    if amount > open_amount:
        raise InvalidInput(f"مبلغ از ماندهٔ بدهی بیشتر است؛ حداکثر {group_digits(open_amount)} ریال.")
    key = {"payer": payer, "payee": payee, "letter_no": letter_no}
    row = Settlement(
        **key, organisation_id=run.organisation_id, month=run.month, amount=amount, paid_on=paid_on, entered_by=by,
        entered_at=at, version=inputs.next_version(Settlement, key),
    )  # fmt: skip
    return inputs.enter(row, f"نامهٔ {letter_no} پیش‌تر برای این دو طرف ثبت شده است.", by=by, at=at)


def _standing(found: Any, direction: Any, item: AccountItem | None) -> list[Dispute]:
    """Disputes that already take something from the invoice, or from the direction's total."""
    own = [d for d in found.disputes if d.counts and d.provider_id == direction.provider.pk]
    return [d for d in own if d.item and d.item.invoice_id == item.invoice_id] if item else own


def _open(dispute: Dispute) -> Dispute:
    kept = (
        Dispute.objects.select_for_update(of=["self"])
        .select_related("provider", "recipient", "run")
        .get(pk=dispute.pk)
    )
    if kept.state != DisputeState.OPEN:
        raise AlreadyDisputed("به این اختلاف پیش‌تر پاسخ داده شده است.")
    return kept  # type: ignore[no-any-return]


def _needs_issued(run: AccountRun) -> None:
    """Only what both sides see now is disputed or paid."""
    if run.issued_at is None:
        raise NotAllowed("این حساب هنوز صادر نشده است؛ پس از صدور می‌توان آن را پذیرفت یا به آن اعتراض کرد.")
    later = AccountRun.objects.issued().filter(
        organisation=run.organisation_id, month=run.month, pk__gt=run.pk
    )
    if later.exists():
        raise NotAllowed("حساب تازه‌تری از این ماه صادر شده است؛ همان را باز کنید.")


def _needs_side(user: Any, party: Party, sentence: str) -> None:
    if not accounts.acts_for(user, party):
        raise NotAllowed(sentence)


def needs_party(user: Any, row: Settlement) -> None:
    """Refuse whoever acts for neither side of a payment."""
    if not accounts.acts_for(user, row.payer) and not accounts.acts_for(user, row.payee):
        raise NotAllowed("تسویه را یکی از دو طرف یا ستاد ثبت می‌کند یا پس می‌گیرد.")


def _record(action: str, dispute: Dispute, *, by: Any, at: dt.datetime, **after: object) -> None:
    audit.record(
        action, dispute, by=by, at=at, organisation_id=dispute.run.organisation_id, after=dict(after)
    )
