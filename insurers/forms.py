"""Forms about people: a role may hold in an insurer, which the app of the tree does not know."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import CleanCharField
from insurers.models import Insurer
from organisations.models import Centre, Membership, Organisation, Region
from organisations.permissions import Role
from organisations.services.people import NEEDED, Seat

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,29}")


class UserForm(forms.Form):
    """Names, role, and the one place that the role asks for."""

    first_name = CleanCharField(label="نام", max_length=60)
    last_name = CleanCharField(label="نام خانوادگی", max_length=60)
    role = forms.ChoiceField(label="نقش", choices=[("", "برگزینید"), *Role.choices])
    region = forms.ModelChoiceField(
        Region.objects.none(), label="منطقه", required=False, empty_label="برگزینید"
    )
    centre = forms.ModelChoiceField(
        Centre.objects.none(), label="مرکز", required=False, empty_label="برگزینید"
    )
    insurer_id = forms.ModelChoiceField(
        Insurer.objects.none(), label="بیمه‌گر", required=False, empty_label="برگزینید"
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.filter(organisation=organisation).by_code()
        self.fields["centre"].queryset = Centre.objects.of_organisation(organisation.pk).by_code()
        self.fields["insurer_id"].queryset = Insurer.objects.filter(organisation=organisation).order_by(
            "name", "pk"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        needed = NEEDED.get(data.get("role", ""))  # type: ignore[call-overload]
        for name in NEEDED.values():
            if name != needed:
                data[name] = None
            elif not data.get(name):
                self.add_error(name, "این نقش در کجا؟ یکی را برگزینید.")
        return data

    def seat(self) -> Seat:
        """The role and scope that were chosen."""
        data = self.cleaned_data
        insurer = data["insurer_id"]
        return Seat(Role(data["role"]), data["region"], data["centre"], insurer.pk if insurer else None)

    @staticmethod
    def of(member: Membership) -> dict[str, Any]:
        """Initial values of a member."""
        names = {"first_name": member.user.first_name, "last_name": member.user.last_name}
        place = {"region": member.region_id, "centre": member.centre_id, "insurer_id": member.insurer_id}
        return names | {"role": member.role} | place


class NewUserForm(UserForm):
    username = CleanCharField(
        label="نام کاربری",
        max_length=30,
        help_text="حرف‌های کوچک لاتین، رقم، نقطه و خط تیره؛ با حرف آغاز شود. بعداً عوض نمی‌شود.",
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    field_order = ("username",)

    def clean_username(self) -> str:
        name = self.cleaned_data["username"].lower()
        if not _USERNAME.fullmatch(name):
            raise ValidationError("سه تا سی نویسه، تنها a-z و 0-9 و . _ - ، با حرف آغاز شود.")
        return name
