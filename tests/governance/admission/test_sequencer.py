"""`governance.admission.sequencer`: every rule of Snapshot's sequencer, in its order, with its own error string."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import pytest

from chain.address import checksum
from chain.errors import CodedError
from chain.signer import KeySigner
from governance.admission.sequencer import RULES, admit_at_sequencer, refusal, unknown_rules
from governance.admission.sequencer_case import SequencerCase, Told
from governance.message_types import CURRENT, DOMAIN, current
from governance.messages import envelope_json, proposal_message, sign_envelope, typed_message, vote_message
from tests.governance.counting.test_snapshot_js import FOLDER, need_snapshot_js

NOW = 1_700_000_000
AUTHOR, VOTER = (KeySigner(sha256(name).digest()) for name in (b"author", b"voter"))
ID = "0x" + "ab" * 32
NOTHING = Told()
SPACE: dict[str, Any] = {
    "id": "club.eth", "admins": [], "moderators": [], "members": [], "filters": {"onlyMembers": False},
    "voting": {"delay": 3_600, "period": 86_400, "type": "basic", "privacy": ""}, "turbo": False,
}  # fmt: skip
ROW: dict[str, Any] = {
    "id": ID, "author": checksum(AUTHOR.address), "type": "basic", "choices": ["For", "Against"], "start": NOW - 10,
    "end": NOW + 10, "privacy": "",
}  # fmt: skip
OPEN = SPACE | {"voting": {}}
LATER = ROW | {"start": NOW}


def proposal(space: Mapping[str, Any] = SPACE, told: Told = NOTHING, now: int = NOW, **more: Any) -> SequencerCase:
    message = proposal_message(
        author=AUTHOR.address, space="club.eth", timestamp=NOW, title="A title", body="A body",
        choices=["For", "Against"], start=NOW + 3_600, end=NOW + 90_000, snapshot=17, plugins="{}",
    )  # fmt: skip
    return SequencerCase(body=sign_envelope("Proposal", {**message, **more}, AUTHOR), now=now, space=space, told=told)


def vote(
    row: Mapping[str, Any] | None = ROW, told: Told = NOTHING, previous: tuple[str, int] | None = None, **more: Any
) -> SequencerCase:
    message = vote_message(
        voter=VOTER.address, space="club.eth", proposal=bytes.fromhex(ID[2:]), choice=more.pop("choice", 1),
        timestamp=NOW,
    )  # fmt: skip
    body = sign_envelope("Vote", {**message, **more}, VOTER)
    return SequencerCase(body=body, now=NOW, space=SPACE, proposal=row, previous=previous, told=told)


def cancel(signer: KeySigner, row: Mapping[str, Any] | None = ROW, **space: Any) -> SequencerCase:
    message = {"from": checksum(signer.address), "space": "club.eth", "timestamp": NOW, "proposal": ID}
    body = sign_envelope("CancelProposal", message, signer)
    return SequencerCase(body=body, now=NOW, space=SPACE | space, proposal=row)


def forged(case: SequencerCase, change: Callable[[dict[str, Any]], object], **facts: Any) -> SequencerCase:
    """The case with another body: what no writer here would write."""
    document = json.loads(case.body)
    change(document)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    members = {name: getattr(case, name) for name in ("now", "space", "proposal", "known_ids", "previous", "told")}
    return SequencerCase(**{**members, "body": body, **facts})


def put(*path: str, value: Any) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        *way, last = path
        for name in way:
            document = document[name]
        document[last] = value

    return change


def _id(case: SequencerCase) -> str:
    from governance.messages import read_envelope

    return "0x" + read_envelope(case.body, "snapshot").id.hex()


MESSAGE = ("data", "message")
SHUTTER = ROW | {"privacy": "shutter"}
WEIGHTED = ROW | {"type": "weighted"}

GENERAL: list[tuple[str, SequencerCase]] = [
    ("unauthorized", vote(told=Told(authorized=False))),
    ("wrong envelope format", forged(vote(), put("more", value=1))),
    ("wrong envelope format", forged(vote(), put("data", "more", value=1))),
    ("wrong envelope format", forged(vote(), put("address", value=checksum(VOTER.address).lower()))),
    ("wrong envelope format", forged(vote(), put(*MESSAGE, "from", value="0x12"))),
    ("wrong envelope format", forged(vote(), put(*MESSAGE, "timestamp", value=str(NOW)))),
    ("wrong envelope format", SequencerCase(body=b"[]", now=NOW, space=SPACE)),
    ("wrong envelope format", SequencerCase(body=b"\xff", now=NOW, space=SPACE)),
    ("too large message", forged(proposal(), put(*MESSAGE, "body", value="x" * 100_000))),
    ("wrong timestamp", proposal(now=NOW + 518_401)),
    ("wrong timestamp", proposal(now=NOW - 301)),
    ("proposal cannot contain whitespace", forged(vote(), put(*MESSAGE, "proposal", value=ID + " "))),
    ("wrong domain", forged(vote(), put("data", "domain", "version", value="0.1.5"))),
    ("wrong types", forged(vote(), lambda document: document["data"]["types"]["Vote"].reverse())),
    ("Invalid space id", forged(vote(), put(*MESSAGE, "space", value="Club.eth"))),
    ("unknown space", forged(vote(), lambda _: None, space=None)),
    ("alias not allowed for the type: vote", forged(vote(), put("address", value=checksum(AUTHOR.address)))),
    ("wrong alias", forged(vote(told=Told(alias="no")), put("address", value=checksum(AUTHOR.address)))),
    ("signature validation failed", forged(vote(), put(*MESSAGE, "reason", value="another"))),
    ("signature validation failed", forged(vote(), put("sig", value="0x" + "00" * 65))),
    ("signature validation failed", forged(vote(told=Told(contract_signed=False)), put("sig", value="0x"))),
    ("duplicate message", forged(vote(), lambda _: None, known_ids={_id(vote())})),
    ("pinning failed", vote(told=Told(pinned=False))),
]

PROPOSALS: list[tuple[str, SequencerCase]] = [
    ("invalid space settings: no strategies", proposal(told=Told(settings_problem="no strategies"))),
    ("space is using a non-premium network", proposal(told=Told(premium_network=False))),
    *(("wrong proposal format", proposal(OPEN, **more)) for more in (
        {"title": ""}, {"title": "x" * 257}, {"choices": []}, {"choices": ["x" * 257, "y"]}, {"labels": ["a", "a"]},
        {"labels": ["toolonglabel"]}, {"labels": [f"l{n}" for n in range(11)]}, {"type": "lottery"}, {"start": 5},
        {"app": "x" * 25}, {"privacy": "secret"}, {"discussion": "no address"},
    )),
    ("proposal end date must be in the future", proposal(OPEN, start=NOW - 9, end=NOW)),
    ("wrong choices for basic type voting", proposal(OPEN, choices=["a", "b", "c", "d"])),
    ("invalid voting delay", proposal(start=NOW + 3_599)),
    ("invalid voting period", proposal(end=NOW + 90_001)),
    ("invalid voting type", proposal(type="approval")),
    ("not allowed to set privacy", proposal(privacy="shutter")),
    ("not allowed to set privacy", proposal(OPEN | {"voting": {"privacy": "shutter"}})),
    ("invalid proposal content", proposal(told=Told(content_ok=False))),
    ("invalid proposal, please contact support", proposal(told=Told(author_ok=False))),
    ("only space authors can propose", proposal(SPACE | {"filters": {"onlyMembers": True}})),
    ("validation failed", proposal(told=Told(validation="failed"))),
    ("failed to check validation", proposal(told=Told(validation="error"))),
    ("proposal snapshot must be after network start", proposal(told=Told(network_start=18))),
    ("invalid snapshot block", proposal(told=Told(head=16))),
    ("unable to fetch block", proposal(told=Told(head=-1))),
    ("proposal limit reached", proposal(told=Told(space_full=True))),
    ("active proposal limit reached for author", proposal(told=Told(author_full=True))),
    ("proposal body length can not exceed 10000 characters", proposal(body="😀" * 5_001)),
    ("proposal body length can not exceed 40000 characters", proposal(SPACE | {"turbo": True}, body="x" * 40_001)),
    ("number of choices can not exceed 20", proposal(OPEN, type="approval", choices=[str(n) for n in range(21)])),
]  # fmt: skip

VOTES: list[tuple[str, SequencerCase]] = [
    ("too large metadata", vote(metadata="x" * 2_001)),
    ("unknown proposal", vote(None, choice='{"1":1}')),
    ("invalid choice", forged(vote(WEIGHTED, choice='{"1":1}', told=Told(contract_signed=True)), lambda document: (
        put("sig", value="0x")(document), put(*MESSAGE, "choice", value="{")(document)))),
    ("wrong vote format", vote(reason="x" * 5_001)),
    ("wrong vote format", vote(app="x" * 25)),
    ("unknown proposal", vote(None)),
    ("not in voting window", vote(ROW | {"start": NOW + 1})),
    ("not in voting window", vote(ROW | {"end": NOW - 1})),
    ("reason not allowed with shutter", vote(SHUTTER, reason="because")),
    ("invalid choice", vote(SHUTTER)),
    ("invalid choice", vote(choice=3)),
    ("invalid choice", vote(choice=[1])),
    ("invalid choice", vote(WEIGHTED, choice='{"3":1}')),
    ("failed vote validation", vote(told=Told(vote_validation="failed"))),
    ("failed to check vote validation", vote(told=Told(vote_validation="error"))),
    ("no voting power", vote(told=Told(power=0))),
    ("failed to check voting power", vote(told=Told(power=-1))),
    ("already voted at later time", vote(previous=("0x00", NOW + 1))),
    ("already voted same time with lower index", vote(previous=("0x" + "f" * 64, NOW))),
]  # fmt: skip

CANCELLATIONS = [("not authorized to archive proposal", cancel(VOTER)), ("unknown proposal", cancel(AUTHOR, None))]


def example(kind: str, name: str) -> Any:
    """A value of a member's type."""
    if kind == "address" or name == "from":
        return checksum(AUTHOR.address)
    if kind in {"uint64", "uint32"}:
        return NOW
    if kind.endswith("[]"):
        return [1, 2] if kind.startswith("uint") else ["Ja", "好 \U0001f600"]
    return ID if name == "proposal" else '{"1":1}' if name == "choice" else "Grüße"


def other(
    action: str,
    signer: KeySigner = AUTHOR,
    row: Mapping[str, Any] | None = LATER,
    told: Told = NOTHING,
    space: Mapping[str, Any] | None = SPACE,
    named: str = "club.eth",
    **more: Any,
) -> SequencerCase:
    """A message that is not sent from here, as another client signs it."""
    kind = current(action)
    message = {field.name: example(field.type, field.name) for field in kind.types[kind.primary]}
    given = {"type": "basic", "choices": ["Ja", "Nein"], "privacy": "", "space": named, "timestamp": NOW, **more}
    message |= {name: value for name, value in given.items() if name in message} | {"from": checksum(signer.address)}
    body = sign_envelope(kind.primary, message, signer)
    return SequencerCase(body=body, now=NOW, space=space, proposal=row, told=told)


def settings(admins: Sequence[str] = (), **facts: Any) -> SequencerCase:
    text = json.dumps({"name": "Club", "admins": list(admins), "strategies": [{}, {}, {}]})
    return other("settings", settings=text, **facts)


ADMIN = SPACE | {"admins": [checksum(AUTHOR.address)]}
OTHERS: list[tuple[str, SequencerCase]] = [
    ("wrong proposal format", other("update-proposal", title="")),
    ("wrong proposal format", other("update-proposal", type="copeland")),
    ("unknown proposal", other("update-proposal", row=None)),
    ("proposal already started", other("update-proposal", row=ROW)),
    ('wrong choices for "basic" type voting', other("update-proposal", choices=["one"])),
    ("Not the author", other("update-proposal", VOTER)),
    ("not allowed to set privacy", other("update-proposal", privacy="shutter")),
    ("space voting type mismatch", other("update-proposal", type="approval")),
    ("unknown proposal", other("flag-proposal", row=None)),
    ("proposal already flagged", other("flag-proposal", row=LATER | {"flagged": True})),
    ("not authorized to flag proposal", other("flag-proposal")),
    ("id too long", settings(named="x" * 65)),
    ("no strategies", settings(told=Told(settings_problem="no strategies"))),
    ("max number of strategies is 2", settings(told=Told(strategies_max=2))),
    ("not allowed", settings(told=Told(controller=False))),
    ("not allowed change admins", settings(told=Told(controller=False), space=ADMIN)),
]  # fmt: skip
ALL = [*GENERAL, *PROPOSALS, *VOTES, *CANCELLATIONS, *OTHERS]


@pytest.mark.parametrize(("said", "case"), ALL, ids=[f"{n} {said}" for n, (said, _) in enumerate(ALL)])
def test_a_rule_speaks_as_snapshot_does(said: str, case: SequencerCase) -> None:
    """The first rule that is broken is told in Snapshot's own words, and nothing is admitted."""
    assert said == refusal(case)
    with pytest.raises(CodedError) as refused:
        admit_at_sequencer(case)
    assert ("E_SEQUENCER", said) == (refused.value.code, refused.value.facts["said"])


@pytest.mark.parametrize(
    "case",
    [
        proposal(),
        proposal(told=Told(head=17, network_start=17, validation="passed", author_full=False)),
        proposal(SPACE | {"filters": {"onlyMembers": True}, "members": [checksum(AUTHOR.address).lower()]}),
        proposal(SPACE | {"admins": [checksum(AUTHOR.address)]}, told=Told(validation="failed", author_full=True)),
        vote(),
        vote(told=Told(power=1), previous=("0x00", NOW)),
        vote(ROW | {"type": "approval"}, choice=[2, 1]),
        vote(WEIGHTED, choice='{"1":1,"2":0.5}'),
        forged(vote(), put("sig", value="0x")),
        cancel(AUTHOR),
        cancel(VOTER, moderators=[checksum(VOTER.address)]),
        other("update-proposal"),
        other("update-proposal", type="basic", choices=["a", "b", "c"], space=OPEN, privacy="shutter"),
        other("flag-proposal", space=ADMIN),
        settings([checksum(AUTHOR.address)], told=Told(controller=False, strategies_max=3), space=ADMIN),
        settings(told=Told(controller=True), space=ADMIN),
        settings(told=Told(controller=True), space=None),
    ],
)
def test_what_breaks_no_rule_is_admitted(case: SequencerCase) -> None:
    assert "" == refusal(case)


def test_the_order_is_the_sequencers() -> None:
    """Of several broken rules the earliest speaks."""
    worst = proposal(
        SPACE, Told(settings_problem="x", validation="failed", space_full=True), title="", start=1, end=2, type="basic"
    )
    assert "invalid space settings: x" == refusal(worst)
    assert "wrong timestamp" == refusal(forged(worst, put("sig", value="0x"), now=NOW - 9_999))
    assert 26 <= len(RULES)


def test_what_only_the_sequencer_knows_is_named() -> None:
    """Nothing that nobody could know is told as if it had been checked."""
    named = unknown_rules(proposal(told=Told(head=20)))
    assert {"authorized", "validation", "space_full", "author_ok", "pinned"} <= set(named)
    assert not {"head", "power", "contract_signed", "alias"} & set(named)
    assert {"power", "contract_signed"} <= set(unknown_rules(forged(vote(), put("sig", value="0x"))))


def test_every_message_is_snapshots_own() -> None:
    """An envelope of each of today's types passes snapshot.js' own verification, and the ids are equal."""
    need_snapshot_js()
    lines, ids = [], []
    for action in CURRENT:
        kind = current(action)
        message = {field.name: example(field.type, field.name) for field in kind.types[kind.primary]}
        if action == "vote":
            message["choice"] = 1
        body = sign_envelope(kind.primary, message, AUTHOR)
        assert DOMAIN == json.loads(body)["data"]["domain"]
        lines.append(body)
        ids.append("0x" + kind.digester(DOMAIN)(message).hex())

    done = subprocess.run(
        ["node", str(FOLDER / "verify.mjs")], input=b"\n".join(lines) + b"\n", capture_output=True, check=True
    )
    assert [{"id": id_, "signed": True} for id_ in ids] == [json.loads(line) for line in done.stdout.splitlines()]
    assert envelope_json("Vote", json.loads(lines[0])["data"]["message"], AUTHOR.address, b"") != lines[0]


DEEP = "[" * 5_000 + "]" * 5_000


@pytest.mark.parametrize("text", [DEEP, '{"admins": 7}', '{"admins": null}', "{", "7"], ids=lambda text: text[:16])
def test_settings_that_hold_anything_are_judged(text: str) -> None:
    """Whoever writes settings writes any text, and any JSON in it; an admin's list that is none names nobody."""
    assert "" == refusal(other("settings", settings=text, space=ADMIN))
    assert "not allowed change admins" == refusal(
        other("settings", settings=text, space=ADMIN, told=Told(controller=False))
    )


def test_a_choice_that_nests_too_deep_is_no_choice() -> None:
    """A weighted ballot is text, too; its writer may sign any."""
    case = vote(WEIGHTED, choice='{"1":1}')
    message = json.loads(case.body)["data"]["message"] | {"choice": DEEP}
    signed = "0x" + VOTER.sign_typed(typed_message("Vote", message)).hex()

    def change(document: dict[str, Any]) -> None:
        document["sig"], document["data"]["message"] = signed, message

    assert "invalid choice" == refusal(forged(case, change))


def test_a_hubs_row_that_names_no_list_of_admins_names_nobody() -> None:
    """What a hub shows of a space may be anything."""
    assert "not authorized to flag proposal" == refusal(other("flag-proposal", space=SPACE | {"admins": 7}))
