"""The interface as a page may try it: its operations from the document, and a call made as who is signed in.

A call goes through the same view, permission and scope as from outside, so nobody gets more by it than by calling.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.urls import Resolver404, include, path, resolve
from drf_spectacular.generators import SchemaGenerator

from billing.claims.api.persian import DESCRIPTIONS
from billing.claims.api.urls import INSURERS
from core.errors import InvalidInput

READS, JSON = ("get",), "application/json"
#: Headers of an answer that are worth seeing.
TOLD = (
    "Content-Type", "ETag", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Idempotent-Replayed",
)  # fmt: skip
#: Characters of an answer that the page shows.
SHOWN = 20_000


@dataclass(frozen=True)
class Operation:
    """One operation of the document; `body` is its first example, or None where it takes none."""

    key: str
    method: str
    path: str
    summary: str
    description: str
    tag: str
    places: tuple[str, ...]
    queries: tuple[str, ...]
    body: str | None

    @property
    def title(self) -> str:
        """The Persian half of the summary."""
        return self.summary.rpartition(" / ")[2]

    @property
    def title_en(self) -> str:
        return self.summary.rpartition(" / ")[0]

    @property
    def description_fa(self) -> str:
        return DESCRIPTIONS.get(self.key, "")

    @property
    def writes(self) -> bool:
        return self.method not in READS


@dataclass(frozen=True)
class Answer:
    """What came back, as far as a page shows it."""

    status: int
    headers: Mapping[str, str]
    text: str
    is_cut: bool = field(default=False)


@cache
def operations() -> tuple[Operation, ...]:
    """The operations of the document that take and give JSON, in its order."""
    document = SchemaGenerator(patterns=[path("api/v1/", include(INSURERS))]).get_schema(public=True)
    found = []
    for address, methods in document["paths"].items():
        for method, said in methods.items():
            contents = said.get("requestBody", {}).get("content", {})
            if contents and JSON not in contents:
                continue
            found.append(_operation(address, method, said, contents.get(JSON)))
    return tuple(found)


def _operation(address: str, method: str, said: dict[str, Any], content: dict[str, Any] | None) -> Operation:
    parameters = said.get("parameters", [])
    examples = list((content or {}).get("examples", {}).values())
    example = examples[0]["value"] if examples else {}
    return Operation(
        key=said["operationId"], method=method, path=address, summary=said.get("summary", ""),
        description=said.get("description", ""), tag=said["tags"][0],
        places=tuple(one["name"] for one in parameters if one["in"] == "path"),
        queries=tuple(one["name"] for one in parameters if one["in"] == "query"),
        body=None if content is None else json.dumps(example, ensure_ascii=False, indent=2),
    )  # fmt: skip


def address_of(operation: Operation, said: Mapping[str, str]) -> str:
    """The address of a call with what was filled in; refused where a place of the path is empty."""
    address = operation.path
    for name in operation.places:
        text = said.get(name, "").strip()
        if not text:
            raise InvalidInput(f"{name} را بنویسید؛ بخشی از نشانی است.")
        address = address.replace(f"{{{name}}}", quote(text, safe=""))
    chosen = {name: said[name].strip() for name in operation.queries if said.get(name, "").strip()}
    return f"{address}?{urlencode(chosen)}" if chosen else address


def call(request: HttpRequest, operation: Operation, said: Mapping[str, str], body: str) -> Answer:
    """Make a call as the person who is signed in, through the view that answers everybody."""
    address, _, query = address_of(operation, said).partition("?")
    try:
        found = resolve(address)
    except Resolver404:
        raise InvalidInput("با این مقدارها نشانی‌ای نیست؛ شناسه‌ها عدد هستند.") from None
    content = body.encode() if operation.body is not None else b""
    environ = {name: value for name, value in request.META.items() if not name.startswith("HTTP_")}
    environ |= {
        "REQUEST_METHOD": operation.method.upper(), "PATH_INFO": address, "QUERY_STRING": query,
        "CONTENT_TYPE": JSON, "CONTENT_LENGTH": str(len(content)), "wsgi.input": io.BytesIO(content),
        "HTTP_HOST": request.get_host(), "HTTP_ACCEPT": JSON, "HTTP_IDEMPOTENCY_KEY": secrets.token_hex(8),
    }  # fmt: skip
    inner = WSGIRequest(environ)
    inner.user, inner.session = request.user, request.session
    # The form that led here was checked; the call inside comes from nobody else.
    inner._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    response = found.func(inner, *found.args, **found.kwargs)
    if response.streaming:
        response.close()
        text = f"({response.get('Content-Disposition', '')})"
    else:
        text = _told(response.rendered_content if hasattr(response, "rendered_content") else response.content)
    headers = {name: response[name] for name in TOLD if name in response}
    return Answer(response.status_code, headers, text[:SHOWN], len(text) > SHOWN)


def _told(content: bytes) -> str:
    """JSON laid out to be read; anything else as it is."""
    text = content.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
