"""Money that insurers send: the remittance, its lines as the payer gave them, and where every rial of it went."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from billing.claims.models import Claim, ClaimLine
from billing.claims.remittances.choices import (
    REMEDIES,
    REMITTANCE_TONES,
    REMITTANCE_TRANSITIONS,
    STANDING,
    Bucket,
    Problem,
    RemittanceKind,
    RemittanceSource,
    RemittanceState,
)
from billing.claims.remittances.querysets import (
    AllocationQuerySet,
    RemittanceLineQuerySet,
    RemittanceQuerySet,
)
from billing.models.invoices import Invoice
from billing.models.loose import loose
from core.text import as_written
from insurers.models import Insurer
from organisations.models import Centre, Organisation

_USER = settings.AUTH_USER_MODEL
_SUMS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE bucket = {bucket.value}), 0) AS {name}"
    for bucket, name in (
        (Bucket.CLAIM, "matched"),
        (Bucket.UNMATCHED, "unmatched"),
        (Bucket.ADVANCE, "advance"),
        (Bucket.RETURNED, "returned"),
    )
)
#: Every rial of a booked remittance is in one place, and what a claim line was paid is what remittances gave it.
_ADDS_UP = f"""
    -- What was written again afterwards in the same transaction is looked at then.
    IF NOT EXISTS (SELECT FROM billing_remittance r WHERE r.id = NEW.id AND r IS NOT DISTINCT FROM NEW)
    THEN RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM billing_remittance r
        CROSS JOIN (SELECT {_SUMS} FROM billing_allocation WHERE remittance_id = NEW.id) a
        CROSS JOIN (
            SELECT count(*) FILTER (WHERE NOT is_rest) AS lines, coalesce(sum(amount), 0) AS amount,
                   coalesce(sum(tax), 0) AS tax
            FROM billing_remittanceline WHERE remittance_id = NEW.id
        ) l
        WHERE r.id = NEW.id
          AND (r.lines_count, r.amount, r.tax, r.matched, r.unmatched, r.advance, r.returned)
              IS DISTINCT FROM (l.lines, l.amount, l.tax, a.matched, a.unmatched, a.advance, a.returned)
    ) THEN RAISE EXCEPTION 'remittance % is not what its lines and allocations say', NEW.id;
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT l.id AS line_id, l.unmatched, l.advance,
                   CASE r.state WHEN 'booked' THEN l.amount ELSE 0 END AS amount,
                   CASE r.state WHEN 'booked' THEN l.tax ELSE 0 END AS tax
            FROM billing_remittanceline l JOIN billing_remittance r ON r.id = l.remittance_id
            WHERE l.remittance_id = NEW.id
            UNION ALL
            SELECT line_id, CASE WHEN bucket = {Bucket.UNMATCHED.value} THEN -amount ELSE 0 END,
                   CASE WHEN bucket = {Bucket.ADVANCE.value} THEN -amount ELSE 0 END, -amount, -tax
            FROM billing_allocation WHERE remittance_id = NEW.id
        ) x GROUP BY line_id
        HAVING (sum(unmatched), sum(advance), sum(amount), sum(tax)) IS DISTINCT FROM (0, 0, 0, 0)
    ) THEN RAISE EXCEPTION 'a line of remittance % is not what its allocations say', NEW.id;
    END IF;
    -- Planned anew each time: a plan that was kept from when the tables were small would read them for every line.
    EXECUTE 'SELECT EXISTS (
        SELECT FROM billing_claimline c
        WHERE c.id IN (SELECT claim_line_id FROM billing_allocation WHERE remittance_id = $1)
          AND c.paid <> (SELECT coalesce(sum(amount), 0) FROM billing_allocation WHERE claim_line_id = c.id)
    )' INTO differs USING NEW.id;
    IF differs THEN RAISE EXCEPTION 'a claim line is paid otherwise than by its allocations (remittance %)', NEW.id;
    END IF;
    RETURN NULL;
"""
#: Whoever writes allocations has their remittances looked at when the transaction ends (`_ADDS_UP`).
_ALLOCATED = """
    UPDATE billing_remittance SET id = id WHERE id IN (SELECT DISTINCT remittance_id FROM written);
    RETURN NULL;
"""
_ADDED_WHILE_WAITING = """
    IF EXISTS (
        SELECT FROM written w JOIN billing_remittance r ON r.id = w.remittance_id WHERE r.state <> 'waiting'
    ) THEN RAISE EXCEPTION 'a line is added to a remittance that was booked';
    END IF;
    RETURN NULL;
"""
_FACTS = (
    "organisation_id", "insurer_id", "centre_id", "kind", "source", "reference", "paid_on", "amount", "tax",
    "is_tax_shared", "lines_count", "fingerprint", "sha256", "received_at", "by_id",
)  # fmt: skip
_LINE_FACTS = (
    "remittance_id", "row_no", "claim_no", "invoice_no", "line_no", "code", "line_key", "amount", "tax", "cut",
    "reason", "is_rest",
)  # fmt: skip


def facts_stay(names: tuple[str, ...]) -> pgtrigger.Trigger:
    """Refuses to write these columns of a row again."""
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return pgtrigger.Protect(
        name="facts_stay",
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"ROW({old}) IS DISTINCT FROM ROW({new})"),
    )


def _after_insert(name: str, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="written"),
        func=func,
    )


class Remittance(models.Model):
    """One payment of an insurer, by the payer's own reference; amounts in rials.

    Once booked, amount = matched + unmatched + advance + returned; before that and after it was reversed nothing of it
    counts. `centre` is the hospital whose account it came to, empty for the organisation's own.

    `amount` is what settles claims; `tax` of it was withheld at source, and `net` came to the account.
    `is_tax_shared`: the payer told the tax of the whole, and the lines have it in proportion.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="remittances", verbose_name="بیمه‌گر")
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, related_name="+", verbose_name="مرکز", db_index=False
    )
    kind = models.CharField("نوع", max_length=10, choices=RemittanceKind)
    source = models.CharField("منبع", max_length=5, choices=RemittanceSource)
    state = models.CharField("وضعیت", max_length=9, choices=RemittanceState, default=RemittanceState.WAITING)
    reference = models.CharField("شمارهٔ حواله", max_length=60)
    paid_on = models.DateField("تاریخ پرداخت")
    amount = models.BigIntegerField("مبلغ")
    tax = models.BigIntegerField("مالیات تکلیفی", default=0)
    is_tax_shared = models.BooleanField("مالیات به نسبت سطرها", default=False)
    net = models.GeneratedField(
        expression=F("amount") - F("tax"), output_field=models.BigIntegerField("به حساب"), db_persist=True
    )
    lines_count = models.IntegerField("سطر")
    matched = models.BigIntegerField("تطبیق‌یافته", default=0)
    unmatched = models.BigIntegerField("بی‌تطبیق", default=0)
    advance = models.BigIntegerField("پیش‌دریافت", default=0)
    returned = models.BigIntegerField("برگشت به بیمه‌گر", default=0)
    note = models.CharField("توضیح", max_length=250, blank=True)
    fingerprint = models.CharField("اثر انگشت", max_length=64)
    file = models.FileField("فایل", upload_to="remittances/%Y/%m", blank=True)
    file_name = models.CharField("نام فایل", max_length=200, blank=True)
    media_type = models.CharField("قالب", max_length=100, blank=True)
    sha256 = models.CharField("مهر فایل", max_length=64, blank=True)
    received_at = models.DateTimeField("دریافت")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", verbose_name="ثبت‌کننده")
    by_name = models.CharField("نام ثبت‌کننده", max_length=160, blank=True)
    checked_at = models.DateTimeField("تأیید", null=True)
    checked_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    reversed_at = models.DateTimeField("برگشت", null=True)
    reversed_by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("علت برگشت یا کنارگذاشتن", max_length=250, blank=True)

    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+", verbose_name="کار ثبت")

    objects = RemittanceQuerySet.as_manager()

    class Meta:
        verbose_name = "حواله"
        indexes = [
            models.Index(fields=["organisation", "-paid_on"], name="billing_remittance_paid"),
            models.Index(fields=["centre", "-paid_on"], name="billing_remittance_centre"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["insurer", "reference"],
                condition=Q(state__in=[s.value for s in STANDING]),
                name="billing_remittance_once",
            ),
            models.UniqueConstraint(
                fields=["insurer", "sha256"],
                condition=Q(state__in=[s.value for s in STANDING], source=RemittanceSource.FILE),
                name="billing_remittance_file_once",
            ),
            models.CheckConstraint(
                name="billing_remittance_adds_up",
                condition=Q(
                    state=RemittanceState.BOOKED,
                    amount=F("matched") + F("unmatched") + F("advance") + F("returned"),
                )
                | ~Q(state=RemittanceState.BOOKED) & Q(matched=0, unmatched=0, advance=0, returned=0),
            ),
            models.CheckConstraint(
                name="billing_remittance_direction",
                condition=Q(kind=RemittanceKind.SUBSIDY, amount__lt=0)
                | ~Q(kind=RemittanceKind.SUBSIDY) & Q(amount__gt=0),
            ),
            models.CheckConstraint(
                name="billing_remittance_tax",
                condition=Q(tax__gte=0, tax__lte=F("amount")) | Q(tax=0),
            ),
            models.CheckConstraint(
                name="billing_remittance_two_persons",
                condition=Q(by=None) | Q(checked_by=None) | ~Q(checked_by=F("by")),
            ),
            models.CheckConstraint(
                name="billing_remittance_checked",
                condition=Q(state__in=[RemittanceState.WAITING.value, RemittanceState.DISCARDED.value])
                & Q(checked_at=None)
                | Q(state__in=[RemittanceState.BOOKED.value, RemittanceState.REVERSED.value])
                & Q(checked_at__isnull=False)
                & (Q(checked_by__isnull=False) | Q(source=RemittanceSource.API)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="guarded_states",
                field="state",
                transitions=[
                    (a.value, b.value) for a, following in REMITTANCE_TRANSITIONS.items() for b in following
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            facts_stay(_FACTS),
            pgtrigger.Trigger(
                name="adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                declare=[("differs", "boolean")],
                func=_ADDS_UP,
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    #: What `core.trail` reads along to name the row.
    audit_related = ("insurer",)

    def audit_name(self) -> str:
        return as_written(f"حوالهٔ {self.reference} {self.insurer.name}")

    def get_absolute_url(self) -> str:
        return reverse("remittance", args=[self.pk])

    @property
    def tone(self) -> str:
        return REMITTANCE_TONES[self.state]

    @property
    def is_booking(self) -> bool:
        """Whether a job has been asked to book it and is not over."""
        return self.job is not None and not self.job.is_over

    @property
    def open_amount(self) -> int:
        """Rials that are in no claim yet and were not returned."""
        return self.unmatched + self.advance


class RemittanceLine(models.Model):
    """One row of the payer's list, as it was given, and what became of it; rials.

    `line_key` is our own key of a claim line, for a payer that read it from the API. `tax` is what was withheld of
    `amount`. `cut` and `reason` are what the payer says it kept back: told, and never booked. `is_rest` is no line of
    the payer's: what its lines leave of the remittance.
    """

    remittance = models.ForeignKey(Remittance, models.PROTECT, related_name="lines", db_index=False)
    row_no = models.IntegerField("ردیف")
    claim_no = models.CharField("شمارهٔ مطالبه", max_length=60, blank=True)
    invoice_no = models.CharField("شمارهٔ صورتحساب", max_length=60, blank=True)
    line_no = models.IntegerField("سطر", null=True)
    code = models.CharField("کد خدمت", max_length=20, blank=True)
    line_key = models.BigIntegerField("شناسهٔ سطر مطالبه", null=True)
    amount = models.BigIntegerField("مبلغ")
    tax = models.BigIntegerField("مالیات تکلیفی", default=0)
    is_rest = models.BooleanField("مانده", default=False)
    cut = models.BigIntegerField("کسر", default=0)
    reason = models.CharField("علت کسر", max_length=20, blank=True)
    note = models.CharField("توضیح", max_length=250, blank=True)
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+", verbose_name="مطالبه")
    invoice = loose(Invoice, "صورتحساب", null=True)
    claim_line = loose(ClaimLine, "سطر مطالبه", null=True)
    problem = models.SmallIntegerField("چرا تطبیق نیافت", choices=Problem, null=True)
    unmatched = models.BigIntegerField("بی‌تطبیق", default=0)
    advance = models.BigIntegerField("پیش‌دریافت", default=0)

    objects = RemittanceLineQuerySet.as_manager()

    class Meta:
        verbose_name = "سطر حواله"
        indexes = [
            models.Index(
                fields=["remittance"],
                name="billing_remittanceline_open",
                condition=~Q(unmatched=0) | ~Q(advance=0),
            ),
            # What people look for; a line names one of them or none.
            models.Index(fields=["claim_no"], name="billing_remittanceline_claim", condition=~Q(claim_no="")),
            models.Index(
                fields=["invoice_no"], name="billing_remittanceline_invoice", condition=~Q(invoice_no="")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["remittance", "row_no"], name="billing_remittanceline_row"),
            models.CheckConstraint(
                name="billing_remittanceline_says_something",
                condition=~Q(amount=0) | Q(cut__gt=0),
            ),
            models.CheckConstraint(name="billing_remittanceline_cut", condition=Q(cut__gte=0)),
            models.CheckConstraint(
                name="billing_remittanceline_tax",
                condition=Q(tax__gte=0, tax__lte=F("amount")) | Q(tax__lte=0, tax__gte=F("amount")),
            ),
            models.CheckConstraint(
                name="billing_remittanceline_open_is_its_own",
                condition=Q(amount__gte=0, unmatched__gte=0, advance__gte=0)
                | Q(amount__lt=0, unmatched__lte=0, advance__lte=0),
            ),
        ]
        triggers = [
            _after_insert("added_while_waiting", _ADDED_WHILE_WAITING),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            facts_stay(_LINE_FACTS),
        ]

    def __str__(self) -> str:
        return f"{self.remittance_id}/{self.row_no}"

    @property
    def remedy(self) -> str:
        """What to do where the line has a problem."""
        return REMEDIES.get(self.problem or 0, "")


class Allocation(models.Model):
    """Rials of a remittance's line put somewhere, or taken from there (below zero). Append-only.

    `tax` is the part of `amount` that was withheld. What a remittance comes to in each place is the sum of its rows; a
    booking that is undone is answered by rows of the opposite sign.
    """

    remittance = models.ForeignKey(Remittance, models.PROTECT, related_name="allocations")
    line = models.ForeignKey(RemittanceLine, models.PROTECT, related_name="allocations", db_index=False)
    bucket = models.SmallIntegerField("جا", choices=Bucket)
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="allocations", db_index=False)
    claim_line = loose(ClaimLine, "سطر مطالبه", null=True)
    amount = models.BigIntegerField("مبلغ")
    tax = models.BigIntegerField("مالیات تکلیفی", default=0)
    at = models.DateTimeField("زمان")
    by = models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+")
    note = models.CharField("توضیح", max_length=250, blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = "تخصیص حواله"
        indexes = [
            models.Index(
                fields=["claim_line"],
                name="billing_allocation_line",
                condition=Q(claim_line__isnull=False),
                include=["amount"],
            ),
            models.Index(
                fields=["claim"],
                name="billing_allocation_claim",
                condition=Q(claim__isnull=False),
                include=["amount"],
            ),
        ]
        constraints = [
            models.CheckConstraint(name="billing_allocation_moves", condition=~Q(amount=0, tax=0)),
            models.CheckConstraint(
                name="billing_allocation_place",
                condition=Q(bucket=Bucket.CLAIM, claim__isnull=False, claim_line__isnull=False)
                | ~Q(bucket=Bucket.CLAIM) & Q(claim=None, claim_line=None),
            ),
        ]
        triggers = [
            _after_insert("adds_up", _ALLOCATED),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.remittance_id}: {self.get_bucket_display()} {self.amount}"


class RemittanceColumns(models.Model):
    """Which header of an insurer's payment list holds which of our columns; the newest one holds."""

    insurer = models.OneToOneField(Insurer, models.CASCADE, related_name="remittance_columns")
    columns = models.JSONField("ستون‌ها", help_text="نام ستون ما ← عنوان ستون در فایل")

    class Meta:
        verbose_name = "نگاشت ستون‌های فهرست پرداخت"

    def __str__(self) -> str:
        return f"{self.insurer_id}"

    def audit_name(self) -> str:
        return f"ستون‌های فهرست پرداخت {self.insurer.name}"

    audit_related = ("insurer",)
