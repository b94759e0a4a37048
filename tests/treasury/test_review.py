"""Review: every danger refuses by its name, at any depth, and a voted payment passes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.abi import encode_call
from chain.safe import (
    KNOWN_CONTRACTS,
    MULTI_SEND,
    MULTI_SEND_CALL_ONLY,
    SIGN_MESSAGE_LIBS,
    SINGLETONS,
    InnerCall,
    SafeTx,
    domain_hash,
    encode_multi_send,
    message_hash,
    safe_tx_hash,
)
from dao.sentences import sentence
from proposals.calls import erc20_transfer
from proposals.parts import Call
from proposals.privileged import KINDS
from tests.treasury.cases import (
    OTHER,
    PAY_ETHER,
    PAY_TOKENS,
    PAYEE,
    SAFE,
    TOKEN,
    VERSION,
    codes,
    foreign_tx,
    part,
    safe_tx,
    voted,
)
from treasury.binding import build
from treasury.review import review
from treasury.review_calls import DEPTH_MAX
from treasury.review_chain import as_part

CALL_ONLY = MULTI_SEND_CALL_ONLY[VERSION]
APPROVE_ALL = encode_call("approve(address,uint256)", [OTHER, 2**256 - 1])
ADD_OWNER = encode_call("addOwnerWithThreshold(address,uint256)", [OTHER, 1])


def batch(*calls: InnerCall, to: bytes = CALL_ONLY) -> SafeTx:
    return foreign_tx(to, encode_multi_send(calls), operation=1)


def test_the_three_hashes_are_computed_here() -> None:
    """What a device shows and what is signed follow from the fields alone."""
    tx = safe_tx()
    result = review(tx)

    assert (domain_hash(1, SAFE, VERSION), message_hash(tx), safe_tx_hash(tx)) == (
        result.domain_hash, result.message_hash, result.safe_tx_hash,
    )  # fmt: skip


def test_H77_bybit() -> None:
    """Calldata that looks like an ERC-20 transfer of nothing, run by delegatecall in a contract that nobody knows, and
    that writes the code slot of the Safe: refused, and not shown as a payment.
    """
    looks_like = encode_call("transfer(address,uint256)", [PAYEE, 0])
    result = review(foreign_tx(OTHER, looks_like, operation=1))

    assert [("E_DELEGATECALL", "unknown", "transaction")] == codes(result)
    assert ["delegatecall"] == [action.kind for action in result.actions]
    assert [] == codes(review(foreign_tx(TOKEN, looks_like, operation=0)))


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (MULTI_SEND[VERSION], "known"),
        (next(iter(SIGN_MESSAGE_LIBS[VERSION])), "known"),
        (next(iter(SINGLETONS[VERSION])), "known"),
        (PAYEE, "unknown"),
        (TOKEN, "unknown"),
    ],
)
def test_H77_delegatecall_to_anything_but_the_batch_contract(to: bytes, reason: str) -> None:
    """The Safe project's own contracts included: the full MultiSend, the signer of messages, a singleton."""
    fine = batch(InnerCall(0, *PAY_ETHER))

    assert [] == codes(review(fine))
    assert [("E_DELEGATECALL", reason, "transaction")] == codes(review(replace(fine, to=to)))


@pytest.mark.parametrize("known", [c for c in KNOWN_CONTRACTS.values() if c.name == "MultiSendCallOnly"], ids=str)
def test_every_known_batch_contract_is_taken(known: object) -> None:
    """Each release's MultiSendCallOnly, in both sets of 1.3.0."""
    assert [] == codes(review(batch(InnerCall(0, *PAY_ETHER), to=known.address)))  # type: ignore[attr-defined]


@given(st.integers(1, DEPTH_MAX - 1))
def test_H77_delegatecall_at_any_depth(depth: int) -> None:
    """A delegatecall inside the batch, or in a batch inside it, is found where it is."""
    call = InnerCall(1, OTHER, 0, b"")
    for _ in range(depth):
        call = InnerCall(0, CALL_ONLY, 0, encode_multi_send([call]))
    result = review(foreign_tx(CALL_ONLY, call.data, operation=1))

    assert [("E_DELEGATECALL", "inner", f"call {'.'.join(['1'] * depth)}")] == codes(result)


def test_batches_that_cannot_be_opened() -> None:
    """Too deep, out of form, or no batch at all: what cannot be read is not signed."""
    deep = InnerCall(0, *PAY_ETHER)
    for _ in range(DEPTH_MAX + 1):
        deep = InnerCall(0, CALL_ONLY, 0, encode_multi_send([deep]))
    good = batch(InnerCall(0, *PAY_ETHER))

    assert ["batch_depth"] == [reason for _, reason, _ in codes(review(replace(good, data=deep.data)))]
    assert [("E_CALLDATA", "batch_form", "transaction")] == codes(review(replace(good, data=good.data + b"\0")))
    assert [("E_CALLDATA", "batch_form", "transaction")] == codes(review(replace(good, data=good.data[:-32])))
    assert [("E_CALLDATA", "no_batch", "transaction")] == codes(review(replace(good, data=b"")))
    assert ("E_CALLDATA", "no_batch", "transaction") in codes(review(replace(good, data=PAY_TOKENS.data)))


def test_a_batch_by_an_ordinary_call_is_remarked() -> None:
    """Its calls would be the batch contract's own; they are reviewed all the same."""
    result = review(replace(batch(InnerCall(0, SAFE, 0, ADD_OWNER)), operation=0))

    assert ("W_CALLDATA", "batch_called", "transaction") in codes(result, "warning")
    assert [("E_PRIVILEGED", "signers", "call 1")] == codes(result)


@pytest.mark.parametrize(
    ("field", "place", "value"),
    [
        ("gas_price", "gasPrice", 1), ("base_gas", "baseGas", 10**8), ("gas_token", "gasToken", TOKEN),
        ("refund_receiver", "refundReceiver", OTHER),
    ],
)  # fmt: skip
def test_H78_money_for_the_executor(field: str, place: str, value: object) -> None:
    """Each of the four fields alone refuses, also with ether as gas token."""
    assert [] == codes(review(safe_tx()))
    assert [("E_REFUND", "", place)] == codes(review(replace(safe_tx(), **{field: value})))


def test_safe_tx_gas_is_a_warning() -> None:
    """It moves no money; it only lets a failed call spend the nonce."""
    assert ("W_SAFE_TX_GAS", "", "safeTxGas") in codes(review(replace(safe_tx(), safe_tx_gas=50_000)), "warning")


@pytest.mark.parametrize("version", ["1.2.0", "1.0.0", "0.1.0"])
def test_H82_old_safes(version: str) -> None:
    """A signature for a Safe below 1.3.0 counts on every chain."""
    assert [] == codes(review(replace(safe_tx(), version="1.3.0+L2")))
    assert [("E_REPLAY", "", "version")] == codes(review(replace(safe_tx(), version=version)))


@pytest.mark.parametrize(
    ("to", "data", "kind"),
    [
        (SAFE, ADD_OWNER, "signers"),
        (SAFE, encode_call("changeThreshold(uint256)", [1]), "signers"),
        (SAFE, encode_call("swapOwner(address,address,address)", [OTHER, OTHER, OTHER]), "signers"),
        (SAFE, encode_call("enableModule(address)", [OTHER]), "modules"),
        (SAFE, encode_call("setGuard(address)", [OTHER]), "guards"),
        (SAFE, encode_call("setFallbackHandler(address)", [OTHER]), "guards"),
        (SAFE, encode_call("changeMasterCopy(address)", [OTHER]), "code"),
        (SAFE, encode_call("approveHash(bytes32)", [bytes(32)]), "execution"),
        (SAFE, b"\1\2\3\4", "self"),
        (TOKEN, APPROVE_ALL, "allowance"),
        (TOKEN, encode_call("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
                            [SAFE, OTHER, 1, 1, 27, bytes(32), bytes(32)]), "allowance"),
        (OTHER, encode_call("upgradeTo(address)", [OTHER]), "code"),
        (OTHER, encode_call("transferOwnership(address)", [OTHER]), "ownership"),
        (OTHER, encode_call("newIIP(address)", [OTHER]), "income"),
    ],
)  # fmt: skip
def test_H83_hidden_privileged_calls(to: bytes, data: bytes, kind: str) -> None:
    """Alone and as the second call of a batch of payments, unless the vote names them."""
    call = Call(to, 0, data)
    hidden = batch(InnerCall(0, *PAY_ETHER), InnerCall(0, *call))
    named = part(PAY_ETHER, call)

    assert ("E_PRIVILEGED", kind, "transaction") in codes(review(foreign_tx(to, data)))
    assert ("E_PRIVILEGED", kind, "call 2") in codes(review(hidden))
    assert ("E_PRIVILEGED", kind, "call 2") in codes(review(hidden, voted(part(PAY_ETHER))))
    assert [] == codes(review(build(named, 4, version=VERSION), voted(named)))
    assert ("W_PRIVILEGED", kind, "call 2") in codes(review(hidden, voted(named)), "warning")


def test_every_kind_of_privilege_has_its_sentence() -> None:
    """A kind that is added to the table is told without a new sentence."""
    for kind, signatures in KINDS.items():
        for code in ("E_PRIVILEGED", "W_PRIVILEGED"):
            assert code not in sentence(code, kind, {"function": signatures[0], "to": OTHER})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PAY_TOKENS.data + b"\0", ("E_CALLDATA", "not_canonical")),
        (PAY_TOKENS.data[:-1], ("E_CALLDATA", "not_canonical")),
        (PAY_TOKENS.data[:4] + b"\1" + PAY_TOKENS.data[5:], ("E_CALLDATA", "not_canonical")),
        (APPROVE_ALL[:40], ("E_CALLDATA", "not_canonical")),
        (b"\xa9\x05\x9c", ("E_CALLDATA", "stub")),
    ],
    ids=["trailing", "short", "dirty-address", "half-approve", "three-bytes"],
)
def test_H84_calldata_that_is_not_what_it_looks_like(data: bytes, expected: tuple[str, str]) -> None:
    """A known function with other bytes than its canonical ones is refused, and is no payment."""
    result = review(foreign_tx(TOKEN, data))

    assert (*expected, "transaction") in codes(result)
    assert "pay" not in [action.kind for action in result.actions]
    assert [] == codes(review(foreign_tx(TOKEN, PAY_TOKENS.data)))


def test_H84_unknown_functions_are_named() -> None:
    """Four bytes that nobody knows are a warning: the contract decides what they do."""
    result = review(foreign_tx(OTHER, b"\1\2\3\4" + bytes(32)))

    assert ("W_CALLDATA", "unknown", "transaction") in codes(result, "warning")
    assert "sign" == result.verdict


@pytest.mark.parametrize(
    ("to", "value", "data", "code"),
    [
        (bytes(20), 5, b"", "E_RECIPIENT_ZERO"),
        (bytes(20), 0, b"", "E_RECIPIENT_ZERO"),
        (TOKEN, 0, erc20_transfer(TOKEN, bytes(20), 5).data, "E_RECIPIENT_ZERO"),
        (TOKEN, 0, erc20_transfer(TOKEN, TOKEN, 5).data, "E_RECIPIENT_TOKEN"),
        (TOKEN, 0, erc20_transfer(TOKEN, SAFE, 5).data, "E_RECIPIENT_SAFE"),
        (SAFE, 5, b"", "E_RECIPIENT_SAFE"),
    ],
)
def test_H88_payees_that_lose_what_they_get(to: bytes, value: int, data: bytes, code: str) -> None:
    """Nobody, the token itself, or the paying Safe."""
    assert [code] == [found for found, _, _ in codes(review(foreign_tx(to, data, value=value)))]


def test_an_onchain_rejection_passes() -> None:
    """An empty transaction to the Safe itself spends a nonce and nothing else."""
    result = review(foreign_tx(SAFE))

    assert ([], ["nothing"]) == (codes(result), [action.kind for action in result.actions])


def test_actions_say_what_every_call_does() -> None:
    """In the order of execution, with the facts of their sentences."""
    unknown = InnerCall(0, OTHER, 3, b"\1\2\3\4\5")
    calls = (InnerCall(0, *PAY_ETHER), InnerCall(0, *PAY_TOKENS), unknown, InnerCall(0, TOKEN, 0, APPROVE_ALL))
    result = review(batch(*calls))

    assert ["batch", "pay", "pay", "call", "privileged"] == [action.kind for action in result.actions]
    assert ["transaction", "call 1", "call 2", "call 3", "call 4"] == [action.place for action in result.actions]
    assert (7_000, PAYEE) == (result.actions[2].facts["amount"], result.actions[2].facts["payee"])
    for action in (*result.actions, *review(foreign_tx(SAFE)).actions, *review(foreign_tx(OTHER, operation=1)).actions):
        told = sentence("ACTION", action.kind, action.facts)
        assert "ACTION" not in told
        assert "?" not in told
    for name in review(safe_tx()).unchecked:
        assert "UNCHECKED" not in sentence("UNCHECKED", name, {})


def test_all_findings_are_told_at_once() -> None:
    """Review never stops at the first."""
    worst = replace(foreign_tx(OTHER, APPROVE_ALL, operation=1), gas_price=1, refund_receiver=OTHER)

    assert {"E_DELEGATECALL", "E_PRIVILEGED", "E_REFUND"} == {code for code, _, _ in codes(review(worst))}
    assert 4 == len(codes(review(worst)))


@given(st.binary(max_size=200), st.sampled_from([SAFE, TOKEN, CALL_ONLY, bytes(20)]), st.integers(0, 1))
def test_whatever_the_data_review_answers(data: bytes, to: bytes, operation: int) -> None:
    """Garbage is reviewed, never raised; a delegatecall of garbage is never signed."""
    result = review(foreign_tx(to, data, operation=operation))

    assert operation == 0 or result.verdict == "refuse"
    assert list(result.findings) == list(review(foreign_tx(to, data, operation=operation)).findings)


def test_calls_are_tried_as_a_part_unless_foreign_code_would_run() -> None:
    """Of a batch its calls; where anything but a batch is delegated to, no list of calls says what would happen."""
    calls = [InnerCall(0, PAYEE, 5, b""), InnerCall(0, TOKEN, 0, PAY_TOKENS.data)]
    hidden = [*calls, InnerCall(1, OTHER, 0, b"")]

    tried = as_part(foreign_tx(MULTI_SEND_CALL_ONLY[VERSION], encode_multi_send(calls), operation=1))

    assert tried is not None
    assert [(PAYEE, 5), (TOKEN, 0)] == [(call.to, call.value) for call in tried.calls]
    assert None is as_part(foreign_tx(OTHER, operation=1))
    assert None is as_part(foreign_tx(MULTI_SEND[VERSION], encode_multi_send(hidden), operation=1))
