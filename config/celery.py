"""The worker's app. Long work runs here, one `core.models.Job` each; the nightly run is started by beat.

Workers use the thread pool: Polars hangs in a forked process.
"""

import os

from celery import Celery, signals
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("taraz")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Celery would replace the log handlers with its own; a receiver here stops it."""


@app.task(name="nightly")
def nightly() -> None:
    """The same run as `./taraz manage nightly`; safe to run twice."""
    call_command("nightly")


@app.task(name="check_findings")
def check_findings() -> None:
    """The same as `./taraz manage check_findings`: what no delivery has asked for; safe to run twice."""
    call_command("check_findings")


@app.task(name="recover")
def recover() -> None:
    """The same as `./taraz manage recover`; safe to run twice."""
    call_command("recover")


@app.task(name="deliver_webhooks")
def deliver_webhooks() -> None:
    """The same as `./taraz manage deliver_webhooks`; safe to run twice."""
    call_command("deliver_webhooks")


@app.task(name="clear_sessions")
def clear_sessions() -> None:
    """Remove rows of sessions that have run out; a session that is over opens nothing meanwhile."""
    call_command("clearsessions")


@signals.worker_ready.connect
def recover_after_start(**_: object) -> None:
    """The broker hands a killed worker's tasks out again only after hours; a worker that starts looks for them."""
    recover.delay()
