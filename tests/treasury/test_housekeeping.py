"""`treasury.housekeeping`: what needs no vote, and everything one step away from it, which does (H83, H111)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chain.abi import encode_call
from chain.safe import SafeTx
from chain.safe_state import SENTINEL
from tests.treasury.cases import CLOSE, DAY, OTHER, OWNERS, PAYEE, SAFE, TOKEN, WEEK, codes, foreign_tx, safe_tx, state
from treasury.housekeeping import (
    CLASSES,
    Announced,
    Housekeeping,
    HousekeepingError,
    OwnerChange,
    RejectedPayout,
    change_in,
    change_tx,
    changed,
    check_change,
)
from treasury.rejection import rejection_of
from treasury.review import review

ADD = OwnerChange(OTHER, None, 2)
SWAP = OwnerChange(OTHER, OWNERS[1], None)
PAID = RejectedPayout(b"\xab" * 32, 1, None)


def facts(change: OwnerChange | None = ADD, **changes: object) -> Housekeeping:
    """Everything declared, one change announced whose notice is just over, under a Safe that has not changed."""
    announced = None if change is None else Announced(change, CLOSE, CLOSE + WEEK)
    told = {"classes": CLASSES, "state": state(), "now": CLOSE, "announced": announced}
    return Housekeeping(**{**told, **changes})  # type: ignore[arg-type]


def made(change: OwnerChange = ADD) -> SafeTx:
    return change_tx(change, state(), 4, "1.4.1")


def judged(tx: SafeTx, known: Housekeeping) -> list[tuple[str, str, str]]:
    return codes(review(tx, housekeeping=known, is_own_safe=True))


@pytest.mark.parametrize("change", [ADD, ADD._replace(threshold=4), SWAP, SWAP._replace(former=OWNERS[0])])
def test_a_change_that_was_announced(change: OwnerChange) -> None:
    """It is read back by another road than it was made, the Safe has the new owner, and signers are warned."""
    tx = made(change)

    assert [] == judged(tx, facts(change))
    assert [("W_PRIVILEGED", "housekeeping", "transaction")] == codes(
        review(tx, housekeeping=facts(change), is_own_safe=True), "warning"
    )
    assert change == change_in(tx)
    after = changed(state(), change)
    assert OTHER in after.owners
    assert (change.former is None) == (len(after.owners) == 4)
    assert after.threshold == (change.threshold or 2)


Step = Callable[[], tuple[SafeTx, Housekeeping]]
AWAY: dict[str, tuple[str, str, Step]] = {
    "a class that is not declared": ("E_NO_VOTE", "undeclared", lambda: (made(), facts(classes=CLASSES[1:]))),
    "nothing announced": ("E_NO_VOTE", "unannounced", lambda: (made(), facts(None))),
    "another owner": ("E_NO_VOTE", "unannounced", lambda: (made(ADD._replace(owner=PAYEE)), facts())),
    "another threshold": ("E_NO_VOTE", "unannounced", lambda: (made(ADD._replace(threshold=3)), facts())),
    "another who goes": ("E_NO_VOTE", "unannounced", lambda: (made(SWAP._replace(former=OWNERS[0])), facts(SWAP))),
    "an addition for a swap": ("E_NO_VOTE", "unannounced", lambda: (made(ADD), facts(SWAP))),
    "a second early": ("E_TIMELOCK", "notice", lambda: (made(), facts(now=CLOSE - 1))),
    "a second late": ("E_EXPIRED", "notice", lambda: (made(), facts(now=CLOSE + WEEK + 1))),
    "the second owner": ("E_TIMELOCK", "one_owner", lambda: (made(), facts(free_at=CLOSE + 1))),
    "coins with it": ("E_HASH_MISMATCH", "housekeeping", lambda: (replace(made(), value=1), facts())),
    "of another contract": ("E_HASH_MISMATCH", "housekeeping", lambda: (replace(made(), to=TOKEN), facts())),
    "as a delegatecall": ("E_HASH_MISMATCH", "housekeeping", lambda: (replace(made(), operation=1), facts())),
    "with a refund": ("E_HASH_MISMATCH", "housekeeping", lambda: (replace(made(), base_gas=9), facts())),
    "at a nonce to come": ("E_NONCE", "gap", lambda: (replace(made(), nonce=5), facts())),
    "at a spent nonce": ("E_NONCE", "spent", lambda: (replace(made(), nonce=3), facts())),
    "under a module": ("E_SAFE_CONFIG", "unpinned", lambda: (made(), facts(state=state(modules=(TOKEN,))))),
    "a lower threshold": ("E_NO_VOTE", "threshold_lowered", lambda: lowered(1)),
    "with bytes behind": ("E_NO_VOTE", "uncovered", lambda: (replace(made(), data=made().data + b"\0"), facts())),
    "an owner less": ("E_NO_VOTE", "uncovered",
                      lambda: (call("removeOwner(address,address,uint256)", SENTINEL, OWNERS[0], 2), facts())),
    "a threshold alone": ("E_NO_VOTE", "uncovered", lambda: (call("changeThreshold(uint256)", 3), facts())),
    "a payment": ("E_NO_VOTE", "uncovered", lambda: (safe_tx(), facts())),
    "a wrong place in the list": ("E_HASH_MISMATCH", "housekeeping",
        lambda: (call("swapOwner(address,address,address)", SENTINEL, OWNERS[1], OTHER), facts(SWAP))),
}  # fmt: skip


def call(signature: str, *arguments: object) -> SafeTx:
    return foreign_tx(SAFE, encode_call(signature, list(arguments)))


def lowered(threshold: int) -> tuple[SafeTx, Housekeeping]:
    """Announced as it is, and refused all the same."""
    return call("addOwnerWithThreshold(address,uint256)", OTHER, threshold), facts(ADD._replace(threshold=threshold))


@pytest.mark.parametrize("name", AWAY)
def test_H111_one_step_away_needs_a_vote(name: str) -> None:
    code, reason, step = AWAY[name]
    tx, known = step()

    assert (code, reason) in [(found, why) for found, why, _ in judged(tx, known)]


def test_a_rejection_of_what_is_over() -> None:
    """Vetoed, expired, superseded or replaced: it spends the nonce; and a change may take the nonce of what stands."""
    tx = rejection_of(safe_tx())
    for cause in ("vetoed", "expired", "superseded", "terminated", "replaced"):
        assert [] == judged(tx, facts(at_nonce=(PAID._replace(cause=cause),)))
    waits = replace(tx, nonce=6)
    assert [] == judged(waits, facts(at_nonce=(PAID._replace(cause="vetoed"),)))
    displaced = review(made(), housekeeping=facts(at_nonce=(PAID,)), is_own_safe=True)
    assert [] == codes(displaced)
    assert ("W_NONCE_TAKEN", "", "nonce") in codes(displaced, "warning")


@pytest.mark.parametrize(
    ("tx", "changes", "refusal"),
    [
        (rejection_of(safe_tx()), {"at_nonce": (PAID,)}, ("E_NO_VOTE", "rejects_standing")),
        (
            rejection_of(safe_tx()), {"at_nonce": (PAID._replace(cause="vetoed"), PAID)},
            ("E_NO_VOTE", "rejects_standing"),
        ),
        (rejection_of(safe_tx()), {}, ("E_NO_VOTE", "rejects_nothing")),
        (rejection_of(safe_tx()), {"classes": CLASSES[:2]}, ("E_NO_VOTE", "undeclared")),
        (rejection_of(safe_tx(nonce=3)), {"at_nonce": (PAID._replace(cause="expired"),)}, ("E_NONCE", "spent")),
        (foreign_tx(SAFE, value=1), {"at_nonce": (PAID._replace(cause="vetoed"),)}, ("E_NO_VOTE", "uncovered")),
        (foreign_tx(PAYEE), {"at_nonce": (PAID._replace(cause="vetoed"),)}, ("E_NO_VOTE", "uncovered")),
        (foreign_tx(SAFE, gas_price=1), {"at_nonce": (PAID._replace(cause="vetoed"),)}, ("E_NO_VOTE", "uncovered")),
    ],
)  # fmt: skip
def test_a_rejection_of_anything_else(tx: SafeTx, changes: dict[str, object], refusal: tuple[str, str]) -> None:
    assert refusal in [(code, reason) for code, reason, _ in judged(tx, facts(**changes))]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (ADD._replace(owner=bytes(20)), "no_owner"),
        (ADD._replace(owner=SENTINEL), "no_owner"),
        (ADD._replace(owner=SAFE), "no_owner"),
        (ADD._replace(owner=OWNERS[2]), "owner_already"),
        (SWAP._replace(owner=OWNERS[2]), "owner_already"),
        (SWAP._replace(former=PAYEE), "owner_gone"),
        (ADD._replace(threshold=5), "threshold_high"),
        (ADD._replace(threshold=1), "threshold_lowered"),
    ],
)
def test_a_change_that_no_safe_makes(change: OwnerChange, reason: str) -> None:
    """The twins of these are the changes above."""
    with pytest.raises(HousekeepingError) as caught:
        check_change(change, state())
    assert ("E_NO_VOTE", reason) == (caught.value.code, caught.value.reason)


def test_without_facts_only_a_vote_covers() -> None:
    """DAY after day: whoever knows of no announcement gets no other answer than before."""
    found = review(made(), is_own_safe=True)
    assert [("E_NO_VOTE", "uncovered", "transaction"), ("E_PRIVILEGED", "signers", "transaction")] == codes(found)
    assert [] == judged(made(), facts(now=CLOSE + DAY))
