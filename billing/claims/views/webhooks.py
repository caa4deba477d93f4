"""Addresses of insurers' systems that events are posted to, what became of each message, and sending it once more."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from billing.claims.filters import WebhookFilter
from billing.claims.forms import WebhookForm
from billing.claims.services import webhooks
from billing.claims.services.delivering import TRIES
from billing.claims.webhooks.choices import DeliveryState, EventType
from billing.claims.webhooks.models import WebhookDelivery, WebhookEndpoint
from billing.views.batches import back
from core.batches import Batch, answer, chosen
from core.errors import DomainError, InvalidInput
from core.filters import misread
from core.views import ActionView, DetailPage, Gate, ListPage
from organisations.permissions import Permission

HOME = {"label": "وب‌هوک‌ها"}
BATCH_LIMIT = 200
_LABELS = dict(EventType.choices)


class Endpoints(ListPage):
    """The addresses, each with what became of its messages."""

    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/webhooks.html"
    context_object_name = "endpoints"

    def get_queryset(self) -> Any:
        seen = WebhookEndpoint.objects.visible_to(self.request.user).for_list()
        return seen.order_by("closed_at", "client__insurer__name", "url", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[HOME], now=timezone.now(), **kwargs)
        rows = [(one, [_LABELS.get(kind, kind) for kind in one.types]) for one in context["page_obj"]]
        return context | {"rows": rows}


def shown(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    """The page that shows a secret, once."""
    trail = [HOME | {"url": reverse("webhooks")}, {"label": endpoint.client.name}]
    context = {"endpoint": endpoint, "secret": secret, "breadcrumb": trail}
    response = render(request, "billing/claims/webhook_secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


class EndpointCreate(Gate, generic.FormView):
    """A new address of a system."""

    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/webhook_form.html"
    form_class = WebhookForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            made, secret = webhooks.create(**form.cleaned_data, by=self.request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_invalid(form)
        return shown(self.request, made, secret)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [HOME | {"url": reverse("webhooks")}, {"label": "نشانی تازه"}]
        return super().get_context_data(breadcrumb=trail, **kwargs)


def _endpoint(request: HttpRequest, pk: int) -> WebhookEndpoint:
    seen = WebhookEndpoint.objects.visible_to(request.user).select_related("client__insurer")
    return get_object_or_404(seen, pk=pk)


class EndpointRotate(Gate, generic.View):
    """A new secret beside the old one, which signs too for a week."""

    permission = Permission.API_CLIENT_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        endpoint = _endpoint(request, pk)
        try:
            after = request.POST.get("after", "")
            secret = webhooks.rotate(endpoint=endpoint, after=after, by=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("webhooks"))
        return shown(request, endpoint, secret)


class EndpointPing(ActionView):
    permission = Permission.API_CLIENT_MANAGE

    def act(self, request: HttpRequest, pk: int, **kwargs: Any) -> str:
        self.made = webhooks.ping(endpoint=_endpoint(request, pk), by=request.user, at=timezone.now())
        return "پیام آزمایشی در نوبت ارسال است؛ نتیجه‌اش در همین صفحه می‌آید."

    def get_success_url(self) -> str:
        made = getattr(self, "made", None)
        return made.get_absolute_url() if made else reverse("webhooks")


class EndpointClose(ActionView):
    permission = Permission.API_CLIENT_MANAGE

    def act(self, request: HttpRequest, pk: int, **kwargs: Any) -> str:
        webhooks.close(endpoint=_endpoint(request, pk), by=request.user, at=timezone.now())
        return "نشانی بسته شد؛ رویدادهای نرسیده در فهرست رویدادهای API می‌مانند."

    def get_success_url(self) -> str:
        return reverse("webhooks")


class Deliveries(ListPage):
    """Every message and where it stands; the chosen ones are sent once more."""

    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/webhook_deliveries.html"
    context_object_name = "deliveries"

    @cached_property
    def filter(self) -> WebhookFilter:
        seen = WebhookDelivery.objects.visible_to(self.request.user).for_list()
        return WebhookFilter(self.request.GET, queryset=seen, request=self.request)

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            misread=misread(self.filter.form),
            states=DeliveryState.choices,
            types=EventType.choices,
            breadcrumb=[HOME | {"url": reverse("webhooks")}, {"label": "پیام‌ها"}],
            **kwargs,
        )


class DeliveryPage(DetailPage):
    """One message: what it says, and every try."""

    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/webhook_delivery.html"
    context_object_name = "delivery"
    queryset = WebhookDelivery.objects.for_list()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delivery = self.object
        body = json.dumps(delivery.event.content(), ensure_ascii=False, indent=2)
        trail = [
            HOME | {"url": reverse("webhooks")},
            {"label": "پیام‌ها", "url": reverse("webhook_deliveries")},
            {"label": delivery.event.get_type_display()},
        ]
        tries = delivery.tries.order_by("-number")
        return super().get_context_data(body=body, tries=tries, most=TRIES, breadcrumb=trail, **kwargs)


class Replay(Gate, generic.View):
    """Send the chosen messages once more, each for itself; what did not go is listed with its reason."""

    permission = Permission.API_CLIENT_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        home = back(request) if request.POST.get("next") else reverse("webhook_deliveries")
        try:
            keys = chosen(request.POST.getlist("deliveries"), thing="پیام", limit=BATCH_LIMIT)
        except InvalidInput as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(home)
        seen = WebhookDelivery.objects.visible_to(request.user).for_list()
        outcomes = webhooks.replay_each(
            seen.filter(pk__in=keys).order_by("pk"), by=request.user, at=timezone.now()
        )
        batch = Batch(
            thing="پیام", done="دوباره در نوبت ارسال", back_url=home,
            breadcrumb=[HOME | {"url": reverse("webhooks")}],
            url_of=lambda outcome: reverse("webhook_delivery", args=[outcome.key]),
        )  # fmt: skip
        return answer(request, outcomes, batch)
