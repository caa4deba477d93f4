"""What the actions on the budget are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "budget.run": Action("محاسبهٔ بودجه", "بودجهٔ مناطق را محاسبه کرد: {what}"),
    "budget_input.enter": Action("ثبت ورودی بودجه", "ورودی بودجهٔ {what} را ثبت کرد"),
    "budget_input.approve": Action("تأیید ورودی بودجه", "ورودی بودجهٔ {what} را تأیید کرد"),
    "budget_input.withdraw": Action("پس‌گرفتن ورودی بودجه", "ورودی بودجهٔ {what} را پس گرفت"),
    "account.run": Action("محاسبهٔ حساب متقابل", "حساب‌های متقابل را محاسبه کرد: {what}"),
    "account.issue": Action("صدور حساب متقابل", "{what} را صادر کرد"),
    "account.withdraw": Action("پس‌گرفتن حساب متقابل", "{what} را پس گرفت"),
    "account.settle": Action("تسویهٔ حساب متقابل", "تسویهٔ {what} را ثبت کرد"),
    "agreement.add": Action("ثبت توافق", "توافق {what} را ثبت کرد"),
    "agreement.end": Action("پایان توافق", "به توافق {what} پایان داد"),
    "dispute.raise": Action("ثبت اختلاف حساب", "{what} را ثبت کرد"),
    "dispute.answer": Action("پاسخ به اختلاف حساب", "به {what} پاسخ داد"),
    "dispute.withdraw": Action("پس‌گرفتن اختلاف حساب", "{what} را پس گرفت"),
    "members.load": Action("بارگذاری شرکت و منطقهٔ افراد", "فهرست افراد {what} را بار کرد"),
    "party.add": Action("ثبت طرف حساب", "طرف حساب {what} را ثبت کرد"),
    "retiree_file.make": Action("ساخت فایل بازنشستگان", "فایل بازنشستگان {what} را ساخت"),
}
FACTS = {
    "fiscal_year": "سال مالی",
    "month": "ماه",
    "checksum": "مهر",
    "code": "کد",
    "name": "نام",
    "amount": "مبلغ (ریال)",
    "reason": "علت",
    "accepted": "پذیرفته",
    "answer": "پاسخ",
    "source": "منبع",
    "sent": "فرستاده",
    "new": "تازه",
    "moved": "جابه‌جاشده",
    "same": "بی‌تغییر",
    "refused": "پذیرفته‌نشده",
    "until": "تا",
    "file": "فایل",
    "sha256": "مهر فایل",
}
