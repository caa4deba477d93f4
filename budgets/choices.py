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
