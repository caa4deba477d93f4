"""Closed lists of billing."""

from django.db import models


class LineStatus(models.IntegerChoices):
    """Whether a line has a price, and if not, what is missing. An unpriced line has no amounts, never zeros."""

    PRICED = 0, "نرخ‌گذاری‌شده"
    IN_PACKAGE = 1, "داخل بستهٔ گلوبال"
    NO_SERVICE = 10, "کد خدمت ناشناخته"
    NO_TARIFF = 11, "بدون تعرفه در این تاریخ"
    NO_FACTOR = 12, "بدون ضریب ریالی در این تاریخ"
    NO_COVERAGE = 13, "بدون قاعدهٔ پوشش در این تاریخ"
    NO_BASE = 14, "بدون تعرفهٔ مبنای بیمه در این تاریخ"
    NO_PARAMETER = 15, "بدون پارامتر محاسبه در این تاریخ"
    NO_HOTELLING = 16, "خدمات پرستاری بدون هتلینگ نرخ‌گذاری‌شده"
    SECOND_NURSING = 17, "خدمات پرستاری تکراری"
    TOO_LARGE = 18, "مبلغ بیرون از دامنه"


#: Statuses with amounts.
WITH_AMOUNT = (LineStatus.PRICED, LineStatus.IN_PACKAGE)


class Cause(models.TextChoices):
    """Why a figure moved."""

    NEW_INVOICE = "new_invoice", "صورتحساب تازه"
    CORRECTION = "correction", "اصلاح"
    CANCELLATION = "cancellation", "ابطال"
    TARIFF = "tariff", "تعرفه"
    UNIT_VALUE = "unit_value", "ارزش واحد"
    COVERAGE = "coverage", "پوشش"
    DEDUCTION = "deduction", "کسور"
    RECOVERY = "recovery", "وصول اعتراض"
    RECLASSIFICATION = "reclassification", "تغییر طبقه"


class DeliveryKind(models.TextChoices):
    CSV = "csv", "CSV"
    EXCEL = "xlsx", "اکسل"
    SATA = "sata", "ساتا"
    HAND = "hand", "ورود دستی"


class DeliveryState(models.TextChoices):
    OPEN = "open", "در حال دریافت"
    WAITING = "waiting", "در صف"
    STORED = "stored", "ثبت شد"
    REFUSED = "refused", "رد شد"
