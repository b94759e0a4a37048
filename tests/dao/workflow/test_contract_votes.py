"""Contracts vote: genuine Safes, wallets yet to be deployed, accounts that run code, and contracts that do harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain.clients.node import BlockInfo
from chain.errors import UncheckableError
from dao.cli.start.demo import cast
from dao.record.verify import Report
from dao.workflow import contract_signing, recounting, voting
from dao.workflow.desk import Blocks
from dao.workflow.guard import Guard
from dao.workflow.proposing import Published
from governance.messages import message_id, sign_envelope
from governance.settings import Settings
from tests.dao.workflow import contract_voters as voters
from tests.dao.workflow.contract_voters import SafeVoter, ballot, vote, wrapped
from tests.dao.workflow.refusing import refuses
from tests.dao.workflow.stage import Stage, eth, open_stage

NO_KEY = b"\x01" * 130
"""A signature of a contract's form."""


@dataclass(frozen=True)
class Scene:
    """A vote that is open, and everybody who tries to vote in it."""

    stage: Stage
    published: Published
    safe: SafeVoter
    single: SafeVoter
    nasty: dict[str, bytes]
    opened: bytes
    """A wallet that says yes to everything once anybody has called it with `open()`."""
    later: bytes
    """A Safe that nobody has deployed, of which the token is held already."""

    def vote(self, voter: bytes, signed: bytes = NO_KEY) -> bytes:
        return vote(ballot(self.stage, self.published, voter), voter, signed)

    def cast(self, raw: bytes) -> list[str]:
        warnings: list[str] = []
        voting.cast(self.stage.desk, raw, warnings.append)
        return warnings

    def leaf(self) -> dict[str, Any]:
        return dict(self.stage.desk.journal.leaves[-1].body)

    def state(self) -> tuple[BlockInfo, bytes]:
        """The head, and its state's root by way of its header."""
        node = self.stage.desk.node
        return node.head(), node.header(node.head().ref.number)


OPENING = "5f3560e01c63fcfff16f14601c575f54602357005b60015f55005b" + "7f1626ba7e" + "00" * 28 + "5f5260205ff3"
"""open() writes slot 0; any other call says yes if it is written, and nothing otherwise."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_stage(tmp_path_factory.mktemp("contracts")) as stage:
        safe, single = SafeVoter.create(stage), SafeVoter.create(stage, salt=8, threshold=1)
        nasty = {name: voters.deploy(stage, code) for name, code in {**voters.NASTY, **voters.BURNERS}.items()}
        opened = voters.deploy(stage, OPENING)
        later = voters.fund(stage, voters.counterfactual()[0])
        voters.fund(stage, cast.address("pat"))
        published = stage.publish(1, eth("0.5"))
        stage.there.wait_until(published.start)
        yield Scene(stage, published, safe, single, nasty, opened, later)


def test_safe_votes_by_its_owners(scene: Scene) -> None:
    """Two of three owners sign the Safe's message; one owner, a stranger or another message is a no."""
    safe = scene.safe
    message = ballot(scene.stage, scene.published, safe.address)
    digest = message_id("Vote", message)
    for signed in (safe.blob(digest, "ann"), safe.blob(digest, "ann", "eve"), safe.blob(bytes(32), "ann", "cho")):
        raw = vote(message, safe.address, signed)
        refuses(scene.stage, "E_1271_INVALID", "reverted", lambda raw=raw: scene.cast(raw))  # type: ignore[misc]

    assert [] == scene.cast(safe.envelope(message, "ann", "cho"))
    assert "contract" in scene.leaf()


def test_safe_with_one_signature_is_no_key(scene: Scene) -> None:
    """65 bytes of another key than the voter's are asked of the voter if it has code; else the refusal stands."""
    single, pat = scene.single, cast.address("pat")
    message = ballot(scene.stage, scene.published, single.address)
    forged = ballot(scene.stage, scene.published, pat)
    raw = vote(forged, pat, single.blob(message_id("Vote", forged), "ann"))

    assert [] == scene.cast(single.envelope(message, "ann"))
    refuses(scene.stage, "E_SIG_SIGNER", "other", lambda: scene.cast(raw))


@pytest.mark.parametrize(
    ("name", "reason"),
    [(name, "reverted" if name.startswith("reverts") else "magic" if "magic" in name or "true" in name else "size")
     for name in voters.NASTY],
)  # fmt: skip
def test_H09_contract_that_says_no(scene: Scene, name: str, reason: str) -> None:
    """A revert, nothing, a byte too much, a true, the wrong word: each is a no."""
    refuses(scene.stage, "E_1271_INVALID", reason, lambda: scene.cast(scene.vote(scene.nasty[name])))


def test_H09_voter_without_code(scene: Scene) -> None:
    """Where no contract stands, no contract has signed."""
    refuses(scene.stage, "E_1271_INVALID", "no_code", lambda: scene.cast(scene.vote(cast.address("pat"), b"")))


@pytest.mark.parametrize("name", voters.BURNERS)
def test_H10_contract_that_burns_all_gas_or_answers_without_end(scene: Scene, name: str) -> None:
    """It has said neither yes nor no, in bounded time, and votes of others are taken as before."""
    error = refuses(scene.stage, "E_1271_LIMIT", "gas", lambda: scene.cast(scene.vote(scene.nasty[name])))

    assert isinstance(error, UncheckableError)


def test_H10_others_still_vote(scene: Scene) -> None:
    """A voter with a key is not asked to wait for any of them."""
    scene.stage.vote(scene.published, 1, "eve")

    assert "contract" not in scene.leaf()


def test_H11_true_at_latest_but_false_at_the_intake_block(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Safe that signs on chain after the head was read has not signed there; sent again, the vote is taken."""
    late = scene.single
    scene.stage.there.wait(120)
    message = ballot(scene.stage, scene.published, late.address, choice=2)
    head = scene.stage.desk.head()
    late.execute_message(message_id("Vote", message), names=("ann",))
    with monkeypatch.context() as stale:
        stale.setattr(scene.stage.desk, "head", lambda: head)
        error = refuses(scene.stage, "E_1271_BLOCK", "later", lambda: scene.cast(late.envelope(message)))

    assert head.ref.number == error.facts["number"]
    assert [] == scene.cast(late.envelope(message))


def test_H12_wrapper_that_deploys_elsewhere_or_mutates(scene: Scene) -> None:
    """A factory that fails, makes another wallet, or opens one that stands: none is a signature, and nothing remains of
    what it did.
    """
    _, factory, elsewhere = voters.counterfactual(salt=100)
    before = scene.state()
    for calldata, reason in ((elsewhere, "elsewhere"), (b"\x01\x02\x03\x04", "factory")):
        raw = scene.vote(scene.later, wrapped(factory, calldata, NO_KEY))
        refuses(scene.stage, "E_6492", reason, lambda raw=raw: scene.cast(raw))  # type: ignore[misc]
    opening = wrapped(scene.opened, bytes.fromhex("fcfff16f"), NO_KEY)
    refuses(scene.stage, "E_1271_INVALID", "size", lambda: scene.cast(scene.vote(scene.opened, opening)))
    cut = wrapped(factory, elsewhere, NO_KEY)
    refuses(scene.stage, "E_6492", "form", lambda: scene.cast(scene.vote(scene.later, cut[:96] + cut[128:])))

    assert before == scene.state()


def test_wallet_votes_before_it_is_deployed(scene: Scene) -> None:
    """The factory's call makes the Safe for as long as it is asked."""
    _, factory, calldata = voters.counterfactual()
    message = ballot(scene.stage, scene.published, scene.later)
    blob = SafeVoter(scene.stage, scene.later).blob(message_id("Vote", message), "ben", "cho")

    assert [] == scene.cast(vote(message, scene.later, wrapped(factory, calldata, blob)))
    assert b"" == scene.stage.desk.node.code(scene.later)


def test_H14_account_with_a_key_and_code(scene: Scene) -> None:
    """An account that runs code (EIP-7702) votes by its key; unless the code says yes as well, that is flagged, and so
    is a yes of the code alone.
    """
    yes = voters.deploy(scene.stage, voters.YES, holds=1)
    for target, name, warnings in (
        (yes, "gil", []),
        (scene.nasty["reverts"], "hana", ["W_7702"]),
        (scene.nasty["burns its gas at once"], "ivo", ["W_7702"]),
    ):
        voters.delegate_code(scene.stage, name, target)
        message = ballot(scene.stage, scene.published, cast.address(name))
        assert warnings == scene.cast(sign_envelope("Vote", message, cast.signer(name)))
    voters.delegate_code(scene.stage, "finn", yes)

    assert ["W_7702"] == scene.cast(scene.vote(cast.address("finn")))


def test_H15_old_magic_only_under_policy_snapshot(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form of before 2019 is refused where the settings do not ask for Snapshot's ways, and taken where they do."""
    voter = scene.nasty["says the old magic"]
    refuses(scene.stage, "E_1271_INVALID", "magic", lambda: scene.cast(scene.vote(voter)))

    node, block = scene.stage.desk.node, scene.stage.desk.head().ref
    case = scene.stage.desk.case(scene.published.id, 10, 20, 21)
    assert case.settings is not None
    blocks = Blocks()
    envelope = voters.read(scene.vote(voter))
    signed = contract_signing.who_signed(node, envelope, voters.under_snapshot(case.settings), block, blocks)

    assert signed.evidence is not None
    assert not signed.is_proved


def test_record_proves_safes_after_their_owners_changed(stage: Stage, tmp_path: Path) -> None:
    """By owners' keys, by approval on chain, and by its own word on chain: each stays proved when the owners change."""
    by_keys, on_chain = SafeVoter.create(stage), SafeVoter.create(stage, salt=8)
    approving = SafeVoter.create(stage, salt=9)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    message = ballot(stage, published, by_keys.address)
    voting.cast(stage.desk, by_keys.envelope(message, "ann", "cho"))
    message = ballot(stage, published, on_chain.address, choice=2)
    on_chain.execute_message(message_id("Vote", message))
    voting.cast(stage.desk, on_chain.envelope(message))
    message = ballot(stage, published, approving.address)
    voting.cast(stage.desk, approving.envelope_with_approval(message, "ann", "ben"))
    for safe in (by_keys, on_chain, approving):
        safe.swap_owner("ann", "dora")
        safe.swap_owner("cho", "eve")
    stage.decide(published)
    report = voters.verified(stage, published)

    assert "A_1271" not in report.assumed
    assert "passed" == _verdict(report)
    assert "passed" == _recounted(stage, published, tmp_path)


def test_record_assumes_what_a_contract_only_said(stage: Stage) -> None:
    """A wallet that is no Safe, and one yet to be deployed: their answers are somebody's word (A_1271)."""
    wallet = voters.deploy(stage, voters.YES)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    voting.cast(stage.desk, vote(ballot(stage, published, wallet), wallet, NO_KEY))
    stage.decide(published)

    assert "A_1271" in voters.verified(stage, published).assumed


def test_H11_block_that_left_the_chain_before_the_close(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Votes whose block is gone are asked again at the close: who still says yes counts, who does not is kept and
    counts for nothing.
    """
    steady, changed = SafeVoter.create(stage), SafeVoter.create(stage, salt=8, holds=150_000)
    published = stage.publish(1, eth("0.5"))
    stage.vote(published, 1, "eve", "hana")
    for safe in (steady, changed):
        message = ballot(stage, published, safe.address, choice=2)
        voting.cast(stage.desk, safe.envelope(message, "ann", "cho"))
    gone = {leaf.block.number for leaf in stage.desk.journal.leaves if "contract" in leaf.body}
    changed.swap_owner("ann", "dora")
    real = stage.desk.node.block

    def other(number: int) -> BlockInfo:
        info = real(number)
        return BlockInfo(info.ref._replace(hash=bytes(32)), info.timestamp) if number in gone else info

    stage.there.wait_until(published.end + 60)
    with monkeypatch.context() as reorganised:
        reorganised.setattr(stage.desk.node, "block", other)
        voting.close(stage.desk, published.id)
    voting.count(stage.desk, published.id)
    closed = next(leaf for leaf in stage.desk.journal.leaves if leaf.kind == "closed")
    report = voters.verified(stage, published)

    assert [True, False] == sorted((link is not None for _, link in _rows(closed.body["again"])), reverse=True)
    assert "A_1271" in report.assumed, "who was left out is somebody's word"
    assert report.case is not None
    assert report.case.expected is not None
    assert 100 * cast.UNIT == report.case.expected.scores[1]
    assert not any(block.number in gone for block in report.case.blocks)
    assert _verdict(report) == _recounted(stage, published, tmp_path)


def _rows(value: object) -> list[list[object]]:
    assert isinstance(value, list)
    return value


def _verdict(report: Report) -> str:
    assert report.case is not None
    assert report.case.verdict is not None
    return report.case.verdict.state


class _NoAnchors(Guard):
    """This journal stands in no workspace."""

    def __init__(self) -> None:
        pass

    def check_anchors(self, settings: Settings, chain_id: int) -> None:
        pass

    def check_kept_root(self, size: int, root: Callable[[int], bytes], origin: str) -> None:
        pass


def _recounted(stage: Stage, published: Published, folder: Path) -> str:
    """The verdict of a recount from the stored bytes, which is held to the signed result."""
    guard = _NoAnchors()
    with recounting.opened(folder / "journal.sqlite", guard, stage.desk.node.chain_id()) as journal:
        found = recounting.recount(journal, published.id, guard)
    assert found.case.verdict is not None
    return found.case.verdict.state
