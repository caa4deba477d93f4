"""Closed lists of the regional budget."""

from django.db import models


class BudgetComponent(models.IntegerChoices):
    """The five components of a region's budget (letter of 9 Esfand 1398, step four)."""

    COMPANY = 1, "خدمات به بیماران شرکتی"
    RETIREE = 2, "درآمد بازنشستگی"
    FREE = 3, "درآمد بیماران آزاد"
    COMPANY_INVOICES = 4, "طب صنعتی و بهداشت محیط"
    OVERHEAD = 5, "سرباری مراکز تکلیفی"


#: Components that are summed from the ledger; the other two are entered and approved by people.
LEDGER_COMPONENTS = (BudgetComponent.COMPANY, BudgetComponent.RETIREE, BudgetComponent.FREE)


class CompanyService(models.IntegerChoices):
    """What a region invoices to companies."""

    INDUSTRIAL_MEDICINE = 1, "طب صنعتی"
    ENVIRONMENTAL_HEALTH = 2, "بهداشت محیط"


class InputStatus(models.TextChoices):
    DRAFT = "draft", "در انتظار تأیید"
    APPROVED = "approved", "تأییدشده"


class Difference(models.TextChoices):
    """Reasons beside the causes of movements for which two runs differ."""

    INPUT = "input", "ورودی"
    FORMULA = "formula", "نسخهٔ فرمول"


class AgreementKind(models.IntegerChoices):
    """One-sided: the provider bills, nothing flows back. Reciprocal: both ways, netted monthly."""

    ONE_SIDED = 1, "یک‌طرفه"
    RECIPROCAL = 2, "متقابل"


class Standing(models.IntegerChoices):
    """Where an invoice of a company patient stands in the accounts between parties: exactly one of these."""

    BILLED = 1, "در حساب"
    NO_AGREEMENT = 2, "بدون توافق"
    NO_RETURN = 3, "بیرون از توافق یک‌طرفه"
    UNKNOWN = 4, "عضویت نامعلوم"
    OWN = 5, "افراد خود منطقه"


#: Standings with a known other party, whose invoices a run keeps one by one.
BETWEEN_PARTIES = (Standing.BILLED, Standing.NO_AGREEMENT, Standing.NO_RETURN)


class DisputeState(models.TextChoices):
    OPEN = "open", "باز"
    ACCEPTED = "accepted", "پذیرفته"
    REJECTED = "rejected", "ردشده"
    WITHDRAWN = "withdrawn", "پس‌گرفته"


class RetireeRecord(models.TextChoices):
    """Kinds of record of the retirees' account files; a file holds one kind."""

    INPATIENT = "ResXml", "بستری"
    OUTPATIENT = "NonXml", "سرپایی"
    OUTSIDE = "OutXml", "خارج از سازمان"
