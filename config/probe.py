"""A container's health check: `python -m config.probe` ends with 0 when the web process beside it answers."""

import os
import sys
import urllib.request


def host_header() -> str:
    """A host that the settings allow; the check itself goes to this machine."""
    first = os.environ.get("ALLOWED_HOSTS", "localhost").replace(",", " ").split()[0]
    return "localhost" if first == "*" else first.lstrip(".")


def main() -> int:
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/livez"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Host": host_header()}), timeout=5
        ) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
