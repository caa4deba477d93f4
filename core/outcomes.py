"""What became of each thing of a batch: what services give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one thing: its `key`, its `name`, and in `text` (Persian) how it went or why not."""

    name: str
    is_done: bool
    text: str = ""
    key: Any = None
