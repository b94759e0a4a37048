"""Two owners' processes and one chain, a question at a time: chance says whose question is answered next, and what the
chain does in between.

Each owner runs `dao execute` on a workspace of his own. A provider holds every question until its turn has come, so a
game is the numbers of one seed, however fast the machine is. Between two answers blocks come, go and come back without
or with somebody's transaction, the pool forgets, a third owner sends from a wallet, answers are lost and processes die.
No reorganisation is deeper than what the settings call final: what is deeper, nobody promises anything of.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from chain.safe import EXECUTION_SUCCESS, SafeTx, safe_tx_hash
from dao.store.journal import Journal
from dao.workflow.sending import in_flight
from tests.dao.cli.nodes.chains import Chain
from tests.dao.cli.nodes.proxy import Asked, Proxy, honest, resets
from tests.dao.crash.nursery import KILLED, Ended, Nursery

HOT = frozenset({
    "eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getTransactionCount", "eth_getTransactionByHash",
    "eth_getLogs", "eth_estimateGas", "debug_getRawReceipts",
})  # fmt: skip
"""Beside these questions more happens than beside the others."""
EVENTS = {"mine": 6, "reorg": 3, "forget": 2, "wallet": 1, "kill": 2, "lose": 1}
ANSWERS, ANSWERS_HOT, START = 120, 14, 40
"""The weights of going on, against those of the events."""
RUNS = 2
"""How often each owner tries while the chain is restless."""
REPLACES, REJECTED = 0.15, 0.15
"""How often an owner outbids himself, and in how many games the wallet spends the Safe's nonce on a rejection."""
UNTIL_SETTLED = 60

HONEST = {
    "E_PENDING": 2,  # it is on its way, and nobody can say yet what becomes of it
    "E_RPC_ANSWER": 2, "E_RPC_NULL": 2, "E_RPC_REORG": 2, "E_RPC_LOGS": 2, "E_RPC_BEHIND": 2, "E_RPC_PROOF": 2,
    "E_STATE": 1,  # nothing of this owner's is on its way that could be outbid, or others keep taking the nonce
    "E_EXECUTION": 1,  # the transaction was mined and paid nothing
    "E_REVERT": 1,  # somebody's transaction waits in the pool, and the node estimates behind it
    "E_NONCE": 1,  # the Safe's nonce went to something else
}  # fmt: skip
"""How a run may end that paid nothing, and its exit status."""


@dataclass(slots=True)
class Turn:
    """A question that waits, and what is done with it when its turn has come."""

    asked: Asked
    come: threading.Event = field(default_factory=threading.Event)
    what: str = "answer"


@dataclass
class Owner:
    """Somebody with a key, a workspace and a provider, who runs one command at a time."""

    key: str
    folder: Path
    children: Nursery
    proxy: Proxy
    pid: int = 0
    runs: int = 0
    turn: Turn | None = None
    running: Future[Ended] | None = None


@dataclass
class Game:
    """One seed's game for one payout; `told` counts how the runs ended."""

    seed: int
    chain: Chain
    tx: SafeTx
    payee: bytes
    amount: int
    depth: int
    wallet: str
    """The raw transaction by which a third owner executes the payout from a wallet."""
    rejection: str
    """And the one by which he spends its nonce on nothing."""
    owners: Sequence[Owner]
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)
        self._change = threading.Condition()
        self._base = self.chain.node().head().ref.number
        self._is_rejected = self._lot.random() < REJECTED
        self._third = self.rejection if self._is_rejected else self.wallet
        for owner in self.owners:
            owner.runs, owner.turn, owner.running = 0, None, None

    def play(self) -> None:
        """Let chance play until nobody has a run left, then let the chain come to rest and look what came of it."""
        with ThreadPoolExecutor(len(self.owners)) as pool:
            for owner in self.owners:
                owner.proxy.fault = partial(self._hold, owner)
            try:
                while self._step(pool):
                    pass
            finally:
                for owner in self.owners:  # whatever failed, no process waits for ever
                    owner.proxy.fault = honest
                    if owner.turn is not None:
                        owner.turn.come.set()
        self._rest()

    # Chance

    def _step(self, pool: ThreadPoolExecutor) -> bool:
        self._settle()
        for owner in self.owners:
            if owner.running is not None and owner.running.done():
                self._judge(owner, owner.running.result())
                owner.running = None
        idle = [owner for owner in self.owners if owner.running is None and owner.runs < RUNS]
        waiting = [owner for owner in self.owners if owner.turn is not None]
        if not idle and not waiting:
            return False
        ways: list[tuple[str, Owner | None, int]] = [(name, None, weight) for name, weight in EVENTS.items()]
        ways += [("start", owner, START) for owner in idle]
        for owner in waiting:
            assert owner.turn is not None
            ways.append(("answer", owner, ANSWERS_HOT if owner.turn.asked.method in HOT else ANSWERS))
        what, who, _ = self._lot.choices(ways, [weight for *_, weight in ways])[0]
        if who is None:
            self._happen(what, waiting)
        elif what == "start":
            self._start(pool, who)
        else:
            self._let(who, what)
        return True

    def _happen(self, what: str, waiting: Sequence[Owner]) -> None:
        if what == "mine":
            self.chain.ask("evm_mine")
        elif what == "reorg":
            self._reorganise()
        elif what == "forget":
            self.chain.ask("anvil_dropAllTransactions")
        elif what == "wallet":
            self._from_wallet()
        elif waiting:
            how = self._lot.choice(["before", "after"]) if what == "kill" else what
            self._let(self._lot.choice(waiting), how)
        paid = self.chain.node().balance(self.payee)
        assert paid in (0, self.amount), f"seed {self.seed}: {paid} was paid"

    def _reorganise(self) -> None:
        """Replace some of the newest blocks that are not final; the payout may stand in the new ones, or be gone."""
        height = self.chain.node().head().ref.number - self._base
        if height:
            depth = self._lot.randint(1, min(height, self.depth))
            others = [[self._third, self._lot.randrange(depth)]] if self._lot.random() < 0.2 else []
            self.chain.ask("anvil_reorg", depth, others)

    def _from_wallet(self) -> None:
        """Send a third owner's transaction; a pool that has it, or a chain that is past it, says so."""
        self.chain.told("eth_sendRawTransaction", self._third)

    # Processes

    def _start(self, pool: ThreadPoolExecutor, owner: Owner) -> None:
        words = ["execute", "IIP-1/1", "--key", owner.key, "--wait", 0, "--dir", owner.folder, "--json"]
        if self._lot.random() < REPLACES:
            words.append("--replace")

        def born(pid: int) -> None:
            owner.pid = pid

        owner.runs += 1
        owner.running = pool.submit(owner.children.run, *words, born=born)
        owner.running.add_done_callback(self._changed)

    def _hold(self, owner: Owner, asked: Asked) -> dict[str, Any] | None:
        """Called by a provider: keep the question until its turn."""
        turn = Turn(asked)
        with self._change:
            owner.turn = turn
            self._change.notify_all()
        turn.come.wait()
        if turn.what == "answer":
            return asked.answer()
        if turn.what != "before":
            asked.answer()
        if turn.what != "lose":
            os.kill(owner.pid, signal.SIGKILL)
        resets(asked)
        return None

    def _let(self, owner: Owner, what: str) -> None:
        assert owner.turn is not None
        turn, owner.turn = owner.turn, None
        turn.what = what
        turn.come.set()

    def _settle(self) -> None:
        """Wait until every process that runs has asked something, or has ended."""
        with self._change:
            assert self._change.wait_for(self._is_settled, UNTIL_SETTLED), f"seed {self.seed} stands still"

    def _is_settled(self) -> bool:
        return all(one.running is None or one.running.done() or one.turn is not None for one in self.owners)

    def _changed(self, _: Future[Ended]) -> None:
        with self._change:
            self._change.notify_all()

    # What is true

    def _judge(self, owner: Owner, ended: Ended) -> None:
        """Hold what a run said against the chain, which stands still meanwhile."""
        if ended.status == KILLED:
            self.told["killed"] += 1
        elif ended.status == 0:
            self.told[ended.document["state"]] += 1
            self._is_paid(bytes.fromhex(ended.document["transaction"][2:]))
        else:
            code = ended.document["error"]["code"]
            assert ended.status == HONEST.get(code), (self.seed, ended)
            self.told[code] += 1
        node = self.chain.node()
        with Journal(owner.folder / "journal.sqlite") as journal:
            booked = [leaf for leaf in journal.leaves if leaf.kind == "executed"]
            flight = in_flight(node, journal.intents.of(safe_tx_hash(self.tx)))
        assert len(booked) <= 1
        if booked:
            assert self.amount == node.balance(self.payee), f"seed {self.seed}: booked and not paid"
        assert len({(intent.sender, intent.nonce) for intent in flight}) <= 1, f"seed {self.seed}: two are on their way"

    def _is_paid(self, transaction: bytes) -> None:
        """Somebody said so: then this transaction did it, its block is final, and it was done once."""
        node = self.chain.node()
        receipt, head = node.receipt(transaction), node.head().ref.number
        assert receipt is not None, f"seed {self.seed}: success without a transaction"
        assert receipt.status == 1
        assert head - receipt.block.number >= self.depth, f"seed {self.seed}: success of what is not final"
        assert [transaction] == self._successes()
        assert self.amount == node.balance(self.payee)

    def _successes(self) -> list[bytes]:
        """The transactions in which the Safe reported success of the payout."""
        node = self.chain.node()
        logs = node.logs(self.tx.safe, [EXECUTION_SUCCESS], self._base, node.head().ref.number)
        return [
            log.transaction_hash
            for log in logs
            if safe_tx_hash(self.tx) in (*log.log.topics[1:], log.log.data[:32])
        ]  # fmt: skip

    def _rest(self) -> None:
        """The chain is quiet: every owner comes to the truth, and both to the same one."""
        said = set()
        for owner in self.owners:
            for _ in range(RUNS):
                for _ in range(self.depth + 1):
                    self.chain.ask("evm_mine")
                ended = owner.children.run(
                    "execute", "IIP-1/1", "--key", owner.key, "--wait", 0, "--dir", owner.folder, "--json"
                )
                self._judge(owner, ended)
                if ended.status == 0:
                    said.add(ended.document["transaction"])
                    break
        done = self._successes()
        assert len(said) == len(done) <= 1, (self.seed, said, done)
        assert (len(done) * self.amount) == self.chain.node().balance(self.payee)
        assert done or self._is_rejected, f"seed {self.seed}: nobody was paid"
        self.told["games paid" if done else "games rejected"] += 1
