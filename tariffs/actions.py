"""What the actions on tariffs are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "circular.saved": Action("ثبت بخشنامه", "بخشنامهٔ {what} را ثبت کرد"),
    "rate.draft_saved": Action("ثبت پیش‌نویس نرخ", "پیش‌نویس نرخ {what} را ثبت کرد"),
    "rate.draft_removed": Action("حذف پیش‌نویس نرخ", "پیش‌نویس نرخ {what} را حذف کرد"),
    "rates.published": Action("انتشار نرخ‌ها", "نرخ‌های بخشنامهٔ {what} را منتشر کرد"),
    "reference.load": Action("بارگذاری دادهٔ مرجع", "نرخ‌های بخشنامهٔ {what} را از دادهٔ مرجع بار کرد"),
}
FACTS = {
    "replaced": "جایگزین ردیف‌های",
    "table": "جدول",
    "rows": "ردیف‌ها",
    "value": "ارزش خدمات",
    "factor": "ضریب‌ها",
    "price": "قیمت‌های ثابت",
    "parameter": "پارامترها",
}
