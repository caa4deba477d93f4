"""What every test stands on: PostgreSQL, no network but this machine's own, a browser where there is one."""

import ctypes.util
import os
import shutil
import socket
from pathlib import Path

import hypothesis
import pytest
from django.db import connection

from config.celery import app
from config.dev.test import PANGO
from tests.cast import cast  # noqa: F401

# Playwright runs an event loop in the test's thread; Django would refuse the ORM there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("taraz", deadline=None)
hypothesis.settings.load_profile("taraz")

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def lacking(sentence: str) -> None:
    """Skip on a developer's machine; in CI a lacking tool is a failure."""
    if IN_CI:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def chromium() -> str | None:
    return next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
    )


@pytest.fixture(autouse=True)
def _tools(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("pdf") and not ctypes.util.find_library("pango-1.0"):
        lacking(f"No Pango here: {PANGO}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    program = chromium()
    if not program:
        lacking("No browser here: apt-get install chromium-headless-shell")
    return {"executable_path": program, "args": BROWSER_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"locale": "fa-IR", "timezone_id": "Asia/Tehran", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(autouse=True, scope="session")
def _no_network():
    """A test that needs the internet is wrong; it fails at once instead of at the next outage."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise RuntimeError(f"A test tried to reach {address}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """pytest-django's own, without what would keep it from removing the database: a thread of the live server keeps
    its connection for as long as a browser keeps its own."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True, scope="session")
def _tasks_at_once():
    """Tasks run where they are called; the one test of a real worker turns this off."""
    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True
