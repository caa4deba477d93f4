"""Loading the petroleum organisation's SATA reference workbook: centres, wards, specialties, drugs, items, percents.

Each sheet's first row names its columns. Every row after it is either used or refused with a sentence, so that rows
read = used + refused; a row that says what the database already says is used and changes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine
from django.db import models, transaction

from core import audit
from core.errors import InvalidInput
from core.text import clean, fold, persian_digits
from organisations.choices import CentreKind, Treatment
from organisations.models import Centre, Organisation, Region, Specialty, Ward
from tariffs.choices import Book, Confidence, ServiceGroup
from tariffs.models import MultipleSurgery, Service

SOURCE = "SATA"
BATCH = 5_000
#: Last two digits of a centre's code (first, last) → what it is. What lies outside is told by its name or refused.
KINDS = (
    (1, 9, CentreKind.HOSPITAL),
    (10, 19, CentreKind.POLYCLINIC),
    (20, 39, CentreKind.HEALTH_CENTRE),
    (40, 49, CentreKind.INDUSTRIAL_MEDICINE),
    (50, 69, CentreKind.PARAMEDIC_POST),
    (90, 91, CentreKind.FREE_TREATMENT),
    (99, 99, CentreKind.NONE_OWNED),
)
FREE_TREATMENT_NAME = "درمان آزاد"


@dataclass(frozen=True)
class Refusal:
    row: int
    reason: str


@dataclass
class SheetReport:
    """What became of one sheet's rows."""

    sheet: str
    read: int = 0
    used: int = 0
    inserted: int = 0
    changed: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        return self.used - self.inserted - self.changed


class _Unusable(Exception):
    """A row that is refused; its argument is the sentence."""


@dataclass(frozen=True)
class _Target:
    """Where a sheet goes: its columns, and the row's key and values in the model."""

    sheet: str
    columns: tuple[str, ...]
    model: type[models.Model]
    scope: dict[str, Any]
    key: str
    read: Callable[[Sequence[Any]], tuple[Any, dict[str, Any]]]
    fixed: dict[str, Any]


def load_workbook(*, path: Path, organisation: Organisation, by: Any, at: dt.datetime) -> list[SheetReport]:
    """Load the workbook's lists into `organisation`; a report for each sheet, in the order of loading."""
    sheets = _open(path)
    with transaction.atomic():
        centres = _rows(sheets, "CenterCode", ("CenterCode", "IdDarman", "CenterName"))
        _load_regions(organisation, centres)
        regions = {r.code: r for r in Region.objects.filter(organisation=organisation)}
        reports = [_load(target, sheets) for target in _targets(organisation, regions)]
        audit.record(
            "sata_reference.load", organisation, by=by, at=at, organisation_id=organisation.pk,
            after={r.sheet: {"read": r.read, "used": r.used, "refused": len(r.refused)} for r in reports},
        )  # fmt: skip
    return reports


# ---------------------------------------------------------------- workbook


def _open(path: Path) -> dict[str, list[list[Any]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except (OSError, python_calamine.CalamineError) as fault:
        raise InvalidInput(f"کارپوشهٔ «{path.name}» باز نمی‌شود؛ فایل xlsx مرجع ساتا را بدهید.") from fault


def _rows(sheets: Mapping[str, list[list[Any]]], sheet: str, columns: tuple[str, ...]) -> list[list[Any]]:
    """The sheet's rows below the header, with just these columns in this order."""
    if sheet not in sheets:
        raise InvalidInput(f"کاربرگ «{sheet}» در کارپوشه نیست؛ کارپوشهٔ کامل مرجع ساتا را بدهید.")
    table = sheets[sheet]
    header = [fold(str(cell)) for cell in table[0]] if table else []
    lacking = [name for name in columns if fold(name) not in header]
    if lacking:
        raise InvalidInput(f"ستون «{lacking[0]}» در سطر نخست کاربرگ «{sheet}» نیست.")
    places = [header.index(fold(name)) for name in columns]
    return [[row[place] for place in places] for row in table[1:]]


def _code(cell: Any, what: str) -> str:
    """A code as text; the workbook holds whole numbers as floats."""
    if isinstance(cell, float | int) and cell == int(cell) and cell > 0:
        return str(int(cell))
    shown = clean(str(cell))
    raise _Unusable(f"{what} «{shown}» عدد نیست." if shown else f"{what} خالی است.")


def _name(cell: Any, what: str, longest: int) -> str:
    text = clean(str(cell)) if isinstance(cell, str) else ""
    if not text:
        raise _Unusable(f"{what} خالی است.")
    if len(text) > longest:
        raise _Unusable(f"{what} بیش از {persian_digits(longest)} نویسه است.")
    return text


def _guid(cell: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(cell).strip())
    except ValueError:
        raise _Unusable(f"شناسهٔ «{clean(str(cell))}» GUID نیست.") from None


# ---------------------------------------------------------------- sheets


def _targets(organisation: Organisation, regions: Mapping[str, Region]) -> list[_Target]:
    own: dict[str, Any] = {"organisation": organisation}

    def services(sheet: str, columns: tuple[str, str], book: Book, group: ServiceGroup) -> _Target:
        fixed = own | {"book": book.value}
        return _Target(sheet, columns, Service, fixed, "code", _service_reader(group), fixed)

    return [
        _Target(
            "CenterCode", ("CenterCode", "IdDarman", "CenterName"), Centre,
            {"region__organisation": organisation}, "code", _centre_reader(regions), {},
        ),
        _Target("IdWardRef", ("ID", "SectionName", "IdWardRef"), Ward, own, "code", _ward, own),
        _Target(
            "IdProfessionType", ("IdProfessionType", "ProfessionTypeName"), Specialty, own, "name", _specialty, own
        ),
        services("Medicine", ("InternalMedicineCode", "InternalMedicineCodeName"), Book.DRUG, ServiceGroup.DRUG),
        services("Imed", ("كد", "مشخصات"), Book.CONSUMABLE, ServiceGroup.CONSUMABLE),
        _Target(
            "IdTadilPercent", ("IdTadilPercent", "TadilPercentName", "TadilPercentValue", "IdSurgeryNo"),
            MultipleSurgery, own, "number", _percent, own,
        ),
    ]  # fmt: skip


def _load_regions(organisation: Organisation, centres: Iterable[Sequence[Any]]) -> None:
    """Add the regions that the first two digits of centre codes name and that are not there yet."""
    have = set(Region.objects.filter(organisation=organisation).values_list("code", flat=True))
    wanted = set()
    for code, *_ in centres:
        try:
            text = _code(code, "")
        except _Unusable:
            continue  # refused with its row, below
        if len(text) == 4:
            wanted.add(text[:2])
    Region.objects.bulk_create(
        Region(organisation=organisation, code=code, name=f"منطقهٔ {persian_digits(code)}")
        for code in sorted(wanted - have)
    )


def kind_of(code: str, name: str) -> CentreKind:
    """What a centre is, by the last two digits of its code; by its name where these are not documented."""
    digits = int(code[2:])
    for first, last, kind in KINDS:
        if first <= digits <= last:
            return kind
    if name.startswith(FREE_TREATMENT_NAME):
        return CentreKind.FREE_TREATMENT
    raise _Unusable(
        f"دو رقم پایانی کد «{persian_digits(code)}» نوع مرکز را نمی‌گوید؛ «{name}» را دستی تعریف کنید."
    )


def _centre_reader(regions: Mapping[str, Region]) -> Callable[[Sequence[Any]], tuple[Any, dict[str, Any]]]:
    def read(cells: Sequence[Any]) -> tuple[str, dict[str, Any]]:
        code, name = _code(cells[0], "کد مرکز"), _name(cells[2], "نام مرکز", 160)
        if len(code) != 4:
            raise _Unusable(f"کد مرکز «{persian_digits(code)}» چهاررقمی نیست.")
        if cells[1] not in Treatment.values:
            raise _Unusable(f"نوع درمان «{clean(str(cells[1]))}» شناخته نیست.")
        values = {
            "region": regions[code[:2]],
            "name": name,
            "kind": kind_of(code, name).value,
            "treatment": int(cells[1]),
        }
        return code, values

    return read


def _ward(cells: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    code = clean(str(cells[0])) if isinstance(cells[0], str) else f"{cells[0]:g}"
    if not code.replace(".", "").isdigit() or len(code) > 20:
        raise _Unusable(f"کد بخش «{code}» درست نیست.")
    return code, {"name": _name(cells[1], "نام بخش", 120), "sata_id": _guid(cells[2])}


def _specialty(cells: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    return _name(cells[1], "نام تخصص", 120), {"sata_id": _guid(cells[0])}


def _service_reader(group: ServiceGroup) -> Callable[[Sequence[Any]], tuple[Any, dict[str, Any]]]:
    def read(cells: Sequence[Any]) -> tuple[str, dict[str, Any]]:
        code, title = _code(cells[0], "کد"), _name(cells[1], "نام", 400)
        values = {
            "title": title,
            "group": group.value,
            "search": fold(f"{code} {title}"),
            "confidence": Confidence.OFFICIAL.value,
            "source": SOURCE,
        }
        return code, values

    return read


def _percent(cells: Sequence[Any]) -> tuple[int, dict[str, Any]]:
    percent = cells[2]
    if not isinstance(percent, float | int) or not 0 <= percent <= 100 or percent * 100 != int(percent * 100):
        raise _Unusable(f"درصد «{clean(str(percent))}» عددی از ۰ تا ۱۰۰ نیست.")
    values = {
        "title": _name(cells[1], "شرح", 200),
        "percent_bp": int(percent * 100),
        "rank": int(_code(cells[3], "رتبهٔ عمل")),
    }
    return int(_code(cells[0], "شماره")), values


# ---------------------------------------------------------------- writing


def _load(target: _Target, sheets: Mapping[str, list[list[Any]]]) -> SheetReport:
    """Read a sheet, compare it with what is stored, insert and correct in bulk."""
    report = SheetReport(target.sheet)
    wanted = _wanted(target, _rows(sheets, target.sheet, target.columns), report)
    stored = {getattr(o, target.key): o for o in target.model._default_manager.filter(**target.scope)}
    new, corrected = [], []
    for key, values in wanted.items():
        old = stored.get(key)
        if old is None:
            new.append(target.model(**{target.key: key}, **values, **target.fixed))
        elif any(getattr(old, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(old, name, value)
            corrected.append(old)
    target.model._default_manager.bulk_create(new, batch_size=BATCH)
    if corrected:
        names = list(next(iter(wanted.values())))
        target.model._default_manager.bulk_update(corrected, names, batch_size=500)
    report.inserted, report.changed = len(new), len(corrected)
    return report


def _wanted(target: _Target, rows: Iterable[Sequence[Any]], report: SheetReport) -> dict[Any, dict[str, Any]]:
    """Values by key; rows that cannot be used, or repeat a key, go to the report."""
    wanted: dict[Any, dict[str, Any]] = {}
    for number, cells in enumerate(rows, start=2):
        report.read += 1
        try:
            if not any(str(cell).strip() for cell in cells):
                raise _Unusable("سطر خالی است.")
            key, values = target.read(cells)
            if key in wanted:
                raise _Unusable(f"«{persian_digits(key)}» در سطری پیش‌تر آمده است.")
        except _Unusable as unusable:
            report.refused.append(Refusal(number, str(unusable)))
        else:
            wanted[key] = values
            report.used += 1
    return wanted
