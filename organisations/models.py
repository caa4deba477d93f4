"""The tree organisation → region → centre → unit, its physicians, and the people who use the system."""

from __future__ import annotations

import hashlib
from functools import cached_property

from django.conf import settings
from django.contrib.auth import models as auth_models
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.urls import reverse

from core.history import tracked
from core.reference import renews_version
from organisations.choices import CentreKind, PhysicianStatus, Sector, Treatment
from organisations.permissions import PERMISSIONS, Permission, Role
from organisations.querysets import (
    CentreQuerySet,
    DatedQuerySet,
    OrganisationQuerySet,
    RegionQuerySet,
    UserQuerySet,
    UserSessionQuerySet,
)
from organisations.scope import Scope


def no_overlap(name: str, *fields: str) -> ExclusionConstraint:
    """Two rows with equal `fields` may not have overlapping `valid` ranges."""
    same = [(models.F(f), RangeOperators.EQUAL) for f in fields]
    return ExclusionConstraint(name=name, expressions=[*same, ("valid", RangeOperators.OVERLAPS)])


class Organisation(models.Model):
    """A root: two organisations in one installation never see each other."""

    code = models.SlugField("کد", max_length=20, unique=True)
    name = models.CharField("نام", max_length=120)
    funds_regions = models.BooleanField(
        "بودجهٔ مناطق با فرمول", default=False, help_text="بودجهٔ پنج‌جزئی مناطق برای این سازمان محاسبه می‌شود."
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "سازمان"

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="regions", db_index=False)
    code = models.CharField("کد", max_length=8)
    name = models.CharField("نام", max_length=120)
    covered_population = models.PositiveIntegerField("جمعیت تحت پوشش", null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "منطقه"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="organisations_region_code")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("region", args=[self.pk])


class Centre(models.Model):
    region = models.ForeignKey(Region, models.PROTECT, related_name="centres", db_index=False)
    code = models.CharField("کد", max_length=12)
    name = models.CharField("نام", max_length=160)
    kind = models.SmallIntegerField("نوع", choices=CentreKind)
    sector = models.SmallIntegerField("بخش", choices=Sector, default=Sector.PUBLIC)
    grade = models.SmallIntegerField("درجه", default=1)
    treatment = models.SmallIntegerField("نوع درمان", choices=Treatment, default=Treatment.DIRECT)
    is_mandated = models.BooleanField("تکلیفی", default=False)
    city = models.CharField("شهر", max_length=60, blank=True)

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = "مرکز"
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="organisations_centre_code"),
            models.CheckConstraint(
                name="organisations_centre_grade", condition=models.Q(grade__gte=1, grade__lte=4)
            ),
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("centre", args=[self.pk])


class HisInstallation(models.Model):
    """Which vendor's hospital information system a centre used, and when."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="his_installations")
    vendor = models.CharField("شرکت", max_length=60)
    version = models.CharField("نسخه", max_length=30, blank=True)
    valid = DateRangeField("اعتبار")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "نرم‌افزار بیمارستان"
        constraints = [no_overlap("organisations_his_no_overlap", "centre")]

    def __str__(self) -> str:
        return f"{self.vendor} {self.version}".strip()


class Ward(models.Model):
    """A kind of ward or service in the organisation's dotted list (10 surgery, 10.1 general surgery)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="wards", db_index=False)
    code = models.CharField("کد", max_length=20)
    name = models.CharField("نام", max_length=120)
    sata_id = models.UUIDField("شناسهٔ ساتا", null=True, blank=True)

    class Meta:
        verbose_name = "بخش"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="organisations_ward_code")
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A ward of one centre: its cost centre."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="units", db_index=False)
    ward = models.ForeignKey(Ward, models.PROTECT, related_name="units")

    class Meta:
        verbose_name = "مرکز هزینه"
        constraints = [
            models.UniqueConstraint(fields=["centre", "ward"], name="organisations_unit_centre_ward")
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return f"{self.ward} {self.centre}"


class Specialty(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="specialties", db_index=False)
    name = models.CharField("نام", max_length=120)
    sata_id = models.UUIDField("شناسهٔ ساتا", null=True, blank=True)

    class Meta:
        verbose_name = "تخصص"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="organisations_specialty_name")
        ]

    def __str__(self) -> str:
        return self.name


class Physician(models.Model):
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="physicians", db_index=False)
    council_no = models.CharField("شمارهٔ نظام پزشکی", max_length=12)
    name = models.CharField("نام", max_length=120)
    specialty = models.ForeignKey(Specialty, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = "پزشک"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "council_no"], name="organisations_physician_council_no"
            )
        ]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.name


class PhysicianTenure(models.Model):
    """A physician's status over time: leaving full-time geographic work changes the factor from that day."""

    physician = models.ForeignKey(Physician, models.CASCADE, related_name="tenures")
    status = models.SmallIntegerField("وضعیت", choices=PhysicianStatus)
    valid = DateRangeField("اعتبار")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "وضعیت پزشک"
        constraints = [no_overlap("organisations_tenure_no_overlap", "physician")]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return f"{self.physician} {self.get_status_display()}"


class UserManager(auth_models.UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's manager with our reads."""

    use_in_migrations = False


@tracked(but=("password", "last_login"))
class User(AbstractUser):
    """A person with at most one membership: one role in one scope."""

    must_change_password = models.BooleanField(
        "باید گذرواژه را عوض کند",
        default=False,
        help_text="گذرواژه را کس دیگری تعیین کرده است؛ تا عوض نشود هیچ صفحه‌ای باز نمی‌شود.",
    )
    second_factor_exempt = models.BooleanField(
        "معاف از رمز یک‌بارمصرف",
        default=False,
        help_text="تنها برای کاربران نمایشی: نقش او رمز یک‌بارمصرف می‌خواهد ولی از او خواسته نمی‌شود.",
    )

    objects = UserManager()

    class Meta:
        verbose_name = "کاربر"

    def __str__(self) -> str:
        """How people are called everywhere: by name, or as they sign in."""
        return self.get_full_name() or self.username

    @cached_property
    def _membership(self) -> Membership | None:
        if read_along := self._state.fields_cache.get("membership"):
            return read_along
        return Membership.objects.select_related("organisation", "region", "centre").filter(user=self).first()

    @cached_property
    def scope(self) -> Scope:
        return Scope(self._membership, Centre.objects.all())

    def get_absolute_url(self) -> str:
        return reverse("user", args=[self.pk])

    @property
    def role(self) -> str:
        return self._membership.role if self._membership else ""

    def may(self, permission: Permission | str) -> bool:
        """Whether the role grants the permission; objects are limited by `scope`, separately."""
        return self.is_active and permission in PERMISSIONS.get(self.role, frozenset())

    @property
    def needs_second_factor(self) -> bool:
        """Whether the role may not work without a one-time code."""
        return self.role in settings.SECOND_FACTOR_ROLES and not self.second_factor_exempt

    @property
    def password_suffices(self) -> bool:
        """Whether name and password alone let in: what other systems bring to the API."""
        return not (self.must_change_password or self.needs_second_factor or self.totpdevice_set.exists())


@tracked()
class Membership(models.Model):
    """The role of a user, and where it holds: the organisation, one region of it, or one centre."""

    user = models.OneToOneField(User, models.CASCADE, related_name="membership")
    role = models.CharField("نقش", max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    centre = models.ForeignKey(Centre, models.PROTECT, null=True, blank=True)
    insurer_id = models.BigIntegerField("شناسهٔ بیمه‌گر", null=True, blank=True)

    class Meta:
        verbose_name = "عضویت"
        constraints = [
            models.CheckConstraint(
                name="organisations_membership_scope_of_role",
                condition=(
                    models.Q(role=Role.REGION, region__isnull=False, centre=None, insurer_id=None)
                    | models.Q(role=Role.HOSPITAL, centre__isnull=False, region=None, insurer_id=None)
                    | models.Q(role=Role.INSURER, insurer_id__isnull=False, region=None, centre=None)
                    | models.Q(role__in=[Role.HEADQUARTERS, Role.AUDITOR], insurer_id=None)
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class UserSession(AbstractBaseSession):
    """One browser in which somebody has signed in; `expire_date` is the earlier of the two time-outs.

    Rows are written by `organisations.sessions.SessionStore`. A session of nobody (a visitor of the sign-in page
    between password and code) has no user.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField("ورود", null=True)
    seen_at = models.DateTimeField("آخرین کار", null=True)
    address = models.GenericIPAddressField("نشانی شبکه", null=True)
    agent = models.CharField("مرورگر", max_length=255, blank=True)

    objects = UserSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "نشست"

    @property
    def reference(self) -> str:
        """A name of the session for addresses and pages: its key is as good as a password and is never shown."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]


class RecoveryCode(models.Model):
    """A code that stands in for the telephone once; only its keyed digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", db_index=False)
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField("استفاده", null=True)

    class Meta:
        verbose_name = "کد بازیابی"
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="organisations_recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} {'used' if self.used_at else 'unused'}"
