"""What `dao init` was told, option by option, and the same read: names, durations, amounts.

Decides which answers are malformed (exit status 64), before anything is asked of a chain or written. Whether they fit
together, and fit a chain, is decided afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chain import amount
from chain.address import parse as parse_address
from chain.errors import CodedError
from chain.networks import SHORT_NAMES
from dao.cli.steps import check_key_name
from dao.errors import UsageError
from governance.settings import Threshold
from governance.settings_draft import spell_votes
from governance.settings_plan import percent_of
from proposals.durations import parse_duration
from proposals.times import parse_instant

DEVNET_SUFFIX = ".devnet"
TOKEN_SYMBOL = "VOTE"  # noqa: S105 - the symbol of the token that is made where none is named

_SPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){1,5}\Z", re.ASCII)
_SYMBOL = re.compile(r"[A-Za-z0-9.$_-]{1,32}\Z", re.ASCII)
_SHARE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})\Z", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_UINT256_MAX = 2**256 - 1
_CAIP = re.compile(r"eip155:([1-9][0-9]{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The options of `dao init` as they were typed; empty where nothing was."""

    space: str = ""
    devnet: bool = False
    owners: tuple[str, ...] = ()
    threshold: int = 0
    holders: tuple[str, ...] = ()
    start: str = ""
    safe: str = ""
    rpc_env: str = ""
    token: str = ""
    draft: Path | None = None
    journal_key: str = ""
    quorum: str = ""
    majority: str = ""
    delay: str = ""
    period: str = ""
    timelock: str = ""
    grace: str = ""
    notice: str = ""
    proposers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    reviews: int = 0
    fund: str = ""
    assets: tuple[str, ...] = ()
    iip_share: str = ""
    prefix: str = ""


class Named(NamedTuple):
    """A contract, and the symbol under which it is to be known, if one was given."""

    address: bytes
    symbol: str


class Place(NamedTuple):
    """An address and the chain that its prefix names, if there is one."""

    address: bytes
    chain_id: int | None


@contextmanager
def as_usage() -> Iterator[None]:
    """Turn the refusal of an argument into one of usage, with its own code."""
    try:
        yield
    except UsageError:
        raise
    except CodedError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def check_form(answers: Answers) -> None:
    """Refuse durations, shares and amounts that cannot be read."""
    for text in (answers.delay, answers.period, answers.timelock, answers.grace, answers.notice):
        read_duration(text, 0)
    read_majority(answers.majority, Threshold(1, 2))
    if answers.quorum:
        read_quorum(answers.quorum, _UINT256_MAX)
    if answers.journal_key:
        read_journal_key(answers.journal_key)


def read_space(text: str, *, is_devnet: bool) -> str:
    """Read a space's name: lower-case words parted by dots, ending in `.devnet` on the devnet and nowhere else."""
    if not _SPACE.match(text):
        raise UsageError("E_SPACE", "form", space=text)
    if text.endswith(DEVNET_SUFFIX) != is_devnet:
        raise UsageError("E_DEVNET", "space" if is_devnet else "space_elsewhere", space=text)
    return text


def read_duration(text: str, default: int) -> int:
    """Read a duration, or take the default where none was given."""
    with as_usage():
        return parse_duration(text) if text else default


def read_start(text: str, default: int) -> int:
    """Read the devnet's first moment."""
    with as_usage():
        return parse_instant(text) if text else default


def read_majority(text: str, default: Threshold) -> Threshold:
    """Read `2/3`, which the votes for must exceed."""
    share = _SHARE.match(text)
    if text and share is None:
        raise UsageError("E_USAGE", "majority", majority=text)
    return Threshold(int(share[1]), int(share[2])) if share else default


def read_quorum(text: str, supply: int) -> int:
    """Read `200` votes, or `20%` of a supply, both in 1e-18."""
    with as_usage():
        if text.endswith("%"):
            return percent_of(supply, text.removesuffix("%"))
        quorum = amount.parse(text.removesuffix(" votes"), 18)
    if quorum > supply:
        raise UsageError("E_RULE_UNSAFE", "quorum_supply", quorum=spell_votes(quorum), supply=spell_votes(supply))
    return quorum


def read_place(text: str) -> Place:
    """Read `eth:0x…`, `eip155:1:0x…` or `0x…`."""
    prefix, colon, rest = text.rpartition(":")
    with as_usage():
        address = parse_address(rest)
    caip = _CAIP.match(prefix)
    chain_id = int(caip[1]) if caip else SHORT_NAMES.get(prefix)
    if colon and chain_id is None:
        raise UsageError("E_ADDRESS", "prefix", prefix=prefix, address=rest)
    return Place(address, chain_id)


def read_contract(text: str) -> Named:
    """Read `0x…` or `SYMBOL=0x…`."""
    symbol, _, address = text.rpartition("=")
    if symbol and not _SYMBOL.match(symbol):
        raise UsageError("E_USAGE", "symbol", symbol=symbol)
    with as_usage():
        return Named(parse_address(address), symbol)


def is_symbol(text: str) -> bool:
    """Whether a token's own symbol can stand in settings."""
    return _SYMBOL.match(text) is not None


def read_holder(text: str) -> tuple[str, int]:
    """Read `eve=1000` as a name and base units of 18 decimals."""
    name, equals, units = text.partition("=")
    if not equals:
        raise UsageError("E_USAGE", "holder", holder=text)
    with as_usage():
        return check_key_name(name), amount.parse(units, 18)


def read_journal_key(text: str) -> bytes:
    """Read the public half of a journal's key."""
    if not _HEX32.match(text):
        raise UsageError("E_USAGE", "journal_key", key=text)
    return bytes.fromhex(text)
