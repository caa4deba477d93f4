"""Who pays: insurers, their funds, and what each fund covers on which day."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Coalesce

from core.history import tracked
from core.reference import renews_version
from insurers.choices import Condition, ContractKind, InsurerKind, RestPayer, Term
from insurers.querysets import FundQuerySet, InsurerQuerySet
from organisations.choices import PatientCategory, Sector, Setting
from organisations.models import Centre, Organisation
from tariffs.choices import ServiceGroup
from tariffs.models import Rate, Service, frozen_when_published, one_truth, published_is_known

#: A row without a centre holds at all of them, one without a service for all services.
_ANY_CENTRE, _ANY_SERVICE = Coalesce("centre", 0), Coalesce("service", 0)
#: What a rule of either kind is about.
_SUBJECT = ("fund", _ANY_CENTRE, _ANY_SERVICE, "setting", "group", "condition")


def _only_by_contracts(model: type[models.Model], label: str) -> models.ForeignKey:
    """A dimension that rows of contracts alone may name."""
    return models.ForeignKey(
        model, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label, editable=False
    )


def _clause() -> models.CharField:
    """Where in the contract a published row is agreed."""
    return models.CharField("بند", max_length=200, blank=True, default="", editable=False)


class Insurer(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="insurers", db_index=False)
    code = models.SlugField("کد", max_length=20)
    name = models.CharField("نام", max_length=120)
    kind = models.SmallIntegerField("نوع", choices=InsurerKind)

    objects = InsurerQuerySet.as_manager()

    class Meta:
        verbose_name = "بیمه‌گر"
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="insurers_insurer_code")]

    def __str__(self) -> str:
        return self.name


class Fund(models.Model):
    """A fund (صندوق) of an insurer; it also says which patient category its members belong to."""

    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="funds", db_index=False)
    code = models.SlugField("کد", max_length=30)
    name = models.CharField("نام", max_length=120)
    category = models.SmallIntegerField("گروه بیمار", choices=PatientCategory)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = "صندوق"
        constraints = [models.UniqueConstraint(fields=["insurer", "code"], name="insurers_fund_code")]
        triggers = [renews_version()]

    def __str__(self) -> str:
        return self.name


@tracked()
class CoverageRule(Rate):
    """What a basic fund pays: `share` of `share_of` parts of the base tariff; who takes the rest.

    `patient_bp` is the franchise the subsidy brings the patient down to; it counts where `is_subsidised`.
    `gap_bp` is the fund's percent of the preferential part of a full-time physician's price. Rows of one `centre`, or
    one `service`, are published by contracts (`services.contract_coverage`), with the `clause` that agrees them.
    """

    centre = _only_by_contracts(Centre, "مرکز")
    service = _only_by_contracts(Service, "خدمت")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="coverage_rules")
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    group = models.SmallIntegerField("گروه خدمت", choices=ServiceGroup, default=ServiceGroup.ANY)
    condition = models.SmallIntegerField("شرط", choices=Condition, default=Condition.ANY)
    base_sector = models.SmallIntegerField("تعرفهٔ مبنا", choices=Sector, default=Sector.PUBLIC)
    share = models.IntegerField("سهم بیمه")
    share_of = models.IntegerField("از", default=10_000)
    gap_bp = models.IntegerField("سهم بیمه از جزء ترجیحی", default=10_000)
    patient_bp = models.IntegerField("فرانشیز بیمار", default=0)
    is_subsidised = models.BooleanField("مشمول یارانهٔ سلامت", default=False)
    rest_payer = models.SmallIntegerField("پرداخت‌کنندهٔ مانده", choices=RestPayer, default=RestPayer.PATIENT)
    clause = _clause()

    class Meta:
        verbose_name = "قاعدهٔ پوشش"
        constraints = [
            one_truth("insurers_coverage_one_truth", *_SUBJECT),
            published_is_known("insurers_coverage_published_is_known"),
            models.CheckConstraint(
                name="insurers_coverage_shares",
                condition=models.Q(
                    share__gte=0,
                    share__lte=models.F("share_of"),
                    gap_bp__gte=0,
                    gap_bp__lte=10_000,
                    patient_bp__gte=0,
                    patient_bp__lte=10_000,
                ),
            ),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return f"پوشش {self.fund_id}"


@tracked()
class SupplementaryCover(Rate):
    """What a supplementary fund pays of what the basic insurer leaves, up to a ceiling an invoice (rials).

    Rows of one `centre`, or one `service`, are published by contracts (`services.contract_coverage`), with the
    `clause` that agrees them.
    """

    centre = _only_by_contracts(Centre, "مرکز")
    service = _only_by_contracts(Service, "خدمت")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="supplementary_covers")
    setting = models.SmallIntegerField("نوع مراجعه", choices=[(0, "همه"), *Setting.choices], default=0)
    group = models.SmallIntegerField("گروه خدمت", choices=ServiceGroup, default=ServiceGroup.ANY)
    condition = models.SmallIntegerField("شرط", choices=Condition, default=Condition.ANY)
    share_bp = models.IntegerField("سهم بیمهٔ تکمیلی")
    ceiling = models.BigIntegerField("سقف هر صورتحساب", null=True, blank=True)
    clause = _clause()

    class Meta:
        verbose_name = "پوشش تکمیلی"
        constraints = [
            one_truth("insurers_supplementary_one_truth", *_SUBJECT),
            published_is_known("insurers_supplementary_published_is_known"),
            models.CheckConstraint(
                name="insurers_supplementary_share", condition=models.Q(share_bp__gte=0, share_bp__lte=10_000)
            ),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return f"پوشش تکمیلی {self.fund_id}"


@tracked()
class LegalTerm(Rate):
    """What an act or a regulation says of claims where no contract says otherwise: a day count or basis points."""

    term = models.SmallIntegerField("شرط", choices=Term)
    kind = models.SmallIntegerField("نوع بیمه", choices=[(0, "همه"), *ContractKind.choices], default=0)
    value = models.BigIntegerField("مقدار")

    class Meta:
        verbose_name = "شرط قانونی پرداخت"
        constraints = [
            one_truth("insurers_legal_one_truth", "term", "kind"),
            published_is_known("insurers_legal_published_is_known"),
            models.CheckConstraint(name="insurers_legal_not_negative", condition=models.Q(value__gte=0)),
        ]
        triggers = frozen_when_published()

    def __str__(self) -> str:
        return self.get_term_display()
