"""Meetings of the demonstration's coordination council: one held with resolutions, one planned; words are made up."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from demo.contracts import PEOPLE
from insurers.models import Insurer
from organisations.models import Centre, Organisation, User
from oversight.choices import ResolutionState, Side
from oversight.models import Council
from oversight.services import councils

#: With whom: the one that was met, and the one that will be.
MET, NEXT = "sso", "ihio"
HELD, AHEAD = 45, 9
PRESENT = "معاون درمان؛ رئیس ادارهٔ هماهنگی امور بیمه‌ای؛ نمایندهٔ بیمه‌گر؛ مسئولان درآمد بیمارستان‌ها"
MINUTES = (
    "دستور جلسه خوانده شد. دربارهٔ پرداخت علی‌الحساب، کدهای تعریف‌نشده و کسرهای مورد اختلاف گفت‌وگو شد. (نمایشی)"
)
#: Text, who, owner, days from the meeting to its day, and how it stands.
RESOLUTIONS = (
    ("علی‌الحساب مطالبه‌های سررسیدگذشته تا پایان ماه پرداخت شود.", Side.INSURER, "مدیر درمان بیمه‌گر", 20, None),
    ("فهرست کدهای تعریف‌نشده هفتگی فرستاده شود.", Side.HEADQUARTERS, "کارشناس هماهنگی بیمه", 7,
     ResolutionState.DONE),
    ("خلاصهٔ پرونده‌های بازگشتی تا پایان هفته کامل و دوباره فرستاده شود.", Side.CENTRE, "مسئول درآمد", 14, None),
    ("کسرهای تکراری پرونده‌های جراحی در کمیتهٔ مشترک بررسی شود.", Side.INSURER, "رئیس اسناد پزشکی", 60, None),
)  # fmt: skip


def load_councils(*, at: dt.datetime) -> int:
    """Meetings of organisations that have none; how many."""
    made = 0
    for organisation in Organisation.objects.filter(code__in=PEOPLE).order_by("pk"):
        by = User.objects.filter(username=PEOPLE[organisation.code][0]).first()
        own = {one.code: one for one in Insurer.objects.filter(organisation=organisation)}
        if by and not Council.objects.filter(organisation=organisation).exists():
            made += _meetings(own, by, at)
    return made


def _meetings(own: dict[str, Insurer], by: User, at: dt.datetime) -> int:
    made = 0
    if MET in own:
        met_at = at - dt.timedelta(days=HELD)
        council = councils.plan(
            insurer=own[MET], on=timezone.localdate(met_at), place="ستاد، اتاق جلسات", by=by, at=met_at
        )
        councils.add_item(council=council, title="نحوهٔ ارسال خلاصهٔ پرونده", by=by, at=met_at)
        councils.hold(
            council=council, present=PRESENT, minutes=MINUTES, on=timezone.localdate(met_at), by=by, at=met_at
        )
        hospital = Centre.objects.of_organisation(council.organisation_id).hospitals().by_code().first()
        for text, side, owner, days, state in RESOLUTIONS:
            if side == Side.CENTRE and hospital is None:
                continue
            decided = councils.resolve(
                council=council, text=text, side=side, owner=owner, by=by, at=met_at,
                centre=hospital if side == Side.CENTRE else None,
                due_on=timezone.localdate(met_at + dt.timedelta(days=days)),
            )  # fmt: skip
            if state:
                done_at = met_at + dt.timedelta(days=days)
                councils.follow_up(
                    resolution=decided, state=state, on=timezone.localdate(done_at), note="فرستاده شد.", by=by,
                    at=done_at,
                )  # fmt: skip
        made += 1
    if NEXT in own:
        ahead = timezone.localdate(at + dt.timedelta(days=AHEAD))
        councils.plan(insurer=own[NEXT], on=ahead, place="دفتر بیمه‌گر", by=by, at=at)
        made += 1
    return made
