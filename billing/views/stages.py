"""Moving invoices along, one or many: every one has its own outcome."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views import generic

from billing.choices import CORRECTED, STAGE_SOURCES, STAGE_TONES, Stage
from billing.forms import StageForm
from billing.models import Invoice, StageStep
from billing.services import stages
from billing.tasks import check_findings
from billing.views.batches import answered, back, chosen_of, refused
from core.errors import DomainError
from core.views import Gate
from organisations.models import User
from organisations.permissions import Permission

#: What brings an invoice to a stage, as a button says it; sending and cancelling are words of their own.
VERBS = {
    Stage.COMPLETED: "تکمیل شد",
    Stage.REVIEWED: "بازبینی شد",
    Stage.SENT: "ارسال شد",
    Stage.REGISTERED: "برگرداندن به تکمیل",
    Stage.RETURNED: "بیمه‌گر برگرداند",
}
#: Moves that ask for a reason first.
ASKING = (Stage.REGISTERED, Stage.RETURNED)


class Advance(Gate, generic.View):
    """Bring the chosen invoices to a stage; what did not go is listed with its reason."""

    permission = Permission.INVOICE_ADVANCE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StageForm(request.POST)
        if not form.is_valid():
            return refused(request, form)
        sent = form.cleaned_data
        to = Stage(sent["to"])
        try:
            outcomes = stages.advance(
                chosen_of(request, form),
                to=to,
                by=request.user,
                at=timezone.now(),
                note=sent["note"],
                due_on=sent["due_on"],
                queue=check_findings.delay,
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(back(request))
        return answered(request, outcomes, f"«{to.label}»")


def panel_of(invoice: Invoice, user: Any) -> dict[str, Any]:
    """What the page of an invoice shows of its stage, its steps and what the user may do next.

    Who did what inside the hospital is not told to who has no work lists: an insurer.
    """
    stage = invoice.stage
    inside = user.may(Permission.WORKLIST_VIEW)
    steps = list(StageStep.objects.filter(invoice=invoice).order_by("-at", "-pk")) if inside else []
    names = {one.pk: str(one) for one in User.objects.filter(pk__in={s.by_id for s in steps})}
    may = user.may(Permission.INVOICE_ADVANCE)
    next_stages = [to for to in VERBS if may and _may_follow(invoice, stage, to)]
    goes_with_claim = bool(invoice.basic or invoice.supplementary) and Stage.SENT in next_stages
    if goes_with_claim:
        next_stages = [to for to in next_stages if to != Stage.SENT]
    return {
        "label": stage.label,
        "tone": STAGE_TONES[stage],
        "is_changed": invoice.is_changed_since_sent,
        "progress": getattr(invoice, "progress", None) if inside else None,
        "assignee": invoice.assignee_name if inside else "",
        "goes_with_claim": goes_with_claim,
        "moves": [(to, VERBS[to]) for to in next_stages if to not in ASKING],
        "asking": [_question(to) for to in next_stages if to in ASKING],
        "steps": [
            {"step": s, "tone": STAGE_TONES[s.stage], "by": names.get(s.by_id, "سامانه")} for s in steps
        ],
    }


def _question(to: Stage) -> dict[str, Any]:
    """A move that asks for its reason, and for the insurer's deadline where it has one."""
    return {
        "to": to,
        "label": VERBS[to],
        "id": f"stage-{to}",
        "form": StageForm(auto_id=f"stage{to}_%s"),
        "asks_deadline": to == Stage.RETURNED,
    }


def _may_follow(invoice: Invoice, stage: Stage, to: Stage) -> bool:
    """Whether the button is worth showing; the service has the last word."""
    if stage in STAGE_SOURCES[to]:
        return True
    changed = hasattr(invoice, "progress") and invoice.version > invoice.progress.version
    return to == Stage.COMPLETED and stage in CORRECTED and changed
