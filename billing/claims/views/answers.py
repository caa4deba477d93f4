"""The insurer's expert answers a claim on the page, by the services that its system calls over the interface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.choices import ANSWERING, UNDECIDED, ClaimLineStatus, ClaimState, Deed
from billing.claims.filters import LineFilter
from billing.claims.forms import (
    AnswerNoteForm,
    ChosenAnswerForm,
    LineAnswerForm,
    ReceiptForm,
    RefuseForm,
    TypedAnswers,
    reasons_offered,
)
from billing.claims.models import Adjudication, Claim, ClaimLine, LineCut, LineDecision
from billing.claims.reasons import titles
from billing.claims.services import adjudication, long_work
from billing.claims.services.adjudication import Cut, Decision, Mistaken
from billing.claims.views.lists import HOME, told_by
from billing.claims.views.moves import BEGUN, OfClaim
from billing.claims.views.of_claim import ClaimOfAddress
from billing.tasks import work_claim
from core.batches import Batch, answer, chosen
from core.errors import DomainError, InvalidInput
from core.filters import misread, whole
from core.money import share_of
from core.text import group_digits, persian_digits
from core.views import DetailPage, ListPage
from organisations.permissions import Permission

EVERY = "all"
SET_ASIDE = ClaimLineStatus.UNKNOWN_CODE
_IS_UNDECIDED = Q(status__in=UNDECIDED)
APPROVE, CUT_PART, UNKNOWN = "approve", "cut", "unknown"
DONE = {APPROVE: "تأیید", CUT_PART: "کسر", UNKNOWN: "برای کد ناشناخته کنار گذاشته"}


def newest_answers(lines: Iterable[ClaimLine]) -> dict[int, LineDecision]:
    """The last answer to each line, by the line's key."""
    found = LineDecision.objects.filter(line_id__in=[line.pk for line in lines])
    found = found.select_related("adjudication__by").order_by("adjudication_id")
    return {decision.line_id: decision for decision in found}


class Answering(ClaimOfAddress, ListPage):
    """Lines of a claim with a place beside each for its answer; those without one, if nothing else is asked for."""

    permission = Permission.CLAIM_ADJUDICATE
    template_name = "billing/claims/answer.html"
    context_object_name = "lines"
    paginate_by = 50

    @cached_property
    def filter(self) -> LineFilter:
        said = self.request.GET.copy()
        said.setdefault("status", str(int(ClaimLineStatus.WAITING)))
        if said["status"] == EVERY:
            said["status"] = ""
        lines = ClaimLine.objects.of_claim(self.claim).exclude(status=ClaimLineStatus.NOTHING)
        return LineFilter(said, queryset=lines.for_page(), request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, typed = self.claim, kwargs.pop("typed", None) or TypedAnswers({}, lines=[])
        undecided = ClaimLine.objects.filter(claim=claim, status__in=UNDECIDED)
        set_aside = undecided.filter(status=SET_ASIDE).count()
        silent = undecided.exclude(status=SET_ASIDE).aggregate(count=Count("pk"), asked=Sum("asked"))
        context = super().get_context_data(
            claim=claim,
            filter=self.filter,
            misread=misread(self.filter.form),
            every=EVERY,
            status=self.filter.data["status"] or EVERY,
            statuses=[
                (str(value), label)
                for value, label in ClaimLineStatus.choices
                if value != ClaimLineStatus.NOTHING
            ],
            is_open=claim.state in ANSWERING,
            receipt=ReceiptForm() if claim.state == ClaimState.SENT else None,
            sums=self.get_queryset()
            .order_by()
            .aggregate(count=Count("pk"), undecided=Count("pk", filter=_IS_UNDECIDED), asked=Sum("asked")),
            left=silent["count"] + set_aside,
            silent=silent,
            set_aside=set_aside,
            aside_url=f"?status={int(SET_ASIDE)}",
            is_untouched=not claim.has_answer,
            reasons=reasons_offered(),
            rest=AnswerNoteForm(auto_id="rest-%s"),
            refusal=RefuseForm(auto_id="refusal-%s"),
            breadcrumb=[
                HOME | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
                {"label": "پاسخ به سطرها"},
            ],
            **kwargs,
        )
        rows = typed.laid_out(context["page_obj"])
        answers = newest_answers(row.line for row in rows)
        return context | {
            "rows": [(row, self._by(answers.get(row.line.pk))) for row in rows],
            "has_faults": not typed.is_right,
        }

    def _by(self, decision: LineDecision | None) -> dict[str, Any] | None:
        if decision is None:
            return None
        said = decision.adjudication
        return {"who": told_by(said, self.claim, self.request.user), "at": said.at}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if (said := request.POST.get("do", "")) in DONE:
            return self._answer_chosen(said)
        return self._answer_typed()

    def _answer_typed(self) -> HttpResponse:
        """What was typed beside the lines, taken as one answer or not at all; faults stand beside their lines."""
        request, typed = self.request, self._typed()
        if typed.is_right:
            try:
                if not typed.decisions:
                    raise InvalidInput("کنار هیچ سطری مبلغی ننوشته‌اید؛ کسر صفر یعنی تأیید کامل.")
                done = adjudication.adjudicate(
                    claim=self.claim, decisions=typed.decisions, by=request.user, at=timezone.now()
                )
            except Mistaken as refusal:
                typed.blame(refusal.extra["errors"])  # type: ignore[arg-type]
            except DomainError as refusal:
                messages.error(request, refusal.sentence)
                return HttpResponseRedirect(request.get_full_path())
            else:
                messages.success(request, self._told(done))
                return HttpResponseRedirect(request.get_full_path())
        return self._again(typed)

    def _typed(self) -> TypedAnswers:
        """What was typed beside the lines of the page that was sent."""
        sent = {name.partition("-")[2] for name in self.request.POST if name.startswith("cut-")}
        keys = chosen(sorted(sent), thing="سطر", limit=self.paginate_by)
        lines = ClaimLine.objects.of_claim(self.claim).for_page().filter(pk__in=keys)
        return TypedAnswers(self.request.POST, lines=lines)

    def _again(self, typed: TypedAnswers) -> HttpResponse:
        """The page as it was sent: what is typed, ticked and said in it stays."""
        self.object_list = self.get_queryset()
        said = self.request.POST
        ticked = {whole(key) for key in said.getlist("lines")}
        return self.render_to_response(
            self.get_context_data(typed=typed, said=said, ticked=ticked), status=422
        )

    @staticmethod
    def _told(done: Adjudication) -> str:
        cut = f" {group_digits(done.cut)} ریال کسر شد." if done.cut else ""
        return f"{group_digits(done.lines)} سطر پاسخ گرفت.{cut}"

    def _answer_chosen(self, said: str) -> HttpResponse:
        """One thing said of many lines, each for itself; what did not go is listed with its reason."""
        request, here, typed = self.request, self.request.get_full_path(), self._typed()
        try:
            if typed.is_any:
                raise InvalidInput("نخست کسرهای نوشته‌شده را ثبت کنید یا آن‌ها را پاک کنید.")
            sent = ChosenAnswerForm(request.POST).sent()
            decisions = [self._decision(line, said, sent) for line in self._chosen_lines()]
        except InvalidInput as refusal:
            messages.error(request, refusal.sentence)
            return self._again(typed)
        outcomes = []
        try:
            if decisions:
                outcomes = adjudication.adjudicate_each(
                    claim=self.claim, decisions=decisions, by=request.user, at=timezone.now()
                )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(here)
        claim = self.claim
        batch = Batch(
            thing="سطر", done=DONE[said], back_url=here,
            breadcrumb=[
                HOME | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
            ],
            url_of=lambda outcome: reverse("claim_line", args=[claim.pk, outcome.key]),
        )  # fmt: skip
        return answer(request, outcomes, batch)

    def _chosen_lines(self) -> list[ClaimLine]:
        if self.request.POST.get("everything"):
            found = self.get_queryset().filter(_IS_UNDECIDED).select_related(None)
            return list(found.only("pk", "asked", "line_no"))
        keys = chosen(self.request.POST.getlist("lines"), thing="سطر", limit=self.paginate_by)
        return list(ClaimLine.objects.of_claim(self.claim).filter(pk__in=keys).only("pk", "asked", "line_no"))

    @staticmethod
    def _decision(line: ClaimLine, said: str, sent: dict[str, Any]) -> Decision:
        if said == UNKNOWN:
            return Decision(line.pk, is_unknown_code=True)
        if said == APPROVE:
            return Decision(line.pk, line.asked)
        if not sent["reason"]:
            raise InvalidInput("علت کسر را برگزینید.")
        percent = sent["percent"]
        if percent is None:
            raise InvalidInput("درصد کسر را بنویسید؛ ۱۰۰ یعنی همهٔ خواستهٔ سطر.")
        if not percent:
            raise InvalidInput("درصد کسر بیش از صفر است؛ برای تأیید کامل دکمهٔ خودش را بزنید.")
        amount = share_of(max(line.asked, 0), percent)
        # Part of a rial cannot be cut; of a line so small the whole rial is.
        amount = max(amount, 1) if line.asked > 0 else amount
        return Decision(line.pk, line.asked - amount, (Cut(sent["reason"], amount, sent["note"]),))


class ApproveRest(OfClaim):
    """Approve in full every line that has no answer; what waits for its code goes on waiting."""

    permission = Permission.CLAIM_ADJUDICATE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim, said = self.claim, AnswerNoteForm(request.POST).sent()
        done = long_work.ask(
            claim=claim,
            deed=Deed.APPROVE_REST,
            said={"note": said["note"]},
            by=request.user,
            at=timezone.now(),
            queue=work_claim.delay,
        )
        if not isinstance(done, Adjudication):
            return BEGUN
        return f"{group_digits(done.lines)} سطر بی‌پاسخ به مبلغ {group_digits(done.approved)} ریال تأیید شد."


class Refuse(OfClaim):
    """Refuse the claim as a whole, before any of its lines has an answer."""

    permission = Permission.CLAIM_ADJUDICATE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim, said = self.claim, RefuseForm(request.POST).sent()
        done = long_work.ask(
            claim=claim,
            deed=Deed.REFUSE,
            said={"reason": said["reason"], "note": said["note"]},
            by=request.user,
            at=timezone.now(),
            queue=work_claim.delay,
        )
        if not isinstance(done, Claim):
            return BEGUN
        return "مطالبه رد شد؛ مرکز درمانی علت را می‌بیند و می‌تواند سطرها را دوباره بفرستد."


class LinePage(ClaimOfAddress, DetailPage):
    """One line of a claim: what is asked, every answer with its cuts, and a form of the next for its insurer."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/line.html"
    context_object_name = "line"

    def get_object(self, queryset: Any = None) -> ClaimLine:
        return get_object_or_404(ClaimLine.objects.of_claim(self.claim).for_page(), pk=self.kwargs["line"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, line = self.claim, self.object
        answers = self._answers(line)
        return super().get_context_data(
            claim=claim,
            answers=answers,
            form=kwargs.pop("form", None) or line_form(claim, line, self.request.user),
            is_revision=line.approved is not None,
            back=self._list(),
            breadcrumb=[
                HOME | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
                {"label": "سطرها", "url": reverse("claim_lines", args=[claim.pk])},
                {"label": persian_digits(f"سطر {line.line_no}")},
            ],
            **kwargs,
        )

    def _list(self) -> str:
        """The list that the user came from, with its page and filters; empty where that is not known."""
        said = self.request.POST.get("next", "") or self.request.GET.get("next", "")
        lists = {reverse(name, args=[self.claim.pk]) for name in ("claim_answer", "claim_lines")}
        return said if said.partition("?")[0] in lists else ""

    def _answers(self, line: ClaimLine) -> list[dict[str, Any]]:
        """Answers to the line, the newest first, each with its cuts."""
        cuts: dict[int, list[dict[str, Any]]] = {}
        for cut in LineCut.objects.filter(line=line).order_by("pk"):
            shown = {"reason": titles().get(cut.reason, cut.reason), "amount": cut.amount, "note": cut.note}
            cuts.setdefault(cut.adjudication_id, []).append(shown)
        said = LineDecision.objects.filter(line=line).select_related("adjudication__by")
        return [
            {
                "decision": one,
                "cuts": cuts.get(one.adjudication_id, []),
                "who": told_by(one.adjudication, self.claim, self.request.user),
            }
            for one in said.order_by("-adjudication_id")
        ]


def line_form(claim: Claim, line: ClaimLine, user: Any, sent: Any = None) -> LineAnswerForm | None:
    """The form of an answer to a line where the user may give one now: the first, or while the claim is in review one
    that takes back of its cuts.
    """
    is_open = claim.state in ANSWERING and line.approved is None
    may_raise = claim.state == ClaimState.IN_REVIEW and bool(line.cut)
    if not user.may(Permission.CLAIM_ADJUDICATE) or not (is_open or may_raise):
        return None
    last = LineCut.objects.filter(line=line).order_by("-adjudication_id", "pk")
    newest = [cut for cut in last if cut.adjudication_id == last[0].adjudication_id] if line.cut else []
    standing = [Cut(cut.reason, cut.amount, cut.note) for cut in newest]
    return LineAnswerForm(sent, line=line, standing=standing)


class LineAnswer(LinePage):
    """Answer one line, with as many cuts as it has reasons."""

    permission = Permission.CLAIM_ADJUDICATE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.object = line = self.get_object()
        form = line_form(self.claim, line, request.user, request.POST)
        if form is None:
            messages.error(request, "این سطر اکنون پاسخ تازه‌ای نمی‌گیرد؛ وضعیت مطالبه را ببینید.")
            return HttpResponseRedirect(self._with_list(line))
        if form.is_valid() and self._take(form):
            messages.success(request, "پاسخ سطر ثبت شد.")
            return HttpResponseRedirect(self._next(line))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _take(self, form: LineAnswerForm) -> bool:
        try:
            adjudication.adjudicate(
                claim=self.claim, decisions=[form.decision()], revises=form.line.approved is not None,
                by=self.request.user, at=timezone.now(),
            )  # fmt: skip
        except Mistaken as refusal:
            errors: Any = refusal.extra["errors"]
            form.add_error(None, errors[0]["detail"])
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return True
        return False

    def _next(self, line: ClaimLine) -> str:
        """The next line without an answer, in the order of the list; the list once there is none."""
        waiting = ClaimLine.objects.of_claim(self.claim).filter(status=ClaimLineStatus.WAITING)
        after = waiting.filter(invoice_id=line.invoice_id, line_no__gt=line.line_no).first()
        after = after or waiting.filter(invoice_id__gt=line.invoice_id).first() or waiting.first()
        if after and self.request.POST.get("do") == "next":
            return self._with_list(after)
        return self._list() or reverse("claim_answer", args=[self.claim.pk])

    def _with_list(self, line: ClaimLine) -> str:
        """The page of a line, from which the way back leads to the same list."""
        page, came_from = reverse("claim_line", args=[self.claim.pk, line.pk]), self._list()
        return f"{page}?{urlencode({'next': came_from})}" if came_from else page
