"""Contracts with insurers: head and centres, dated versions of what is agreed, the steps of their life, and files.

What is agreed stands in versions (`ContractTerms`, with covers, ceilings and documents of its own). A version holds
from its day until the next approved one; an amendment is the next version. Prose: docs/rules/contracts.md.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.urls import reverse

from core.history import tracked
from insurers.choices import (
    CONTRACT_STEPS,
    EDITABLE,
    Awaited,
    BillFact,
    Condition,
    ContractKind,
    ContractState,
    FileKind,
)
from insurers.models.coverage import Fund, Insurer
from insurers.querysets import ContractCentreQuerySet, ContractFileQuerySet, ContractQuerySet, TermsQuerySet
from organisations.choices import Sector, Setting
from organisations.models import Centre, Organisation
from tariffs.choices import ServiceGroup
from tariffs.models import Circular, Service

_ALLOWED = ", ".join(f"'{old}>{new}'" for old, following in CONTRACT_STEPS.items() for new in following)
_EDITABLE = ", ".join(f"'{state}'" for state in EDITABLE)
#: Fields that the steps of a contract write after it has left its draft.
_BY_STEPS = (
    "state",
    "awaits",
    "awaits_since",
    "signed_on",
    "signed_by_id",
    "activated_at",
    "activated_by_id",
    "circular_id",
    "number",
    "valid",
)
_HEAD_CHANGED = f"""
    OLD.state NOT IN ({_EDITABLE}) AND (
        (to_jsonb(OLD) - '{{{",".join(_BY_STEPS)}}}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{{{",".join(_BY_STEPS)}}}'::text[])
        OR (OLD.state <> 'sent' AND OLD.number <> NEW.number)
        OR (OLD.signed_by_id IS NOT NULL AND OLD.signed_by_id IS DISTINCT FROM NEW.signed_by_id
            OR OLD.activated_at IS NOT NULL AND OLD.activated_at IS DISTINCT FROM NEW.activated_at)
        OR lower(OLD.valid) <> lower(NEW.valid)
        OR (OLD.valid <> NEW.valid AND NOT (NEW.state = 'ended' AND upper(NEW.valid) < upper(OLD.valid))))"""
#: The days of a contract stand on its centres too, less those before a centre joined it and after it left, for the
#: exclusion constraint; the database keeps them so.
_WITHIN = """{whole} * daterange(
        (SELECT from_on FROM insurers_contractterms WHERE id = {row}.joined_id),
        (SELECT from_on FROM insurers_contractterms WHERE id = {row}.left_id))"""
_SPREAD = f"""
    UPDATE insurers_contractcentre n SET insurer_id = NEW.insurer_id, kind = NEW.kind,
        valid = {_WITHIN.format(whole="NEW.valid", row="n")},
        is_in_force = NEW.activated_at IS NOT NULL AND NEW.state <> 'cancelled' WHERE n.contract_id = NEW.id;
    RETURN NULL;"""
_FILL = f"""
    SELECT c.insurer_id, c.kind, {_WITHIN.format(whole="c.valid", row="NEW")},
           c.activated_at IS NOT NULL AND c.state <> 'cancelled'
        INTO NEW.insurer_id, NEW.kind, NEW.valid, NEW.is_in_force FROM insurers_contract c WHERE c.id = NEW.contract_id;
    RETURN NEW;"""
#: An approved amendment says that the centre joins (or leaves) the contract on its first day.
_AGREED = """EXISTS (
        SELECT 1 FROM insurers_centrechange x JOIN insurers_contractterms v ON v.id = x.terms_id
        WHERE v.id = NEW.{by} AND v.contract_id = NEW.contract_id AND v.approved_at IS NOT NULL
          AND x.centre_id = NEW.centre_id AND x.is_leaving = {is_leaving})"""
_OF_DRAFT = f"""
    IF EXISTS (SELECT 1 FROM insurers_contract WHERE id = coalesce(NEW.contract_id, OLD.contract_id)
               AND state NOT IN ({_EDITABLE})) THEN
        IF TG_OP = 'INSERT' THEN
            IF NEW.left_id IS NULL AND {_AGREED.format(by="joined_id", is_leaving="false")} THEN RETURN NEW; END IF;
        ELSIF TG_OP = 'UPDATE' THEN
            IF OLD.left_id IS NULL AND OLD.contract_id = NEW.contract_id AND OLD.centre_id = NEW.centre_id
               AND OLD.joined_id IS NOT DISTINCT FROM NEW.joined_id
               AND {_AGREED.format(by="left_id", is_leaving="true")} THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'The centres of a contract stay once it is sent, but for approved amendments.';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;"""
_OF_OPEN_VERSION = """
    IF EXISTS (SELECT 1 FROM insurers_contractterms WHERE approved_at IS NOT NULL
               AND id IN (coalesce(NEW.terms_id, OLD.terms_id), coalesce(OLD.terms_id, NEW.terms_id))) THEN
        RAISE EXCEPTION 'An approved version of a contract stays.';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;"""


#: Who has worked on what is signed or approved does neither; `{edits}` narrows to what it is about.
_BY_ANOTHER = """
    IF EXISTS (SELECT 1 FROM insurers_contractedit WHERE {edits}) THEN
        RAISE EXCEPTION 'Who edited a contract or its terms neither signs, starts nor approves them.';
    END IF;
    RETURN NEW;"""
_OF_HEAD = "contract_id = NEW.id AND terms_id IS NULL AND by_id IN (NEW.signed_by_id, NEW.activated_by_id)"
_OF_VERSION = "terms_id = NEW.id AND by_id = NEW.approved_by_id"


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=label
    )


def _clause_of(number: str) -> models.CharField:
    return models.CharField(f"بندِ {number}", max_length=200, blank=True, default="")


def _stays_with_version() -> list[pgtrigger.Trigger]:
    """Rows of an approved version are written once and stay."""
    return [
        pgtrigger.Trigger(
            name="of_open_version",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=_OF_OPEN_VERSION,
        )
    ]


@tracked()
class Contract(models.Model):
    """An agreement with an insurer for some centres and days. It counts from the moment it is activated.

    `awaits` and `awaits_since` say who has to do the next thing and since when; `circular` is what its published
    coverage cites, so that the trace of a line names the contract.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contracts", db_index=False)
    insurer = models.ForeignKey(
        Insurer,
        models.PROTECT,
        related_name="contracts",
        verbose_name=Insurer._meta.verbose_name,
        db_index=False,
    )
    number = models.CharField("شماره", max_length=60)
    title = models.CharField("عنوان", max_length=200)
    kind = models.SmallIntegerField("نوع", choices=ContractKind)
    valid = DateRangeField("مدت")
    state = models.CharField(
        "وضعیت", max_length=10, choices=ContractState.choices, default=ContractState.DRAFT
    )
    awaits = models.SmallIntegerField("در انتظار", choices=Awaited, default=Awaited.HEADQUARTERS)
    awaits_since = models.DateTimeField("از")
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="تمدیدِ"
    )
    circular = models.ForeignKey(
        Circular, models.PROTECT, null=True, related_name="contracts", verbose_name="سند نرخ‌ها"
    )
    is_synthetic = models.BooleanField("نمایشی", default=False)
    entered_by = _person("ثبت‌کننده")
    entered_at = models.DateTimeField("ثبت")
    signed_on = models.DateField("امضا", null=True)
    signed_by = _person("ثبت‌کنندهٔ امضا")
    activated_at = models.DateTimeField("آغاز اجرا", null=True)
    activated_by = _person("آغازکننده")

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = "قرارداد"
        indexes = [
            models.Index(fields=["organisation", "state"], name="insurers_contract_state"),
            models.Index(fields=["insurer"], name="insurers_contract_insurer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "insurer", "number"], name="insurers_contract_number"
            ),
            models.CheckConstraint(
                name="insurers_contract_bounded",
                condition=models.Q(valid__startswith__isnull=False, valid__endswith__isnull=False),
            ),
            models.CheckConstraint(
                name="insurers_contract_signed_by_another",
                condition=models.Q(signed_by=None) | ~models.Q(signed_by=models.F("entered_by")),
            ),
            models.CheckConstraint(
                name="insurers_contract_activated_by_another",
                condition=models.Q(activated_by=None) | ~models.Q(activated_by=models.F("entered_by")),
            ),
            models.CheckConstraint(
                name="insurers_contract_active_was_activated",
                condition=~models.Q(
                    state__in=[
                        ContractState.ACTIVE,
                        ContractState.SUSPENDED,
                        ContractState.RENEWED,
                        ContractState.EXPIRED,
                    ]
                )
                | models.Q(activated_at__isnull=False, signed_on__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="steps_guarded",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({_ALLOWED})"
                ),
            ),
            pgtrigger.Protect(
                name="head_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_HEAD_CHANGED),
            ),
            pgtrigger.Protect(name="is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="spread",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*"),
                func=_SPREAD,
            ),
            pgtrigger.Trigger(
                name="by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("signed_by_id", "activated_by_id"),
                condition=pgtrigger.Condition(
                    "NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id"
                    " OR NEW.activated_by_id IS DISTINCT FROM OLD.activated_by_id"
                ),
                func=_BY_ANOTHER.format(edits=_OF_HEAD),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return f"{self.title}، {self.insurer.name}"

    def get_absolute_url(self) -> str:
        return reverse("contract", args=[self.pk])

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE


class ContractCentre(models.Model):
    """A centre that the contract covers, and the amendments by which it joined and left, if it did.

    `valid` are its days within the contract, filled by triggers; empty where the contract ended before it joined.
    """

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="covered", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="contracts")
    joined = models.ForeignKey(
        "ContractTerms", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="افزوده با"
    )
    left = models.ForeignKey(
        "ContractTerms", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="بیرون با"
    )
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True, editable=False, related_name="+")
    kind = models.SmallIntegerField(null=True, editable=False)
    valid = DateRangeField(null=True, editable=False)
    is_in_force = models.BooleanField(default=False, editable=False)

    objects = ContractCentreQuerySet.as_manager()

    class Meta:
        verbose_name = "مرکز قرارداد"
        constraints = [
            ExclusionConstraint(
                name="insurers_contract_centre_once",
                expressions=[
                    ("contract", RangeOperators.EQUAL),
                    ("centre", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="insurers_contract_one_in_force",
                expressions=[
                    ("insurer", RangeOperators.EQUAL),
                    ("centre", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(is_in_force=True),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_of_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("contract_id", "centre_id", "joined_id", "left_id")
                | pgtrigger.Delete,
                func=_OF_DRAFT,
            ),
            pgtrigger.Trigger(
                name="b_fill",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("joined_id", "left_id"),
                func=_FILL,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.centre_id}"


@tracked()
class ContractTerms(models.Model):
    """One version of what is agreed, from a day on. Empty numbers are those of the law (`LegalTerm`).

    The first version is approved with the signature, later ones (amendments) by a second person.
    """

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="versions", db_index=False)
    number = models.SmallIntegerField("نسخه")
    from_on = models.DateField("از روز")
    letter = models.CharField("شمارهٔ نامه یا الحاقیه", max_length=80, blank=True)
    clause = models.CharField("بند قرارداد", max_length=200, blank=True)
    submission_days = models.IntegerField("مهلت ارسال اسناد (روز پس از پایان ماه)", null=True, blank=True)
    objection_days = models.IntegerField("مهلت اعتراض (روز)", null=True, blank=True)
    on_account_bp = models.IntegerField("علی‌الحساب (درصد)", null=True, blank=True)
    on_account_days = models.IntegerField("مهلت علی‌الحساب (روز)", null=True, blank=True)
    rest_months = models.IntegerField("مهلت مانده (ماه)", null=True, blank=True)
    late_penalty_bp = models.IntegerField("خسارت دیرکرد (درصد در سال)", null=True, blank=True)
    withholding_bp = models.IntegerField("مالیات تکلیفی (درصد)", null=True, blank=True)
    # Clauses of single numbers; one without its own is agreed in `clause`.
    submission_days_clause = _clause_of("مهلت ارسال اسناد")
    objection_days_clause = _clause_of("مهلت اعتراض")
    on_account_bp_clause = _clause_of("علی‌الحساب")
    on_account_days_clause = _clause_of("مهلت علی‌الحساب")
    rest_months_clause = _clause_of("مهلت مانده")
    late_penalty_bp_clause = _clause_of("خسارت دیرکرد")
    withholding_bp_clause = _clause_of("مالیات تکلیفی")
    entered_by = _person("ثبت‌کننده")
    entered_at = models.DateTimeField("ثبت")
    approved_by = _person("تأییدکننده")
    approved_at = models.DateTimeField("تأیید", null=True)

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = "نسخهٔ شرایط قرارداد"
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="insurers_terms_number"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=models.Q(approved_at=None),
                name="insurers_terms_one_open",
            ),
            models.UniqueConstraint(
                fields=["contract", "from_on"],
                condition=models.Q(approved_at__isnull=False),
                name="insurers_terms_one_a_day",
            ),
            models.CheckConstraint(
                name="insurers_terms_two_persons",
                condition=models.Q(approved_at=None, approved_by=None)
                | models.Q(approved_at__isnull=False)
                & (models.Q(approved_by=None) | ~models.Q(approved_by=models.F("entered_by"))),
            ),
            models.CheckConstraint(
                name="insurers_terms_bounds",
                condition=models.Q(
                    models.Q(submission_days=None) | models.Q(submission_days__gte=0),
                    models.Q(objection_days=None) | models.Q(objection_days__gte=0),
                    models.Q(on_account_bp=None) | models.Q(on_account_bp__gte=0, on_account_bp__lte=10_000),
                    models.Q(on_account_days=None) | models.Q(on_account_days__gte=0),
                    models.Q(rest_months=None) | models.Q(rest_months__gte=0),
                    models.Q(late_penalty_bp=None) | models.Q(late_penalty_bp__gte=0),
                    models.Q(withholding_bp=None)
                    | models.Q(withholding_bp__gte=0, withholding_bp__lte=10_000),
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="approved_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.approved_at IS NOT NULL"),
            ),
            pgtrigger.Trigger(
                name="by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("approved_by_id"),
                condition=pgtrigger.Condition("NEW.approved_by_id IS NOT NULL"),
                func=_BY_ANOTHER.format(edits=_OF_VERSION),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.number}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("contract__insurer",)

    def audit_name(self) -> str:
        return self.contract.audit_name()

    def get_absolute_url(self) -> str:
        return self.contract.get_absolute_url()


class ContractCover(models.Model):
    """What the insurer pays of a kind of service: zero or empty means any, the most specific row wins.

    A basic contract: `share_bp` of the tariff of `base_sector`; a supplementary one: of what the basic insurer
    leaves. `is_covered` false is an exclusion. `discount_bp` is of the insurer's amount in the claim. A service
    is left out or has a percent.
    """

    terms = models.ForeignKey(ContractTerms, models.CASCADE, related_name="covers", db_index=False)
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="صندوق"
    )
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    group = models.SmallIntegerField("گروه خدمت", choices=ServiceGroup, default=ServiceGroup.ANY)
    condition = models.SmallIntegerField("شرط", choices=Condition, default=Condition.ANY)
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="خدمت"
    )
    is_covered = models.BooleanField("در تعهد", default=True)
    base_sector = models.SmallIntegerField("تعرفهٔ مبنا", choices=Sector, default=Sector.PUBLIC)
    share_bp = models.IntegerField("سهم بیمه (درصد)", default=0)
    discount_bp = models.IntegerField("تخفیف (درصد)", default=0)
    ceiling = models.BigIntegerField("سقف هر صورتحساب", null=True, blank=True)
    clause = models.CharField("بند قرارداد", max_length=200, blank=True)
    note = models.CharField("توضیح", max_length=200, blank=True)

    class Meta:
        verbose_name = "تعهد قرارداد"
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "fund", "setting", "group", "condition", "service"],
                name="insurers_contract_cover_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="insurers_contract_cover_bounds",
                condition=models.Q(share_bp__gte=0, share_bp__lte=10_000)
                & models.Q(discount_bp__gte=0, discount_bp__lte=10_000)
                & (models.Q(ceiling=None) | models.Q(ceiling__gte=0))
                & (models.Q(is_covered=True) | models.Q(share_bp=0)),
            ),
            models.CheckConstraint(
                name="insurers_contract_cover_of_service",
                condition=models.Q(service=None) | models.Q(is_covered=False) | models.Q(share_bp__gt=0),
            ),
        ]
        triggers = _stays_with_version()

    def __str__(self) -> str:
        return f"{self.get_group_display()}"


class ContractCeiling(models.Model):
    """What the insurer pays of a cover for one person in a contract year at most, in rials."""

    terms = models.ForeignKey(ContractTerms, models.CASCADE, related_name="ceilings", db_index=False)
    cover = models.CharField("پوشش", max_length=80)
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    group = models.SmallIntegerField("گروه خدمت", choices=ServiceGroup, default=ServiceGroup.ANY)
    condition = models.SmallIntegerField("شرط", choices=Condition, default=Condition.ANY)
    amount = models.BigIntegerField("سقف هر نفر در سال")

    class Meta:
        verbose_name = "سقف سالانهٔ قرارداد"
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "setting", "group", "condition"], name="insurers_contract_ceiling_key"
            ),
            models.CheckConstraint(
                name="insurers_contract_ceiling_positive", condition=models.Q(amount__gt=0)
            ),
        ]
        triggers = _stays_with_version()

    def __str__(self) -> str:
        return self.cover


class ContractDocument(models.Model):
    """A document that goes with each claim file; with a `fact` it is said in the electronic bill, and without it the
    file is in no claim.
    """

    terms = models.ForeignKey(ContractTerms, models.CASCADE, related_name="documents", db_index=False)
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    name = models.CharField("مدرک", max_length=120)
    is_original = models.BooleanField("اصل مدرک", default=False)
    fact = models.CharField("در صورتحساب الکترونیکی", max_length=12, choices=BillFact, blank=True, default="")

    class Meta:
        verbose_name = "مدرک لازم"
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "setting", "name"], name="insurers_contract_document_key"
            )
        ]
        triggers = _stays_with_version()

    def __str__(self) -> str:
        return self.name


class CentreChange(models.Model):
    """A centre that joins or leaves the contract on the first day of an amendment."""

    terms = models.ForeignKey(ContractTerms, models.CASCADE, related_name="centre_changes", db_index=False)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name="مرکز")
    is_leaving = models.BooleanField("بیرون می‌رود", default=False)
    clause = models.CharField("بند الحاقیه", max_length=200, blank=True)

    class Meta:
        verbose_name = "افزودن یا برداشتن مرکز"
        constraints = [
            models.UniqueConstraint(fields=["terms", "centre"], name="insurers_centre_change_once")
        ]
        triggers = _stays_with_version()

    def __str__(self) -> str:
        return str(self.centre)


class Suspension(models.Model):
    """Days on which an activated contract did not count; open while it is suspended."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="suspensions")
    days = DateRangeField("روزها")

    class Meta:
        verbose_name = "تعلیق قرارداد"
        constraints = [
            ExclusionConstraint(
                name="insurers_suspension_no_overlap",
                expressions=[("contract", RangeOperators.EQUAL), ("days", RangeOperators.OVERLAPS)],
            )
        ]
        triggers = [
            pgtrigger.Protect(name="is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ends_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NOT upper_inf(OLD.days) OR lower(OLD.days) <> lower(NEW.days)"
                    " OR OLD.contract_id <> NEW.contract_id"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.days}"


class ContractStep(models.Model):
    """One step of a contract: from where, to where, who, when, by which letter, who is awaited. Append-only."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="steps", db_index=False)
    source = models.CharField("از", max_length=10, choices=ContractState.choices)
    state = models.CharField("به", max_length=10, choices=ContractState.choices)
    at = models.DateTimeField("زمان")
    by = _person("کاربر")
    effective_on = models.DateField("از روز", null=True)
    letter_number = models.CharField("شمارهٔ نامه", max_length=80, blank=True)
    letter_on = models.DateField("تاریخ نامه", null=True)
    note = models.CharField("توضیح", max_length=500, blank=True)
    awaits = models.SmallIntegerField("در انتظار", choices=Awaited)

    class Meta:
        verbose_name = "گام قرارداد"
        indexes = [models.Index(fields=["contract", "-at"], name="insurers_step_contract")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.get_source_display()} ← {self.get_state_display()}"


class ContractEdit(models.Model):
    """Who worked on the head of a draft (no version) or on an open version, also by taking a row out. Append-only.

    None of them signs, starts or approves it. A dropped amendment leaves its rows here.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="edits")
    terms = models.ForeignKey(
        ContractTerms, models.DO_NOTHING, null=True, db_constraint=False, related_name="edits"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("زمان")

    class Meta:
        verbose_name = "ویرایش قرارداد"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.by_id}"


class ContractFile(models.Model):
    """A letter or the text of a contract, as it was uploaded. Append-only."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="files", db_index=False)
    kind = models.SmallIntegerField("نوع", choices=FileKind)
    name = models.CharField("نام فایل", max_length=200)
    media_type = models.CharField("قالب", max_length=100)
    size = models.BigIntegerField("اندازه")
    sha256 = models.CharField("اثر انگشت", max_length=64)
    file = models.FileField("فایل", upload_to="contracts/%Y/%m")
    at = models.DateTimeField("زمان")
    by = _person("کاربر")

    objects = ContractFileQuerySet.as_manager()

    class Meta:
        verbose_name = "فایل قرارداد"
        constraints = [
            models.UniqueConstraint(fields=["contract", "sha256"], name="insurers_contract_file_once")
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def kilobytes(self) -> int:
        """The size in whole kilobytes, rounded up."""
        return -(-self.size // 1024)
