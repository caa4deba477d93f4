"""Closed lists of remittances."""

from django.db import models


class RemittanceKind(models.TextChoices):
    """What a payment is for. A subsidy deduction takes back: its amounts are below zero."""

    ON_ACCOUNT = "on_account", "علی‌الحساب"
    SETTLEMENT = "settlement", "تسویه"
    SUBSIDY = "subsidy", "کسر یارانهٔ ارزی"


class RemittanceSource(models.TextChoices):
    """How we learned of it. What the insurer's system says is booked as it comes; what people enter, another checks."""

    API = "api", "سامانهٔ بیمه‌گر"
    FILE = "file", "فهرست بیمه‌گر (اکسل یا CSV)"
    TYPED = "typed", "ورود از روی نامه"


class RemittanceState(models.TextChoices):
    WAITING = "waiting", "در انتظار تأیید"
    BOOKED = "booked", "ثبت‌شده"
    REVERSED = "reversed", "برگشت‌خورده"
    DISCARDED = "discarded", "کنارگذاشته"


R = RemittanceState
#: What may follow each state; the trigger of the table is made from it.
REMITTANCE_TRANSITIONS: dict[RemittanceState, tuple[RemittanceState, ...]] = {
    R.WAITING: (R.BOOKED, R.DISCARDED),
    R.BOOKED: (R.REVERSED,),
    R.REVERSED: (),
    R.DISCARDED: (),
}
#: States in which a reference of the payer is taken.
STANDING = (R.WAITING, R.BOOKED)
REMITTANCE_TONES: dict[str, str] = {
    R.WAITING: "warn", R.BOOKED: "good", R.REVERSED: "bad", R.DISCARDED: "mute",
}  # fmt: skip


class Bucket(models.IntegerChoices):
    """Where a rial of a booked remittance is; every rial is in one of them."""

    CLAIM = 1, "سطر مطالبه"
    UNMATCHED = 2, "بی‌تطبیق"
    ADVANCE = 3, "پیش‌دریافت"
    RETURNED = 4, "برگشت به بیمه‌گر"


class Problem(models.IntegerChoices):
    """Why money of a line has no claim line. Nothing is guessed: what fits two places fits none."""

    NO_REFERENCE = 1, "نه شمارهٔ مطالبه دارد و نه شمارهٔ صورتحساب"
    CLAIM_UNKNOWN = 2, "مطالبه‌ای با این شماره نزد این بیمه‌گر نیست"
    CLAIM_AMBIGUOUS = 3, "این شمارهٔ رسید از آنِ چند مطالبه است"
    INVOICE_UNKNOWN = 4, "این صورتحساب در مطالبه نیست"
    INVOICE_AMBIGUOUS = 5, "این صورتحساب در چند مطالبه است؛ شمارهٔ مطالبه لازم است"
    LINE_UNKNOWN = 6, "این سطر یا کد در صورتحساب نیست"
    LINE_AMBIGUOUS = 7, "این کد در صورتحساب چند سطر دارد؛ شمارهٔ سطر لازم است"
    OVERPAID = 8, "بیش از آن است که از سطر یا مطالبه مانده"
    OVERTAKEN = 9, "بیش از آن پس گرفته می‌شود که پرداخت شده"
    NO_DETAIL = 10, "بیمه‌گر ریز آن را نگفته است"
    REST = 11, "مبلغ حواله بیش از جمع سطرهایش است"


#: What to do about each.
REMEDIES: dict[int, str] = {
    Problem.NO_REFERENCE: "شمارهٔ مطالبه یا صورتحساب را از بیمه‌گر بپرسید و با دست تطبیق دهید.",
    Problem.CLAIM_UNKNOWN: "شماره را با فهرست مطالبه‌ها بسنجید و با دست تطبیق دهید، یا به بیمه‌گر برگردانید.",
    Problem.CLAIM_AMBIGUOUS: "شمارهٔ خود مطالبه را بنویسید.",
    Problem.INVOICE_UNKNOWN: "شماره را با صورتحساب‌های مطالبه بسنجید و با دست تطبیق دهید.",
    Problem.INVOICE_AMBIGUOUS: "مطالبه‌ای را که پول از آنِ آن است بنویسید.",
    Problem.LINE_UNKNOWN: "کد یا شمارهٔ سطر را با صورتحساب بسنجید، یا به کل صورتحساب تطبیق دهید.",
    Problem.LINE_AMBIGUOUS: "شمارهٔ سطر را بنویسید، یا به کل صورتحساب تطبیق دهید.",
    Problem.OVERPAID: "برای مطالبه‌های دیگر پیش‌دریافت کنید یا به بیمه‌گر برگردانید.",
    Problem.OVERTAKEN: "از بیمه‌گر بپرسید کدام پرداخت را پس می‌گیرد.",
    Problem.NO_DETAIL: "ریز آن را از بیمه‌گر بگیرید و با دست تطبیق دهید.",
    Problem.REST: "ریز مانده را از بیمه‌گر بگیرید و با دست تطبیق دهید، یا به بیمه‌گر برگردانید.",
}
