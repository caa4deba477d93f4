"""Forms of what is written of a file for the insurer's message: diagnoses and codes of eligibility."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from core.text import ascii_digits, persian_digits

LONGEST_ELIGIBILITY = 60
#: Diagnoses of one invoice at most, from wherever they come. No source gives a limit: a bound of this system.
MOST_DIAGNOSES = 50
#: Room for a text of that many codes with what people write between them.
LONGEST_DIAGNOSES = 1_000
NO_DIAGNOSIS = "یک حرف و دو رقم و سپس ممیز بنویسید، مانند I10 یا E11.9."
NO_ELIGIBILITY = "کد استحقاق حرف و رقم لاتین است، بی‌فاصله؛ آن را چنان‌که بیمه‌گر داده است بنویسید."
#: Form of an ICD-10 code: letter, digit, digit or letter, and up to four more after a point.
_DIAGNOSIS = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})")
_BETWEEN_CODES = re.compile(r"[\s,،;؛]+")
#: No source gives the form of the code: letters and digits with marks between them, a digit among them.
_ELIGIBILITY = re.compile(rf"(?=.*\d)[0-9A-Za-z][0-9A-Za-z._/-]{{0,{LONGEST_ELIGIBILITY - 1}}}")


def diagnoses_of(text: str) -> list[str]:
    """ICD-10 codes in the order written, with their point; what has not the form of one stays as it is."""
    codes = filter(None, _BETWEEN_CODES.split(ascii_digits(text).upper()))
    return list(dict.fromkeys(_pointed(code) for code in codes))


def _pointed(code: str) -> str:
    form = _DIAGNOSIS.fullmatch(code)
    return ".".join(filter(None, form.groups())) if form else code


def malformed(codes: Iterable[str]) -> list[str]:
    """Codes of `diagnoses_of` that have not the form of ICD-10."""
    return [code for code in codes if not _DIAGNOSIS.fullmatch(code)]


def diagnosis_faults(codes: Sequence[str]) -> list[str]:
    """What is wrong with codes of `diagnoses_of`, in Persian; empty where nothing is."""
    faults = [f"«{code[:20]}» شکل کد ICD-10 ندارد؛ {NO_DIAGNOSIS}" for code in malformed(codes)]
    if len(codes) > MOST_DIAGNOSES:
        faults.append(
            f"{persian_digits(len(codes))} کد تشخیص نوشته شده است؛ یک صورتحساب تا {persian_digits(MOST_DIAGNOSES)}"
            " کد دارد، نخست تشخیص اصلی."
        )
    return faults


def eligibility_of(text: str) -> str | None:
    """The code under which an insurer confirmed that it covers the patient; None where it is not the form of one."""
    code = "".join(ascii_digits(text).split())
    return code if _ELIGIBILITY.fullmatch(code) else None
