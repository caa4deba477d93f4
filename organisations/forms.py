"""Forms of signing in, of the own account, and of the tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import forms as auth

from core.forms import CleanCharField, NumberField
from organisations import passwords
from organisations.choices import CentreKind, Sector, Treatment
from organisations.models import Region


class SignInForm(auth.AuthenticationForm):
    error_messages = {
        "invalid_login": "نام کاربری یا گذرواژه درست نیست. زبان صفحه‌کلید و بزرگی حرف‌های لاتین را بازبینی کنید.",
        "inactive": "این حساب بسته شده است. از مدیر سامانه در ستاد بپرسید.",
    }


class PasswordForm(auth.PasswordChangeForm):
    error_messages = {
        "password_incorrect": "گذرواژهٔ کنونی درست نیست.",
        "password_mismatch": "دو گذرواژهٔ تازه با هم یکی نیستند؛ دوباره بنویسید.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "گذرواژهٔ کنونی"
        self.fields["new_password1"].label = "گذرواژهٔ تازه"
        self.fields["new_password1"].help_text = passwords.HELP
        self.fields["new_password2"].label = "گذرواژهٔ تازه، دوباره"
        self.fields["new_password2"].help_text = ""


class CodeForm(forms.Form):
    """A one-time code of the telephone, or a recovery code."""

    code = forms.CharField(
        label="کد شش‌رقمی",
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "dir": "ltr",
                "class": "code-input",
            }
        ),
    )

    def __init__(self, *args: Any, recovery: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if recovery:
            self.fields["code"].help_text = "کدی که برنامهٔ گوشی اکنون نشان می‌دهد، یا یکی از کدهای بازیابی."


CODE = {"label": "کد", "widget": forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"})}
FIXED = "بعداً عوض نمی‌شود، چون قیمت روزهای گذشته به آن وابسته است."


class RegionForm(forms.Form):
    """A region; `is_new` asks for the code, which stays."""

    code = CleanCharField(max_length=8, **CODE)
    name = CleanCharField(label="نام", max_length=120)
    covered_population = NumberField(label="جمعیت تحت پوشش", required=False, largest=100_000_000)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["code"]


class CentreNameForm(forms.Form):
    """What may change at any time."""

    name = CleanCharField(label="نام", max_length=160)
    city = CleanCharField(label="شهر", max_length=60, required=False)


class CentreForm(CentreNameForm):
    """A centre of one of the organisation's regions."""

    code = CleanCharField(max_length=12, **CODE, help_text="فایل‌ها مرکز را با این کد می‌نامند.")
    region = forms.ModelChoiceField(Region.objects.none(), label="منطقه", empty_label="برگزینید")
    kind = forms.TypedChoiceField(label="نوع", choices=CentreKind.choices, coerce=int)
    sector = forms.TypedChoiceField(label="بخش", choices=Sector.choices, coerce=int, help_text=FIXED)
    grade = forms.TypedChoiceField(
        label="درجه", choices=[(n, "۱۲۳۴"[n - 1]) for n in range(1, 5)], coerce=int, help_text=FIXED
    )
    treatment = forms.TypedChoiceField(label="درمان", choices=Treatment.choices, coerce=int)
    is_mandated = forms.BooleanField(label="تکلیفی", required=False)
    field_order = ("code", "name", "region", "city")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.visible_to(user).by_code()
