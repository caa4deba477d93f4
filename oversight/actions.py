"""What the actions of oversight are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "contact.call": Action("تماس دربارهٔ ارسال", "{what} را ثبت کرد"),
    "contact.letter": Action("نامه دربارهٔ ارسال", "{what} را ثبت کرد"),
    "contact.answer": Action("پاسخ مرکز دربارهٔ ارسال", "{what} را ثبت کرد"),
    "status_letter.kept": Action("نامهٔ وضعیت پزشک", "{what} را ثبت کرد"),
}
FACTS = {
    "outcome": "نتیجه",
    "letter_no": "شمارهٔ نامه",
    "notices": "اعلام وضعیت",
}
