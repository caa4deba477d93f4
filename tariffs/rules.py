"""The arithmetic of a price. Plain `+ − × //` on keyword arguments: integers in, integers out; columns in, columns out.

What differs between cases is a number that resolution fills: a service without a technical component has
`operating_room_bp`, one billed for its professional part has no technical units, a bed day has a `fixed_amount`.
Prose and worked table: docs/rules/pricing.md.
"""

from __future__ import annotations

from typing import Generic, NamedTuple

from core.money import BASIS_POINTS, MILLI, Amount, round_half_up, round_to_step, share_of


class UnitPrice(NamedTuple, Generic[Amount]):
    """Components of the price of one unit of a service, in rials."""

    professional: Amount
    technical: Amount
    operating_room: Amount
    anaesthesia: Amount
    fixed: Amount

    @property
    def total(self) -> Amount:
        """Sum of the components, rials."""
        return self.professional + self.technical + self.operating_room + self.anaesthesia + self.fixed


def unit_price(
    *,
    professional_milli: Amount,
    technical_milli: Amount,
    operating_room_milli: Amount,
    anaesthesia_milli: Amount,
    professional_factor: Amount,
    technical_factor: Amount,
    anaesthesia_factor: Amount,
    operating_room_bp: Amount,
    fixed_amount: Amount,
) -> UnitPrice[Amount]:
    """Price of one unit: units × factor for each component, rounded once a component.

    Units in thousandths, factors in rials a unit. A surgery that the book gives no technical units takes
    `operating_room_bp` (basis points) of its professional units, `operating_room_milli`, at the technical factor;
    for every other service `operating_room_milli` is zero.
    Source: relative value book and the yearly decrees (docs/rules/pricing.md).
    """
    return UnitPrice(
        professional=round_half_up(professional_milli * professional_factor, MILLI),
        technical=round_half_up(technical_milli * technical_factor, MILLI),
        operating_room=round_half_up(
            operating_room_milli * operating_room_bp * technical_factor, MILLI * BASIS_POINTS
        ),
        anaesthesia=round_half_up(anaesthesia_milli * anaesthesia_factor, MILLI),
        fixed=fixed_amount,
    )


def line_amount(*, unit: Amount, quantity_milli: Amount, percent_bp: Amount) -> Amount:
    """Price of a line in rials: unit price × quantity (thousandths) × percent by rank (basis points), rounded once."""
    return round_half_up(unit * quantity_milli * percent_bp, MILLI * BASIS_POINTS)


def anaesthesia_units(*, base_milli: Amount, minutes: Amount, minutes_per_unit: Amount) -> Amount:
    """Anaesthesia units in thousandths: the base of the operation plus its time."""
    return base_milli + round_half_up(minutes * MILLI, minutes_per_unit)


def nursing_amount(*, hotelling: Amount, nursing_bp: Amount) -> Amount:
    """Nursing services in rials: a percent (basis points) of the hotelling of the same invoice."""
    return share_of(hotelling, nursing_bp)


def full_time_visit(
    *, public_price: Amount, insurer_bp: Amount, multiplier: Amount, rounding_step: Amount
) -> tuple[Amount, Amount]:
    """Insurer's and patient's part of a full-time physician's visit in a public list that prints rounded parts.

    The insurer's part is multiplied, the patient's is not; each is rounded to `rounding_step` rials and the price
    is their sum (public lists of 1396–97, golden case G9).
    """
    insurer = share_of(public_price, insurer_bp)
    patient = public_price - insurer
    return round_to_step(insurer * multiplier, rounding_step), round_to_step(patient, rounding_step)
