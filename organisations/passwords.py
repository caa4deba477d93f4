"""What a password must be, each refusal a sentence that says what to do (NIST SP 800-63B: length, no common ones)."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import password_validation as django_validation
from django.core.exceptions import ValidationError

from core.text import ascii_digits, persian_digits

HELP = "دست‌کم ۱۰ نویسه؛ بهتر است سه یا چهار واژهٔ نامربوط باشد. نام خودتان و گذرواژه‌های پرکاربرد پذیرفته نیست."
#: What people here choose besides the lists of the English-speaking world.
PERSIAN_COMMON = frozenset(
    word
    for line in (
        "بیمارستان پذیرش درآمد رایانه گذرواژه رمزعبور ایران تهران خدایا یازهرا یاحسین",
        "bimarestan paziresh daramad behdasht darman salamat naft sanat iran tehran khodaya yazahra",
        "yahossein gozarvazhe ramzobur taraz",
    )
    for word in line.split()
)
_TAIL = re.compile(r"[\W\d_]+$")


class Length(django_validation.MinimumLengthValidator):
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(
                f"گذرواژه دست‌کم {persian_digits(self.min_length)} نویسه می‌خواهد؛ این یکی "
                f"{persian_digits(len(password))} نویسه است.",
                code="too_short",
            )

    def get_help_text(self) -> str:
        return HELP


class Common(django_validation.CommonPasswordValidator):
    """Lists of common passwords, also when digits or marks are added at the end or Persian digits are used."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = ascii_digits(password).lower().strip()
        stem = _TAIL.sub("", folded)
        if {folded, stem} & (self.passwords | PERSIAN_COMMON):
            raise ValidationError(
                "این گذرواژه یا ریشهٔ آن از پرکاربردهاست و زود حدس زده می‌شود؛ چند واژهٔ نامربوط را کنار هم بگذارید.",
                code="common",
            )

    def get_help_text(self) -> str:
        return ""


class NotNumeric(django_validation.NumericPasswordValidator):
    def validate(self, password: str, user: Any = None) -> None:
        if password.isdigit():
            raise ValidationError("گذرواژه نباید فقط رقم باشد؛ حرف هم بیفزایید.", code="numeric")

    def get_help_text(self) -> str:
        return ""


class NotSimilar(django_validation.UserAttributeSimilarityValidator):
    """Unlike the person's own names."""

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as fault:
            raise ValidationError(
                "گذرواژه به نام یا نام کاربری شما نزدیک است؛ چیزی برگزینید که با شما پیوندی نداشته باشد.",
                code="similar",
            ) from fault

    def get_help_text(self) -> str:
        return ""
