"""Accounts of working groups: the white paper's table cell by cell, who may step, and what it does to money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.group_steps import check_group_signature, read_group_step
from proposals.lifecycle import StateError
from tests.treasury.group_cases import ETH, GIFT, GRANT, NONE, PEOPLE, Club, books
from treasury.booking import reversal
from treasury.group_accounts import GroupError
from treasury.group_machine import CONFIRMS, GROUP, KINDS, REJECTS, REQUESTS
from treasury.ledger import Entry

TOLD: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "mutual" / "mutualchain_dfsm.json").read_text("utf-8")
)


@pytest.mark.parametrize("event", TOLD["events"])
@pytest.mark.parametrize("state", TOLD["states"])
def test_every_cell_of_the_table(state: str, event: str) -> None:
    """84 cells: 17 lead where the print says, 67 are blank and refuse."""
    target = TOLD["table"].get(state, {}).get(event)
    if target is not None:
        assert target == GROUP.step(state, event)
        return
    with pytest.raises(StateError) as refused:
        GROUP.step(state, event)
    assert "E_STATE" == refused.value.code


def test_the_table_as_printed() -> None:
    """The raw cells give the same table; states, final state and counts are those of the print."""
    head, *rows = TOLD["raw_cells"]
    printed = {
        (f"S{column}", f"E{number:02}", cell)
        for number, row in enumerate(rows, 1)
        for column, cell in enumerate(row[1:])
        if cell and cell != "Final State"
    }

    assert printed == {(edge.source, edge.event, edge.target) for edge in GROUP.transitions}
    assert (TOLD["defined"], len(head) - 1) == (len(GROUP.transitions), len(TOLD["states"]))
    assert set(TOLD["reachable"]) == GROUP.states
    assert set(TOLD["final"]) == GROUP.final_states
    assert set(KINDS) == REQUESTS | REJECTS | CONFIRMS == set(TOLD["events"])
    assert TOLD["blank"] == TOLD["total"] - len(GROUP.transitions)


@pytest.mark.parametrize("trace", TOLD["traces"], ids=lambda trace: "-".join(trace["events"]))
def test_traces(trace: dict[str, Any]) -> None:
    """Histories end in the state that the vectors say, or are refused at the step that they say."""
    states, refused_at = [GROUP.initial], None
    for place, event in enumerate(trace["events"]):
        try:
            states.append(GROUP.step(states[-1], event))
        except StateError:
            refused_at = place
            break

    assert trace["state"] == states[-1]
    assert (trace["accepted"], trace.get("rejected_at")) == (refused_at is None, refused_at)
    assert trace.get("final", False) == (refused_at is None and states[-1] in GROUP.final_states)


def refused(
    club: Club,
    who: str,
    group: str,
    input_: str,
    amount: int,
    business: str = "because",
    other: Mapping[str, object] = NONE,
) -> str:
    """The reason of a refusal, after which everything is as before."""
    before = (club.groups, list(club.entries))
    with pytest.raises(CodedError) as caught:
        club.step(who, group, input_, amount, business, other=other)
    assert before == (club.groups, club.entries)
    return caught.value.reason if caught.value.code == "E_GROUP" else caught.value.code


def test_a_groups_whole_life() -> None:
    """Deposit, transfer, credit, repayment, withdrawal: balances, and sub-accounts of books that always balance."""
    club = Club(books(gift=100, grant=70))
    club.deposit("writers", 100)
    assert ("S5", (100, 0)) == (club.groups.account("writers").state, club.balance("writers"))
    assert "S3" == club.step("ann", "writers", "E07", 50)
    assert "S5" == club.step("cat", "writers", "E09", 50)
    assert (150, 50) == club.balance("writers")
    assert -150 == club.sums()["Liabilities:Groups:IIP:WRITERS"]
    assert 50 == club.sums()["Assets:Credit:IIP:WRITERS"]
    club.step("ben", "writers", "E04", 50, "repay")
    club.step("cat", "writers", "E06", 50)
    assert (100, 0) == club.balance("writers")
    assert "balance" == refused(club, "ann", "writers", "E04", 1, "repay")
    assert "inactive" == refused(club, "ann", "writers", "E04", 30, "to readers")
    assert "left" == refused(club, "ann", "writers", "E10", 70)
    assert "S5" == club.groups.account("writers").state


def test_a_group_that_nobody_named_and_a_step_before_the_last() -> None:
    """Settings name the groups; time never runs back within one."""
    club = Club(books(gift=100))
    club.step("ann", "writers", "E01", 100, GIFT, other={"timestamp": 1_700_000_001})

    assert "unknown" == refused(club, "ann", "painters", "E01", 1, GIFT)
    assert "time" == refused(club, "cat", "writers", "E03", 100)
    assert "S5" == club.step("cat", "writers", "E03", 100, other={"timestamp": 1_700_000_001})


def test_transfer_and_closing() -> None:
    """Money moves to an active group; the rest is withdrawn by a payment that a vote released, and the account ends."""
    club = Club(books(gift=70, grant=70))
    club.ledger.post(Entry.from_map(gift(30)))
    club.deposit("writers", 70)
    club.deposit("readers", 30, "donation/1:other")
    club.step("ann", "readers", "E04", 30, "to writers")
    club.step("cat", "readers", "E06", 30)
    assert ((100, 0), (0, 0)) == (club.balance("writers"), club.balance("readers"))
    club.step("ann", "writers", "E04", 30, "to readers")
    club.step("cat", "writers", "E06", 30)

    assert "S4" == club.step("ann", "writers", "E10", 70, "to 0x5A")
    assert "no_entry" == refused(club, "cat", "writers", "E12", 70, "paid/1:0xcd/1")
    assert "S6" == club.step("cat", "writers", "E12", 70, GRANT)
    assert "Liabilities:Groups:IIP:WRITERS" not in club.sums()
    assert "Expenses:IIP-4:Part-1" not in club.sums()
    assert 4 == club.entries[-1].iip
    assert "E_STATE" == refused(club, "ann", "writers", "E01", 1, GIFT)


def gift(amount: int) -> dict[str, object]:
    lines = [("Assets:Safe:IIP", str(amount)), ("Income:Donations:IIP", str(-amount))]
    return {
        "id": "donation/1:other", "source": 2, "rule": "donation/1", "fund": "iip", "iip": 0,
        "postings": [{"account": account, "asset": ETH, "amount": told} for account, told in lines],
    }  # fmt: skip


def test_another_person_confirms() -> None:
    """A stranger asks for nothing, a member who only asks confirms nothing, and who asked never confirms it himself."""
    club = Club(books())
    assert "member" == refused(club, "cat", "writers", "E01", 100, GIFT)
    club.step("ben", "writers", "E01", 100, GIFT)
    assert "own" == refused(club, "ben", "writers", "E03", 100)
    assert "own" == refused(club, "ben", "writers", "E02", 100)
    assert "confirmer" == refused(club, "ann", "writers", "E03", 100)
    assert "confirmer" == refused(club, "eve", "writers", "E02", 100)
    assert "other" == refused(club, "cat", "writers", "E03", 99)
    club.step("ann", "writers", "E01", 100, GIFT)  # replaces what ben asked for
    assert "S5" == club.step("ben", "writers", "E03", 100)


def test_a_rejected_recharge_ends_where_the_print_says() -> None:
    """From S5 by way of S1 to S0, with the balance kept; nothing is booked."""
    club = Club(books())
    club.deposit("writers", 100)
    club.ledger.post(Entry.from_map(gift(5)))
    club.step("ann", "writers", "E01", 5, "donation/1:other")
    assert "S0" == club.step("cat", "writers", "E02", 5)
    assert ((100, 0), 1) == (club.balance("writers"), len(club.entries))
    assert "E_STATE" == refused(club, "ann", "writers", "E04", 1, "to readers")


def test_money_has_to_be_there() -> None:
    """Deposits lean on entries, once; credit on the limit and on what is available beyond all groups' balances."""
    club = Club(books())
    assert "no_entry" == refused(club, "ann", "writers", "E01", 100, "donation/1:none")
    assert "no_entry" == refused(club, "ann", "writers", "E01", 1_000, "forward/1:a")
    assert "entry_amount" == refused(club, "ann", "writers", "E01", 99, GIFT)
    club.deposit("writers", 100)
    assert "claimed" == refused(club, "ann", "readers", "E01", 100, GIFT)
    assert "balance" == refused(club, "ann", "writers", "E04", 101, "to readers")
    assert "receiver" == refused(club, "ann", "writers", "E04", 1, "to writers")
    assert "receiver" == refused(club, "ann", "writers", "E04", 1, "to nobody")
    assert "limit" == refused(club, "ann", "writers", "E07", 51)
    poor = Club(books())
    poor.deposit("writers", 100)
    poor.ledger.post(Entry.from_map({**gift(-980), "id": "loss/1:a", "rule": "loss/1"}))
    assert "available" == refused(poor, "ann", "writers", "E07", 30)
    assert "S3" == poor.step("ann", "writers", "E07", 20)


def test_a_gift_that_another_block_brings_again_is_the_same_gift() -> None:
    """Its first block left the chain when a group had claimed it: nobody claims it a second time."""
    club = Club(books())
    first, again = (Entry.from_map({**gift(5), "id": f"donation/1:other@0x{block}"}) for block in ("aa", "bb"))
    club.ledger.post(first)
    club.deposit("writers", 5, first.id)
    club.ledger.post(reversal(first, source=2))
    club.ledger.post(again)
    assert "claimed" == refused(club, "ann", "readers", "E01", 5, again.id)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"number": 2}, "place"),
        ({"state": "S5"}, "place"),
        ({"state": "S7"}, "field"),
        ({"input": "E13"}, "field"),
        ({"group": "Writers"}, "field"),
        ({"transaction": f"{ETH} 0"}, "field"),
        ({"transaction": f"{ETH}  7"}, "field"),
        ({"business": "a\nb"}, "E_TEXT"),
        ({"business": "a\u202eb"}, "E_TEXT"),
        ({"business": "x" * 401}, "E_LIMIT"),
        ({"transaction": "eip155:1/slip44:61 7"}, "E_ASSET"),
    ],
)
def test_steps_have_one_form_and_one_place(other: dict[str, object], reason: str) -> None:
    """Another number, state, input, asset, amount or hidden text is refused."""
    assert reason == refused(Club(books()), "ann", "writers", "E01", 100, GIFT, other)


def test_a_record_is_state_input_transaction_business() -> None:
    """The white paper's form, which can be taken apart again, under the signer's own signature."""
    step = Club(books()).signed("ann", "writers", "E01", 100, GIFT)

    assert ["S0", "E01", f"{ETH} 100", GIFT] == step.record.split("-", 3)
    assert PEOPLE["ann"] == check_group_signature(step)
    forged = read_group_step(step.raw.replace(b" 100", b" 101"))
    with pytest.raises(CodedError, match="E_SIG"):
        check_group_signature(forged)


STEPS = st.tuples(
    st.sampled_from(["ann", "ben", "cat"]),
    st.sampled_from(["writers", "readers"]),
    st.sampled_from(sorted(KINDS)),
    st.sampled_from([10, 50, 100]),
    st.sampled_from([GIFT, GRANT, "repay", "to readers", "to writers"]),
)


@given(st.lists(STEPS, max_size=25))
def test_random_steps_never_make_or_lose_money(steps: list[tuple[str, str, str, int, str]]) -> None:
    """What groups may use is what was deposited and drawn, less what was repaid and withdrawn; books say the same."""
    club = Club(books(gift=100, grant=100))
    club.deposit("writers", 100)
    for who, group, input_, amount, business in steps:
        with suppress(GroupError, StateError):
            club.step(who, group, input_, amount, business, is_signed=False)
        sums = club.sums()
        for name in ("writers", "readers"):
            balance, drawn = club.balance(name)
            assert -balance == sums.get(f"Liabilities:Groups:IIP:{name.upper()}", 0)
            assert drawn == sums.get(f"Assets:Credit:IIP:{name.upper()}", 0)
            assert 0 <= drawn <= 50
            assert balance >= 0
        assert 0 == sum(sums.values())
