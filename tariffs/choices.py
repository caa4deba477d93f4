"""Closed lists of the tariff; frames and tables carry them as small integers. ANY stands in a rate's dimension."""

from django.db import models

ANY = 0


class Book(models.IntegerChoices):
    """The list a code belongs to, numbered as the petroleum organisation's exchange does (IdServiceGroup)."""

    RELATIVE_VALUE = 3, "کتاب ارزش نسبی"
    OTHER = 5, "سایر هزینه‌ها"
    DRUG = 6, "دارو"
    CONSUMABLE = 7, "لوازم مصرفی"
    PROSTHESIS = 8, "پروتز حین عمل"


#: Lists whose items have a registration code (IRC).
GOODS = (Book.DRUG, Book.CONSUMABLE, Book.PROSTHESIS)


class ServiceGroup(models.IntegerChoices):
    ANY = 0, "همه"
    VISIT = 1, "ویزیت"
    CONSULTATION = 2, "مشاوره"
    HOTELLING = 3, "هتلینگ"
    SPECIAL_HOTELLING = 4, "هتلینگ ویژه"
    NURSING = 5, "خدمات پرستاری"
    SURGERY = 6, "جراحی"
    ANAESTHESIA = 7, "بیهوشی"
    LABORATORY = 8, "آزمایشگاه"
    IMAGING = 9, "تصویربرداری"
    PARACLINIC = 10, "پاراکلینیک"
    DENTISTRY = 11, "دندانپزشکی"
    DRUG = 12, "دارو"
    CONSUMABLE = 13, "لوازم مصرفی"
    PROSTHESIS = 14, "پروتز"
    GLOBAL = 15, "گلوبال"
    OTHER = 16, "سایر"


class Component(models.IntegerChoices):
    PROFESSIONAL = 1, "حرفه‌ای"
    TECHNICAL = 2, "فنی"
    ANAESTHESIA = 3, "بیهوشی"
    CONSUMABLES = 4, "مواد مصرفی"


class CodeClass(models.IntegerChoices):
    """`#` codes take other factors than the rest."""

    ANY = 0, "همه"
    HASH = 1, "دارای #"
    PLAIN = 2, "بدون #"


class CodeGroup(models.IntegerChoices):
    """Chapters that take factors of their own, by the first digit of the code."""

    ANY = 0, "همه"
    GENERAL = 1, "کدهای ۱ تا ۷"
    EIGHT_NINE = 2, "کدهای ۸ و ۹"
    DENTAL = 3, "دندانپزشکی"


class Part(models.IntegerChoices):
    """Which part of a service a line bills: modifier 26 the professional, 27 the technical component."""

    WHOLE = 0, "کامل"
    PROFESSIONAL = 26, "جزء حرفه‌ای"
    TECHNICAL = 27, "جزء فنی"
    ANAESTHESIA = 1, "بیهوشی"


class Confidence(models.IntegerChoices):
    OFFICIAL = 1, "رسمی"
    SECONDARY = 2, "ثانویه"
    ASSUMED = 3, "فرضی"
    SYNTHETIC = 4, "ساختگی"


class Status(models.TextChoices):
    DRAFT = "draft", "پیش‌نویس"
    PUBLISHED = "published", "منتشرشده"


class Parameter(models.IntegerChoices):
    """Percentages and quantities of the pricing rules that circulars change."""

    OPERATING_ROOM_BP = 1, "درصد اتاق عمل (از جزء حرفه‌ای × ضریب فنی)"
    NURSING_BP = 2, "درصد خدمات پرستاری از هتلینگ"
    ANAESTHESIA_MINUTES = 3, "دقیقهٔ هر واحد زمان بیهوشی"
