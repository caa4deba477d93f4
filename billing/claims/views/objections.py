"""Objections to what insurers cut: the list, filing one from a claim, one with its answers, and papers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, QuerySet, Sum, When
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.attachments import Attachment
from billing.claims.choices import OPEN_TO_OBJECTION, StepChannel
from billing.claims.filters import ObjectionFilter
from billing.claims.forms import AnswerForm, AttachmentForm, NoteForm, ObjectionForm
from billing.claims.models import Claim, ClaimInvoice, ClaimLine
from billing.claims.objections.choices import AnswerState, ObjectionState
from billing.claims.objections.models import Objection, ObjectionAnswer, ObjectionLine
from billing.claims.services import attaching, objecting
from billing.claims.services.adjudication import insurer_of
from billing.claims.views.lists import HOME as CLAIMS
from billing.claims.views.of_claim import ClaimOfAddress
from core.errors import DomainError
from core.export import LIMIT, Column, xlsx_response
from core.filters import misread, whole
from core.paging import Pages
from core.text import group_digits, persian_digits
from core.uploads import download
from core.views import ActionView, DetailPage, Gate, ListPage
from organisations.permissions import Permission

HOME = {"label": "اعتراض‌ها"}
#: Cut lines on one page of the form, and lines that one answer on paper is typed for.
SHOWN = 100
DUE_SHOWN = 20
EXPORTED = (
    Column("اعتراض", str, 26),
    Column("وضعیت", lambda o: o.get_state_display()),
    Column("مرکز", lambda o: o.claim.centre.name, 28),
    Column("بیمه‌گر", lambda o: o.claim.insurer.name, 24),
    Column("سطر", "lines_count"),
    Column("خواسته (ریال)", "asked", 22),
    Column("پاسخ‌گرفته", "answered", 22),
    Column("پذیرفته", "accepted", 22),
    Column("مهلت", "due_on"),
    Column("ارسال", "sent_at"),
)


class Objections(ListPage):
    """Objections of the user's scope; for a hospital also the claims that may still be objected to."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/objections.html"
    context_object_name = "objections"

    @cached_property
    def filter(self) -> ObjectionFilter:
        seen = Objection.objects.visible_to(self.request.user).for_list()
        return ObjectionFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[Objection]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return xlsx_response(self.get_queryset()[:LIMIT], EXPORTED, title="اعتراض‌ها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sums = self.filter.qs.order_by().aggregate(
            asked=Sum("asked"), answered=Sum("answered"), accepted=Sum("accepted")
        )
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            sums={name: value or 0 for name, value in sums.items()},
            states=ObjectionState.choices,
            is_insurer=insurer_of(self.request.user) is not None,
            due=self._due(),
            today=timezone.localdate(),
            breadcrumb=[HOME],
            **kwargs,
        )

    def _due(self) -> list[tuple[Claim, int]]:
        """Claims with a cut that nobody objects to yet, the nearest deadline first, each with the days left."""
        if not self.request.user.may(Permission.CLAIM_EDIT):
            return []
        on = timezone.localdate()
        cut = ClaimInvoice.objects.open_to_objection(on=on).values("claim_id")
        found = Claim.objects.visible_to(self.request.user).for_list().filter(pk__in=cut)
        rows = found.order_by("objection_due_on", "pk")[:DUE_SHOWN]
        return [(claim, (claim.objection_due_on - on).days) for claim in rows]


class ObjectionNew(ClaimOfAddress, Gate, generic.FormView):
    """File an objection from a claim's page: the cut lines that nobody objects to yet."""

    permission = Permission.CLAIM_EDIT
    template_name = "billing/claims/objection_form.html"
    form_class = ObjectionForm

    #: The draft that is written anew.
    draft: Objection | None = None

    @cached_property
    def open_lines(self) -> Any:
        return objecting.lines_open(self.claim).for_page().order_by("invoice_id", "line_no")

    @cached_property
    def lines(self) -> Any:
        found = self.open_lines
        if invoice := whole(self.request.GET.get("invoice")):
            found = found.filter(invoice_id=invoice)
        return Pages(found, SHOWN).get_page(self.request.GET.get("page"))

    def get_form_kwargs(self) -> dict[str, Any]:
        lines = self.lines.object_list
        if self.request.method == "POST":
            # Those of the page that was seen: another line may stand on it by now.
            names = [name for name in self.request.POST if name.startswith(("take-", "amount-"))][: 2 * SHOWN]
            lines = self.open_lines.filter(pk__in={whole(name.partition("-")[2]) for name in names} - {None})
        return super().get_form_kwargs() | {"lines": lines}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            made = self.keep(text=form.cleaned_data["text"], against=form.chosen())
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_invalid(form)
        return HttpResponseRedirect(made.get_absolute_url())

    def keep(self, **said: Any) -> Objection:
        return objecting.begin(claim=self.claim, **said, by=self.request.user, at=timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim = self.claim
        context = super().get_context_data(
            claim=claim,
            draft=self.draft,
            # A refused form says again what it was written upon.
            version=self.request.POST.get("version", self.draft.version if self.draft else ""),
            cancel_url=(self.draft or claim).get_absolute_url(),
            lines=self.lines,
            is_open=claim.state in OPEN_TO_OBJECTION,
            is_late=_is_late(claim.objection_due_on),
            breadcrumb=[
                CLAIMS | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
                {"label": persian_digits(self.draft) if self.draft else "اعتراض تازه"},
            ],
            **kwargs,
        )
        return context | {"rows": context["form"].rows()}


class ObjectionEdit(ObjectionNew):
    """Write a draft anew: its own lines first, then the cuts that nobody objects to yet."""

    permission = Permission.CLAIM_EDIT

    @cached_property
    def draft(self) -> Objection:  # type: ignore[override]
        seen = Objection.objects.visible_to(self.request.user).filter(state=ObjectionState.DRAFT)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @cached_property
    def claim(self) -> Claim:
        return Claim.objects.for_list().get(pk=self.draft.claim_id)

    @cached_property
    def standing(self) -> dict[int, ObjectionLine]:
        return {one.line_id: one for one in self.draft.lines.all()}

    @cached_property
    def open_lines(self) -> Any:
        cut = ClaimLine.objects.filter(
            Q(pk__in=list(self.standing)) | Q(pk__in=super().open_lines.values("pk"))
        )
        own = Case(When(pk__in=list(self.standing), then=0), default=1)
        return cut.filter(claim=self.claim).for_page().order_by(own, "invoice_id", "line_no")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"standing": self.standing, "initial": {"text": self.draft.text}}

    def keep(self, **said: Any) -> Objection:
        seen = whole(self.request.POST.get("version"))
        said["seen"] = -1 if seen is None else seen
        return objecting.revise(objection=self.draft, **said, by=self.request.user, at=timezone.now())


def _is_late(due_on: dt.date | None) -> bool:
    return due_on is not None and due_on < timezone.localdate()


class ObjectionPage(DetailPage):
    """One objection: what is asked back and why, what the insurer said, its papers and every step."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/objection.html"
    context_object_name = "objection"
    queryset = Objection.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        inside = insurer_of(user) is None
        lines = row.lines.select_related("line__service", "invoice").order_by(
            "invoice_id", "line__line_no", "pk"
        )
        moves = self._moves(inside)
        waiting = lines.filter(accepted=None)[:SHOWN] if moves["type"] or moves["answer"] else []
        answer = AnswerForm(lines=waiting)
        return super().get_context_data(
            lines=Pages(lines, SHOWN).get_page(self.request.GET.get("page")),
            inside=inside,
            moves=moves,
            note=NoteForm(),
            answer=answer,
            answer_rows=answer.rows(),
            attach=AttachmentForm(),
            papers=list(Attachment.objects.of_claim(row.claim, user).filter(objection=row)),
            typed=self._typed() if inside else None,
            answers=list(row.answers.exclude(state=AnswerState.TYPED).select_related("decided_by").order_by("-pk")),
            steps=[(step, self._who(step, inside)) for step in self._steps()],
            is_late=_is_late(row.due_on),
            today=timezone.localdate(),
            breadcrumb=[HOME | {"url": reverse("objections")}, {"label": persian_digits(row)}],
            **kwargs,
        )  # fmt: skip

    def _steps(self) -> Any:
        return self.object.steps.select_related("by__membership").order_by("-pk")

    def _moves(self, inside: bool) -> dict[str, Any]:
        """What the user may do with it as it stands; the services have the last word."""
        row, user = self.object, self.request.user
        edits = inside and user.may(Permission.CLAIM_EDIT)
        sends = inside and user.may(Permission.CLAIM_SEND)
        is_own = row.created_by_id == user.pk
        reviewed, is_sent = row.state == ObjectionState.REVIEW, row.state == ObjectionState.SENT
        has_typed = row.answers.filter(state=AnswerState.TYPED).exists()
        return {
            "submit": edits and row.state == ObjectionState.DRAFT,
            "edit": edits and row.state == ObjectionState.DRAFT and is_own,
            "send": sends and reviewed and not is_own,
            "waits_for_another": sends and reviewed and is_own,
            "withdraw": edits and row.state in (ObjectionState.DRAFT, ObjectionState.REVIEW, ObjectionState.SENT)
            and not row.answered and not has_typed,
            "attach": (edits and row.state in (ObjectionState.DRAFT, ObjectionState.REVIEW))
            or (not inside and user.may(Permission.CLAIM_ADJUDICATE) and is_sent),
            "type": inside and user.may(Permission.OBJECTION_TYPE) and is_sent and not has_typed,
            "answer": not inside and user.may(Permission.CLAIM_ADJUDICATE) and is_sent,
            "decide": inside and user.may(Permission.OBJECTION_TYPE) and has_typed,
        }  # fmt: skip

    def _typed(self) -> dict[str, Any] | None:
        """The answer on paper that waits for a second person."""
        reply = self.object.answers.filter(state=AnswerState.TYPED).first()
        if reply is None:
            return None
        lines = list(reply.lines.select_related("line__line"))
        return {
            "reply": reply,
            "lines": lines,
            "accepted": sum(one.accepted for one in lines),
            "asked": sum(one.line.asked for one in lines),
            "is_own": reply.by_id == self.request.user.pk,
        }

    def _who(self, step: Any, inside: bool) -> str:
        """Names of the hospital's people are not told to the insurer, nor the other way round."""
        membership = getattr(step.by, "membership", None)
        if (membership and membership.insurer_id) or step.channel == StepChannel.API:
            return self.object.claim.insurer.name
        return str(step.by or step.by_name) if inside else "مرکز درمانی"


class OfObjection(ActionView):
    """An action on one objection that the user sees; leads back to its page."""

    abstract = True

    @cached_property
    def objection(self) -> Objection:
        seen = Objection.objects.visible_to(self.request.user).select_related("claim")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def answer_form(self, request: HttpRequest) -> AnswerForm:
        waiting = self.objection.lines.filter(accepted=None).select_related("line")
        shown = [line for line in waiting if f"accepted-{line.line_id}" in request.POST]
        return AnswerForm(request.POST, lines=shown)

    def get_success_url(self) -> str:
        return reverse("objection", args=[self.kwargs["pk"]])


class Submit(OfObjection):
    permission = Permission.CLAIM_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        objecting.submit(objection=self.objection, by=request.user, at=timezone.now())
        return "به بازبینی سپرده شد؛ همکار دیگری آن را می‌فرستد."


class GiveBack(OfObjection):
    permission = Permission.CLAIM_SEND

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, said = self.objection, NoteForm(request.POST).sent()
        objecting.give_back(objection=row, note=said["note"], by=request.user, at=timezone.now())
        return "به نویسنده‌اش برگشت."


class Send(OfObjection):
    permission = Permission.CLAIM_SEND

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        objecting.send(objection=self.objection, by=request.user, at=timezone.now())
        return "فرستاده شد؛ بیمه‌گر اکنون آن را می‌بیند."


class Withdraw(OfObjection):
    permission = Permission.CLAIM_EDIT

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, said = self.objection, NoteForm(request.POST).sent()
        objecting.withdraw(objection=row, note=said["note"], by=request.user, at=timezone.now())
        return "پس گرفته شد؛ سطرهایش دوباره اعتراض یا ارسال می‌شوند."


class AnswerIt(OfObjection):
    """The insurer's own answer on the page."""

    permission = Permission.CLAIM_ADJUDICATE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, form = self.objection, self.answer_form(request)
        form.fields["letter_no"].required = False
        said = form.sent()
        done = objecting.answer(
            objection=row, replies=form.replies(), note=said["note"], by=request.user, at=timezone.now(),
            channel=StepChannel.PAGE,
        )  # fmt: skip
        return f"پاسخ ثبت شد؛ در این اعتراض روی هم {group_digits(done.accepted)} ریال پذیرفته‌اید."


class TypeAnswer(OfObjection):
    """The insurer's answer on paper, typed at headquarters."""

    permission = Permission.OBJECTION_TYPE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row, form = self.objection, self.answer_form(request)
        said = form.sent()
        objecting.type_answer(
            objection=row, replies=form.replies(), letter_no=said["letter_no"], note=said["note"], by=request.user,
            at=timezone.now(),
        )  # fmt: skip
        return "پاسخ ثبت شد؛ پس از تأیید همکار دیگری به حساب می‌آید."


class Decide(OfObjection):
    abstract = True

    @property
    def reply(self) -> ObjectionAnswer:
        return get_object_or_404(self.objection.answers, pk=self.kwargs["reply"])


class ConfirmAnswer(Decide):
    permission = Permission.OBJECTION_TYPE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        objecting.confirm_answer(reply=self.reply, by=request.user, at=timezone.now())
        return "پاسخ تأیید شد و مبلغ تأییدشدهٔ سطرها تغییر کرد."


class DropAnswer(Decide):
    permission = Permission.OBJECTION_TYPE

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        objecting.drop_answer(reply=self.reply, by=request.user, at=timezone.now())
        return "پاسخ کنار گذاشته شد؛ می‌توانید آن را دوباره ثبت کنید."


class AttachToObjection(OfObjection):
    """A paper of an objection, from either side."""

    permission = Permission.CLAIM_VIEW

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        row = self.objection
        _attach(request, self, claim=row.claim, objection=row)
        return "فایل پیوست شد."


class Attach(ActionView):
    """A paper of a claim, from either side."""

    permission = Permission.CLAIM_VIEW

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        claim = get_object_or_404(Claim.objects.visible_to(request.user), pk=self.kwargs["pk"])
        _attach(request, self, claim=claim, objection=None)
        return "فایل پیوست شد."

    def get_success_url(self) -> str:
        return reverse("claim", args=[self.kwargs["pk"]])


def _attach(request: Any, view: Any, *, claim: Claim, objection: Objection | None) -> None:
    """Keep the paper of the form; who only reads the claim sends none."""
    if not (request.user.may(Permission.CLAIM_EDIT) or request.user.may(Permission.CLAIM_ADJUDICATE)):
        raise PermissionDenied
    upload = AttachmentForm(request.POST, request.FILES).sent()["file"]
    attaching.attach(
        claim=claim, objection=objection, upload=upload, name=upload.name, by=request.user, at=timezone.now()
    )


class AttachmentPage(Gate, generic.View):
    """The paper as it was sent, always as a download."""

    permission = Permission.CLAIM_VIEW

    def get(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        claim = get_object_or_404(Claim.objects.visible_to(request.user), pk=pk)
        row = get_object_or_404(Attachment.objects.of_claim(claim, request.user), pk=file)
        return download(row.file, row.name)
