"""Form fields that read what people type: Jalali dates, grouped amounts, decimals with a Persian point."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import display, jalali
from core.errors import InvalidInput
from core.money import INT64_MAX
from core.text import ascii_digits, clean, group_digits, hour_of, persian_digits

_GROUPED = re.compile(r"\d{1,3}([,٬،' ]\d{3})+|\d+")
_SEPARATORS = re.compile(r"[,٬،' ]")
EARLIEST, LATEST = jalali.from_parts(1300, 1, 1), jalali.from_parts(1500, 1, 1)
#: A slash is the decimal mark of Persian handwriting.
_POINT = re.compile(r"[.٫/]")


def whole_number(text: str) -> int:
    """An integer ≥ 0 typed with any digits, with or without thousands marks in their places; `ValueError`."""
    digits = ascii_digits(text).strip()
    if not _GROUPED.fullmatch(digits):
        raise ValueError(text)
    return int(_SEPARATORS.sub("", digits))


def scaled_number(text: str, digits: int) -> int:
    """A decimal ≥ 0 as an integer that counts 10^-digits; never through a float. `ValueError` otherwise."""
    whole, *rest = _POINT.split(ascii_digits(text).strip())
    part = rest[0] if rest else ""
    if len(rest) > 1 or len(part) > digits or (rest and not part.isdigit()):
        raise ValueError(text)
    return whole_number(whole) * 10**digits + int(part.ljust(digits, "0") or 0)


class SayingForm(forms.Form):
    """A form without a page of its own: what is wrong with it is said in a message."""

    def sentences(self) -> list[str]:
        """What is wrong, as sentences that name their field."""
        return [f"{self.fields[name].label}: {' '.join(errors)}" for name, errors in self.errors.items()]

    def sent(self) -> dict[str, Any]:
        """What the form says; refused with its own sentences (`InvalidInput`)."""
        if not self.is_valid():
            raise InvalidInput(" ".join(self.sentences()))
        return self.cleaned_data


class KeptCharField(forms.CharField):
    """Text stored with Persian letters and single spaces, its digits as they were typed."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value))


class CleanCharField(forms.CharField):
    """Text stored with Persian letters, single spaces and ASCII digits."""

    def to_python(self, value: Any) -> str:
        return ascii_digits(clean(super().to_python(value)))


class NamedChoiceField(forms.ModelChoiceField):
    """A choice of rows by their names, digits as everywhere on the page."""

    def label_from_instance(self, obj: Any) -> str:
        return persian_digits(obj)


class NarrowedSelect(forms.Select):
    """A select of rows that another field of the form narrows; `of` is the field of a row that says what it is of."""

    def __init__(self, *args: Any, by: str, of: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attrs["data-narrowed-by"] = by
        self.of = of

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if row := getattr(value, "instance", None):
            option["attrs"]["data-of"] = str(getattr(row, self.of))
        return option


class JalaliDateField(forms.Field):
    """A Jalali date (۱۴۰۳/۰۷/۰۱, 1403-7-1, 14030701) as a Gregorian date."""

    default_error_messages = {
        "invalid": "این روز خوانده نشد یا در تقویم نیست؛ روز را مانند ۱۴۰۳/۰۷/۰۱ بنویسید (اسفند سال عادی ۲۹ روز دارد)."
    }

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date) or value in self.empty_values:
            return value or None
        try:
            day = jalali.parse(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if (
            not EARLIEST <= day < LATEST
        ):  # a Gregorian year typed by habit is a Jalali one six centuries ahead
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def prepare_value(self, value: Any) -> Any:
        return jalali.text(value) if isinstance(value, dt.date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return (initial or None) != self.to_python(data)
        except ValidationError:
            return True


class HourField(forms.Field):
    """An hour of the day as people write it: ۹، ۹:۰۵ or ۰۹۰۵; digits of any script."""

    default_error_messages = {"invalid": "ساعت را مانند ۱۴:۳۰ بنویسید."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "placeholder": "۱۴:۳۰"}

    def prepare_value(self, value: Any) -> Any:
        return persian_digits(f"{value:%H:%M}") if isinstance(value, dt.time) else value

    def to_python(self, value: Any) -> dt.time | None:
        if not (text := (value or "").strip()):
            return None
        hour = hour_of(text)
        if hour is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return hour


class JalaliMonthField(forms.Field):
    """A Jalali month (۱۴۰۳/۰۷ or 140307) as its key yyyymm."""

    default_error_messages = {"invalid": "ماه را به صورت ۱۴۰۳/۰۷ بنویسید."}

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        parts = re.fullmatch(r"(1[34]\d\d)[/-]?(\d\d?)", ascii_digits(str(value)).strip())
        if not parts or not 1 <= int(parts[2]) <= 12:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(parts[1]) * 100 + int(parts[2])

    def prepare_value(self, value: Any) -> Any:
        return persian_digits(f"{value // 100}/{value % 100:02}") if isinstance(value, int) else value


class NumberField(forms.Field):
    """Base of the fields whose value is an integer; `largest` is the greatest stored value."""

    default_error_messages = {
        "invalid": "عدد را درست بنویسید.",
        "too_large": "عدد بیش از اندازه بزرگ است؛ تا {largest} پذیرفته است.",
    }
    largest = INT64_MAX

    def __init__(self, *, largest: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.largest = self.largest if largest is None else largest
        self.widget.attrs.setdefault("inputmode", "decimal")

    def read(self, text: str) -> int:
        return whole_number(text)

    def show(self, value: int) -> str:
        return persian_digits(value)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        try:
            number = self.read(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if number > self.largest:
            sentence = self.error_messages["too_large"].format(largest=self.show(self.largest))
            raise ValidationError(sentence, code="too_large")
        return number

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True


class RialField(NumberField):
    """Whole rials ≥ 0, with or without thousands marks."""

    default_error_messages = {"invalid": "مبلغ را به ریال و بدون اعشار بنویسید؛ مانند ۱٬۲۵۰٬۰۰۰."}

    def show(self, value: int) -> str:
        return group_digits(value)


class MilliField(NumberField):
    """Units with up to three decimals, kept in thousandths: ۳٫۸ is 3800."""

    default_error_messages = {"invalid": "عدد را با حداکثر سه رقم اعشار بنویسید؛ مانند ۳٫۸."}

    def read(self, text: str) -> int:
        return scaled_number(text, 3)

    def show(self, value: int) -> str:
        return display.milli(value)


class PercentBpField(NumberField):
    """A percent of 0 to 100 with up to two decimals, kept in basis points: ۶٫۵ is 650."""

    default_error_messages = {
        "invalid": "درصد را بین ۰ و ۱۰۰ و با حداکثر دو رقم اعشار بنویسید؛ مانند ۶٫۵.",
        "too_large": "درصد از ۱۰۰ بیشتر نمی‌شود.",
    }
    largest = 10_000

    def read(self, text: str) -> int:
        return scaled_number(text.replace("%", "").replace("٪", ""), 2)

    def show(self, value: int) -> str:
        return display.percent(value, 2 if value % 10 else 1 if value % 100 else 0)
