"""Confirmations: owners of this Safe, of this transaction, each once, and enough of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.safe import check_signatures, safe_tx_hash, split_signatures
from chain.safe_owners import approved_part, contract_part
from chain.safe_state import SafeState
from chain.signature import address_of, eip191_digest, sign
from chain.signer import KeySigner
from tests.treasury.cases import KEYS, OTHER, OWNERS, STRANGER_KEY, safe_tx, state
from treasury.confirmations import (
    Confirmation,
    ConfirmationError,
    check_confirmation,
    check_confirmations,
    sign_safe_tx,
)

TX = safe_tx()
SIGNED = tuple(sign_safe_tx(TX, KeySigner(key)) for key in KEYS)


def refusal(confirmations: Iterable[Confirmation], safe: SafeState | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(ConfirmationError) as refused:
        check_confirmations(TX, confirmations, safe or state())
    assert "E_SAFE_SIGS" == refused.value.code
    return refused.value.reason, refused.value.facts


@given(st.permutations(range(3)), st.integers(2, 3))
def test_enough_owners_in_any_order(order: list[int], count: int) -> None:
    """The blob is the same whatever the order, ascending by owner, and the Safe's own rules accept it."""
    chosen = [SIGNED[index] for index in sorted(order[:count])]
    blob = check_confirmations(TX, [SIGNED[index] for index in order[:count]], state())

    assert check_confirmations(TX, chosen, state()) == blob
    assert count == len(split_signatures(blob))
    assert sorted(c.owner for c in chosen) == list(check_signatures(safe_tx_hash(TX), blob, owners=OWNERS, threshold=2))


def test_signing_says_who_signed() -> None:
    """A key's confirmation names the key's own address."""
    assert OWNERS[0] == sign_safe_tx(TX, KeySigner(KEYS[0])).owner
    check_confirmation(TX, sign_safe_tx(TX, KeySigner(KEYS[0])), state())


def test_H80_below_the_threshold() -> None:
    """One of two is too few, and the refusal names who has signed."""
    assert ("too_few", {"found": 1, "expected": 2, "signers": [OWNERS[1]]}) == refusal([SIGNED[1]])
    assert 0 == refusal([])[1]["found"]


def test_H80_duplicate_owner() -> None:
    """The same owner twice is not two owners."""
    assert ("twice", {"owner": OWNERS[0]}) == refusal([SIGNED[0], SIGNED[0], SIGNED[1]])


def test_H80_removed_owner_and_stranger() -> None:
    """Who is no owner in the given state does not count, even beside enough others."""
    stranger = sign_safe_tx(TX, KeySigner(STRANGER_KEY))

    assert "stranger" == refusal([*SIGNED, stranger])[0]
    assert OWNERS[2] == refusal(SIGNED, state(owners=OWNERS[:2]))[1]["owner"]


def test_H80_signature_of_another_transaction() -> None:
    """An owner's signature of another nonce recovers to nobody's address: that confirmation is refused by its owner."""
    other = Confirmation(OWNERS[0], sign_safe_tx(replace(TX, nonce=5), KeySigner(KEYS[0])).signature)
    reason, facts = refusal([other, SIGNED[1]])

    assert ("other_signer", OWNERS[0]) == (reason, facts["owner"])


def test_H80_signature_under_another_owners_name() -> None:
    """A good signature with a wrong name is refused, although the signer is an owner."""
    reason, facts = refusal([Confirmation(OWNERS[0], SIGNED[2].signature), SIGNED[1]])

    assert ("other_signer", OWNERS[0], OWNERS[2]) == (reason, facts["owner"], facts["found"])


@pytest.mark.parametrize(
    ("signed", "cause"),
    [
        (b"", "one"),
        (SIGNED[0].signature[:64], "length"),
        (bytes(64) + b"\x1b", "E_SIG_RANGE"),
        (SIGNED[0].signature[:64] + b"\x02", "v"),
        (SIGNED[0].signature[:64] + b"\x01", "owner"),
        (SIGNED[0].signature + SIGNED[1].signature, "one"),
        (bytes(12) + OWNERS[0] + (66).to_bytes(32, "big") + bytes(34), "length"),
        (bytes(12) + OWNERS[0] + (65).to_bytes(32, "big") + b"\0" + (1).to_bytes(32, "big"), "layout"),
        (bytes(12) + OWNERS[0] + (65).to_bytes(32, "big") + b"\0" + bytes(33), "layout"),
        (bytes(12) + OWNERS[0] + (2**255).to_bytes(32, "big") + b"\0" + bytes(32), "length"),
    ],
    ids=["empty", "compact", "zeros", "v-2", "dirty-owner", "two", "gap", "cut", "surplus", "far"],
)
def test_H80_what_is_no_signature_of_an_owner(signed: bytes, cause: str) -> None:
    """Another form, another v, a contract's part whose bytes are not where it says: named with the cause."""
    reason, facts = refusal([Confirmation(OWNERS[0], signed), SIGNED[1]])

    assert ("malformed", cause) == (reason, facts["cause"])


@pytest.mark.parametrize("part", [approved_part(OWNERS[0]), contract_part(OWNERS[0], b"yes")])
def test_H80_approval_by_somebody_else(part: bytes) -> None:
    """A hash that is said to be approved, or a contract that is said to have signed, is nothing without a proof."""
    assert ("unproved", {"owner": OWNERS[0]}) == refusal([Confirmation(OWNERS[0], part), SIGNED[1]])


def test_signatures_of_text_count_by_their_own_v() -> None:
    """A wallet that can only sign text adds 4 to v; with a plain v its signature is that of somebody else."""
    made = sign(eip191_digest(safe_tx_hash(TX)), KEYS[0])
    marked = made[:64] + bytes([made[64] + 4])
    blob = check_confirmations(TX, [Confirmation(OWNERS[0], marked), SIGNED[1]], state())

    assert {"ecdsa", "eth_sign"} == {entry.kind for entry in split_signatures(blob)}
    assert "other_signer" == refusal([Confirmation(OWNERS[0], made), SIGNED[1]])[0]
    assert "other_signer" == refusal([Confirmation(OWNERS[0], SIGNED[0].signature[:64] + b"\x1f"), SIGNED[1]])[0]


@pytest.mark.parametrize("change", [{"safe": OTHER}, {"chain_id": 10}])
def test_the_state_is_that_of_the_same_safe(change: dict[str, object]) -> None:
    """Owners of another Safe, or of its twin on another chain, say nothing about this one."""
    assert "other_safe" == refusal(SIGNED, state(**change))[0]
    assert OWNERS[0] == address_of(KEYS[0])
