"""Disputes about a statement, and its settlements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from budgets.choices import DisputeState, Standing
from budgets.models import AccountItem, AccountRun, Dispute, Party, Settlement
from budgets.services import accounts, inputs, statements
from core import audit
from core.errors import InvalidInput, NotAllowed
from core.text import group_digits

NOTHING_BILLED = "در این اجرا از این طرف به آن طرف صورتحسابی در حساب نیست؛ جهت حساب را بررسی کنید."


class AlreadyDisputed(inputs.AlreadyEntered):
    code = "already_disputed"


def raise_dispute(
    *, run: AccountRun, provider: Party, recipient: Party, item: AccountItem | None, amount: int | None, reason: str,
    by: Any, at: dt.datetime,
) -> Dispute:  # fmt: skip
    """The debtor's side says that it does not owe an invoice, or part of the direction's total (`item` None).

    Whatever is disputed, invoices and total together, all that may be accepted is never more than the direction's due.
    """
    _needs_side(by, recipient, "اختلاف را طرف بدهکار یا ستاد مطرح می‌کند.")
    if item and (item.run_id, item.provider_id, item.recipient_id, item.standing) != (
        run.pk, provider.pk, recipient.pk, Standing.BILLED,
    ):  # fmt: skip
        raise InvalidInput("این صورتحساب در این حساب نیست؛ آن را از فهرست صورتحساب‌های همین حساب برگزینید.")
    with transaction.atomic():
        accounts.lock(run)
        _needs_issued(run)
        most = _most(run, provider=provider, recipient=recipient, item=item, by=by)
        wanted = most if item and amount is None else amount
        if most <= 0:
            raise InvalidInput(
                "همهٔ این طلب پیش‌تر مورد اختلاف است یا کاهش آن پذیرفته شده است؛ پاسخ اختلاف‌های همین حساب را ببینید."
            )
        if not wanted or not 0 < wanted <= most:
            raise InvalidInput(f"مبلغ مورد اختلاف باید بیش از صفر و حداکثر {group_digits(most)} ریال باشد.")
        return _store(
            Dispute(
                run=run,
                provider=provider,
                recipient=recipient,
                item=item,
                amount=wanted,
                reason=reason,
                raised_by=by,
                raised_at=at,
            )
        )


def _most(run: AccountRun, *, provider: Party, recipient: Party, item: AccountItem | None, by: Any) -> int:
    """Rials of the direction, and of the invoice where there is one, that no dispute has taken yet."""
    found = statements.statement(run, by, provider.pk, recipient.pk)
    if found is None:
        raise InvalidInput(NOTHING_BILLED)
    direction = found.gave if found.gave.provider == provider else found.received
    if not direction.invoices:
        raise InvalidInput(NOTHING_BILLED)
    own = [d for d in found.disputes if d.counts and d.provider_id == provider.pk]
    most = direction.due - _taken(own)
    if item:
        most = min(most, item.due - _taken(d for d in own if d.item and d.item.invoice_id == item.invoice_id))
    return most


def _taken(rows: Iterable[Dispute]) -> int:
    """Rials that disputes have taken, or may still take while they are open."""
    return sum(d.amount if d.state == DisputeState.OPEN else d.accepted for d in rows)


def _store(dispute: Dispute) -> Dispute:
    try:
        with transaction.atomic():
            dispute.save()
            _record(
                "dispute.raise", dispute, by=dispute.raised_by, at=dispute.raised_at, amount=dispute.amount,
                reason=dispute.reason,
            )  # fmt: skip
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
    """A payment for the month of a statement, in part or in whole; it counts once another person has approved it.

    Payments that wait for approval are as good as paid here, so that together they never pay more than is owed.
    """
    if not statements.acts_for(by, payer) and not statements.acts_for(by, payee):
        raise NotAllowed("تسویه را یکی از دو طرف یا ستاد ثبت می‌کند.")
    with transaction.atomic():
        accounts.lock(run)
        _needs_issued(run)
        owed = _owed(run, payer, payee, by)
        if owed <= 0:
            raise InvalidInput(
                f"{payer.name} برای این ماه به {payee.name} بدهی تسویه‌نشده ندارد؛ جهت پرداخت را بررسی کنید."
            )
        waiting = waiting_between(run, payer, payee)
        most = owed - waiting
        if most <= 0:
            raise InvalidInput(
                f"برای همهٔ ماندهٔ بدهی، {group_digits(waiting)} ریال پرداخت در انتظار تأیید است؛ "
                "نخست آن را تأیید یا حذف کنید."
            )
        if amount > most:
            raise InvalidInput(f"مبلغ از ماندهٔ بدهی بیشتر است؛ حداکثر {group_digits(most)} ریال.")
        key = {"payer": payer, "payee": payee, "letter_no": letter_no}
        row = Settlement(
            **key, organisation_id=run.organisation_id, month=run.month, amount=amount, paid_on=paid_on,
            entered_by=by, entered_at=at, version=inputs.next_version(Settlement, key),
        )  # fmt: skip
        return inputs.enter(row, f"نامهٔ {letter_no} پیش‌تر برای این دو طرف ثبت شده است.", by=by, at=at)


def waiting_between(run: AccountRun, payer: Party, payee: Party) -> int:
    """Payments of the run's month that wait for approval, in rials."""
    found = Settlement.objects.filter(
        organisation=run.organisation_id, month=run.month, payer=payer, payee=payee
    )
    return int(found.waiting_payments().aggregate(sum=Sum("amount", default=0))["sum"])


def approve_settlement(row: Settlement, *, by: Any, at: dt.datetime) -> Settlement:
    """Let a payment count, unless what is owed by now is less; a reversing row takes back and always may."""
    with transaction.atomic():
        accounts.lock(row)
        kept = inputs.approve(row, by=by, at=at)
        run = accounts.newest_run(by, kept.month)
        after = _owed(run, kept.payer, kept.payee, by) if run else -kept.amount
        if kept.amount > 0 and after < 0:
            raise InvalidInput(
                f"ماندهٔ بدهی اکنون {group_digits(max(after + kept.amount, 0))} ریال و کمتر از این پرداخت است؛ "
                "پیش‌نویس را حذف کنید و مبلغ درست را دوباره ثبت کنید."
            )
    return kept


def _owed(run: AccountRun, payer: Party, payee: Party, user: Any) -> int:
    """What the payer still owes the payee after approved payments, in rials; negative where it is owed itself."""
    found = statements.statement(run, user, payer.pk, payee.pk)
    if found is None:
        return 0
    return found.left if found.second == payer else -found.left


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
    if run.is_followed:
        raise NotAllowed("حساب تازه‌تری از این ماه صادر شده است؛ همان را باز کنید.")


def _needs_side(user: Any, party: Party, sentence: str) -> None:
    if not statements.acts_for(user, party):
        raise NotAllowed(sentence)


def needs_party(user: Any, row: Settlement) -> None:
    """Refuse whoever acts for neither side of a payment."""
    if not statements.acts_for(user, row.payer) and not statements.acts_for(user, row.payee):
        raise NotAllowed("تسویه را یکی از دو طرف یا ستاد ثبت می‌کند یا پس می‌گیرد.")


def _record(action: str, dispute: Dispute, *, by: Any, at: dt.datetime, **after: object) -> None:
    audit.record(
        action, dispute, by=by, at=at, organisation_id=dispute.run.organisation_id, after=dict(after)
    )
