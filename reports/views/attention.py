"""What asks for somebody's hand today, and whether the page's data can be relied on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core import display, jalali
from core.models import Job, JobState
from core.text import group_digits
from organisations.models import Centre
from organisations.permissions import Permission
from reports.services import dashboard
from reports.services.dashboard import DeliveryView, Period, Sums

SHOWN = 5


@dataclass(frozen=True)
class Attention:
    user: Any
    period: Period
    by_centre: dict[int, Sums]
    deliveries: DeliveryView
    night: Job | None

    def items(self) -> list[dict[str, Any]]:
        return [*self._night(), *self._inputs(), *self._unpriced(), *self._silent()]

    def _night(self) -> list[dict[str, Any]]:
        if self.night is None or self.night.state == JobState.SUCCEEDED:
            return []
        url = reverse("job", args=[self.night.pk]) if self.user.may(Permission.JOB_VIEW) else ""
        return [_item("کار شبانه", "bad", self.night.error or "کار شبانه ناموفق بود.", url)]

    def _inputs(self) -> list[dict[str, Any]]:
        if not self.user.may(Permission.BUDGET_INPUT_APPROVE):
            return []
        waiting = dashboard.waiting_inputs(self.user)
        url = f"{reverse('budget_inputs', args=['company'])}?status=draft"
        text = f"{group_digits(waiting)} ورودی بودجه در انتظار تأیید است"
        return [_item("تأیید", "warn", text, url)] if waiting else []

    def _unpriced(self) -> list[dict[str, Any]]:
        """The centres with the largest amounts that have no price."""
        found = sorted(self.by_centre.items(), key=lambda pair: (-pair[1].unpriced_asked, pair[0]))
        largest = [(pk, sums) for pk, sums in found[:SHOWN] if sums.unpriced_lines]
        names = dict(Centre.objects.filter(pk__in=[pk for pk, _ in largest]).values_list("pk", "name"))
        months = {"unpriced": "true", "from": self.period.months[0], "to": self.period.through}
        return [
            _item(
                "بدون تعرفه", "bad", f"{group_digits(sums.unpriced_lines)} سطر، {names[pk]}",
                f"{reverse('invoices')}?{urlencode({'centre': pk, **months})}", sums.unpriced_asked,
            )
            for pk, sums in largest
        ]  # fmt: skip

    def _silent(self) -> list[dict[str, Any]]:
        return [
            _item(
                f"{group_digits(late.days)} روز",
                "warn",
                f"{late.centre.name}: داده‌های {jalali.month_name(late.month)} نرسیده است",
                f"{reverse('deliveries')}?centre={late.centre.pk}",
            )
            for late in self.deliveries.silent[:SHOWN]
        ]


def _item(badge: str, tone: str, text: str, url: str, amount: int | None = None) -> dict[str, Any]:
    return {"badge": badge, "tone": tone, "text": text, "url": url, "amount": amount}


def trust_of(
    data_at: dt.datetime | None, night: Job | None, lines: Sums, deliveries: DeliveryView | None = None
) -> list[dict[str, str]]:
    """The strip under the heading: until when the data reach, whether the ledger held, what is missing."""
    items = [
        {"text": f"داده تا {display.moment(data_at)}" if data_at else "هنوز داده‌ای نیست", "tone": "good"}
    ]
    if night is not None:
        held = night.state == JobState.SUCCEEDED
        text = "تراز دفتر: برابر" if held else "کار شبانه ناموفق"
        items.append(
            {"text": f"{text} ({display.moment(night.finished_at)})", "tone": "good" if held else "bad"}
        )
    else:
        items.append({"text": "هنوز کار شبانه‌ای اجرا نشده است", "tone": "warn"})
    if deliveries and deliveries.silent:
        items.append(
            {
                "text": f"{group_digits(len(deliveries.silent))} بیمارستان ماهی را که پایان یافته نفرستاده‌اند",
                "tone": "warn",
            }
        )
    if lines.unpriced_lines:
        share = display.ratio(lines.unpriced_lines, lines.lines)
        items.append({"text": f"{share}٪ سطرها بدون تعرفه", "tone": "warn"})
    return items
