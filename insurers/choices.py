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
