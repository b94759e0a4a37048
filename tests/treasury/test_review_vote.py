"""Review under a vote: the voted payment passes; what is not it, not now, or not that Safe is refused."""

from __future__ import annotations

import pytest

from chain.contract_code import ContractCode
from chain.safe import FALLBACK_HANDLERS, SINGLETONS
from chain.safe_deployments import CALL_ONLY_CODE
from chain.state_proof import EMPTY_CODE_HASH
from proposals.calls import native_transfer
from tests.treasury.cases import (
    CLOSE,
    DAY,
    OTHER,
    OWNERS,
    PAY_ETHER,
    PAY_TOKENS,
    PAYEE,
    TOKEN,
    VERSION,
    WEEK,
    codes,
    part,
    safe_tx,
    state,
    voted,
)
from treasury.binding import build
from treasury.review import review


def test_a_voted_payment_passes() -> None:
    """One payment, or a batch: nothing is found, and only what code does stays unchecked."""
    for calls in ((PAY_ETHER,), (PAY_ETHER, PAY_TOKENS)):
        result = review(safe_tx(*calls), voted(part(*calls)), is_own_safe=True)

        assert () == result.findings
        assert ("sign", ("code",)) == (result.verdict, result.unchecked)


def test_without_a_workspace_a_plain_payment_is_not_refused() -> None:
    """No vote and no node are named; neither alone refuses."""
    result = review(safe_tx())

    assert [("W_NO_VOTE", "", "transaction")] == codes(result, "warning")
    assert ("sign", ("vote", "window", "nonce", "configuration", "code")) == (result.verdict, result.unchecked)


def test_in_the_workspace_of_the_safe_only_a_vote_may_use_it() -> None:
    """The same payment, uncovered, out of a Safe that the settings name: refused."""
    assert [("E_NO_VOTE", "uncovered", "transaction")] == codes(review(safe_tx(), is_own_safe=True))


def test_H76_another_transaction_than_the_voted_one() -> None:
    """The vote's facts do not cover another payee; what is found names him."""
    other = safe_tx(native_transfer(OTHER, 2_500))

    assert [("E_HASH_MISMATCH", "payee", "transaction")] == codes(review(other, voted()))


def test_H79_nonces_in_review() -> None:
    """Spent, taken by another payout, or behind a gap."""
    assert [("E_NONCE", "spent", "transaction")] == codes(review(safe_tx(nonce=3), voted()))
    assert [("E_NONCE", "gap", "transaction")] == codes(review(safe_tx(nonce=6), voted(taken=frozenset({4}))))
    assert [("E_NONCE_CLASH", "", "transaction")] == codes(review(safe_tx(), voted(taken=frozenset({4}))))
    assert [] == codes(review(safe_tx(nonce=5), voted(taken=frozenset({4}))))


def test_H102_second_transaction_in_review() -> None:
    """A transaction of the same payout that can still be executed at another nonce."""
    tx = safe_tx(nonce=5)

    assert [("E_DOUBLE_PAY", "live", "transaction")] == codes(
        review(tx, voted(known=(safe_tx(),), taken=frozenset({4})))
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"now": CLOSE + DAY - 1}, "E_TIMELOCK"),
        ({"now": CLOSE + DAY + WEEK + 1}, "E_EXPIRED"),
        ({"is_disputed": True}, "E_DISPUTED"),
        ({"part": part(release="m1")}, "E_MILESTONE"),
        ({"is_paid": True}, "E_ALREADY"),
        ({"stop": ("vetoed", CLOSE + 1)}, "E_VETO"),
        ({"stop": ("superseded", CLOSE + 1)}, "E_SUPERSEDED"),
    ],
)
def test_H97_signing_out_of_time(changes: dict[str, object], code: str) -> None:
    """Before eta, after expiry, while disputed, before the milestone, after the payment, and when it was stopped."""
    assert [code] == [found for found, _, _ in codes(review(safe_tx(), voted(**changes)))]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"owners": OWNERS[:2]}, ("E_NO_VOTE", "owners", "owners")),
        ({"owners": (*OWNERS[:2], OTHER)}, ("E_NO_VOTE", "owners", "owners")),
        ({"threshold": 1}, ("E_NO_VOTE", "threshold", "threshold")),
    ],
)
def test_H111_owners_or_threshold_changed_without_a_vote(changes: dict[str, object], expected: tuple[str, ...]) -> None:
    """Another order of the same owners is no change; a swap or a lower threshold is."""
    assert [] == codes(review(safe_tx(), voted(state=state(owners=OWNERS[::-1]))))
    assert [expected] == codes(review(safe_tx(), voted(state=state(**changes))))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("singleton", OTHER), ("modules", (OTHER,)), ("guard", OTHER), ("module_guard", OTHER),
        ("fallback_handler", OTHER),
    ],
)  # fmt: skip
def test_H81_configuration_changed_or_not_pinned(field: str, value: object) -> None:
    """A change since the close is named; and what is not of the pinned set is refused even if it was there before."""
    changed = voted(state=state(**{field: value}))
    before = voted(state=state(**{field: value}), expected=state(**{field: value}))

    assert [("E_SAFE_CONFIG", "changed", field), ("E_SAFE_CONFIG", "unpinned", field)] == codes(
        review(safe_tx(), changed)
    )
    assert [("E_SAFE_CONFIG", "unpinned", field)] == codes(review(safe_tx(), before))


def test_H81_pinned_configurations() -> None:
    """A Safe without handler, or with any release's own one, is sound; a singleton of another release is not."""
    for handler in (bytes(20), *(address for known in FALLBACK_HANDLERS.values() for address in known)):
        same = state(fallback_handler=handler)
        assert [] == codes(review(safe_tx(), voted(state=same, expected=same)))
    other = state(singleton=next(iter(SINGLETONS["1.3.0"])))

    assert [("E_SAFE_CONFIG", "unpinned", "singleton")] == codes(review(safe_tx(), voted(state=other, expected=other)))


def test_states_of_another_safe_prove_nothing() -> None:
    """The configuration of a twin on another chain is refused, not compared."""
    twin = state(chain_id=10)

    assert [("E_SAFE_CONFIG", "other_safe", "state")] * 2 == codes(review(safe_tx(), voted(state=twin, expected=twin)))


def test_facts_that_are_missing_are_named() -> None:
    """Without the chain's word nonce and configuration stay open, and the rest is checked."""
    assert ("nonce", "configuration", "code") == review(safe_tx(), voted(state=None)).unchecked
    assert ("configuration", "code") == review(safe_tx(), voted(expected=None)).unchecked
    assert [("E_NONCE", "spent", "transaction")] == codes(review(safe_tx(nonce=3), voted(expected=None)))


PERSON = ContractCode(EMPTY_CODE_HASH, (0, 0, 0, 0))
CODE, OTHER_CODE = (ContractCode(bytes([n]) * 32, (7, 0, 0, 0)) for n in (1, 2))
UPGRADED = CODE._replace(implementations=(8, 0, 0, 0))
BEACON = CODE._replace(implementations=(7, 9, 0, 0))


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((CODE, CODE), []),
        ((CODE, OTHER_CODE), [("E_CODE_CHANGED", "code", "call 1")]),
        ((CODE, UPGRADED), [("E_CODE_CHANGED", "implementation", "call 1")]),
        ((CODE, BEACON), [("E_CODE_CHANGED", "implementation", "call 1")]),
        ((CODE, PERSON), [("E_NO_CODE", "", "call 1")]),
        ((PERSON, PERSON), [("E_NO_CODE", "", "call 1")]),
        ((PERSON, CODE), [("E_CODE_CHANGED", "code", "call 1")]),
    ],
)
def test_H85_the_code_behind_an_address_that_was_voted_for(
    seen: tuple[ContractCode, ContractCode], expected: list[tuple[str, str, str]]
) -> None:
    """Other code, another implementation behind the same proxy, code that is gone, and code where none was."""
    tokens = part(PAY_TOKENS)

    assert expected == codes(review(build(tokens, 4, version=VERSION), voted(tokens, codes={TOKEN: seen})))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (CALL_ONLY_CODE[VERSION], []),
        (EMPTY_CODE_HASH, [("E_NO_CODE", "batch", "transaction")]),
        (CALL_ONLY_CODE["1.3.0"], [("E_CODE_CHANGED", "batch", "transaction")]),
    ],
)
def test_H85_what_unpacks_the_batch(code: bytes, expected: list[tuple[str, str, str]]) -> None:
    """The contract at the pinned address must run the pinned code, and is nobody's concern in a part of one call."""
    batch, one = part(PAY_ETHER, PAY_TOKENS), part(PAY_TOKENS)
    found = ContractCode(code, (0, 0, 0, 0))

    assert expected == codes(review(build(batch, 4, version=VERSION), voted(batch, batch=found)))
    assert [] == codes(review(build(one, 4, version=VERSION), voted(one, batch=found)))


def test_H85_a_payee_of_coins_needs_no_code() -> None:
    """A person stays a person; a contract that is paid must stay what it was."""
    assert [] == codes(review(safe_tx(), voted(codes={PAYEE: (PERSON, PERSON)})))
    assert [("E_CODE_CHANGED", "code", "call 1")] == codes(review(safe_tx(), voted(codes={PAYEE: (CODE, OTHER_CODE)})))
    assert [("E_CODE_CHANGED", "code", "call 1")] == codes(review(safe_tx(), voted(codes={PAYEE: (CODE, PERSON)})))


def test_a_dry_run_that_fails_is_told_and_one_that_nobody_made_is_named() -> None:
    """No money would move, so it does not refuse."""
    failing, untried = review(safe_tx(), voted(succeeds=False)), review(safe_tx(), voted(succeeds=None, trial=None))

    assert [("W_DRY_RUN", "", "transaction")] == codes(failing, "warning")
    assert ("sign", "sign", ("dry_run", "balances", "code")) == (failing.verdict, untried.verdict, untried.unchecked)
