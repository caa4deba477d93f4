"""What people type, and what is stored."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from core.forms import (
    CleanCharField,
    JalaliDateField,
    JalaliMonthField,
    MilliField,
    PercentBpField,
    RialField,
)

FIRST_OF_MEHR_1403 = dt.date(2024, 9, 22)


@pytest.mark.parametrize(
    "typed", ["۱۴۰۳/۰۷/۰۱", "1403/7/1", "1403-07-01", "14030701", "۱۴۰۳۰۷۰۱", " 1403.07.01 "]
)
def test_a_jalali_date_is_read_however_it_is_typed(typed):
    assert JalaliDateField().clean(typed) == FIRST_OF_MEHR_1403


@pytest.mark.parametrize("typed", ["2024-09-22", "1403/13/01", "1403/07/31", "امروز", "140307"])
def test_what_is_no_jalali_date_is_refused_in_persian(typed):
    with pytest.raises(ValidationError, match="در تقویم نیست"):
        JalaliDateField().clean(typed)


def test_a_stored_date_is_shown_in_jalali():
    assert JalaliDateField().prepare_value(FIRST_OF_MEHR_1403) == "۱۴۰۳/۰۷/۰۱"


def test_a_leap_day_exists_only_in_a_leap_year():
    assert JalaliDateField().clean("1403/12/30") == dt.date(2025, 3, 20)
    with pytest.raises(ValidationError):
        JalaliDateField().clean("1404/12/30")


@pytest.mark.parametrize(("typed", "key"), [("۱۴۰۳/۰۷", 140307), ("140307", 140307), ("1403-7", 140307)])
def test_a_month_is_read_as_its_key(typed, key):
    assert JalaliMonthField().clean(typed) == key


@pytest.mark.parametrize("typed", ["1403/13", "1403", "0/7"])
def test_what_is_no_month_is_refused(typed):
    with pytest.raises(ValidationError):
        JalaliMonthField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "rials"),
    [("۱٬۲۵۰٬۰۰۰", 1_250_000), ("1,250,000", 1_250_000), ("1250000", 1_250_000), ("0", 0), ("۰۱۲", 12)],
)
def test_rials_are_read_with_and_without_marks(typed, rials):
    assert RialField().clean(typed) == rials


@pytest.mark.parametrize("typed", ["12.5", "1,25", "-5", "ده", "1e6", str(2**63)])
def test_rials_refuse_what_is_not_a_whole_amount(typed):
    with pytest.raises(ValidationError):
        RialField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "milli"),
    [("3.8", 3_800), ("۳٫۸", 3_800), ("۳/۸", 3_800), ("3", 3_000), ("0.125", 125), ("۱٬۲۰۰", 1_200_000)],
)
def test_units_are_kept_in_thousandths(typed, milli):
    assert MilliField().clean(typed) == milli


@pytest.mark.parametrize("typed", ["3,8", "0.1234", "1.2.3", ".", "3.", ".5x"])
def test_units_refuse_what_would_be_guessed(typed):
    with pytest.raises(ValidationError):
        MilliField().clean(typed)


@pytest.mark.parametrize(
    ("typed", "bp"), [("6.5", 650), ("۶٫۵٪", 650), ("100", 10_000), ("0", 0), ("33/33", 3_333)]
)
def test_percents_are_kept_in_basis_points(typed, bp):
    assert PercentBpField().clean(typed) == bp


def test_a_percent_above_a_hundred_is_refused():
    with pytest.raises(ValidationError, match="۱۰۰ بیشتر"):
        PercentBpField().clean("100.01")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (MilliField(), 3_800, "۳٫۸"),
        (PercentBpField(), 650, "۶٫۵"),
        (PercentBpField(), 10_000, "۱۰۰"),
        (RialField(), 1_250_000, "۱٬۲۵۰٬۰۰۰"),
    ],
)
def test_what_is_shown_can_be_sent_back(field, value, shown):
    assert field.prepare_value(value) == shown
    assert field.clean(shown) == value
    assert not field.has_changed(value, shown)


def test_text_is_stored_with_persian_letters_and_ascii_digits():
    assert CleanCharField().clean("كتاب  ۱۴۰۳ علي") == "کتاب 1403 علی"
