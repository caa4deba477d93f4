"""Days from delivery to verdict, by insurer and expert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property

from core.export import Column
from oversight import experts
from oversight.experts import Verdicts
from oversight.views.timeliness import HOME, AskingPage

NAMELESS = "بی‌نام (سامانهٔ بیمه‌گر)"


class Experts(AskingPage):
    """How long verdicts take and what of the cuts came back. Names only for who sees the whole organisation."""

    template_name = "oversight/experts.html"
    sheet = "کارشناسان بیمه‌گر"
    columns = (
        Column("بیمه‌گر", lambda r: r["insurer"].name, 24),
        Column("کارشناس", "expert", 24),
        Column("مطالبه", lambda r: r["verdicts"].claims),
        Column("سطر", lambda r: r["verdicts"].lines),
        Column("میانه (روز)", lambda r: r["verdicts"].median),
        Column("صدک نودم (روز)", lambda r: r["verdicts"].p90),
        Column("خواسته (ریال)", lambda r: r["verdicts"].asked, 22),
        Column("کسر (ریال)", lambda r: r["verdicts"].cut, 22),
        Column("سطر بازگشته", lambda r: r["verdicts"].returned_lines),
        Column("بازگشته (ریال)", lambda r: r["verdicts"].returned, 22),
    )

    @cached_property
    def named(self) -> bool:
        return bool(self.request.user.scope.whole_organisation_ids())

    @property
    def period(self) -> dict[str, Any]:
        asked = self.asked
        return {
            "centres": asked.centres,
            "insurers": asked.insurers,
            "first": asked.first,
            "last": asked.last,
        }

    def exported(self) -> Sequence[dict[str, Any]]:
        return [self._row(one) for one in experts.verdicts(**self.period, named=self.named)]

    def _row(self, one: Verdicts) -> dict[str, Any]:
        return {
            "verdicts": one,
            "insurer": self.insurers[one.insurer_id],
            "expert": (one.expert or NAMELESS) if self.named else "همهٔ کارشناسان",
            "url": self._claims(one.insurer_id),
        }

    def _claims(self, insurer: int, **more: object) -> str:
        kept = {name: self.request.GET[name] for name in ("region", "centre") if self.request.GET.get(name)}
        query = kept | {"insurer": insurer, "from": self.asked.first, "to": self.asked.last} | more
        return f"{reverse('claims')}?{urlencode(query)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = experts.waiting(**self.period)
        return super().get_context_data(
            rows=self.exported(),
            named=self.named,
            waiting=[
                {
                    "held": one,
                    "insurer": self.insurers[one.insurer_id],
                    "days": (self.asked.today - one.since).days,
                    "url": self._claims(one.insurer_id),
                }
                for one in held
            ],
            breadcrumb=[HOME | {"url": reverse("timeliness")}, {"label": "کارشناسان بیمه‌گر"}],
            **kwargs,
        )
