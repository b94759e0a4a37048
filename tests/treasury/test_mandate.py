"""A fund's mandate: whom it never pays, and how much may leave within a time, whatever was voted."""

from __future__ import annotations

import pytest

from chain.abi import encode_call
from chain.safe import SafeTx
from proposals.parts import Call
from tests.treasury.cases import OTHER, PAY_ETHER, PAY_TOKENS, PAYEE, SAFE, TOKEN, codes, part, safe_tx, voted
from tests.treasury.test_fund import ETH, ask, commitment, gift, payment
from treasury.assets import native
from treasury.mandate import Outflow, Share, spent_since
from treasury.recovery import RecoveryError, bounty
from treasury.review import Review, review

SENT = PAY_ETHER.value
DRAW = Call(TOKEN, 0, encode_call("transferFrom(address,address,uint256)", [SAFE, OTHER, 5]))


def reviewed(*calls: Call, **facts: object) -> Review:
    tx: SafeTx = safe_tx(*calls)
    return review(tx, voted(part(*calls), **facts), is_own_safe=True)


@pytest.mark.parametrize(
    ("call", "excluded"), [(PAY_ETHER, PAYEE), (PAY_TOKENS, PAYEE), (PAY_TOKENS, TOKEN), (DRAW, OTHER), (DRAW, TOKEN)]
)
def test_nobody_is_paid_or_called_who_is_excluded(call: Call, excluded: bytes) -> None:
    """By coins, by tokens, by a drawing, or as a contract that is called; anybody else is."""
    assert [("E_MANDATE", "part", "part 1")] == codes(reviewed(call, excluded=frozenset({excluded})))
    assert ("E_MANDATE", "part", "part 1") not in codes(reviewed(call, excluded=frozenset({b"\x98" * 20})))


def test_H92_more_than_the_limit_of_a_time_is_refused_before_signing() -> None:
    """What was paid within the time counts; the limit itself may be reached."""
    for spent, most, refused in ((0, SENT, False), (0, SENT - 1, True), (1, SENT, True), (7, SENT + 7, False)):
        limit = Outflow(native(1), most, 86_400, spent)
        found = codes(reviewed(PAY_ETHER, outflows=(limit,)))
        assert ([("E_OUTFLOW_CAP", "", "part 1")] if refused else []) == found


def test_a_part_takes_no_more_than_its_class_of_liquidity_allows() -> None:
    """Of what the fund holds; the share itself may be reached, and a share of zero forbids the asset."""
    for share, held, refused in (((1, 2), 2 * SENT, False), ((1, 2), 2 * SENT - 1, True), ((0, 1), 9 * SENT, True)):
        found = codes(reviewed(PAY_ETHER, shares=(Share(native(1), "low", *share, held),)))
        assert ([("E_MANDATE", "liquidity", "part 1")] if refused else []) == found
    assert [] == codes(reviewed(PAY_TOKENS, shares=(Share(native(1), "low", 0, 1, 0),)))


def test_only_payments_within_the_time_were_spent() -> None:
    """Promises, other funds' and older payments are not; the moment itself is outside."""
    paid = [(100, payment(1, 60)), (200, payment(2, 7)), (150, gift(900)), (160, ask(3, 5)), (170, commitment(3, 5))]

    assert (67, 7, 0) == tuple(spent_since(paid, "iip", ETH, since) for since in (99, 100, 200))
    assert 0 == spent_since(paid, "grants", ETH, 0)


def test_a_reward_is_a_share_of_what_came_back() -> None:
    """Rounded down, and never more than all of it."""
    assert (5, 0, 199) == (bounty(109, 1, 20), bounty(19, 1, 20), bounty(199, 1, 1))
    for share in ((2, 1), (0, 1), (1, 0)):
        with pytest.raises(RecoveryError) as refused:
            bounty(100, *share)
        assert "E_BOUNTY" == refused.value.code
