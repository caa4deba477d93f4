"""Closed lists of oversight."""

from django.db import models


class Position(models.TextChoices):
    """Where an invoice stands on the way to the insurer's money: for what it waits."""

    UNSENT = "unsent", "ارسال‌نشده"
    SENT = "sent", "در انتظار رسید"
    ACKNOWLEDGED = "acknowledged", "در انتظار رسیدگی"
    REVIEWED = "reviewed", "در انتظار پرداخت"
    PAID = "paid", "پرداخت‌شده"
    REJECTED = "rejected", "رد شد"


#: Positions in which something is still awaited.
WAITING = (Position.UNSENT, Position.SENT, Position.ACKNOWLEDGED, Position.REVIEWED)


class Leg(models.TextChoices):
    """A part of the way; its days are counted between its two ends."""

    REGISTRATION = "registration", "ترخیص تا ثبت"
    SENDING = "sending", "ثبت تا ارسال"
    RECEIPT = "receipt", "ارسال تا رسید"
    REVIEW = "review", "رسید تا نخستین رسیدگی"
    PAYMENT = "payment", "رسیدگی تا پرداخت"


#: First days of the age bands after the first one; ours, changed here.
BAND_STARTS = (8, 16, 31, 61, 91)


class ContactKind(models.TextChoices):
    CALL = "call", "تماس تلفنی"
    LETTER = "letter", "نامه"
    ANSWER = "answer", "پاسخ مرکز"


class ContactOutcome(models.TextChoices):
    """What came of a contact."""

    PROMISED = "promised", "قول ارسال داد"
    SENT = "sent", "گفت فرستاده است"
    SYSTEM = "system", "مشکل نرم‌افزار بیمارستان"
    INSURER = "insurer", "مشکل سامانهٔ بیمه‌گر"
    STAFF = "staff", "کمبود نیرو"
    NO_ANSWER = "no_answer", "پاسخ نداد"
    WRITTEN = "written", "نامه شد"
    OTHER = "other", "سایر"


OUTCOME_TONES: dict[str, str] = {
    ContactOutcome.PROMISED: "info", ContactOutcome.SENT: "good", ContactOutcome.SYSTEM: "warn",
    ContactOutcome.INSURER: "warn", ContactOutcome.STAFF: "warn", ContactOutcome.NO_ANSWER: "bad",
    ContactOutcome.WRITTEN: "accent", ContactOutcome.OTHER: "mute",
}  # fmt: skip


class CouncilState(models.TextChoices):
    """A meeting of the council; what was held is frozen."""

    PLANNED = "planned", "در پیش"
    HELD = "held", "برگزار شد"
    CANCELLED = "cancelled", "لغو شد"


COUNCIL_STEPS: dict[CouncilState, tuple[CouncilState, ...]] = {
    CouncilState.PLANNED: (CouncilState.HELD, CouncilState.CANCELLED),
    CouncilState.HELD: (),
    CouncilState.CANCELLED: (),
}
COUNCIL_TONES: dict[str, str] = {
    CouncilState.PLANNED: "info", CouncilState.HELD: "good", CouncilState.CANCELLED: "mute",
}  # fmt: skip


class Topic(models.TextChoices):
    """Where a point of the agenda comes from: one of the desks, or a person."""

    PAYMENT = "payment", "دیرکرد پرداخت"
    REVIEW = "review", "انباشت رسیدگی"
    CUTS = "cuts", "کسرهای مورد اختلاف"
    CODES = "codes", "کدهای ناشناخته"
    CONTRACT = "contract", "قراردادهای نزدیک به پایان"
    SENDING = "sending", "دیرکرد ارسال مرکزها"
    OTHER = "other", "سایر"


class Side(models.TextChoices):
    """Who carries a resolution out."""

    HEADQUARTERS = "headquarters", "ستاد"
    INSURER = "insurer", "بیمه‌گر"
    CENTRE = "centre", "مرکز"


class ResolutionState(models.TextChoices):
    OPEN = "open", "در دست اقدام"
    DONE = "done", "انجام شد"
    DROPPED = "dropped", "کنار گذاشته شد"


RESOLUTION_TONES: dict[str, str] = {
    ResolutionState.OPEN: "info", ResolutionState.DONE: "good", ResolutionState.DROPPED: "mute",
}  # fmt: skip
