"""The arithmetic of who pays. Same discipline as `tariffs.rules`; prose and worked table: docs/rules/shares.md."""

from __future__ import annotations

from typing import Generic, NamedTuple

from core.money import Amount, at_least_zero, least, round_to_step, share_of


class Shares(NamedTuple, Generic[Amount]):
    """Who pays a line, in rials; they add up to the price by construction: one share is what is left."""

    basic: Amount
    supplementary: Amount
    subsidy: Amount
    employer: Amount
    patient: Amount


class ClaimPayments(NamedTuple, Generic[Amount]):
    """What an insurer owes of a claim, in rials: a part before review, and the rest after it."""

    on_account: Amount
    rest: Amount


def claim_payments(*, claimed: Amount, on_account_bp: Amount) -> ClaimPayments[Amount]:
    """The part of a claim (rials) due before any review, `on_account_bp` of it, and the rest.

    Article 38 of the Act of 1393/12/4: 60 %; dates: `insurers.terms`. Prose and worked table: docs/rules/claims.md.
    """
    on_account = share_of(claimed, on_account_bp)
    return ClaimPayments(on_account, claimed - on_account)


def basic_share(
    *,
    price: Amount,
    base: Amount,
    share: Amount,
    share_of_parts: Amount,
    gap_bp: Amount,
    rounding_step: Amount,
) -> Amount:
    """The basic insurer's share in rials: its part of the base tariff whatever the centre charges.

    `base` is the line at the fund's base tariff (public, for statutory funds: Act of 1385), `gap_bp` the percent
    of the preferential part of a full-time physician's price that the fund pays as well. The share never passes
    the price.
    """
    covered = least(base, price)
    of_base = round_to_step(share_of(covered, share, share_of_parts), rounding_step)
    return least(of_base + share_of(price - covered, gap_bp), price)


def supplementary_wish(*, price: Amount, basic: Amount, supplementary_bp: Amount) -> Amount:
    """What the supplementary insurer would pay in rials of what the basic one leaves, before any ceiling."""
    return share_of(price - basic, supplementary_bp)


def split(
    *,
    price: Amount,
    base: Amount,
    basic: Amount,
    supplementary: Amount,
    share: Amount,
    share_of_parts: Amount,
    patient_bp: Amount,
    subsidised: Amount,
    employer_rest: Amount,
) -> Shares[Amount]:
    """Shares of a line in rials, given the insurers' shares.

    The subsidy brings the patient's part of the base tariff down to `patient_bp` of it where `subsidised` is 1
    (decrees 1394/2/2 and 1396/4/1). What is left is the patient's, or the employer's where `employer_rest` is 1;
    with it goes the difference of a dearer centre.
    """
    covered = least(base, price)
    owed = covered - share_of(covered, share, share_of_parts)
    franchise = share_of(covered, patient_bp)
    left = price - basic - supplementary
    subsidy = least(at_least_zero(owed - supplementary - franchise), left) * subsidised
    rest = left - subsidy
    employer = rest * employer_rest
    return Shares(basic, supplementary, subsidy, employer, rest - employer)


class Used(NamedTuple, Generic[Amount]):
    """How far a person's ceiling of the year is used, in rials: where the next amount begins, and where it ends."""

    before: Amount
    end: Amount


def used_of(*, covered: Amount, over: Amount, ceiling: Amount) -> Used[Amount]:
    """Where a ceiling stands after `covered` rials of it were claimed and `over` stayed above it.

    What stayed above is final once a ceiling was raised: only what was claimed counts against the new one. What was
    claimed above a ceiling that was lowered afterwards is not taken back.
    """
    end = at_least_zero(covered - ceiling) + ceiling
    is_full = at_least_zero(1 - at_least_zero(end - covered))
    return Used(covered + over * is_full, end)


def within_ceiling(*, wish: Amount, used: Used[Amount]) -> Amount:
    """What an insurer pays of `wish` rials; the rest is above the ceiling.

    A credit (below zero) first takes away what is above. So the sum over any order and any parts is the smaller of all
    wishes and the ceiling.
    """
    return least(used.before + wish, used.end) - least(used.before, used.end)


def discount_of(amount: Amount, discount_bp: Amount | int) -> Amount:
    """The percent that a contract takes off a claimed amount in rials; of a credit as much as of the amount."""
    return share_of(at_least_zero(amount), discount_bp) - share_of(at_least_zero(0 - amount), discount_bp)
