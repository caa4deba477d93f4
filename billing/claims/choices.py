"""Closed lists of claims, and the one table of what may follow what."""

from django.db import models

from billing.choices import Lack


class Payer(models.TextChoices):
    """Whose share of the lines a claim asks for; one invoice stands in one live claim of each."""

    BASIC = "basic", "بیمهٔ پایه"
    SUPPLEMENTARY = "supplementary", "بیمهٔ تکمیلی"


class ClaimKind(models.TextChoices):
    ORIGINAL = "original", "اصلی"
    RESUBMISSION = "resubmission", "ارسال دوبارهٔ سطرهای ردشده"
    SUPPLEMENT = "supplement", "متمم پس از بازقیمت‌گذاری"
    CORRECTION = "correction", "مابه‌التفاوت پس از اصلاح"


class CutChoice(models.TextChoices):
    """What a correction that asks for less has to do with what the insurer cut; the officer says it of each invoice."""

    STAYS = "stays", "کسر جداست و می‌ماند"
    SAME = "same", "کسر برای همین اشتباه بود"


class ClaimState(models.TextChoices):
    """Where a claim stands. Acknowledged means that the insurer has it, not that it accepts it."""

    DRAFT = "draft", "گردآوری"
    CHECKED = "checked", "بررسی‌شده"
    FROZEN = "frozen", "نهایی، آمادهٔ ارسال"
    SENT = "sent", "ارسال‌شده"
    ACKNOWLEDGED = "acknowledged", "رسید داده شد"
    IN_REVIEW = "in_review", "در رسیدگی"
    ADJUDICATED = "adjudicated", "رسیدگی شد"
    SETTLED = "settled", "تسویه شد"
    REJECTED = "rejected", "رد شد"
    CANCELLED = "cancelled", "لغو شد"


S = ClaimState
#: What may follow each state; the trigger of the table is made from it.
TRANSITIONS: dict[ClaimState, tuple[ClaimState, ...]] = {
    S.DRAFT: (S.CHECKED, S.CANCELLED),
    S.CHECKED: (S.DRAFT, S.FROZEN, S.CANCELLED),
    S.FROZEN: (S.SENT, S.CANCELLED),
    S.SENT: (S.ACKNOWLEDGED,),
    S.ACKNOWLEDGED: (S.IN_REVIEW, S.REJECTED),
    S.IN_REVIEW: (S.ADJUDICATED, S.REJECTED),
    S.ADJUDICATED: (S.SETTLED,),
    # Money that is taken back opens it again.
    S.SETTLED: (S.ADJUDICATED,),
    S.REJECTED: (),
    S.CANCELLED: (),
}
#: States in which the lines are still those of the invoices and nothing is numbered.
OPEN = (S.DRAFT, S.CHECKED)
#: States in which the insurer has the claim, and sees it.
DELIVERED = (S.SENT, S.ACKNOWLEDGED, S.IN_REVIEW, S.ADJUDICATED, S.SETTLED, S.REJECTED)
#: States in which the insurer still owes an answer.
UNANSWERED = (S.SENT, S.ACKNOWLEDGED, S.IN_REVIEW)
#: States in which lines take a first answer.
ANSWERING = (S.ACKNOWLEDGED, S.IN_REVIEW)
#: States in which the insurer's answer is complete.
ANSWERED = (S.ADJUDICATED, S.SETTLED, S.REJECTED)
#: States whose cuts may be objected to: that what was approved is paid says nothing of what was cut.
OPEN_TO_OBJECTION = (S.ADJUDICATED, S.SETTLED)

#: Tone of the badge of each state.
CLAIM_TONES: dict[str, str] = {
    S.DRAFT: "mute", S.CHECKED: "info", S.FROZEN: "accent", S.SENT: "warn", S.ACKNOWLEDGED: "info",
    S.IN_REVIEW: "info", S.ADJUDICATED: "good", S.SETTLED: "good", S.REJECTED: "bad", S.CANCELLED: "mute",
}  # fmt: skip


class ClaimLineStatus(models.IntegerChoices):
    """What the insurer said of a line."""

    WAITING = 0, "رسیدگی‌نشده"
    APPROVED = 1, "تأیید کامل"
    CUT = 2, "تأیید بخشی"
    REJECTED = 3, "رد"
    UNKNOWN_CODE = 4, "کد نزد بیمه‌گر ناشناخته"
    NOTHING = 9, "بدون خواسته از این بیمه‌گر"


#: Statuses without an answer in rials.
UNDECIDED = (ClaimLineStatus.WAITING, ClaimLineStatus.UNKNOWN_CODE)
#: Statuses whose cut may be claimed again.
CUT_LINES = (ClaimLineStatus.CUT, ClaimLineStatus.REJECTED)

LINE_TONES: dict[int, str] = {
    ClaimLineStatus.WAITING: "mute", ClaimLineStatus.APPROVED: "good", ClaimLineStatus.CUT: "warn",
    ClaimLineStatus.REJECTED: "bad", ClaimLineStatus.UNKNOWN_CODE: "info", ClaimLineStatus.NOTHING: "mute",
}  # fmt: skip


class OmissionReason(models.IntegerChoices):
    """Why an invoice of the period is not in the claim, in the order they are looked for."""

    NOT_REVIEWED = 1, "هنوز بازبینی نشده است"
    CHANGED = 2, "پس از بازبینی تغییر کرده است"
    UNPRICED = Lack.UNPRICED.value, Lack.UNPRICED.label
    UNCHECKED = Lack.UNCHECKED.value, Lack.UNCHECKED.label
    BLOCKED = Lack.BLOCKED.value, Lack.BLOCKED.label
    WARNED = Lack.WARNED.value, Lack.WARNED.label
    OTHER_CLAIM = 7, "در مطالبهٔ زندهٔ دیگری است"
    SENT_OUTSIDE = 8, "بیرون از مطالبه فرستاده شده است"
    TAKEN_OUT = 9, "پس از گردآوری تغییر کرد و کنار رفت"
    CHANGED_SENT = 10, "پس از ارسال تغییر کرده است"
    NO_DIAGNOSIS = 11, "تشخیص (ICD-10) ندارد و قرارداد آن را خواسته است"
    NO_ELIGIBILITY = 12, "کد استحقاق درمان ندارد و قرارداد آن را خواسته است"


class StepChannel(models.TextChoices):
    PAGE = "page", "صفحه"
    API = "api", "سامانهٔ بیمه‌گر"
    SYSTEM = "system", "سامانه"


class CodeSet(models.TextChoices):
    """Which list a code that an insurer's processor does not know belongs to."""

    IRC = "irc", "دارو و تجهیزات (IRC)"
    GLOBAL = "global", "گلوبال"
    INFERTILITY = "infertility", "درمان ناباروری"
    BOOK = "book", "کتاب ارزش نسبی و سایر"


#: What a contract takes off a payer's share before it is asked, and all that is taken off: columns of `TakenOffFields`.
CONTRACT_TAKES = ("excluded", "over_ceiling", "discount")
TAKEN_OFF = (*CONTRACT_TAKES, "already_cut")


class CodeState(models.TextChoices):
    """What became of an unknown code. Open is a normal state: codes appear before processors know them."""

    OPEN = "open", "باز"
    REPORTED = "reported", "به بیمه‌گر نوشته شد"
    RESOLVED = "resolved", "بیمه‌گر شناخت"
    REPLACED = "replaced", "کد دیگری جایش نشست"


#: What may follow each state; a code that the insurer again does not know is open again.
CODE_STEPS: dict[CodeState, tuple[CodeState, ...]] = {
    CodeState.OPEN: (CodeState.REPORTED, CodeState.RESOLVED, CodeState.REPLACED),
    CodeState.REPORTED: (CodeState.RESOLVED, CodeState.REPLACED),
    CodeState.RESOLVED: (CodeState.OPEN,),
    CodeState.REPLACED: (CodeState.OPEN,),
}
#: States in which lines that were set aside may be asked again.
CODE_KNOWN = (CodeState.RESOLVED, CodeState.REPLACED)

CODE_TONES: dict[str, str] = {
    CodeState.OPEN: "warn", CodeState.REPORTED: "info", CodeState.RESOLVED: "good", CodeState.REPLACED: "accent",
}  # fmt: skip


class Deed(models.TextChoices):
    """What a job does to a claim of many lines."""

    FREEZE = "freeze", "نهایی‌کردن مطالبه"
    APPROVE_REST = "approve_rest", "تأیید همهٔ سطرهای بی‌پاسخ"
    REFUSE = "refuse", "رد کل مطالبه"
