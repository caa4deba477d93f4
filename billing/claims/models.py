"""Claims on insurers with their invoices and lines, the steps they went, and what was left out of them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billing.claims.choices import (
    CLAIM_TONES,
    DELIVERED,
    LINE_TONES,
    OPEN,
    TAKEN_OFF,
    TRANSITIONS,
    UNDECIDED,
    ClaimKind,
    ClaimLineStatus,
    ClaimState,
    CutChoice,
    OmissionReason,
    Payer,
    StepChannel,
)
from billing.claims.querysets import ClaimInvoiceQuerySet, ClaimLineQuerySet, ClaimQuerySet
from billing.claims.reasons import titles
from billing.models.basis import PriceBasis
from billing.models.invoices import Invoice, Patient
from billing.models.loose import loose
from billing.models.repricing import SupplementaryItem
from core.jalali import month_name
from core.text import persian_digits
from insurers.models import Contract, ContractTerms, Fund, Insurer
from insurers.terms import clause_of
from organisations.choices import CostElement, Setting
from organisations.models import Centre, Organisation, Physician, Unit
from tariffs.choices import Book, ServiceGroup
from tariffs.models import Service

_USER = settings.AUTH_USER_MODEL
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)
#: A claim is what its lines say, to the rial; looked at when the transaction that wrote it ends.
_ADDS_UP = """
    IF NEW.frozen_at IS NULL THEN RETURN NULL; END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT count(*) AS lines, count(DISTINCT invoice_id) AS invoices, coalesce(sum(asked), 0) AS asked,
                   coalesce(sum(asked) FILTER (WHERE approved IS NOT NULL), 0) AS answered,
                   coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(approved), 0) AS approved,
                   coalesce(sum(paid), 0) AS paid, coalesce(sum(excluded), 0) AS excluded,
                   coalesce(sum(over_ceiling), 0) AS over_ceiling, coalesce(sum(discount), 0) AS discount,
                   coalesce(sum(already_cut), 0) AS already_cut
            FROM billing_claimline WHERE claim_id = NEW.id
        ) l JOIN billing_claim c ON c.id = NEW.id
        WHERE (c.lines_count, c.invoices_count, c.asked, c.answered, c.adjusted, c.approved, c.paid, c.excluded,
               c.over_ceiling, c.discount, c.already_cut)
              IS DISTINCT FROM (l.lines, l.invoices, l.asked, l.answered, l.adjusted, l.approved, l.paid,
                                l.excluded, l.over_ceiling, l.discount, l.already_cut)
    ) THEN RAISE EXCEPTION 'totals of claim % are not those of its lines', NEW.id;
    END IF;
    IF EXISTS (
        SELECT FROM billing_claim c WHERE c.id = NEW.id
          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_id = c.id)
    ) THEN RAISE EXCEPTION 'claim % is paid otherwise than by allocations of remittances', NEW.id;
    END IF;
    RETURN NULL;
"""
_ONLY_WHILE_OPEN = f"""
    IF (SELECT state FROM billing_claim WHERE id = OLD.claim_id) NOT IN ({_OPEN}) THEN
        RAISE EXCEPTION 'claim % is frozen', OLD.claim_id;
    END IF;
    RETURN OLD;
"""

#: Rows are added while the claim is put together, never to one that is frozen.
_ADDED_WHILE_OPEN = f"""
    IF EXISTS (
        SELECT FROM added a JOIN billing_claim c ON c.id = a.claim_id WHERE c.state NOT IN ({_OPEN})
    ) THEN RAISE EXCEPTION 'a row is added to a claim that is frozen';
    END IF;
    RETURN NULL;
"""
#: Whoever writes lines has their claims compared with them when the transaction ends (`_ADDS_UP`).
_LINES_WRITTEN = """
    UPDATE billing_claim SET id = id WHERE id IN (SELECT DISTINCT claim_id FROM written);
    RETURN NULL;
"""


def _added_while_open() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="added_while_open",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="added"),
        func=_ADDED_WHILE_OPEN,
    )


class TakenOffFields(models.Model):
    """What is taken off the payer's share, in rials; `asked` is what is left. Empty until frozen.

    What is excluded, or above the ceiling of a person and year, the patient owes; the discount is income lost.
    `already_cut`, of corrections only and never above zero, is what of a credit is not taken back, since the insurer
    cut it before.
    """

    excluded = models.BigIntegerField("بیرون از تعهد", default=0)
    over_ceiling = models.BigIntegerField("بالاتر از سقف سالانه", default=0)
    discount = models.BigIntegerField("تخفیف قرارداد", default=0)
    already_cut = models.BigIntegerField("پیش‌تر کسرشده", default=0)

    class Meta:
        abstract = True

    @property
    def taken_off(self) -> int:
        """What the share is more than what is asked."""
        return sum(getattr(self, name) for name in TAKEN_OFF)

    @property
    def owed_by_patient(self) -> int:
        """What the contract leaves to the patient beside the patient's own share."""
        return self.excluded + self.over_ceiling

    @property
    def share(self) -> int:
        """What the line, invoice or claim says that the payer pays, before anything is taken off."""
        return self.asked + self.taken_off


class AnswerFields(TakenOffFields):
    """What is asked of the insurer and what it answers, in rials.

    `adjusted` is what is left after the cuts that a rule makes, `approved` after those of an expert as well; `answered`
    is the asked amount of what has an answer, so that answered − approved is the cut.
    """

    asked = models.BigIntegerField("خواسته", default=0)
    answered = models.BigIntegerField("رسیدگی‌شده", default=0)
    adjusted = models.BigIntegerField("پس از کسر خودکار", default=0)
    approved = models.BigIntegerField("تأییدشده", default=0)
    paid = models.BigIntegerField("پرداخت‌شده", default=0)

    class Meta:
        abstract = True

    @property
    def cut(self) -> int:
        return self.answered - self.approved

    @property
    def waiting(self) -> int:
        return self.asked - self.answered

    @property
    def unpaid(self) -> int:
        """What was approved and has not come yet."""
        return max(self.approved - self.paid, 0)

    @property
    def overpaid(self) -> int:
        """What came above what was approved: on account, of lines that were cut afterwards."""
        return max(self.paid - self.approved, 0)


class Claim(AnswerFields):
    """What one centre asks of one fund for one Jalali month (yyyymm)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    centre = models.ForeignKey(
        Centre, models.PROTECT, related_name="claims", verbose_name="مرکز", db_index=False
    )
    insurer = models.ForeignKey(
        Insurer, models.PROTECT, related_name="claims", verbose_name="بیمه‌گر", db_index=False
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="claims", verbose_name="صندوق")
    payer = models.CharField("سهم", max_length=13, choices=Payer)
    kind = models.CharField("نوع", max_length=12, choices=ClaimKind, default=ClaimKind.ORIGINAL)
    month = models.IntegerField("ماه")
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="followers", verbose_name="دنبالهٔ"
    )
    state = models.CharField("وضعیت", max_length=12, choices=ClaimState, default=ClaimState.DRAFT)
    state_at = models.DateTimeField("از")
    year = models.SmallIntegerField("سال شماره", null=True)
    sequence = models.IntegerField("ردیف در سال", null=True)
    number = models.CharField("شماره", max_length=40, blank=True)
    invoices_count = models.IntegerField("صورتحساب", default=0)
    lines_count = models.IntegerField("سطر", default=0)
    omitted_count = models.IntegerField("کنارگذاشته", default=0)
    with_sent = models.BooleanField("همراه آنچه پیش‌تر بیرون از مطالبه فرستاده شد", default=False)
    created_at = models.DateTimeField("آغاز")
    created_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField("نهایی شد", null=True)
    frozen_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("ارسال", null=True)
    sent_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    delivery_no = models.BigIntegerField("ردیف تحویل", null=True, help_text="به ترتیب ثبت در سازمان")
    letter_no = models.CharField("شمارهٔ نامهٔ ارسال", max_length=60, blank=True)
    receipt_no = models.CharField("شمارهٔ رسید بیمه‌گر", max_length=60, blank=True)
    acknowledged_at = models.DateTimeField("رسید", null=True)
    adjudicated_at = models.DateTimeField("پایان رسیدگی", null=True)
    on_account = models.BigIntegerField("علی‌الحساب", default=0)
    on_account_due = models.DateField("سررسید علی‌الحساب", null=True)
    rest_due = models.DateField("سررسید مانده", null=True)
    objection_due_on = models.DateField("مهلت اعتراض", null=True)
    version = models.IntegerField("نسخه", default=1, help_text="با هر تغییر یکی بیشتر")
    last_change = models.BigIntegerField("آخرین تغییر مرکز هنگام نهایی‌شدن", null=True)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "مطالبه"
        indexes = [
            models.Index(fields=["centre", "state", "month"], name="billing_claim_centre_state"),
            models.Index(fields=["insurer", "state", "sent_at"], name="billing_claim_insurer_state"),
            models.Index(fields=["organisation", "-created_at"], name="billing_claim_created"),
            models.Index(fields=["insurer", "delivery_no"], name="billing_claim_delivery"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["centre", "year", "sequence"], name="billing_claim_sequence"),
            models.UniqueConstraint(
                fields=["organisation", "delivery_no"], name="billing_claim_delivered_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "number"], condition=~Q(number=""), name="billing_claim_number"
            ),
            models.CheckConstraint(
                name="billing_claim_frozen_is_numbered",
                condition=Q(frozen_at=None, sequence=None, year=None, number="")
                | Q(frozen_at__isnull=False, sequence__gte=1, year__isnull=False) & ~Q(number=""),
            ),
            models.CheckConstraint(
                name="billing_claim_two_persons",
                condition=Q(sent_by=None) | Q(frozen_by=None) | ~Q(sent_by=F("frozen_by")),
            ),
            models.CheckConstraint(
                name="billing_claim_delivered_was_sent",
                condition=~Q(state__in=[s.value for s in DELIVERED])
                | Q(sent_at__isnull=False, delivery_no__isnull=False),
            ),
            models.CheckConstraint(
                name="billing_claim_resubmits_something",
                condition=~Q(kind=ClaimKind.RESUBMISSION) | Q(previous__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[(a.value, b.value) for a, following in TRANSITIONS.items() for b in following],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="frozen_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.state NOT IN ({_OPEN}) AND (OLD.number, OLD.sequence, OLD.year, OLD.centre_id, OLD.fund_id,"
                    " OLD.payer, OLD.kind, OLD.month, OLD.asked, OLD.excluded, OLD.over_ceiling, OLD.discount,"
                    " OLD.already_cut, OLD.invoices_count, OLD.lines_count, OLD.frozen_at, OLD.frozen_by_id)"
                    " IS DISTINCT FROM"
                    " (NEW.number, NEW.sequence, NEW.year, NEW.centre_id, NEW.fund_id, NEW.payer, NEW.kind,"
                    " NEW.month, NEW.asked, NEW.excluded, NEW.over_ceiling, NEW.discount, NEW.already_cut,"
                    " NEW.invoices_count, NEW.lines_count, NEW.frozen_at, NEW.frozen_by_id)"
                ),
            ),
            pgtrigger.Trigger(
                name="adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func=_ADDS_UP,
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"پیش‌نویس {self.pk}"

    #: What `core.trail` reads along to name the row.
    audit_related = ("centre", "fund")

    def audit_name(self) -> str:
        return persian_digits(f"مطالبهٔ {self}، {month_name(self.month)}")

    def get_absolute_url(self) -> str:
        return reverse("claim", args=[self.pk])

    @property
    def tone(self) -> str:
        return CLAIM_TONES[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_delivered(self) -> bool:
        return self.state in DELIVERED

    @property
    def has_answer(self) -> bool:
        return self.answered != 0 or self.adjudicated_at is not None


class ClaimInvoice(AnswerFields):
    """One invoice in one claim, as it was when the claim was frozen; amounts of the bill in rials beside it.

    Funds, unit, record number, diagnoses, codes of eligibility and the contract in force on the day of discharge are
    copied when the claim is frozen; before that they are empty, and `asked` is the whole share.
    It is released when the claim is cancelled, so that the invoice can be gathered again. `previous` is the row that
    this one follows: the one whose rejected lines are sent again, or the one that a supplement or a correction adds to.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="invoices", db_index=False)
    invoice = loose(Invoice, "صورتحساب")
    payer = models.CharField("سهم", max_length=13, choices=Payer)
    kind = models.CharField("نوع", max_length=12, choices=ClaimKind)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    version = models.IntegerField("نسخهٔ صورتحساب")
    number = models.CharField("شماره", max_length=60)
    patient = loose(Patient, "بیمار")
    setting = models.SmallIntegerField("نوع مراجعه", choices=Setting)
    admitted_on = models.DateField("پذیرش")
    discharged_on = models.DateField("ترخیص")
    lines_count = models.IntegerField("سطر")
    amount = models.BigIntegerField("مصوب")
    basic = models.BigIntegerField("بیمهٔ پایه")
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی")
    subsidy = models.BigIntegerField("یارانه")
    employer = models.BigIntegerField("سازمان")
    patient_share = models.BigIntegerField("سهم بیمار")
    fund = loose(Fund, "صندوق بیمهٔ پایه", null=True)
    supplementary_fund = loose(Fund, "صندوق بیمهٔ تکمیلی", null=True)
    unit = loose(Unit, "بخش", null=True)
    record_no = models.CharField("شمارهٔ پرونده", max_length=30, blank=True, default="")
    diagnoses = models.JSONField("تشخیص‌ها (ICD-10)", default=list)
    eligibility = models.CharField("کد استحقاق، بیمهٔ پایه", max_length=60, blank=True, default="")
    supplementary_eligibility = models.CharField(
        "کد استحقاق، بیمهٔ تکمیلی", max_length=60, blank=True, default=""
    )
    contract = loose(Contract, "قرارداد", null=True)
    terms = loose(ContractTerms, "نسخهٔ شرایط قرارداد", null=True)
    contract_year = models.DateField("آغاز سال قرارداد", null=True)
    cut_choice = models.CharField(
        "کسر پیشین", max_length=5, choices=CutChoice, blank=True, default="",
        help_text="تنها در مابه‌التفاوت صورتحسابی که بیمه‌گر از آن کسر کرده است",
    )  # fmt: skip
    released_at = models.DateTimeField("رها شد", null=True)

    objects = ClaimInvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = "صورتحساب مطالبه"
        indexes = [
            models.Index(fields=["invoice"], name="billing_claiminvoice_invoice"),
            models.Index(fields=["number"], name="billing_claiminvoice_number"),
            models.Index(
                fields=["contract", "contract_year", "patient"],
                name="billing_claiminvoice_used",
                condition=Q(contract__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["claim", "invoice"], name="billing_claiminvoice_once"),
            models.UniqueConstraint(
                fields=["invoice", "payer"],
                condition=Q(released_at=None, kind=ClaimKind.ORIGINAL),
                name="billing_claiminvoice_one_live",
            ),
            models.UniqueConstraint(
                fields=["invoice", "payer", "version", "previous"],
                condition=Q(released_at=None, kind=ClaimKind.CORRECTION),
                nulls_distinct=False,
                name="billing_claiminvoice_one_correction",
            ),
            models.CheckConstraint(
                name="billing_claiminvoice_shares",
                condition=Q(
                    amount=F("basic") + F("supplementary") + F("subsidy") + F("employer") + F("patient_share")
                ),
            ),
        ]
        triggers = [
            _added_while_open(),
            pgtrigger.Trigger(
                name="only_while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=_ONLY_WHILE_OPEN,
            ),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.claim_id, OLD.invoice_id, OLD.payer, OLD.kind, OLD.asked + OLD.excluded"
                    " + OLD.over_ceiling + OLD.discount + OLD.already_cut, OLD.version, OLD.cut_choice)"
                    " IS DISTINCT FROM"
                    " ROW(NEW.claim_id, NEW.invoice_id, NEW.payer, NEW.kind, NEW.asked + NEW.excluded"
                    " + NEW.over_ceiling + NEW.discount + NEW.already_cut, NEW.version, NEW.cut_choice)"
                    " OR OLD.fund_id IS NOT NULL AND"
                    " ROW(OLD.fund_id, OLD.supplementary_fund_id, OLD.unit_id, OLD.record_no, OLD.diagnoses,"
                    " OLD.eligibility, OLD.supplementary_eligibility,"
                    " OLD.contract_id, OLD.terms_id, OLD.contract_year, OLD.asked, OLD.excluded, OLD.over_ceiling,"
                    " OLD.discount, OLD.already_cut)"
                    " IS DISTINCT FROM"
                    " ROW(NEW.fund_id, NEW.supplementary_fund_id, NEW.unit_id, NEW.record_no, NEW.diagnoses,"
                    " NEW.eligibility, NEW.supplementary_eligibility,"
                    " NEW.contract_id, NEW.terms_id, NEW.contract_year, NEW.asked, NEW.excluded, NEW.over_ceiling,"
                    " NEW.discount, NEW.already_cut)"
                    " OR OLD.released_at IS NOT NULL"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def clause(self) -> str:
        """What takes something off the share: contract and clause, in Persian; empty without a contract in force."""
        if self.terms:
            return clause_of(self.terms)
        return f"قرارداد {self.contract.number}" if self.contract else ""


class ClaimLine(TakenOffFields):
    """One line of a frozen claim: what is asked for it, what is left after rules and experts cut, what was paid.

    The facts of the service are copied when the claim is frozen: what was sent does not move with the invoice.
    """

    claim = loose(Claim, "مطالبه")
    invoice = loose(Invoice, "صورتحساب")
    asked = models.BigIntegerField("خواسته")
    adjusted = models.BigIntegerField("پس از کسر خودکار", null=True)
    approved = models.BigIntegerField("تأییدشده", null=True)
    paid = models.BigIntegerField("پرداخت‌شده", default=0)
    amount = models.BigIntegerField("مصوب")
    basic = models.BigIntegerField("بیمهٔ پایه")
    supplementary = models.BigIntegerField("بیمهٔ تکمیلی")
    patient = models.BigIntegerField("سهم بیمار")
    quantity_milli = models.BigIntegerField("تعداد (هزارم)")
    service = loose(Service, "خدمت", null=True)
    unit = loose(Unit, "بخش", null=True)
    physician = loose(Physician, "پزشک", null=True)
    basis = loose(PriceBasis, "مبنای قیمت", null=True)
    previous = loose("billing.ClaimLine", "دنبالهٔ سطر", null=True)
    line_no = models.IntegerField("سطر")
    service_on = models.DateField("تاریخ خدمت")
    book = models.SmallIntegerField("فهرست", choices=Book)
    group = models.SmallIntegerField("گروه", choices=ServiceGroup)
    element = models.SmallIntegerField("عنصر هزینه", choices=CostElement)
    status = models.SmallIntegerField("نتیجه", choices=ClaimLineStatus, default=ClaimLineStatus.WAITING)
    code = models.CharField("کد", max_length=20)
    reason = models.CharField("علت کسر", max_length=20, blank=True)
    note = models.CharField("توضیح بیمه‌گر", max_length=250, blank=True)

    objects = ClaimLineQuerySet.as_manager()

    class Meta:
        verbose_name = "سطر مطالبه"
        indexes = [
            models.Index(
                fields=["claim", "status"],
                name="billing_claimline_undecided",
                condition=Q(status__in=[int(s) for s in UNDECIDED]),
            ),
            models.Index(
                fields=["previous"], name="billing_claimline_previous", condition=Q(previous__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["claim", "invoice", "line_no"], name="billing_claimline_once"),
            models.CheckConstraint(
                name="billing_claimline_answer",
                condition=Q(status__in=[int(s) for s in UNDECIDED], adjusted=None, approved=None)
                | Q(status=ClaimLineStatus.APPROVED, adjusted=F("asked"), approved=F("asked"))
                | Q(
                    status=ClaimLineStatus.CUT,
                    approved__gt=0,
                    approved__lt=F("asked"),
                    adjusted__gte=F("approved"),
                    adjusted__lte=F("asked"),
                )
                | Q(
                    status=ClaimLineStatus.REJECTED,
                    approved=0,
                    asked__gt=0,
                    adjusted__gte=0,
                    adjusted__lte=F("asked"),
                )
                | Q(status=ClaimLineStatus.NOTHING, asked=0, adjusted=0, approved=0),
            ),
            models.CheckConstraint(
                name="billing_claimline_paid",
                condition=Q(asked__gte=0, paid__gte=0) | Q(asked__lt=0, paid__lte=0),
            ),
            models.CheckConstraint(
                name="billing_claimline_taken_off",
                condition=Q(previous__isnull=False, already_cut__lte=0)
                | Q(asked__gte=0, excluded__gte=0, over_ceiling__gte=0, discount__gte=0, already_cut=0)
                | Q(asked__lte=0, excluded__lte=0, over_ceiling__lte=0, discount__lte=0, already_cut__lte=0),
            ),
        ]
        triggers = [
            _added_while_open(),
            pgtrigger.Trigger(
                name="adds_up",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(new="written"),
                func=_LINES_WRITTEN,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.claim_id, OLD.invoice_id, OLD.line_no, OLD.asked, OLD.excluded, OLD.over_ceiling,"
                    " OLD.discount, OLD.already_cut, OLD.amount, OLD.basic, OLD.supplementary, OLD.patient, OLD.code,"
                    " OLD.previous_id) IS DISTINCT FROM"
                    " ROW(NEW.claim_id, NEW.invoice_id, NEW.line_no, NEW.asked, NEW.excluded, NEW.over_ceiling,"
                    " NEW.discount, NEW.already_cut, NEW.amount, NEW.basic, NEW.supplementary, NEW.patient, NEW.code,"
                    " NEW.previous_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.invoice_id}/{self.line_no}"

    @property
    def cut(self) -> int | None:
        """What the insurer cut, in rials; None where it has not answered."""
        return None if self.approved is None else self.asked - self.approved

    @property
    def tone(self) -> str:
        return LINE_TONES[self.status]

    @property
    def is_set_aside(self) -> bool:
        """Whether the insurer does not know the code yet."""
        return self.status == ClaimLineStatus.UNKNOWN_CODE

    @property
    def reason_label(self) -> str:
        """What the code of the first cut means; the code itself where the list no longer has it."""
        return titles().get(self.reason, self.reason)


class ClaimItem(models.Model):
    """A supplementary item in a live supplementary claim: each is asked of each payer once."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="items")
    item = models.ForeignKey(SupplementaryItem, models.PROTECT, related_name="claims")
    payer = models.CharField("سهم", max_length=13, choices=Payer)
    released_at = models.DateTimeField("رها شد", null=True)

    class Meta:
        verbose_name = "قلم متمم مطالبه"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "payer"], condition=Q(released_at=None), name="billing_claimitem_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.item_id}"


class RetriedLine(models.Model):
    """A cut line that a live re-submission asks for again, or whose cut a live correction lets stand: each in one."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="retried")
    line = loose(ClaimLine, "سطر")
    released_at = models.DateTimeField("رها شد", null=True)

    class Meta:
        verbose_name = "سطر دوباره خواسته"
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(released_at=None), name="billing_retriedline_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.line_id}"


class Omission(models.Model):
    """An invoice of the period that is not in the claim, and why; rials.

    `difference` is the present share less what delivered claims ask of it, where it changed after it was sent.
    """

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="omissions")
    invoice = loose(Invoice, "صورتحساب")
    number = models.CharField("شماره", max_length=60)
    asked = models.BigIntegerField("سهم بیمه‌گر")
    reason = models.SmallIntegerField("علت", choices=OmissionReason)
    difference = models.BigIntegerField("تفاوت با ارسال‌شده", null=True)

    class Meta:
        verbose_name = "صورتحساب کنارگذاشته"

    def __str__(self) -> str:
        return f"{self.number}: {self.get_reason_display()}"


class ClaimStep(models.Model):
    """One step of one claim: from where, to where, who, when and why. Append-only."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="steps")
    source = models.CharField("از", max_length=12, choices=ClaimState, blank=True)
    state = models.CharField("به", max_length=12, choices=ClaimState)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("نام", max_length=160, blank=True)
    channel = models.CharField("راه", max_length=6, choices=StepChannel, default=StepChannel.PAGE)
    note = models.CharField("توضیح", max_length=250, blank=True)

    class Meta:
        verbose_name = "گام مطالبه"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.get_state_display()}"

    @property
    def tone(self) -> str:
        return CLAIM_TONES[self.state]


class Adjudication(models.Model):
    """One answer of the insurer to some lines of a claim, as it came. Append-only; amounts in rials of its lines."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="adjudications")
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField("نام", max_length=160, blank=True)
    channel = models.CharField("راه", max_length=6, choices=StepChannel, default=StepChannel.PAGE)
    #: Headquarters typed it from the insurer's letter; any other answer is of the insurer's own side.
    is_typed = models.BooleanField("از روی نامه", default=False)
    note = models.CharField("توضیح", max_length=250, blank=True)
    lines = models.IntegerField("سطر")
    asked = models.BigIntegerField("خواسته")
    adjusted = models.BigIntegerField("پس از کسر خودکار")
    approved = models.BigIntegerField("تأییدشده")

    class Meta:
        verbose_name = "پاسخ بیمه‌گر"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.pk}"

    @property
    def cut(self) -> int:
        return self.asked - self.approved


class LineDecision(models.Model):
    """What one answer said of one line; a later answer to the same line is another row. Append-only."""

    adjudication = models.ForeignKey(Adjudication, models.PROTECT, related_name="decisions", db_index=False)
    line = loose(ClaimLine, "سطر")
    asked = models.BigIntegerField("خواسته")
    adjusted = models.BigIntegerField("پس از کسر خودکار", null=True)
    approved = models.BigIntegerField("تأییدشده", null=True)
    status = models.SmallIntegerField("نتیجه", choices=ClaimLineStatus)

    class Meta:
        verbose_name = "پاسخ به سطر"
        indexes = [models.Index(fields=["line"], name="billing_decision_line")]
        constraints = [models.UniqueConstraint(fields=["adjudication", "line"], name="billing_decision_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.adjudication_id}/{self.line_id}"


class LineCut(models.Model):
    """Rials that an answer cuts of a line, with the code of the reason. Append-only."""

    adjudication = models.ForeignKey(Adjudication, models.PROTECT, related_name="cuts")
    line = loose(ClaimLine, "سطر")
    reason = models.CharField("علت", max_length=20)
    amount = models.BigIntegerField("کسر")
    note = models.CharField("توضیح", max_length=250, blank=True)

    class Meta:
        verbose_name = "کسر سطر"
        indexes = [models.Index(fields=["line"], name="billing_cut_line")]
        constraints = [models.CheckConstraint(name="billing_cut_positive", condition=Q(amount__gt=0))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.line_id} −{self.amount}"


class ClaimCounter(models.Model):
    """The last number given to a claim of a centre in a Jalali year; locked while the next one is given."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField("سال")
    last = models.IntegerField("آخرین ردیف")

    class Meta:
        verbose_name = "شمارنده مطالبه"
        constraints = [models.UniqueConstraint(fields=["centre", "year"], name="billing_claimcounter_year")]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="one_by_one",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.last <> OLD.last + 1"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.year}: {self.last}"
