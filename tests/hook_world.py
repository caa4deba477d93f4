"""A system of an insurer that listens for events: an HTTP server of this machine, and what it was told."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from billing.claims.services import delivering
from billing.claims.webhooks.choices import DeliveryState
from billing.claims.webhooks.models import WebhookEndpoint


class Receiver:
    """What was posted, and what is answered; `answers` gives the code for the n-th message (from 0)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.secret = ""
        self.answers: Callable[[int], int] = lambda _: 204
        self.text = b""
        self.messages: list[tuple[dict[str, str], bytes]] = []

    def verified(self) -> list[dict[str, Any]]:
        """The messages, each with a signature that fits the secret."""
        hook = Webhook(self.secret)
        return [hook.verify(body, headers) for headers, body in self.messages]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.messages]

    def taken(self) -> dict[str, dict[str, Any]]:
        """What a receiver that knows its ids keeps: each message once."""
        return {
            headers["webhook-id"]: json.loads(body)
            for number, (headers, body) in enumerate(self.messages)
            if self.answers(number) < 300
        }


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            number = len(receiver.messages)
            receiver.messages.append(({name.lower(): value for name, value in self.headers.items()}, body))
            code = receiver.answers(number)
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", f"{receiver.url}elsewhere")
            self.send_header("Content-Length", str(0 if code == 204 else len(receiver.text)))
            self.end_headers()
            if code != 204:
                self.wfile.write(receiver.text)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now


def rounds(endpoint: WebhookEndpoint, clock: Clock, most: int = 100) -> None:
    """Deliver again and again, each time when the next try is due, until nothing waits."""
    for _ in range(most):
        delivering.deliver(endpoint.pk, clock=clock)
        waiting = endpoint.deliveries.filter(state=DeliveryState.WAITING).order_by("next_at").first()
        if waiting is None:
            return
        clock.now = max(clock.now, waiting.next_at)
    pytest.fail("something waits for ever", pytrace=False)
