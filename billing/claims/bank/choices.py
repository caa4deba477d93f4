"""Closed lists of bank statements."""

from django.db import models


class StatementState(models.TextChoices):
    """What one person entered, another confirms; until then nothing of it counts."""

    WAITING = "waiting", "در انتظار تأیید"
    CONFIRMED = "confirmed", "تأییدشده"
    DISCARDED = "discarded", "کنارگذاشته"


S = StatementState
#: What may follow each state; the trigger of the table is made from it.
STATEMENT_TRANSITIONS: dict[StatementState, tuple[StatementState, ...]] = {
    S.WAITING: (S.CONFIRMED, S.DISCARDED),
    S.CONFIRMED: (),
    S.DISCARDED: (),
}
STATEMENT_TONES: dict[str, str] = {S.WAITING: "warn", S.CONFIRMED: "good", S.DISCARDED: "mute"}


class How(models.IntegerChoices):
    """What an arrival and a remittance were found to be one by."""

    REFERENCE = 1, "شماره و مبلغ"
    DAY = 2, "مبلغ و روز"
    HAND = 3, "با دست"


class Show(models.TextChoices):
    """The three sides of the comparison."""

    UNANNOUNCED = "unannounced", "رسیده و گفته‌نشده"
    UNARRIVED = "unarrived", "گفته‌شده و نرسیده"
    MATCHED = "matched", "گفته‌شده و رسیده"
