"""What a hospital may say of the file behind an invoice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from billing.choices import Document

#: IRC of a drug or device and whether it was confirmed to be genuine; None where nobody has said it.
Identity = tuple[str | None, bool | None]


NO_SUPPLEMENTARY = "بیمهٔ تکمیلی برگزیده نشده است؛ آن را برگزینید یا کد استحقاق را پاک کنید."


@dataclass(frozen=True)
class Entitlement:
    """Codes under which the basic and the supplementary insurer confirmed that they cover the patient; or empty."""

    basic: str = ""
    supplementary: str = ""

    def problem(self, *, has_supplementary: bool) -> str:
        """What is wrong with it for an invoice with or without a supplementary fund, in Persian; or empty."""
        return NO_SUPPLEMENTARY if self.supplementary and not has_supplementary else ""


@dataclass(frozen=True)
class Said:
    """Documents that are in the file, and the hours of admission and discharge where they are known."""

    documents: tuple[Document, ...] = ()
    admitted_at: dt.time | None = None
    discharged_at: dt.time | None = None

    def problem(self, admitted_on: dt.date | None, discharged_on: dt.date | None) -> str:
        """What is wrong with it for a stay of these days, in Persian; empty where nothing is."""
        first, last = self.admitted_at, self.discharged_at
        is_one_day = admitted_on is not None and admitted_on == discharged_on
        if is_one_day and first and last and last < first:
            return "ساعت ترخیص پیش از ساعت پذیرش همان روز است؛ یکی را درست کنید."
        return ""
