"""`proposals.schedule.contracts` against contracts that run: OpenZeppelin's own bytecode, and the
escrow's and the vault's formulas.

The bytecode comes from npm at test time: `npm ci --prefix tests/npm/openzeppelin --ignore-scripts`. Without it the
tests that need it skip, and fail instead with CI=true.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chain import abi
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import CallReverted, Node
from chain.keccak import keccak256
from chain.signature import address_of
from proposals.schedule import AMOUNT_MAX, Schedule, ScheduleError
from proposals.schedule.contracts import (
    HAKKA_PERIOD_MAX,
    HAKKA_PERIOD_SECONDS,
    vesting_escrow,
    vesting_vault,
    vesting_wallet,
)
from tests.chain.clients.vesting_probe import Probe

FOLDER = Path(__file__).resolve().parents[2] / "npm" / "openzeppelin"
PACKAGE = FOLDER / "node_modules" / "@openzeppelin" / "contracts"
SCHEDULES, ESCROWS = (500, 200) if os.environ.get("CI") == "true" else (20, 20)
TIMES = 20
BORN = 1_700_000_000
STRANGER = keccak256(b"a stranger who releases")
BENEFICIARY = b"\x77" * 20


@cache
def plain_code() -> bytes:
    need_openzeppelin()
    artifact = json.loads((PACKAGE / "build" / "contracts" / "VestingWallet.json").read_text("utf-8"))
    return bytes.fromhex(artifact["bytecode"].removeprefix("0x"))


@cache
def cliff_code() -> bytes:
    need_openzeppelin()
    done = subprocess.run(["node", str(FOLDER / "compile.mjs")], capture_output=True, text=True, check=True)
    return bytes.fromhex(done.stdout)


def need_openzeppelin() -> None:
    if shutil.which("node") is None or not PACKAGE.is_dir():
        reason = (
            "OpenZeppelin's contracts are not installed; Node and `npm ci --prefix tests/npm/openzeppelin "
            "--ignore-scripts` install them"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def init_code(start: int, duration: int, cliff: int = 0) -> bytes:
    """With no cliff the wallet as it is shipped; with one, the abstract contract with a constructor."""
    if cliff:
        return cliff_code() + abi.encode(["address", *["uint64"] * 3], [BENEFICIARY, start, duration, cliff])
    return plain_code() + abi.encode(["address", "uint64", "uint64"], [BENEFICIARY, start, duration])


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A chain of its own, because these tests move its time."""
    with Devnet.temporary(BORN) as devnet:
        yield devnet.node()


@pytest.fixture(scope="module")
def probe(node: Node) -> Probe:
    return Probe(node)


def amounts(chance: random.Random, duration: int) -> int:
    """Fewer units than seconds, as many as a token has, and the most that the contract can pay."""
    limit = AMOUNT_MAX // max(1, duration)
    return chance.choice((chance.randrange(200), *(min(limit, chance.randrange(10**26)) for _ in range(3)), limit))


def times(chance: random.Random, start: int, duration: int, cliff: int) -> list[int]:
    near = [time + move for time in (start, start + cliff, start + duration) for move in (-1, 0, 1)]
    anywhere = [start + chance.randrange(duration + 2) for _ in range(TIMES - len(near) - 1)]
    return [*(time for time in near if time >= 0), *anywhere, chance.randrange(2**33)]


def test_openzeppelin_is_equal_in_every_vested_amount(probe: Probe) -> None:
    """Random schedules, with and without a cliff, at twenty times each, edges among them."""
    chance = random.Random("vesting wallets")
    compared = 0
    for number in range(SCHEDULES):
        start, duration = chance.randrange(1, 4 * 10**9), chance.choice((0, 1, chance.randrange(500), 94_694_400))
        cliff = 0 if number % 2 else chance.randrange(duration + 1)
        amount = amounts(chance, duration)
        moments = times(chance, start, duration, cliff)
        schedule = vesting_wallet(amount, start, duration, cliff)

        assert probe.wallet(init_code(start, duration, cliff), amount, moments) == list(map(schedule.vested, moments))
        compared += len(moments)
    assert SCHEDULES * TIMES == compared


def test_the_escrow_is_equal_in_every_vested_amount(probe: Probe) -> None:
    """The same for the formula of Curve and yearn, written in Vyper for this test alone."""
    chance = random.Random("vesting escrows")
    for _ in range(ESCROWS):
        start, duration = chance.randrange(1, 4 * 10**9), chance.choice((1, 1 + chance.randrange(500), 94_694_400))
        cliff = chance.choice((0, duration, chance.randrange(duration + 1)))
        amount = amounts(chance, duration)
        moments = times(chance, start, duration, cliff)
        schedule = vesting_escrow(amount, start, start + duration, cliff)

        assert probe.escrow(amount, start, start + duration, cliff, moments) == list(map(schedule.vested, moments))


def test_the_vault_is_equal_at_every_withdrawal(probe: Probe) -> None:
    """Tried a second too early and in time, step by step: in 256 bits the same payments, those of the wiki among them;
    and who comes when he likes has at most what is vested, and less for ever.
    """
    chance = random.Random("vesting vaults")
    cases = [(10**22, 1738 * 10**14, HAKKA_PERIOD_SECONDS), (10**22, 17 * 10**16, HAKKA_PERIOD_SECONDS)]
    for _ in range(20):
        share = chance.randrange(10**16, 10**18 + 1)
        balance = min(AMOUNT_MAX // share, chance.choice((chance.randrange(200), chance.randrange(10**26), AMOUNT_MAX)))
        cases.append((balance, share, chance.randrange(HAKKA_PERIOD_MAX + 1)))
    for balance, share, period in cases:
        first = chance.randrange(HAKKA_PERIOD_MAX + 2, 10**9)
        steps = [first + number * (period + 1) for number in range(TIMES // 2)]
        moments = [time for step in steps for time in (step - 1, step)][1:]
        schedule = vesting_vault(balance, first, share, period)
        visits = sorted({first, *(first + chance.randrange(TIMES * (period + 1)) for _ in range(TIMES - 1))})

        assert probe.vault(balance, share, period, moments) == list(map(schedule.vested, moments))
        late = probe.vault(balance, share, period, visits)
        assert all(paid <= schedule.vested(time) for paid, time in zip(late, visits, strict=True))


@pytest.mark.parametrize(("amount", "duration"), [(AMOUNT_MAX, 3), (AMOUNT_MAX // 99 + 1, 100)])
def test_H93_what_the_contract_would_never_pay_is_refused(probe: Probe, amount: int, duration: int) -> None:
    """It takes the money and reverts on every release before the end; one unit less and it pays."""
    with pytest.raises(CallReverted):
        probe.wallet(init_code(BORN, duration), amount, [BORN + duration - 1])
    with pytest.raises(ScheduleError, match="overflow"):
        vesting_wallet(amount, BORN, duration)

    most = AMOUNT_MAX // (duration - 1)
    assert [vesting_wallet(most, BORN, duration).vested(BORN + duration - 1)] == probe.wallet(
        init_code(BORN, duration), most, [BORN + duration - 1]
    )


def test_H93_a_cliff_that_is_longer_than_the_duration(probe: Probe) -> None:
    """The contract's constructor reverts, and the schedule is refused; a cliff as long as the duration is taken."""
    with pytest.raises(CallReverted):
        probe.wallet(init_code(BORN, 10, 11), 7, [BORN])
    with pytest.raises(ScheduleError, match="cliff_long"):
        vesting_wallet(7, BORN, 10, 11)

    assert [0, 7] == probe.wallet(init_code(BORN, 10, 10), 7, [BORN + 9, BORN + 10])


def test_H93_a_duration_of_nothing_is_a_lock(probe: Probe) -> None:
    """Everything at the start, nothing one second before."""
    moments = [BORN - 1, BORN, BORN + 1]
    lock = vesting_wallet(9, BORN, 0)

    assert [0, 9, 9] == probe.wallet(init_code(BORN, 0), 9, moments) == list(map(lock.vested, moments))


class Wallet:
    """A real wallet on the chain that holds some of the probe's token."""

    def __init__(self, probe: Probe, start: int, duration: int, amount: int) -> None:
        receipt = probe.node.send(FAUCET_KEY, None, data=init_code(start, duration))
        assert receipt.contract is not None
        self.probe, self.node, self.address = probe, probe.node, receipt.contract
        self.start, self.duration = start, duration
        self.fund(amount)

    def fund(self, amount: int) -> None:
        data = abi.encode_call("mint(address,uint256)", [self.address, amount])
        self.node.send(FAUCET_KEY, self.probe.address, data=data)

    def ask(self, signature: str) -> int:
        return int.from_bytes(self.node.call(self.address, abi.encode_call(signature, [self.probe.address])))

    def held(self, account: bytes) -> int:
        return int.from_bytes(self.node.call(self.probe.address, abi.encode_call("balanceOf(address)", [account])))

    def release(self, key: bytes) -> int:
        """Release with somebody's key; return the time of the block."""
        receipt = self.node.send(key, self.address, data=abi.encode_call("release(address)", [self.probe.address]))
        return self.node.block(receipt.block.number).timestamp

    def schedule(self) -> Schedule:
        """The schedule of what it holds and has released."""
        total = self.held(self.address) + self.ask("released(address)")
        return vesting_wallet(total, self.start, self.duration)


def test_a_stranger_releases_for_the_beneficiary(probe: Probe) -> None:
    """Anybody may; what is vested at the block's own time goes to the owner, and nothing to the stranger."""
    wallet = Wallet(probe, BORN, 10**9, 10**24)
    before = wallet.held(BENEFICIARY)
    at = wallet.release(STRANGER)

    assert wallet.schedule().vested(at) == wallet.held(BENEFICIARY) - before == wallet.ask("released(address)")
    assert 0 == wallet.held(address_of(STRANGER))
    again = wallet.release(STRANGER)
    assert wallet.schedule().vested(again) == wallet.held(BENEFICIARY) - before


def test_a_top_up_vests_as_if_it_had_been_there_from_the_start(probe: Probe) -> None:
    """After a release, too: the total is what is held and what was released."""
    wallet = Wallet(probe, BORN - 10**6, 2 * 10**6, 10**20)
    first = wallet.release(STRANGER)
    early = vesting_wallet(10**20, wallet.start, wallet.duration).vested(first)
    wallet.fund(3 * 10**20)
    second = wallet.release(STRANGER)

    assert (4 * 10**20) == wallet.schedule().total
    assert wallet.schedule().vested(second) == wallet.ask("released(address)") > 2 * early
