"""An objection with its lines and steps, and the answers to it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billing.claims.choices import StepChannel
from billing.claims.models import Claim, ClaimLine
from billing.claims.objections.choices import (
    OBJECTION_STEPS,
    OBJECTION_TONES,
    AnswerState,
    ObjectionState,
)
from billing.claims.querysets import ObjectionQuerySet
from billing.models.invoices import Invoice
from billing.models.loose import loose
from core.text import persian_digits

_USER = settings.AUTH_USER_MODEL
TEXT_LENGTH = 1_000
#: Lines are chosen anew while the objection is a draft, and stay from then on.
_WHILE_DRAFT = """
    IF (SELECT state FROM billing_objection WHERE id = OLD.objection_id) <> 'draft' THEN
        RAISE EXCEPTION 'objection % is no draft any more', OLD.objection_id;
    END IF;
    RETURN OLD;
"""
NOTE_LENGTH = 250


class Objection(models.Model):
    """What a centre says against cuts of one claim, in rials; `accepted` is what the insurer gave back."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="objections", verbose_name="مطالبه", db_index=False
    )
    sequence = models.SmallIntegerField("ردیف در مطالبه")
    state = models.CharField("وضعیت", max_length=10, choices=ObjectionState, default=ObjectionState.DRAFT)
    state_at = models.DateTimeField("از")
    text = models.CharField("متن اعتراض", max_length=TEXT_LENGTH)
    lines_count = models.IntegerField("سطر")
    asked = models.BigIntegerField("خواسته")
    answered = models.BigIntegerField("پاسخ‌گرفته", default=0)
    accepted = models.BigIntegerField("پذیرفته", default=0)
    due_on = models.DateField("مهلت ارسال", null=True)
    created_at = models.DateTimeField("آغاز")
    created_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("ارسال", null=True)
    sent_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    sent_no = models.BigIntegerField("ردیف تحویل", null=True)
    answered_at = models.DateTimeField("پایان پاسخ", null=True)
    version = models.IntegerField("نسخه", default=1)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = "اعتراض"
        indexes = [models.Index(fields=["state", "due_on"], name="billing_objection_due")]
        constraints = [
            models.UniqueConstraint(fields=["claim", "sequence"], name="billing_objection_sequence"),
            models.CheckConstraint(
                name="billing_objection_sums",
                condition=Q(
                    accepted__gte=0, accepted__lte=F("answered"), answered__lte=F("asked"), asked__gt=0
                ),
            ),
            models.CheckConstraint(
                name="billing_objection_two_persons",
                condition=Q(sent_by=None) | Q(created_by=None) | ~Q(sent_by=F("created_by")),
            ),
            models.CheckConstraint(
                name="billing_objection_sent",
                condition=~Q(state__in=["sent", "answered"])
                | Q(sent_at__isnull=False, sent_no__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_objection_answered",
                condition=~Q(state="answered") | Q(answered=F("asked"), answered_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[(a.value, b.value) for a, to in OBJECTION_STEPS.items() for b in to],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.claim_id, OLD.sequence, OLD.created_by_id)"
                    " IS DISTINCT FROM ROW(NEW.claim_id, NEW.sequence, NEW.created_by_id)"
                    " OR OLD.state <> 'draft' AND ROW(OLD.asked, OLD.lines_count, OLD.text)"
                    " IS DISTINCT FROM ROW(NEW.asked, NEW.lines_count, NEW.text)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim}/{self.sequence}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("claim",)

    def audit_name(self) -> str:
        return persian_digits(f"اعتراض {self}")

    def get_absolute_url(self) -> str:
        return reverse("objection", args=[self.pk])

    @property
    def tone(self) -> str:
        return OBJECTION_TONES[self.state]

    @property
    def waiting(self) -> int:
        return self.asked - self.answered


class ObjectionLine(models.Model):
    """Rials of one line's cut that are asked back, and what the insurer said. Once for each line, unless withdrawn."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="lines", db_index=False)
    line = loose(ClaimLine, "سطر")
    invoice = loose(Invoice, "صورتحساب")
    asked = models.BigIntegerField("خواسته")
    reason = models.CharField("دلیل", max_length=NOTE_LENGTH, blank=True)
    accepted = models.BigIntegerField("پذیرفته", null=True)
    answer = models.CharField("پاسخ بیمه‌گر", max_length=NOTE_LENGTH, blank=True)
    released_at = models.DateTimeField("رها شد", null=True)

    class Meta:
        verbose_name = "سطر اعتراض"
        indexes = [models.Index(fields=["invoice"], name="billing_objline_invoice")]
        constraints = [
            models.UniqueConstraint(fields=["objection", "line"], name="billing_objline_in_objection"),
            models.UniqueConstraint(
                fields=["line"], condition=Q(released_at=None), name="billing_objline_once"
            ),
            models.CheckConstraint(
                name="billing_objline_amounts",
                condition=Q(asked__gt=0) & (Q(accepted=None) | Q(accepted__gte=0, accepted__lte=F("asked"))),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=_WHILE_DRAFT,
            ),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.objection_id, OLD.line_id, OLD.asked, OLD.reason)"
                    " IS DISTINCT FROM ROW(NEW.objection_id, NEW.line_id, NEW.asked, NEW.reason)"
                    " OR OLD.accepted IS NOT NULL OR OLD.released_at IS NOT NULL"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.line_id}"


class ObjectionStep(models.Model):
    """One step of one objection: to where, who, when and why. Append-only."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="steps")
    state = models.CharField("به", max_length=10, choices=ObjectionState)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("نام", max_length=160, blank=True)
    channel = models.CharField("راه", max_length=6, choices=StepChannel, default=StepChannel.PAGE)
    note = models.CharField("توضیح", max_length=NOTE_LENGTH, blank=True)

    class Meta:
        verbose_name = "گام اعتراض"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.objection_id}: {self.get_state_display()}"

    @property
    def tone(self) -> str:
        return OBJECTION_TONES[self.state]


class ObjectionAnswer(models.Model):
    """One answer to some lines: the insurer's own, or one that headquarters typed from its letter."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="answers")
    state = models.CharField("وضعیت", max_length=8, choices=AnswerState)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("نام", max_length=160, blank=True)
    channel = models.CharField("راه", max_length=6, choices=StepChannel)
    letter_no = models.CharField("شمارهٔ نامهٔ بیمه‌گر", max_length=60, blank=True)
    note = models.CharField("توضیح", max_length=NOTE_LENGTH, blank=True)
    decided_at = models.DateTimeField("تصمیم", null=True)
    decided_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    adjudication = models.ForeignKey("billing.Adjudication", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "پاسخ به اعتراض"
        constraints = [
            models.UniqueConstraint(
                fields=["objection"], condition=Q(state=AnswerState.TYPED), name="billing_objanswer_one_typed"
            ),
            models.CheckConstraint(
                name="billing_objanswer_two_persons",
                condition=Q(letter_no="") | ~Q(state=AnswerState.TAKEN) | ~Q(decided_by=F("by")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.pk}"


class AnsweredLine(models.Model):
    """What one answer says of one line. Append-only."""

    reply = models.ForeignKey(ObjectionAnswer, models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(ObjectionLine, models.PROTECT, related_name="+", db_index=False)
    accepted = models.BigIntegerField("پذیرفته")
    note = models.CharField("توضیح", max_length=NOTE_LENGTH, blank=True)

    class Meta:
        verbose_name = "پاسخ به سطر اعتراض"
        constraints = [
            models.UniqueConstraint(fields=["reply", "line"], name="billing_answeredline_once"),
            models.CheckConstraint(name="billing_answeredline_amount", condition=Q(accepted__gte=0)),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reply_id}/{self.line_id}"
