"""`./taraz manage …` and the commands that are Django commands underneath."""

import os

from config.dev.environment import VAR, django_command, foreground, prepare
from config.embedded import services


def manage(arguments: list[str]) -> int:
    prepare()
    with services(VAR) as addresses:
        return foreground(django_command(*arguments), os.environ | addresses)


def bench(arguments: list[str]) -> int:
    return manage(["bench", *arguments])


def screens(arguments: list[str]) -> int:
    return manage(["screens", *arguments])
