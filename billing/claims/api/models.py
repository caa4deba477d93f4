"""Clients of insurers, their secrets and tokens, and calls that must not be done twice."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from billing.claims.querysets import ApiClientQuerySet
from insurers.models import Insurer

_USER = settings.AUTH_USER_MODEL


class ApiClient(models.Model):
    """A system of an insurer; it sees what was delivered to that insurer and nothing else."""

    insurer = models.ForeignKey(
        Insurer, models.PROTECT, related_name="api_clients", verbose_name="بیمه‌گر", db_index=False
    )
    key = models.CharField("شناسه", max_length=40, unique=True)
    name = models.CharField("نام", max_length=80)
    scopes = ArrayField(models.CharField(max_length=30), verbose_name="دامنه‌ها")
    created_at = models.DateTimeField("ساخته شد")
    created_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField("بسته شد", null=True)
    revoked_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        verbose_name = "سامانهٔ بیمه‌گر"
        indexes = [models.Index(fields=["insurer"], name="billing_apiclient_insurer")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return f"سامانهٔ {self.name}، {self.insurer.name}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None


class ApiSecret(models.Model):
    """A secret of a client, kept as a digest. Two may hold at once while one is replaced."""

    client = models.ForeignKey(ApiClient, models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField("چهار نویسهٔ پایانی", max_length=4)
    created_at = models.DateTimeField("ساخته شد")
    expires_at = models.DateTimeField("تا", null=True)

    class Meta:
        verbose_name = "رمز سامانهٔ بیمه‌گر"
        constraints = [
            models.CheckConstraint(
                name="billing_apisecret_ends",
                condition=Q(expires_at=None) | Q(expires_at__gte=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"


class ApiToken(models.Model):
    """A token that a secret was changed for; it falls with its client or its secret."""

    secret = models.ForeignKey(ApiSecret, models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=30))
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "نشان سامانهٔ بیمه‌گر"
        indexes = [models.Index(fields=["expires_at"], name="billing_apitoken_expires")]

    def __str__(self) -> str:
        return f"{self.secret_id} {self.expires_at}"


class ApiCall(models.Model):
    """What was answered to a call with an Idempotency-Key, so that the same call again changes nothing."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    etag = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "فراخوانی یگانه"
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="billing_apicall_once")]
        indexes = [models.Index(fields=["at"], name="billing_apicall_at")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
