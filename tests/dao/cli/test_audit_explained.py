"""`dao audit` of a hub: every difference has its cause told, and what other executors would do; the hub is a double."""

from __future__ import annotations

from chain.multi_send import InnerCall, encode_multi_send
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.test_audit_hub import ID, Dao, audited, codes, hub, publish, signed
from tests.hub_double import HubDouble, cast, vote_row

__all__ = ["hub", "signed"]


def test_explained_and_no_fault(dao: Dao, signed: HubDouble) -> None:
    """Powers to come, votes after the scores, and delegations taken back are told, and refuse nothing."""
    strategy = {"name": "delegation", "network": "1", "params": {}}
    pending = {"scores_state": "pending", "scores_updated": 1_700_000_101, "strategies": [strategy]}
    signed.proposals[ID] |= pending
    signed.votes[ID][1] |= {"vp_state": "pending", "vp": 0, "vp_by_strategy": [0]}
    publish(signed)

    told = audited(dao, signed, "--json")

    assert 0 == told.status
    found = {f"{row['code']}.{row['reason']}" for row in told.document["findings"]}
    assert {"W_HUB_LATE.power", "W_HUB_LATE.scores", "W_HUB_LATE.after", "W_HUB_OVERRIDE."} == found


def vote_after_the_count(hub: HubDouble, number: int, choice: int, power: float) -> None:
    """Snapshot counts a great vote every five minutes only: this one came in between."""
    hub.proposals[ID] |= {"scores_state": "pending", "scores_updated": 1_700_000_500}
    cast(hub, ID, number, choice, power, 1_700_000_600)


def test_late_votes_explain_published_scores(dao: Dao, signed: HubDouble) -> None:
    """Scores that lack them are as published, number of votes included; where they change who wins, exit status 1; and
    once the scores are final nothing excuses them.
    """
    vote_after_the_count(signed, 60, 2, 1.5)
    told = audited(dao, signed, "--json")
    assert (0, 13, set()) == (told.status, told.document["votes"], codes(told))
    assert {"W_HUB_LATE.scores", "W_HUB_LATE.explains"} == all_codes(told)
    page = " ".join(audited(dao, signed).out.split())
    assert "Without them the published scores are exactly what the votes give" in page
    assert "✗" not in page

    vote_after_the_count(signed, 61, 2, 500.0)
    turned = audited(dao, signed, "--json")
    assert (1, {"E_HUB_WINNER", "E_HUB_VERDICT"}) == (turned.status, codes(turned))

    del signed.votes[ID][-1]
    signed.proposals[ID]["scores_state"] = "final"
    final = audited(dao, signed, "--json")
    assert (1, {"E_HUB_VOTES.surplus"}) == (final.status, codes(final))
    assert {"published_score", "published_total"} <= {row["kind"] for row in final.document["differences"]}


def test_late_powers_leave_scores_unchecked(dao: Dao, signed: HubDouble) -> None:
    """A power that is to be computed again: scores that do not fit could not be checked; a turned verdict is false."""
    signed.proposals[ID]["scores_state"] = "pending"
    signed.votes[ID][1] |= {"vp_state": "pending", "vp": 9.0, "vp_by_strategy": [9.0]}
    told = audited(dao, signed, "--json")
    assert (2, set(), False) == (told.status, codes(told), told.document["complete"])
    assert {"W_HUB_LATE.unsettled", "W_HUB_LATE.scores"} == all_codes(told)

    signed.votes[ID][0] |= {"vp_state": "pending", "vp": 900.0, "vp_by_strategy": [900.0]}
    assert (1, {"E_HUB_WINNER", "E_HUB_VERDICT"}) == ((found := audited(dao, signed, "--json")).status, codes(found))


def test_each_cause_of_a_difference_is_named(dao: Dao, signed: HubDouble) -> None:
    """Doubles, the order in which they were added, and ballots for nothing in the total: told, and nobody's fault."""
    for number, row in enumerate(signed.votes[ID]):
        row |= {"vp": (power := 0.1 + number * 1e-3), "vp_by_strategy": [power]}
    rows = sorted(signed.votes[ID], key=lambda row: row["vp"])
    rows.append(vote_row(ID, {"voter": "0x" + "22" * 20, "choice": 9, "vp": 0.7}, 1_700_000_200))
    signed.votes[ID].append(rows[-1])
    scores = [sum(row["vp"] for row in rows if row["choice"] == option) for option in (1, 2, 3)]
    signed.proposals[ID] |= {"scores": scores, "scores_total": sum(row["vp"] for row in rows), "votes": 13, "quorum": 0}
    told = audited(dao, signed, "--json")
    page = " ".join(audited(dao, signed).out.split())

    kinds = {row["kind"]: row for row in told.document["differences"]}
    assert (0, {"ballots", "score", "total", "published_total"}) == (told.status, kinds.keys() - {"published_score"})
    assert (True, 1) == ("vp" in kinds["published_total"]["orders"], kinds["ballots"]["votes"])
    assert "in Snapshot's doubles" in page
    assert "E_CHOICE" in page


def all_codes(told: Outcome) -> set[str]:
    return {f"{row['code']}.{row['reason']}" for row in told.document["findings"]}


def test_what_another_executor_would_do(dao: Dao, signed: HubDouble) -> None:
    """Its calls are counted and told, batches opened, and its hash is shown; two executors are refused (H99)."""
    call = {"to": "0x" + "22" * 20, "value": "5", "data": "0x"}
    transfer = f"0xa9059cbb{'66' * 20:0>64}{7:064x}"
    batch = "0x" + encode_multi_send([InnerCall(0, b"\x55" * 20, 0, bytes.fromhex(transfer[2:]))]).hex()
    token = {"to": "0x" + "55" * 20, "value": "0", "data": transfer}
    many = {"to": "0x" + "77" * 20, "value": "0", "data": batch}
    place = {"network": "1", "moduleAddress": "0x" + "33" * 20, "safeAddress": "0x" + "44" * 20}
    safe = {**place, "transactions": [call, token, many]}
    signed.proposals[ID]["plugins"] = {"oSnap": {"safes": [safe]}}
    told = audited(dao, signed, "--json")
    assert (0, "W_BINDING") == (told.status, told.document["findings"][0]["code"])
    assert "may make 3 calls of the Safe" in told.document["findings"][0]["message"]
    (executor,) = told.document["executors"]
    assert [("call 1", "pay"), ("call 2", "pay"), ("call 3", "batch"), ("call 3.1", "pay")] == [
        (row["place"], row["kind"]) for row in executor["actions"]
    ]
    page = " ".join(audited(dao, signed).out.split())
    assert "pays 7 base units of eip155:1/erc20:0x5555555555555555555555555555555555555555 to 0x6666" in page

    signed.proposals[ID]["plugins"]["mutualDao"] = {"version": 1}
    refused = audited(dao, signed, "--json")
    assert (1, {"E_EXECUTOR.several"}, []) == (refused.status, codes(refused), refused.document["executors"])
