"""A DAO in a folder of its own, and the hands that work in it.

Made once and copied, so that a test may begin anew in milliseconds. Every call that publishes, votes, signs or pays
stands here, one small method each: whoever changes how keys or steps are given changes it here. Nothing is expected and
nothing is checked; that is for the machine.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chain import abi, checkpoint, log_tree
from chain.clients import devnet_contracts
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import BlockInfo, Node, TxReceipt
from chain.clients.safe_deploy import exec_transaction_call
from chain.json_text import canonical
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.safe_state import NONCE_SLOT, THRESHOLD_SLOT
from chain.signature import sign
from dao.cli.start.demo import cast, world
from dao.keys import public_key
from dao.record.case import Case, Row, cid_of
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.trust import Trust
from dao.store.journal import Journal
from dao.workflow import (
    acting,
    cancelling,
    following,
    founding,
    income,
    paying,
    proposing,
    recording,
    stopping,
    voting,
)
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import Anchors
from governance.messages import envelope_json, message_id, sign_envelope, vote_message
from governance.settings import Settings
from governance.space import in_force, settings_cid
from tests.dao.workflow.machine.model import Movement
from treasury.confirmations import Confirmation, sign_safe_tx
from treasury.premiums import PREMIUM_MIN_WEI

CHAIN, PHOTO, JOURNAL, KEPT = "devnet.sqlite", "photograph.sqlite", "journal.sqlite", "checkpoint"
GRANT = 5_000 * cast.UNIT


class Places(NamedTuple):
    """Where things stand on the chain of every copy."""

    safe: bytes
    token: bytes
    proxy: bytes


def build(folder: Path) -> Places:
    """Make the DAO that all others are copies of: settings signed, 3.98 ETH and 5,000 MUT in the Safe and booked."""
    folder.mkdir(parents=True)
    with Devnet.create(folder / CHAIN, cast.GENESIS) as devnet, Journal(folder / JOURNAL, create=True) as journal:
        there = world.build(devnet)
        node = devnet.node()
        desk = Desk(journal, node)
        text = world.settings_text(there)
        founding.found(desk, text, founding.sign_settings(text, [cast.signer(name) for name in cast.OWNERS[:2]]))
        receipt = devnet_contracts.bring_premium(node, cast.key(cast.BUYER), there.proxy, 40 * cast.UNIT)
        income.book_income(desk, "premium", cast.FUND, receipt.transaction_hash)
        receipt = devnet_contracts.forward(node, cast.key(cast.BUYER), there.proxy)
        income.book_income(desk, "forward", cast.FUND, receipt.transaction_hash, log=len(receipt.logs) - 1)
        receipt = devnet_contracts.transfer(node, cast.key(cast.AUTHOR), there.token, there.safe, GRANT)
        income.book_income(desk, "donation", cast.FUND, receipt.transaction_hash)
        return Places(there.safe, there.token, there.proxy)


class SafeNow(NamedTuple):
    """What matters of a Safe."""

    owners: tuple[bytes, ...]
    threshold: int
    nonce: int


class Lagging:
    """A provider one of whose machines is some blocks behind: its heads are old, all else is what is asked."""

    def __init__(self, node: Node, behind: int) -> None:
        self._node, self._behind = node, behind

    def head(self, least: int = 0) -> BlockInfo:
        number = max(0, self._node.head().ref.number - self._behind)
        if number < least:
            raise self._node.error("E_RPC_BEHIND", number=number, known=least)
        return self._node.block(number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


class House:
    """One copy of that DAO, opened as a process opens it."""

    def __init__(self, base: Path, places: Places, folder: Path) -> None:
        shutil.copytree(base, folder)
        self.folder, self.places = folder, places
        self._open()

    def _open(self) -> None:
        safe, token, proxy = self.places
        self.devnet = Devnet.open(self.folder / CHAIN)
        self.node: Node = self.devnet.node()
        self.there = world.World(devnet=self.devnet, safe=safe, token=token, proxy=proxy)
        self.journal = Journal(self.folder / JOURNAL)
        key = cast.journal_key()
        anchors = Anchors(space=cast.SPACE, chain_id=DEVNET_CHAIN_ID, safe=safe, journal_key=public_key(key))
        self._safe: tuple[object, SafeNow] | None = None
        self.desk = Desk(self.journal, self.node, Guard(anchors, self.folder / KEPT, key))

    def close(self) -> None:
        self.journal.close()
        self.devnet.close()

    def reopen(self) -> None:
        """Everything again from disk, as the next command would."""
        self.close()
        self._open()

    def photograph(self) -> None:
        """Keep the chain as it is, to come back to it."""
        self.close()
        shutil.copy(self.folder / CHAIN, self.folder / PHOTO)
        self._open()

    def go_back(self) -> None:
        """The chain is again as in the photograph: whatever came after it was in blocks that are no more."""
        self.close()
        for path in self.folder.glob(f"{CHAIN}*"):
            path.unlink()
        shutil.copy(self.folder / PHOTO, self.folder / CHAIN)
        self._open()

    # Time and chain

    def now(self) -> int:
        return self.devnet.now()

    def wait_until(self, time: int) -> None:
        self.there.wait_until(time)

    def safe(self) -> SafeNow:
        """Who owns the Safe now, read as a wallet does."""
        head = self.node.head().ref
        if self._safe is None or self._safe[0] != head:
            answer = self.node.call(self.places.safe, abi.encode_call("getOwners()", []))
            (owners,) = abi.decode(["address[]"], answer)
            threshold, nonce = (self.node.storage(self.places.safe, slot) for slot in (THRESHOLD_SLOT, NONCE_SLOT))
            self._safe = head, SafeNow(tuple(owners), threshold, nonce)
        return self._safe[1]

    def _send(self, key: bytes, to: bytes, value: int = 0, data: bytes = b"") -> TxReceipt | None:
        """Send without asking what it would cost; None where it failed."""
        receipt = self.node.wait(self.node.submit(key, to, value, data, gas=1_000_000))
        return receipt if receipt.status else None

    def bring(self, what: str, size: int) -> Movement:
        """Send money: a `premium` to the proxy, what lies there on to the Safe (`forward`), `coins` or `tokens`."""
        safe, token, proxy = self.places
        if what == "premium":
            size = max(size, PREMIUM_MIN_WEI)
            receipt = self._send(FAUCET_KEY, proxy, size // 10, abi.encode_call("bring(uint256)", [size]))
            move = Movement(Counter(), size // 10, kind="premium")
        elif what == "forward":
            before, held = self.node.balance(safe), self.node.balance(proxy)
            receipt = self._send(FAUCET_KEY, proxy, 0, abi.encode_call("forward()", []))
            move = Movement(Counter(ETH=self.node.balance(safe) - before), -held, kind="forward")
        elif what == "coins":
            receipt, move = self._send(FAUCET_KEY, safe, size), Movement(Counter(ETH=size), kind="donation")
        else:
            data = abi.encode_call("transfer(address,uint256)", [safe, size])
            receipt = self._send(cast.key("dora"), token, 0, data)
            move = Movement(Counter(MUT=size), kind="donation")
        assert receipt is not None, "nobody lacks anything"
        move.transaction, move.log = receipt.transaction_hash, len(receipt.logs) - 1
        return move

    def execute_by_hand(self, tx: SafeTx, signers: Iterable[str]) -> TxReceipt | None:
        """Owners sign in their wallets and send: neither journal nor tool know of it."""
        signed = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in signers}
        return self._send(FAUCET_KEY, tx.safe, 0, exec_transaction_call(tx, join_signatures(signed)))

    # Steps of the tool

    def publish(self, raw: bytes, author: str, supersedes: Sequence[bytes] = ()) -> proposing.Published:
        return proposing.publish(
            self.desk, raw, author=cast.signer(author), fund=cast.FUND, supersedes=supersedes
        )  # fmt: skip

    def veto(self, name: str, proposal: bytes, part: int) -> stopping.Vetoed:
        return stopping.veto(self.desk, proposal, part, b"It is wrong.\n", cast.signer(name))

    def end(self, proposal: bytes, part: int) -> stopping.Ended:
        return stopping.end(self.desk, proposal, part)

    def end_superseded(self, proposal: bytes) -> list[tuple[bytes, int]]:
        return stopping.end_superseded(self.desk, proposal)

    def ballot(self, name: str, proposal: bytes, choice: Any, timestamp: int, *, signer: str = "") -> bytes:
        message = vote_message(
            voter=cast.address(name), space=cast.SPACE, proposal=proposal, choice=choice, timestamp=timestamp
        )
        if signer in ("", name):
            return sign_envelope("Vote", message, cast.signer(name))
        forged = sign(message_id("Vote", message), cast.key(signer))
        return envelope_json("Vote", message, cast.address(name), forged)

    def vote(self, ballot: bytes) -> int:
        return voting.cast(self.desk, ballot)

    def cancel(self, proposal: bytes, name: str) -> int:
        return cancelling.cancel(self.desk, proposal, cast.signer(name))

    def close_vote(self, proposal: bytes) -> int:
        return voting.close(self.desk, proposal)

    def count(self, proposal: bytes) -> Case:
        return voting.count(self.desk, proposal)

    def act(self, name: str, proposal: bytes, part: int, kind: str, evidence: bytes | None) -> int:
        return acting.act(self.desk, proposal, part, kind, signer=cast.signer(name), evidence=evidence)

    def take_act(self, raw: bytes, evidence: bytes | None) -> int:
        return acting.take_act(self.desk, raw, evidence)

    def queue(self, proposal: bytes, part: int) -> SafeTx:
        return paying.queue(self.desk, proposal, part)

    def sign(self, name: str, proposal: bytes, part: int, tx: SafeTx) -> bool:
        paying.sign(self.desk, proposal, part, tx, cast.signer(name))
        return True

    def confirmation(self, name: str, tx: SafeTx) -> Confirmation:
        return sign_safe_tx(tx, cast.signer(name))

    def execute(self, name: str, proposal: bytes, part: int, tx: SafeTx) -> bytes:
        return paying.execute(self.desk, proposal, part, tx, cast.signer(name), seconds=0)

    def book(self, kind: str, transaction: bytes, log: int) -> int:
        known: dict[str, income.Kind] = {"premium": "premium", "forward": "forward", "donation": "donation"}
        return income.book_income(self.desk, known[kind], cast.FUND, transaction, log=log)

    def record(self, proposal: bytes) -> bytes:
        return recording.write_record(self.desk, proposal, cast.journal_key(), world.origin())

    def check_as_a_follower(self) -> int:
        """What a workspace without the journal's key checks before it takes an export; how many proposals that were."""
        hashes = self.journal.leaf_hashes()
        note = checkpoint.sign(
            checkpoint.Checkpoint(world.origin(), len(hashes), log_tree.root(hashes)),
            world.origin(),
            cast.journal_key(),
        )
        return following.check_journal(self.journal.leaves, self.journal.get, note, Trust())[1]

    def rules(self, now: int) -> Settings:
        """The settings in force for whatever comes next."""
        rows = founding.settings_rows(self.desk)
        return in_force(settings_leaves(rows), len(self.journal), now).settings

    def newest_settings(self) -> str:
        index, leaf = [(n, leaf) for n, leaf in enumerate(self.journal.leaves) if leaf.kind == "settings"][-1]
        return self.journal.get(cid_of(Row(index, leaf), "settings")).decode()

    def change_settings(self, changes: Mapping[str, object], signers: Iterable[str]) -> int:
        old = self.newest_settings()
        text = canonical({**json.loads(old), **changes})
        signatures = founding.sign_settings(text, [cast.signer(name) for name in signers], settings_cid(old).digest)
        return founding.found(self.desk, text, signatures)


def name_of(address: bytes) -> str:
    """Who lives at an address."""
    return next(name for name in cast.PEOPLE if cast.address(name) == address)
