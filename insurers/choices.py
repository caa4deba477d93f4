"""Closed lists of coverage."""

from django.db import models


class InsurerKind(models.IntegerChoices):
    BASIC = 1, "پایه"
    SUPPLEMENTARY = 2, "تکمیلی"
    EMPLOYER = 3, "کارفرما و سازمان"
    SELF = 4, "آزاد"


class Condition(models.IntegerChoices):
    """Why the patient came, where coverage depends on it."""

    ANY = 0, "همه"
    ORDINARY = 1, "عادی"
    REFERRAL = 2, "ارجاع پزشک خانواده"
    ACCIDENT = 3, "حادثهٔ رانندگی"
    ASSAULT = 4, "نزاع"
    COSMETIC = 5, "زیبایی"
    COVID = 6, "کووید-۱۹"
    INFERTILITY = 7, "ناباروری"
    WORK_ACCIDENT = 8, "حادثهٔ کار"
    SPECIAL_DISEASE = 9, "بیماری خاص"


class RestPayer(models.IntegerChoices):
    """Who takes what neither insurer nor subsidy pays."""

    PATIENT = 1, "بیمار"
    EMPLOYER = 2, "سازمان یا کارفرما"


class ContractKind(models.IntegerChoices):
    BASIC = 1, "پایه"
    SUPPLEMENTARY = 2, "تکمیلی"


class BillFact(models.TextChoices):
    """What a contract may ask for with each file that no paper is: the electronic bill says it."""

    DIAGNOSES = "diagnoses", "تشخیص (ICD-10)"
    ELIGIBILITY = "eligibility", "کد استحقاق درمان"


class Term(models.IntegerChoices):
    """What is agreed about claims in one number; codes are those of the reference file."""

    ON_ACCOUNT_BP = 1, "علی‌الحساب (صدم درصد مطالبه)"
    ON_ACCOUNT_DAYS = 2, "مهلت علی‌الحساب (روز پس از ارسال)"
    REST_MONTHS = 3, "مهلت مانده (ماه پس از ارسال)"
    SUBMISSION_DAYS = 4, "مهلت ارسال اسناد (روز پس از پایان ماه)"
    OBJECTION_DAYS = 5, "مهلت اعتراض (روز)"
    OBJECTION_WORKING_DAYS = 6, "مهلت اعتراض (روز کاری)"
    LATE_PENALTY_BP = 7, "خسارت دیرکرد (صدم درصد در سال)"
    WITHHOLDING_BP = 8, "مالیات تکلیفی (صدم درصد)"


class ContractState(models.TextChoices):
    """Where a contract stands; which step leads where: `CONTRACT_STEPS`."""

    DRAFT = "draft", "پیش‌نویس"
    SENT = "sent", "ارسال‌شده برای امضا"
    SIGNED = "signed", "امضاشده"
    NOTIFIED = "notified", "ابلاغ‌شده به مرکزها"
    ACTIVE = "active", "در حال اجرا"
    SUSPENDED = "suspended", "معلق"
    RENEWED = "renewed", "تمدیدشده"
    EXPIRED = "expired", "پایان‌یافته"
    ENDED = "ended", "خاتمه‌یافته پیش از موعد"
    CANCELLED = "cancelled", "لغوشده پیش از آغاز"


#: Which states may follow a state; a trigger holds the table to it. What has not begun is cancelled, what has is ended;
#: a renewed contract runs again where its renewal is cancelled.
CONTRACT_STEPS: dict[ContractState, tuple[ContractState, ...]] = {
    ContractState.DRAFT: (ContractState.SENT, ContractState.CANCELLED),
    ContractState.SENT: (ContractState.SIGNED, ContractState.DRAFT, ContractState.CANCELLED),
    ContractState.SIGNED: (ContractState.NOTIFIED, ContractState.CANCELLED),
    ContractState.NOTIFIED: (ContractState.ACTIVE, ContractState.CANCELLED),
    ContractState.ACTIVE: (
        ContractState.SUSPENDED,
        ContractState.RENEWED,
        ContractState.EXPIRED,
        ContractState.ENDED,
        ContractState.CANCELLED,
    ),
    ContractState.SUSPENDED: (
        ContractState.ACTIVE,
        ContractState.EXPIRED,
        ContractState.ENDED,
        ContractState.CANCELLED,
    ),
    ContractState.RENEWED: (ContractState.ACTIVE, ContractState.EXPIRED, ContractState.ENDED),
    ContractState.EXPIRED: (),
    ContractState.ENDED: (),
    ContractState.CANCELLED: (),
}
#: States of a contract that came to nothing or was cut short.
OVER_EARLY = (ContractState.ENDED, ContractState.CANCELLED)
#: States in which nothing of the head may change any more but what a step itself writes.
EDITABLE = (ContractState.DRAFT,)

CONTRACT_TONES = {
    ContractState.DRAFT: "mute",
    ContractState.SENT: "info",
    ContractState.SIGNED: "info",
    ContractState.NOTIFIED: "info",
    ContractState.ACTIVE: "good",
    ContractState.SUSPENDED: "warn",
    ContractState.RENEWED: "good",
    ContractState.EXPIRED: "mute",
    ContractState.ENDED: "mute",
    ContractState.CANCELLED: "mute",
}


class Awaited(models.IntegerChoices):
    """Who has to do the next thing."""

    NOBODY = 0, "هیچ‌کس"
    HEADQUARTERS = 1, "ستاد"
    INSURER = 2, "بیمه‌گر"
    CENTRES = 3, "مرکزها"


class FileKind(models.IntegerChoices):
    CONTRACT = 1, "متن قرارداد"
    LETTER = 2, "نامه"
    AMENDMENT = 3, "الحاقیه"
    OTHER = 4, "سایر"
