"""What the actions of oversight are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "contact.call": Action("تماس دربارهٔ ارسال", "{what} را ثبت کرد"),
    "contact.letter": Action("نامه دربارهٔ ارسال", "{what} را ثبت کرد"),
    "contact.answer": Action("پاسخ مرکز دربارهٔ ارسال", "{what} را ثبت کرد"),
    "status_letter.kept": Action("نامهٔ وضعیت پزشک", "{what} را ثبت کرد"),
    "council.planned": Action("برنامهٔ جلسهٔ شورا", "{what} را برنامه‌ریزی کرد"),
    "council.item_added": Action("افزودن بند به دستور جلسه", "بندی به دستور {what} افزود"),
    "council.item_dropped": Action("برداشتن بند از دستور جلسه", "بندی از دستور {what} برداشت"),
    "council.held": Action("برگزاری جلسهٔ شورا", "برگزاری {what} را ثبت کرد"),
    "council.cancelled": Action("لغو جلسهٔ شورا", "{what} را لغو کرد"),
    "resolution.made": Action("مصوبه", "{what} را ثبت کرد"),
    "resolution.followed_up": Action("پیگیری مصوبه", "پیگیری {what} را ثبت کرد"),
}
FACTS = {
    "outcome": "نتیجه",
    "letter_no": "شمارهٔ نامه",
    "notices": "اعلام وضعیت",
    "owner": "مسئول",
}
