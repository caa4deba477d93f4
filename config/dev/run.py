"""`./taraz run`: everything, from an empty folder to a page in the browser."""

import ctypes
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import IO

from config.dev.environment import ROOT, VAR, django_command, prepare
from config.embedded import services

PAGE_TIMEOUT_SECONDS = "30"
#: Hosts that nobody but this machine reaches.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CELERY = [sys.executable, "-m", "celery", "--app", "config", "--quiet"]
# Threads: Polars hangs in a forked process.
WORKER = [*CELERY, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "warning"]
# Centres of the demonstration loaded at a time: as many as there are cores, and not more than four.
LOADERS = str(min(4, os.cpu_count() or 1))


def one_after_the_other(*commands: list[str]) -> list[str]:
    """One command that runs them until one fails."""
    return ["sh", "-c", " && ".join(map(shlex.join, commands))]


# Django's own checks import every page; the first command makes them for all.
CHECKED = "--skip-checks"
# Steps in their order, each with the commands that run at the same time; safe to run again, and quick when there is
# nothing to do. The API answers JSON only: nobody asks for the pages of the REST framework.
PREPARATION = [
    (
        "preparing the database",
        [
            django_command("migrate", "--verbosity", "0"),
            one_after_the_other(
                [sys.executable, str(ROOT / "taraz"), "front-end"],
                django_command(
                    "collectstatic", CHECKED, "--no-input", "--ignore", "rest_framework", "--verbosity", "0"
                ),
            ),
        ],
    ),
    (
        "loading reference data and the demonstration",
        [django_command("load_demo", CHECKED, "--verbosity", "2", "--side-by-side", LOADERS, "--rest-later")],
    ),
]
# While the three that serve are starting.
NIGHT = ("running the nightly computations", [django_command("nightly", CHECKED)])


PR_SET_PDEATHSIG = 1
LIBRARY = ctypes.CDLL(None)


class Stopped(Exception):
    """A signal asked us to end."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)


def run(arguments: list[str]) -> int:
    if arguments:
        print("taraz: run takes no arguments; set PORT, HOST and what .env.example lists.", file=sys.stderr)
        return 2
    prepare()
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    if host in LOOPBACK:
        # Whoever builds an insurer's system tries it on this machine.
        os.environ.setdefault("WEBHOOK_NETWORKS", "127.0.0.0/8 ::1/128")
    if not _free(host, port):
        print(f"taraz: port {port} is in use: set PORT to another one.", file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    with open(VAR / "run.lock", "a+") as lock:
        if other := _running(lock, f"http://{_shown(host)}:{port}/"):
            print(f"taraz: already running in this folder: {other} Stop that one first.", file=sys.stderr)
            return 1
        try:
            with services(VAR) as addresses:
                return _serve(host, port, os.environ | addresses)
        except Stopped:
            return 0


def _running(lock: IO[str], address: str) -> str:
    """Where another run of this folder serves; empty, and the folder is ours until the file is closed, if none does.

    Two would be two workers and two clocks on one queue.
    """
    lock.seek(0)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return lock.read() or "-"
    lock.truncate(0)
    lock.write(address)
    lock.flush()
    return ""


def _free(host: str, port: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


def _end_with_parent() -> None:
    """The kernel ends the child when we are killed in a way that leaves us no time to do it."""
    if sys.platform == "linux":
        LIBRARY.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _serve(host: str, port: str, environment: dict[str, str]) -> int:
    for step in PREPARATION:
        if failed := _do(*step, environment):
            return failed
    children = _children(host, port, environment)
    try:
        if _do(*NIGHT, environment):
            print("taraz: serving all the same; the job log (/jobs/) says what went wrong.", file=sys.stderr)
        if _wait_for_page(children, host, port):
            print(f"\nTaraz: http://{_shown(host)}:{port}/   (Ctrl-C stops it)", flush=True)
            subprocess.run(django_command("demo_users", CHECKED), env=environment)
        return _watch(children)
    finally:
        _end(children)


def _do(what: str, commands: list[list[str]], environment: dict[str, str]) -> int:
    """Run the commands of a step at the same time; the code of one that failed, else 0."""
    print(f"taraz: {what} …", flush=True)
    started = [subprocess.Popen(command, env=environment) for command in commands]
    failed = next(filter(None, [each.wait() for each in started]), 0)
    if failed:
        print(f"taraz: {what}: failed. The lines above say why.", file=sys.stderr)
    return failed


def _children(host: str, port: str, environment: dict[str, str]) -> dict[str, subprocess.Popen[bytes]]:
    schedule = str(VAR / "celerybeat-schedule")
    commands = {
        "web": [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port),
            # A process uses one core at most.
            *("--workers", str(min(2, os.cpu_count() or 1))),
            *("--blocking-threads", "4", "--no-ws", "--log-level", "warning", "config.wsgi:application"),
        ],
        "worker": WORKER,
        "beat": [*CELERY, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "warning"],
    }
    pages = environment | {"STATEMENT_TIMEOUT_SECONDS": PAGE_TIMEOUT_SECONDS}
    # A group each: Ctrl-C reaches us alone, and we stop them in order.
    return {
        name: subprocess.Popen(
            command,
            env=pages if name == "web" else environment,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        for name, command in commands.items()
    }


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host


def _wait_for_page(children: dict[str, subprocess.Popen[bytes]], host: str, port: str) -> bool:
    """Whether the web process answers before one of the three ends."""
    probe = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while all(child.poll() is None for child in children.values()):
        try:
            socket.create_connection((probe, int(port)), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.2)
    return False


def _watch(children: dict[str, subprocess.Popen[bytes]]) -> int:
    while True:
        for name, child in children.items():
            if (code := child.poll()) is not None:
                print(f"taraz: {name} ended by itself (code {code}); stopping the rest.", file=sys.stderr)
                return code or 1
        time.sleep(0.5)


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + 15
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
