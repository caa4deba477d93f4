"""What a contract says, in plain Persian: sentences for its page, from the same terms that claims read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core import display
from core.text import persian_digits
from insurers.choices import ContractKind
from insurers.models import CentreChange, ContractCeiling, ContractCover, ContractTerms
from insurers.terms import Terms
from organisations.choices import Sector
from tariffs.kinds import labels


@dataclass(frozen=True)
class Sentence:
    """One thing that is agreed; `source` says where it comes from, empty where nobody says it."""

    label: str
    text: str
    source: str = ""
    is_own: bool = False
    clause: str = ""


_LABELS = {
    "on_account_bp": "علی‌الحساب",
    "rest_months": "مانده",
    "submission_days": "ارسال اسناد",
    "objection_days": "اعتراض",
    "late_penalty_bp": "خسارت دیرکرد",
    "withholding_bp": "مالیات تکلیفی",
}


def sentences(terms: Terms, version: ContractTerms | None) -> list[Sentence]:
    """The numbers of the terms, each with its source; what nobody says is told as unknown."""
    said = dict(_numbers(terms))
    found = []
    for name, label in _LABELS.items():
        key = "objection_working_days" if name == "objection_days" and terms.objection_days is None else name
        own = version is not None and getattr(version, key, None) is not None
        found.append(
            Sentence(
                label, said.get(name, "دانسته نیست"), terms.sources.get(key, ""), own, _clause(version, key)
            )
        )
    return found


def _clause(version: ContractTerms | None, number: str) -> str:
    """Where a number is agreed: its own clause, else the version's; of what is paid on account those of both parts."""
    if version is None:
        return ""
    names = ("on_account_bp", "on_account_days") if number == "on_account_bp" else (number,)
    own = dict.fromkeys(getattr(version, f"{name}_clause", "") or version.clause for name in names)
    return "، ".join(clause for clause in own if clause)


def _numbers(terms: Terms) -> Iterator[tuple[str, str]]:
    if terms.on_account_bp is not None and terms.on_account_days is not None:
        yield (
            "on_account_bp",
            f"{_percent(terms.on_account_bp)} مطالبه تا {_whole(terms.on_account_days)} روز پس از ارسال، پیش از رسیدگی",
        )
    if terms.rest_months is not None:
        yield "rest_months", f"تا {_whole(terms.rest_months)} ماه پس از ارسال"
    if terms.submission_days is not None:
        yield "submission_days", f"تا {_whole(terms.submission_days)} روز پس از پایان ماه"
    if terms.objection_days is not None:
        yield "objection_days", f"تا {_whole(terms.objection_days)} روز پس از پاسخ بیمه‌گر"
    elif terms.objection_working_days is not None:
        yield "objection_days", f"تا {_whole(terms.objection_working_days)} روز کاری پس از پاسخ بیمه‌گر"
    if terms.late_penalty_bp is not None:
        yield "late_penalty_bp", f"{_percent(terms.late_penalty_bp)} در سال"
    if terms.withholding_bp is not None:
        yield "withholding_bp", f"{_percent(terms.withholding_bp)} هر پرداخت"


def cover_subject(cover: ContractCover) -> str:
    """Of what a cover speaks."""
    named = (cover.get_setting_display(), cover.get_group_display(), cover.get_condition_display())
    parts = [cover.fund.name if cover.fund else "", *named]
    if cover.service:
        parts.append(f"{persian_digits(cover.service.code)} {cover.service.title}")
    return labels(*parts)


def cover_text(cover: ContractCover, kind: int) -> str:
    """What the insurer pays of it."""
    if not cover.is_covered:
        return "بیرون از تعهد"
    of = (
        "مانده پس از بیمهٔ پایه"
        if kind == ContractKind.SUPPLEMENTARY
        else f"تعرفهٔ {cover.get_base_sector_display()}"
    )
    text = f"{_percent(cover.share_bp)} {of}"
    if kind == ContractKind.SUPPLEMENTARY and cover.base_sector != Sector.PUBLIC:
        text += f" به تعرفهٔ {cover.get_base_sector_display()}"
    if cover.ceiling is not None:
        text += f"، تا {display.exact(cover.ceiling)} در هر صورتحساب"
    if cover.discount_bp:
        text += f"، با {_percent(cover.discount_bp)} تخفیف"
    return text


def cover_clause(cover: ContractCover) -> str:
    """Where a cover is agreed, if it says so itself."""
    return f"، {cover.clause}" if cover.clause else ""


def ceiling_subject(ceiling: ContractCeiling) -> str:
    """What a ceiling of the year is about, beside its name."""
    return labels(ceiling.get_setting_display(), ceiling.get_group_display(), ceiling.get_condition_display())


def centre_change_text(change: CentreChange) -> str:
    """That a centre joins or leaves, and from when."""
    does = "بیرون می‌رود" if change.is_leaving else "افزوده می‌شود"
    clause = f"، {change.clause}" if change.clause else ""
    return f"{change.centre.name}: از {display.day(change.terms.from_on)} {does}{clause}"


def row_text(row: Any, kind: int) -> str:
    """A cover, ceiling, document or change of a centre in one line, as the audit trail keeps it."""
    if isinstance(row, ContractCover):
        return f"{cover_subject(row)}: {cover_text(row, kind)}{cover_clause(row)}"
    if isinstance(row, ContractCeiling):
        return f"{row.cover} ({ceiling_subject(row)}): {display.exact(row.amount)}"
    if isinstance(row, CentreChange):
        return centre_change_text(row)
    return f"{row.name} ({labels(row.get_setting_display(), row.get_fact_display() if row.fact else '')})"


def _percent(bp: int) -> str:
    return f"{display.trimmed(bp, 2)}٪"


def _whole(number: int) -> str:
    return display.fixed(number, 0)
