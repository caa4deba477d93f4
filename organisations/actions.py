"""What the actions on people and the tree are called in the audit trail."""

from core.trail import Action

ACTIONS = {
    "user.added": Action("افزودن کاربر", "کاربر {what} را افزود"),
    "user.changed": Action("تغییر کاربر", "کاربر {what} را تغییر داد"),
    "user.closed": Action("بستن حساب", "حساب {what} را بست"),
    "user.opened": Action("باز کردن حساب", "حساب {what} را باز کرد"),
    "user.locked": Action("قفل شدن ورود", "ورود {what} را پس از گذرواژه‌های نادرست قفل کرد"),
    "user.unlocked": Action("باز کردن قفل ورود", "قفل ورود {what} را باز کرد"),
    "password.changed": Action("تغییر گذرواژه", "گذرواژهٔ {what} را عوض کرد"),
    "password.reset": Action("گذرواژهٔ یک‌باره", "برای {what} گذرواژهٔ یک‌باره ساخت"),
    "session.began": Action("ورود", "با حساب {what} وارد شد"),
    "session.ended": Action("بستن نشست", "یک نشست {what} را بست"),
    "sessions.ended": Action("بستن نشست‌ها", "نشست‌های {what} را بست"),
    "second_factor.enrolled": Action("راه‌اندازی رمز یک‌بارمصرف", "رمز یک‌بارمصرف {what} را راه انداخت"),
    "second_factor.removed": Action("برداشتن رمز یک‌بارمصرف", "رمز یک‌بارمصرف {what} را برداشت"),
    "second_factor.reset": Action("بازنشانی رمز یک‌بارمصرف", "رمز یک‌بارمصرف گم‌شدهٔ {what} را برداشت"),
    "recovery_codes.renewed": Action("کدهای بازیابی تازه", "کدهای بازیابی {what} را تازه کرد"),
    "recovery_code.used": Action("ورود با کد بازیابی", "یک کد بازیابی {what} را به کار برد"),
    "region.added": Action("افزودن منطقه", "منطقهٔ {what} را افزود"),
    "region.changed": Action("تغییر منطقه", "منطقهٔ {what} را تغییر داد"),
    "centre.added": Action("افزودن مرکز", "مرکز {what} را افزود"),
    "centre.changed": Action("تغییر مرکز", "مرکز {what} را تغییر داد"),
    "sata_reference.load": Action("بارگذاری فهرست‌های ساتا", "فهرست‌های ساتا را برای {what} بار کرد"),
}
#: Facts that are no field of their model; after «|» the model they are keys of, or the field that names their values.
FACTS = {
    "role": "نقش|organisations.membership.role",
    "region": "منطقه|organisations.region",
    "centre": "مرکز|organisations.centre",
    "insurer": "بیمه‌گر|insurers.insurer",
    "address": "نشانی شبکه",
    "agent": "مرورگر",
    "second_factor": "با رمز یک‌بارمصرف",
    "sessions_ended": "نشست‌های بسته‌شده",
}
