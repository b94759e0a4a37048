"""Read a record of a vote that was held at a hub, and run on it those numbered checks that such a vote can come to.

Numbers and names are those of `docs/reference/verify.md`; a check that needs the DAO's own journal, Safe or books is
not due here. Everything is concluded from the facts that a follower kept, by the same functions as `dao history` and
`dao audit`; that he kept them truly, and that the hub showed everything, is assumed and said. No network, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chain import car, log_tree
from chain.errors import CodedError, UncheckableError
from chain.finding import Finding
from dao.record.checks import CHECKS
from dao.record.errors import RecordError
from dao.record.hub_pack import KIND, choose
from dao.record.manifest import leaves_of, map_of, proof_of, size_of
from dao.record.trust import Trust
from dao.record.verify import Outcome
from governance.followed import Fact, Followed, decode
from governance.followed_proposals import standing
from governance.history import Chapter, chapter
from governance.hub_pages import check_row

_MANIFEST = frozenset({"v", "kind", "proposal", "size", "leaves", "proof"})


class UnprovedError(RecordError, UncheckableError):
    """What a hub showed is too little to say whether it is so (`E_HUB_SIG`, `E_HUB_VOTES`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCase:
    """A record that was opened, and what its facts say; which of it holds is for the checks to say."""

    proposal: str
    size: int
    """Facts of the whole list."""
    facts: Mapping[int, Fact]
    leaf_hashes: Mapping[int, bytes]
    proof: tuple[bytes, ...]
    known: Followed
    chapter: Chapter
    trust: Trust

    def root(self) -> bytes:
        """The root that the facts and the proof make; `E_LOG_INCONSISTENT` if they make none."""
        return log_tree.batch_root(self.size, self.leaf_hashes, self.proof)

    def findings(self) -> Iterator[Finding]:
        """What the audit holds against the hub; raises the refusal of votes that cannot be counted."""
        if self.chapter.audit is None:
            assert self.chapter.refusal is not None, "it was counted or refused"
            raise self.chapter.refusal
        yield from (row for row in self.chapter.audit.findings if row.level == "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReport:
    """All checks in order, and what they leave to assume."""

    outcomes: tuple[Outcome, ...]
    assumed: tuple[str, ...]
    case: HubCase | None
    """None when the file could not be opened as a record."""

    @property
    def ok(self) -> bool:
        """Whether every check that is due passed."""
        return all(outcome.ok for outcome in self.outcomes if outcome.due)

    @property
    def is_false(self) -> bool:
        """Whether a check failed, as opposed to one that could not be made."""
        return any(outcome.error is not None and not outcome.is_open for outcome in self.outcomes)


class HubCheck(NamedTuple):
    """One numbered check, and the numbers of those that it leans on."""

    run: Callable[[HubCase], object]
    """Raises a `CodedError` when the check fails."""
    needs: tuple[int, ...] = (3,)


def verify_hub(data: bytes, trust: Trust | None = None) -> HubReport:
    """Check the bytes of a record of a vote at a hub."""
    done: dict[int, Outcome] = {}
    opened: list[HubCase] = []
    files: list[car.Car] = []
    _run(done, 1, "file.container", lambda: files.append(car.read(data)), ())
    _run(done, 2, "file.manifest", lambda: opened.append(_open(files[0], trust or Trust())), (1,))
    for check in CHECKS:
        due = HUB_CHECKS.get(check.number)
        if due is None:
            done[check.number] = Outcome(check.number, check.name, None, due=False)
        else:
            _run(done, check.number, check.name, lambda run=due.run: run(opened[0]), (2, *due.needs))  # type: ignore[misc]
    case = opened[0] if opened else None
    return HubReport(outcomes=tuple(done.values()), assumed=tuple(_assumed(case, trust or Trust())), case=case)


def _run(done: dict[int, Outcome], number: int, name: str, step: Callable[[], object], needs: tuple[int, ...]) -> None:
    if not all(done[need].ok for need in needs if need != number):
        done[number] = Outcome(number, name, None)
        return
    try:
        step()
    except CodedError as error:
        done[number] = Outcome(number, name, ok=False, error=error)
    else:
        done[number] = Outcome(number, name, ok=True)


def _open(file: car.Car, trust: Trust) -> HubCase:
    """Read the root and every fact; they must be those that a writer would have chosen, and no others."""
    manifest = map_of(file, file.root, KIND, _MANIFEST)
    proposal = manifest["proposal"]
    facts: dict[int, Fact] = {}
    hashes: dict[int, bytes] = {}
    latest = 0
    for index, link in leaves_of(file, manifest):
        fact = facts[index] = decode(file.blocks[link])
        if fact.seen < latest:
            raise RecordError("E_LOG_INCONSISTENT", "time", kind=fact.kind, time=fact.seen, last=latest)
        latest = fact.seen
        hashes[index] = log_tree.leaf_hash(file.blocks[link])
    known = Followed(facts.values())
    if not isinstance(proposal, str) or proposal not in known.proposals or not known.hub:
        raise RecordError("E_CANONICAL", "manifest", field="proposal")
    _refuse_others(facts, proposal)
    told = chapter(known, standing(known, proposal, latest))
    return HubCase(
        proposal=proposal, size=size_of(manifest), facts=facts, leaf_hashes=hashes, proof=tuple(proof_of(manifest)),
        known=known, chapter=told, trust=trust,
    )  # fmt: skip


def _refuse_others(facts: Mapping[int, Fact], proposal: str) -> None:
    """Facts are of this proposal, and rows have the form that a follower would have kept."""
    indexes = list(facts)
    chosen = {indexes[number] for number in choose(list(facts.values())).get(proposal, ())}
    for index, fact in facts.items():
        if index not in chosen:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=fact.kind)
        if fact.kind in {"proposal", "vote"}:
            check_row(fact.row)
        if fact.kind == "mark" and fact.row.get("proposal") != (None if fact.of == proposal else proposal):
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=fact.kind)
        if fact.kind in {"proposal", "vote", "message"} and fact.row.get("id") != fact.of:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=fact.kind)


def _proposal_signature(case: HubCase) -> None:
    """The newest row hashes to the id, and its author signed that."""
    text = case.chapter.standing.text
    if text == "changed":
        raise RecordError("E_REVISION", "hub_changed", id=case.proposal)
    if text == "forged":
        raise RecordError("E_HUB_SIG", "author", id=case.proposal)
    if text not in ("signed", "contract"):
        raise UnprovedError("E_HUB_SIG", "text", id=case.proposal)


def _proposal_actions(case: HubCase) -> None:
    """Blocks of other executors hold the calls that their hashes name, and there is one executor."""
    _refuse(row for row in case.findings() if not row.code.startswith("E_HUB_"))


def _proposal_cancel(case: HubCase) -> None:
    """The hub showed it until its end."""
    gone, end = case.known.gone.get(case.proposal), case.chapter.row.get("end")
    if gone is not None and (type(end) is not int or gone.seen <= end):
        raise RecordError("E_REVISION", "hub_gone", id=case.proposal, time=gone.seen)


def _votes_signature(case: HubCase) -> None:
    """Every vote is a message whose id is its digest, and its voter signed it; what a contract would say is assumed."""
    _refuse(row for row in case.findings() if row.code == "E_HUB_SIG")
    open_ = sum(vote.status in ("unknown", "none", "alias") for vote in case.chapter.votes)  # all of them are counted
    if open_:
        raise UnprovedError("E_HUB_SIG", "votes", votes=open_)


def _votes_admission(case: HubCase) -> None:
    """Every vote was cast on this proposal, by its id, and inside its window; ballots without a valid choice count
    nowhere.
    """
    _refuse(row for row in case.findings() if (row.code, row.reason) == ("E_HUB_VOTES", "window"))


def _votes_closed(case: HubCase) -> None:
    """The list was read once its scores were final, has as many votes as the hub says, and has lost none."""
    if case.chapter.standing.state in ("pending", "active") or not case.known.is_read(case.proposal):
        raise UnprovedError("E_HUB_VOTES", "reading", id=case.proposal)
    if case.known.newest(case.proposal).get("votes") is None:
        raise UnprovedError("E_HUB_VOTES", "unsaid", id=case.proposal)
    _refuse(row for row in case.findings() if row.code == "E_HUB_VOTES" and row.reason != "window")
    lost = case.chapter.standing.vanished + _not_replaced(case)
    if lost:
        raise RecordError("E_HUB_VOTES", "vanished", votes=lost)


def _not_replaced(case: HubCase) -> int:
    """How many votes are said to be superseded, and no later vote of their voter stands here that did so."""
    rows = {fact.of: fact.row for fact in case.facts.values() if fact.kind == "vote"}

    def is_replaced(id_: str, by: object) -> bool:
        old, new = rows.get(id_), rows.get(str(by))
        if old is None or new is None or by == id_:
            return False
        return str(old.get("voter")).lower() == str(new.get("voter")).lower() and _created(old) <= _created(new)

    said = {id_: mark.row for id_, mark in case.known.gone.items() if mark.row.get("what") == "superseded"}
    return sum(not is_replaced(id_, row.get("by")) for id_, row in said.items() if id_ != case.proposal)


def _created(row: Mapping[str, object]) -> int:
    created = row["created"]
    assert isinstance(created, int), "the form of every vote's row was checked"
    return created


def _tally_scores(case: HubCase) -> None:
    """Powers are the sums of their parts, and the published scores what Snapshot's code makes of the votes in some
    order.
    """
    _refuse(row for row in case.findings() if row.code == "E_HUB_POWER")
    audit = case.chapter.audit
    assert audit is not None, "its findings were read"
    for row in audit.counted.differences:
        if row.is_bad and row.kind != "winner":
            said, counted = row.facts["published"], row.facts["computed"]
            raise RecordError("E_RESULT_MISMATCH", "hub", option=row.option or 0, said=said, counted=counted)
    published = (*(audit.answer.scores or (None,)), audit.answer.total)
    if audit.answer.rows and None in published:  # what is not there contradicts nothing, and proves nothing
        raise UnprovedError("E_HUB_POWER", "unpublished", id=case.proposal)


def _tally_verdict(case: HubCase) -> None:
    """The exact count makes win what was published, and gives the verdict of Snapshot's page where that gives one."""
    _refuse(row for row in case.findings() if row.code in ("E_HUB_WINNER", "E_HUB_VERDICT"))
    audit = case.chapter.audit
    assert audit is not None, "its findings were read"
    if any(row.kind == "winner" for row in audit.counted.differences):
        counted = audit.counted
        raise RecordError("E_HUB_WINNER", published=counted.snapshot_winners, counted=counted.exact.winners)


def _anchors_trust(case: HubCase) -> None:
    """Whoever knows a Safe, settings, a journal key, blocks or a receipt asks for a record of a journal."""
    trust = case.trust
    if trust.safe or trust.settings or trust.journal_key or trust.blocks or trust.receipts:
        raise RecordError("E_SPLIT_VIEW", "hub")


HUB_CHECKS: Mapping[int, HubCheck] = {
    3: HubCheck(HubCase.root, ()),
    20: HubCheck(_proposal_signature),
    23: HubCheck(_proposal_actions, (3, 20)),
    26: HubCheck(_proposal_cancel),
    30: HubCheck(_votes_signature),
    31: HubCheck(_votes_admission, (3, 20)),
    32: HubCheck(_votes_closed),
    41: HubCheck(_tally_scores, (3, 20, 32)),
    42: HubCheck(_tally_verdict, (3, 20, 32)),
    90: HubCheck(_anchors_trust),
}
"""By number: the checks that a vote at a hub can come to."""


def _refuse(findings: Iterator[Finding]) -> None:
    """Refuse with the first of these findings."""
    for row in findings:
        error = RecordError(row.code, row.reason)
        error.facts = dict(row.facts)  # one of them may be called `code`
        raise error


def _assumed(case: HubCase | None, trust: Trust) -> Iterator[str]:
    """What no record of a vote at a hub proves: rules, block and powers; what contracts would say; and what a follower
    can only have been told.
    """
    yield from ("A_SETTINGS", "A_BLOCK", "A_POWER")
    if case is not None:
        standing_ = case.chapter.standing
        if standing_.text == "contract" or any(vote.status == "contract" for vote in case.chapter.votes):
            yield "A_1271"
    yield from (name for name in ("A_COMPLETE", "A_TIME") if name not in trust.accept)
    was_seen = case is not None and case.chapter.standing.at_start == case.chapter.standing.at_close == "signed"
    if "A_NO_UPDATE" not in trust.accept and not was_seen:
        yield "A_NO_UPDATE"
