"""The rate rows behind price bases, fetched together and said in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core import jalali
from insurers.models import CoverageRule, SupplementaryCover
from tariffs.models import ConversionFactor, FixedPrice, PricingParameter, Rate, ServiceValue

#: Which model each id column of a basis points to.
MODEL_OF: dict[str, type[Rate]] = {
    "value_id": ServiceValue,
    "professional_rate_id": ConversionFactor,
    "technical_rate_id": ConversionFactor,
    "anaesthesia_rate_id": ConversionFactor,
    "base_professional_rate_id": ConversionFactor,
    "base_technical_rate_id": ConversionFactor,
    "base_anaesthesia_rate_id": ConversionFactor,
    "fixed_price_id": FixedPrice,
    "base_fixed_price_id": FixedPrice,
    "operating_room_id": PricingParameter,
    "nursing_id": PricingParameter,
    "minutes_id": PricingParameter,
    "coverage_id": CoverageRule,
    "supplementary_cover_id": SupplementaryCover,
}


@dataclass(frozen=True)
class Source:
    """Where a rate comes from, in words."""

    text: str = ""
    confidence: int = 0


class RateBook:
    """Sources of the rates that a set of bases used: one query for each model, however many bases."""

    def __init__(self, bases: Iterable[Mapping[str, Any]]) -> None:
        wanted: dict[type[Rate], set[int]] = {}
        for basis in bases:
            for column, model in MODEL_OF.items():
                if basis[column]:
                    wanted.setdefault(model, set()).add(basis[column])
        self._rows = {
            (model, row.pk): row
            for model, ids in wanted.items()
            for row in model._default_manager.select_related("circular").filter(pk__in=ids)
        }

    def row(self, basis: Mapping[str, Any], column: str) -> Any:
        """The row that `column` of the basis names, or None."""
        return self._rows.get((MODEL_OF[column], basis[column]))

    def source(self, basis: Mapping[str, Any], column: str) -> Source:
        """The source of the row that `column` of the basis names; empty where it names none."""
        row = self.row(basis, column)
        if row is None:
            return Source()
        clause = f"، {row.clause}" if getattr(row, "clause", "") else ""
        return Source(f"{row.circular.title}{clause}؛ {_validity(row)}", row.confidence)


def _validity(row: Rate) -> str:
    start = jalali.text(row.valid.lower) if row.valid.lower else "آغاز"
    return f"معتبر از {start}" + (f" تا پیش از {jalali.text(row.valid.upper)}" if row.valid.upper else "")
