"""Closed lists of objections, and the one table of what may follow what."""

from django.db import models


class ObjectionState(models.TextChoices):
    DRAFT = "draft", "پیش‌نویس"
    REVIEW = "review", "در انتظار بازبینی همکار"
    SENT = "sent", "نزد بیمه‌گر"
    ANSWERED = "answered", "پاسخ گرفت"
    WITHDRAWN = "withdrawn", "پس گرفته شد"


S = ObjectionState
#: What may follow each state; the trigger of the table is made from it.
OBJECTION_STEPS: dict[ObjectionState, tuple[ObjectionState, ...]] = {
    S.DRAFT: (S.REVIEW, S.WITHDRAWN),
    S.REVIEW: (S.DRAFT, S.SENT, S.WITHDRAWN),
    S.SENT: (S.ANSWERED, S.WITHDRAWN),
    S.ANSWERED: (),
    S.WITHDRAWN: (),
}
#: States in which the insurer has the objection, and sees it.
TOLD = (S.SENT, S.ANSWERED)
#: States in which the lines wait for somebody.
PENDING = (S.DRAFT, S.REVIEW, S.SENT)

OBJECTION_TONES: dict[str, str] = {
    S.DRAFT: "mute", S.REVIEW: "accent", S.SENT: "warn", S.ANSWERED: "good", S.WITHDRAWN: "mute",
}  # fmt: skip


class AnswerState(models.TextChoices):
    """An insurer's own answer is taken at once; one typed from its letter waits for a second person."""

    TYPED = "typed", "در انتظار تأیید همکار"
    TAKEN = "taken", "ثبت شد"
    DROPPED = "dropped", "کنار گذاشته شد"
