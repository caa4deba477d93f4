"""The tariff of a day with prices, for people who look something up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from billing.pricelist import Place, PriceRow, newest_priced_day, price_list
from core import display, export, jalali
from core.views import ListPage
from organisations.choices import PatientCategory, PhysicianStatus, Sector, Setting
from organisations.permissions import Permission
from tariffs.choices import ANY, Book, Confidence, ServiceGroup
from tariffs.models import Service

GRADES = tuple((grade, display.fixed(grade, 0)) for grade in (1, 2, 3, 4))
COMPONENTS = {
    "professional": "حرفه‌ای",
    "technical": "فنی",
    "operating_room": "اتاق عمل",
    "anaesthesia": "بیهوشی",
    "fixed": "فهرست",
}
MOST_EXPORTED = 20_000
#: For whom a price is: the general one comes first and is what the page shows unasked.
CATEGORIES = ((ANY, "عمومی"), *PatientCategory.choices)

COLUMNS = (
    export.Column("فهرست", lambda r: r.service.get_book_display()),
    export.Column("کد", lambda r: r.service.code, 12),
    export.Column("خدمت", lambda r: r.service.title, 48),
    export.Column("گروه", lambda r: r.service.get_group_display()),
    export.Column("نشان", "markers", 8),
    export.Column("حرفه‌ای (واحد)", lambda r: units(r, "professional_milli"), 14),
    export.Column("فنی (واحد)", lambda r: units(r, "technical_milli"), 14),
    export.Column("پایهٔ بیهوشی (واحد)", lambda r: units(r, "anaesthesia_milli"), 14),
    *(
        export.Column(f"{title} (ریال)", lambda r, name=name: r.components.get(name))
        for name, title in COMPONENTS.items()
    ),
    export.Column("قیمت (ریال)", "amount", 20),
    export.Column("وضعیت", lambda r: "" if r.amount is not None else reason(r), 28),
    export.Column("بخشنامه", lambda r: r.main.circular.title if r.main else "", 40),
    export.Column("اعتماد", lambda r: r.confidence.label if r.confidence else ""),
    export.Column("از", lambda r: r.main.valid.lower if r.main else None),
    export.Column("تا پیش از", lambda r: r.main.valid.upper if r.main else None),
    export.Column("دانسته از", lambda r: r.main.known_since if r.main else None, 24),
)


def for_whom(category: int) -> str:
    """Which patients the prices are for, in words."""
    if category == ANY:
        return "قیمت‌ها عمومی است، برای بیماری که گروه او نرخ جداگانه ندارد."
    return f"قیمت‌ها برای بیمار {PatientCategory(category).label} است."


def units(row: PriceRow, name: str) -> export.Fixed | None:
    """Units of the book; None for what the book does not price."""
    return export.thousandths(row.units[name])


def reason(row: PriceRow) -> str:
    """Why a service has no price of its own."""
    return "درصدی از هتلینگ" if row.by_percent else row.status.label


class Tariffs(ListPage):
    """Services found by words, sector, setting and group, each with its price on the chosen day."""

    permission = Permission.TARIFF_VIEW
    template_name = "billing/tariffs.html"
    context_object_name = "services"

    @cached_property
    def place(self) -> Place:
        query = self.request.GET
        sector = chosen(query.get("sector"), Sector.values, self._own("sector", Sector.PUBLIC))
        return Place(
            on=self.asked_day
            or newest_priced_day(self.request.user, sector=sector, today=timezone.localdate()),
            sector=sector,
            setting=chosen(query.get("setting"), Setting.values, Setting.INPATIENT),
            grade=chosen(query.get("grade"), [g for g, _ in GRADES], self._own("grade", 1)),
            physician_status=chosen(query.get("physician"), PhysicianStatus.values, PhysicianStatus.OTHER),
            category=chosen(query.get("category"), PatientCategory.values, ANY),
        )

    @cached_property
    def asked_day(self) -> dt.date | None:
        return jalali.read(self.request.GET.get("on", ""))

    def _own(self, name: str, otherwise: int) -> int:
        """What the user's own hospital has, for those who belong to one."""
        member = self.request.user.scope.membership
        return getattr(member.centre, name) if member and member.centre else int(otherwise)

    def get_queryset(self) -> Any:
        query = self.request.GET
        found = Service.objects.visible_to(self.request.user).matching(query.get("q", "").replace("\x00", ""))
        group = chosen(query.get("group"), ServiceGroup.values, 0)
        book = chosen(query.get("book"), Book.values, 0)
        return found.narrowed(group=group, book=book).order_by("book", "code", "pk")

    def rows(self, services: Any) -> list[PriceRow]:
        organisation_id = self.request.user.scope.organisation_id
        return price_list(list(services), organisation_id=organisation_id, place=self.place)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = self.rows(context["page_obj"].object_list)
        return context | {
            "breadcrumb": [{"label": "تعرفه‌ها"}],
            "rows": [(row, components(row), reason(row)) for row in rows],
            "place": self.place,
            "for_whom": for_whom(self.place.category),
            "today": None
            if self.asked_day or self.place.on == timezone.localdate()
            else timezone.localdate(),
            "synthetic": sum(row.confidence == Confidence.SYNTHETIC for row in rows),
            "choices": self._choices(),
        }

    def _choices(self) -> list[tuple[str, str, list[tuple[int, str]], int]]:
        query = self.request.GET
        every = [(0, "همه")]
        return [
            ("بخش", "sector", Sector.choices, self.place.sector),
            ("مراجعه", "setting", Setting.choices, self.place.setting),
            ("درجه", "grade", list(GRADES), self.place.grade),
            ("بیمار", "category", list(CATEGORIES), self.place.category),
            ("پزشک", "physician", PhysicianStatus.choices, self.place.physician_status),
            ("گروه", "group", [*every, *ServiceGroup.choices[1:]], chosen(query.get("group"), ServiceGroup.values, 0)),
            ("فهرست", "book", [*every, *Book.choices], chosen(query.get("book"), Book.values, 0)),
        ]  # fmt: skip

    def _notes(self, rows: list[PriceRow]) -> list[str]:
        """What the file must say of itself: for what day, place and patient its prices are."""
        chosen_words = [
            f"{label}: {dict(options)[now]}"
            for label, name, options, now in self._choices()
            if name not in ("group", "book")
        ]
        place = f"{'، '.join([f'در تاریخ {display.day(self.place.on)}', *chosen_words])}."
        is_synthetic = any(row.confidence == Confidence.SYNTHETIC for row in rows)
        return [*export.synthetic_notes(rates=is_synthetic), f"{for_whom(self.place.category)} {place}"]

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.GET.get("export") == "xlsx":
            rows = self.rows(self.get_queryset()[:MOST_EXPORTED])
            title = f"تعرفه {display.day(self.place.on)}"
            return export.xlsx_response(rows, COLUMNS, title=title, notes=self._notes(rows))
        return super().get(request, *args, **kwargs)


def components(row: PriceRow) -> list[tuple[str, int]]:
    """The parts of the price with their names, where there is more than one."""
    named = [(COMPONENTS[name], amount) for name, amount in row.components.items()]
    return named if len(named) > 1 else []


def chosen(text: str | None, allowed: list[int], otherwise: int) -> int:
    """A number of a URL that is one of the allowed ones, or the other."""
    return int(text) if text and text.isdecimal() and int(text) in allowed else int(otherwise)
