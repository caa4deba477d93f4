"""Systems of insurers: which there are, a new one, a new secret, and closing one. A secret is shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views import generic

from billing.claims.api.models import ApiClient
from billing.claims.api.scopes import ApiScope
from billing.claims.forms import ClientForm
from billing.claims.services import clients
from core.errors import DomainError
from core.filters import whole
from core.views import ActionView, Gate, ListPage
from organisations.permissions import Permission

HOME = {"label": "سامانه‌های بیمه‌گرها"}
_LABELS = dict(ApiScope.choices)


class Clients(ListPage):
    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/clients.html"
    context_object_name = "clients"

    def get_queryset(self) -> Any:
        found = ApiClient.objects.visible_to(self.request.user).for_list()
        return found.order_by("revoked_at", "insurer__name", "name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[HOME], **kwargs)
        now = timezone.now()
        rows = [
            {
                "client": client,
                "scopes": [_LABELS.get(scope, scope) for scope in client.scopes],
                "made": len(client.secrets.all()),
                "secrets": [s for s in client.secrets.all() if s.expires_at is None or s.expires_at > now],
            }
            for client in context["page_obj"]
        ]
        return context | {"rows": rows}


def shown(request: HttpRequest, client: ApiClient, secret: str) -> HttpResponse:
    """The page that shows a secret, once; nothing keeps it."""
    context = {
        "client": client,
        "secret": secret,
        "token_url": request.build_absolute_uri(reverse("api_token")),
        "breadcrumb": [HOME | {"url": reverse("api_clients")}, {"label": client.name}],
    }
    response = render(request, "billing/claims/client_secret.html", context)
    response["Cache-Control"] = "no-store"
    return response


class ClientCreate(Gate, generic.FormView):
    """A new system of an insurer."""

    permission = Permission.API_CLIENT_MANAGE
    template_name = "billing/claims/client_form.html"
    form_class = ClientForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            client, secret = clients.create(**form.cleaned_data, by=self.request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, refusal.sentence)
            return self.form_invalid(form)
        return shown(self.request, client, secret)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = [HOME | {"url": reverse("api_clients")}, {"label": "سامانهٔ تازه"}]
        return super().get_context_data(breadcrumb=trail, **kwargs)


def _client(request: HttpRequest, pk: int) -> ApiClient:
    return get_object_or_404(ApiClient.objects.visible_to(request.user).select_related("insurer"), pk=pk)


class ClientRotate(Gate, generic.View):
    """A new secret beside the old one, which still holds for a week."""

    permission = Permission.API_CLIENT_MANAGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = _client(request, pk)
        try:
            after = whole(request.POST.get("after"))
            secret = clients.rotate(
                client=client, after=-1 if after is None else after, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("api_clients"))
        return shown(request, client, secret)


class ClientRevoke(ActionView):
    permission = Permission.API_CLIENT_MANAGE

    def act(self, request: HttpRequest, pk: int, **kwargs: Any) -> str:
        client = clients.revoke(client=_client(request, pk), by=request.user, at=timezone.now())
        return f"سامانهٔ «{client.name}» بسته شد؛ رمزها و نشان‌هایش دیگر کار نمی‌کنند."

    def get_success_url(self) -> str:
        return reverse("api_clients")
