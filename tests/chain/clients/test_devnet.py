"""The embedded chain as its users see it: one file, one time, one holder, and nothing that depends on chance."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import chain
from chain.clients.devnet import FAUCET_BALANCE, FAUCET_KEY, SINGLETON_FACTORY, Devnet, DevnetError
from chain.clients.node import NodeError
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from chain.signature import address_of

BORN = 1_700_000_000
PAYEE = b"\x11" * 20
ROOT = Path(chain.__file__).parents[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devnet.sqlite"


def run(script: str, path: Path) -> str:
    head = (
        "import sys; from pathlib import Path; from chain.clients.devnet import *\n"
        f"path = Path(sys.argv[1]); payee = bytes.fromhex('{PAYEE.hex()}')\n"
    )
    return subprocess.check_output([sys.executable, "-c", head + script, path], text=True, cwd=ROOT).strip()


def test_separate_commands_see_one_chain(path: Path) -> None:
    """What one process mined another finds, with receipts, old state and time, and goes on from there."""
    with Devnet.create(path, BORN) as devnet:
        paid = devnet.node().send(FAUCET_KEY, PAYEE, 5)
        devnet.time_travel(BORN + 1000)

    run("with Devnet.open(path) as devnet: devnet.node().send(FAUCET_KEY, payee, 7)", path)

    with Devnet.open(path) as devnet:
        node = devnet.node()
        assert (3, BORN + 1001) == (node.head().ref.number, devnet.now())
        assert (12, 5) == (node.balance(PAYEE), node.balance(PAYEE, 1))
        assert paid == node.receipt(paid.transaction_hash)


def test_two_processes_cannot_hold_one_chain(path: Path) -> None:
    """While one command holds the file another is told so at once."""
    script = "\ntry: Devnet.open(path)\nexcept DevnetError as error: print(error.code)"
    with Devnet.create(path, BORN):
        assert "E_LOCKED" == run(script, path)
    assert "" == run(script, path)


def test_acknowledged_transactions_survive_a_kill(path: Path) -> None:
    """A process that is killed with -9 right after a receipt has lost nothing that it was told."""
    Devnet.create(path, BORN).close()
    script = (
        "import os, signal\ndevnet = Devnet.open(path)\n"
        "for _ in range(3): print(devnet.node().send(FAUCET_KEY, payee, 1).block.hash.hex(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with pytest.raises(subprocess.CalledProcessError) as killed:
        run(script, path)
    told = [bytes.fromhex(line) for line in killed.value.output.split()]

    assert -signal.SIGKILL == killed.value.returncode
    with Devnet.open(path) as devnet:
        assert 3 == devnet.node().balance(PAYEE)
        assert told == [devnet.node().block(number).ref.hash for number in (1, 2, 3)]


def test_what_was_mined_is_kept_when_a_command_fails(path: Path) -> None:
    """An exception after a transaction does not undo the transaction; chains do not work like that."""

    def command() -> None:
        with Devnet.create(path, BORN) as devnet:
            devnet.node().send(FAUCET_KEY, PAYEE, 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()
    with Devnet.open(path) as devnet:
        assert 5 == devnet.node().balance(PAYEE)


def test_file_grows_by_what_is_new(path: Path) -> None:
    """Twenty more blocks cost the same however many there were: the state is never written whole."""
    sizes = [0]
    with Devnet.create(path, BORN) as devnet:
        for _ in range(3):
            for _ in range(20):
                devnet.node().send(FAUCET_KEY, PAYEE, 1)
            devnet._store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            sizes.append(os.path.getsize(path))

    first, second, third = (after - before for before, after in pairwise(sizes))
    assert third <= 2 * second <= 4 * first


def test_genesis_holds_what_is_published() -> None:
    """The chain begins at the time given, with the faucet and Safe's factory, and with the reserved chain id."""
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        assert (0, BORN) == (node.head().ref.number, node.head().timestamp)
        assert FAUCET_BALANCE == node.balance(address_of(FAUCET_KEY))
        assert keccak256(b"mutual-dao devnet faucet: everybody knows this key") == FAUCET_KEY
        assert 69 == len(node.code(SINGLETON_FACTORY))
        assert DEVNET_CHAIN_ID == node.chain_id()


def test_same_deeds_make_the_same_chain() -> None:
    """No clock and no randomness: two chains with one history have one head hash."""
    heads = []
    for _ in range(2):
        with Devnet.temporary(BORN) as devnet:
            devnet.node().send(FAUCET_KEY, PAYEE, 5)
            devnet.time_travel(BORN + 500)
            heads.append(devnet.node().head())

    assert heads[0] == heads[1]


def test_time_moves_by_one_second_a_block_and_otherwise_when_told() -> None:
    """Blocks follow each other by a second, whatever the clock says; time travel mines at exactly its time."""
    with Devnet.temporary(BORN) as devnet:
        devnet.node().send(FAUCET_KEY, PAYEE, 1)
        assert BORN + 1 == devnet.now()
        devnet.time_travel(BORN + 86_400)
        assert BORN + 86_400 == devnet.now()
        devnet.node().send(FAUCET_KEY, PAYEE, 1)
        assert BORN + 86_401 == devnet.now()


@pytest.mark.parametrize(("asked", "reason"), [(BORN, "devnet"), (BORN - 5, "devnet"), (BORN * 1000, "range")])
def test_time_does_not_go_back_nor_to_milliseconds(asked: int, reason: str) -> None:
    """The same second, an earlier one, and milliseconds are refused, and no block is mined."""
    with Devnet.temporary(BORN) as devnet:
        with pytest.raises(DevnetError) as refused:
            devnet.time_travel(asked)

        assert ("E_TIME", reason) == (refused.value.code, refused.value.reason)
        assert (BORN, 0) == (devnet.now(), devnet.node().head().ref.number)


def test_birth_in_milliseconds_is_refused(path: Path) -> None:
    """The genesis time is checked before a file is made."""
    with pytest.raises(DevnetError):
        Devnet.create(path, BORN * 1000)
    assert not path.exists()


def test_file_without_blocks_is_damaged(path: Path) -> None:
    """A file of the right form that lost its rows is named as damaged, and is free again afterwards."""
    Devnet.create(path, BORN).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM kv")

    for _ in range(2):
        with pytest.raises(DevnetError) as refused:
            Devnet.open(path)
        assert "E_IO_DAMAGED" == refused.value.code


def test_one_block_takes_several_transactions() -> None:
    """Transactions sent together stand in one block, in order, with gas and log places counted along it."""
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        with devnet.one_block():
            hashes = [node.submit(FAUCET_KEY, PAYEE, amount) for amount in (1, 2, 3)]
            assert [None] * 3 == [node.receipt(tx_hash) for tx_hash in hashes]
        receipts = [node.wait(tx_hash) for tx_hash in hashes]

        assert [(1, 0), (1, 1), (1, 2)] == [(one.block.number, one.transaction_index) for one in receipts]
        assert (6, [21_000] * 3) == (node.balance(PAYEE), [one.gas_used for one in receipts])


def test_one_block_at_a_time_of_its_own() -> None:
    """A block of several can be at a given time, and what runs in it sees that time."""
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        clock = bytes.fromhex("4260005500")  # stores the block's time in slot 0
        contract = node.send(FAUCET_KEY, None, data=bytes.fromhex("6005600c60003960056000f3") + clock).contract
        assert contract is not None
        with devnet.one_block(BORN + 777):
            node.submit(FAUCET_KEY, contract, gas=100_000)

        assert BORN + 777 == devnet.now() == node.storage(contract, 0)
        with pytest.raises(DevnetError), devnet.one_block(BORN):
            pass


def test_a_refusal_leaves_the_open_block_as_it_was() -> None:
    """A bad transaction between two good ones of one block is refused alone."""
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        with devnet.one_block():
            node.submit(FAUCET_KEY, PAYEE, 1, gas=21_000)
            with pytest.raises(NodeError):
                node.submit(FAUCET_KEY, PAYEE, 2 * FAUCET_BALANCE, gas=21_000)
            node.submit(FAUCET_KEY, PAYEE, 2, gas=21_000)

        assert (3, 1) == (node.balance(PAYEE), node.head().ref.number)


def test_gas_is_free() -> None:
    """A payment changes the payer's balance by exactly what was paid."""
    with Devnet.temporary(BORN) as devnet:
        devnet.node().send(FAUCET_KEY, PAYEE, 12345)

        assert FAUCET_BALANCE - 12345 == devnet.node().balance(address_of(FAUCET_KEY))
