"""Tags of the tariff's pages."""

from __future__ import annotations

from django import template

from tariffs.review import draft_key

register = template.Library()
register.filter("draft_key", draft_key)
