"""Closed lists of the tie-out."""

from django.db import models


class Tie(models.IntegerChoices):
    """Two figures that are equal, record by record, when nothing is missing."""

    HIS = 1, "نرم‌افزار بیمارستان ↔ صورتحساب ما"
    ANSWER = 2, "سهم بیمه‌گر ↔ پاسخ بیمه‌گر"
    MONEY = 3, "تأییدشده ↔ پول رسیده"
