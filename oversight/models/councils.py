"""Meetings of the coordination council with an insurer: agenda, minutes, resolutions and what became of them."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.jalali import text as jalali_text
from insurers.models import Insurer
from organisations.models import Centre, Organisation
from oversight.choices import (
    COUNCIL_STEPS,
    COUNCIL_TONES,
    RESOLUTION_TONES,
    CouncilState,
    ResolutionState,
    Side,
    Topic,
)
from oversight.querysets import CouncilQuerySet, ResolutionQuerySet

_USER = settings.AUTH_USER_MODEL
_WHILE_PLANNED = f"""
    IF (SELECT state FROM oversight_council WHERE id = coalesce(NEW.council_id, OLD.council_id))
        <> '{CouncilState.PLANNED}' THEN
        RAISE EXCEPTION 'the agenda of council % is frozen', coalesce(NEW.council_id, OLD.council_id);
    END IF;
    RETURN coalesce(NEW, OLD);
"""


class Council(models.Model):
    """One meeting. While it is planned its points come fresh from the desks; when it is held they are kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+", verbose_name="بیمه‌گر")
    on = models.DateField("تاریخ")
    place = models.CharField("محل", max_length=160, blank=True)
    state = models.CharField("وضعیت", max_length=9, choices=CouncilState, default=CouncilState.PLANNED)
    present = models.TextField("حاضران", max_length=2_000, blank=True)
    minutes = models.TextField("صورتجلسه", max_length=10_000, blank=True)
    created_at = models.DateTimeField("ثبت")
    created_by = models.ForeignKey(_USER, models.PROTECT, related_name="+")
    held_at = models.DateTimeField("برگزاری ثبت شد", null=True)
    held_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    note = models.CharField("علت لغو", max_length=250, blank=True)

    objects = CouncilQuerySet.as_manager()

    class Meta:
        verbose_name = "جلسهٔ شورای هماهنگی"
        indexes = [models.Index(fields=["organisation", "-on"], name="oversight_council_newest")]
        constraints = [
            models.CheckConstraint(
                name="oversight_council_held_has_minutes",
                condition=~Q(state=CouncilState.HELD)
                | Q(held_at__isnull=False) & ~Q(minutes="") & ~Q(present=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[(a.value, b.value) for a, following in COUNCIL_STEPS.items() for b in following],
            ),
            pgtrigger.Protect(
                name="held_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"OLD.state <> '{CouncilState.PLANNED}'"),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"شورای {self.insurer.name}، {jalali_text(self.on)}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("council", args=[self.pk])

    @property
    def tone(self) -> str:
        return COUNCIL_TONES[self.state]

    @property
    def is_planned(self) -> bool:
        return self.state == CouncilState.PLANNED


class AgendaItem(models.Model):
    """A point of an agenda. `figures` are [label, value, unit] as they were when the meeting was held."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="items")
    topic = models.CharField("موضوع", max_length=8, choices=Topic, default=Topic.OTHER)
    title = models.CharField("عنوان", max_length=200)
    note = models.TextField("شرح", max_length=2_000, blank=True)
    figures = models.JSONField("ارقام", default=list)
    place = models.SmallIntegerField("ردیف", default=0)

    class Meta:
        verbose_name = "بند دستور جلسه"
        triggers = [
            pgtrigger.Trigger(
                name="while_planned",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_WHILE_PLANNED,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Resolution(models.Model):
    """What a held meeting decided, who carries it out and by when."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="resolutions")
    text = models.CharField("مصوبه", max_length=500)
    side = models.CharField("بر عهدهٔ", max_length=12, choices=Side)
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, related_name="+", verbose_name="مرکز")
    owner = models.CharField("مسئول", max_length=120)
    due_on = models.DateField("مهلت")
    state = models.CharField("وضعیت", max_length=7, choices=ResolutionState, default=ResolutionState.OPEN)
    closed_on = models.DateField("پایان", null=True)
    at = models.DateTimeField("ثبت")
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+")

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = "مصوبه"
        indexes = [models.Index(fields=["state", "due_on"], name="oversight_resolution_due")]
        constraints = [
            models.CheckConstraint(
                name="oversight_resolution_closed",
                condition=Q(state=ResolutionState.OPEN, closed_on=None)
                | ~Q(state=ResolutionState.OPEN) & Q(closed_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="words_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.council_id, OLD.text, OLD.side, OLD.centre_id, OLD.owner, OLD.due_on) IS DISTINCT FROM"
                    " ROW(NEW.council_id, NEW.text, NEW.side, NEW.centre_id, NEW.owner, NEW.due_on)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    #: What `core.trail` reads along to name the row.
    audit_related = ("council__insurer",)

    def audit_name(self) -> str:
        return f"مصوبهٔ {self.council}"

    def get_absolute_url(self) -> str:
        return self.council.get_absolute_url()

    @property
    def tone(self) -> str:
        return RESOLUTION_TONES[self.state]

    @property
    def side_text(self) -> str:
        """On whom it lies, with the centre that it is about."""
        side: str = self.get_side_display()
        return f"{side}، {self.centre.name}" if self.centre else side

    def days_late(self, today: dt.date) -> int:
        """Days past the due day of what is still open; zero or less while there is time."""
        return (today - self.due_on).days if self.state == ResolutionState.OPEN else 0


class ResolutionStep(models.Model):
    """One follow-up of a resolution: when, what was said, where it stands then. Append-only."""

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="steps")
    state = models.CharField("وضعیت", max_length=7, choices=ResolutionState)
    on = models.DateField("تاریخ")
    note = models.CharField("شرح", max_length=500, blank=True)
    at = models.DateTimeField("ثبت")
    by = models.ForeignKey(_USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "پیگیری مصوبه"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.resolution_id}: {self.get_state_display()}"

    @property
    def tone(self) -> str:
        return RESOLUTION_TONES[self.state]
