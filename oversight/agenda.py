"""The agenda of a meeting with an insurer, put together from the desks, with figures of the day.

A desk that has nothing to say about the insurer makes no point. Rule: docs/rules/council.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, Sum, When
from django.urls import reverse

from billing.claims.choices import CodeState
from billing.claims.codes.models import UnknownCode, UnknownLine
from billing.claims.models import Claim
from billing.claims.objections.choices import ObjectionState
from billing.claims.objections.models import Objection
from core import jalali
from insurers.models import Contract, Insurer
from organisations.models import Centre
from oversight import experts, timeliness
from oversight.choices import Topic
from oversight.timeliness import Asked

#: Contracts that end within so many days are spoken of; claims of so many months are looked at.
ENDING_DAYS, MONTHS = 60, 24
RIALS, DAYS = "rial", "days"


@dataclass(frozen=True)
class Figure:
    """A figure of a point: `unit` is rial, days, or what is counted (Persian)."""

    label: str
    value: int
    unit: str
    url: str = ""


@dataclass(frozen=True)
class Point:
    """One point of an agenda with its figures and the way to their rows."""

    topic: Topic
    figures: tuple[Figure, ...]
    url: str

    @property
    def title(self) -> str:
        return str(self.topic.label)

    def kept(self) -> list[list[object]]:
        """Figures as a held meeting keeps them."""
        return [[figure.label, figure.value, figure.unit] for figure in self.figures]

    def shown(self) -> list[list[object]]:
        """Figures, each with the way to exactly its rows."""
        return [[figure.label, figure.value, figure.unit, figure.url] for figure in self.figures]


def points(insurer: Insurer, *, on: dt.date) -> list[Point]:
    """Points about an insurer as of a day, in the order of `Topic`."""
    centres = list(Centre.objects.of_organisation(insurer.organisation_id).values_list("pk", flat=True))
    last = timeliness.newest_month(centres)
    found = [_payment(insurer, on)]
    if last:
        found.append(_review(insurer, centres, last, on))
    found += [_cuts(insurer), _codes(insurer), _contracts(insurer, on)]
    if last:
        found.append(_sending(insurer, centres, last, on))
    return [point for point in found if point]


def _claims_url(insurer: Insurer, **more: str) -> str:
    return f"{reverse('claims')}?{urlencode({'insurer': insurer.pk} | more)}"


def _payment(insurer: Insurer, on: dt.date) -> Point | None:
    """What is past its day: of the part on account, but no more than is owed, before the rest is due; then of all."""
    late = Claim.objects.filter(insurer=insurer).delivered().with_overdue(on).filter(overdue__gt=0)
    # Who paid the part on account owes since the day of the rest.
    since = Case(When(paid__gte=F("on_account"), then=F("rest_due")), default=F("on_account_due"))
    sums = late.order_by().aggregate(count=Count("pk"), rials=Sum("overdue"), since=Min(since))
    if not sums["count"]:
        return None
    url = _claims_url(insurer, what="overdue")
    figures = (
        Figure("مطالبهٔ سررسیدگذشته", sums["count"], "مطالبه", url), Figure("پرداخت‌نشده", sums["rials"], RIALS, url),
        Figure("از نخستین سررسید", (on - sums["since"]).days, DAYS),
    )  # fmt: skip
    return Point(Topic.PAYMENT, figures, url)


def _review(insurer: Insurer, centres: list[int], last: int, on: dt.date) -> Point | None:
    first = jalali.shifted(last, 1 - MONTHS)
    held = experts.waiting(centres=centres, insurers=[insurer.pk], first=first, last=last)
    if not held:
        return None
    (one,) = held
    query = urlencode({"insurer": insurer.pk, "from": first, "to": last})
    rows = f"{reverse('expert_lines')}?{query}&only={experts.Only.WAITING}"
    figures = (
        Figure("سطر بی‌رأی", one.lines, "سطر", rows), Figure("خواستهٔ آن‌ها", one.asked, RIALS, rows),
        Figure("از قدیمی‌ترین تحویل", (on - one.since).days, DAYS),
    )  # fmt: skip
    return Point(Topic.REVIEW, figures, f"{reverse('experts')}?{query}")


def _cuts(insurer: Insurer) -> Point | None:
    """What was cut of answered claims, what of it is objected to without an answer, and what is asked again."""
    claims = Claim.objects.filter(insurer=insurer)
    cut = claims.with_own_cuts().aggregate(rials=Sum(F("answered") - F("approved")), count=Count("pk"))
    if not cut["count"]:
        return None
    again = claims.asking_again()
    asked = again.aggregate(count=Count("pk"), asked=Sum("asked"), approved=Sum("approved"))
    raised = Objection.objects.filter(claim__insurer=insurer, state=ObjectionState.SENT)
    contested = raised.aggregate(rials=Sum(F("asked") - F("answered")))["rials"] or 0
    given_back = Objection.objects.filter(claim__insurer=insurer, accepted__gt=0)
    returned = given_back.aggregate(rials=Sum("accepted"))["rials"] or 0
    cuts, retried = _claims_url(insurer, what="cut"), _claims_url(insurer, what="again")
    objections = f"{reverse('objections')}?insurer={insurer.pk}"
    figures = (
        Figure("کسر مانده در مطالبه‌های پاسخ‌گرفته", cut["rials"], RIALS, cuts),
        Figure("مطالبهٔ کسرخورده", cut["count"], "مطالبه", cuts),
        Figure("اعتراض بی‌پاسخ", contested, RIALS, f"{objections}&state={ObjectionState.SENT}"),
        Figure("بازگشته با پاسخ اعتراض", returned, RIALS, f"{objections}&returned=1"),
        Figure("دوباره خواسته", asked["asked"] or 0, RIALS, retried),
        Figure("بازگشته با ارسال دوباره", asked["approved"] or 0, RIALS, retried),
    )
    return Point(Topic.CUTS, figures, cuts)


def _codes(insurer: Insurer) -> Point | None:
    codes = UnknownCode.objects.filter(insurer=insurer, state__in=(CodeState.OPEN, CodeState.REPORTED))
    count = codes.count()
    if not count:
        return None
    hanging = UnknownLine.objects.filter(unknown__in=codes).hanging()
    held = hanging.aggregate(count=Count("pk"), asked=Sum("line__asked"))
    url = f"{reverse('unknown_codes')}?insurer={insurer.pk}"
    figures = (
        Figure("کد", count, "کد", url), Figure("سطر منتظر", held["count"], "سطر", url),
        Figure("خواستهٔ آن‌ها", held["asked"] or 0, RIALS, url),
    )  # fmt: skip
    return Point(Topic.CODES, figures, url)


def _contracts(insurer: Insurer, on: dt.date) -> Point | None:
    ending = list(
        Contract.objects.filter(insurer=insurer).ending_within(ENDING_DAYS, today=on).order_by("valid")
    )
    if not ending:
        return None
    figures = tuple(
        Figure(
            f"قرارداد {contract.number}، مانده تا پایان",
            (contract.valid.upper - on).days,
            DAYS,
            contract.get_absolute_url(),
        )
        for contract in ending
    )
    return Point(Topic.CONTRACT, figures, ending[0].get_absolute_url())


def _sending(insurer: Insurer, centres: list[int], last: int, on: dt.date) -> Point | None:
    first = jalali.shifted(last, 1 - MONTHS)
    asked = Asked(centres=centres, insurers=[insurer.pk], first=first, last=last, today=on)
    rows = timeliness.lateness(asked, organisation_id=insurer.organisation_id).rows
    if not rows:
        return None
    query = urlencode({"insurer": insurer.pk, "from": first, "to": last})
    url, late = f"{reverse('timeliness_late')}?{query}", f"{reverse('timeliness_invoices')}?{query}&late=1"
    figures = (
        Figure("مرکز دیرکرده", len(rows), "مرکز", url),
        Figure("صورتحساب", sum(r.invoices for r in rows), "صورتحساب", late),
        Figure("سهم بیمه‌گر", sum(r.asked for r in rows), RIALS, late),
    )
    return Point(Topic.SENDING, figures, url)
