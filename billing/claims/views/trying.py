"""Try the interface for insurers: choose an operation, fill it in, and see what a system would get."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from billing.claims.api import trying
from billing.claims.api.persian import TAGS
from billing.claims.api.trying import Operation
from core.errors import DomainError, NotAllowed
from core.views import PageView
from organisations.choices import SANDBOX
from organisations.models import User
from organisations.permissions import Permission, Role

_tag = attrgetter("tag")


class TryIt(PageView):
    """Every operation that takes and gives JSON. Reading is tried anywhere, writing in the sandbox only."""

    permission = Permission.CLAIM_VIEW
    template_name = "billing/claims/try.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = trying.operations()
        chosen = self._chosen(found)
        groups = [
            (TAGS.get(tag, tag), list(ones)) for tag, ones in groupby(sorted(found, key=_tag), key=_tag)
        ]
        said = kwargs.pop("said", {})
        return super().get_context_data(
            groups=groups,
            chosen=chosen,
            may_call=not chosen.writes or self._is_sandbox(),
            is_sandbox=self._is_sandbox(),
            sandbox_user=self._sandbox_user(),
            fields=[
                (name, said.get(name, ""), name in chosen.places)
                for name in (*chosen.places, *chosen.queries)
            ],
            body=said.get("body", chosen.body),
            breadcrumb=[{"label": "مطالبه‌ها", "url": reverse("claims")}, {"label": "آزمودن API"}],
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = self._chosen(trying.operations())
        said = {name: request.POST.get(name, "") for name in (*chosen.places, *chosen.queries, "body")}
        answer, refusal = None, ""
        try:
            if chosen.writes and not self._is_sandbox():
                raise NotAllowed("نوشتن را تنها در سازمان آزمایشی می‌آزمایند.")
            answer = trying.call(request, chosen, said, said["body"])
        except DomainError as fault:
            refusal = fault.sentence
        context = self.get_context_data(said=said, answer=answer, refusal=refusal)
        return render(request, self.template_name, context)

    def _chosen(self, found: tuple[Operation, ...]) -> Operation:
        key = self.request.GET.get("operation", found[0].key)
        operation = next((one for one in found if one.key == key), None)
        if operation is None:
            raise Http404
        return operation

    def _sandbox_user(self) -> str:
        """As whom writing is tried; nobody where the sandbox was not made."""
        experts = User.objects.filter(membership__role=Role.INSURER, membership__organisation__code=SANDBOX)
        return experts.filter(is_active=True).order_by("pk").values_list("username", flat=True).first() or ""

    def _is_sandbox(self) -> bool:
        member = self.request.user.scope.membership  # type: ignore[union-attr]
        return bool(member and member.organisation.code == SANDBOX)
