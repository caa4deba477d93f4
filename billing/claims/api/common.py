"""What endpoints have in common: pages with a cursor, numbers of a query, bodies, and what the document says of all."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from billing.claims.api import shapes
from core.api import PROBLEM as PROBLEM_TYPE
from core.errors import InvalidInput
from core.filters import whole
from core.jalali import check_month
from core.text import group_digits

PAGE, LONGEST_PAGE = 100, 1_000
CURSOR = OpenApiParameter("cursor", str, description="`next` of the last page read / نشانگر صفحهٔ بعد")
LIMIT = OpenApiParameter("limit", int, description=f"1 … {LONGEST_PAGE}")
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True,
    description="Own unique text of the call; the same call again changes nothing and gets the same answer.",
)  # fmt: skip
MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="ETag the write was made up on"
)
PROBLEM = shapes.ProblemShape


def problems(*statuses: int) -> dict[tuple[int, str], Any]:
    """How the document names refusals: each is a problem document."""
    return {(status, PROBLEM_TYPE): PROBLEM for status in statuses}


READ = problems(401, 403, 404, 422, 429)
WRITE = READ | problems(400, 409, 412, 413, 415)


class BadCursor(InvalidInput):
    code = "cursor_invalid"


def _cursor(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor("نشانگر صفحه نادرست است؛ از صفحهٔ نخست آغاز کنید.") from None


def _packed(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def _limit(request: Request) -> int:
    text = request.query_params.get("limit")
    if text is None:
        return PAGE
    number = whole(text)
    if not number or number > LONGEST_PAGE:
        raise InvalidInput(f"limit از ۱ تا {group_digits(LONGEST_PAGE)} است.")
    return number


def number_of(request: Request, name: str) -> int | None:
    """A number of the query; None where it is not there."""
    text = request.query_params.get(name)
    if text is None:
        return None
    number = whole(text)
    if number is None:
        raise InvalidInput(f"{name} باید عدد باشد.")
    return number


@cache
def _reader(shape: Any) -> Any:
    """A shape that only tells: its fields are made once, they are most of the cost of a small answer."""
    return shape()


def told(shape: Any, row: Any) -> dict[str, Any]:
    """A row in its shape."""
    said: dict[str, Any] = _reader(shape).to_representation(row)
    return said


def month_of(request: Request) -> int | None:
    """The Jalali month (yyyymm) of the query; None where it is not there."""
    month = number_of(request, "month")
    return None if month is None else check_month(month)


def choice_of(request: Request, name: str, choices: Sequence[str]) -> str | None:
    """One of the choices, as the query says; None where it says nothing."""
    said = request.query_params.get(name)
    if said and said not in choices:
        raise InvalidInput(f"{name} یکی از این‌هاست: {', '.join(choices)}.")
    return said or None


def page(
    request: Request, rows: Any, shape: Any, order: str = "pk", *, known: Sequence[str] = ()
) -> Response:
    """A page of rows in the order of a number that only grows; `next` resumes after it, also where it is the last.

    `known` are the names that the query may have besides those of pages: a misspelt filter would give everything.
    """
    names = ("cursor", "limit", *known)
    if unknown := [name for name in request.query_params if name not in names]:
        raise InvalidInput(f"{unknown[0][:40]} شناخته نیست؛ نام‌های شناخته: {', '.join(names)}.")
    limit, after = _limit(request), 0
    if text := request.query_params.get("cursor"):
        key = whole(_cursor(text))
        if key is None:
            raise BadCursor("نشانگر صفحه نادرست است؛ از صفحهٔ نخست آغاز کنید.")
        after = key
    found = list(rows.filter(**{f"{order}__gt": after}).order_by(order)[: limit + 1])
    items = found[:limit]
    return Response(
        {
            "items": [told(shape, item) for item in items],
            "next": _packed(getattr(items[-1], order) if items else after),
            "has_more": len(found) > limit,
        }
    )


def valid(shape: Any, request: Request) -> dict[str, Any]:
    """The body in its shape; refused with every field that is wrong."""
    sent = shape(data=request.data)
    sent.is_valid(raise_exception=True)
    return sent.validated_data
