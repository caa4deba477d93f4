"""The work-lists of a revenue officer: what each holds, by when it is due, and in which order it is worth doing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from billing.choices import UNSENT, Stage
from billing.claims.choices import TAKEN_OFF
from billing.models import CheckedInvoice, ClaimInvoice, Finding
from billing.querysets import CHANGED_SINCE_SENT
from billing.rules import SEND_WITHIN_DAYS
from organisations.models import User
from organisations.permissions import Permission

#: Days ahead in which a deadline of an objection counts as near, unless the address says otherwise.
WITHIN_DAYS = 7
_REGISTERED = Q(progress=None) | Q(progress__stage=Stage.REGISTERED)
_UNSENT = Q(progress=None) | Q(progress__stage__in=UNSENT)
_OPEN = _UNSENT | Q(progress__stage=Stage.RETURNED)


@dataclass(frozen=True)
class WorkList:
    """One list: `moves` are the stages its invoices are brought to from here."""

    slug: str
    label: str
    hint: str
    moves: tuple[Stage, ...] = ()


LISTS = (
    WorkList("complete", "برای تکمیل", "ثبت شده و هنوز کسی آن را کامل نکرده است", (Stage.COMPLETED,)),
    WorkList("findings", "با یافته", "یافته‌ای دارند که کسی آن را برطرف یا با دلیل رد نکرده است", (Stage.COMPLETED,)),
    WorkList(
        "review", "برای بازبینی", "تکمیل‌شده؛ همکار دیگری بازبینی می‌کند", (Stage.REVIEWED, Stage.REGISTERED)
    ),
    WorkList("send", "برای ارسال", "بازبینی‌شده و آمادهٔ ارسال به بیمه‌گر", (Stage.SENT, Stage.REGISTERED)),
    WorkList("returned", "برگشتی", "بیمه‌گر برگردانده است", (Stage.COMPLETED,)),
    WorkList(
        "objection", "مهلت اعتراض",
        "برگشتی‌هایی که مهلت اعتراضشان نزدیک یا گذشته است، و کسرهای مطالبه که مهلت اعتراضشان نزدیک است",
        (Stage.COMPLETED,),
    ),
    WorkList("unpriced", "بدون نرخ", "سطری بی‌تعرفه دارند و مبلغشان دانسته نیست"),
    WorkList(
        "changed", "تغییر پس از ارسال",
        "پس از ارسال اصلاح یا ابطال شده‌اند؛ اصلاح‌شده پس از تکمیل و بازبینی دوباره و ابطال‌شده همین حالا به مطالبهٔ"
        " مابه‌التفاوت می‌رود",
        (Stage.COMPLETED,),
    ),
    WorkList(
        "late", "دیرکرد", "از مهلت ارسال گذشته و هنوز نرفته‌اند",
        (Stage.COMPLETED, Stage.REVIEWED, Stage.SENT),
    ),
    WorkList("sent", "ارسال‌شده", "نزد بیمه‌گر؛ برگشت هر یک این‌جا ثبت می‌شود", (Stage.RETURNED,)),
)  # fmt: skip
BY_SLUG = {work.slug: work for work in LISTS}


def holds(slug: str, *, on: dt.date, within: int = WITHIN_DAYS) -> Q:
    """Condition of a list on the day `on`; `within` days ahead for deadlines of objections."""
    returned = Q(progress__stage=Stage.RETURNED)
    return {
        "complete": _REGISTERED,
        "findings": _UNSENT & Q(Exists(Finding.objects.open().filter(invoice=OuterRef("pk")))),
        "review": Q(progress__stage=Stage.COMPLETED),
        "send": Q(progress__stage=Stage.REVIEWED),
        "returned": returned,
        "objection": returned & Q(progress__due_on__lte=on + dt.timedelta(days=within))
        | Q(
            Exists(
                ClaimInvoice.objects.open_to_objection(on=on, within=within).filter(invoice_id=OuterRef("pk"))
            )
        ),
        "unpriced": _OPEN & Q(unpriced_lines__gt=0),
        "changed": ~Q(progress__stage=Stage.CANCELLED) & CHANGED_SINCE_SENT
        | Q(progress__stage=Stage.CANCELLED) & Q(Exists(_still_asked())),
        "late": _UNSENT & Q(discharged_on__lt=on - dt.timedelta(days=SEND_WITHIN_DAYS)),
        "sent": Q(progress__stage=Stage.SENT),
    }[slug]


def _still_asked() -> QuerySet[Any]:
    """The invoice (outer) of which delivered claims still ask something in all: of a cancelled one it is to go back."""
    rows = ClaimInvoice.objects.asked_of().filter(invoice_id=OuterRef("pk")).order_by()
    share = sum((F(name) for name in TAKEN_OFF), F("asked"))
    return rows.values("invoice_id").annotate(share=Sum(share)).filter(share__gt=0)


def counts(invoices: QuerySet[Any], *, on: dt.date, within: int = WITHIN_DAYS) -> dict[str, int]:
    """How many invoices each list holds, in one query."""
    asked = {slug: Count("pk", filter=holds(slug, on=on, within=within)) for slug in BY_SLUG}
    return invoices.order_by().aggregate(**asked)


def unchecked(invoices: QuerySet[Any]) -> int:
    """How many unsent invoices no rule has looked at in their present version: their findings are not known yet."""
    checked = CheckedInvoice.objects.filter(invoice_id=OuterRef("pk"), version=OuterRef("version"))
    return invoices.order_by().filter(_UNSENT & ~Exists(checked)).count()


def ranked(invoices: QuerySet[Any], *, on: dt.date) -> QuerySet[Any]:
    """Invoices with `deadline`, `days_left` on the day and `priority` in rials: docs/rules/worklists.md."""
    returned = When(progress__stage=Stage.RETURNED, then=F("progress__due_on"))
    cut = ClaimInvoice.objects.open_to_objection(on=on).filter(invoice_id=OuterRef("pk"))
    usual = _days(F("discharged_on"), Value(SEND_WITHIN_DAYS), "+", DateField())
    first = Subquery(cut.order_by("claim__objection_due_on").values("claim__objection_due_on")[:1])
    objected = When(progress__stage=Stage.SENT, then=Coalesce(first, usual))
    deadline = Case(returned, objected, default=usual, output_field=DateField())
    days_left = _days(F("deadline"), Value(on, DateField()), "-", IntegerField())
    money, days = Greatest(F("asked"), Value(0)), Greatest(F("days_left"), Value(0))
    share = ExpressionWrapper(money / (days + Value(1)), BigIntegerField())
    return invoices.annotate(deadline=deadline).annotate(days_left=days_left).annotate(priority=share)


def _days(left: Any, right: Any, sign: str, output: Any) -> Func:
    """PostgreSQL's own arithmetic of days: a date and a whole number, or two dates."""
    return Func(left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=output)


def mine(invoices: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Those that the person is responsible for."""
    return invoices.filter(progress__assignee=user)


def officers(user: Any) -> QuerySet[User]:
    """To whom the user may give invoices: people of the own scope whose role moves invoices."""
    member = user.scope.membership
    found = User.objects.who_may(Permission.INVOICE_ADVANCE, organisation_id=member.organisation_id)
    return found.filter(membership__centre=member.centre_id) if member.centre_id else found
