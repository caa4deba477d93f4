"""The list of claims, one claim with its invoices and lines, and what a batch of them became."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.attachments import Attachment
from billing.claims.choices import (
    ANSWERED,
    ANSWERING,
    OPEN_TO_OBJECTION,
    UNANSWERED,
    ClaimKind,
    ClaimLineStatus,
    ClaimState,
    OmissionReason,
    Payer,
    StepChannel,
)
from billing.claims.filters import LINE_STATUSES, OFF, WHAT, ClaimFilter, LineFilter
from billing.claims.forms import AttachmentForm, CancelForm, ReceiptForm, SendForm
from billing.claims.models import Adjudication, Claim, ClaimInvoice, ClaimLine, Omission
from billing.claims.objections.models import Objection
from billing.claims.reasons import reasons
from billing.claims.remittances.choices import RemittanceKind
from billing.claims.remittances.models import Allocation, Remittance
from billing.claims.services import long_work
from billing.claims.services.adjudication import insurer_of
from billing.claims.services.objecting import lines_open
from billing.claims.services.takeoff import agreed_for
from billing.claims.views.of_claim import ClaimOfAddress
from billing.models import InvoiceLine
from core.export import LIMIT, Column, file_notes, thousandths, xlsx_response
from core.filters import misread, whole
from core.jalali import month_name
from core.models import Job
from core.paging import Pages
from core.text import persian_digits
from core.views import DetailPage, ListPage, ProgressPage
from insurers.models import Contract, ContractTerms
from insurers.terms import clause_of
from organisations.permissions import Permission

OMITTED_SHOWN = 200
ANSWERS_SHOWN = 20
HOME = {"label": "مطالبه‌ها"}
EXPORTED = (
    Column("شماره", lambda c: str(c), 24),
    Column("وضعیت", lambda c: c.get_state_display()),
    Column("نوع", lambda c: c.get_kind_display()),
    Column("مرکز", lambda c: c.centre.name, 28),
    Column("بیمه‌گر", lambda c: c.insurer.name, 24),
    Column("صندوق", lambda c: c.fund.name, 24),
    Column("سهم", lambda c: c.get_payer_display()),
    Column("ماه", lambda c: month_name(c.month)),
    Column("ارسال", "sent_at"),
    Column("صورتحساب", "invoices_count"),
    Column("سطر", "lines_count"),
    Column("بیرون از تعهد", "excluded", 22),
    Column("بالاتر از سقف سالانه", "over_ceiling", 22),
    Column("تخفیف قرارداد", "discount", 22),
    Column("پیش‌تر کسرشده", "already_cut", 22),
    Column("خواسته (ریال)", "asked", 22),
    Column("رسیدگی‌شده", "answered", 22),
    Column("تأییدشده", "approved", 22),
    Column("کسر", "cut", 22),
    Column("پرداخت‌شده", "paid", 22),
)


def notes_of(claims: Any, *, source: str) -> list[str]:
    """What a file of claims (keys) says above its figures: made-up rates behind their invoices, and as of when."""
    invoices = ClaimInvoice.objects.filter(claim__in=claims).values("invoice")
    rates = InvoiceLine.objects.filter(invoice__in=invoices).synthetic().exists()
    return file_notes(as_of=timezone.now(), source=source, rates=rates)


def age_in_days(claim: Claim, on: dt.date) -> int | None:
    """Days since a claim that still has no full answer was sent."""
    if claim.sent_at is None or claim.state not in UNANSWERED:
        return None
    return (on - timezone.localdate(claim.sent_at)).days


def told_by(said: Adjudication, claim: Claim, user: Any) -> str:
    """Who answered, for a reader: experts' names are for their insurer and for who sees the whole organisation.

    By whose answer it was: a person who has another seat by now is told as then.
    """
    name = str(said.by or said.by_name or "سامانه")
    if insurer_of(user) is not None:
        return "ستاد، از روی نامه" if said.is_typed else name
    return name if said.is_typed or user.scope.whole_organisation_ids() else str(claim.insurer.name)


class Claims(ListPage):
    """Claims of the user's scope, with their state, age and amounts; for an insurer those delivered to it."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/list.html"
    context_object_name = "claims"

    @cached_property
    def filter(self) -> ClaimFilter:
        seen = Claim.objects.visible_to(self.request.user).for_list()
        return ClaimFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[Claim]:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            found = self.get_queryset()[:LIMIT]
            notes = notes_of(found.values("pk"), source="مطالبه‌ها")
            return xlsx_response(found, EXPORTED, title="مطالبه‌ها", notes=notes)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, on = self.request.user, timezone.localdate()
        context = super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            totals=self.filter.qs.totals(),
            states=ClaimState.choices,
            payers=Payer.choices,
            kinds=ClaimKind.choices,
            whats=WHAT,
            job=self._job(),
            is_insurer=bool(user.scope.membership.insurer_id),
            may_edit=user.may(Permission.CLAIM_EDIT),
            may_send=user.may(Permission.CLAIM_SEND),
            breadcrumb=[HOME],
            **kwargs,
        )
        return context | {
            "rows": [(claim, age_in_days(claim, on)) for claim in context["page_obj"]],
            "is_longer": context["paginator"].count > LIMIT,
            "export_limit": LIMIT,
        }

    def _job(self) -> Job | None:
        """The gathering that led here, while it goes on."""
        pk = whole(self.request.GET.get("job"))
        return Job.objects.visible_to(self.request.user).filter(pk=pk).first() if pk else None


class ClaimPage(DetailPage):
    """One claim: what it asks, what became of it, its invoices, what was left out, and every step."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/detail.html"
    context_object_name = "claim"
    queryset = Claim.objects.for_list().select_related("frozen_by", "previous", "job")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, user = self.object, self.request.user
        inside = not user.scope.membership.insurer_id
        rows = ClaimInvoice.objects.of_claim(claim)
        changed = rows.changed_since().count() if inside and claim.frozen_at else 0
        return super().get_context_data(
            invoices=Pages(rows.select_related("invoice"), 50).get_page(self.request.GET.get("page")),
            inside=inside,
            changed=changed,
            omitted=self._omitted() if inside else None,
            statuses=self._statuses(),
            agreements=self._agreements(),
            steps=[(step, self._who(step, inside)) for step in self._steps()],
            related=self._related(),
            payments=self._payments(),
            age=age_in_days(claim, timezone.localdate()),
            moves=self._moves(),
            work=long_work.shown(claim),
            work_url=reverse("claim_progress", args=[claim.pk]),
            objections=self._objections(),
            answers=self._answers(),
            answers_shown=ANSWERS_SHOWN,
            papers=list(Attachment.objects.of_claim(claim, user)),
            attach=AttachmentForm() if self._may_attach() else None,
            today=timezone.localdate(),
            breadcrumb=[HOME | {"url": reverse("claims")}, {"label": persian_digits(claim)}],
            **kwargs,
        )

    def _omitted(self) -> dict[str, Any]:
        """Why invoices of the period are not in the claim: counted by reason, and the first of them."""
        by_reason = (
            Omission.objects.filter(claim=self.object).values("reason")
            .annotate(count=Count("pk"), asked=Sum("asked")).order_by("reason")
        )  # fmt: skip
        rows = Omission.objects.filter(claim=self.object).order_by("reason", "number", "pk")
        return {
            "reasons": [(OmissionReason(r["reason"]).label, r["count"], r["asked"]) for r in by_reason],
            "rows": list(rows[:OMITTED_SHOWN]),
            "shown": OMITTED_SHOWN,
        }

    def _agreements(self) -> list[dict[str, Any]]:
        """Versions of contracts that take something off, with their clause; a way to those that the user sees.

        Of a claim that is not frozen those that will.
        """
        counts = self._taken_by() if self.object.frozen_at else self._will_be_taken_by()
        if not counts:
            return []
        seen = set(Contract.objects.visible_to(self.request.user).values_list("pk", flat=True))
        may = self.request.user.may(Permission.CONTRACT_VIEW)
        versions = (
            ContractTerms.objects.filter(pk__in=counts).select_related("contract").order_by("from_on", "pk")
        )
        return [
            {
                "clause": clause_of(one),
                "from_on": one.from_on,
                "count": counts[one.pk],
                "url": f"{one.get_absolute_url()}?version={one.number}"
                if may and one.contract_id in seen
                else "",
            }
            for one in versions
        ]

    def _taken_by(self) -> dict[int, int]:
        """How many invoices each version of a contract took something off."""
        if not self.object.taken_off:
            return {}
        rows = ClaimInvoice.objects.filter(claim=self.object).exclude(terms=None).contract_takes()
        return dict(rows.order_by().values_list("terms").annotate(Count("pk")))

    def _will_be_taken_by(self) -> dict[int, int]:
        """How many invoices stand under each version of a contract that takes something off when they are frozen."""
        if self.object.kind == ClaimKind.RESUBMISSION or self.object.state == ClaimState.CANCELLED:
            return {}
        counts: Counter[int] = Counter()
        by_day = dict(self.object.invoices.order_by().values_list("discharged_on").annotate(Count("pk")))
        for day, agreed in agreed_for(self.object).items():
            if agreed.takes_off:
                counts[agreed.version_id] += by_day[day]
        return counts

    def _statuses(self) -> list[dict[str, Any]]:
        """Lines by what the insurer said of them, each with the address of its lines."""
        found = (
            ClaimLine.objects.filter(claim=self.object).values("status")
            .annotate(count=Count("pk"), asked=Sum("asked"), approved=Sum("approved")).order_by("status")
        )  # fmt: skip
        url = reverse("claim_lines", args=[self.object.pk])
        return [
            row
            | {
                "label": ClaimLineStatus(row["status"]).label,
                "url": f"{url}?status={row['status']}",
            }
            for row in found
        ]

    def _steps(self) -> Any:
        return self.object.steps.select_related("by__membership").order_by("-at", "-pk")

    def _who(self, step: Any, inside: bool) -> str:
        """Names of the hospital's people are not told to the insurer, nor the other way round."""
        membership = getattr(step.by, "membership", None)
        is_persons = bool(membership and membership.insurer_id)
        is_insurers = is_persons or step.channel == StepChannel.API
        if inside and is_persons:
            return self.object.insurer.name
        if inside or is_insurers:
            return str(step.by or step.by_name or "سامانه")
        return "مرکز درمانی"

    def _related(self) -> list[dict[str, Any]]:
        """The claims that this one follows, and those that follow it."""
        claim, user = self.object, self.request.user
        followed = ClaimInvoice.objects.filter(claim=claim).exclude(previous=None)
        followers = ClaimInvoice.objects.filter(previous__claim=claim)
        before = Q(pk=claim.previous_id or 0) | Q(pk__in=followed.values("previous__claim_id"))
        after = Q(previous=claim) | Q(pk__in=followers.values("claim_id"))
        seen = Claim.objects.visible_to(user)
        earlier = [{"claim": c, "what": "دنبالهٔ"} for c in seen.filter(before).order_by("pk")]
        return earlier + [{"claim": c, "what": "دنباله‌اش"} for c in seen.filter(after).order_by("pk")]

    def _payments(self) -> list[dict[str, Any]]:
        """What remittances gave to the claim; `seen` where the user sees the remittance itself."""
        rows = Allocation.objects.payments_of(self.object)
        seen = set(
            Remittance.objects.visible_to(self.request.user).filter(pk__in=[row["id"] for row in rows])
            .values_list("pk", flat=True)
        )  # fmt: skip
        return [row | {"kind": RemittanceKind(row["kind"]).label, "seen": row["id"] in seen} for row in rows]

    def _objections(self) -> list[Objection]:
        return list(Objection.objects.visible_to(self.request.user).filter(claim=self.object).order_by("-pk"))

    def _answers(self) -> list[tuple[Adjudication, str]]:
        """The insurer's newest answers, each with who gave it."""
        claim, user = self.object, self.request.user
        rows = claim.adjudications.select_related("by").order_by("-pk")[:ANSWERS_SHOWN]
        return [(row, told_by(row, claim, user)) for row in rows]

    def _may_attach(self) -> bool:
        claim, user = self.object, self.request.user
        if claim.state == ClaimState.CANCELLED:
            return False
        return user.may(Permission.CLAIM_EDIT) or user.may(Permission.CLAIM_ADJUDICATE)

    def _moves(self) -> dict[str, Any]:
        """What the user may do with the claim as it stands; the services have the last word."""
        claim, user = self.object, self.request.user
        edits, state = user.may(Permission.CLAIM_EDIT), claim.state
        is_own = claim.frozen_by_id == user.pk
        return {
            "gather": edits and claim.is_open and claim.kind == ClaimKind.ORIGINAL,
            "freeze": edits and state == ClaimState.CHECKED,
            "cancel": CancelForm() if edits and (claim.is_open or state == ClaimState.FROZEN) else None,
            "send": SendForm()
            if user.may(Permission.CLAIM_SEND) and state == ClaimState.FROZEN and not is_own
            else None,
            "waits_for_another": user.may(Permission.CLAIM_SEND) and state == ClaimState.FROZEN and is_own,
            "acknowledge": ReceiptForm()
            if user.may(Permission.CLAIM_ACKNOWLEDGE) and state == ClaimState.SENT
            else None,
            "answer": user.may(Permission.CLAIM_ADJUDICATE) and state in ANSWERING,
            "object": edits
            and state in OPEN_TO_OBJECTION
            and not (claim.objection_due_on and claim.objection_due_on < timezone.localdate())
            and lines_open(claim).exists(),
            "resubmit": edits
            and state in ANSWERED
            and claim.cut > 0
            and ClaimLine.objects.of_claim(claim).to_ask_again().exists(),
        }


class ClaimProgress(ProgressPage):
    """How far the long work on a claim has come."""

    permission = Permission.CLAIM_VIEW
    queryset = Claim.objects.all()

    def job(self) -> Job | None:
        return long_work.shown(self.object)


class ClaimLines(ClaimOfAddress, ListPage):
    """Lines of a frozen claim, by what the insurer said of them; each leads to its invoice and trace."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/lines.html"
    context_object_name = "lines"
    paginate_by = 100

    @cached_property
    def filter(self) -> LineFilter:
        lines = ClaimLine.objects.of_claim(self.claim).for_page()
        return LineFilter(self.request.GET, queryset=lines, request=self.request)

    def get_queryset(self) -> Any:
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return lines_xlsx(self.claim, self.get_queryset())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim = self.claim
        sums = self.get_queryset().order_by().aggregate(
            asked=Sum("asked"), adjusted=Sum("adjusted"), approved=Sum("approved"), paid=Sum("paid"), count=Count("pk")
        )  # fmt: skip
        context = super().get_context_data(
            claim=claim,
            sums=sums,
            filter=self.filter,
            misread=misread(self.filter.form),
            statuses=[(str(value), label) for value, label in LINE_STATUSES],
            offs=OFF if claim.taken_off or self.request.GET.get("off") else (),
            reasons=reasons(),
            may_answer=self.request.user.may(Permission.CLAIM_ADJUDICATE) and claim.state in ANSWERING,
            breadcrumb=[
                HOME | {"url": reverse("claims")},
                {"label": persian_digits(claim), "url": claim.get_absolute_url()},
                {"label": "سطرها"},
            ],
            **kwargs,
        )
        return context | {"rows": self._with_clauses(context["page_obj"].object_list)}

    def _with_clauses(self, lines: Any) -> list[tuple[ClaimLine, str]]:
        """Lines, each with the clause that takes something off it."""
        off = {line.invoice_id for line in lines if line.taken_off}
        rows = ClaimInvoice.objects.filter(claim=self.claim, invoice__in=off).with_clause() if off else ()
        clauses = {row.invoice_id: row.clause for row in rows}
        return [(line, clauses.get(line.invoice_id, "") if line.taken_off else "") for line in lines]


LINE_COLUMNS = (
    Column("صورتحساب", lambda line: line.invoice.number, 28),
    Column("سطر", "line_no", 8),
    Column("تاریخ خدمت", "service_on"),
    Column("کد", "code"),
    Column("خدمت", lambda line: line.service.title if line.service else "", 44),
    Column("عنصر هزینه", lambda line: line.get_element_display()),
    Column("تعداد", lambda line: thousandths(line.quantity_milli)),
    Column("مصوب", "amount", 20),
    Column("سهم بیمه‌گر", "share", 20),
    Column("بیرون از تعهد", "excluded", 20),
    Column("بالاتر از سقف سالانه", "over_ceiling", 20),
    Column("تخفیف قرارداد", "discount", 20),
    Column("پیش‌تر کسرشده", "already_cut", 20),
    Column("خواسته", "asked", 20),
    Column("نتیجه", lambda line: line.get_status_display()),
    Column("پس از کسر خودکار", "adjusted", 20),
    Column("تأییدشده", "approved", 20),
    Column("کد علت", "reason"),
    Column("علت کسر", "reason_label", 28),
    Column("توضیح بیمه‌گر", "note", 32),
    Column("پرداخت‌شده", "paid", 20),
)


def lines_xlsx(claim: Claim, lines: Any) -> FileResponse:
    """Lines of a claim as a sheet."""
    title, notes = f"سطرهای مطالبهٔ {claim}", notes_of([claim.pk], source=f"مطالبهٔ {claim}")
    return xlsx_response(lines.iterator(chunk_size=2_000), LINE_COLUMNS, title=title, notes=notes)
