"""`./taraz test`: all tests, on servers that are thrown away afterwards."""

import ctypes.util
import os
import shutil
import sys
from pathlib import Path

from config.dev.environment import VAR, foreground
from config.embedded import PostgreSQL, Valkey, services

# All tests, by a process for each core; one file of tests stays with one process.
SIDE_BY_SIDE = ["--numprocesses", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]
PANGO = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def test(arguments: list[str]) -> int:
    if not ctypes.util.find_library("pango-1.0"):
        print(f"taraz: PDF tests need Pango: {PANGO}", file=sys.stderr)
    _sweep(VAR / "test")
    home = VAR / "test" / str(os.getpid())
    for folder in ("static", "media"):
        (home / folder).mkdir(parents=True)
    # Only what is set here counts, so that a developer's own settings change no test.
    chosen = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-tests-" * 4,
        "DEBUG": "yes",
        "HTTPS": "no",
        "STATIC_ROOT": str(home / "static"),
        "MEDIA_ROOT": str(home / "media"),
        "STATEMENT_TIMEOUT_SECONDS": "120",
        "LOG_LEVEL": "WARNING",
        # Tests of the second factor ask for it themselves.
        "SECOND_FACTOR_ROLES": "none",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    try:
        with services(home, throwaway=True) as addresses:
            command = [sys.executable, "-m", "pytest", *(arguments or SIDE_BY_SIDE)]
            return foreground(command, os.environ | chosen | addresses)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed have left."""
    for home in folder.glob("[0-9]*"):
        if not Path("/proc", home.name).exists():
            PostgreSQL(home, throwaway=True).stop()
            Valkey(home, throwaway=True).stop()
            shutil.rmtree(home, ignore_errors=True)
