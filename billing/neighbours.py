"""What each line takes from the other lines of its invoice, for the trace: hotelling, ceilings, packages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from billing.choices import WITH_AMOUNT, LineStatus
from billing.trace import Bed, Neighbours, compute
from insurers import rules

Line = Mapping[str, Any]


def neighbours(lines: Sequence[tuple[Line, Line]]) -> list[Neighbours]:
    """For every priced line of one invoice, in the order of its lines, what stands beside it.

    Each item is (basis, line): the numbers of the price basis, and line with group, status, quantity_milli,
    percent_bp, minutes and line_no. Amounts in rials.
    """
    hotelling = base_hotelling = 0
    beds = []
    for basis, line in lines:
        alone = compute(basis, line, Neighbours())
        hotelling += alone.amount * basis["nursing_base"]
        base_hotelling += alone.base * basis["base_nursing_base"]
        if basis["nursing_base"]:
            beds.append(Bed(line["line_no"], alone.amount, basis.get("confidence") or 0))
    wished: dict[int, int] = defaultdict(int)
    found = []
    for basis, line in lines:
        cover = basis["supplementary_cover_id"] or 0
        beside = Neighbours(
            hotelling=hotelling,
            base_hotelling=base_hotelling,
            earlier_wishes=wished[cover],
            in_package=line["status"] == LineStatus.IN_PACKAGE,
            beds=tuple(beds),
        )
        found.append(beside)
        one = compute(basis, line, beside)
        wished[cover] += rules.supplementary_wish(
            price=one.amount, basic=one.shares.basic, supplementary_bp=basis["supplementary_bp"]
        )
    return found


def confidences(bases: Sequence[Line]) -> list[int]:
    """How far each priced line of one invoice can be trusted, given their bases; of `Confidence`, the worst is highest.

    Nursing is a percent of hotelling, so it is trusted no further than the beds it takes it of (pricing.md).
    """
    beds = [one["confidence"] or 0 for one in bases if one["nursing_base"] or one["base_nursing_base"]]
    of_beds = max(beds, default=0)
    return [max(one["confidence"] or 0, of_beds if one["nursing_bp"] else 0) for one in bases]


def has_trace(line: Line) -> bool:
    """Whether a line was priced, so that its price can be told."""
    return line["status"] in WITH_AMOUNT
