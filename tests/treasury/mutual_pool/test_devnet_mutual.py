"""A contract of our own with the mutual's economics, on a chain beside the model: equal to the wei.

The embedded chain runs a few hundred purchases; the acceptance's ten thousand run on anvil with CI=true, because the
embedded chain would take minutes for them.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from chain import abi
from chain.clients.contracts.build import compile_contract
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node, Read
from chain.signature import address_of as address_behind
from tests.dao.cli.nodes.chains import anvil
from tests.treasury.mutual_pool.cases import history_document, run, vector
from tests.treasury.mutual_pool.devnet_mutual import (
    ARTIFACT,
    BATCH,
    FOLDER,
    address_of,
    deploy_mutual,
    model_state,
    play,
    read_state,
    told,
)
from treasury.clients.mutual_contract import read_totals
from treasury.mutual_pool.contract import apply
from treasury.mutual_pool.curve import DAYS_MAX, ONE, RATES, buy_price
from treasury.mutual_pool.figures import figures
from treasury.mutual_pool.history import read_history
from treasury.mutual_pool.state import (
    DAY_SECONDS,
    Buy,
    Cage,
    Claim,
    Event,
    Forward,
    Outcome,
    Pool,
    Register,
    Upgrade,
    Withdraw,
    deploy,
)
from treasury.premiums import PREMIUM_MAX_WEI, PremiumError

CI = os.environ.get("CI") == "true"
START = 1_600_000_000
PEOPLE = tuple(f"p{number:02d}" for number in range(25))
CURVE = vector("price_curve")
SCENARIO = vector("dividend_claim_scenario")["steps"]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Devnet.temporary(1_700_000_000) as devnet:
        yield devnet.node()


@pytest.fixture(scope="module")
def new(node: Node) -> bytes:
    """A contract that nothing happened to."""
    return deploy_mutual(node, START)


def histories(seed: int, purchases: int) -> list[Event]:
    """Purchases of every size with everything else between them, then a shutdown, claims and withdrawals."""
    draw = random.Random(seed)
    ts, events = START, [Register(START, who, f"agent {who}", 10**16) for who in PEOPLE[:6]]
    while sum(isinstance(event, Buy) for event in events) < purchases:
        ts += draw.choice((0, 1, 600, 4_000, 30_000, 90_000, 9 * DAY_SECONDS if draw.random() < 0.05 else 2))
        events.append(_buy(draw, ts) if draw.random() < 0.9 else _other(draw, ts))
    events += [Cage(ts), _buy(draw, ts)]
    ts += 2 * DAY_SECONDS
    for who in PEOPLE:
        events += [Claim(ts, who), Withdraw(ts, who)]
    return [*events, Claim(ts, PEOPLE[0]), _buy(draw, ts), Forward(ts, PEOPLE[0])]


def _buy(draw: random.Random, ts: int) -> Buy:
    premium = draw.choice((draw.randint(10**9, 10**19), 10 ** draw.randint(9, 21) + draw.randint(0, 99), 10**9 - 1))
    if draw.random() < 0.03:
        premium = draw.randint(PREMIUM_MAX_WEI - 2, PREMIUM_MAX_WEI + 1)
    days = draw.choice((0, 1, 2, 30, 100, 101, draw.randint(0, 130)))
    return Buy(ts, draw.choice(PEOPLE), premium, days, draw.choice((None, *PEOPLE[:9])))


def _other(draw: random.Random, ts: int) -> Event:
    who = draw.choice(PEOPLE)
    value = draw.choice((10**16, 10**16 - 1))
    return draw.choice((
        Upgrade(ts, who), Withdraw(ts, who), Forward(ts, who), Claim(ts, who),
        Register(ts, who, f"agent {draw.choice(PEOPLE)}", value),
    ))  # fmt: skip


def run_beside(node: Node, contract: bytes, pool: Pool, events: list[Event]) -> Pool:
    """Play events on the chain and in the model, and compare outcomes and whole states after every transaction."""
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        outcomes: list[Outcome] = []
        for event in batch:
            outcomes.append(apply(pool, event))
            pool = outcomes[-1].pool
        assert told(outcomes) == play(node, contract, batch)
        assert model_state(pool, PEOPLE, buy_price(pool.shares)) == read_state(node, contract, PEOPLE)
    return pool


def test_the_artifact_is_what_the_source_compiles_to() -> None:
    """Compiling again gives the same file, byte for byte."""
    assert (FOLDER / "Mutual.json").read_text("utf-8") == compile_contract("Mutual", FOLDER)
    assert "vyper 0.4.3" == ARTIFACT["compiler"]


def test_a_random_history_beside_the_model(node: Node) -> None:
    """Two hundred purchases and all that stands between them, equal after each transaction of a hundred."""
    events = histories(seed=20_201_121, purchases=200)
    pool = run_beside(node, deploy_mutual(node, START), deploy(START), events)

    assert pool.ended
    assert {Buy, Register, Upgrade, Withdraw, Claim, Forward, Cage} == {type(event) for event in events}


def test_ten_thousand_purchases_beside_the_model() -> None:
    """With CI=true ten thousand, a hundred a transaction, on another maker's node; else five hundred."""
    with anvil("--gas-limit", "300000000") as chain:
        chain.ask("anvil_setBalance", "0x" + address_behind(FAUCET_KEY).hex(), hex(10**24))
        node, bought = chain.node(), 0
        for seed in range(4 if CI else 1):
            events = histories(seed, 2_500 if CI else 500)
            bought += sum(isinstance(event, Buy) for event in events)
            run_beside(node, deploy_mutual(node, START), deploy(START), events)

    assert bought >= (10_000 if CI else 500)


def test_the_measured_history_beside_the_model() -> None:
    """What people did in the measured history, without the contract wallet, which this contract does not know."""
    history = read_history(json.dumps(history_document()).encode())
    events = [_kept(event) for event in history.events if getattr(event, "human", True)]
    with anvil("--gas-limit", "300000000") as chain:
        chain.ask("anvil_setBalance", "0x" + address_behind(FAUCET_KEY).hex(), hex(10**24))
        contract = deploy_mutual(chain.node(), history.deploy_ts)
        pool = deploy(history.deploy_ts)
        outcomes = [run(pool)]
        for event in events:
            outcomes.append(apply(outcomes[-1].pool, event))

        assert told(outcomes[1:]) == play(chain.node(), contract, events)
        last = outcomes[-1].pool
        accounts = history.accounts
        assert model_state(last, accounts, buy_price(last.shares)) == read_state(chain.node(), contract, accounts)


def _kept(event: Event) -> Event:
    return event._replace(name=event.name.lower()) if isinstance(event, Register) else event


def asked(node: Node, contract: bytes, signature: str, *arguments: int) -> int:
    return int.from_bytes(node.call(contract, abi.encode_call(signature, list(arguments))), "big")


def test_the_curve_s_vectors_through_the_contract(node: Node, new: bytes) -> None:
    """Rates, prices, shares and purchases of the vectors come out of the contract as they stand there."""
    reads = [Read(new, abi.encode_call("rate(uint256)", [day])) for day in range(DAYS_MAX + 1)]
    rates = [int.from_bytes(answer or b"", "big") for answer in node.read_many(reads, node.head().ref.number)]
    assert [int(rate) for rate in CURVE["rates"]] == list(RATES) == rates
    for case in CURVE["next_price"]:
        at = case["shares"] * ONE
        below = asked(node, new, "ethOf(uint256)", at)
        assert (int(case["below"]), int(case["price"])) == (below, asked(node, new, "ethOf(uint256)", at + ONE) - below)
    for case in CURVE["shares_of_eth"]:
        assert int(case["shares"]) == asked(node, new, "mintShare(uint256,uint256)", 0, int(case["wei"]))
    for case in CURVE["purchases"]:
        along = asked(node, new, "shareOfPremium(uint256,uint256)", int(case["premium"]), case["days"])
        minted = asked(node, new, "mintShare(uint256,uint256)", int(case["eth_of_share"]), along)
        assert (int(case["to_curve"]), int(case["shares"])) == (along, minted)


@pytest.mark.parametrize("case", CURVE["quotes"], ids=lambda case: f"{case['shares']}-{case['units']}-{case['days']}")
def test_quotes_through_the_contract(node: Node, new: bytes, case: dict[str, Any]) -> None:
    """The least premium mints the units there, and a wei less does not; the printed formula's price does not."""
    at = asked(node, new, "ethOf(uint256)", case["shares"] * ONE)

    def minted(premium: int) -> int:
        along = asked(node, new, "shareOfPremium(uint256,uint256)", premium, case["days"])
        return asked(node, new, "mintShare(uint256,uint256)", at, along)

    assert minted(int(case["least"]) - 1) < case["units"] * ONE <= minted(int(case["least"]))
    if case["days"] == DAYS_MAX:
        assert minted(int(case["printed_formula"])) < case["units"] * ONE


def test_the_dividend_scenario_through_the_contract(node: Node) -> None:
    """Five purchases, a shutdown and four claims: the state after each purchase, and each claim's wei."""
    day = 18_524
    contract, ts = deploy_mutual(node, day * DAY_SECONDS), day * DAY_SECONDS
    fee = 0
    for step in SCENARIO:
        ts = max(ts + 1, step.get("day", 0) * DAY_SECONDS)
        if step["op"] == "buy":
            event = Buy(ts, step["buyer"], int(step["premium"]), step["days"], step["agent"])
            assert [(True, 0)] == play(node, contract, [event])
            found, state = read_state(node, contract, ()), step["state"]
            names = ("ethOfShare", "shares", "pool", "mask", "issuedInsurance")
            expected = [state[name] for name in ("eth_of_share", "shares", "pool", "mask", "issued")]
            assert expected == [str(found["globals"][name]) for name in names]
            assert (int(state["hakka_total"]) + fee, int(state["iip_total"])) == found["balances"][1:3]
        elif step["op"] == "register":
            fee = int(step["fee_wei"])
            play(node, contract, [Register(ts, step["who"], step["who"], fee)])
        elif step["op"] != "advance_day":
            claims = [Cage(ts), *(Claim(ts + 1, who) for who in step["claims"])]
            assert list(map(int, step["claims"].values())) == [wei for _, wei in play(node, contract, claims)[1:]]


def test_totals_are_read_as_the_dashboard_wants_them(node: Node) -> None:
    """The contract's own totals give the model's figures, today and when cover has run out unseen."""
    contract, pool = deploy_mutual(node, START), deploy(START)
    events = histories(seed=7, purchases=40)[:30]
    play(node, contract, events)
    pool = run(pool, *events).pool
    totals = read_totals(node, contract, node.head().ref.number)

    for day in (pool.today, pool.today + 1, pool.today + 31, pool.today + 200):
        assert figures(pool, day) == totals.figures(day)
    assert totals.figures(pool.today + 200).locked


def test_what_is_no_mutual_is_refused(node: Node) -> None:
    """An address without code, and a contract that answers otherwise."""
    for place in (address_of("nobody"), bytes(20)):
        with pytest.raises(PremiumError) as refused:
            read_totals(node, place, node.head().ref.number)

        assert "E_PREM_CONTRACT" == refused.value.code
