"""Closed lists of the reports."""

from django.db import models


class Indicator(models.IntegerChoices):
    """Indicators that are computed every night."""

    FRANCHISE = 1, "درصد پرداختی بیماران بستری"


class RoundingMode(models.TextChoices):
    """How a printed figure was cut to its digits."""

    HALF_UP = "half_up", "گرد کردن"
    TRUNCATE = "cut", "بریدن"
