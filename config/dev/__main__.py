import importlib
import sys

from django.core.exceptions import ImproperlyConfigured

from config.embedded import Unavailable


def main() -> int:
    command, *arguments = sys.argv[1:]
    module, function = {
        "run": ("run", "run"),
        "test": ("test", "test"),
        "check": ("check", "check"),
        "fix": ("check", "fix"),
        "manage": ("manage", "manage"),
        "bench": ("manage", "bench"),
        "screens": ("manage", "screens"),
    }[command]
    try:
        return getattr(importlib.import_module(f"config.dev.{module}"), function)(arguments)
    except (Unavailable, ImproperlyConfigured) as problem:
        print(f"taraz: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


sys.exit(main())
