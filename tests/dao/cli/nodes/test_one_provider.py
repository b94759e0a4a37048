"""One provider that fails, lags or lies: the command says which and how, keeps nothing, and completes the next time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from chain.clients import rpc
from chain.clients.node import LOGS_SUSPECT
from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import EXECUTION_SUCCESS, join_signatures
from dao.cli.start.demo import cast
from dao.cli.steps import find_leaf, find_proposal
from dao.record.case import need
from dao.session import open_session
from proposals.parts import Call, Part
from tests.dao.cli import steps_workspace
from tests.dao.cli.nodes.conftest import GROUND, NAMES, Ground, Scene, impatience
from tests.dao.cli.nodes.proxy import (
    MIB,
    Asked,
    Fault,
    breaks_off,
    drips,
    drips_head,
    gigabyte,
    gzip_bomb,
    hangs,
    lies,
    page,
    refuses,
    resets,
    times,
)
from treasury.binding import build
from treasury.confirmations import sign_safe_tx

TALLY = ("tally", "IIP-2")
EXECUTE = ("execute", "IIP-1/1", "--key", "ann", "--wait", "0")
BALANCE_OF, GET_OWNERS = "0x70a08231", "0xa0e67e2b"
PRUNED = "missing trie node 5a0f1e (path 0b0c) state 0x5a0f1e is not available, not found"

FAILURES = {
    "web page": (page(200), "E_RPC_ANSWER", "not JSON"),
    "unavailable": (page(503), "E_RPC_ANSWER", "HTTP status 503"),
    "bad gateway": (page(502), "E_RPC_ANSWER", "HTTP status 502"),
    "forbidden": (page(403), "E_RPC_ANSWER", "HTTP status 403"),
    "elsewhere": (page(302, b"", Location="http://127.0.0.1:1/"), "E_RPC_ANSWER", "not JSON"),
    "too often": (page(429), "E_RPC_LIMIT", "asked too often, and again after pauses"),
    "rest": (page(429, Retry_After="3600"), "E_RPC_LIMIT", "wants 3600 seconds of rest"),
    "rest, by date": (page(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), "E_RPC_LIMIT", "asked too often"),
    "limit": (refuses(-32005, "daily request count exceeded"), "E_RPC_LIMIT", "limit"),
    "silence": (hangs, "E_RPC_TIMEOUT", "in time"),
    "drops": (drips, "E_RPC_TIMEOUT", "in time"),
    "drops in the head": (drips_head, "E_RPC_TIMEOUT", "in time"),
    "broken": (resets, "E_RPC_ANSWER", "could be reached"),
    "broken off": (breaks_off, "E_RPC_ANSWER", "could be reached"),
    "endless": (gigabyte, "E_RPC_ANSWER", "longer than"),
    "bomb": (gzip_bomb, "E_RPC_ANSWER", "longer than"),
    "a number": (lies(7), "E_RPC_ANSWER", "well-formed"),
    "pruned": (refuses(-32000, PRUNED), "E_RPC_ANSWER", "archive node"),
    "no such method": (refuses(-32601, "the method does not exist"), "E_RPC_ANSWER", "does not exist"),
}


SLOW = (hangs, drips, drips_head)


@pytest.mark.parametrize("method", ["eth_chainId", "eth_getProof"])
@pytest.mark.parametrize("name", FAILURES)
def test_H96_failures_are_named_and_the_command_can_be_repeated(scene: Scene, name: str, method: str) -> None:
    """At the first question and in the middle of the work: exit 2, the provider's name, every file as it was."""
    fault, code, told = FAILURES[name]
    scene.spoil(fault, method)

    with impatience() if fault in SLOW else nullcontext():
        assert told in scene.uncheckable(*TALLY, code=code)
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_body_of_a_gigabyte_is_not_read(scene: Scene) -> None:
    """What the other side takes of it is bounded by the limit and what the sockets hold."""
    scene.spoil(gigabyte)

    scene.uncheckable(*TALLY, code="E_RPC_ANSWER")

    assert MIB <= scene.proxy.sent <= rpc.ANSWER_MAX + 16 * MIB


def test_H96_wrong_chain(scene: Scene) -> None:
    """A provider of another chain is refused before anything else is asked."""
    scene.spoil(lies("0x1"), "eth_chainId")

    told = scene.uncheckable(*TALLY, code="E_RPC_CHAIN")

    assert "is on chain 1, and chain 31337 was asked for" in told
    assert ["eth_chainId"] == scene.proxy.asked
    scene.completes(*TALLY)


@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getProof"])
def test_H96_null_for_what_must_be_there(scene: Scene, method: str) -> None:
    """A provider that knows nothing of a block or a proof may lag or have forgotten it."""
    scene.spoil(lies(None), method)

    assert f"knows nothing of what `{method}` asked for" in scene.uncheckable(*TALLY, code="E_RPC_NULL")
    scene.completes(*TALLY)


# Asking again


@pytest.mark.parametrize("fault", [times(2, page(429)), times(2, page(429, Retry_After="0")), times(1, resets)])
def test_H96_a_moment_of_trouble_is_no_failure(scene: Scene, fault: Fault) -> None:
    """A read is asked again after 429, twice, and after a broken connection, once."""
    scene.spoil(fault)

    assert 0 == scene.dao(*TALLY).status


@pytest.mark.parametrize(("fault", "tries"), [(page(429), 3), (resets, 2), (page(503), 1), (hangs, 1), (gigabyte, 1)])
def test_H96_reads_are_asked_again_within_bounds(scene: Scene, fault: Fault, tries: int) -> None:
    """And nothing is hammered."""
    scene.spoil(fault)

    with impatience() if fault in SLOW else nullcontext():
        assert 2 == scene.dao(*TALLY).status
    assert tries == len(scene.proxy.asked)


def taken_and_lost(asked: Asked) -> None:
    """The chain has the transaction, and nobody says so."""
    asked.answer()
    resets(asked)


SENDING = [
    (page(429, Retry_After="0"), "E_PENDING"),
    (resets, "E_PENDING"),
    (breaks_off, "E_PENDING"),
    (page(502), "E_PENDING"),
    (hangs, "E_PENDING"),
    (taken_and_lost, "E_PENDING"),
    (lies("0x" + "00" * 32), "E_PENDING"),
    (refuses(-32000, "insufficient funds for gas * price + value"), "E_RPC_ANSWER"),
]


@pytest.mark.parametrize(("fault", "code"), SENDING)
def test_H96_a_transaction_is_sent_once(scene: Scene, fault: Fault, code: str) -> None:
    """Whatever goes wrong while it is sent, it is not sent again; the next runs take the work up, and pay once."""
    signed(scene)
    before = steps_workspace.state(scene.folder)
    scene.spoil(fault, "eth_sendRawTransaction")
    scene.proxy.asked.clear()

    with impatience() if fault in SLOW else nullcontext():
        error = scene.unanswered(*EXECUTE, code=code)

    assert f"127.0.0.1 ({NAMES[0]})" in error
    assert 1 == scene.proxy.asked.count("eth_sendRawTransaction")
    assert before == steps_workspace.state(scene.folder)
    assert_paid_once(scene)


def test_H96_null_receipt(scene: Scene) -> None:
    """A provider that took the transaction and shows no receipt: it is still on its way, and booked once it is seen."""
    signed(scene)
    before = steps_workspace.state(scene.folder)
    scene.spoil(lies(None), "eth_getTransactionReceipt")

    scene.unanswered(*EXECUTE, code="E_PENDING")

    assert before == steps_workspace.state(scene.folder)
    assert_paid_once(scene)


def signed(scene: Scene) -> None:
    for name in cast.OWNERS[:2]:
        assert 0 == scene.dao("sign", "IIP-1/1", "--key", name).status


def assert_paid_once(scene: Scene) -> None:
    """Run the command until the payment is final, which takes a block; the payee has the money of one payment."""
    scene.honest()
    for _ in range(4):
        outcome = scene.dao(*EXECUTE)
        scene.chain.time_travel(scene.chain.now() + 12)
    assert 0 == outcome.status, outcome.err
    assert 3 * cast.UNIT // 2 == scene.chain.node().balance(cast.address("nora"))


# Lies


def altered(method: str, data: str, change: Callable[[str], str]) -> Fault:
    """Calls with this selector (or of this method) are answered with another word."""

    def fault(asked: Asked) -> dict[str, Any]:
        answer = asked.answer()
        if asked.method == method and data in str(asked.params):
            answer["result"] = change(answer["result"])
        return answer

    return fault


def closed(scene: Scene) -> None:
    """Close the vote and fail at the count, so that what follows is compared with a journal that holds the close."""
    scene.spoil(lambda asked: asked.error(-32000, "no") if BALANCE_OF in str(asked.params) else asked.answer())
    assert 2 == scene.dao(*TALLY).status


def test_H96_balance_that_its_own_proof_denies(scene: Scene) -> None:
    """A power is believed only as far as it is proved from the snapshot's hash."""
    closed(scene)
    scene.spoil(altered("eth_call", BALANCE_OF, lambda _: f"0x{10**30:064x}"))

    told = scene.uncheckable(*TALLY, code="E_RPC_PROOF")

    assert f"power of {10**30} at block" in told
    assert "its own proof says 210000000000000000000000" in told
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_owners_that_the_proof_denies(scene: Scene) -> None:
    """The Safe's owners are those of its storage, whatever `getOwners` answers."""
    ann, pat = (cast.address(name).hex() for name in ("ann", "pat"))
    scene.spoil(altered("eth_call", GET_OWNERS, lambda word: word.replace(ann, pat)))

    told = scene.uncheckable(*TALLY, code="E_RPC_PROOF")

    assert "not of the owners and modules that it named" in told
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_state_proof_of_something_else(scene: Scene) -> None:
    """Nodes that do not hash into the header's state root prove nothing."""

    def fault(asked: Asked) -> dict[str, Any]:
        answer = asked.answer()
        if asked.method == "eth_getProof":
            answer["result"]["accountProof"][-1] = "0x" + "c0" * 40
        return answer

    scene.spoil(fault)

    assert "does not lead from the block's header" in scene.uncheckable(*TALLY, code="E_RPC_PROOF")
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_header_of_something_else(scene: Scene) -> None:
    """A block whose fields do not hash to its hash is nobody's block."""

    def fault(asked: Asked) -> dict[str, Any]:
        if asked.method == "debug_getRawHeader":
            return asked.error(-32601, "no such method")
        answer = asked.answer()
        if asked.method == "eth_getBlockByNumber":
            answer["result"]["stateRoot"] = "0x" + "07" * 32
        return answer

    scene.spoil(fault)

    scene.uncheckable(*TALLY, code="E_RPC_HEADER")
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_H96_head_that_lags(scene: Scene) -> None:
    """A node that has not come as far as the journal knows is told, not believed; `vote cast` would date its leaf."""
    older = scene.chain.ask("eth_getBlockByNumber", "0x3", False)

    def fault(asked: Asked) -> dict[str, Any]:
        is_head = asked.method == "eth_getBlockByNumber" and asked.params[0] == "latest"
        return asked.result(older) if is_head else asked.answer()

    scene.spoil(fault)

    told = scene.uncheckable(*TALLY, code="E_RPC_BEHIND")

    assert "is 3, and " in told
    scene.completes(*TALLY)


# Logs


def paid_from_a_wallet(scene: Scene) -> None:
    """IIP-2 passes, and the owners pay its first part from a wallet, after another transaction of the Safe's."""
    assert 0 == scene.dao(*TALLY).status
    with open_session(scene.folder) as session:
        case = session.desk.case(find_proposal(session, "IIP-2").id, 10, 20, 21, 22, 23)
    part = need(case.parts)[0]
    nothing = Part(chain_id=part.chain_id, safe=part.safe, calls=(Call(part.safe, 0, b""),))
    for nonce, paid in enumerate((nothing, part)):
        tx = build(paid, nonce, version="1.4.1")
        blob = join_signatures(
            {cast.address(name): sign_safe_tx(tx, cast.signer(name)).signature for name in cast.OWNERS[:2]}
        )
        execute_safe_tx(scene.chain.node(), cast.key("pat"), tx, blob)


def test_H96_logs_cut_at_ten_thousand(scene: Scene) -> None:
    """A list as long as providers cut at is asked for again in pieces, until what was cut off is there."""
    paid_from_a_wallet(scene)
    cut: list[int] = []

    def fault(asked: Asked) -> dict[str, Any]:
        answer = asked.answer()
        first, last = (int(asked.params[0][end], 16) for end in ("fromBlock", "toBlock")) if is_logs(asked) else (0, 0)
        if first < last and answer["result"]:
            # busy blocks before it: the provider shows the first ten thousand and is silent about the rest
            early = dict(answer["result"][0], blockNumber=hex(first))
            answer["result"] = [early] * LOGS_SUSPECT
            cut.append(last - first)
        return answer

    scene.spoil(fault)

    outcome = scene.dao("queue", "IIP-2/1")

    assert (1, "E_ALREADY") == (outcome.status, outcome.document["error"]["code"])
    assert cut


def test_H96_log_that_is_left_out(scene: Scene) -> None:
    """The Safe's nonce counts its executions, so a provider that hides one is caught, and the part not queued again."""
    paid_from_a_wallet(scene)
    scene.spoil(lambda asked: asked.result([]) if is_logs(asked) else asked.answer())

    told = scene.uncheckable("queue", "IIP-2/1", code="E_RPC_LOGS")

    assert "shows 0 executions" in told
    assert "nonce proves 2" in told
    scene.honest()
    assert "E_ALREADY" == scene.dao("queue", "IIP-2/1").document["error"]["code"]


def is_logs(asked: Asked) -> bool:
    return asked.method == "eth_getLogs" and asked.params[0]["topics"] == ["0x" + EXECUTION_SUCCESS.hex()]


# Another history


def test_H96_reorganised_below_the_snapshot(scene: Scene, ground: Ground) -> None:
    """The snapshot's block is another one now: nothing is counted on it; when it is back, the count goes on."""
    scene.chain.revert(ground.before)
    while scene.chain.node().head().ref.number < ground.head:
        scene.chain.time_travel(scene.chain.now() + cast.HOUR)  # as many blocks, and none of the same

    told = scene.uncheckable(*TALLY, code="E_RPC_REORG")

    assert "and 0x" in told
    scene.chain.revert(ground.moment)
    assert "passed" == scene.completes(*TALLY).document["verdict"]


def test_the_snapshot_lies_as_deep_as_what_is_final(scene: Scene) -> None:
    """A reorganisation that the settings expect does not reach it."""
    with open_session(scene.folder) as session:
        named = find_proposal(session, "IIP-2")
        found = find_leaf(session, "proposal", id=named.id)
        case = session.desk.case(named.id, 10, 20, 21, 22)
    assert found is not None
    (snapshot,) = need(case.commitment).blocks

    assert found[1].block.number - GROUND.depth == snapshot.number


def test_H96_reorganised_while_it_is_read(scene: Scene) -> None:
    """A block that changes between the first and the last of its reads is not counted on either."""
    closed(scene)
    counted: list[str] = []

    def fault(asked: Asked) -> dict[str, Any]:
        answer = asked.answer()
        if BALANCE_OF in str(asked.params):
            counted.append(asked.method)
        elif counted and asked.method == "eth_getBlockByNumber":
            answer["result"]["hash"] = "0x" + "07" * 32
        return answer

    scene.spoil(fault)

    scene.uncheckable(*TALLY, code="E_RPC_REORG")
    assert "passed" == scene.completes(*TALLY).document["verdict"]
