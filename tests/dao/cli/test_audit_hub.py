"""`dao audit --space`: what a hub serves, audited page by page; the hub is a test double (`tests.hub_double`)."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.clients.block_folder import BlockFolder
from dao.cli.votes import audit_hub
from governance.clients import snapshot
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.guides import follow, page
from tests.hub_double import HubDouble, cast, proposal_row, serving, take, vote_row

Dao = Callable[..., Outcome]
ROOT = Path(__file__).resolve().parents[3]
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "snapshot" / "closed_proposals.json"
SMALL = json.loads(VECTORS.read_text("utf-8"))["proposals"]
ID = "0x" + "ab" * 32
SPACE = "club.eth"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubDouble]:
    monkeypatch.setattr(snapshot, "PACE", (10_000, 1))
    monkeypatch.setattr(snapshot, "PAUSES", (0, 0, 0))
    monkeypatch.delenv("SNAPSHOT_API_KEY", raising=False)
    with serving(HubDouble()) as double:
        yield double


@pytest.fixture
def signed(hub: HubDouble) -> HubDouble:
    """A club of twelve voters who signed, and scores as Snapshot computes them."""
    hub.proposals[ID] = proposal_row(ID, SPACE, "basic", ["For", "Against", "Abstain"], 12, quorum=10)
    for number in range(12):
        cast(hub, ID, number, 1 + (number % 3 == 0), 10.5 + number, 1_700_000_100 + number // 4)
    publish(hub)
    return hub


def publish(hub: HubDouble) -> None:
    """Compute the scores of the club's votes as they are."""
    rows = hub.votes[ID]
    scores = [sum(row["vp"] for row in rows if row["choice"] == option) for option in (1, 2, 3)]
    hub.proposals[ID] |= {"scores": scores, "scores_total": sum(scores), "votes": len(rows)}


def audited(dao: Dao, hub: HubDouble, *more: object, proposal: str = ID) -> Outcome:
    return dao("audit", "--proposal", proposal, "--hub", hub.url, *more)


def codes(told: Outcome) -> set[str]:
    return {
        f"{row['code']}.{row['reason']}".rstrip(".") for row in told.document["findings"] if row["level"] == "error"
    }


@pytest.mark.parametrize("facts", SMALL, ids=lambda facts: facts["proposal"]["id"][:10])
def test_a_real_proposal_is_as_published(dao: Dao, hub: HubDouble, facts: dict[str, Any]) -> None:
    """Every vote, total to the last bit, top choice equal; pages are cut small, and every third request is refused."""
    hub.refuse = lambda number: {"Retry-After": "0"} if number % 3 == 0 else None
    told = audited(dao, hub, "--json", proposal=take(hub, facts))

    expect_as_published(told, facts)


@pytest.mark.slow
def test_all_nine_real_proposals(dao: Dao, hub: HubDouble, shared_data: Path) -> None:
    """The whole set, in pages of 1,000."""
    files = sorted((shared_data / "snapshot" / "real").glob("*.json"))
    assert 9 == len(files)
    for number, file in enumerate(files):
        facts = json.loads(file.read_text("utf-8"))
        hub.refuse = lambda asked: {} if asked % 40 == 1 else None
        expect_as_published(audited(dao, hub, "--json", proposal=take(hub, facts)), facts)
        assert number or hub.asked


def expect_as_published(told: Outcome, facts: dict[str, Any]) -> None:
    document = told.document
    assert (0, True, len(facts["votes"])) == (told.status, document["ok"], document["votes"]), document
    reported = facts.get("reported_by_snapshot")
    computed = facts["computed_with_snapshotjs_0_17"]
    best = next(
        value for name, value in computed.items() if name.startswith("order_") or name == facts["proposal"]["type"]
    )
    assert [1 + best["scores"].index(max(best["scores"]))] == document["exact"]["winners"]
    if reported:
        share = 100 * max(document["snapshot"]["scores"]) / document["snapshot"]["scores_total"]
        assert abs(share - reported["top_choice_pct"]) < 0.051
        unexplained = [row for row in document["differences"] if row.get("orders") == []]
        assert [] == unexplained


def test_pages_and_signatures(dao: Dao, signed: HubDouble) -> None:
    """A club's vote: ids rebuilt, signatures checked, verdict given."""
    told = audited(dao, signed, "--space", SPACE, "--json")

    assert (0, {"signed": 12}, []) == (told.status, told.document["signatures"], told.document["findings"])
    assert ("passed", "passed") == (told.document["verdict"], told.document["published"]["verdict"])
    page = audited(dao, signed)
    assert "12 of 12 votes" in page.out
    assert "127.0.0.1" in page.out
    assert "graphql" not in page.out
    assert ["proposal", "votes", "messages"] == [name for name, _ in signed.asked[:3]]


def drop_three(hub: HubDouble) -> None:
    del hub.votes[ID][2:5]


def change_power(hub: HubDouble) -> None:
    hub.votes[ID][3]["vp"] = 99.5


def change_power_and_parts(hub: HubDouble) -> None:
    hub.votes[ID][3] |= {"vp": 99.5, "vp_by_strategy": [99.5]}


def add_unsigned(hub: HubDouble) -> None:
    row = cast(hub, ID, 77, 2, 5.0, 1_700_000_200)
    other = next(message for id_, message in hub.messages.items() if id_ != row["id"])
    hub.messages[row["id"]]["sig"] = other["sig"]
    publish(hub)


def wrong_winner(hub: HubDouble) -> None:
    scores = hub.proposals[ID]["scores"]
    hub.proposals[ID]["scores"] = [scores[1], scores[0], scores[2]]


def late_vote(hub: HubDouble) -> None:
    cast(hub, ID, 78, 1, 5.0, hub.proposals[ID]["end"] + 1)
    publish(hub)


def invalid_for_quorum(hub: HubDouble) -> None:
    """A ballot for nothing lifts the published total over the quorum."""
    hub.proposals[ID]["quorum"] = sum(row["vp"] for row in hub.votes[ID]) + 1
    hub.votes[ID].append(vote_row(ID, {"voter": "0x" + "22" * 20, "choice": 9, "vp": 50}, 1_700_000_200))
    hub.proposals[ID] |= {"scores_total": sum(row["vp"] for row in hub.votes[ID]), "votes": 13}


@pytest.mark.parametrize(
    ("attack", "code", "sentence"),
    [
        (drop_three, "E_HUB_VOTES.missing", "there are 12 votes and serves 9: 3 are missing"),
        (change_power, "E_HUB_POWER.parts", "it is served as 99.5, and the parts give 13.5"),
        (change_power_and_parts, "E_HUB_POWER.score", "Option 2 was published with -86 more than its votes have"),
        (add_unsigned, "E_HUB_SIG.bad", "was not signed by its voter (E_SIG_SIGNER)"),
        (wrong_winner, "E_HUB_WINNER", "make Against win, and the votes make For win"),
        (late_vote, "E_HUB_VOTES.window", "Votes outside the time of the vote: 1"),
        (
            invalid_for_quorum,
            "E_HUB_VERDICT",
            "the proposal is passed, and by the exact count of valid votes it is rejected",
        ),
    ],
)
def test_a_hub_that_lies_is_caught(
    dao: Dao, signed: HubDouble, attack: Callable[[HubDouble], None], code: str, sentence: str
) -> None:
    """Exit status 1, the code, and a sentence that says which vote, option or power."""
    attack(signed)

    told = audited(dao, signed, "--json")
    page = audited(dao, signed)

    assert (1, False) == (told.status, told.document["ok"])
    assert code in codes(told)
    assert sentence in " ".join(page.out.split())


def test_a_changed_choice_fits_no_message(dao: Dao, signed: HubDouble) -> None:
    """Scores that fit the changed choice help nobody: the id is that of another message (could not be checked)."""
    signed.votes[ID][0]["choice"] = 1
    publish(signed)

    told = audited(dao, signed, "--json")

    assert (2, {"signed": 11, "unknown": 1}) == (told.status, told.document["signatures"])
    assert {("W_HUB_SIG", "unknown")} == {(row["code"], row["reason"]) for row in told.document["findings"]}


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


def test_an_interrupted_audit_goes_on(dao: Dao, signed: HubDouble, tmp_path: Path) -> None:
    """Pages that came are kept; what is asked again is the proposal and the page that failed. A damaged one is, too."""
    signed.change = lambda name, rows, _: (500, b"", {}) if name == "messages" else rows
    broken = audited(dao, signed, "--keep", tmp_path / "pages", "--json")
    assert (2, "E_HUB_ANSWER") == (broken.status, broken.document["error"]["code"])
    signed.asked.clear()
    signed.change = lambda _name, rows, _number: rows

    assert 0 == audited(dao, signed, "--keep", tmp_path / "pages").status
    assert ["proposal", "messages"] == [name for name, _ in signed.asked]

    (page,) = (tmp_path / "pages").glob("votes-*.page")
    page.write_bytes(page.read_bytes()[:-9])
    signed.asked.clear()
    assert 0 == audited(dao, signed, "--keep", tmp_path / "pages").status
    assert ["proposal", "votes"] == [name for name, _ in signed.asked]


def test_the_key_is_a_secret(dao: Dao, signed: HubDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from the environment, goes to the hub in a header, and stands in nothing that is printed."""
    monkeypatch.setenv("SNAPSHOT_API_KEY", "key-0123456789-secret")
    told = audited(dao, signed, "--json")
    assert {"key-0123456789-secret"} == set(signed.keys)
    assert "key-0123456789" not in told.out + told.err

    signed.change = lambda *_: (200, b'{"errors": [{"message": "bad key key-0123456789-secret\\u001b[2J"}]}', {})
    refused = audited(dao, signed)
    assert (2, False, False) == (refused.status, "0123456789" in refused.err, "\x1b" in refused.err)

    plain = dao("audit", "--proposal", ID, "--hub", "http://hub.example/graphql")
    assert (2, True) == (plain.status, "E_HUB_URL" in plain.err)


SPACE_ID = "0x" + "cd" * 32


def test_a_whole_space(dao: Dao, signed: HubDouble, tmp_path: Path) -> None:
    """One row a proposal, one that cannot be counted among them, and a report in which no text acts (H33, H32)."""
    title = '=HYPERLINK("http://evil")<script>alert(1)</script>\x1b[2J'
    signed.proposals[SPACE_ID] = proposal_row(SPACE_ID, SPACE, "custom", ["a", "b"], 0, title=title)
    signed.proposals[ID]["title"] = title

    files = ("--csv", tmp_path / "a.csv", "--html", tmp_path / "a.html")
    told = dao("audit", "--space", SPACE, "--hub", signed.url, *files, "--json")
    page = dao("audit", "--space", SPACE, "--hub", signed.url)

    assert (1, 1) == (told.status, page.status)
    by_id = {row["proposal"]: row for row in told.document["proposals"]}
    assert (True, "E_VERSION") == (by_id[ID]["ok"], by_id[SPACE_ID]["code"])
    assert "1 of 2" in page.out
    assert "\x1b" not in page.out
    table = list(csv.DictReader((tmp_path / "a.csv").read_text("utf-8").splitlines()[:2]))
    assert table[0]["title"].startswith("'=")
    report = (tmp_path / "a.html").read_text("utf-8")
    assert ("<svg" in report, "<script" in report, "default-src 'none'" in report) == (True, False, True)


def test_a_great_vote_with_a_bar_that_moves(hub: HubDouble) -> None:
    """3,600 signed votes with refusals in between end in seconds, and a terminal sees them come."""
    votes = 3_600 if os.environ.get("CI") == "true" else 360
    hub.proposals[ID] = proposal_row(ID, SPACE, "single-choice", ["A", "B"], votes)
    for number in range(votes):
        cast(hub, ID, number, 1 + number % 2, 1.5, 1_700_000_100 + number // 3)
    publish(hub)
    hub.proposals[ID]["scores"].pop()
    hub.refuse = lambda number: {"Retry-After": "1"} if number in (2, 5) else None

    status, out, screen = on_a_terminal("audit", "--proposal", ID, "--hub", hub.url, "--json")
    document = json.loads(out)
    assert (0, votes, {"signed": votes}) == (status, document["votes"], document["signatures"]), screen
    counts = [int(done) for done in re.findall(rf"(\d+)/{votes}\b", screen)]
    assert any(0 < done < votes for done in counts), screen
    assert "the hub asks for a pause" in screen


def on_a_terminal(*arguments: str) -> tuple[int, str, str]:
    """Run `dao` with its stderr on a terminal: exit status, stdout, and what the terminal was sent."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "dao", *arguments]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "DAO_LANG": "en"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, env=environment) as process:
        os.close(theirs)
        seen = bytearray()
        reading = threading.Thread(target=lambda: seen.extend(_read_all(ours)))
        reading.start()
        assert process.stdout is not None
        out = process.stdout.read()
        status = process.wait()
        reading.join()
    os.close(ours)
    return status, out.decode(), seen.decode("utf-8", "replace")


def _read_all(handle: int) -> bytes:
    data = b""
    with contextlib.suppress(OSError):  # Linux says EIO when the other end is closed
        while chunk := os.read(handle, 1 << 16):
            data += chunk
    return data


def test_the_guide(dao: Dao, hub: HubDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command ends as the page says and shows what it says, and the picture is the one that is drawn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(audit_hub, "URL", hub.url)
    for facts in SMALL:
        take(hub, facts)

    follow(dao, page("audit-a-space"))

    report = (tmp_path / "report.html").read_text("utf-8")
    drawn = report[report.index("<svg") : report.index("</svg>") + len("</svg>")]
    assert f"{drawn}\n" == (ROOT / "docs" / "images" / "audit-space.svg").read_text("utf-8")
    assert 1 < len(list((tmp_path / "pages").glob("*.page")))


def test_what_another_executor_would_do(dao: Dao, signed: HubDouble) -> None:
    """Its calls are counted and its hash is shown; two executors are refused (H99)."""
    call = {"to": "0x" + "22" * 20, "value": "5", "data": "0x"}
    place = {"network": "1", "moduleAddress": "0x" + "33" * 20, "safeAddress": "0x" + "44" * 20}
    safe = {**place, "transactions": [call]}
    signed.proposals[ID]["plugins"] = {"oSnap": {"safes": [safe]}}
    told = audited(dao, signed, "--json")
    assert (0, "W_BINDING") == (told.status, told.document["findings"][0]["code"])
    assert "may make 1 calls of the Safe" in told.document["findings"][0]["message"]

    signed.proposals[ID]["plugins"]["mutualDao"] = {"version": 1}
    refused = audited(dao, signed, "--json")
    assert (1, {"E_EXECUTOR.several"}) == (refused.status, codes(refused))


def test_pinned_bytes_say_what_a_row_does_not(dao: Dao, signed: HubDouble, tmp_path: Path) -> None:
    """A vote whose metadata the hub does not show is checked by its bytes on IPFS; they catch a changed choice."""
    row = cast(signed, ID, 50, 2, 3.5, 1_700_000_300, metadata='{"from": "a client of its own"}')
    publish(signed)
    assert (2, 1) == (audited(dao, signed).status, audited(dao, signed, "--json").document["signatures"]["unknown"])

    folder = BlockFolder(tmp_path / "blocks")
    row["ipfs"] = str(folder.add(signed.pinned[row["id"]], version=0))
    told = audited(dao, signed, "--blocks", tmp_path / "blocks", "--json")
    assert (0, {"signed": 13}) == (told.status, told.document["signatures"])

    row["choice"] = 1
    publish(signed)
    told = audited(dao, signed, "--blocks", tmp_path / "blocks", "--json")
    assert (1, {"E_HUB_SIG.bad"}) == (told.status, codes(told))
    assert "E_HUB_ROW" in next(found["message"] for found in told.document["findings"])

    row["ipfs"] = str(folder.add(signed.pinned[signed.votes[ID][0]["id"]], version=0))  # bytes of another vote
    assert 2 == audited(dao, signed, "--blocks", tmp_path / "blocks").status


def test_what_is_not_there(dao: Dao, signed: HubDouble) -> None:
    """A proposal that the hub has not, or that is another space's, or another than was asked for; and no question."""
    absent = audited(dao, signed, "--json", proposal="0x" + "00" * 32)
    foreign = audited(dao, signed, "--space", "other.eth", "--json")
    signed.change = lambda name, rows, _: {**rows, "id": "0x" + "ee" * 32} if name == "proposal" else rows
    other = audited(dao, signed, "--json")

    assert [2, 2, 2] == [told.status for told in (absent, foreign, other)]
    assert {"E_HUB_PAGE"} == {told.document["error"]["code"] for told in (absent, foreign, other)}
    assert [64, 64] == [dao("audit").status, dao("audit", "x.json", "--space", SPACE).status]
