"""Forms of signing in and of the own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import forms as auth

from organisations import passwords


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
