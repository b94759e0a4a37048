"""`dao vesting check` against OpenZeppelin's own wallet on a chain that is served over HTTP.

The wallet comes from npm at test time, as in `tests/chain/clients/test_vesting_contracts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain import address
from chain.amount import spell
from chain.clients.node import Node
from chain.vesting_wallet import init_code, release_call, version_of, version_of_init
from proposals.times import spell_instant
from tests.chain.clients.test_vesting_contracts import plain_code
from tests.dao.cli import served_chain
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.served_chain import CHAIN_ID
from tests.treasury.plans import ANN, BEN, MUTON, grant

Dao = Callable[..., Outcome]

TGE, DURATION, AMOUNT = 1_768_464_000, 63_072_000, 100 * 10**18
"""2026-01-15 in years of 365 days, two of them, a year before the chain's first block."""


class World:
    """A chain with a token, and a wallet that holds a hundred of them."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.node = Node(url, chain_id=CHAIN_ID)
        self.token = token
        receipt = self.node.send(
            served_chain.key("gil"), None, data=init_code(plain_code(), address.parse(ANN), TGE, DURATION)
        )
        assert receipt.contract is not None
        self.wallet = receipt.contract
        from chain.clients.devnet_contracts import transfer

        transfer(self.node, served_chain.key("gil"), address.parse(token), self.wallet, AMOUNT)

    def release(self) -> tuple[str, int]:
        """A stranger releases: the transaction's hash, and how much."""
        receipt = self.node.send(served_chain.key("eve"), self.wallet, data=release_call(address.parse(self.token)))
        (log,) = [entry.log for entry in receipt.logs if entry.log.address == self.wallet]
        return "0x" + receipt.transaction_hash.hex(), int.from_bytes(log.data, "big")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    plain_code()
    with served_chain.served() as chain:
        yield World(chain.url, chain.places["token"])


@pytest.fixture
def write(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a plan that is paid by the wallet; the books are rows of transaction and base units."""
    monkeypatch.setenv("NODE_URL", world.url)

    def written(books: dict[str, int], **changes: str) -> Path:
        said = {"tge": spell_instant(TGE), "beneficiary": ANN, "amount": "100"} | changes
        head = f'decimals = 18\nchain = {CHAIN_ID}\ntoken = "{world.token}"\ntge = "{said["tge"]}"'
        text = MUTON.replace("decimals = 18", head).replace('"anniversaries"', '"365-days"')
        more = f'wallet = "{address.checksum(world.wallet)}"\nrelease = {{ kind = "linear", months = 24 }}'
        rows = "".join(
            f'\n[[released]]\ngrant = "ann"\namount = "{spell(units, 18)}"\ntransaction = "{hash_}"\n'
            for hash_, units in books.items()
        )
        path = tmp_path / "plan.toml"
        path.write_text(text + grant("ann", said["beneficiary"], amount=said["amount"], more=more) + rows, "utf-8")
        return path

    return written


def found(dao: Dao, path: Path) -> tuple[int, list[str]]:
    told = dao("vesting", "check", "--plan", path, "--rpc-env", "NODE_URL", "--json")
    assert told.document.get("ok") is (told.status == 0), told.err
    return told.status, [row["reason"] for one in told.document["grants"] for row in one["findings"]]


def test_a_wallet_against_the_plan(dao: Dao, world: World, write: Callable[..., Path]) -> None:
    """It agrees; then each of another beneficiary, a second, a wei and an unbooked release is found, alone."""
    assert (0, []) == found(dao, write({}))
    assert "agrees with the plan" in dao("vesting", "check", "--plan", write({}), "--rpc-env", "NODE_URL").out

    assert (1, ["beneficiary"]) == found(dao, write({}, beneficiary=BEN))
    assert (1, ["start"]) == found(dao, write({}, tge=spell_instant(TGE + 1)))
    assert (1, ["amount"]) == found(dao, write({}, amount="100.000000000000000001"))
    assert (1, ["amount"]) == found(dao, write({}, amount="99.999999999999999999"))

    first, units = world.release()
    assert (1, ["unbooked"]) == found(dao, write({}))
    assert (0, []) == found(dao, write({first: units}))
    assert (1, ["booked"]) == found(dao, write({first: units - 1}))
    assert (1, ["invented"]) == found(dao, write({first: units, "0x" + "07" * 32: 1}))
    told = dao("vesting", "check", "--plan", write({first: units}), "--rpc-env", "NODE_URL", "--json").document
    assert (str(AMOUNT), str(units), str(AMOUNT - units)) == tuple(
        told["grants"][0][name] for name in ("total", "released", "held")
    )
    assert int(told["grants"][0]["vested"]) >= units > 0


def test_the_code_is_the_packages(world: World) -> None:
    """The list knows what npm ships, before and after it is deployed, and no code with another byte."""
    code = world.node.code(world.wallet)

    assert "5.7.0" == version_of(code) == version_of_init(plain_code())
    assert None is version_of(code[:-1] + bytes([code[-1] ^ 1]))
    assert None is version_of_init(plain_code() + b"\x00")


def test_another_contract_is_no_wallet(dao: Dao, world: World, write: Callable[..., Path]) -> None:
    """The token's own address: its code is unknown, and it answers none of the questions."""
    path, wallet = write({}), address.checksum(world.wallet)
    path.write_text(path.read_text("utf-8").replace(f'wallet = "{wallet}"', f'wallet = "{world.token}"'), "utf-8")

    status, reasons = found(dao, path)
    assert (1, {"code", "beneficiary", "start", "duration", "amount"}) == (status, set(reasons))


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ((), 64, "E_USAGE"),
        (("--rpc-env", "NODE_URL", "--dir", "."), 64, "E_USAGE"),
        (("--rpc-env", "NODE_URL", "--grant", "zoe"), 64, "E_PLAN"),
        (("--rpc-env", "NODE_URL", "--since", "999999"), 64, "E_USAGE"),
        (("--rpc-env", "NO_SUCH_URL"), 1, "E_RPC_ENV"),
        (("--dir", "nowhere"), 1, "E_WORKSPACE"),
    ],
)
def test_mistakes(dao: Dao, write: Callable[..., Path], options: tuple[str, ...], status: int, code: str) -> None:
    """Named before any wallet is judged."""
    told = dao("vesting", "check", "--plan", write({}), *options, "--json")

    assert (status, code) == (told.status, told.document["error"]["code"])


def test_a_plan_that_names_no_wallet(dao: Dao) -> None:
    """Muton's has none, so there is nothing to check."""
    told = dao("vesting", "check", "--plan", "muton", "--tge", 5, "--rpc-env", "NODE_URL", "--json")

    assert (1, "E_PLAN") == (told.status, told.document["error"]["code"])
