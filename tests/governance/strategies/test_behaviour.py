"""Every strategy behaves as a strategy: exact powers, no failure that reads as zero, evidence that says the same."""

from __future__ import annotations

from typing import Any

import pytest

from chain.cid import CID, raw_cid
from chain.errors import CodedError, UncheckableError
from governance.attested import (
    Asked,
    build_attested,
    build_supply,
    open_supply,
    recording,
    run,
    supply_plan,
)
from governance.power import open_evidence
from governance.strategies import BUILT_IN, find
from governance.strategies.inner import has_supply
from governance.strategies.strategy import File, Header
from tests.governance.space_values import spelled
from tests.governance.strategies.world import (
    BLOCK,
    EXAMPLES,
    VOTERS,
    World,
    inside,
    params_of_token,
    settings_of,
)

NAMES = sorted(EXAMPLES)
COLLECTION = inside("erc721", address=spelled("the token"), symbol="N")


def weighed(name: str, world: World | None = None, params: dict[str, Any] | None = None) -> dict[bytes, int]:
    """What a strategy weighs."""
    plan = find(name, 1).plan(EXAMPLES[name][0] if params is None else params, VOTERS)
    return dict(run(plan, world or World()).powers)


def evidence(name: str) -> tuple[CID, dict[CID, bytes], list[Asked]]:
    """Its evidence, as a node's answers make it."""
    asked: list[Asked] = []
    settings = settings_of(name)
    powers = run(find(name, 1).plan(settings.params, VOTERS), recording(World(), asked)).powers
    root, blocks = build_attested(
        number=1, settings=settings, block=BLOCK, powers=powers, asked=asked, providers=["node.example"]
    )
    return root, blocks, asked


def test_every_strategy_has_an_example() -> None:
    """A new strategy cannot come without one."""
    assert sorted(name for name, _ in BUILT_IN) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_powers_are_those_worked_out_by_hand(name: str) -> None:
    """Exactly the voters, in whole numbers from zero."""
    find(name, 1).check_params(EXAMPLES[name][0])

    found = weighed(name)

    assert EXAMPLES[name][1] == found
    assert all(type(power) is int and power >= 0 for power in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_H56_no_question_may_fail(name: str) -> None:
    """Whichever answer is missing, the tally is incomplete or the file refused; no voter weighs less for it."""
    counting = World()
    weighed(name, counting)

    for broken in range(counting.count):
        with pytest.raises(CodedError) as caught:
            weighed(name, World(broken=broken))
        is_header = caught.value.code == "E_PROOF"
        assert is_header or isinstance(caught.value, UncheckableError)


@pytest.mark.parametrize("name", NAMES)
def test_evidence_gives_the_same_powers(name: str) -> None:
    """Played back, the same code weighs the same; it is proved exactly where nobody had to be asked."""
    root, blocks, asked = evidence(name)

    table = open_evidence(blocks[root], blocks.__getitem__, 1, settings_of(name), BLOCK)

    believed = sum(not isinstance(question, File | Header) for question, _ in asked)
    assert EXAMPLES[name][1] == table.powers
    assert (not believed, believed) == (table.proved, table.answers)
    assert (("node.example",) if believed else ()) == table.providers


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_exactly_those(name: str) -> None:
    """One more key, one less, or nothing that could be the value: E_STRATEGY."""
    params, check = EXAMPLES[name][0], find(name, 1).check_params
    wrong: list[dict[str, Any]] = [{**params, "extra": 1}]
    for key in params:
        wrong += [{other: value for other, value in params.items() if other != key}, {**params, key: None}]

    for bad in wrong:
        with pytest.raises(CodedError) as caught:
            check(bad)
        assert "E_STRATEGY" == caught.value.code


@pytest.mark.parametrize("name", [name for name in NAMES if has_supply(find(name, 1), EXAMPLES[name][0])])
def test_supply_is_no_less_than_what_votes(name: str) -> None:
    """And its evidence says the same."""
    settings = settings_of(name)
    asked: list[Asked] = []
    supply = run(supply_plan(settings), recording(World(), asked))
    assert supply >= sum(EXAMPLES[name][1].values())

    root, blocks = build_supply(
        number=1, settings=settings, block=BLOCK, supply=supply, asked=asked, providers=["node.example"]
    )
    assert supply == open_supply(blocks[root], blocks.__getitem__, 1, settings, BLOCK)[0]
    forged, more = build_supply(
        number=1, settings=settings, block=BLOCK, supply=supply - 1, asked=asked, providers=["node.example"]
    )
    with pytest.raises(CodedError) as caught:
        open_supply(more[forged], more.__getitem__, 1, settings, BLOCK)
    assert ("E_POWER", "supply") == (caught.value.code, caught.value.reason)


def test_what_nobody_limits_has_no_supply() -> None:
    """Tickets, coins and what a contract answers have none, nor has what stands on them."""
    for name in ("ticket", "eth-balance", "contract-call", "math", "capped"):
        assert not has_supply(find(name, 1), EXAMPLES[name][0])
    assert not has_supply(find("excluding", 1), {"addresses": [], "strategies": inside("ticket", value="1")})
    with pytest.raises(CodedError) as caught:
        supply_plan(settings_of("ticket"))
    assert ("E_STRATEGY", "supply") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("contract-call", {"method": "votingPower(uint256)"}, "E_STRATEGY"),
        ("contract-call", {"method": "votingPower"}, "E_STRATEGY"),
        ("contract-call", {"args": ["7"]}, "E_STRATEGY"),
        ("contract-call", {"args": ["%{address}", "07"]}, "E_STRATEGY"),
        ("ticket", {"value": "0"}, "E_STRATEGY"),
        ("ticket", {"value": 1}, "E_STRATEGY"),
        ("whitelist", {"addresses": [spelled("alice")] * 2}, "E_STRATEGY"),
        ("whitelist", {"addresses": [spelled("alice").lower()]}, "E_STRATEGY"),
        ("delegation", {"hops": 0}, "E_STRATEGY"),
        ("delegation", {"space": "x" * 32}, "E_STRATEGY"),
        ("delegation", {"strategies": [*inside(), *inside("erc20-votes")]}, "E_DOUBLE_COUNT"),
        ("capped", {"cap": {"numerator": 2, "denominator": 1}}, "E_STRATEGY"),
        ("capped", {"strategies": inside("eth-balance")}, "E_STRATEGY"),
        ("math", {"operation": "power"}, "E_STRATEGY"),
        ("math", {"operation": "square-root"}, "E_STRATEGY"),
        ("math", {"operands": [{"constant": "1"}, {"constant": "2"}]}, "E_STRATEGY"),
        ("math", {"operands": [{"strategies": inside()}, {"strategies": COLLECTION}]}, "E_DOUBLE_COUNT"),
        ("mutual-policies", {"weigh": "premium"}, "E_STRATEGY"),
        ("mutual-policies", {"files": ["bafy"]}, "E_STRATEGY"),
        ("erc1155-balance-of", {"tokenId": 9}, "E_STRATEGY"),
    ],
)  # fmt: skip
def test_odd_parameters_are_refused(name: str, params: dict[str, Any], code: str) -> None:
    """Values that are nearly right."""
    with pytest.raises(CodedError) as caught:
        find(name, 1).check_params(EXAMPLES[name][0] | params)
    assert code == caught.value.code


def test_strategies_nest_only_so_deep() -> None:
    """Four levels are taken, a fifth is not."""
    params: dict[str, Any] = params_of_token()
    name = "erc20-balance-of"
    for depth in range(1, 6):
        params = {"addresses": [spelled("dave")], "strategies": [{"name": name, "version": 1, "params": params}]}
        name = "excluding"
        if depth <= 4:
            find(name, 1).check_params(params)
    with pytest.raises(CodedError) as caught:
        find(name, 1).check_params(params)
    assert "E_STRATEGY" == caught.value.code


def test_files_are_read_line_by_line() -> None:
    """Bad lines are named, and nothing of the file counts."""

    for data, line in (
        (b"nobody\n", 1),
        (f"{spelled('alice')}\n{spelled('alice')}\n".encode(), 2),
        (spelled("alice").encode(), 1),
        (f"{spelled('alice')}\r\n".encode(), 1),
        ("é\n".encode(), 1),
    ):
        cid = raw_cid(data)
        plan = find("whitelist", 1).plan({"files": [str(cid)]}, VOTERS)
        with pytest.raises(CodedError) as caught:
            run(plan, lambda _, data=data: [data])  # type: ignore[misc]
        assert ("E_STRATEGY", "file", line) == (caught.value.code, caught.value.reason, caught.value.facts["line"])


def test_evidence_for_others_is_refused() -> None:
    """Another strategy, another place, another block."""
    root, blocks, _ = evidence("erc20-votes")
    from governance.strategies.strategy import Logs
    from tests.governance.strategies.world import OTHER_BLOCK

    assert Logs
    for number, settings, block in (
        (2, settings_of("erc20-votes"), BLOCK),
        (1, settings_of("erc20-balance-of"), BLOCK),
        (1, settings_of("erc20-votes"), OTHER_BLOCK),
    ):
        with pytest.raises(CodedError) as caught:
            open_evidence(blocks[root], blocks.__getitem__, number, settings, block)
        assert ("E_POWER", "subject") == (caught.value.code, caught.value.reason)
