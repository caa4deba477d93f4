"""Pages about sending in time: medians and backlog, late centres, and the invoices behind every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from billing.claims.choices import Payer
from billing.claims.filters import insurers_of
from core import jalali
from core.export import LIMIT, Column, xlsx_response
from core.filters import unit_of, whole
from core.paging import Pages
from core.text import persian_digits
from core.views import PageView
from insurers.models import Insurer
from organisations.choices import Setting
from organisations.models import Centre, Region
from organisations.permissions import Permission
from oversight import timeliness
from oversight.choices import BAND_STARTS, WAITING, Leg, Position
from oversight.models import Contact
from oversight.timeliness import Asked, By, Late, Lateness, Overview, Pace, Step, Took

HOME = {"label": "ارسال به‌موقع"}
MONTHS_OFFERED = 36
#: Parts on one page, and the order without a choice.
ROWS, WAITING_FIRST = 25, "waiting"
_LEG_NAMES = {leg.value for leg in Leg}
KEPT = ("region", "centre", "insurer", "from", "to", "payer", "setting")


def band_labels() -> list[str]:
    """Names of the age bands, in days."""
    starts = (0, *BAND_STARTS)
    names = [f"{first} تا {after - 1} روز" for first, after in zip(starts, BAND_STARTS, strict=False)]
    return [persian_digits(name) for name in (*names, f"{BAND_STARTS[-1]} روز و بیشتر")]


def tabs_of(user: Any) -> list[dict[str, str]]:
    """The sides of sending in time."""
    return [
        {"label": "زمان و انباشت", "url": reverse("timeliness")},
        {"label": "مرکزهای دیرکرده", "url": reverse("timeliness_late")},
        {"label": "تماس‌ها و نامه‌ها", "url": reverse("contacts")},
        {"label": "کارشناسان بیمه‌گر", "url": reverse("experts")},
        {"label": "وضعیت پزشکان", "url": reverse("status_notices")},
    ]


class AskingPage(PageView):
    """A page about what the filter bar asks for; its whole state is in the URL, and what means nothing is ignored."""

    abstract = True
    permission = Permission.TIMELINESS_VIEW
    columns: Sequence[Column] = ()
    sheet = ""

    @cached_property
    def centres(self) -> dict[int, Centre]:
        """Centres of the user's scope, narrowed by region and centre."""
        seen = Centre.objects.visible_to(self.request.user).select_related("region").by_code()
        found = {row.pk: row for row in seen.narrowed(region=self.request.GET.get("region", ""))}
        chosen = whole(self.request.GET.get("centre"))
        return {chosen: found[chosen]} if chosen in found else found

    @cached_property
    def insurers(self) -> dict[int, Insurer]:
        return {row.pk: row for row in Insurer.objects.visible_to(self.request.user).order_by("name", "pk")}

    @cached_property
    def newest(self) -> int:
        today = jalali.month_key(timezone.localdate())
        return timeliness.newest_month(self.centres) or today

    @cached_property
    def asked(self) -> Asked:
        get = self.request.GET
        insurer, payer, setting = whole(get.get("insurer")), get.get("payer", ""), whole(get.get("setting"))
        last = self._month("to") or self.newest
        return Asked(
            centres=list(self.centres),
            insurers=[insurer] if insurer in self.insurers else None,
            first=self._month("from") or timeliness.year_before(last),
            last=last,
            today=timezone.localdate(),
            payer=payer if payer in Payer.values else "",
            setting=setting if setting in Setting.values else 0,
        )

    def _month(self, name: str) -> int | None:
        key = whole(self.request.GET.get(name))
        return key if key and jalali.is_month(key) else None

    @property
    def organisation_id(self) -> int:
        return self.request.user.scope.organisation_id or 0

    def rows_url(self, **more: object) -> str:
        """Where the invoices behind a figure are: what the page asks for, and more."""
        kept = {name: self.request.GET[name] for name in KEPT if self.request.GET.get(name)}
        query = kept | {"from": self.asked.first, "to": self.asked.last} | more
        return f"{reverse('timeliness_invoices')}?{urlencode(query)}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.columns and request.GET.get("export") == "xlsx":
            return xlsx_response(self.exported(), self.columns, title=self.sheet)
        return super().get(request, *args, **kwargs)

    def exported(self) -> Sequence[Any]:
        """What the sheet has, a row each."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = Centre.objects.visible_to(self.request.user).by_code()
        return super().get_context_data(
            asked=self.asked,
            regions=list(Region.objects.visible_to(self.request.user).by_code()),
            centre_choices=list(seen.narrowed(region=self.request.GET.get("region", ""))),
            insurer_choices=list(insurers_of(self.request.user)),
            months=[
                (key, jalali.month_name(key)) for key in jalali.newest_months(self.newest, MONTHS_OFFERED)
            ],
            payers=Payer.choices,
            settings=Setting.choices,
            unit=unit_of(self.request),
            tabs=tabs_of(self.request.user),
            **{"breadcrumb": [HOME]} | kwargs,
        )


def _at(pace: Pace) -> dict[str, int]:
    """The filters that mean a part; none for the whole."""
    return {name: key for name, key in (("centre", pace.centre_id), ("insurer", pace.insurer_id)) if key}


def _pace_columns() -> list[Column]:
    columns = [
        Column("مرکز", lambda r: r["centre"].name if r["centre"] else "همه", 30),
        Column("بیمه‌گر", lambda r: r["insurer"].name if r["insurer"] else "همه", 24),
        Column("منتظر", lambda r: r["pace"].invoices),
        Column("سهم بیمه‌گر منتظر (ریال)", lambda r: r["pace"].asked, 24),
    ]
    for leg in Leg:
        columns += [
            Column(f"{leg.label}: تعداد", lambda r, leg=leg: _of(r, leg, "passed")),
            Column(f"{leg.label}: میانه (روز)", lambda r, leg=leg: _of(r, leg, "median")),
            Column(f"{leg.label}: صدک نودم (روز)", lambda r, leg=leg: _of(r, leg, "p90")),
        ]
    return columns


def _of(row: dict[str, Any], leg: Leg, name: str) -> int | None:
    took = row["pace"].legs.get(leg.value)
    return None if took is None else getattr(took, name)


class Timeliness(AskingPage):
    """Days of each leg and what waits, by hospital, insurer or both; the most that waits first."""

    template_name = "oversight/timeliness.html"
    columns = _pace_columns()
    sheet = "زمان ارسال اسناد"

    @cached_property
    def by(self) -> By:
        asked = self.request.GET.get("by", "")
        return By(asked) if asked in set(By) else By.CENTRE

    @cached_property
    def overview(self) -> Overview:
        return timeliness.overview(self.asked, by=self.by)

    def exported(self) -> Sequence[dict[str, Any]]:
        return [self._named(pace) for pace in self._sorted()]

    def _named(self, pace: Pace) -> dict[str, Any]:
        return {
            "pace": pace,
            "centre": self.centres.get(pace.centre_id),
            "insurer": self.insurers.get(pace.insurer_id),
        }

    def _sorted(self) -> list[Pace]:
        """As the address says: by name, by what waits or by a leg's median; what has no figure comes last."""
        sort = self.request.GET.get("sort", "") or f"-{WAITING_FIRST}"
        name, down = sort.removeprefix("-"), sort.startswith("-")
        order = {pk: place for place, pk in enumerate(self.centres)}
        names = {pk: place for place, pk in enumerate(self.insurers)}

        def place(pace: Pace) -> tuple[int, int]:
            return order.get(pace.centre_id, 0), names.get(pace.insurer_id, 0)

        def figure(pace: Pace) -> int | None:
            if name in _LEG_NAMES:
                return pace.legs[name].median if name in pace.legs else None
            return pace.invoices or None

        parts = sorted(self.overview.parts, key=place)
        if name == "name":
            return parts[::-1] if down else parts
        known = [pace for pace in parts if figure(pace) is not None]
        unknown = [pace for pace in parts if figure(pace) is None]
        return sorted(known, key=lambda pace: figure(pace) or 0, reverse=down) + unknown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paces = self._sorted()
        page = Pages(paces, ROWS).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            legs=self._legs(self.overview.whole),
            leg_names=[(leg.value, str(leg.label)) for leg in Leg],
            page_obj=page,
            rows=[
                self._named(pace) | {"legs": self._legs(pace), "url": self.rows_url(**_at(pace))} for pace in page
            ],
            by=self.by,
            kinds=((By.CENTRE.value, "مرکز"), (By.INSURER.value, "بیمه‌گر"), (By.BOTH.value, "مرکز و بیمه‌گر")),
            backlog=self._backlog(),
            bands=band_labels(),
            **kwargs,
        )  # fmt: skip

    def _legs(self, pace: Pace) -> list[tuple[str, Took | None, str]]:
        """Each leg with its days and the way to the invoices that took as long as the tail, or longer."""
        at = _at(pace)
        found = []
        for leg in Leg:
            took = pace.legs.get(leg.value)
            url = self.rows_url(**at, leg=leg.value, least=took.p90) if took else ""
            found.append((str(leg.label), took, url))
        return found

    def _backlog(self) -> list[dict[str, Any]]:
        """Positions with what waits in each band, each with the way to its invoices."""
        found = {(one.position, one.band): one for one in self.overview.backlog}
        rows = []
        for position in WAITING:
            cells = [
                (found.get((position.value, band)), self.rows_url(position=position.value, band=band))
                for band in range(len(BAND_STARTS) + 1)
            ]
            held = [cell for cell, _ in cells if cell]
            rows.append(
                {"label": position.label, "cells": cells, "url": self.rows_url(position=position.value),
                 "invoices": sum(c.invoices for c in held), "asked": sum(c.asked for c in held)}
            )  # fmt: skip
        return rows


class LateCentres(AskingPage):
    """Centres that have not sent what their contracts wanted sent by today, with what was said to them."""

    template_name = "oversight/late.html"
    sheet = "مرکزهای دیرکرده"
    columns = (
        Column("مرکز", lambda r: r["centre"].name, 30),
        Column("منطقه", lambda r: r["centre"].region.name, 20),
        Column("بیمه‌گر", lambda r: r["insurer"].name, 24),
        Column("ماه‌ها", lambda r: "، ".join(jalali.month_name(m.month) for m in r["late"].months), 40),
        Column("نخستین مهلت گذشته", lambda r: r["late"].due_on),
        Column("روز دیرکرد", "days"),
        Column("صورتحساب", lambda r: r["late"].invoices),
        Column("سهم بیمه‌گر (ریال)", lambda r: r["late"].asked, 22),
        Column("آخرین پیگیری", lambda r: r["contact"] and r["contact"].on),
        Column("نتیجه", lambda r: r["contact"].get_outcome_display() if r["contact"] else "", 24),
        Column("پیگیری بعدی", lambda r: r["contact"] and r["contact"].next_on),
    )

    @cached_property
    def found(self) -> Lateness:
        return timeliness.lateness(self.asked, organisation_id=self.organisation_id)

    @cached_property
    def contacts(self) -> dict[tuple[int, int], Contact]:
        """The last contact of each centre about each insurer."""
        last = Contact.objects.visible_to(self.request.user).newest_of_each().select_related("by")
        return {(row.centre_id, row.insurer_id): row for row in last}

    def exported(self) -> Sequence[dict[str, Any]]:
        return [self._row(late) for late in self.found.rows]

    def _row(self, late: Late) -> dict[str, Any]:
        contact = self.contacts.get((late.centre_id, late.insurer_id))
        at = {"centre": late.centre_id, "insurer": late.insurer_id}
        return {
            "late": late,
            "centre": self.centres[late.centre_id],
            "insurer": self.insurers[late.insurer_id],
            "days": late.days(self.asked.today),
            "contact": contact,
            "is_due": bool(contact and contact.next_on and contact.next_on <= self.asked.today),
            "url": self.rows_url(late=1, **at),
            "log_url": f"{reverse('contacts')}?{urlencode(at)}",
            "call_url": f"{reverse('contact_new')}?{urlencode(at | {'kind': 'call'})}",
            "letter_url": f"{reverse('contact_new')}?{urlencode(at | {'kind': 'letter'})}",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.exported()
        return super().get_context_data(
            rows=rows,
            invoices=sum(row["late"].invoices for row in rows),
            rials=sum(row["late"].asked for row in rows),
            without_day=self.found.without_day,
            due_today=sum(row["is_due"] for row in rows),
            never=sum(row["contact"] is None for row in rows),
            all_url=self.rows_url(late=1),
            may_record=self.request.user.may(Permission.CONTACT_RECORD),
            breadcrumb=[HOME | {"url": reverse("timeliness")}, {"label": "مرکزهای دیرکرده"}],
            **kwargs,
        )


class _Found(Sequence[Step]):
    """Invoices behind a figure, fetched a page at a time."""

    def __init__(self, asked: Asked, count: int) -> None:
        self._asked, self._count = asked, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        return timeliness.steps(self._asked, limit=place.stop - place.start, offset=place.start)


class Invoices(AskingPage):
    """The invoices behind a figure, with the day of every step."""

    template_name = "oversight/invoices.html"
    sheet = "صورتحساب‌ها در راه پرداخت"
    columns = (
        Column("صورتحساب", "number", 28),
        Column("مرکز", "centre_name", 30),
        Column("بیمه‌گر", "insurer_name", 24),
        Column("سهم", "payer_label"),
        Column("ماه", lambda r: jalali.month_name(r["month"])),
        Column("ترخیص", "discharged_on"),
        Column("ثبت", "registered_on"),
        Column("ارسال", "sent_on"),
        Column("رسید", "acknowledged_on"),
        Column("نخستین رسیدگی", "reviewed_on"),
        Column("پرداخت", "paid_on"),
        Column("وضعیت", "position_label", 22),
        Column("روز انتظار", "age"),
        Column("سهم بیمه‌گر (ریال)", "asked", 22),
    )

    @cached_property
    def narrowed(self) -> Asked:
        get = self.request.GET
        position, leg, band = get.get("position", ""), get.get("leg", ""), whole(get.get("band"))
        late = None
        if get.get("late"):
            late = timeliness.lateness(self.asked, organisation_id=self.organisation_id).cells
        return replace(
            self.asked,
            position=position if position in Position.values else "",
            leg=leg if leg in Leg.values else "",
            least=whole(get.get("least")) or 0,
            band=band if band is not None and band <= len(BAND_STARTS) else None,
            late=late,
        )

    def exported(self) -> Sequence[dict[str, Any]]:
        return [self._named(step) for step in timeliness.steps(self.narrowed, limit=LIMIT)]

    def _named(self, step: Step) -> dict[str, Any]:
        return {name: getattr(step, name) for name in Step.__dataclass_fields__} | {
            "centre_name": self.centres[step.centre_id].name,
            "insurer_name": self.insurers[step.insurer_id].name,
            "payer_label": step.payer_label,
            "position_label": step.position_label,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.narrowed
        count, rials = timeliness.sums(asked)
        page = Pages(_Found(asked, count), 50).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page_obj=page,
            rows=[self._named(step) for step in page],
            count=count,
            rials=rials,
            is_longer=count > LIMIT,
            export_limit=LIMIT,
            positions=Position.choices,
            bands=list(enumerate(band_labels())),
            told=self._told(asked),
            breadcrumb=[HOME | {"url": reverse("timeliness")}, {"label": "صورتحساب‌ها"}],
            **kwargs,
        )

    def _told(self, asked: Asked) -> str:
        """What narrows the list beside the filter bar, in words."""
        said = []
        if asked.leg:
            said.append(persian_digits(f"«{Leg(asked.leg).label}» {asked.least} روز یا بیشتر"))
        if asked.late is not None:
            said.append("از مهلت قرارداد گذشته")
        return "، ".join(said)
