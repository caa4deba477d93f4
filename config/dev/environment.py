"""What a command finds in its environment on a developer's machine."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config import env

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


def prepare() -> None:
    """Defaults for a machine without settings of its own: a kept secret key, no HTTPS, readable logs."""
    env.load_file(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("SECRET_KEY", _kept_secret())
    os.environ.setdefault("HTTPS", "no")
    os.environ.setdefault("LOG_FORMAT", "console")
    # Loading a year of invoices is one statement; pages keep the short limit of `run`.
    os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "3600")


def _kept_secret() -> str:
    file = VAR / "secret-key"
    VAR.mkdir(exist_ok=True)
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(60))
    return file.read_text()


def django_command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def foreground(command: list[str], environment: Mapping[str, str]) -> int:
    """Run it as if it were ours: it answers Ctrl-C itself, a SIGTERM is passed on, and we outlive it to clean up."""
    child = subprocess.Popen(command, cwd=ROOT, env=environment)
    # A handler, not SIG_IGN, which the child would inherit.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: child.send_signal(number))
    return child.wait()
