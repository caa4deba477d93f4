"""Form fields of the tariff."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import CleanCharField
from tariffs.models import Service


def choice(label: str, choices: Iterable[tuple[int, str]]) -> Callable[[int], forms.Field]:
    """A maker of a select whose value is an integer."""
    options = list(choices)
    return lambda _: forms.TypedChoiceField(label=label, choices=options, coerce=int)


class ServiceField(CleanCharField):
    """A service of an organisation (or the nation) by its code, or by «list/code» where two lists share a code."""

    default_error_messages = {
        "unknown": "خدمتی با این کد در کتاب نیست.",
        "ambiguous": "این کد در چند فهرست هست؛ شمارهٔ فهرست را هم بنویسید، مانند ۳/۱۰۰۰۰۵.",
    }

    def __init__(self, organisation_id: int, **kwargs: Any) -> None:
        kwargs.setdefault("label", "کد خدمت")
        super().__init__(**kwargs)
        self.organisation_id = organisation_id
        self.widget.attrs |= {"list": "services", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Service):
            return value
        text = super().to_python(value)
        return self._find(text) if text else None

    def _find(self, text: str) -> Service:
        book, _, code = text.rpartition("/")
        found = Service.objects.of_organisation(self.organisation_id).filter(code=code.split(" ")[0])
        services = list(found.filter(book=int(book)) if book.isdecimal() else found)
        own = [s for s in services if s.organisation_id] or services
        if not own:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if len(own) > 1:
            raise ValidationError(self.error_messages["ambiguous"], code="ambiguous")
        return own[0]

    def prepare_value(self, value: Any) -> Any:
        return f"{value.book}/{value.code}" if isinstance(value, Service) else value

    def run_validators(self, value: Any) -> None:
        """The service was looked up; the validators of text have nothing to say about it."""
