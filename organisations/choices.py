"""Closed lists of the field that frames and tables carry as small integers."""

from django.db import models

#: Code of the organisation in which insurers try the interface; nothing of it is real.
SANDBOX = "sandbox"


class Sector(models.IntegerChoices):
    """Each sector has its own decree and its own factors (Permanent Rulings Act 1395, art. 9)."""

    PUBLIC = 1, "دولتی"
    NON_GOVERNMENTAL = 2, "عمومی غیردولتی"
    CHARITY = 3, "خیریه"
    PRIVATE = 4, "خصوصی"


class Setting(models.IntegerChoices):
    INPATIENT = 1, "بستری"
    OUTPATIENT = 2, "سرپایی"


class PatientCategory(models.IntegerChoices):
    """Who the patient is to the organisation; the first three are the rows of the regional formula.

    INSURED is anybody whom another insurer covers, where there is no company: the patients of a university.
    """

    COMPANY = 1, "شرکتی"
    RETIREE = 2, "بازنشسته"
    FREE = 3, "آزاد"
    INSURED = 4, "بیمه‌شده"


class CentreKind(models.IntegerChoices):
    """Read from the last digits of the petroleum organisation's centre codes."""

    HOSPITAL = 1, "بیمارستان"
    POLYCLINIC = 2, "پلی‌کلینیک"
    HEALTH_CENTRE = 3, "مرکز بهداشتی درمانی"
    INDUSTRIAL_MEDICINE = 4, "طب صنعتی"
    PARAMEDIC_POST = 5, "پزشکیاری"
    FREE_TREATMENT = 6, "درمان آزاد"
    NONE_OWNED = 7, "فاقد مرکز ملکی"


class Treatment(models.IntegerChoices):
    """Own centres treat directly; what is bought from others is indirect (SATA field IdDarman)."""

    DIRECT = 1, "درمان مستقیم"
    INDIRECT = 2, "درمان غیرمستقیم"


class PhysicianStatus(models.IntegerChoices):
    FULL_TIME = 1, "تمام‌وقت جغرافیایی"
    OTHER = 2, "غیر تمام‌وقت"


class CostElement(models.IntegerChoices):
    """Elements of the monthly cost report; FILE carries what belongs to the whole file, not to a line."""

    FILE = 0, "پرونده"
    INPATIENT_VISIT = 1, "ویزیت بستری"
    CONSULTATION = 2, "مشاورهٔ بخش"
    HOTELLING = 3, "هتلینگ عادی"
    SPECIAL_HOTELLING = 4, "هتلینگ ویژه"
    NURSING = 5, "خدمات پرستاری"
    WARD_PARACLINIC = 6, "پاراکلینیک بخش"
    SURGERY = 7, "جراحی"
    ANAESTHESIA = 8, "بیهوشی"
    OUTPATIENT_VISIT = 9, "ویزیت سرپایی"
    DENTISTRY = 10, "دندانپزشکی"
    LABORATORY = 11, "آزمایشگاه"
    IMAGING = 12, "تصویربرداری"
    DRUG = 13, "دارو"
    CONSUMABLE = 14, "لوازم مصرفی"
    PROSTHESIS = 15, "پروتز حین عمل"
    CLINIC_PARACLINIC = 16, "پاراکلینیک درمانگاه"
    OUTPATIENT_SURGERY = 17, "جراحی سرپایی"
    GLOBAL_PACKAGE = 18, "بستهٔ گلوبال"
    OTHER = 19, "سایر"
