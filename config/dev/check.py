"""`./taraz check` and `./taraz fix`."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.dev.environment import ROOT, VAR, django_command, prepare
from config.embedded import services

Step = tuple[str, list[str] | Callable[[], list[str]]]


def templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


def target_version() -> str:
    """Django's version for the template formatter, as pyproject.toml states it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return str(project["tool"]["taraz"]["django"])


def typed_files() -> list[str]:
    """What carries arithmetic and writes: all of core, and every app's rules and services."""
    found = {path for path in (ROOT / "core").rglob("*.py") if "migrations" not in path.parts}
    for room in ("rules", "services"):
        found |= {*ROOT.glob(f"*/{room}.py"), *ROOT.glob(f"*/{room}/**/*.py"), *ROOT.glob(f"*/*/{room}.py")}
    ours = {path.relative_to(ROOT) for path in found}
    others = {"tests", "var", "node_modules", ".venv", "views"}
    return sorted(str(path) for path in ours if others.isdisjoint(path.parts))


def program(name: str, *arguments: str) -> list[str]:
    """A tool that has no module to run."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def template_command(*arguments: str) -> list[str]:
    return program("djade", "--target-version", target_version(), *arguments, *templates())


def steps() -> list[Step]:
    return [
        ("lint", module("ruff", "check", "--output-format", "concise", ".")),
        ("format", module("ruff", "format", "--check", "--output-format", "concise", ".")),
        ("layers", program("lint-imports", "--no-logo")),
        ("types", module("mypy", *typed_files())),
        ("templates", template_command("--check")),
        ("migrations", django_command("makemigrations", "--check", "--dry-run")),
        ("settings", django_command("check", "--fail-level", "WARNING")),
        ("deployment", django_command("check", "--deploy", "--fail-level", "WARNING")),
        ("requirements", unpinned),
    ]


def unpinned() -> list[str]:
    """What `requirements/*.in` asks for and the compiled files do not hold, or hold in another version."""
    problems = []
    for name in ("base", "dev"):
        pins = {
            canonicalize_name(pin.name): pin for pin in _requirements(ROOT / "requirements" / f"{name}.txt")
        }
        for wanted in _requirements(ROOT / "requirements" / f"{name}.in"):
            pin = pins.get(canonicalize_name(wanted.name))
            version = str(pin.specifier).removeprefix("==") if pin else ""
            if not pin or not wanted.specifier.contains(version):
                problems.append(f"requirements/{name}.txt lacks {wanted}: run ./taraz fix --requirements")
    return problems


def _requirements(file: Path) -> list[Requirement]:
    lines = (line.split("#")[0].strip().rstrip("\\").strip() for line in file.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def check(arguments: list[str]) -> int:
    prepare()
    failed = []
    with services(VAR) as addresses:
        for name, step in steps():
            if arguments and name not in arguments:
                continue
            environment = os.environ | addresses | ({"HTTPS": "yes"} if name == "deployment" else {})
            if not _passes(name, step, environment):
                failed.append(name)
    print(f"taraz: {', '.join(failed)}: not right" if failed else "taraz: all checks passed")
    return 1 if failed else 0


def _passes(name: str, step: list[str] | Callable[[], list[str]], environment: dict[str, str]) -> bool:
    print(f"— {name}", flush=True)
    if callable(step):
        problems = step()
        print(*problems, sep="\n", end="\n" if problems else "")
        return not problems
    return subprocess.run(step, cwd=ROOT, env=environment).returncode == 0


def fix(arguments: list[str]) -> int:
    if "--requirements" in arguments:
        return compile_requirements()
    subprocess.run(template_command(), cwd=ROOT)
    subprocess.run(module("ruff", "check", "--fix", "--quiet", "."), cwd=ROOT)
    return subprocess.run(module("ruff", "format", "."), cwd=ROOT).returncode


def compile_requirements() -> int:
    """Anew from the `.in` files, keeping versions that still fit; delete the `.txt` first for the newest."""
    if not (uv := shutil.which("uv")):
        print("taraz: uv is needed for this: pip install uv", file=sys.stderr)
        return 1
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    for name, bound in (("base", []), ("dev", ["--constraint", "base.txt"])):
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            *options,
            *bound,
            f"{name}.in",
            "--output-file",
            f"{name}.txt",
        ]
        if code := subprocess.run(command, cwd=ROOT / "requirements").returncode:
            return code
    return 0
