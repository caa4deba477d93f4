"""What the frame around every page needs: sections, the names of the organisation and of the user's role."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from organisations.menu import menu_of
from organisations.permissions import Permission


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    member = user.scope.membership
    return {
        "navigation": _groups(user, request.path),
        "user_name": str(user),
        "organisation_name": member.organisation.name if member else "",
        "role_name": _role_name(member) if member else "بدون نقش",
        "search_url": reverse("invoices") if user.may(Permission.INVOICE_VIEW) else "",
    }


def _groups(user: Any, path: str) -> list[dict[str, Any]]:
    urls = {item: reverse(item.url_name) for _, items in menu_of(user) for item in items}
    here = max((url for url in urls.values() if path.startswith(url) and url != "/"), key=len, default=path)
    return [
        {
            "title": title,
            "items": [
                {"label": i.label, "url": urls[i], "icon": i.icon, "current": urls[i] == here} for i in items
            ],
        }
        for title, items in menu_of(user)
    ]


def _role_name(member: Any) -> str:
    place = member.centre or member.region
    return f"{member.get_role_display()}، {place.name}" if place else member.get_role_display()
