"""Re-pricing: what a late circular does to stored invoices, its approval, how the job goes on, and its reversal."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from billing.choices import ARE_LOCKED, WERE_SENT, RepricingState, Standing
from billing.measures import REPRICED
from billing.models import CurrentLine, Invoice, Repricing, SupplementaryItem
from billing.services import repricing
from billing.tasks import reprice
from billing.views.repricing_rows import tabs_of
from core.views import ActionView, DetailPage, ListPage, ProgressPage
from organisations.permissions import Permission
from tariffs.models import Circular

TONES = {
    RepricingState.COMPUTING: "info", RepricingState.PREVIEWED: "warn", RepricingState.APPROVED: "info",
    RepricingState.DONE: "good", RepricingState.STOPPED: "bad", RepricingState.REVERSED: "mute",
    RepricingState.DISCARDED: "mute",
}  # fmt: skip
LARGEST_SHOWN = 20


class Repricings(ListPage):
    permission = Permission.REPRICING_VIEW
    template_name = "billing/repricing_list.html"
    context_object_name = "repricings"

    def get_queryset(self) -> Any:
        sums = {f"total_{name}": Sum(f"centres__{name}") for name in ("lines", "invoices", "amount")}
        return Repricing.objects.visible_to(self.request.user).newest_first().annotate(**sums)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[{"label": "بازقیمت‌گذاری"}], **kwargs)
        return context | {"rows": [(row, TONES[row.state]) for row in context["page_obj"].object_list]}


class RepricingPage(DetailPage):
    """One re-pricing: what it does, by hospital, insurer, month and standing, and how far it is."""

    permission = Permission.REPRICING_VIEW
    template_name = "billing/repricing_detail.html"
    context_object_name = "repricing"
    queryset = Repricing.objects.select_related("circular", "asked_by", "approved_by", "job", "reverses")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row: Repricing = self.object
        centres = list(row.centres.select_related("centre__region").order_by("-lines", "centre__code"))
        changed = [one for one in centres if one.lines]
        parts = row.parts.order_by()
        reversal = row.reversals.exclude(state__in=(RepricingState.DISCARDED,)).order_by("-pk").first()
        return super().get_context_data(
            breadcrumb=[
                {"label": "بازقیمت‌گذاری", "url": reverse("repricings")},
                {"label": f"شمارهٔ {row.pk}"},
            ],
            tone=TONES[row.state],
            tabs=tabs_of(row) if row.previewed_at else [],
            job_url=reverse("repricing_progress", args=[row.pk]),
            is_working=row.state in (RepricingState.COMPUTING, RepricingState.APPROVED),
            is_known=row.previewed_at is not None,
            sums={name: sum(getattr(one, name) for one in centres) for name in REPRICED},
            seen=sum(one.seen for one in centres),
            centres=changed,
            unchanged=len(centres) - len(changed),
            done=sum(one.done_at is not None for one in changed),
            standings=_standings(parts),
            funds=parts.summed_by("fund__insurer__name", "fund__name"),
            months=parts.summed_by("month"),
            largest=_largest(centres),
            items=SupplementaryItem.objects.filter(repricing=row).aggregate(
                amount=Sum("amount"), lines=Sum("lines")
            ),
            reversal=reversal,
            **self._may(row, bool(changed), reversal),
            **kwargs,
        )

    def _may(self, row: Repricing, changes: bool, reversal: Repricing | None) -> dict[str, bool]:
        user = self.request.user
        previewed = row.state == RepricingState.PREVIEWED
        edits, approves = user.may(Permission.REPRICING_EDIT), user.may(Permission.REPRICING_APPROVE)
        is_over = row.state in (RepricingState.DONE, RepricingState.STOPPED)
        open_reversal = reversal is not None and reversal.state != RepricingState.STOPPED
        return {
            "may_approve": previewed and changes and approves and row.asked_by_id != user.pk,
            "own": previewed and changes and approves and row.asked_by_id == user.pk,
            "may_discard": previewed and edits,
            "may_retry": edits and row.is_cut_off,
            "may_reverse": (
                is_over and edits and row.reverses_id is None and not open_reversal and row.changes.exists()
            ),
            "may_ask": row.state == RepricingState.STOPPED and edits and row.reverses_id is None,
            "may_ask_reversal": row.state == RepricingState.STOPPED and edits and row.reverses_id is not None,
        }


def _standings(parts: Any) -> list[dict[str, Any]]:
    """Invoices and rials by what becomes of them; one that was sent in a month now closed is in both rows."""
    rows = (
        ("باز", Q(standing=Standing.OPEN), "مبلغ صورتحساب همین‌جا عوض می‌شود"),
        ("ارسال‌شده", Q(standing__in=WERE_SENT), "برای مابه‌التفاوت قلم متمم آماده می‌شود"),
        ("ماه بسته", Q(standing__in=ARE_LOCKED), "تفاوت در نخستین ماه باز ثبت می‌شود و ماه اصلی می‌ماند"),
    )
    found = []
    for label, condition, what in rows:
        sums = parts.filter(condition).aggregate(
            **{name: Sum(name) for name in ("invoices", "lines", "amount")}
        )
        found.append({"label": label, "what": what, **{name: value or 0 for name, value in sums.items()}})
    return found


def _largest(centres: list[Any]) -> list[dict[str, Any]]:
    """The largest differences of all centres, with what they are about; two queries."""
    every = sorted((one for c in centres for one in c.largest), key=lambda one: -abs(one["amount"]))[
        :LARGEST_SHOWN
    ]
    ids = {one["number"] for one in every}
    numbers = dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "number"))
    about = {
        (line.invoice_id, line.line_no): line
        for line in CurrentLine.objects.filter(invoice_id__in=ids).select_related("service")
    }
    return [
        {
            "invoice_id": one["number"],
            "number": numbers[one["number"]],
            "line_no": one["line_no"],
            "line": about.get((one["number"], one["line_no"])),
            "amount": one["amount"],
        }
        for one in every
        if one["number"] in numbers
    ]


class RepricingProgress(ProgressPage):
    permission = Permission.REPRICING_VIEW
    queryset = Repricing.objects.select_related("job")


class CircularRepricing(DetailPage):
    """What a circular's page says of the past: lines within its reach, or the re-pricing that is under way."""

    permission = Permission.REPRICING_VIEW
    template_name = "billing/_circular_repricing.html"
    context_object_name = "circular"
    queryset = Circular.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        said = repricing.about(self.object, organisation_id=user.scope.organisation_id)
        return super().get_context_data(said=said, may_ask=user.may(Permission.REPRICING_EDIT), **kwargs)


class AskRepricing(ActionView):
    permission = Permission.REPRICING_EDIT

    def act(self, request: HttpRequest, pk: int, **kwargs: Any) -> str:
        circular = get_object_or_404(Circular.objects.visible_to(request.user), pk=pk)
        self.row = repricing.ask(circular=circular, by=request.user, at=timezone.now(), queue=reprice.delay)
        return "پیش‌نمایش در حال محاسبه است؛ تا تأیید همکار دیگر چیزی عوض نمی‌شود."

    def get_success_url(self) -> str:
        row = getattr(self, "row", None)
        return reverse("repricing", args=[row.pk]) if row else reverse("circular", args=[self.kwargs["pk"]])


class OfRepricing(ActionView):
    """An action on one re-pricing, which returns to its page."""

    abstract = True

    def row(self) -> Repricing:
        return get_object_or_404(Repricing.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("repricing", args=[self.kwargs["pk"]])


class ApproveRepricing(OfRepricing):
    permission = Permission.REPRICING_APPROVE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        repricing.approve(repricing=self.row(), by=request.user, at=timezone.now(), queue=reprice.delay)
        return "تأیید شد؛ ثبت تفاوت‌ها مرکز به مرکز انجام می‌شود."


class RetryRepricing(OfRepricing):
    permission = Permission.REPRICING_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        repricing.retry(repricing=self.row(), by=request.user, at=timezone.now(), queue=reprice.delay)
        return "کار دوباره در صف است؛ آنچه پیش‌تر ثبت شده می‌ماند و بقیه انجام می‌شود."


class DiscardRepricing(OfRepricing):
    permission = Permission.REPRICING_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        repricing.discard(repricing=self.row(), by=request.user, at=timezone.now())
        return "پیش‌نمایش کنار گذاشته شد."


class ReverseRepricing(OfRepricing):
    permission = Permission.REPRICING_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        self.reversal = repricing.ask_reversal(
            repricing=self.row(), by=request.user, at=timezone.now(), queue=reprice.delay
        )
        return "پیش‌نمایش برگشت در حال محاسبه است؛ برگشت هم تأیید همکار دیگری می‌خواهد."

    def get_success_url(self) -> str:
        found = getattr(self, "reversal", None)
        return reverse("repricing", args=[found.pk if found else self.kwargs["pk"]])
