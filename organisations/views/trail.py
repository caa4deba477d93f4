"""The audit trail of the organisation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core import export, jalali, trail
from core.models import AuditEvent
from core.text import persian_digits
from core.views import ListPage
from organisations.models import User
from organisations.permissions import Permission

COLUMNS = (
    export.Column("زمان", lambda told: told.event.at, 26),
    export.Column("کاربر", "who", 24),
    export.Column("عمل", "label", 28),
    export.Column("شرح", "sentence", 60),
    export.Column("نوع مورد", "kind", 20),
    export.Column("تغییرها", lambda told: "؛ ".join(map(change_text, told.changes)), 60),
)


def change_text(change: trail.Change) -> str:
    """«نام: از الف به ب»."""
    if change.before and change.after:
        return f"{change.label}: از {change.before} به {change.after}"
    return f"{change.label}: {change.after or f'{change.before} برداشته شد'}"


class AuditTrail(ListPage):
    """Who did what to which object, from what to what; the filter is in the URL."""

    permission = Permission.AUDIT_VIEW
    template_name = "organisations/audit.html"
    context_object_name = "events"

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = AuditEvent.objects.visible_to(self.request.user).newest_first()
        return found.narrowed(
            by=query.get("by", ""),
            action=query.get("action", ""),
            kind=query.get("kind", ""),
            key=query.get("key", ""),
            since=jalali.read(query.get("since", "")),
            until=jalali.read(query.get("until", "")),
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            return export.xlsx_response(trail.in_portions(self.get_queryset()), COLUMNS, title="رویدادها")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(breadcrumb=[{"label": "رویدادها"}], **kwargs)
        known = trail.actions()
        return context | {
            "told": trail.told(context["events"]),
            "people": User.objects.visible_to(self.request.user).order_by("last_name", "username"),
            "actions": sorted(((code, action.label) for code, action in known.items()), key=lambda a: a[1]),
            "kinds": sorted(self._kinds(), key=lambda kind: kind[1]),
            "chips": self._chips(),
        }

    def _kinds(self) -> list[tuple[str, str]]:
        present = (
            AuditEvent.objects.visible_to(self.request.user).order_by().values_list("target_type", flat=True)
        )
        return [(label, trail.kind_label(label)) for label in present.distinct()]

    def _chips(self) -> list[dict[str, str]]:
        """The one filter that has no field: a single object."""
        key = self.request.GET.get("key", "")
        kind = trail.kind_label(self.request.GET.get("kind", ""))
        return [{"name": "key", "label": kind or "مورد", "value": persian_digits(key)}] if key else []
