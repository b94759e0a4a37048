"""`governance.acts`: acts are signed messages of our own, and a milestone is released by reviewers alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.acts import (
    KINDS,
    NO_EVIDENCE,
    ActLeaf,
    ReleaseFact,
    act_id,
    act_message,
    check_act_signature,
    milestone_released,
    read_act,
    sign_act,
)
from tests.governance.space_values import NOW, key, person, settings, signer

PROPOSAL = b"\x33" * 32
REPORT = b"\x44" * 32
CLOSED = NOW
SETTINGS = settings()


def raw_act(name: str = "reviewer 1", **members: Any) -> bytes:
    """A signed act of a person."""
    told = {"proposal": PROPOSAL, "part": 1, "kind": "approve", "evidence": REPORT, "timestamp": NOW}
    return sign_act(act_message(**(told | members)), signer(name))


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A sound act, with a change."""
    envelope = json.loads(raw_act())
    change(envelope)
    return json.dumps(envelope).encode()


def refusal(raw: bytes) -> str:
    """Return the code with which an act is refused."""
    with pytest.raises(CodedError) as caught:
        check_act_signature(read_act(raw))
    return caught.value.code


def history(*steps: tuple[str, str], start: int = 10) -> list[ActLeaf]:
    """Acts on part 1 by (person, kind), one a minute after the close; the evidence is the report's."""
    return [
        ActLeaf(start + n, CLOSED + 60 * n, read_act(raw_act(name, kind=kind, timestamp=CLOSED + 60 * n)))
        for n, (name, kind) in enumerate(steps, 1)
    ]


def released(acts: list[ActLeaf], **changes: Any) -> ReleaseFact | None:
    """Whether part 1 of the author's proposal is released."""
    facts: dict[str, Any] = {
        "settings": SETTINGS,
        "author": person("author"),
        "payees": [person("payee")],
        "part": 1,
        "closed_at": CLOSED,
    }
    return milestone_released(acts, **(facts | changes))


def broken(acts: list[ActLeaf], **changes: Any) -> str:
    """Return the reason for which a history of acts is refused."""
    with pytest.raises(CodedError) as caught:
        released(acts, **changes)
    assert "E_MILESTONE" == caught.value.code
    return caught.value.reason


@pytest.mark.parametrize("kind", KINDS)
def test_an_act_is_read_as_it_was_signed(kind: str) -> None:
    """Each kind is signed, written, read back, and its signer found."""
    act = read_act(raw_act("judge 1", kind=kind, part=0, evidence=NO_EVIDENCE))

    assert (PROPOSAL, 0, kind, NO_EVIDENCE, NOW) == (act.proposal, act.part, act.kind, act.evidence, act.timestamp)
    assert person("judge 1") == check_act_signature(act)


def test_a_wallet_signs_the_same_bytes() -> None:
    """eth_account agrees on the digest of an act."""
    act = json.loads(raw_act())
    types = {"EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}]}
    payload = act["data"] | {"primaryType": "Act", "types": act["data"]["types"] | types}

    signed = Account.sign_message(encode_typed_data(full_message=payload), key("reviewer 1"))

    assert "0x" + bytes(signed.signature).hex() == act["sig"]
    assert act_id(act["data"]["message"]) == bytes(signed.message_hash)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda e: e.update(extra=1), "E_ACT"),
        (lambda e: e["data"].update(primaryType="Act"), "E_ACT"),
        (lambda e: e["data"].update(message=None), "E_ACT"),
        (lambda e: e["data"]["domain"].update(name="snapshot"), "E_DOMAIN"),
        (lambda e: e["data"]["domain"].update(chainId=1), "E_DOMAIN"),
        (lambda e: e["data"]["types"]["Act"].reverse(), "E_TYPES"),
        (lambda e: e["data"]["types"].update(More=[]), "E_TYPES"),
        (lambda e: e["data"]["message"].update(kind="pay"), "E_VERSION"),
        (lambda e: e["data"]["message"].update(part=1001), "E_ACT"),
        (lambda e: e["data"]["message"].update(part=-1), "E_UINT"),
        (lambda e: e["data"]["message"].update(part=True), "E_UINT"),
        (lambda e: e["data"]["message"].update(evidence="0x00"), "E_BYTES"),
        (lambda e: e["data"]["message"].update(proposal="0x" + "AB" * 32), "E_BYTES"),
        (lambda e: e["data"]["message"].update(extra=""), "E_TYPES"),
        (lambda e: e["data"]["message"].update(part=2), "E_SIG_SIGNER"),
        (lambda e: e.update(address=e["address"].lower()), "E_ADDRESS"),
        (lambda e: e.update(sig="0x"), "E_SIG_LEN"),
        (lambda e: e.update(address=e["address"] + " " * 5000), "E_LIMIT"),
    ],
)
def test_another_form_is_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    """Form, domain, types, values and signer, each by its own code."""
    assert code == refusal(changed(change))


def test_a_milestone_is_released_by_enough_reviewers() -> None:
    """Two of three over the newest report, after the close; the fact has the last one's time."""
    acts = history(("payee", "report"), ("reviewer 1", "approve"), ("reviewer 3", "approve"))

    assert ReleaseFact(CLOSED + 180, (person("reviewer 1"), person("reviewer 3"))) == released(acts)
    assert released(acts[::-1]) == released(acts)
    assert None is released(acts[:2])
    assert None is released(acts, part=2)
    assert None is released([])


def test_a_return_asks_for_a_new_report() -> None:
    """After a return the older report can no longer be approved; after the next one approvals begin again."""
    again = history(
        ("author", "report"), ("reviewer 1", "approve"), ("reviewer 2", "return"), ("payee", "report"),
        ("reviewer 1", "approve"), ("reviewer 2", "approve"),
    )  # fmt: skip

    assert CLOSED + 360 == (released(again) or ReleaseFact(0, ())).time
    assert None is released(again[:5])
    assert "other_report" == broken(history(("author", "report"), ("reviewer 2", "return"), ("reviewer 1", "approve")))


def test_H106_milestone_approved_by_the_author() -> None:
    """A reviewer who wrote the proposal, or is paid by it, decides nothing of it."""
    acts = history(("payee", "report"), ("reviewer 1", "approve"), ("reviewer 2", "approve"))

    assert "author" == broken(acts, author=person("reviewer 2"))
    assert "payee" == broken(acts, payees=[person("payee"), person("reviewer 1")])


def test_H106_milestone_approved_by_strangers_or_too_few() -> None:
    """Approvals of others do not count, and one of two is not enough."""
    assert "not_reviewer" == broken(history(("payee", "report"), ("mallory", "approve")))
    assert "not_reporter" == broken(history(("reviewer 1", "report")))
    assert None is released(history(("payee", "report"), ("reviewer 1", "approve")))


def test_H106_milestone_approved_for_another_report() -> None:
    """An approval names the digest of the newest report, of this part."""
    acts = history(("payee", "report"))
    other = read_act(raw_act("reviewer 1", evidence=b"\x55" * 32))

    assert "other_report" == broken([*acts, ActLeaf(20, CLOSED + 600, other)])
    assert "other_report" == broken(history(("reviewer 1", "approve")))
    nothing = read_act(raw_act("payee", kind="report", evidence=NO_EVIDENCE))
    assert "no_evidence" == broken([ActLeaf(20, CLOSED + 600, nothing)])


def test_H106_milestone_approved_before_the_close() -> None:
    """What comes before the close, or with it, releases nothing."""
    acts = history(("payee", "report"), ("reviewer 1", "approve"))

    assert "before_close" == broken(acts, closed_at=CLOSED + 60)


def test_H106_milestone_approved_twice() -> None:
    """One reviewer counts once, and a released milestone is done."""
    twice = history(("payee", "report"), ("reviewer 1", "approve"), ("reviewer 1", "approve"))
    late = history(("payee", "report"), ("reviewer 1", "approve"), ("reviewer 2", "approve"), ("reviewer 3", "return"))

    assert "twice" == broken(twice)
    assert "released" == broken(late)


@given(st.lists(st.sampled_from(["reviewer 1", "reviewer 2", "reviewer 3", "payee", "mallory"]), max_size=5))
def test_no_history_releases_without_two_reviewers(names: list[str]) -> None:
    """Whoever approves in whatever order: released means two different reviewers."""
    acts = history(("payee", "report"), *((name, "approve") for name in names))
    try:
        fact = released(acts)
    except CodedError:
        return

    assert (fact is not None) == (len(set(names)) >= 2)
