"""Read a decision record and run every numbered check on it: what is proved, what failed, what is assumed.

`verify` takes bytes and answers with a report. It touches no network, clock or disk. The checks stand in
`docs/reference/verify.md`, one function each, in the order in which they run; a check that leans on a failed one is not
run and never counts as passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from chain import car, log_tree
from chain.errors import CodedError, UncheckableError
from dao.record.case import Case, Head, NotReachedError, need
from dao.record.checks import CHECKS
from dao.record.errors import NotDueError, RecordError
from dao.record.leaves import Leaf, leaf_of
from dao.record.manifest import bytes_of, leaves_of, map_of, proof_of, size_of
from dao.record.story import case_of
from dao.record.trust import Trust
from governance.batch import Spread

NOT_RUN = "NOT_RUN"
NOT_DUE = "NOT_DUE"

_MANIFEST = frozenset({"v", "kind", "proposal", "size", "checkpoint", "leaves", "proof"})
_ELSEWHERE = frozenset({"alive"})
"""Kinds of which no record holds a leaf, because no check would look at it."""


class Outcome(NamedTuple):
    """One check and how it ended."""

    number: int
    name: str
    ok: bool | None
    """None: not run, because it leans on a check that failed, or because it is not due."""
    error: CodedError | None = None
    due: bool = True
    """False: a cancelled proposal never comes to what it would check."""

    @property
    def code(self) -> str:
        """The code of the refusal, empty when the check passed."""
        if self.error is not None:
            return self.error.code
        if not self.due:
            return NOT_DUE
        return NOT_RUN if self.ok is None else ""

    @property
    def is_open(self) -> bool:
        """Whether it could not be made, as opposed to one that failed or passed: somebody must be asked, or a newer
        version of this tool.
        """
        return isinstance(self.error, UncheckableError) or (self.error is not None and self.error.code == "E_VERSION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks in order, and what they leave to assume."""

    outcomes: tuple[Outcome, ...]
    assumed: tuple[str, ...]
    case: Case | None
    """What the checks established; None when the file could not be opened as a record."""

    @property
    def ok(self) -> bool:
        """Whether every check that is due passed."""
        return all(outcome.ok for outcome in self.outcomes if outcome.due)

    @property
    def failed(self) -> Outcome | None:
        """The first check that failed."""
        return next((outcome for outcome in self.outcomes if outcome.ok is False), None)


@dataclass(slots=True)
class _Opening:
    """A record on its way in."""

    data: bytes
    file: car.Car | None = None
    case: Case | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, number: int, name: str, step: Callable[[], None]) -> None:
        try:
            step()
        except NotReachedError:
            self.outcomes.append(Outcome(number, name, None))
        except NotDueError:
            self.outcomes.append(Outcome(number, name, None, due=False))
        except CodedError as error:
            self.outcomes.append(Outcome(number, name, ok=False, error=error))
        else:
            self.outcomes.append(Outcome(number, name, ok=True))


def verify(data: bytes, trust: Trust | None = None, spread: Spread = map) -> Report:
    """Check the bytes of a decision record against `docs/reference/verify.md`; many votes are spread over the cores."""
    opening = _Opening(data)
    known = trust or Trust()
    opening.run(1, "file.container", lambda: _container(opening))
    opening.run(2, "file.manifest", lambda: _manifest(opening, known, spread))
    for check in CHECKS:
        opening.run(check.number, check.name, lambda run=check.run: run(need(opening.case)))  # type: ignore[misc]
    return Report(outcomes=tuple(opening.outcomes), assumed=_assumed(opening.case, known), case=opening.case)


def _container(opening: _Opening) -> None:
    opening.file = car.read(opening.data)


def _manifest(opening: _Opening, trust: Trust, spread: Spread) -> None:
    """Read the root and every leaf; nothing of what they say is believed yet."""
    file = need(opening.file)
    manifest = map_of(file, file.root, "decision-record", _MANIFEST)
    rows: dict[int, Leaf] = {}
    hashes: dict[int, bytes] = {}
    latest = 0
    for index, link in leaves_of(file, manifest):
        leaf = rows[index] = leaf_of(file.values[link])
        if leaf.kind in _ELSEWHERE:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=index, kind=leaf.kind)
        if leaf.time < latest:
            raise RecordError("E_LOG_INCONSISTENT", "time", kind=leaf.kind, time=leaf.time, last=latest)
        latest = leaf.time
        hashes[index] = log_tree.leaf_hash(file.blocks[link])
    head = Head(size_of(manifest), bytes_of(manifest, "checkpoint"), hashes, tuple(proof_of(manifest)))
    proposal = bytes_of(manifest, "proposal")
    if len(proposal) != 32 or not rows:
        raise RecordError("E_CANONICAL", "manifest", field="proposal")
    opening.case = case_of(rows, proposal, lambda cid: file.blocks[cid], spread)
    opening.case.head, opening.case.trust = head, trust


def _assumed(case: Case | None, trust: Trust) -> tuple[str, ...]:
    """The assumptions of the closed list that nothing has fixed (`docs/reference/verify.md`)."""
    standing = {
        "A_SETTINGS": not trust.settings,
        "A_JOURNAL_KEY": trust.journal_key is None,
        "A_BLOCK": case is None or not case.blocks <= trust.blocks,
        "A_POWER": case is None or case.power_assumed or (case.powers is None and case.cancelled is None),
        "A_1271": case is not None and case.contract_assumed,
        "A_PREMIUM": case is not None and case.premiums_assumed,
        "A_COMPLETE": "A_COMPLETE" not in trust.accept,
        "A_TIME": "A_TIME" not in trust.accept,
        "A_NO_UPDATE": "A_NO_UPDATE" not in trust.accept,
    }
    return tuple(name for name, stands in standing.items() if stands)
