"""Faults of a body are told in our sentences, with the bound that was passed."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import exceptions, serializers

from core.api import FAULTS, LENGTHS, problem_handler


class Line(serializers.Serializer[Any]):
    amount = serializers.IntegerField(min_value=-900, required=False)


class Shape(serializers.Serializer[Any]):
    name = serializers.CharField(min_length=2, max_length=4, required=False)
    lines = Line(many=True, min_length=2, max_length=3, required=False)
    codes = serializers.ListField(child=serializers.CharField(), min_length=2, max_length=3, required=False)


def told(body: dict[str, Any]) -> Any:
    shape = Shape(data=body)
    with pytest.raises(exceptions.ValidationError) as fault:
        shape.is_valid(raise_exception=True)
    answer = problem_handler(fault.value, {})
    assert answer is not None
    return answer.data["errors"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"name": "پنج‌تایی"}, "از ۴ نویسه بیشتر است؛ آن را کوتاه کنید."),
        ({"name": "x"}, "از ۲ نویسه کمتر است."),
        ({"codes": ["x"] * 4}, "از ۳ مورد بیشتر است؛ آن را در چند بار بفرستید."),
        ({"codes": ["x"]}, "از ۲ مورد کمتر است."),
        ({"lines": [{}] * 4}, "از ۳ مورد بیشتر است؛ آن را در چند بار بفرستید."),
        ({"lines": [{}]}, "از ۲ مورد کمتر است."),
        ({"lines": [{"amount": -901}, {}]}, "از -۹۰۰ کمتر است."),
    ],
)
def test_a_bound_is_told_of_what_it_bounds_with_its_sign(body, sentence):
    assert sentence in str(told(body))


def test_every_length_has_its_sentence():
    assert set(LENGTHS) | set(LENGTHS.values()) <= set(FAULTS)
