"""698 transactions of the real contract, replayed: equal after every step, and refused where the file is bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain.json_text import JsonError
from tests.treasury.mutual_pool.cases import digest, history_document, measured, vector
from treasury.mutual_pool.history import (
    STEPS_MAX,
    History,
    read_history,
    replay,
    states,
    told_balances,
    told_expiring,
    told_player,
    told_state,
)
from treasury.mutual_pool.persistent import PersistentMap
from treasury.premiums import PremiumError

CONDENSED = vector("history")


@pytest.fixture(scope="module")
def history() -> History:
    return read_history(json.dumps(history_document()).encode())


def test_every_step_leaves_the_measured_state(history: History) -> None:
    """Success, wei received and the whole state are equal after each of the 698 steps, reverts included."""
    outcomes = list(states(history))
    wrong = [
        number
        for number, (row, outcome) in enumerate(zip(CONDENSED["steps"], outcomes, strict=True))
        if row[0] != "cage"
        and measured(row) != (outcome.ok, str(outcome.received), digest(outcome.pool, history.accounts))
    ]

    assert [] == wrong
    assert 698 == len(outcomes)
    assert CONDENSED["last"]["state"] == told_state(outcomes[-1].pool)


def test_the_last_state_is_told_in_full(history: History) -> None:
    """What the digests stand for, once without them."""
    last, told = replay(history).last, CONDENSED["last"]

    assert told["balances"] == told_balances(last)
    assert told["players"] == {account: told_player(last.player(account)) for account in history.accounts}


def test_every_measured_figure_of_the_whole_file(shared_data: Path) -> None:
    """The uncondensed file: every global, balance and player after every step, and expiring units and dividends."""
    data = (shared_data / "mutual" / "history.json").read_bytes()
    history, told = read_history(data), json.loads(data)
    players: dict[str, Any] = {}
    compared = 0
    for step, outcome in zip(told["steps"], states(history), strict=True):
        if step["op"] == "cage":
            continue
        pool = outcome.pool
        players.update(step["players_changed"])
        assert (step["ok"], step.get("received", "0")) == (outcome.ok, str(outcome.received)), step["i"]
        assert (step["state"], step["balances"]) == (told_state(pool), told_balances(pool)), step["i"]
        assert players == {account: told_player(pool.player(account)) for account in history.accounts}, step["i"]
        if "checkpoint" in step:
            compared += 1
            expected = step["checkpoint"]
            assert expected["unit_to_expire"] == told_expiring(pool.unit_to_expire)
            assert expected["dividends"] == {account: str(pool.dividends(account)) for account in history.accounts}
            assert expected["unit_to_expire_player"] == {
                account: told_expiring(pool.player(account).unit_to_expire)
                for account in history.accounts
                if pool.player(account).unit_to_expire
            }

    assert 28 == compared


def test_the_condensed_file_is_the_measured_one(shared_data: Path) -> None:
    """Condensing left no step out and changed none."""
    told = json.loads((shared_data / "mutual" / "history.json").read_bytes())
    keys = ("op", "ts", "actor", "premium", "days", "agent", "name")
    ours = history_document()

    assert (told["deploy_ts"], told["accounts"]) == (ours["deploy_ts"], ours["accounts"])
    assert [{key: step[key] for key in keys if key in step} for step in told["steps"]] == [
        {key: step[key] for key in keys if key in step} for step in ours["steps"]
    ]
    assert [row[3:] for row in CONDENSED["steps"]][:1] != [[]]


def test_replay_is_a_function_of_its_steps(history: History) -> None:
    """Run again, and run from the middle, the same steps leave the same state."""
    whole = replay(history)
    again = replay(read_history(json.dumps(history_document(), indent=1).encode()))

    assert whole.last == again.last
    assert list(states(history))[300].pool == replay(history._replace(events=history.events[:301])).last


def test_a_long_run_tells_how_far_it_is(history: History) -> None:
    """Whoever waits is told, and the outcome is the same."""
    heard: list[tuple[int, int]] = []

    assert replay(history) == replay(history, lambda done, of: heard.append((done, of)))
    assert [(500, 698)] == heard


def edited(change: Callable[[dict[str, Any]], None]) -> bytes:
    document = {
        "deploy_ts": 1_600_000_000,
        "accounts": {"ann": "0x" + "11" * 20, "wallet": "0x" + "22" * 20},
        "steps": [
            {"op": "buy", "ts": 1_600_000_001, "actor": "ann", "premium": "1000000000", "days": "3", "agent": None}
        ],
    }
    change(document)
    return json.dumps(document).encode()


def test_the_smallest_file_runs() -> None:
    """What the bad files below were before they were changed is good, with numbers as text and as JSON integers."""
    text = replay(read_history(edited(lambda document: None)))
    number = replay(read_history(edited(lambda document: document["steps"][0].update(premium=10**9, days=3))))

    assert text.results[0].ok
    assert text.last == number.last


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("missing", lambda document: document.pop("accounts")),
        ("missing", lambda document: document.pop("steps")),
        ("deploy_ts", lambda document: document.update(deploy_ts="1600000000")),
        ("deploy_ts", lambda document: document.update(deploy_ts=True)),
        ("deploy_ts", lambda document: document.update(deploy_ts=86_399)),
        ("deploy_ts", lambda document: document.update(deploy_ts=1_600_000_000_000)),
        ("accounts", lambda document: document.update(accounts=["ann"])),
        ("label", lambda document: document["accounts"].update({"": "0x" + "33" * 20})),
        ("label", lambda document: document["accounts"].update({"a\u202eb": "0x" + "33" * 20})),
        ("label", lambda document: document["accounts"].update({"x" * 65: "0x" + "33" * 20})),
        ("address", lambda document: document["accounts"].update({"bob": "0x33"})),
        ("address", lambda document: document["accounts"].update({"bob": None})),
        ("twins", lambda document: document["accounts"].update({"bob": "0x" + "11" * 20})),
        ("steps", lambda document: document.update(steps={})),
        ("many", lambda document: document.update(steps=[{}] * (STEPS_MAX + 1))),
        ("many", lambda document: document.update(accounts={str(n): f"0x{n:040x}" for n in range(10_001)})),
    ],
)
def test_H94_a_bad_file_is_refused_by_name(reason: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Each fault of the file's frame has its reason."""
    with pytest.raises(PremiumError) as refused:
        read_history(edited(change))

    assert ("E_PREM_FILE", reason) == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(
    ("reason", "step"),
    [
        ("shape", []),
        ("shape", None),
        ("missing", {"ts": 1_600_000_002, "actor": "ann"}),
        ("missing", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "days": "1"}),
        ("missing", {"op": "register", "ts": 1_600_000_002, "actor": "ann", "name": "ann"}),
        ("op", {"op": "steal", "ts": 1_600_000_002, "actor": "ann"}),
        ("op", {"op": ["buy"], "ts": 1_600_000_002, "actor": "ann"}),
        ("op", {"op": "tick", "ts": 1_600_000_002, "actor": "ann"}),
        ("ts", {"op": "claim", "ts": "1600000002", "actor": "ann"}),
        ("ts", {"op": "claim", "ts": 1_600_000_002.5, "actor": "ann"}),
        ("ts", {"op": "claim", "ts": -1, "actor": "ann"}),
        ("ts", {"op": "claim", "ts": 1_600_000_002_000, "actor": "ann"}),
        ("order", {"op": "claim", "ts": 1_600_000_000, "actor": "ann"}),
        ("actor", {"op": "claim", "ts": 1_600_000_002, "actor": "eve"}),
        ("actor", {"op": "forward", "ts": 1_600_000_002, "actor": 7}),
        ("agent", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "premium": "1", "days": "1", "agent": "eve"}),
        ("agent", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "premium": "1", "days": "1", "agent": 1}),
        ("text", {"op": "register", "ts": 1_600_000_002, "actor": "ann", "name": 7, "value": "1"}),
        *(
            ("number", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "premium": premium, "days": "1"})
            for premium in ("-1000000000", -1, "1e18", "1_000", "0x10", "１", "01", "", None, True, 2**256, str(2**256))
        ),
        ("number", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "premium": "1000000000", "days": "-1"}),
        ("number", {"op": "buy", "ts": 1_600_000_002, "actor": "ann", "premium": "1000000000", "days": 1.5}),
    ],
)
def test_H94_a_bad_step_is_refused_by_number(reason: str, step: object) -> None:
    """Each fault of a step has its reason, and the step's number counted from 1."""
    with pytest.raises(PremiumError) as refused:
        read_history(edited(lambda document: document["steps"].append(step)))

    assert ("E_PREM_STEP", reason, 2) == (refused.value.code, refused.value.reason, refused.value.facts["step"])


def test_H94_a_shutdown_happens_once() -> None:
    """The first is an event, a second one is refused."""
    cage = {"op": "cage", "ts": 1_600_000_002}

    assert 1_600_000_002 == replay(read_history(edited(lambda d: d["steps"].append(cage)))).last.caged_at
    with pytest.raises(PremiumError) as refused:
        read_history(edited(lambda document: document["steps"].extend([cage, cage])))
    assert ("caged", 3) == (refused.value.reason, refused.value.facts["step"])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E_PARSE", b"{"),
        ("E_PARSE", b""),
        ("E_TEXT", b"\xff"),
        ("E_TEXT", b"\xef\xbb\xbf{}"),
        ("E_JSON_DUPKEY", b'{"steps": [], "steps": []}'),
        ("E_JSON_NUMBER", b'{"deploy_ts": NaN}'),
        ("E_JSON_NUMBER", b'{"deploy_ts": 1e999}'),
        ("E_JSON_NUMBER", b'{"deploy_ts": ' + b"9" * 101 + b"}"),
        ("E_LIMIT", b"[" * 10_000 + b"]" * 10_000),
    ],
)
def test_text_with_two_meanings_is_no_history(code: str, text: bytes) -> None:
    """Repeated keys, numbers that no reader shares, and nesting are refused before anything is run."""
    with pytest.raises(JsonError) as refused:
        read_history(text)

    assert code == refused.value.code


@pytest.mark.parametrize("text", [b"[]", b"7", b"null", b'"x"'])
def test_another_document_is_no_history(text: bytes) -> None:
    """A JSON document that is no object is refused by name."""
    with pytest.raises(PremiumError) as refused:
        read_history(text)

    assert ("E_PREM_FILE", "shape") == (refused.value.code, refused.value.reason)


def test_the_old_state_outlives_the_new_one() -> None:
    """A mapping with one more item leaves the old one as it was, and holds exactly the items of a dictionary."""
    empty: PersistentMap[str, int] = PersistentMap()
    one = empty.with_item("a", 1)
    many = one
    for number in range(1_000):
        many = many.with_item(str(number), number)

    assert (0, 1, 1_001, 1) == (len(empty), len(one), len(many), many["a"])
    assert {"a": 1} == dict(one) == one
    assert {"a": 2, **{str(number): number for number in range(1_000)}} == many.with_item("a", 2)
    assert "b" not in many
    assert many.get("b") is None
