"""What calls would move, tried on a genuine Safe, and what a difference from the part means; nothing stays."""

from __future__ import annotations

import pytest

from chain import abi
from chain.address import ZERO
from chain.clients.node import Node
from chain.clients.safe_dry_run import run_steps
from chain.keccak import keccak256
from chain.safe_state import SENTINEL
from chain.signature import address_of
from chain.trial_program import BALANCE, CALL, SLOT, Step, Told
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Call, Part
from tests.chain.clients.genuine import SILENT, put
from tests.treasury import weird
from treasury.trial import Trial, read_trial, row_problem, steps_of, trial_findings

PAYEE, OTHER = keccak256(b"a payee")[12:], keccak256(b"another payee")[12:]


@pytest.fixture(scope="module")
def safe(node: Node) -> bytes:
    return weird.make_payer(node, 10**18)


def tried(node: Node, part: Part) -> Trial:
    tokens = {call.to for call in part.calls if call.data}
    told = run_steps(node, part.safe, steps_of(part, tokens), node.head().ref.number)
    assert told is not None
    return read_trial(part, tokens, told)


def codes(part: Part, trial: Trial) -> list[tuple[str, str, str]]:
    return [(found.code, found.reason, found.level) for found in trial_findings(part, trial)]


def test_steps_are_taken_as_the_safe_and_forgotten(node: Node, safe: bytes) -> None:
    """Coins, storage, calls, a call that reverts, what a contract answers; in the order of the steps."""
    refuses, before = put(node, SILENT), node.balance(safe)
    nonce = abi.encode_call("nonce()", [])
    steps = [
        Step(BALANCE, safe), Step(CALL, PAYEE, 5), Step(BALANCE, safe), Step(BALANCE, PAYEE), Step(CALL, refuses),
        Step(SLOT, value=4), Step(CALL, safe, data=nonce), Step(CALL, PAYEE, before), Step(BALANCE, PAYEE),
    ]  # fmt: skip

    told = run_steps(node, safe, steps, node.head().ref.number)

    assert told is not None
    assert [before, None, before - 5, 5, None, 2, 0, None, 5] == [each.word for each in told]
    assert [True, True, True, True, False, True, True, False, True] == [each.succeeded for each in told]
    assert (before, 0) == (node.balance(safe), node.balance(PAYEE))


def test_where_nobody_can_say(node: Node, safe: bytes) -> None:
    """An address that is no Safe; steps that burn all gas."""
    token, head = weird.granted(node, safe, 12), node.head().ref.number
    burn = Step(CALL, token, data=erc20_transfer(token, PAYEE, 1).data)

    assert None is run_steps(node, PAYEE, [Step(BALANCE)], head)
    assert None is run_steps(node, safe, [burn] * 4, head)


def test_a_part_that_does_what_it_says(node: Node, safe: bytes) -> None:
    """Coins and tokens to two payees, one of them twice: who gains and loses which asset, and no finding."""
    token = weird.granted(node, safe, 0)
    calls = [native_transfer(PAYEE, 7), erc20_transfer(token, PAYEE, 11), erc20_transfer(token, OTHER, 13),
             native_transfer(PAYEE, 1)]  # fmt: skip
    part = weird.part_of(safe, calls)

    trial = tried(node, part)

    assert [] == codes(part, trial)
    assert {(safe, None): -8, (safe, token): -24, (PAYEE, None): 8, (PAYEE, token): 11, (OTHER, token): 13} == {
        tuple(change.holding): change.gained for change in trial.changes
    }
    assert (0, ()) == (weird.balance_of(node, token, PAYEE), trial.words)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (4, [("E_TOKEN_BEHAVIOUR", "moves", "error")]),
        (7, [("E_TOKEN_BEHAVIOUR", "moves", "error")]),
        (10, [("E_TOKEN_BEHAVIOUR", "moves", "error")]),
        (3, [("E_TOKEN_BEHAVIOUR", "moves", "error")]),
        (11, [("E_TOKEN_BEHAVIOUR", "moves", "error")]),
        (5, [("W_DRY_RUN", "call", "warning")]),
        (1, []),
        (2, []),
    ],
)
def test_H91_a_token_that_moves_something_else(
    node: Node, safe: bytes, kind: int, found: list[tuple[str, str, str]]
) -> None:
    """A fee, rounding, more from the sender, nothing at all: refused. A refusal moves nothing, and is told. No answer,
    or a no that means yes, is no difference.
    """
    token = weird.granted(node, safe, kind)
    part = weird.part_of(safe, [erc20_transfer(token, PAYEE, 1_000)])

    assert found == sorted(set(codes(part, tried(node, part))))


def test_other_calls_are_told_and_not_judged(node: Node, safe: bytes) -> None:
    """What a vote lets the Safe call besides may move more; and a call to the Safe itself may change it."""
    token = weird.granted(node, safe, 4)
    other = Call(token, 0, abi.encode_call("balanceOf(address)", [safe]))
    part = weird.part_of(safe, [erc20_transfer(token, PAYEE, 1_001), other])
    itself = weird.part_of(safe, [Call(safe, 0, abi.encode_call("changeThreshold(uint256)", [1]))])

    assert [("W_DRY_RUN", "moves", "warning")] == codes(part, tried(node, part))
    assert ([], (("threshold", None, 2, 1),)) == (codes(itself, tried(node, itself)), tried(node, itself).words)


@pytest.fixture(scope="module")
def moved(node: Node) -> tuple[bytes, bytes]:
    """A Safe and its only module, which calls it with whatever the module is called with."""
    safe = weird.make_payer(node, 10**18)
    runtime = bytes.fromhex("3660006000376000600036600060007f") + safe.rjust(32, b"\0") + bytes.fromhex("5af100")
    module = put(node, runtime)
    weird.execute(node, weird.part_of(safe, [Call(safe, 0, abi.encode_call("enableModule(address)", [module]))]))
    return safe, module


OWNERS = tuple(address_of(key) for key in weird.OWNER_KEYS)
SWAP = abi.encode_call("swapOwner(address,address,address)", [SENTINEL, OWNERS[0], OTHER])
SWAPPED = {(SENTINEL, OWNERS[0], OTHER), (OWNERS[0], OWNERS[1], ZERO), (OTHER, ZERO, OWNERS[1])}
"""What becomes of the first owner's place in the list: whose word, the next one before, the next one after."""


def entries(trial: Trial, field: str) -> set[tuple[bytes, bytes, bytes]]:
    return {
        (word.entry, word.before.to_bytes(20, "big"), word.after.to_bytes(20, "big"))
        for word in trial.words
        if word.field == field and word.entry is not None
    }


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        (abi.encode_call("changeThreshold(uint256)", [1]), "dry_run"),
        (SWAP, "dry_run_list"),
        (abi.encode_call("enableModule(address)", [OTHER]), "dry_run_list"),
    ],
)
def test_H81_a_safe_that_would_change_without_a_call_to_it(
    node: Node, moved: tuple[bytes, bytes], inner: bytes, reason: str
) -> None:
    """A module that the part calls lowers the threshold, swaps an owner, lets another module in: refused. The same
    module that only reads is not.
    """
    safe, module = moved

    def by_module(data: bytes) -> Part:
        acts = "execTransactionFromModule(address,uint256,bytes,uint8)"
        return weird.part_of(safe, [Call(module, 0, abi.encode_call(acts, [safe, 0, data, 0]))])

    hostile, benign = by_module(inner), by_module(abi.encode_call("nonce()", []))

    assert [("E_SAFE_CONFIG", reason, "error")] == codes(hostile, tried(node, hostile))
    assert ([], ()) == (codes(benign, tried(node, benign)), tried(node, benign).words)


def test_lists_are_told_word_by_word(node: Node, moved: tuple[bytes, bytes]) -> None:
    """A swapped owner changes three words and no count, a module that is let in two; asked for by a vote, they are told
    and not refused. The finding names who came and who went.
    """
    safe, module = moved
    swap, enable = (
        weird.part_of(safe, [Call(safe, 0, data)]) for data in (SWAP, abi.encode_call("enableModule(address)", [OTHER]))
    )
    swapping, enabling = tried(node, swap), tried(node, enable)
    told = next(trial_findings(weird.part_of(safe, [Call(module, 0, b"")]), Trial(swapping.calls, (), swapping.words)))

    assert ([], SWAPPED, set()) == (codes(swap, swapping), entries(swapping, "owners"), entries(swapping, "modules"))
    assert ([], {(SENTINEL, module, OTHER), (OTHER, ZERO, module)}) == (
        codes(enable, enabling),
        entries(enabling, "modules"),
    )
    assert len(swapping.words) == 3
    assert ({"field": "owners", "added": [OTHER], "removed": [OWNERS[0]]}) == told.facts


def test_coins_that_do_not_stay(node: Node, safe: bytes) -> None:
    """A payee that sends coins on, as a splitter does: a warning, and no reason to refuse."""
    runtime = bytes.fromhex("600060006000600034") + b"\x73" + OTHER + bytes.fromhex("5af100")
    part = weird.part_of(safe, [native_transfer(put(node, runtime), 9)])

    assert [("W_DRY_RUN", "moves", "warning")] == codes(part, tried(node, part))


def test_a_payment_whose_balances_nobody_tells_is_not_called_sound() -> None:
    """A token that answers no number before or after; one that cannot be tried for want of money has no fault."""
    part = Part(chain_id=1, safe=OTHER, calls=(native_transfer(PAYEE, 5),))
    word, no_word, moved = (lambda n: Told(True, n.to_bytes(32, "big"))), Told(True, b"\x01"), Told(True, b"")

    assert None is row_problem(part, 1, [word(9), word(0), moved, word(4), word(5)])
    assert None is row_problem(part, 1, [word(4), word(0), Told(False, b""), word(4), word(0)])
    for place in (0, 1, 3, 4):
        told = [word(9), word(0), moved, word(4), word(5)]
        told[place] = no_word
        assert ("balance", {}) == row_problem(part, 1, told)
