"""A decision record of many votes: the demo's world and its first scenes, then thousands of holders who all vote.

Nothing in it is pretended. A genuine Safe signs the settings, every holder has a key and a balance of his own, every
power is proved from the snapshot block, the result is counted and one part is paid. Keys, amounts and times are fixed.
Making it takes some minutes, so the file is kept in the user's cache folder; `--again` makes it anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from chain import abi
from chain.clients import devnet_contracts
from chain.clients.devnet import Devnet
from chain.multi_send import InnerCall, encode_multi_send
from chain.safe_deployments import MULTI_SEND_CALL_ONLY
from chain.signature import address_of
from chain.signer import KeySigner
from dao.cli.start.demo import cast, scenes_before, world
from dao.cli.start.demo.stage import Stage
from dao.keys import devnet_key
from dao.store.journal import Journal
from dao.workflow import paying, recording, voting
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.proposing import Published
from governance.messages import message_id, sign_envelope, vote_message

VOTES = 10_000
HELD = 300_000 * cast.UNIT
"""What the voters hold together: less than the author has, and more than the quorum."""
TRANSFERS = 250
"""Payments to holders in one transaction."""
TRANSFERS_GAS = 25_000_000
ROUNDS = 4
"""Times at which votes come in; the journal checks each round as a whole."""


def record(votes: int = VOTES, *, again: bool = False) -> Path:
    """Return the file of the record of so many votes, making it where there is none."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mutual-dao" / "benchmarks"
    file = folder / f"record-of-{votes}-votes.car"
    if again or not file.exists():
        made = make(votes)
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(made)
        part.replace(file)
    return file


def make(votes: int) -> bytes:
    """Play the proposal from the first block to its payout, and return the bytes of its record."""
    keys = [devnet_key(f"voter {number}") for number in range(votes)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Devnet.temporary(cast.GENESIS) as devnet,
        Journal(Path(folder) / "journal.sqlite", create=True) as journal,
    ):
        with _step("Safe, token and fund"):
            there, desk = world.build(devnet), Desk(journal, devnet.node())
            with _in_silence() as stage:
                scenes_before.found(stage, desk, there)
                scenes_before.earn(stage, desk, there)
        with _step(f"{votes} holders"):
            _pay_out(there, [address_of(key) for key in keys])
        with _step("proposal"), _in_silence() as stage:
            published = scenes_before.publish(stage, desk, there, Path(folder) / "iip-1.md")
        with _step(f"{votes} votes"):
            there.wait_until(published.start)
            share = -(-votes // ROUNDS)
            for first in range(0, votes, share):
                _cast(desk, published, keys[first : first + share], first)
                there.wait(cast.HOUR)
        with _step("close"):
            there.wait_until(published.end + cast.HOUR)
            voting.close(desk, published.id)
        with _step("count"):
            voting.count(desk, published.id)
        with _step("pay"):
            tx = paying.queue(desk, published.id, 1)
            there.wait(2 * cast.DAY)
            for name in cast.OWNERS[: cast.THRESHOLD]:
                paying.sign(desk, published.id, 1, tx, cast.signer(name))
            paying.execute(desk, published.id, 1, tx, cast.signer("ann"))
        with _step("record"):
            made = recording.write_record(desk, published.id, cast.journal_key(), world.origin())
    return made


def _pay_out(there: world.World, holders: list[bytes]) -> None:
    """Give each holder his tokens: the author hands the sum to the genuine MultiSendCallOnly, which whoever calls it
    lets make any calls in its own name, and it pays many of them at once.
    """
    node, dora = there.devnet.node(), cast.key(cast.AUTHOR)
    amounts = [HELD // len(holders) + number for number in range(len(holders))]  # each another one
    sender = MULTI_SEND_CALL_ONLY["1.4.1"]
    devnet_contracts.transfer(node, dora, there.token, sender, sum(amounts))
    calls = [
        InnerCall(0, there.token, 0, abi.encode_call("transfer(address,uint256)", [holder, amount]))
        for holder, amount in zip(holders, amounts, strict=True)
    ]
    for first in range(0, len(calls), TRANSFERS):
        data = encode_multi_send(calls[first : first + TRANSFERS])
        assert node.wait(node.submit(dora, sender, data=data, gas=TRANSFERS_GAS)).status == 1


def _cast(desk: Desk, published: Published, keys: list[bytes], first: int) -> None:
    """Sign one round of votes and take them in one step; six in ten are for, three against."""
    now = desk.now()
    blocks, facts = Blocks(), []
    for number, key in enumerate(keys, first):
        message = vote_message(
            voter=address_of(key),
            space=cast.SPACE,
            proposal=published.id,
            choice=(1, 1, 1, 1, 1, 1, 2, 2, 2, 3)[number % 10],
            timestamp=now,
        )
        envelope = blocks.raw(sign_envelope("Vote", message, KeySigner(key)))
        facts.append(Fact("vote", {"id": message_id("Vote", message), "proposal": published.id, "envelope": envelope}))
    desk.take(facts, blocks, published.id)


@contextlib.contextmanager
def _in_silence() -> Iterator[Stage]:
    """Give a stage for the demo's scenes, and keep its words from the terminal."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield Stage()


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    start = time.perf_counter()
    print(f"  {what} … ", end="", file=sys.stderr, flush=True)
    yield
    print(f"{time.perf_counter() - start:.1f} s", file=sys.stderr)


def main() -> None:
    """Make the record, or find it, and say where it is."""
    file = record(again="--again" in sys.argv[1:])
    print(file)


if __name__ == "__main__":
    main()
