"""Identifiers of patients. The national IDs are made up: their digits count up or repeat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.choices import IdentityKind as Kind
from billing.desk.identity import WrongIdentity, is_national_id, parts_of, patient_key
from billing.stated import diagnoses_of


def made_up(nine: str) -> str:
    """Nine digits with the check digit of the definition, counted the long way round."""
    total = 0
    for weight, digit in zip(range(10, 1, -1), nine, strict=True):
        total += weight * int(digit)
    rest = total % 11
    return nine + str(rest if rest < 2 else 11 - rest)


nine_digits = st.from_regex(r"[0-9]{9}", fullmatch=True).filter(lambda d: len(set(d)) > 1)


@pytest.mark.parametrize("code", ["0123456789", "1000000011", "0013542419", "0499370899"])
def test_ids_whose_check_digit_fits_are_taken(code):
    assert is_national_id(code)


@pytest.mark.parametrize("code", ["1111111111", "0123456780", "123", "012345678x", "", "01234567890"])
def test_what_is_no_national_id_is_refused(code):
    assert not is_national_id(code)


@given(nine_digits)
def test_of_ten_last_digits_exactly_one_fits(nine):
    assert [last for last in "0123456789" if is_national_id(nine + last)] == [made_up(nine)[-1]]


@given(nine_digits, st.sampled_from(["1", "2", "9"]))
def test_a_key_tells_its_kind_again(nine, order):
    code = made_up(nine)
    assert parts_of(patient_key(Kind.NATIONAL, code)) == (Kind.NATIONAL, code, "")
    assert parts_of(patient_key(Kind.NEWBORN, code, order)) == (Kind.NEWBORN, code, order)


@pytest.mark.parametrize(
    ("kind", "text", "order"),
    [
        (Kind.NATIONAL, "0123456780", ""), (Kind.NEWBORN, "0123456780", "1"), (Kind.NEWBORN, "0123456789", "0"),
        (Kind.PASSPORT, "123456789", ""), (Kind.PASSPORT, "ABC", ""), (Kind.FOREIGNER, "12", ""),
        (Kind.OTHER, "x" * 41, ""),
    ],
)  # fmt: skip
def test_an_identifier_that_is_none_says_what_to_write(kind, text, order):
    with pytest.raises(WrongIdentity):
        patient_key(kind, text, order)


def test_diagnoses_are_taken_in_any_writing_once_each():
    assert diagnoses_of("i10, E119؛e11.9 O80.0  x") == ["I10", "E11.9", "O80.0", "X"]
