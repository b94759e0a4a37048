"""Two providers: what no hash proves must be said by both; whoever lags, lies or is gone is named beside the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.clients import node
from dao.cli.start.demo import cast
from tests.dao.cli import steps_workspace
from tests.dao.cli.nodes.chains import our_chain
from tests.dao.cli.nodes.conftest import GROUND, NAMES, Ground, Scene
from tests.dao.cli.nodes.proxy import Asked, Fault, Proxy, lies, page, refuses, resets, when
from tests.dao.cli.nodes.test_one_provider import (
    BALANCE_OF,
    EXECUTE,
    TALLY,
    altered,
    assert_paid_once,
    is_logs,
    paid_from_a_wallet,
    signed,
)

FIRST, SECOND = (f"127.0.0.1 ({name})" for name in NAMES)
NONCE = "0xaffed0e0"


def one_more(word: str) -> str:
    return f"0x{int(word, 16) + 1:0{len(word) - 2}x}"


@pytest.mark.parametrize("liar", [0, 1])
@pytest.mark.parametrize(
    ("method", "data", "command", "told"),
    [
        ("eth_call", BALANCE_OF, TALLY, "at block"),
        ("eth_call", BALANCE_OF, ("vote", "cast", "IIP-2", "Against", "--key", "finn"), "at block"),
        ("eth_call", NONCE, ("queue", "IIP-1/1"), "at block"),
    ],
)
def test_H96_two_providers_disagree_on_a_word(
    pair: Scene, liar: int, method: str, data: str, command: tuple[str, ...], told: str
) -> None:
    """A power, or the Safe's nonce: neither is believed, both are named, whichever of them lies."""
    if command is TALLY:  # the close is kept, and what follows is compared with that
        pair.proxy.fault = lambda asked: asked.error(-32000, "no") if data in str(asked.params) else asked.answer()
        assert 2 == pair.dao(*command).status
        pair.honest()
    pair.proxies[liar].fault = altered(method, data, one_more)

    said = pair.uncheckable(*command, code="E_RPC_DISAGREE", provider=FIRST)

    assert (SECOND in said, told in said) == (True, True)
    if command[0] != "vote":  # whose time is over
        pair.completes(*command)


def test_H96_two_providers_disagree_on_a_block(pair: Scene, ground: Ground, tmp_path: Path) -> None:
    """Two real chains of one id whose histories part: nothing is decided on either."""
    ground.chain.revert(ground.before)
    with our_chain(other_chain(ground, tmp_path)) as other:
        while other.node().head().ref.number < ground.head:
            other.time_travel(other.now() + 20 * cast.HOUR)
        ground.chain.revert(ground.moment)
        while other.now() < ground.chain.now():
            other.time_travel(ground.chain.now())
        pair.proxies[1].upstream = other.url

        said = pair.uncheckable(*TALLY, code="E_RPC_DISAGREE", provider=FIRST)

        assert SECOND in said
        assert "Block " in said
        doctor = pair.dao("doctor").document
        assert "E_RPC_DISAGREE" in {row["code"] for row in doctor["findings"] if row["examination"] == "nodes"}
    pair.proxies[1].upstream = ground.chain.url
    assert "passed" == pair.completes(*TALLY).document["verdict"]


def other_chain(ground: Ground, folder: Path) -> Path:
    """A file with the chain as it is now."""
    copy = folder / "other.sqlite"
    saved = int(ground.chain.snapshot(), 16)
    copy.write_bytes(ground.file.with_suffix(f".{saved}").read_bytes())
    return copy


@pytest.mark.parametrize("liar", [0, 1])
def test_H96_two_providers_disagree_on_logs(pair: Scene, liar: int) -> None:
    """The one that leaves out an ExecutionSuccess of the Safe is told apart from the one that shows it."""
    paid_from_a_wallet(pair)
    pair.proxies[liar].fault = lambda asked: asked.result([]) if is_logs(asked) else asked.answer()

    said = pair.uncheckable("queue", "IIP-2/1", code="E_RPC_DISAGREE", provider=FIRST)

    has, lacks = (SECOND, FIRST) if liar == 0 else (FIRST, SECOND)
    assert said.startswith(f"{has} shows a log of ")
    assert f"and {lacks} does not" in said
    pair.honest()
    assert "E_ALREADY" == pair.dao("queue", "IIP-2/1").document["error"]["code"]


@pytest.mark.parametrize("liar", [0, 1])
def test_H96_two_providers_disagree_on_a_receipt(pair: Scene, liar: int) -> None:
    """One says that the transaction failed, the other that it succeeded."""
    signed(pair)

    def fault(asked: Asked) -> dict[str, Any]:
        answer = asked.answer()
        if asked.method == "eth_getTransactionReceipt" and answer["result"]:
            answer["result"]["status"] = "0x0"
        return answer

    pair.proxies[liar].fault = fault
    before = steps_workspace.state(pair.folder)

    said = pair.unanswered(*EXECUTE, code="E_PENDING")

    assert f"{FIRST} and {SECOND} do not say the same of what became of it" in said
    assert before == steps_workspace.state(pair.folder)
    assert_paid_once(pair)


@pytest.mark.parametrize("hider", [0, 1])
def test_H96_receipt_that_one_provider_hides(pair: Scene, hider: int) -> None:
    """It has the block and not the receipt: that is no lag."""
    signed(pair)
    pair.proxies[hider].fault = when("eth_getTransactionReceipt", lies(None))
    before = steps_workspace.state(pair.folder)

    said = pair.unanswered(*EXECUTE, code="E_PENDING")

    assert f"{FIRST} and {SECOND} do not say the same of what became of it" in said
    assert before == steps_workspace.state(pair.folder)
    assert_paid_once(pair)


def test_H96_two_providers_of_two_chains(pair: Scene) -> None:
    """The second is on another chain."""
    pair.proxies[1].fault = when("eth_chainId", lies("0x1"))

    pair.uncheckable(*TALLY, code="E_RPC_CHAIN", provider=SECOND)
    assert 2 == pair.dao("status").status
    pair.completes(*TALLY)


# Lagging, and gone


def lagging(number: int, questions: int) -> Fault:
    """Has come to block `number`, and sees the rest after so many questions for the head."""
    asked_for_head: list[Asked] = []

    def fault(asked: Asked) -> dict[str, Any]:
        if asked.method != "eth_getBlockByNumber":
            return asked.answer()
        if asked.params[0] == "latest":
            asked_for_head.append(asked)
        if len(asked_for_head) > questions:
            return asked.answer()
        if asked.params[0] == "latest":
            asked.body["params"] = [hex(number), *asked.params[1:]]
        return asked.result(None) if int(asked.params[0], 16) > number else asked.answer()

    return fault


@pytest.mark.parametrize("late", [0, 1])
def test_H96_provider_that_lags(pair: Scene, ground: Ground, late: int) -> None:
    """One that does not catch up is told to lag, not to lie; one that does is waited for."""
    pair.proxies[late].fault = lagging(ground.head - 1, questions=10**6)

    pair.uncheckable(*TALLY, code="E_RPC_BEHIND", provider=(FIRST, SECOND)[late])
    pair.completes(*TALLY)


@pytest.mark.parametrize("late", [0, 1])
def test_H96_provider_that_catches_up(pair: Scene, ground: Ground, late: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block more is a matter of seconds."""
    monkeypatch.setattr(node, "LAG_WAIT_SECONDS", 30)
    pair.proxies[late].fault = lagging(ground.head - 1, questions=2)

    assert 0 == pair.dao(*TALLY).status


@pytest.mark.parametrize("fault", [page(503), resets, refuses(-32000, "down for maintenance")])
def test_H96_provider_that_is_gone(pair: Scene, fault: Fault) -> None:
    """What writes needs all; what only shows goes on with the rest, and names who is missing."""
    pair.proxies[1].fault = fault

    pair.uncheckable(*TALLY, code="E_RPC_ANSWER", provider=SECOND)
    shown = pair.dao("status")
    assert (0, [SECOND]) == (shown.status, shown.document["absent"])
    text = pair.run("status", "--dir", pair.folder)
    assert f"! {SECOND} did not answer and was left out" in text.out
    assert [] == pair.completes("status").document["absent"]
    pair.completes(*TALLY)


def test_H96_all_providers_are_gone(pair: Scene) -> None:
    """Then nothing can be shown either."""
    for proxy in pair.proxies:
        proxy.fault = page(503)

    pair.uncheckable("status", code="E_RPC_ANSWER", provider=FIRST)


# Sending


def sent(proxy: Proxy) -> int:
    return proxy.asked.count("eth_sendRawTransaction")


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (1, refuses(-32000, "already known")),
        (1, refuses(-32000, "nonce too low: next nonce 3, tx nonce 2")),
        (1, page(502)),
        (0, page(502)),
    ],
)
def test_a_transaction_goes_to_all(pair: Scene, place: int, fault: Fault) -> None:
    """The same bytes to each; one that takes it is enough, and "already known" is no failure."""
    signed(pair)
    pair.proxies[place].fault = when("eth_sendRawTransaction", fault)

    pair.dao(*EXECUTE)

    assert [1, 1] == [sent(proxy) for proxy in pair.proxies]
    assert_paid_once(pair)
    assert [1, 1] == [sent(proxy) for proxy in pair.proxies]


def test_H96_nobody_takes_the_transaction(pair: Scene) -> None:
    """If one of them may have taken it, that is what is told."""
    signed(pair)
    pair.proxies[0].fault = when("eth_sendRawTransaction", refuses(-32000, "insufficient funds"))
    pair.proxies[1].fault = when("eth_sendRawTransaction", resets)

    assert SECOND in pair.unanswered(*EXECUTE, code="E_PENDING")
    assert_paid_once(pair)


def test_two_providers_that_agree_are_as_good_as_one(pair: Scene) -> None:
    """Publishing, counting and queueing ask both, and nothing is wrong with either."""
    file = pair.folder / "iips" / "iip-3.md"
    file.write_bytes((pair.folder / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    for _ in range(GROUND.depth):
        pair.chain.time_travel(pair.chain.now() + 12)

    for command in (TALLY, ("queue", "IIP-2/1"), ("publish", str(file), "--key", "dora")):
        pair.completes(*command)

    first, second = (proxy.asked for proxy in pair.proxies)
    assert {"eth_chainId", "eth_getBlockByNumber", "eth_call", "eth_getLogs"} <= set(first) & set(second)
    assert "eth_getProof" not in second


# What dao.toml names


def test_one_provider_is_no_second_opinion(pair: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two variables with one URL are refused by their names."""
    monkeypatch.setenv(NAMES[1], pair.proxies[0].url + "/")

    outcome = pair.dao(*TALLY)

    assert (1, "E_RPC_ENV") == (outcome.status, outcome.document["error"]["code"])
    assert [] == pair.proxies[0].asked


@pytest.mark.parametrize("url", ["127.0.0.1:8545", "ftp://node.example/", "http://", "http://[::1", "http://a:99999/"])
def test_what_is_no_url(scene: Scene, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """It may be a key, so it is not repeated."""
    monkeypatch.setenv(NAMES[0], url)

    outcome = scene.dao(*TALLY)

    assert (1, "E_RPC_ENV") == (outcome.status, outcome.document["error"]["code"])
    assert url not in outcome.out + outcome.err


# dao doctor


def nodes_of(scene: Scene) -> list[dict[str, Any]]:
    return [row for row in scene.dao("doctor").document["findings"] if row["examination"] == "nodes"]


def test_doctor_names_every_provider(pair: Scene, ground: Ground) -> None:
    """Its head, and how far it is behind; that the chain stands still by this machine's clock is a warning."""
    found = {row["place"]: row for row in nodes_of(pair) if row["code"] == "W_RPC_NODE"}

    assert {FIRST, SECOND} == found.keys()
    assert all(f"is at block {ground.head} of 2026-" in row["message"] for row in found.values())
    assert {"info"} == {row["level"] for row in found.values()}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (lambda head: page(503), "E_RPC_ANSWER"),
        (lambda head: when("eth_chainId", lies("0x1")), "E_RPC_CHAIN"),
        (lambda head: lagging(head - 1, questions=10**6), "E_RPC_BEHIND"),
    ],
)
def test_doctor_names_an_ill_provider_beside_the_others(
    pair: Scene, ground: Ground, fault: Callable[[int], Fault], code: str
) -> None:
    """One error for the second, and the first is shown all the same."""
    pair.proxies[1].fault = fault(ground.head)

    rows = nodes_of(pair)

    assert {(SECOND, code)} == {(row["place"], row["code"]) for row in rows if row["level"] == "error"}
    assert FIRST in {row["place"] for row in rows if row["code"] == "W_RPC_NODE"}
