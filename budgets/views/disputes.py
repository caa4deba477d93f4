"""Disputes about a statement, and its payments."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from budgets import forms
from budgets.models import AccountItem, AccountRun, Dispute, Party, Settlement
from budgets.services import accounts, disputes, inputs, statements
from budgets.views.accounts import month_crumb, way
from budgets.views.agreements import EnteringPage
from core.filters import whole
from core.text import group_digits, persian_digits
from core.views import ActionView
from organisations.permissions import Permission


class OnPair(EnteringPage):
    """A form about a pair of a run; `first` does what the page is about to `second`."""

    abstract = True
    permission = Permission.ACCOUNT_ANSWER

    @cached_property
    def run(self) -> AccountRun:
        return get_object_or_404(AccountRun.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    @cached_property
    def pair(self) -> statements.Statement:
        found = statements.statement(self.run, self.request.user, self.kwargs["first"], self.kwargs["second"])
        if found is None:
            raise Http404
        return found

    @property
    def parties(self) -> tuple[Party, Party]:
        found = self.pair
        turned = found.first.pk == self.kwargs["first"]
        return (found.first, found.second) if turned else (found.second, found.first)

    def get_success_url(self) -> str:
        return reverse("statement", args=[self.run.pk, self.pair.first.pk, self.pair.second.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        label = f"{self.pair.first.name} و {self.pair.second.name}"
        crumb = way(month_crumb(self.run), (label, self.get_success_url()), (self.title, ""))
        return super().get_context_data(**({"breadcrumb": crumb} | kwargs))


class Raise(OnPair):
    """The debtor's side disputes an invoice (`?item=`) or part of the total; `first` treated, `second` owes."""

    form_class = forms.DisputeForm
    title, submit = "طرح اختلاف", "طرح اختلاف"
    done = "اختلاف ثبت شد و پاسخ آن با طرف دیگر است؛ رقم تا پاسخ عوض نمی‌شود."

    @cached_property
    def item(self) -> AccountItem | None:
        asked = whole(self.request.GET.get("item"))
        if not asked:
            return None
        items = AccountItem.objects.visible_to(self.request.user).filter(
            run=self.run, provider=self.kwargs["first"], recipient=self.kwargs["second"]
        )
        return get_object_or_404(items.select_related("invoice"), pk=asked)

    def get_initial(self) -> dict[str, Any]:
        return {"amount": self.item.due} if self.item else {}

    def act(self, form: Any) -> None:
        provider, recipient = self.parties
        disputes.raise_dispute(
            run=self.run, provider=provider, recipient=recipient, item=self.item, by=self.request.user,
            at=timezone.now(), **form.cleaned_data,
        )  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider, recipient = self.parties
        about = f"صورتحساب {self.item.invoice.number}" if self.item else "جمع حساب"
        note = f"{recipient.name} دربارهٔ {about} از {provider.name}. تا پاسخ، رقم عوض نمی‌شود و نشان اختلاف می‌گیرد."
        return super().get_context_data(note=persian_digits(note), **kwargs)


class OnDispute:
    """The dispute in the user's scope."""

    request: Any
    kwargs: Any

    @cached_property
    def dispute(self) -> Dispute:
        return get_object_or_404(
            Dispute.objects.visible_to(self.request.user).for_list(), pk=self.kwargs["pk"]
        )

    def get_success_url(self) -> str:
        d = self.dispute
        return reverse("statement", args=[d.run_id, d.provider_id, d.recipient_id])


class Answer(OnDispute, EnteringPage):
    """The provider's side accepts all, part or nothing."""

    permission = Permission.ACCOUNT_ANSWER
    form_class = forms.AnswerForm
    title, submit = "پاسخ به اختلاف", "ثبت پاسخ"
    done = "پاسخ اختلاف ثبت شد؛ آنچه پذیرفته‌اید از طلب کم شد."

    def act(self, form: Any) -> None:
        disputes.answer_dispute(self.dispute, by=self.request.user, at=timezone.now(), **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        d = self.dispute
        note = f"{d.recipient.name}، {group_digits(d.amount)} ریال: {d.reason}"
        return super().get_context_data(note=note, **kwargs)


class Withdraw(OnDispute, ActionView):
    permission = Permission.ACCOUNT_ANSWER

    def act(self, request: Any, **kwargs: Any) -> str:
        disputes.withdraw_dispute(self.dispute, by=request.user, at=timezone.now())
        return "اختلاف پس گرفته شد."


class Settle(OnPair):
    """A payment; `first` pays `second`."""

    form_class = forms.SettlementForm
    title, submit = "ثبت تسویه", "ثبت برای تأیید"
    done = "تسویه ثبت شد و پس از تأیید همکار دیگر از مانده کم می‌شود."

    def get_initial(self) -> dict[str, Any]:
        return {"amount": max(0, abs(self.pair.left) - disputes.waiting_between(self.run, *self.parties))}

    def act(self, form: Any) -> None:
        payer, payee = self.parties
        disputes.enter_settlement(
            run=self.run,
            payer=payer,
            payee=payee,
            by=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        payer, payee = self.parties
        note = f"{payer.name} به {payee.name} می‌پردازد. پرداخت در چند بخش هم ثبت می‌شود و پس از تأیید به حساب می‌آید."
        return super().get_context_data(note=note, **kwargs)


class OnSettlement(ActionView):
    """An action on one payment in the user's scope."""

    abstract = True

    @cached_property
    def settlement(self) -> Settlement:
        return get_object_or_404(Settlement.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        s = self.settlement
        run = accounts.newest_run(self.request.user, s.month)
        return reverse("statement", args=[run.pk, s.payer_id, s.payee_id]) if run else reverse("accounts")


class ApproveSettlement(OnSettlement):
    permission = Permission.ACCOUNT_APPROVE

    def act(self, request: Any, **kwargs: Any) -> str:
        disputes.approve_settlement(self.settlement, by=request.user, at=timezone.now())
        return "تسویه تأیید شد و از مانده کم شد."


class WithdrawSettlement(OnSettlement):
    permission = Permission.ACCOUNT_ANSWER

    def act(self, request: Any, **kwargs: Any) -> str:
        disputes.needs_party(request.user, self.settlement)
        inputs.withdraw(self.settlement, by=request.user, at=timezone.now())
        return "پیش‌نویس حذف شد."


class ReverseSettlement(OnSettlement):
    permission = Permission.ACCOUNT_APPROVE

    def act(self, request: Any, **kwargs: Any) -> str:
        inputs.reverse(self.settlement, by=request.user, at=timezone.now())
        return "برگشت تسویه ثبت شد؛ پس از تأیید همکار دیگر به مانده برمی‌گردد."
