"""`./taraz manage …` and the commands that are Django commands underneath."""

import os
import subprocess

from config.dev.environment import VAR, django_command, prepare
from config.embedded import services


def manage(arguments: list[str]) -> int:
    prepare()
    with services(VAR) as addresses:
        return subprocess.run(django_command(*arguments), env=os.environ | addresses).returncode


def bench(arguments: list[str]) -> int:
    return manage(["bench", *arguments])


def screens(arguments: list[str]) -> int:
    return manage(["screens", *arguments])
