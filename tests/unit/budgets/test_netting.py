"""Netting: what holds for all amounts, and worked examples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from budgets import netting

rials = st.integers(0, 10**15)
directions = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE"), rials).filter(lambda row: row[0] != row[1])
)


@given(rials, rials)
def test_a_net_seen_from_the_other_side_is_its_negative(gave, received):
    assert netting.net(gave=gave, received=received) + netting.net(gave=received, received=gave) == 0


@given(directions)
def test_the_positions_of_all_parties_add_up_to_zero(rows):
    assert sum(netting.positions(rows).values()) == 0


@given(directions)
def test_a_party_s_position_is_the_sum_of_its_nets(rows):
    found = netting.positions(rows)
    for party in found:
        gave = sum(amount for provider, _, amount in rows if provider == party)
        received = sum(amount for _, recipient, amount in rows if recipient == party)
        assert found[party] == netting.net(gave=gave, received=received)


@given(rials, rials, st.lists(st.integers(0, 10**12), max_size=6))
def test_payments_in_parts_leave_what_one_payment_of_their_sum_leaves(gave, received, parts):
    net = netting.net(gave=gave, received=received)
    step = net
    for part in parts:
        step = netting.left(net=step, received=part, paid=0)
    assert step == netting.left(net=net, received=sum(parts), paid=0)


@given(rials, rials, rials)
def test_what_is_accepted_of_a_dispute_moves_both_sides_by_the_same_amount(gave, received, accepted):
    before = netting.net(gave=gave, received=received)
    after = netting.net(gave=netting.agreed(due=gave, accepted=accepted), received=received)
    assert before - after == accepted


def test_a_month_of_two_regions_worked_by_hand():
    """Ahvaz treated Abadan's people for 900, of which a patient pays 100; Abadan treated Ahvaz's for 500."""
    gave = netting.due(amount=900, patient=100)
    net = netting.net(gave=gave, received=netting.due(amount=500, patient=0))
    assert (gave, net) == (800, 300)
    assert netting.left(net=net, received=200, paid=0) == 100
    assert (
        netting.left(
            net=netting.net(gave=netting.agreed(due=800, accepted=50), received=500), received=0, paid=0
        )
        == 250
    )
