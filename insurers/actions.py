"""What the actions on contracts are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "contract.saved": Action("ثبت قرارداد", "پیش‌نویس {what} را ثبت کرد"),
    "contract.renewal_begun": Action("آغاز تمدید قرارداد", "پیش‌نویس تمدید {what} را ساخت"),
    "contract.terms_saved": Action("ویرایش شرایط قرارداد", "شرایط {what} را ویرایش کرد"),
    "contract.amendment_begun": Action("آغاز الحاقیه", "الحاقیهٔ تازه‌ای برای {what} ساخت"),
    "contract.amendment_dropped": Action("حذف الحاقیه", "الحاقیهٔ تأییدنشدهٔ {what} را حذف کرد"),
    "contract.amendment_approved": Action("تأیید الحاقیه", "الحاقیهٔ {what} را تأیید کرد"),
    "contract.followed_up": Action("پیگیری قرارداد", "پیگیری {what} را ثبت کرد"),
    "contract.file_added": Action("افزودن فایل قرارداد", "فایلی به {what} افزود"),
    "contract.draft": Action("بازگشت قرارداد به پیش‌نویس", "{what} را به پیش‌نویس برگرداند"),
    "contract.sent": Action("ارسال قرارداد برای امضا", "{what} را برای امضا فرستاد"),
    "contract.signed": Action("ثبت امضای قرارداد", "امضای {what} را ثبت کرد"),
    "contract.notified": Action("ابلاغ قرارداد", "{what} را به مرکزها ابلاغ کرد"),
    "contract.active": Action("اجرای قرارداد", "{what} را به اجرا گذاشت"),
    "contract.suspended": Action("تعلیق قرارداد", "{what} را معلق کرد"),
    "contract.renewed": Action("تمدید قرارداد", "{what} را تمدیدشده نشان داد"),
    "contract.follows_law": Action(
        "پیروی قرارداد از قانون", "قاعدهٔ تازه‌ای منتشر کرد که پوشش {what} با آن دگرگون شد"
    ),
    "contract.expired": Action("پایان قرارداد", "پایان مدت {what} را ثبت کرد"),
    "contract.ended": Action("خاتمهٔ قرارداد", "{what} را پیش از موعد خاتمه داد"),
    "contract.cancelled": Action("لغو قرارداد", "{what} را پیش از آغاز لغو کرد"),
    "contract.not_renewed": Action("بازگشت از تمدید", "{what} را دوباره در حال اجرا نشان داد"),
}
FACTS = {
    "centres": "مرکزها",
    "centre_changes": "مرکزهای الحاقیه",
    "covers": "تعهدها",
    "ceilings": "سقف‌های سالانه",
    "documents": "مدرک‌های لازم",
    "letter": "نامه",
    "note": "توضیح",
    "from_on": "از روز",
    "clause": "بند قرارداد",
    "submission_days": "مهلت ارسال اسناد (روز پس از پایان ماه)",
    "objection_days": "مهلت اعتراض (روز)",
    "on_account_bp": "علی‌الحساب",
    "on_account_days": "مهلت علی‌الحساب (روز)",
    "rest_months": "مهلت مانده (ماه)",
    "late_penalty_bp": "خسارت دیرکرد در سال",
    "withholding_bp": "مالیات تکلیفی",
    "approved_by": "تأییدکننده",
    "awaits": "در انتظار",
    "renews": "تمدیدِ",
    "by": "با",
    "rates": "نرخ‌ها",
}
