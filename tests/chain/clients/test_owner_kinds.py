"""Owners of every kind on genuine Safes of three releases: what is taken here they take, and what is not, not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chain.abi import encode_call
from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import CallReverted, Node
from chain.keccak import keccak256
from chain.safe import SafeError, SafeTx, safe_tx_hash
from chain.safe_json import Confirmation
from chain.safe_owners import (
    Proved,
    Question,
    approved_part,
    asked,
    contract_part,
    join_parts,
    nested,
    owner_of,
    question_of,
)
from chain.signature import address_of, eip191_digest, sign
from tests.chain.clients.genuine import (
    AGREEABLE,
    SILENT,
    VERSIONS,
    execute,
    has_approved,
    make_safe,
    payment,
    put,
    safes,
    says_yes,
    state,
)
from treasury.confirmations import ConfirmationError, check_confirmations

KEYS = sorted((keccak256(f"owner of a kind {n}".encode()) for n in range(6)), key=address_of)
ANN, BEN, CID, DEE, EVE, FAY = KEYS
PAYEE = b"\x99" * 20


def of(key: bytes) -> bytes:
    return address_of(key)


def text_part(hash_: bytes, key: bytes) -> bytes:
    """What a wallet makes that can only sign text."""
    signed = sign(eip191_digest(hash_), key)
    return signed[:64] + bytes([signed[64] + 4])


def keys_part(question: Question, keys: Sequence[bytes]) -> bytes:
    return join_parts({of(key): sign(question.hash, key) for key in keys})


def approve(node: Node, tx: SafeTx, key: bytes) -> None:
    node.send(key, tx.safe, data=encode_call("approveHash(bytes32)", [safe_tx_hash(tx)]))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_kind_of_owner_at_once(node: Node, version: str) -> None:
    """A key, a key that signs text, an approved hash, a Safe that owns the Safe, a Safe that approved, and a contract
    wallet: six of six, in one blob that the genuine contract takes.
    """
    contracts = safes(node, version)
    inner, approver = (make_safe(node, contracts, [of(DEE), of(EVE)], 2) for _ in range(2))
    wallet = put(node, AGREEABLE)
    outer = make_safe(node, contracts, [of(ANN), of(BEN), of(CID), inner, approver, wallet], 6, wei=10**18)
    tx = payment(node, outer, version, PAYEE, 7)
    question, hash_ = question_of(tx), safe_tx_hash(tx)
    inside = nested(question, state(node, inner))
    approve(node, tx, CID)
    consent = payment(node, approver, version, outer, data=encode_call("approveHash(bytes32)", [hash_]))
    assert execute(node, consent, keys_part(question_of(consent), [DEE, EVE]))

    parts = {
        of(ANN): sign(hash_, ANN),
        of(BEN): text_part(hash_, BEN),
        of(CID): approved_part(of(CID)),
        approver: approved_part(approver),
        inner: contract_part(inner, keys_part(inside, [DEE, EVE])),
        wallet: contract_part(wallet, b"whatever"),
    }
    known = Proved(
        safes={inner: state(node, inner)},
        approved={(outer, owner, hash_): has_approved(node, outer, owner, hash_) for owner in (of(CID), approver)},
        answered={(wallet, asked(question), b"whatever"): says_yes(node, wallet, asked(question), b"whatever")},
    )
    given = [Confirmation(owner, part) for owner, part in parts.items()]
    blob = check_confirmations(tx, given, state(node, outer), known)

    assert inside.hash != hash_
    assert execute(node, tx, blob)
    for owner in (of(CID), approver, inner, wallet):  # what nothing proves does not count, and neither does the rest
        with pytest.raises(ConfirmationError) as refused:
            check_confirmations(tx, [c for c in given if c.owner == owner], state(node, outer))
        assert ("unproved", owner) == (refused.value.reason, refused.value.facts["owner"])


@pytest.mark.parametrize(
    ("outer", "inner", "inmost"),
    [("1.3.0", "1.3.0", "1.3.0"), ("1.4.1", "1.3.0", "1.4.1"), ("1.4.1", "1.4.1", "1.3.0"), ("1.5.0", "1.4.1", "1.3.0"),
     ("1.5.0", "1.5.0", "1.5.0")],
)  # fmt: skip
def test_a_safe_of_a_safe_of_a_safe(node: Node, outer: str, inner: str, inmost: str) -> None:
    """Releases mixed: who is asked in which form, and about which bytes, is what the contracts do."""
    third = make_safe(node, safes(node, inmost), [of(DEE)], 1)
    second = make_safe(node, safes(node, inner), [third], 1)
    first = make_safe(node, safes(node, outer), [second], 1, wei=100)
    tx = payment(node, first, outer, PAYEE, 1)
    known = Proved(safes={second: state(node, second), third: state(node, third)})
    of_second = nested(question_of(tx), known.safes[second])
    of_third = nested(of_second, known.safes[third])
    part = contract_part(second, contract_part(third, sign(of_third.hash, DEE)))
    other = contract_part(second, contract_part(third, sign(of_third.hash, EVE)))

    assert second == owner_of(question_of(tx), part, known)
    with pytest.raises(SafeError):
        owner_of(question_of(tx), other, known)
    with pytest.raises(CallReverted):
        execute(node, tx, join_parts({second: other}))
    assert execute(node, tx, join_parts({second: part}))


def test_a_safe_1_5_0_cannot_sign_for_an_older_one(node: Node) -> None:
    """Its handler does not answer the old question; refused here, and by the older Safe itself."""
    inner = make_safe(node, safes(node, "1.5.0"), [of(DEE)], 1)
    outer = make_safe(node, safes(node, "1.4.1"), [inner], 1)
    tx = payment(node, outer, "1.4.1", PAYEE)
    known, as_if = Proved(safes={inner: state(node, inner)}), question_of(tx)._replace(version="1.5.0")
    part = contract_part(inner, sign(nested(as_if, known.safes[inner]).hash, DEE))

    with pytest.raises(SafeError) as refused:
        owner_of(question_of(tx), part, known)
    assert ("E_SAFE_CONFIG", "nested") == (refused.value.code, refused.value.reason)
    with pytest.raises(CallReverted):
        execute(node, tx, join_parts({inner: part}))


@pytest.mark.parametrize("version", VERSIONS)
def test_H80_what_the_chain_denies_is_denied_here(node: Node, version: str) -> None:
    """Too few in the nested Safe, a stranger there, a hash that nobody approved, and a wallet that says no; the genuine
    Safe reverts at each of them.
    """
    contracts = safes(node, version)
    inner = make_safe(node, contracts, [of(DEE), of(EVE)], 2)
    silent = put(node, SILENT)
    outer = make_safe(node, contracts, [of(ANN), inner, silent], 1)
    tx = payment(node, outer, version, PAYEE)
    question, hash_ = question_of(tx), safe_tx_hash(tx)
    inside = nested(question, state(node, inner))
    known = Proved(
        safes={inner: state(node, inner)},
        approved={(outer, of(ANN), hash_): has_approved(node, outer, of(ANN), hash_)},
        answered={(silent, asked(question), b""): says_yes(node, silent, asked(question), b"")},
    )
    bad = {
        "threshold": contract_part(inner, keys_part(inside, [DEE])),
        "not_owner": contract_part(inner, keys_part(inside, [DEE, FAY])),
        "not_approved": approved_part(of(ANN)),
        "said_no": contract_part(silent, b""),
    }
    if version < "1.5.0":
        bad["other"] = contract_part(inner, keys_part(question, [DEE, EVE]))  # the outer hash, not the inner message
    for reason, part in bad.items():
        with pytest.raises(SafeError) as refused:
            owner_of(question, part, known)
        assert reason in (refused.value.reason, "other")
        with pytest.raises(CallReverted):
            execute(node, tx, part, FAUCET_KEY)


def test_a_nested_safe_with_a_handler_of_its_own_is_not_believed(node: Node) -> None:
    """H81: a hostile fallback handler says yes to everything in the Safe's name, and the outer Safe takes it; here the
    Safe is refused, because what its handler would say is not known.
    """
    hostile = put(node, AGREEABLE)
    inner = make_safe(node, safes(node, "1.4.1"), [of(DEE), of(EVE)], 2, handler=hostile)
    outer = make_safe(node, safes(node, "1.4.1"), [inner], 1, wei=100)
    tx = payment(node, outer, "1.4.1", PAYEE, 1)
    part = contract_part(inner, b"nobody signed this")

    with pytest.raises(SafeError) as refused:
        owner_of(question_of(tx), part, Proved(safes={inner: state(node, inner)}))
    assert ("E_SAFE_CONFIG", "nested") == (refused.value.code, refused.value.reason)
    assert execute(node, tx, join_parts({inner: part}))  # the danger is real


def test_the_executor_who_is_an_owner_needs_no_approval(node: Node) -> None:
    """A Safe counts its caller as consenting; here that is not taken, because anybody may execute."""
    outer = make_safe(node, safes(node, "1.4.1"), [of(ANN)], 1)
    tx = payment(node, outer, "1.4.1", PAYEE)
    known = Proved(approved={(outer, of(ANN), safe_tx_hash(tx)): has_approved(node, outer, of(ANN), safe_tx_hash(tx))})

    with pytest.raises(SafeError):
        owner_of(question_of(tx), approved_part(of(ANN)), known)
    assert execute(node, tx, approved_part(of(ANN)), ANN)
