"""`dao pool status` of a contract on another maker's node: its own totals, the alarm, and what is no mutual."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.chains import CHAIN_ID, Chain, anvil
from tests.treasury.mutual_pool.cases import run
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual, play
from treasury.mutual_pool.figures import figures
from treasury.mutual_pool.state import DAY_SECONDS, Buy, deploy

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    with anvil("--gas-limit", "300000000") as chain:
        chain.ask("anvil_setBalance", "0x" + address_of(FAUCET_KEY).hex(), hex(10**24))
        yield chain


def test_a_contract_s_dashboard(dao: Dao, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the contract counts now; when its cover has run out unseen, the alarm, status 1 and the stale count."""
    monkeypatch.setenv("NODE", chain.url)
    node, now = chain.node(), chain.now()
    events = [Buy(now + 1, "ann", 10**18, 3), Buy(now + 2, "bob", 10**17, 1, "ann")]
    contract, pool = deploy_mutual(node, now), run(deploy(now), *events).pool
    play(node, contract, events)
    line = ("pool", "status", checksum(contract), "--rpc-env", "NODE")
    found = dao(*line, "--json")
    chain.time_travel(now + 40 * DAY_SECONDS)
    later, told = dao(*line, "--json"), dao(*line)

    expected = figures(pool, now // DAY_SECONDS)
    assert (0, CHAIN_ID, "read", None) == (
        found.status,
        found.document["chain_id"],
        found.document["source"],
        found.document["alarm"],
    )
    assert (str(expected.pool), str(expected.active), str(expected.multiple)) == tuple(
        found.document[key] for key in ("pool", "active", "multiple")
    )
    assert (1, "E_PREM_LOCKED", "0", str(expected.issued)) == (
        later.status,
        *(later.document[key] for key in ("alarm", "active", "counted")),
    )
    assert "Nobody is insured" in told.out
    assert "nothing of it is proved" in told.out.replace("\n", " ")


def test_H94_what_is_no_mutual_has_no_dashboard(dao: Dao, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address without code is refused; the real contract is looked for on mainnet alone."""
    monkeypatch.setenv("NODE", chain.url)
    nobody = dao("pool", "status", checksum(b"\x07" * 20), "--rpc-env", "NODE", "--json")
    elsewhere = dao("pool", "status", "--rpc-env", "NODE", "--json")

    assert (1, "E_PREM_CONTRACT") == (nobody.status, nobody.document["error"]["code"])
    assert (2, "E_RPC_CHAIN") == (elsewhere.status, elsewhere.document["error"]["code"])
