"""`dao.workflow.sending`: what is on its way is found, sent again, outbid or given up, and a payout is made once.

The node is the devnet's own, behind its HTTP server and a provider that a test can spoil; transactions wait for their
block where the devnet holds it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chain.clients.devnet import FAUCET_KEY
from chain.clients.node import Node
from chain.clients.safe_deploy import exec_transaction_call, execute_safe_tx
from chain.errors import CodedError, UncheckableError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from dao.cli.start.demo import cast
from dao.cli.workspace.devnet_serve import DevnetServer
from dao.store.intents import Intent
from dao.workflow import paying
from dao.workflow.desk import Desk
from dao.workflow.proposing import Published
from tests.dao.cli.nodes.proxy import Asked, Proxy, lies, resets, times, when
from tests.dao.crash.deaths import SEND
from tests.dao.workflow.refusing import state
from tests.dao.workflow.stage import Stage, eth
from treasury.confirmations import sign_safe_tx

ANN, STRANGER = cast.signer("ann"), cast.signer("pat")
PAID = 5 * 10**17


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A signed part of 0.5 ETH, and a desk whose node stands behind a proxy."""

    stage: Stage
    published: Published
    tx: SafeTx
    desk: Desk
    proxy: Proxy

    def execute(self, **how: Any) -> bytes:
        return paying.execute(self.desk, self.published.id, 1, self.tx, how.pop("sender", ANN), seconds=0, **how)

    def fails(self, code: str, reason: str, **how: Any) -> CodedError:
        """Expect a refusal; nothing is booked."""
        size = len(self.desk.journal)
        with pytest.raises(CodedError) as caught:
            self.execute(**how)
        assert (code, reason) == (caught.value.code, caught.value.reason), str(caught.value.facts)
        assert size == len(self.desk.journal)
        return caught.value

    @property
    def kept(self) -> list[Intent]:
        return list(self.desk.journal.intents.of(safe_tx_hash(self.tx)))

    def spoil(self, fault: Callable[[Asked], Any]) -> None:
        """Let the provider do this to the next transaction that is sent, and be honest again."""
        spoiled = times(1, fault)
        self.proxy.fault = lambda asked: spoiled(asked) if asked.method == SEND else asked.answer()

    def paid(self) -> int:
        return self.stage.there.devnet.node().balance(cast.address("nora"))

    def is_paid_once(self) -> None:
        """The payee has the part once, the facts verify, and whoever runs it again is refused."""
        leaves = [leaf for leaf in self.desk.journal.leaves if leaf.kind == "executed"]
        assert (1, PAID) == (len(leaves), self.paid())
        assert self.stage.verifies(self.published)

    def execution(self, tx: SafeTx) -> bytes:
        return exec_transaction_call(tx, self.stage.blob(tx))


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    published = stage.pass_(1, eth("0.5"))
    tx = paying.queue(stage.desk, published.id, 1)
    stage.there.wait(2 * cast.DAY + 60)
    stage.sign(published, 1, tx)
    with DevnetServer(stage.there.devnet, 0) as server, Proxy(server.url) as proxy:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        desk = Desk(stage.desk.journal, Node(proxy.url, chain_id=DEVNET_CHAIN_ID))
        yield Scene(stage=stage, published=published, tx=tx, desk=desk, proxy=proxy)
        server.shutdown()


def swallowed(asked: Asked) -> None:
    """The chain takes the transaction, and nobody hears of it."""
    asked.answer()
    resets(asked)


def test_a_silent_node_is_asked_again_with_the_same_bytes(scene: Scene) -> None:
    """It is kept before it is sent; nobody can say whether it was taken (exit status 2), so it is sent once more."""
    scene.spoil(resets)
    error = scene.fails("E_PENDING", "node")
    (kept,) = scene.kept

    assert isinstance(error, UncheckableError)
    assert (kept.transaction, ANN.address, 0) == (error.facts["transaction"], kept.sender, scene.paid())
    assert kept.transaction == scene.execute(sender=STRANGER)  # anybody may run it again: nothing is signed for it
    assert [kept] == scene.kept
    scene.is_paid_once()


def test_what_the_chain_took_is_found_and_not_sent_again(scene: Scene) -> None:
    """The node took it and the answer was lost: the next run books what it finds."""
    scene.spoil(swallowed)
    scene.fails("E_PENDING", "node")
    sent = scene.proxy.asked.count(SEND)

    assert scene.kept[0].transaction == scene.execute()
    assert sent == scene.proxy.asked.count(SEND)
    scene.is_paid_once()


def test_one_that_waits_is_waited_for_and_outbid_once_asked(scene: Scene) -> None:
    """While no block comes it is sent again unchanged; `replace` keeps the nonce and raises both fees."""
    scene.desk.node.send(FAUCET_KEY, ANN.address, value=cast.UNIT)  # gas is free on the devnet until somebody outbids
    with scene.stage.there.devnet.one_block():
        assert scene.fails("E_STATE", "not_on_its_way", replace=True).facts["part"] == 1
        scene.fails("E_PENDING", "unmined")
        scene.fails("E_PENDING", "unmined")
        assert 1 == len(scene.kept)
        assert scene.fails("E_STATE", "other_sender", replace=True, sender=STRANGER).facts["sender"] == ANN.address
        scene.fails("E_PENDING", "unmined", replace=True)
        first, second = scene.kept
    assert (first.sender, first.nonce) == (second.sender, second.nonce)
    assert 0 == scene.paid() - PAID  # the block came when the devnet let go of it

    assert second.transaction == scene.execute()
    assert 1 == scene.desk.node.nonce(ANN.address)
    scene.is_paid_once()


def test_a_stranger_who_is_quicker_is_adopted(scene: Scene) -> None:
    """Ours fails behind another execution of the same; that one is booked, and gas is all that is lost."""
    with scene.stage.there.devnet.one_block():
        theirs = scene.desk.node.submit(FAUCET_KEY, scene.tx.safe, data=scene.execution(scene.tx), gas=500_000)
        scene.fails("E_PENDING", "unmined")
    ours = scene.desk.node.receipt(scene.kept[0].transaction)

    assert ours is not None
    assert 0 == ours.status
    assert theirs == scene.execute()
    scene.is_paid_once()


def test_one_that_failed_is_told_and_not_booked(scene: Scene) -> None:
    """The owners spend the Safe's nonce on something else just before: ours fails, and is no payment."""
    other = replace(scene.tx, to=cast.address("pat"), value=1, data=b"", operation=0)
    signed = [sign_safe_tx(other, cast.signer(name)) for name in ("ann", "ben")]
    blob = join_signatures({confirmation.owner: confirmation.signature for confirmation in signed})
    there = scene.stage.there.devnet.node()

    def late(asked: Asked) -> dict[str, Any]:
        execute_safe_tx(there, FAUCET_KEY, other, blob)
        return asked.answer()

    scene.spoil(late)
    error = scene.fails("E_EXECUTION", "reverted")

    assert (scene.kept[0].transaction, 0) == (error.facts["transaction"], scene.paid())
    sent = scene.proxy.asked.count(SEND)
    with pytest.raises(CodedError):
        scene.execute()
    assert sent == scene.proxy.asked.count(SEND)


def test_a_nonce_that_another_transaction_took(scene: Scene) -> None:
    """The kept one can never be mined any more: a new one is made and kept, and the old one is never sent again."""
    scene.spoil(resets)
    scene.fails("E_PENDING", "node")
    scene.desk.node.send(cast.key("ann"), cast.address("ben"), value=0)

    done = scene.execute()

    old, new = scene.kept
    assert (done, old.nonce + 1) == (new.transaction, new.nonce)
    scene.is_paid_once()


@pytest.mark.parametrize(
    "message", ["insufficient funds for gas * price + value", "replacement transaction underpriced"]
)
def test_what_a_node_refuses_is_not_kept(scene: Scene, message: str) -> None:
    """A node that says no to a new transaction has nothing of it: tables, journal and sums are as before."""
    before = state(scene.stage.desk)
    scene.spoil(lambda asked: asked.error(-32000, message))

    error = scene.fails("E_RPC_ANSWER", "refused")

    assert (message, []) == (error.facts["message"], scene.kept)
    assert {table for table in before[3] if table[0] != "intents"} == {
        table for table in state(scene.stage.desk)[3] if table[0] != "intents"
    }
    scene.execute()
    scene.is_paid_once()


@pytest.mark.parametrize("words", ["already known", "nonce too low: next nonce 1, tx nonce 0"])
def test_a_node_that_took_it_and_says_no(scene: Scene, words: str) -> None:
    """A provider that forwards twice answers for the second time: what it says it knows is on its way."""

    def answered(asked: Asked) -> dict[str, Any]:
        asked.answer()
        return asked.error(-32000, words)

    scene.spoil(answered)
    done = scene.execute()

    assert [done] == [intent.transaction for intent in scene.kept]
    scene.is_paid_once()


def test_a_kept_one_that_is_refused_now(scene: Scene) -> None:
    """It may be on its way from another provider, so it stays kept, and the node's words are told."""
    scene.spoil(resets)
    scene.fails("E_PENDING", "node")
    scene.spoil(lambda asked: asked.error(-32000, "insufficient funds for gas"))

    error = scene.fails("E_PENDING", "refused")

    assert "insufficient funds for gas" == error.facts["message"]
    assert scene.kept[0].transaction == scene.execute()
    scene.is_paid_once()


def test_a_node_that_fails_after_sending_does_not_say_that_nothing_was_sent(scene: Scene) -> None:
    """The receipt's proof cannot be had: the payment is made, and the next run books it."""
    scene.proxy.fault = _broken_for(scene, "debug_getRawReceipts", "eth_getBlockReceipts", "eth_getProof")

    assert "E_RPC_ANSWER" == scene.fails("E_PENDING", "node").facts["cause"]
    assert PAID == scene.paid()
    scene.proxy.fault = lambda asked: asked.answer()
    assert scene.kept[0].transaction == scene.execute()
    scene.is_paid_once()


def test_a_node_that_has_lost_the_state_is_no_refusal(scene: Scene) -> None:
    """It answers as if no Safe stood there; nobody is told to mend a call that nobody wrote, and nothing is sent."""
    scene.proxy.fault = when("eth_call", lies("0x"))
    error = scene.fails("E_RPC_NULL", "")

    assert isinstance(error, UncheckableError)
    assert (0, []) == (scene.proxy.asked.count(SEND), scene.kept)
    scene.proxy.fault = lambda asked: asked.answer()
    scene.execute()
    scene.is_paid_once()


def _broken_for(scene: Scene, *methods: str) -> Callable[[Asked], Any]:
    """A provider that stops answering these as soon as money has moved."""
    return lambda asked: resets(asked) if asked.method in methods and scene.paid() else asked.answer()
