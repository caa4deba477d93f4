# Django has no types of its own. All of it is Any here, except choices, which mypy would take for tuples.
from typing import Any

def __getattr__(name: str) -> Any: ...
