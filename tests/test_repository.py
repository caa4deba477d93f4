"""Facts about the tree itself: what is written in two places agrees, and nothing of one machine is in it."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.loader import get_template

from config import vendored
from config.dev import check
from config.dev.test import PANGO
from core import trail
from organisations.views.jobs import KINDS

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {
    ".git",
    ".venv",
    "node_modules",
    "var",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".import_linter_cache",
    ".hypothesis",
}
TEXT = {
    "",
    ".py",
    ".html",
    ".css",
    ".js",
    ".json",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".yml",
    ".svg",
    ".csv",
    ".example",
}
READERS = {"string", "boolean", "integer", "words", "networks", "secret", "choice", "choices"}


def files(folder: Path = ROOT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from files(path)
        elif path.suffix in TEXT and path.name != ".env":
            yield path


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def documented_settings() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", text(".env.example"), flags=re.M))


def read_settings() -> set[str]:
    """Names of environment variables in calls such as `env.boolean("HTTPS")` and `os.environ.get("PORT")`."""
    names = set()
    readers = (*ROOT.glob("config/**/*.py"), *ROOT.glob("demo/*.py"), ROOT / "tests" / "conftest.py")
    for path in readers:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            ours = node.func.attr in READERS and ast.unparse(node.func.value) == "env"
            plain = node.func.attr == "get" and ast.unparse(node.func.value) == "os.environ"
            if (ours or plain) and isinstance(node.args[0], ast.Constant):
                names.add(node.args[0].value)
    return names


def test_every_setting_is_in_the_example_and_no_other():
    assert read_settings() == documented_settings()


def test_the_entry_needs_the_standard_library_only():
    imported = set()
    for node in ast.walk(ast.parse(text("taraz"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert os.access(ROOT / "taraz", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_entry_explains_itself_and_refuses_an_unknown_command():
    shown = subprocess.run([sys.executable, ROOT / "taraz"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert "./taraz run" in shown.stdout
    assert subprocess.run([sys.executable, ROOT / "taraz", "nonsense"], capture_output=True).returncode == 2


def test_styles_use_logical_properties_only():
    physical = re.compile(
        r"(margin|padding|border|inset|scroll-margin|scroll-padding)-(left|right)\b"
        r"|(?<![\w-])(left|right)\s*:"
        r"|(text-align|float|clear)\s*:\s*(left|right)\b"
        r"|border-(top|bottom)-(left|right)-radius"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        if path.suffix in {".css", ".html"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if physical.search(re.sub(r"/\*.*?\*/", "", line))
    ]
    assert not found


def test_nothing_of_one_machine_or_registry_is_in_the_tree():
    homes = re.compile(r"(?<![\w.])/(home|root|Users)/\w|/tmp/(?!celerybeat-schedule)\w")
    hosts = re.compile("|".join(["registry" + r"\.npmjs", "files.python" + "hosted", "pypi" + r"\.org"]))
    found = []
    for path in files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if homes.search(line) or hosts.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


def test_compiled_requirements_hold_what_is_asked_for_with_hashes():
    assert check.unpinned() == []
    for name in ("base", "dev"):
        pins = re.findall(r"^[a-z0-9].*", text(f"requirements/{name}.txt"), flags=re.M)
        assert pins
        assert all(pin.endswith("\\") for pin in pins)
    base = set(re.findall(r"^[a-z0-9][^ ]*==[^ ]*", text("requirements/base.txt"), flags=re.M))
    assert base <= set(re.findall(r"^[a-z0-9][^ ]*==[^ ]*", text("requirements/dev.txt"), flags=re.M))


@pytest.fixture
def compose():
    return yaml.safe_load(text("docker-compose.yml"))


def test_compose_runs_the_parts_that_the_entry_runs(compose):
    services = compose["services"]
    assert set(services) == {"prepare", "web", "worker", "beat", "postgresql", "redis"}
    run = text("config/dev/run.py")
    for name in ("worker", "beat"):
        assert services[name]["command"][:3] == ["celery", "--app", "config"]
        assert name in services[name]["command"]
        assert f'"{name}"' in run
    # A pool that forks would hang Polars.
    worker = services["worker"]["command"]
    assert worker[worker.index("--pool") + 1] == "threads"
    assert '"--pool", "threads"' in run
    assert "granian" in text("Dockerfile")
    assert "granian" in run


def test_compose_gives_only_settings_that_exist_and_all_that_must_be_set(compose):
    for name in ("prepare", "web", "worker", "beat"):
        given = set(compose["services"][name]["environment"])
        assert given <= documented_settings()
        assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"} <= given


def test_compose_watches_every_server(compose):
    image = text("Dockerfile")
    for name, service in compose["services"].items():
        assert service.get("healthcheck") or (name == "web" and "HEALTHCHECK" in image)
        assert "image" in service or "build" in service
    assert set(compose["volumes"]) == {"media", "postgresql", "redis"}


def test_the_image_is_made_of_what_the_tree_holds():
    image = text("Dockerfile")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", image, flags=re.M):
        assert all((ROOT / name).exists() for name in source.split())
    assert "config.wsgi:application" in image
    assert (ROOT / "config" / "probe.py").exists()


def test_the_same_system_packages_are_named_everywhere():
    pango = re.findall(r"lib\S+", PANGO)
    assert len(pango) == 3
    for name in ("Dockerfile", ".ci/run"):
        assert all(package in text(name) for package in pango)


def test_ci_calls_the_commands_of_the_entry():
    script = text(".ci/run")
    assert "./taraz check" in script
    assert "./taraz test" in script


@pytest.mark.django_db
def test_every_migration_applies_and_none_is_missing():
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert executor.loader.detect_conflicts() == {}
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_app_of_ours_has_a_persian_name():
    ours = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
    assert len(ours) >= 10
    assert all(re.search("[آ-ی]", str(config.verbose_name)) for config in ours)


@pytest.mark.parametrize("name", check.templates())
def test_every_template_compiles(name):
    get_template(Path(name).relative_to("templates").as_posix())


def test_front_end_files_are_found_under_their_names():
    for name in vendored.FILES:
        assert Path(finders.find(name)).stat().st_size > 1000


@pytest.mark.slow
def test_static_files_are_collected_as_in_production(tmp_path):
    environment = os.environ | {"DEBUG": "no", "STATIC_ROOT": str(tmp_path)}
    command = [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    collected = {path.name.split(".")[0] for path in (tmp_path / "vendor").iterdir()}
    assert collected == {"echarts", "jalalidatepicker", "vazirmatn"}
    main = max((tmp_path / "js" / "desk").glob("main.*.js"), key=lambda path: len(path.name))
    assert re.search(r'from "\./server\.[0-9a-f]{12}\.js"', main.read_text(encoding="utf-8"))


def test_no_two_decisions_share_a_number_and_each_says_its_own():
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in records]
    assert records
    assert [number for number in numbers if numbers.count(number) > 1] == []
    titles = [path.read_text(encoding="utf-8").split(".", 1)[0] for path in records]
    assert titles == [f"# {int(number)}" for number in numbers]


# ---------------------------------------------------------------- words of the audit trail


def recorded() -> set[str]:
    """Codes of actions, «thing.done», given to a function whose name holds «record»."""
    ours = (app for app in apps.get_app_configs() if Path(app.path).parent == ROOT)
    found = set()
    for path in (path for app in ours for path in Path(app.path).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and "record" in ast.unparse(node.func):
                given = [leaf.value for leaf in ast.walk(node.args[0]) if isinstance(leaf, ast.Constant)]
                found |= {code for code in given if isinstance(code, str) and "." in code}
    return found


def test_every_action_that_is_recorded_has_a_sentence_in_its_apps_module_actions():
    assert recorded() - set(trail.actions()) == set()


def test_the_scan_finds_actions_of_every_kind_of_call():
    assert {
        "user.added",
        "user.closed",
        "period.closed",
        "delivery.received",
        "rates.published",
    } <= recorded()


def test_every_sentence_of_the_trail_names_its_object():
    assert [code for code, action in trail.actions().items() if "{what}" not in action.sentence] == []


def kinds_of_jobs() -> set[str]:
    """What modules call the jobs that they queue."""
    ours = (path for path in files() if path.suffix == ".py" and "tests" not in path.relative_to(ROOT).parts)
    sources = (path.read_text(encoding="utf-8") for path in ours)
    return {
        kind
        for source in sources
        for kind in re.findall(r'^(?:(?:JOB_)?KIND|FILLING) = "(\w+)"', source, flags=re.M)
    }


def test_every_kind_of_job_has_a_name_in_the_log_and_no_other():
    assert kinds_of_jobs() == set(KINDS)
