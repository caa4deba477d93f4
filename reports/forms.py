"""Forms of the reports."""

from __future__ import annotations

from django import forms

from core.forms import NumberField, PercentBpField

FIRST_YEAR, LAST_YEAR = 1390, 1430


class TargetForm(forms.Form):
    fiscal_year = NumberField(label="سال مالی", help_text="مانند ۱۴۰۴", largest=LAST_YEAR)
    target_bp = PercentBpField(
        label="هدف", help_text="درصدی از کل هزینه که بیماران بستری بپردازند، تا دو رقم اعشار؛ مانند ۶٫۵"
    )

    def clean_fiscal_year(self) -> int:
        year = int(self.cleaned_data["fiscal_year"])
        if year < FIRST_YEAR:
            raise forms.ValidationError("سال مالی را چهاررقمی بنویسید؛ مانند ۱۴۰۴.")
        return year
