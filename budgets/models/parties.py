"""Who settles accounts with whom: regions and companies, whom each person belongs to, what two of them agreed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce, Greatest, Least

from budgets.choices import AgreementKind, InputStatus
from budgets.models.formula import EnteredInput, two_persons
from budgets.querysets import AgreementQuerySet, BeneficiaryQuerySet, PartyQuerySet
from organisations.models import Organisation, Region


class Party(models.Model):
    """A region, or a company whose people are treated in regions. Only regions have centres, so only they treat."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="parties", db_index=False)
    region = models.OneToOneField(Region, models.PROTECT, null=True, blank=True, related_name="party")
    code = models.CharField("کد", max_length=20)
    name = models.CharField("نام", max_length=160)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = "طرف حساب"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="budgets_party_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return "منطقه" if self.region_id else "شرکت"


class Beneficiary(models.Model):
    """Whose person somebody is, and when: by personnel number, for the whole family or one row of it.

    A row with `relation_no` comes before the row of the family. Who has no row belongs to nobody we know.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    personnel_no = models.BigIntegerField("شمارهٔ پرسنلی")
    relation_no = models.SmallIntegerField("ردیف در خانواده", null=True, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="عضو")
    valid = DateRangeField("اعتبار")
    source = models.CharField("منبع", max_length=200)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("ثبت")

    objects = BeneficiaryQuerySet.as_manager()

    class Meta:
        verbose_name = "عضویت بیمه‌شده"
        indexes = [models.Index(fields=["organisation", "personnel_no"], name="budgets_beneficiary_person")]
        constraints = [
            ExclusionConstraint(
                name="budgets_beneficiary_one_home",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("personnel_no", RangeOperators.EQUAL),
                    (Coalesce("relation_no", -1), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.personnel_no} {self.party_id}"


#: To which party the patient `pt` belonged when the invoice `i` of `%(organisation)s` ended: a row of the person
#: comes before the row of the family, and who has neither is nobody's we know.
HOME_JOINS = f"""
    LEFT JOIN {Beneficiary._meta.db_table} own ON own.organisation_id = %(organisation)s
         AND own.personnel_no = pt.personnel_no AND own.relation_no = pt.relation_no AND own.valid @> i.discharged_on
    LEFT JOIN {Beneficiary._meta.db_table} family ON family.organisation_id = %(organisation)s
         AND family.personnel_no = pt.personnel_no AND family.relation_no IS NULL
         AND family.valid @> i.discharged_on"""
HOME_ID = "coalesce(own.party_id, family.party_id)"

#: An approved agreement stays as it is; only its end may come nearer.
_ONLY_THE_END_MOVES = """
    OLD.status = 'approved' AND (
        lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR NOT OLD.valid @> NEW.valid
        OR NEW.kind <> OLD.kind OR NEW.provider_id <> OLD.provider_id OR NEW.recipient_id <> OLD.recipient_id
        OR NEW.status <> OLD.status OR NEW.document_no <> OLD.document_no
    )"""


class Agreement(EnteredInput):
    """That one party's services to the other's people are billed: one-sided, or both ways and netted.

    In a reciprocal agreement `provider` and `recipient` are only the two parties.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.SmallIntegerField("نوع", choices=AgreementKind)
    provider = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="ارائه‌دهنده")
    recipient = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="گیرنده")
    valid = DateRangeField("اعتبار")
    document_no = models.CharField("شمارهٔ توافق‌نامه", max_length=60)
    note_field = "document_no"

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "توافق"
        constraints = [
            two_persons("budgets_agreement_two_persons"),
            models.CheckConstraint(
                name="budgets_agreement_two_parties", condition=~models.Q(provider=models.F("recipient"))
            ),
            ExclusionConstraint(
                name="budgets_agreement_one_a_pair",
                expressions=[
                    (Least("provider", "recipient"), RangeOperators.EQUAL),
                    (Greatest("provider", "recipient"), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status=InputStatus.APPROVED),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="approved_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_ONLY_THE_END_MOVES),
            ),
            pgtrigger.Protect(
                name="approved_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.status = 'approved'"),
            ),
        ]

    def __str__(self) -> str:
        return self.document_no

    @property
    def owner_id(self) -> int:
        return self.organisation_id
