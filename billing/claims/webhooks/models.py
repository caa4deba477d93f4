"""Events for insurers, the addresses they are told at, and every try. An event is written with what it tells of."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from billing.claims.api.models import ApiClient
from billing.claims.querysets import (
    InsurerEventQuerySet,
    WebhookDeliveryQuerySet,
    WebhookEndpointQuerySet,
)
from billing.claims.webhooks.choices import DELIVERY_TONES, DeliveryState, EventType, Fault
from insurers.models import Insurer

_USER = settings.AUTH_USER_MODEL
ANSWER_KEPT = 200


class InsurerEvent(models.Model):
    """Something that an insurer is told, in the order in which it was stored. No personal data. Append-only.

    Written in the transaction of what it tells of: neither is there without the other.
    """

    insurer = models.ForeignKey(
        Insurer, models.PROTECT, related_name="+", verbose_name="بیمه‌گر", db_index=False
    )
    key = models.CharField("شناسه", max_length=40, unique=True)
    type = models.CharField("رویداد", max_length=30, choices=EventType)
    claim = models.ForeignKey("billing.Claim", models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.JSONField("داده")
    at = models.DateTimeField("زمان")

    objects = InsurerEventQuerySet.as_manager()

    class Meta:
        verbose_name = "رویداد بیمه‌گر"
        indexes = [models.Index(fields=["insurer", "id"], name="billing_insurerevent_feed")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"

    def content(self) -> dict[str, Any]:
        """What is told, the same at every try."""
        return {"type": self.type, "timestamp": self.at.isoformat(), "data": self.data}


class WebhookEndpoint(models.Model):
    """An address of a client that events are posted to.

    Its secrets are made of `SECRET_KEY` and a salt, so that the table alone signs nothing. While one is replaced
    both sign.
    """

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="endpoints", verbose_name="سامانه")
    url = models.CharField("نشانی", max_length=500)
    types = ArrayField(models.CharField(max_length=30, choices=EventType), verbose_name="رویدادها")
    salt = models.CharField(max_length=64)
    old_salt = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField("رمز پیشین تا", null=True)
    created_at = models.DateTimeField("ساخته شد")
    created_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("بسته شد", null=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "نشانی وب‌هوک"
        constraints = [
            models.UniqueConstraint(
                fields=["client", "url"], condition=Q(closed_at=None), name="billing_webhookendpoint_once"
            ),
            models.CheckConstraint(
                name="billing_webhookendpoint_old_ends",
                condition=Q(old_salt="", old_until=None) | ~Q(old_salt="") & Q(old_until__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.url

    #: What `core.trail` reads along to name the row.
    audit_related = ("client__insurer",)

    def audit_name(self) -> str:
        return f"وب‌هوک {self.client.name}، {self.client.insurer.name}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class WebhookDelivery(models.Model):
    """One event for one endpoint, until it has arrived or is given up; at least once, so maybe more than once."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(InsurerEvent, models.PROTECT, related_name="deliveries", db_index=False)
    state = models.CharField("وضعیت", max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    tries_count = models.IntegerField("تلاش", default=0)
    tries_left = models.IntegerField("تلاش مانده")
    next_at = models.DateTimeField("تلاش بعدی", null=True)
    ended_at = models.DateTimeField("پایان", null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "تحویل رویداد"
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"],
                name="billing_webhookdelivery_due",
                condition=Q(state=DeliveryState.WAITING),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="billing_webhookdelivery_once"),
            models.CheckConstraint(
                name="billing_webhookdelivery_state",
                condition=Q(state=DeliveryState.WAITING, next_at__isnull=False, ended_at=None)
                | ~Q(state=DeliveryState.WAITING) & Q(next_at=None, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_webhookdelivery_tries", condition=Q(tries_count__gte=0, tries_left__gte=0)
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.event.key} → {self.endpoint_id}"

    def get_absolute_url(self) -> str:
        return reverse("webhook_delivery", args=[self.pk])

    @property
    def tone(self) -> str:
        return DELIVERY_TONES[self.state]


class WebhookTry(models.Model):
    """One try of a delivery: what came back and how long it took. Append-only."""

    delivery = models.ForeignKey(WebhookDelivery, models.PROTECT, related_name="tries", db_index=False)
    number = models.IntegerField("تلاش")
    at = models.DateTimeField("زمان")
    status = models.SmallIntegerField("پاسخ", null=True)
    fault = models.CharField("علت بی‌پاسخی", max_length=10, choices=Fault, blank=True)
    ms = models.IntegerField("هزارم ثانیه")
    answer = models.CharField("آغاز پاسخ", max_length=ANSWER_KEPT, blank=True)

    class Meta:
        verbose_name = "تلاش تحویل"
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="billing_webhooktry_once"),
            models.CheckConstraint(
                name="billing_webhooktry_answer_or_fault",
                condition=Q(status=None) & ~Q(fault="") | Q(status__isnull=False, fault=""),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number}"
