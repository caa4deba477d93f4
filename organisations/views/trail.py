"""The audit trail of the organisation."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from core.models import AuditEvent
from core.views import ListPage
from organisations.permissions import Permission

#: What people call the actions that services record.
ACTIONS = {
    "budget.run": "محاسبهٔ بودجه",
    "budget_input.approve": "تأیید ورودی بودجه",
    "budget_input.enter": "ثبت ورودی بودجه",
    "budget_input.withdraw": "پس‌گرفتن ورودی بودجه",
    "circular.saved": "ثبت بخشنامه",
    "delivery.received": "دریافت محموله",
    "draft.discarded": "کنار گذاشتن پیش‌نویس",
    "indicator_target.set": "تعیین هدف شاخص",
    "invoices.assigned": "سپردن صورتحساب",
    "invoice.corrected": "اصلاح صورتحساب",
    "invoice.correction_begun": "آغاز اصلاح صورتحساب",
    "invoice.detail": "تشخیص و ارجاع صورتحساب",
    "invoice.entered": "ورود صورتحساب",
    "rate.draft_removed": "حذف پیش‌نویس نرخ",
    "rate.draft_saved": "ثبت پیش‌نویس نرخ",
    "rates.published": "انتشار نرخ‌ها",
    "reception.closed": "بستن دریافت ساتا",
    "reception.opened": "گشودن دریافت ساتا",
    "reference.load": "بارگذاری دادهٔ مرجع",
    "sata_reference.load": "بارگذاری فهرست‌های ساتا",
    "user.added": "افزودن کاربر",
}


def _kind_of(event: AuditEvent) -> str:
    """What the target is, in Persian; a model that no longer exists keeps its old name."""
    try:
        return str(apps.get_model(event.target_type)._meta.verbose_name)
    except LookupError:
        return event.target_type


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
        context = super().get_context_data(breadcrumb=[{"label": "رویدادها"}], **kwargs)
        for event in context["events"]:
            event.action_label = ACTIONS.get(event.action, event.action)
            event.kind_label = _kind_of(event)
        return context
