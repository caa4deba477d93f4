"""Forms of claims."""

from __future__ import annotations

from typing import Any

from django import forms

from billing.claims.api.models import ApiClient
from billing.claims.api.scopes import ApiScope
from billing.claims.choices import Payer
from billing.claims.services.gathering import Cell
from billing.claims.webhooks.choices import SUBSCRIBED
from billing.forms import SayingForm
from core.filters import whole
from core.forms import CleanCharField, JalaliMonthField
from insurers.models import Fund, Insurer
from organisations.models import Centre


class CellsField(forms.Field):
    """Cells as `centre-fund-payer`; what is none of the user's is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[tuple[int, int, Payer]]:
        found = []
        for text in value or ():
            parts = str(text).split("-")
            if len(parts) == 3 and parts[2] in Payer.values:
                centre, fund = whole(parts[0]), whole(parts[1])
                if centre is not None and fund is not None:
                    found.append((centre, fund, Payer(parts[2])))
        return list(dict.fromkeys(found))


class GatherForm(SayingForm):
    """Which cells of a month are gathered into claims."""

    month = JalaliMonthField(label="ماه")
    with_sent = forms.BooleanField(label="همراه فرستاده‌شده‌های پیشین", required=False)
    cells = CellsField(label="ردیف‌ها")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def chosen(self) -> list[Cell]:
        """The cells whose centre and fund the user sees."""
        keys = self.cleaned_data["cells"]
        centres = (
            Centre.objects.visible_to(self.user).select_related("region").in_bulk({key[0] for key in keys})
        )
        funds = Fund.objects.visible_to(self.user).select_related("insurer").in_bulk({key[1] for key in keys})
        return [
            Cell(centres[centre], funds[fund], payer)
            for centre, fund, payer in keys
            if centre in centres and fund in funds
        ]


class ClientForm(forms.Form):
    """A system of an insurer, and what it may do."""

    insurer = forms.ModelChoiceField(Insurer.objects.none(), label="بیمه‌گر", empty_label="بیمه‌گر را برگزینید")
    name = CleanCharField(label="نام سامانه", max_length=80)
    scopes = forms.MultipleChoiceField(
        label="دامنه‌ها",
        choices=ApiScope.choices,
        initial=ApiScope.values,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insurer"].queryset = Insurer.objects.visible_to(user).order_by("name", "pk")


class WebhookForm(forms.Form):
    """An address of a client, and what it is told."""

    client = forms.ModelChoiceField(
        ApiClient.objects.none(), label="سامانه", empty_label="سامانه را برگزینید"
    )
    url = CleanCharField(label="نشانی (https)", max_length=500)
    types = forms.MultipleChoiceField(
        label="رویدادها",
        choices=[(kind.value, kind.label) for kind in SUBSCRIBED],
        initial=[kind.value for kind in SUBSCRIBED],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = ApiClient.objects.visible_to(user).filter(revoked_at=None).select_related("insurer")
        self.fields["client"].queryset = seen.order_by("insurer__name", "name", "pk")
        self.fields["client"].label_from_instance = lambda one: f"{one.insurer.name}، {one.name}"


class SendForm(SayingForm):
    letter_no = CleanCharField(label="شمارهٔ نامه", max_length=60, required=False)


class CancelForm(SayingForm):
    reason = CleanCharField(label="علت لغو", max_length=250)


class ReceiptForm(SayingForm):
    receipt_no = CleanCharField(label="شمارهٔ رسید بیمه‌گر", max_length=60, required=False)
