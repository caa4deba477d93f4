"""Closed lists of the reports."""

from django.db import models


class Indicator(models.IntegerChoices):
    """Indicators that are computed every night."""

    FRANCHISE = 1, "درصد پرداختی بیماران بستری"


class RoundingMode(models.TextChoices):
    """How a printed figure was cut to its digits."""

    HALF_UP = "half_up", "گرد کردن"
    TRUNCATE = "cut", "بریدن"


class Way(models.IntegerChoices):
    """How the organisation's people are treated: directly in own centres, or indirectly in three ways."""

    OWN = 1, "مراکز ملکی"
    CONTRACTED = 2, "طرف قرارداد"
    FREE_TRUSTED = 3, "آزاد با پزشک معتمد"
    FREE_ALONE = 4, "آزاد بدون پزشک معتمد"
    UNKNOWN = 5, "نامعلوم"


#: What counts as direct treatment; the rest that is known is indirect.
DIRECT_WAYS = (Way.OWN,)
INDIRECT_WAYS = (Way.CONTRACTED, Way.FREE_TRUSTED, Way.FREE_ALONE)
