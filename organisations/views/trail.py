"""The audit trail of the organisation."""

from __future__ import annotations

from typing import Any

from core.models import AuditEvent
from core.views import ListPage
from organisations.permissions import Permission


class AuditTrail(ListPage):
    permission = Permission.AUDIT_VIEW
    template_name = "organisations/audit.html"
    context_object_name = "events"

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = AuditEvent.objects.visible_to(self.request.user).newest_first()
        return found.about(
            action=query.get("action", ""), by=query.get("by", ""), target=query.get("target", "")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(breadcrumb=[{"label": "رویدادها"}], **kwargs)
