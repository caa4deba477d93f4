"""One line a request, as JSON or for the eye. No personal data: the route's pattern instead of the address,
no query string, no body, no names."""

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("taraz.request")

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(*, level: str, format: str) -> dict[str, Any]:
    """The dictionary for Django's LOGGING; library logs and ours come out the same way."""
    structlog.configure(
        processors=[*SHARED_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if format == "json"
        # Plain tracebacks: the rich ones print local variables, and with them patients.
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                "foreign_pre_chain": SHARED_PROCESSORS,
            }
        },
        # An answer of 503 by /healthz is not a fault of ours and has its own line.
        "filters": {"faults": {"()": "config.logs.OnlyFaults"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Our own line says it already, without the address.
            "django.request": {"level": "ERROR", "filters": ["faults"]},
            "django": {"handlers": [], "level": level, "propagate": True},
            "axes": {"level": "ERROR"},
        },
    }


class OnlyFaults(logging.Filter):
    """Lets through what carries an exception."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


class RequestLog:
    """Gives each request an id, returns it in `X-Request-ID` and writes one line when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            # Files are answered before any route is looked for.
            write = log.info if match or response.status_code >= 400 else log.debug
            write(
                "request",
                method=request.method,
                route=match.route if match else None,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000),
            )
        response["X-Request-ID"] = request_id
        return response
