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


class Stage(models.IntegerChoices):
    """Where an invoice stands between its registration and the insurer's answer.

    The protocol of producing invoices: admission → registration → completion → review → sending.
    """

    REGISTERED = 1, "ثبت‌شده"
    COMPLETED = 2, "تکمیل‌شده"
    REVIEWED = 3, "بازبینی‌شده"
    SENT = 4, "ارسال‌شده"
    RETURNED = 5, "برگشتی بیمه‌گر"
    CANCELLED = 9, "ابطال‌شده"


#: Tone of the badge of each stage.
STAGE_TONES: dict[int, str] = {
    Stage.REGISTERED: "mute", Stage.COMPLETED: "info", Stage.REVIEWED: "accent", Stage.SENT: "good",
    Stage.RETURNED: "bad", Stage.CANCELLED: "mute",
}  # fmt: skip
#: Stages whose money has not left the hospital yet.
UNSENT = (Stage.REGISTERED, Stage.COMPLETED, Stage.REVIEWED)
#: From which stages an invoice may come to each. CORRECTED stages also lead to COMPLETED once the invoice has changed.
STAGE_SOURCES: dict[int, tuple[Stage, ...]] = {
    Stage.REGISTERED: (Stage.COMPLETED, Stage.REVIEWED),
    Stage.COMPLETED: (Stage.REGISTERED, Stage.RETURNED),
    Stage.REVIEWED: (Stage.COMPLETED,),
    Stage.SENT: (Stage.REVIEWED,),
    Stage.RETURNED: (Stage.SENT,),
    Stage.CANCELLED: (Stage.REGISTERED, Stage.COMPLETED, Stage.REVIEWED, Stage.SENT, Stage.RETURNED),
}
#: An invoice that changed after one of these may be completed again, and then goes the whole way anew.
CORRECTED = (Stage.COMPLETED, Stage.REVIEWED, Stage.SENT)


class DraftState(models.TextChoices):
    OPEN = "open", "در حال ورود"
    REGISTERED = "registered", "ثبت شد"
    DISCARDED = "discarded", "کنار گذاشته شد"


class IdentityKind(models.TextChoices):
    """What identifies a patient where there may be no national ID."""

    NATIONAL = "national", "کد ملی"
    NEWBORN = "newborn", "نوزاد (با کد ملی مادر)"
    FOREIGNER = "foreigner", "کد فراگیر اتباع"
    PASSPORT = "passport", "گذرنامه"
    OTHER = "other", "شناسهٔ دیگر"


class Referral(models.TextChoices):
    """The way a patient came to the centre."""

    DIRECT = "direct", "مراجعهٔ مستقیم"
    FAMILY_PHYSICIAN = "family", "ارجاع پزشک خانواده"
    PHYSICIAN = "physician", "ارجاع پزشک دیگر"
    CENTRE = "centre", "اعزام از مرکز دیگر"
    EMERGENCY = "emergency", "اورژانس"


class Document(models.TextChoices):
    """Papers of a patient's file that an insurer asks for."""

    OPERATION_SHEET = "operation_sheet", "برگ شرح عمل"
    ANAESTHESIA_SHEET = "anaesthesia_sheet", "برگ بیهوشی"
    INTRODUCTION_LETTER = "introduction_letter", "معرفی‌نامهٔ بیمهٔ تکمیلی"


class Lack(models.IntegerChoices):
    """What keeps an invoice from being sent, in the order it is looked for; one list for a step and for a claim."""

    UNPRICED = 3, "سطر بدون تعرفه دارد"
    UNCHECKED = 4, "یافته‌هایش هنوز بررسی نشده است"
    BLOCKED = 5, "یافتهٔ بازدارنده دارد"
    WARNED = 6, "هشدار رسیدگی‌نشده دارد"


class Severity(models.TextChoices):
    """What a finding means for sending: a block stops it, a warning needs a reason, a note only tells."""

    BLOCK = "block", "مانع ارسال"
    WARN = "warn", "هشدار"
    NOTE = "note", "یادآوری"


class FindingKind(models.IntegerChoices):
    """What a rule looks at, after the kinds of deductions that insurers name."""

    TARIFF = 1, "تعرفه و کدگذاری"
    BUNDLING = 2, "خدمت داخل خدمت دیگر"
    QUANTITY = 3, "تعداد و مدت"
    COVERAGE = 4, "پوشش و استحقاق"
    IDENTITY = 5, "شناسهٔ دارو و کالا"
    PROVIDER = 6, "ارائه‌کننده"
    DOCUMENTS = 7, "مدارک"
    TIME = 8, "زمان"
    PAYMENT = 9, "پرداخت بیمار"


class Standing(models.IntegerChoices):
    """How far an invoice has gone when it is priced anew, which decides what becomes of the difference."""

    OPEN = 0, "باز"
    SENT = 1, "ارسال‌شده"
    LOCKED = 2, "ماه بسته"
    SENT_AND_LOCKED = 3, "ارسال‌شده، ماه بسته"


#: Standings of invoices that were sent, and of those whose month is closed.
WERE_SENT = (Standing.SENT, Standing.SENT_AND_LOCKED)
ARE_LOCKED = (Standing.LOCKED, Standing.SENT_AND_LOCKED)


class RepricingState(models.TextChoices):
    COMPUTING = "computing", "در حال محاسبهٔ پیش‌نمایش"
    PREVIEWED = "previewed", "منتظر تأیید"
    APPROVED = "approved", "تأییدشده"
    DONE = "done", "ثبت شد"
    STOPPED = "stopped", "متوقف شد"
    REVERSED = "reversed", "برگشت خورد"
    DISCARDED = "discarded", "کنار گذاشته شد"


class BundleKind(models.IntegerChoices):
    """What pays for an item, so that it may not be billed again beside it."""

    OPERATING_ROOM = 1, "درصد اتاق عمل"
    NURSING = 2, "خدمات پرستاری هتلینگ"
    PANEL = 3, "پانل"


class MonthState(models.TextChoices):
    """Whether a month of a centre takes movements, and what is asked about it."""

    OPEN = "open", "باز"
    CLOSE_ASKED = "close_asked", "درخواست بستن"
    CLOSED = "closed", "بسته"
    REOPEN_ASKED = "reopen_asked", "درخواست بازگشایی"
    REOPENED = "reopened", "بازگشوده"
    WITHDRAWN = "withdrawn", "درخواست برداشته شد"


#: Tone of the badge of each state.
MONTH_TONES: dict[str, str] = {
    MonthState.OPEN: "mute", MonthState.CLOSE_ASKED: "warn", MonthState.CLOSED: "good",
    MonthState.REOPEN_ASKED: "warn", MonthState.REOPENED: "info", MonthState.WITHDRAWN: "mute",
}  # fmt: skip


class CountKind(models.IntegerChoices):
    """What a hospital's system counts, day by day."""

    ADMISSION = 1, "پذیرش بستری"
    OPERATION = 2, "عمل جراحی"
    LABORATORY = 3, "آزمایش"
    OUTPATIENT_VISIT = 4, "ویزیت سرپایی"


class CountSource(models.IntegerChoices):
    FILE = 1, "فایل نرم‌افزار بیمارستان"
    HAND = 2, "ورود دستی"


class Gate(models.IntegerChoices):
    """Steps of the protocol that an invoice waits before: registration after the discharge, and each stage."""

    REGISTRATION = 1, "ترخیص تا ثبت"
    COMPLETION = 2, "ثبت تا تکمیل"
    REVIEW = 3, "تکمیل تا بازبینی"
    SENDING = 4, "بازبینی تا ارسال"
