"""Days from delivery to verdict, by insurer and expert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property

from core.export import LIMIT, Column
from core.paging import Pages, Slice
from organisations.models import User
from oversight import experts
from oversight.experts import Line, Only, Sums, Verdicts
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
        expert = {"expert": one.expert} if self.named else {}
        return {
            "verdicts": one,
            "insurer": self.insurers[one.insurer_id],
            "expert": self.name_of(one.expert),
            "urls": {only.value: self._lines(one.insurer_id, only, **expert) for only in Only},
        }

    @cached_property
    def _names(self) -> dict[str, str]:
        """Experts by the name they sign in with."""
        people = User.objects.filter(membership__insurer_id__in=list(self.insurers))
        return {user.username: str(user) for user in people}

    def name_of(self, expert: str) -> str:
        if not self.named:
            return "همهٔ کارشناسان"
        return self._names.get(expert, expert) or NAMELESS

    def _lines(self, insurer: int, only: Only, **more: object) -> str:
        """Where exactly the lines behind a figure are."""
        kept = {name: self.request.GET[name] for name in ("region", "centre") if self.request.GET.get(name)}
        query = (
            kept
            | {"insurer": insurer, "from": self.asked.first, "to": self.asked.last, "only": only.value}
            | more
        )
        return f"{reverse('expert_lines')}?{urlencode(query)}"

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
                    "url": self._lines(one.insurer_id, Only.WAITING),
                }
                for one in held
            ],
            breadcrumb=[HOME | {"url": reverse("timeliness")}, {"label": "کارشناسان بیمه‌گر"}],
            **kwargs,
        )


class ExpertLines(Experts):
    """The lines behind a figure of the experts' page, each with its verdict or how long it waits for one."""

    template_name = "oversight/expert_lines.html"
    sheet = "سطرهای کارشناسان بیمه‌گر"
    columns = (
        Column("صورتحساب", lambda r: r["line"].number, 28),
        Column("سطر", lambda r: r["line"].line_no, 8),
        Column("کد", lambda r: r["line"].code),
        Column("خدمت", lambda r: r["line"].title, 44),
        Column("مطالبه", lambda r: r["line"].claim, 26),
        Column("مرکز", lambda r: r["centre"].name, 30),
        Column("بیمه‌گر", lambda r: r["insurer"].name, 24),
        Column("کارشناس", "expert", 24),
        Column("روز", lambda r: r["line"].days),
        Column("خواسته (ریال)", lambda r: r["line"].asked, 22),
        Column("کسر (ریال)", lambda r: r["line"].cut, 22),
        Column("بازگشته (ریال)", lambda r: r["line"].returned, 22),
    )

    @cached_property
    def only(self) -> Only:
        asked = self.request.GET.get("only", "")
        return Only(asked) if asked in set(Only) else Only.GIVEN

    @property
    def narrowed(self) -> dict[str, Any]:
        expert = self.request.GET.get("expert") if self.named else None
        return self.period | {
            "named": self.named,
            "expert": expert,
            "only": self.only,
            "today": self.asked.today,
        }

    @cached_property
    def sums(self) -> Sums:
        return experts.sums(**self.narrowed)

    def exported(self) -> Sequence[dict[str, Any]]:
        return self._fetched(0, LIMIT)

    def _fetched(self, offset: int, limit: int) -> list[dict[str, Any]]:
        return [self._shown(line) for line in experts.lines(**self.narrowed, limit=limit, offset=offset)]

    def _shown(self, line: Line) -> dict[str, Any]:
        return {
            "line": line,
            "centre": self.centres[line.centre_id],
            "insurer": self.insurers[line.insurer_id],
            "expert": "" if self.only == Only.WAITING else self.name_of(line.expert),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Pages(Slice(self.sums.lines, self._fetched), 50).get_page(self.request.GET.get("page"))
        expert = self.request.GET.get("expert") if self.named else None
        # What the page of figures shows is not looked up for its rows.
        return AskingPage.get_context_data(
            self,
            page_obj=page,
            rows=list(page),
            sums=self.sums,
            only=self.only,
            kinds=_KINDS,
            waits=self.only == Only.WAITING,
            named=self.named,
            expert=None if expert is None else self.name_of(expert),
            is_longer=self.sums.lines > LIMIT,
            export_limit=LIMIT,
            breadcrumb=[
                HOME | {"url": reverse("timeliness")},
                {"label": "کارشناسان بیمه‌گر", "url": reverse("experts")},
                {"label": "سطرها"},
            ],
            **kwargs,
        )


_KINDS = (
    (Only.GIVEN.value, "رأی گرفته"),
    (Only.CUT.value, "کسر خورده"),
    (Only.RETURNED.value, "بازگشته"),
    (Only.WAITING.value, "در انتظار رأی"),
)
