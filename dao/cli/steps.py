"""What the commands that take a step share: which proposal and part a name means, whose key signs, how a step is told.

A name is looked up in the journal, where of several proposals of one number the latest is meant. Whether a step may be
taken is the workflow's; only what a person can be told better before it is tried is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from chain.cid import CID
from chain.safe import SafeTx
from dao.cli.text import paint, wrapped
from dao.errors import DaoError, UsageError
from dao.record.leaves import Leaf
from dao.record.safe_tx_block import read_safe_tx
from dao.sentences import language, sentence
from dao.session import KeySource, Session, open_session
from dao.workflow.desk import Desk
from dao.workflow.proposing import refuse_withdrawn, settings_in_force
from governance.admission.window import member_int
from governance.commitment import read_commitment
from governance.messages import Envelope, read_envelope
from governance.settings import FundSettings, Settings
from treasury.assets import asset_id

_NAME = re.compile(
    r"(?P<prefix>[A-Za-z][A-Za-z0-9]{0,15})-(?P<number>[1-9][0-9]{0,8})(?:/(?P<part>[1-9][0-9]{0,3}))?\Z", re.ASCII
)
_KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z", re.ASCII)


class StepError(DaoError):
    """A step on something that is not there, or not there yet (`E_PROPOSAL`, `E_STATE`)."""


class Named(NamedTuple):
    """A published proposal, as its name was written."""

    name: str
    """`IIP-1`, also when a part was named."""
    number: int
    part: int
    """0 where none was named."""
    id: bytes
    envelope: Envelope

    @property
    def voting(self) -> str:
        """Snapshot's name of its voting system."""
        return str(self.envelope.message["type"])

    @property
    def options(self) -> list[str]:
        """Its choices."""
        choices = self.envelope.message["choices"]
        assert isinstance(choices, list), "a proposal that was taken"
        return [str(option) for option in choices]

    @property
    def start(self) -> int:
        """First second of the vote."""
        return member_int(self.envelope.message, "start")

    @property
    def end(self) -> int:
        """Last second of the vote."""
        return member_int(self.envelope.message, "end")

    @property
    def payout(self) -> str:
        """`IIP-1/2`."""
        return f"{self.name}/{self.part}"


def is_name(text: str) -> bool:
    """Whether a text has the form of a proposal's or a part's name."""
    return _NAME.match(text) is not None


@contextmanager
def open_for(
    folder: Path, source: KeySource | None = None, *, passphrase_file: Path | None = None
) -> Iterator[Session]:
    """Open the workspace for one step; a key that was not named is refused before anything is opened."""
    if source is not None:
        check_source(source)
        passphrase_file = source.passphrase_file
    with open_session(folder, passphrase_file=passphrase_file) as session:
        yield session


def check_source(source: KeySource) -> None:
    """Refuse a command line that names no key, or several."""
    if sum(map(bool, (source.name, source.variable, source.wallet_variable))) != 1:
        raise UsageError("E_USAGE", "key")
    if source.account and not source.wallet_variable:
        raise UsageError("E_USAGE", "account")
    if source.name:
        check_key_name(source.name)


def check_key_name(name: str) -> str:
    """Return a name that a keystore may have."""
    if not _KEY_NAME.match(name):
        raise UsageError("E_USAGE", "key_name", name=name)
    return name


def find_proposal(session: Session, name: str) -> Named:
    """The latest proposal of a number; the name may carry a part, which is not looked at."""
    match = _NAME.match(name)
    settings = settings_in_force(session.desk)
    if match is None or match["prefix"].upper() != settings.prefix.upper():
        raise UsageError("E_USAGE", "iip", name=name, prefix=settings.prefix)
    number = int(match["number"])
    for leaf in reversed(session.journal.leaves):
        if leaf.kind == "proposal":
            envelope = read_envelope(session.journal.get(link(leaf, "envelope")))
            if read_commitment(envelope.message.get("plugins")).iip == number:
                return Named(f"{settings.prefix}-{number}", number, int(match["part"] or 0), envelope.id, envelope)
    raise unpublished(session.desk, number, f"{settings.prefix}-{number}")


def unpublished(desk: Desk, number: int, name: str) -> StepError:
    """What to say of a number without a proposal: its text waits to be published, or is not there.

    Raises `E_STATE` for one that was withdrawn.
    """
    refuse_withdrawn(desk, number)
    if any(leaf.kind == "document" and leaf.body["iip"] == number for leaf in desk.journal.leaves):
        return StepError("E_PROPOSAL", "unpublished", name=name)
    return StepError("E_PROPOSAL", "unknown", name=name)


def refuse_part(name: str) -> None:
    """Refuse a part's name where a step touches the whole proposal: whoever named a part did not mean the rest."""
    whole, slash, _ = name.partition("/")
    if slash and is_name(name):
        raise UsageError("E_USAGE", "whole", part=name, name=whole)


def find_part(session: Session, name: str) -> Named:
    """A part of the latest proposal of a number, whose vote has its result."""
    if "/" not in name:
        raise UsageError("E_USAGE", "part", name=find_proposal(session, name).name)
    return find_decided(session, name)


def find_decided(session: Session, name: str) -> Named:
    """As `find_part`; without a part all of them are meant."""
    named = find_proposal(session, name)
    parts = len(session.desk.case(named.id, 10, 20, 21, 22, 23).parts or ())
    if named.part > parts:
        raise StepError("E_PROPOSAL", "part", name=named.name, part=named.part, parts=parts)
    refuse_cancelled(session, named)
    if find_leaf(session, "result", proposal=named.id) is None:
        raise StepError("E_STATE", "no_result", name=named.name, end=named.end)
    return named


def refuse_cancelled(session: Session, named: Named) -> None:
    """Refuse a step on a proposal that its author cancelled (`E_STATE`)."""
    found = find_leaf(session, "cancel", proposal=named.id)
    if found is not None:
        raise StepError("E_STATE", "cancelled", index=found[0], time=found[1].time)


def find_leaf(session: Session, kind: str, **body: object) -> tuple[int, Leaf] | None:
    """The latest leaf of a kind whose fields are these, with its index."""
    for index, leaf in reversed(list(enumerate(session.journal.leaves))):
        if leaf.kind == kind and all(leaf.body[field] == value for field, value in body.items()):
            return index, leaf
    return None


def find_queued(session: Session, named: Named) -> SafeTx | None:
    """The latest transaction that was queued for a part."""
    found = find_leaf(session, "queued", proposal=named.id, part=named.part)
    return None if found is None else read_safe_tx(session.journal.get(link(found[1], "safe_tx")))


def queued(session: Session, named: Named) -> SafeTx:
    """As `find_queued`, and refused where nothing is queued."""
    tx = find_queued(session, named)
    if tx is None:
        raise StepError("E_STATE", "not_queued", name=named.payout)
    return tx


def choose_fund(settings: Settings, name: str) -> FundSettings:
    """The fund that was named, or the only one there is."""
    names = [fund.name for fund in settings.funds]
    if not name and len(names) == 1:
        return settings.funds[0]
    fund = settings.fund(name)
    if fund is None:
        raise UsageError("E_USAGE", "fund", name=name, funds=names)
    return fund


def symbols(settings: Settings) -> dict[str, tuple[str, int]]:
    """Symbol and decimals of every asset that the settings name, by asset id."""
    return {
        asset_id(fund.chain_id, asset.address): (asset.symbol, asset.decimals)
        for fund in settings.funds
        for asset in fund.assets
    }


def done(code: str, reason: str = "", **facts: object) -> list[str]:
    """Say that something was done, or is so."""
    return _marked(paint("✓", "green"), code, reason, facts)


def noted(code: str, reason: str = "", **facts: object) -> list[str]:
    """Say what is known besides."""
    return _marked(" ", code, reason, facts)


def _marked(mark: str, code: str, reason: str, facts: Mapping[str, object]) -> list[str]:
    first, *rest = wrapped(sentence(code, reason, facts, language()), "  ")
    return [f"{mark} {first[2:]}", *rest]


def link(leaf: Leaf, field: str) -> CID:
    """The block that a field of a leaf names."""
    cid = leaf.body[field]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return cid
