"""What the documents say that can rot: links, paths, commands, settings, source keys, worked tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests import scenarios

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
RULES = sorted((ROOT / "docs" / "rules").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
#: Paths in code spans: they have a slash and begin with something of the tree.
SPAN = re.compile(r"`([\w./*-]+/[\w./*-]*)`")
MADE_LATER = {".venv", "var", "node_modules"}
SCENARIO_LINK = re.compile(r"\]\(\S*tests/scenarios/(\w+\.csv)\)")
KEY = re.compile(r"\b(?:[SLR]\d{1,4}|SYN|OK-U)\b")

Table = tuple[str, list[dict[str, str]]]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Names that headings get: lower case, words joined by dashes."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def tables(page: Path) -> Iterator[Table]:
    """Each table that follows a link to a scenario file, with the file's name."""
    file, header = "", None
    rows: list[dict[str, str]] = []
    for line in [*page.read_text(encoding="utf-8").splitlines(), ""]:
        if found := SCENARIO_LINK.search(line):
            file = found.group(1)
        if line.startswith("|") and file:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if header is None:
                header = cells
            elif not set(line) <= set("|-: "):
                rows.append(dict(zip(header, cells, strict=True)))
        elif header is not None:
            yield file, rows
            file, header, rows = "", None, []


def plain(cell: str) -> str:
    """A cell as the scenario file has it: without the thousands separators of a page."""
    return cell.replace(",", "") if re.fullmatch(r"-?[\d,]+", cell) else cell


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_inside_the_tree_leads_somewhere(page):
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_that_is_named_exists(page):
    tops = {path.name for path in ROOT.iterdir()}
    named = [
        path for path in SPAN.findall(page.read_text(encoding="utf-8")) if path.split("/")[0] in tops | {"."}
    ]
    missing = [path for path in named if path.split("/")[0] not in MADE_LATER and not list(ROOT.glob(path))]
    assert not missing


def our_commands() -> list[str]:
    ours = {path.parent.name for path in ROOT.glob("*/apps.py")}
    return sorted(command for command, app in get_commands().items() if app in ours)


@pytest.mark.parametrize("command", our_commands())
def test_every_command_of_ours_is_in_operations(command):
    assert re.search(rf"^\| `{command}[ `]", (ROOT / "docs/operations.md").read_text(), flags=re.M)


def test_every_setting_is_in_operations():
    settings = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.M)
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert settings
    assert [setting for setting in settings if f"`{setting}`" not in page] == []


def scenario_files() -> list[str]:
    return sorted(path.name for path in scenarios.HERE.glob("*.csv"))


@pytest.mark.parametrize("file", scenario_files())
def test_the_worked_tables_are_the_rows_of_the_scenario_file(file):
    expected = {row["case"]: row for row in scenarios.read(file)}
    shown = [rows for page in RULES for found, rows in tables(page) if found == file]
    assert shown
    columns: set[str] = set()
    for rows in shown:
        assert [row["case"] for row in rows] == list(expected)
        for row in rows:
            assert {c: plain(v) for c, v in row.items()} == {c: expected[row["case"]][c] for c in row}
            columns |= set(row)
    assert columns == set(next(iter(expected.values())))


def test_every_source_key_of_the_reference_files_is_explained():
    known = set(
        re.findall(r"^\| (\S+) \|", (ROOT / "docs/sources.md").read_text(encoding="utf-8"), flags=re.M)
    )
    used: set[str] = set()
    for path in [*ROOT.glob("*/reference/**/*.csv"), *scenarios.HERE.glob("*.csv")]:
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                used |= set(KEY.findall(row.get("source") or ""))
    assert used
    assert used <= known


def test_prose_names_only_known_source_keys():
    text = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    named = {
        key
        for page in [*RULES, ROOT / "docs/glossary.md"]
        for key in re.findall(r"\b[SLR]\d{1,4}\b", page.read_text(encoding="utf-8"))
    }
    assert [key for key in sorted(named) if not re.search(rf"\b{key}\b", text)] == []
