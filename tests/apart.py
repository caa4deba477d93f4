"""Loaded before settings: processes that test side by side share a broker, and each has a database of its own in it.

PostgreSQL is told apart by pytest-django.
"""

import os

if process := os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw"):
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].replace("?db=0", f"?db={int(process) + 1}")
