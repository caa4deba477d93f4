"""A worker as in production, in its own process, on the database and the broker of the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from config.celery import app
from config.dev.run import WORKER

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60


def wait_until(question: Callable[[], object], what: str, *, seconds: int = PATIENCE) -> None:
    """Ask until the answer is true; fail with `what` when it never is."""
    until = time.monotonic() + seconds
    while not question():
        if time.monotonic() > until:
            pytest.fail(f"Waited {seconds} s in vain: {what}", pytrace=False)
        time.sleep(0.1)


class Worker:
    """The process of `./taraz run`'s worker; may be killed and started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                WORKER, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(lambda: app.control.ping(timeout=0.5), f"the worker answers; see {self.log}")

    def kill(self) -> None:
        """End it as a power cut would: no handler runs, nothing is acknowledged."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


def database_of_the_test() -> str:
    name = connection.settings_dict["NAME"]
    address, _, options = django_settings.DATABASE_URL.partition("?")
    return f"{address.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")


@pytest.fixture
def idle_worker(transactional_db, settings, tmp_path) -> Iterator[Worker]:
    """A worker that is not started yet; tasks go to the broker instead of running where they are called."""
    settings.MEDIA_ROOT = tmp_path / "media"
    before = (app.conf.task_always_eager, app.conf.task_eager_propagates)
    app.conf.task_always_eager = app.conf.task_eager_propagates = False
    app.control.purge()
    changed = {"DATABASE_URL": database_of_the_test(), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    worker = Worker(os.environ | changed, tmp_path / "worker.log")
    try:
        yield worker
    finally:
        worker.stop()
        app.control.purge()
        app.conf.task_always_eager, app.conf.task_eager_propagates = before


@pytest.fixture
def worker(idle_worker: Worker) -> Worker:
    idle_worker.start()
    return idle_worker
