"""Closing months: the grid of centres and months, one month, and what is asked and approved about them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing import months
from billing.choices import MonthState
from billing.forms import CloseForm, ExceptionForm, NumbersField, ReasonForm
from billing.models import ClosedMonth, LockException
from billing.services import periods
from core import jalali
from core.batches import Batch, answer
from core.errors import DomainError
from core.filters import whole
from core.outcomes import Outcome
from core.views import ActionView, Gate, PageView
from organisations.models import Centre, Region
from organisations.permissions import Permission

_HOME = {"label": "بستن ماه"}


def _this_month() -> int:
    return jalali.month_key(timezone.localdate())


def _last_month() -> int:
    first = jalali.month_range(_this_month())[0]
    return jalali.month_key(first - dt.timedelta(days=1))


class Periods(PageView):
    """Centres × months of a year with the state of each, and what waits for a second person."""

    permission = Permission.PERIOD_VIEW
    template_name = "billing/periods.html"

    @cached_property
    def year(self) -> int:
        asked = whole(self.request.GET.get("year"))
        if asked and jalali.FIRST_YEAR <= asked <= jalali.LAST_YEAR:
            return asked
        return months.year_to_close(self.request.user, this_month=_this_month())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        seen = Centre.objects.visible_to(user).select_related("region").order_by("region__code", "code", "pk")
        centres = seen.narrowed(region=self.request.GET.get("region", ""))
        waiting = ClosedMonth.objects.visible_to(user).waiting().for_page()
        return super().get_context_data(
            year=self.year,
            years=months.years_of(user, this_month=_this_month()),
            regions=list(Region.objects.visible_to(user).by_code()),
            months=[(key, jalali.MONTHS[key % 100 - 1]) for key in jalali.months_of(self.year)],
            rows=months.grid(centres, year=self.year, this_month=_this_month()),
            waiting=list(waiting.order_by("centre__region__code", "centre__code", "month", "pk")),
            may_close=user.may(Permission.PERIOD_CLOSE),
            may_approve=user.may(Permission.PERIOD_APPROVE),
            form=CloseForm(user=user, initial={"month": _last_month()}),
            breadcrumb=[_HOME],
            **kwargs,
        )


class MonthPage(PageView):
    """One month of one centre: its state, who did what about it, who is excepted, and the deltas."""

    permission = Permission.PERIOD_VIEW
    template_name = "billing/period.html"

    @cached_property
    def centre(self) -> Centre:
        seen = Centre.objects.visible_to(self.request.user).select_related("region")
        return get_object_or_404(seen, pk=self.kwargs["centre"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, month = self.request.user, self.kwargs["month"]
        if not jalali.is_month(month):
            raise Http404
        rows = ClosedMonth.objects.for_page().filter(centre=self.centre, month=month)
        rows = list(rows.order_by("-asked_at", "-pk"))
        live = next((row for row in rows if row.reopened_at is None and row.withdrawn_at is None), None)
        state = live.state if live else MonthState.OPEN
        exceptions = LockException.objects.filter(closed__in=rows).select_related(
            "user", "given_by", "revoked_by"
        )
        name = jalali.month_name(month)
        place = {"region": self.centre.region, "centre": self.centre, "month": month}
        return super().get_context_data(
            month_text=name,
            live=live,
            state=state,
            tone=live.tone if live else "mute",
            rows=rows,
            exceptions=list(exceptions.order_by("-given_at", "-pk")),
            now=timezone.now(),
            sums=months.sums_of(self.centre, month),
            waiting_deliveries=months.waiting_deliveries(self.centre),
            elsewhere=months.booked_elsewhere(self.centre, month),
            here=months.booked_here(self.centre, month),
            is_over=month < _this_month(),
            may_close=user.may(Permission.PERIOD_CLOSE),
            may_approve=user.may(Permission.PERIOD_APPROVE),
            is_own=bool(live and live.is_waiting and live.waits_for[0] == user),
            close_form=CloseForm(user=user, initial=place, auto_id="close_%s"),
            reason_form=ReasonForm(auto_id="reopen_%s"),
            exception_form=ExceptionForm(centre=self.centre, giver=user, auto_id="exception_%s"),
            breadcrumb=[
                {"label": _HOME["label"], "url": f"{reverse('periods')}?year={month // 100}"},
                {"label": self.centre.name, "url": reverse("centre", args=[self.centre.pk])},
                {"label": name},
            ],
            **(kwargs | {"centre": self.centre, "month": month}),
        )


def _page_of(row: ClosedMonth) -> str:
    return reverse("period", args=[row.centre_id, row.month])


def _batch(done: str, *, back: str) -> Batch:
    """How this page speaks of months that were asked for or approved together."""
    return Batch(
        thing="ماه", done=done, back_url=back, breadcrumb=[_HOME | {"url": reverse("periods")}],
        url_of=lambda outcome: reverse("period", args=outcome.key),
    )  # fmt: skip


class AskToClose(Gate, generic.View):
    """Ask to close a month of one centre or of a whole region."""

    permission = Permission.PERIOD_CLOSE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CloseForm(request.POST, user=request.user)
        if not form.is_valid():
            said = [f"{form.fields[name].label}: {' '.join(errors)}" for name, errors in form.errors.items()]
            messages.error(request, " ".join(said))
            return HttpResponseRedirect(reverse("periods"))
        month, back = form.cleaned_data["month"], reverse("periods")
        try:
            outcomes = periods.ask_to_close(
                centres=form.centres(), month=month, reason=form.cleaned_data["reason"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(back)
        return answer(request, outcomes, _batch("درخواست بستن ثبت", back=f"{back}?year={month // 100}"))


class Approve(Gate, generic.View):
    """Approve the chosen requests, to close or to open again; each has its own outcome."""

    permission = Permission.PERIOD_APPROVE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            chosen = NumbersField("درخواست", required=False).clean(request.POST.getlist("closed"))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return HttpResponseRedirect(reverse("periods"))
        rows = list(ClosedMonth.objects.visible_to(request.user).waiting().filter(pk__in=chosen))
        options = {"by": request.user, "at": timezone.now()}
        outcomes = [
            *periods.close(asked=[row for row in rows if not row.closed_at], **options),
            *periods.reopen(asked=[row for row in rows if row.closed_at], **options),
        ]
        return answer(request, outcomes, _batch("تأیید", back=reverse("periods")))


class OfClosed(ActionView):
    """An action on one row of closed months that the user sees; leads back to the page of the month."""

    abstract = True

    @cached_property
    def row(self) -> ClosedMonth:
        return get_object_or_404(ClosedMonth.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return _page_of(self.row)

    def said(self, outcomes: list[Outcome]) -> str:
        """The sentence of the only outcome; what was not done is a refusal."""
        (outcome,) = outcomes
        if not outcome.is_done:
            raise periods.PeriodRefused(outcome.text)
        return outcome.text


class Withdraw(OfClosed):
    permission = Permission.PERIOD_CLOSE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        return self.said(periods.withdraw(asked=[self.row], by=request.user, at=timezone.now()))


class AskToReopen(OfClosed):
    permission = Permission.PERIOD_CLOSE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        reason = request.POST.get("reason", "")
        return self.said(
            periods.ask_to_reopen(closed=[self.row], reason=reason, by=request.user, at=timezone.now())
        )


class GiveException(OfClosed):
    permission = Permission.PERIOD_APPROVE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        form = ExceptionForm(request.POST, centre=self.row.centre, giver=request.user)
        if not form.is_valid():
            said = [f"{form.fields[name].label}: {' '.join(errors)}" for name, errors in form.errors.items()]
            raise periods.PeriodRefused(" ".join(said))
        sent = form.cleaned_data
        until = timezone.make_aware(dt.datetime.combine(sent["until"] + dt.timedelta(days=1), dt.time()))
        periods.give_exception(
            closed=self.row,
            user=sent["user"],
            until=until,
            reason=sent["reason"],
            by=request.user,
            at=timezone.now(),
        )
        return f"«{sent['user']}» تا پایان {jalali.text(sent['until'])} در این ماه ثبت می‌کند."


class Revoke(ActionView):
    permission = Permission.PERIOD_APPROVE

    @cached_property
    def exception(self) -> LockException:
        seen = LockException.objects.visible_to(self.request.user).select_related("closed")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        periods.revoke_exception(exception=self.exception, by=request.user, at=timezone.now())
        return "اجازه پس گرفته شد."

    def get_success_url(self) -> str:
        return _page_of(self.exception.closed)
