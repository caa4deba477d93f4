"""The simulator of a contract: ask for months and a version, watch it being computed, read it beside today."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.models import Invoice
from billing.services import simulations
from billing.tasks import simulate_contract
from core import display
from core.filters import whole
from core.forms import JalaliMonthField
from core.models import Job, JobState
from core.money import round_half_up
from core.text import persian_digits
from core.views import FormPage, ProgressPage
from insurers.choices import ContractKind
from insurers.models import Contract, ContractTerms
from organisations.permissions import Permission

EARLIER = 8


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: ContractTerms) -> str:
        state = "" if obj.approved_at else "، تأییدنشده"
        return f"نسخهٔ {persian_digits(obj.number)}{state}"


class SimulationForm(forms.Form):
    """Which months are priced under which version."""

    version = VersionField(ContractTerms.objects.none(), label="شرایط", empty_label=None)
    first = JalaliMonthField(label="از ماه")
    last = JalaliMonthField(label="تا ماه")

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = contract.versions.order_by("-number")


class Simulation(FormPage):
    """Last year's invoices under a contract, side by side with today's."""

    permission = Permission.CONTRACT_EDIT
    template_name = "billing/simulation.html"
    form_class = SimulationForm

    @cached_property
    def contract(self) -> Contract:
        found: Contract = get_object_or_404(
            Contract.objects.visible_to(self.request.user).select_related("insurer"), pk=self.kwargs["pk"]
        )
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contract": self.contract}

    def get_initial(self) -> dict[str, Any]:
        months = simulations.newest_months(self.contract)
        newest = self.contract.versions.order_by("-number").first()
        return {"version": newest, **(dict(zip(("first", "last"), months, strict=True)) if months else {})}

    def act(self, form: Any) -> None:
        self.job = simulations.ask(
            contract=self.contract,
            **form.cleaned_data,
            by=self.request.user,
            at=timezone.now(),
            queue=simulate_contract.delay,
        )

    def get_success_url(self) -> str:
        return f"{reverse('contract_simulation', args=[self.contract.pk])}?job={self.job.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = simulations.jobs_of(self.contract)
        asked = whole(self.request.GET.get("job"))
        job = found.filter(pk=asked).first() if asked else found.first()
        contract = self.contract
        return super().get_context_data(
            breadcrumb=[
                {"label": "قراردادها", "url": reverse("contracts")},
                {"label": persian_digits(contract.number), "url": contract.get_absolute_url()},
                {"label": "شبیه‌ساز"},
            ],
            contract=contract,
            has_invoices=simulations.newest_months(contract) is not None,
            job=job,
            job_url=reverse("contract_simulation_progress", args=[contract.pk, job.pk]) if job else "",
            earlier=found[:EARLIER],
            result=_result(contract, job) if job and job.state == JobState.SUCCEEDED else None,
            **kwargs,
        )


def _result(contract: Contract, job: Job) -> dict[str, Any]:
    """The outcome with names and the addresses of the rows behind each figure."""
    found = dict(job.outcome)
    if not found["invoices"]:
        return found
    centres = simulations.centres_named(found["centres"])
    numbers = dict(
        Invoice.objects.filter(pk__in=[one["number"] for one in found["largest"]]).values_list("pk", "number")
    )
    months = {"from": found["first"], "to": found["last"], "contract": contract.pk}

    def url(**more: int) -> str:
        return f"{reverse('invoices')}?{urlencode(more | months)}"

    return found | {
        "income": found["amount"] - found["discount"],
        "was_income": found["was_amount"],
        "share_name": "بیمهٔ پایه" if contract.kind == ContractKind.BASIC else "بیمهٔ تکمیلی",
        "cash_now_text": _days(found["cash_now"]),
        "cash_draft_text": _days(found["cash_draft"]),
        "centres": [
            one
            | {
                "centre": centres[one["centre_id"]],
                "url": url(centre=one["centre_id"]),
            }
            for one in found["centres"]
        ],
        "all_url": url(),
        "unpriced_url": f"{url()}&unpriced=true",
        "groups": [one | {"url": url(group=one["group"]) if one["group"] else ""} for one in found["groups"]],
        "largest": [
            one | {"no": numbers[one["number"]], "centre": centres[one["centre_id"]]}
            for one in found["largest"]
            if one["number"] in numbers
        ],
    }


def _days(cash: dict[str, int]) -> str:
    """Mean days from sending to the last day of payment in time, weighted by rials."""
    rials = cash["rials"]
    if not rials:
        return "نامعلوم"
    return f"{display.trimmed(round_half_up(cash['rial_days'] * 10, rials), 1)} روز"


class SimulationProgress(ProgressPage):
    permission = Permission.CONTRACT_EDIT

    def get_object(self, queryset: Any = None) -> Job:
        contract = get_object_or_404(Contract.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        found: Job = get_object_or_404(simulations.jobs_of(contract), pk=self.kwargs["job"])
        return found

    def job(self) -> Job:
        return self.object
