"""What people do with claims: gather, check, freeze, send, give up, and note the insurer's receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.choices import ANSWERED, CutChoice, Deed, OmissionReason, Payer
from billing.claims.forms import CancelForm, GatherForm, ReceiptForm, SendForm
from billing.claims.models import Claim, ClaimLine
from billing.claims.reasons import titles
from billing.claims.services import correcting, gathering, long_work, resending, sending
from billing.claims.services.states import ClaimRefused
from billing.claims.views.lists import HOME
from billing.claims.views.of_claim import ClaimOfAddress
from billing.models import Balance
from billing.tasks import gather_claims, work_claim
from billing.views.batches import back
from core import display, jalali
from core.batches import Batch, answer, chosen
from core.errors import DomainError, InvalidInput
from core.filters import whole
from core.models import Job
from core.paging import Pages
from core.text import group_digits, persian_digits
from core.views import ActionView, Gate, ListPage, PageView
from insurers.models import Fund
from organisations.models import Centre, Region
from organisations.permissions import Permission

BATCH_LIMIT = 50
#: What is told of a claim whose work was left to a job.
BEGUN = "این مطالبه سطرهای بسیاری دارد؛ کار آغاز شد و همین صفحه پیشرفت آن را نشان می‌دهد."


def months_offered(centres: Iterable[int], on: dt.date) -> list[tuple[int, str]]:
    """Every month in which the centres have invoices, and this one and the one before it, the newest first."""
    billed = Balance.objects.filter(centre__in=centres).order_by().values_list("month", flat=True).distinct()
    keys = {*billed, *jalali.newest_months(jalali.month_key(on), 2)}
    return [(key, jalali.month_name(key)) for key in sorted(keys, reverse=True)]


class Gather(PageView):
    """What of a month is ready to be claimed, by centre, fund and payer; the chosen cells become claims."""

    permission = Permission.CLAIM_EDIT
    template_name = "billing/claims/gather.html"

    @cached_property
    def centres(self) -> Any:
        seen = Centre.objects.visible_to(self.request.user).select_related("region").by_code()
        return seen.narrowed(region=self.request.GET.get("region", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        centres = {centre.pk: centre for centre in self.centres}
        months = months_offered(centres, timezone.localdate())
        asked = whole(self.request.GET.get("month"))
        month = asked if asked in dict(months) else self._newest(months)
        with_sent = bool(self.request.GET.get("with_sent"))
        ready = gathering.ready(list(centres), month=month, payers=Payer, with_sent=with_sent)
        funds = Fund.objects.select_related("insurer").in_bulk({cell.fund_id for cell in ready})
        rows = [(cell, centres[cell.centre_id], funds[cell.fund_id]) for cell in ready]
        rows.sort(
            key=lambda row: (row[1].region.code, row[1].code, row[2].insurer.name, row[2].name, row[0].payer)
        )
        return super().get_context_data(
            month=month,
            months=months,
            with_sent=with_sent,
            regions=list(Region.objects.visible_to(self.request.user).by_code()),
            rows=rows,
            ready_count=sum(cell.ready for cell in ready),
            ready_asked=sum(cell.asked for cell in ready),
            waiting_count=sum(cell.waiting for cell in ready),
            supplements=self._supplements(centres, month),
            corrections=self._corrections(centres, month),
            breadcrumb=[HOME | {"url": reverse("claims")}, {"label": "گردآوری صورتحساب‌ها"}],
            **kwargs,
        )

    def _supplements(self, centres: dict[int, Centre], month: int) -> list[dict[str, Any]]:
        """What re-pricings added to invoices of the month that were sent, by centre, fund and payer."""
        found = [
            (payer, row)
            for payer in Payer
            for row in resending.waiting_supplements(list(centres), month=month, payer=payer)
        ]
        funds = Fund.objects.select_related("insurer").in_bulk({row[1] for _, row in found})
        return [
            {"centre": centres[centre], "fund": funds[fund], "payer": payer, "invoices": count, "asked": asked,
             "key": f"{centre}-{fund}-{payer.value}"}
            for payer, (centre, fund, count, asked) in found
        ]  # fmt: skip

    def _corrections(self, centres: dict[int, Centre], month: int) -> list[dict[str, Any]]:
        """What of the month changed after it was sent, by centre, fund and payer."""
        found = [
            cell
            for payer in Payer
            for cell in correcting.waiting_corrections(list(centres), month=month, payer=payer)
        ]
        funds = Fund.objects.select_related("insurer").in_bulk({cell.fund_id for cell in found})
        return [
            {"cell": cell, "centre": centres[cell.centre_id], "fund": funds[cell.fund_id]} for cell in found
        ]

    def _newest(self, months: list[tuple[int, str]]) -> int:
        """The newest month in which something stands reviewed, or the last one that is over."""
        return gathering.newest_ready(list(self.centres.values_list("pk", flat=True))) or months[1][0]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GatherForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, " ".join(form.sentences()))
            return HttpResponseRedirect(request.get_full_path())
        sent = form.cleaned_data
        try:
            job = gathering.begin(
                form.chosen(), month=sent["month"], with_sent=sent["with_sent"], by=request.user,
                at=timezone.now(), queue=gather_claims.delay,
            )  # fmt: skip
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, "گردآوری آغاز شد؛ هر مطالبه پس از بررسی در همین فهرست کامل می‌شود.")
        return HttpResponseRedirect(f"{reverse('claims')}?job={job.pk}")


class OfCell(ActionView):
    """A claim made of one cell of the page of gathering; leads to it."""

    abstract = True

    def make(self, **cell: Any) -> Claim:
        raise NotImplementedError

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        form = GatherForm(request.POST, user=request.user)
        if not form.is_valid() or len(cells := form.chosen()) != 1:
            raise InvalidInput("یک ردیف را از همین صفحه برگزینید.")
        self.made = self.make(
            centre=cells[0].centre, fund=cells[0].fund, payer=cells[0].payer, month=form.cleaned_data["month"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        return "مطالبه آماده شد؛ پس از نهایی‌شدن، همکار دیگری آن را می‌فرستد."

    def get_success_url(self) -> str:
        made = getattr(self, "made", None)
        return made.get_absolute_url() if made else reverse("claim_gather")


class Supplement(OfCell):
    """A supplementary claim for what re-pricings added to one cell."""

    permission = Permission.CLAIM_EDIT

    def make(self, **cell: Any) -> Claim:
        return resending.supplement(**cell)


class Correction(OfCell):
    """A claim for the difference of what changed after it was sent."""

    permission = Permission.CLAIM_EDIT

    def make(self, **cell: Any) -> Claim:
        return correcting.correct(**cell)


class CellPage(PageView):
    """A page about one cell of the page of gathering: `?month=` and `?cells=`."""

    abstract = True

    @cached_property
    def cell(self) -> gathering.Cell:
        asked = self.request.POST or self.request.GET
        form = GatherForm(asked, user=self.request.user)
        if not form.is_valid() or len(cells := form.chosen()) != 1:
            raise Http404
        self.month, self.with_sent = form.cleaned_data["month"], form.cleaned_data["with_sent"]
        return cells[0]

    def trail(self, label: str) -> list[dict[str, str]]:
        """The way back to the month on the page of gathering."""
        gather = f"{reverse('claim_gather')}?month={self.month}"
        return [
            HOME | {"url": reverse("claims")},
            {"label": "گردآوری صورتحساب‌ها", "url": gather},
            {"label": label},
        ]


class LeftOut(CellPage):
    """Invoices of one cell that are not ready to be claimed, by the reason that keeps each."""

    permission = Permission.CLAIM_EDIT
    template_name = "billing/claims/left_out.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cell = self.cell
        found = gathering.left_out(cell, month=self.month, with_sent=self.with_sent)
        reasons: dict[OmissionReason, list[int]] = {}
        for *_, share, reason in found:
            reasons.setdefault(reason, []).append(share)
        return super().get_context_data(
            cell=cell,
            month_name=jalali.month_name(self.month),
            reasons=[(reason.label, len(shares), sum(shares)) for reason, shares in reasons.items()],
            page=Pages(found, 100).get_page(self.request.GET.get("page")),
            breadcrumb=self.trail("هنوز آماده نیست"),
            **kwargs,
        )


class CorrectionOfCut(CellPage):
    """Corrected invoices of one cell that the insurer had cut: what each choice asks, and the claim of the chosen."""

    permission = Permission.CLAIM_EDIT
    template_name = "billing/claims/correction.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cell = self.cell
        rows = correcting.cut_invoices(
            centre=cell.centre, fund=cell.fund, payer=cell.payer, month=self.month, by=self.request.user,
            at=timezone.now(),
        )  # fmt: skip
        return super().get_context_data(
            cell=cell,
            key=self.key,
            month=self.month,
            month_name=jalali.month_name(self.month),
            rows=[(row, self._options(row)) for row in rows],
            any_ready=any(row.is_ready for row in rows),
            breadcrumb=self.trail("مابه‌التفاوت کسرشده‌ها"),
            **kwargs,
        )

    @staticmethod
    def _options(row: correcting.CutInvoice) -> list[tuple[str, str]]:
        asked = {CutChoice.STAYS: row.stays, CutChoice.SAME: row.same}
        return [
            (c.value, c.label if amount is None else f"{c.label}؛ خواسته {display.exact(amount)}")
            for c, amount in asked.items()
        ]

    @property
    def key(self) -> str:
        return f"{self.cell.centre.pk}-{self.cell.fund.pk}-{self.cell.payer.value}"

    def post(self, request: HttpRequest) -> HttpResponse:
        cell = self.cell
        choices = {
            pk: CutChoice(value)
            for name, value in request.POST.items()
            if name.startswith("choice-") and value in CutChoice.values
            and (pk := whole(name.removeprefix("choice-"))) is not None
        }  # fmt: skip
        try:
            if not choices:
                raise InvalidInput("برای دست‌کم یک صورتحساب بگویید با کسر آن چه شود.")
            made = correcting.correct(
                centre=cell.centre, fund=cell.fund, payer=cell.payer, month=self.month, by=request.user,
                at=timezone.now(), choices=choices,
            )  # fmt: skip
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(f"{request.path}?month={self.month}&cells={self.key}")
        messages.success(request, "مطالبه آماده شد؛ پس از نهایی‌شدن، همکار دیگری آن را می‌فرستد.")
        return HttpResponseRedirect(made.get_absolute_url())


class OfClaim(ActionView):
    """An action on one claim that the user sees; leads back to its page."""

    abstract = True

    @cached_property
    def claim(self) -> Claim:
        return get_object_or_404(Claim.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return reverse("claim", args=[self.kwargs["pk"]])


class Regather(OfClaim):
    permission = Permission.CLAIM_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        found = gathering.gather_and_check(claim=self.claim, by=request.user, at=timezone.now())
        return f"{group_digits(found.invoices_count)} صورتحساب گردآوری و بررسی شد."


class Freeze(OfClaim):
    permission = Permission.CLAIM_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        found = long_work.ask(
            claim=self.claim, deed=Deed.FREEZE, by=request.user, at=timezone.now(), queue=work_claim.delay
        )
        if isinstance(found, Claim):
            return f"نهایی شد با شمارهٔ {found.number}؛ ارسال آن با همکار دیگری است."
        return BEGUN


class Send(OfClaim):
    permission = Permission.CLAIM_SEND

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim, said = self.claim, SendForm(request.POST).sent()
        sending.send(claim=claim, by=request.user, at=timezone.now(), letter_no=said["letter_no"])
        return "فرستاده شد؛ بیمه‌گر اکنون آن را می‌بیند."


class Cancel(OfClaim):
    permission = Permission.CLAIM_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim, said = self.claim, CancelForm(request.POST).sent()
        sending.cancel(claim=claim, reason=said["reason"], by=request.user, at=timezone.now())
        return "لغو شد؛ صورتحساب‌هایش دوباره گردآوری می‌شوند."


class Acknowledge(OfClaim):
    """The insurer's receipt: given by the insurer itself, or noted by the hospital from paper."""

    permission = Permission.CLAIM_ACKNOWLEDGE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim, said = self.claim, ReceiptForm(request.POST).sent()
        sending.acknowledge(claim=claim, receipt_no=said["receipt_no"], by=request.user, at=timezone.now())
        return "رسید ثبت شد. رسید به معنای تأیید مبلغ نیست."


class Resubmit(ClaimOfAddress, ListPage):
    """Ask once more for what was cut, in a claim of its own: chosen lines, those of one reason, or all."""

    permission = Permission.CLAIM_EDIT
    template_name = "billing/claims/resubmit.html"
    context_object_name = "lines"
    paginate_by = 100

    @cached_property
    def open_lines(self) -> Any:
        if self.claim.state not in ANSWERED:
            return ClaimLine.objects.none()
        return ClaimLine.objects.of_claim(self.claim).to_ask_again()

    def get_queryset(self) -> Any:
        found = self.open_lines
        if reason := self.request.GET.get("reason"):
            found = found.filter(reason=reason)
        return found.for_page()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, cut = self.claim, Sum(F("asked") - F("approved"))
        names = titles()
        by_reason = self.open_lines.order_by("reason").values("reason").annotate(count=Count("pk"), cut=cut)
        return super().get_context_data(
            claim=claim,
            reasons=[
                (row["reason"], names.get(row["reason"], row["reason"]), row["count"]) for row in by_reason
            ],
            sums=self.get_queryset().order_by().aggregate(count=Count("pk"), cut=cut),
            breadcrumb=[
                HOME | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
                {"label": "ارسال دوباره"},
            ],
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        claim = self.claim
        try:
            if request.POST.get("everything"):
                lines = list(self.get_queryset().order_by("pk").values_list("pk", flat=True))
            else:
                lines = chosen(request.POST.getlist("lines"), thing="سطر", limit=self.paginate_by)
            if not lines:
                raise InvalidInput("دست‌کم یک سطر برگزینید.")
            made = resending.resubmit(claim=claim, lines=lines, by=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        messages.success(
            request, "مطالبهٔ تازه تنها سطرهای برگزیده را دارد؛ پس از نهایی‌شدن، همکار دیگری آن را می‌فرستد."
        )
        return HttpResponseRedirect(made.get_absolute_url())


class Many(Gate, generic.View):
    """Freeze or send the chosen claims, each for itself; what did not go is listed with its reason."""

    abstract = True
    http_method_names = ["post"]
    done = ""

    def act(self, claim: Claim) -> object:
        raise NotImplementedError

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            keys = chosen(request.POST.getlist("claims"), thing="مطالبه", limit=BATCH_LIMIT)
        except InvalidInput as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(_back(request))
        claims = Claim.objects.visible_to(request.user).for_list().filter(pk__in=keys).order_by("pk")
        batch = Batch(
            thing="مطالبه", done=self.done, back_url=_back(request),
            breadcrumb=[HOME | {"url": reverse("claims")}],
            url_of=lambda outcome: reverse("claim", args=[outcome.key]),
        )  # fmt: skip
        return answer(request, sending.each(claims, self.act), batch)


class FreezeMany(Many):
    permission = Permission.CLAIM_EDIT
    done = "نهایی"

    def act(self, claim: Claim) -> object:
        found = long_work.ask(
            claim=claim, deed=Deed.FREEZE, by=self.request.user, at=timezone.now(), queue=work_claim.delay
        )
        if isinstance(found, Job):
            # Not frozen yet: it stands among those that are looked at again.
            raise ClaimRefused("سطرهای بسیاری دارد؛ نهایی‌کردن آن آغاز شد و صفحهٔ مطالبه پیشرفت را نشان می‌دهد.")
        return found


class SendMany(Many):
    permission = Permission.CLAIM_SEND
    done = "ارسال"

    def act(self, claim: Claim) -> object:
        return sending.send(claim=claim, by=self.request.user, at=timezone.now())


def _back(request: HttpRequest) -> str:
    return back(request) if request.POST.get("next") else reverse("claims")
