"""The shape of a strategy of voting power: what it asks of a snapshot block, and what the answers weigh.

A strategy is pure. Its plan is a generator: it gives a list of questions, is sent the answers, may ask again in the
light of them, and returns powers in 1e-18. Whoever runs it decides where the answers come from: a node while a vote is
counted, frozen evidence while it is verified. So both weigh by the same code, and a question that the evidence does not
hold cannot be asked. A strategy rounds down once, and says where.

Where a token's balances lie in its storage, the same power can be proved from a block hash: see `Storage`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from chain.address import checksum
from chain.cid import CID
from chain.errors import UncheckableError
from governance.errors import GovernanceError
from governance.settings import BalanceProof

UNIT = 10**18
"""One vote."""

Params: TypeAlias = Mapping[str, object]


class StrategyError(GovernanceError):
    """Parameters that a strategy does not take (`E_STRATEGY`), or a delegation that leads nowhere (`E_DELEG`)."""


class Read(NamedTuple):
    """One call at the snapshot block. Its answer is bytes, or None where it failed."""

    to: bytes
    data: bytes


class Balance(NamedTuple):
    """The native coin of an address at the end of the snapshot block, in wei."""

    address: bytes


class Logs(NamedTuple):
    """A contract's logs from a block to the snapshot block, both included; a topic None is any."""

    address: bytes
    topics: tuple[bytes | None, ...]
    first: int


class LogRow(NamedTuple):
    """One log, in the chain's order of (`block`, `place`)."""

    topics: tuple[bytes, ...]
    data: bytes
    block: int
    place: int
    """0-based among the logs of its block, as nodes count."""


class File(NamedTuple):
    """The bytes that a CID names."""

    cid: CID


class Header(NamedTuple):
    """The RLP of the snapshot block's header, which its hash proves."""


Question: TypeAlias = Read | Balance | Logs | File | Header
Answer: TypeAlias = "bytes | int | tuple[LogRow, ...] | None"


class Note(NamedTuple):
    """Something that whoever reads the tally should know: a key of the catalogue, and its facts."""

    code: str
    reason: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a strategy made of the answers."""

    powers: Mapping[bytes, int]
    """In 1e-18, of exactly the voters that were asked about."""
    notes: tuple[Note, ...] = ()


Plan: TypeAlias = Generator[Sequence[Question], Sequence[Answer], Weighed]
SupplyPlan: TypeAlias = Generator[Sequence[Question], Sequence[Answer], int]


class Storage(NamedTuple):
    """How powers are proved: whose storage holds them, in which slots, and what a word there weighs."""

    contract: Callable[[Params], bytes]
    slots: Callable[[Params, BalanceProof, Sequence[bytes]], list[int]]
    weigh: Callable[[Params, int], int]


class Strategy(NamedTuple):
    """One strategy at one version; rules bind both, so what a version weighs never changes."""

    name: str
    version: int
    check_params: Callable[[Params], None]
    """Refuse parameters that the strategy does not take (`E_STRATEGY`)."""
    plan: Callable[[Params, Sequence[bytes]], Plan]
    """How these voters are weighed. Voters are all that vote, each once, ascending."""
    counts: Callable[[Params], frozenset[bytes]]
    """The contracts whose units it counts, the zero address for the native coin: no two strategies may share one."""
    supply: Callable[[Params], SupplyPlan] | None = None
    """All the power that there can be; None where nobody can say."""
    storage: Storage | None = None
    """How a balance in storage is proved; None where only a node can answer."""
    proves_coin: bool = False
    """Whether an account's own record, under the state root, proves its power."""
    token: Callable[[Params], bytes] | None = None
    """The ERC-20 whose `decimals` and `symbol` the parameters repeat, where there is one."""


def one_round(
    reads: Callable[[Params, Sequence[bytes]], Sequence[Question]],
    powers: Callable[[Params, Sequence[bytes], Sequence[Answer]], Mapping[bytes, int]],
) -> Callable[[Params, Sequence[bytes]], Plan]:
    """Make a plan of two functions: what to ask, and what the answers weigh."""

    def plan(params: Params, voters: Sequence[bytes]) -> Plan:
        answers = yield reads(params, voters)
        return Weighed(powers=powers(params, voters, answers))

    return plan


def supply_of_one_call(
    read: Callable[[Params], Read], weigh: Callable[[Params, int], int], name: str
) -> Callable[[Params], SupplyPlan]:
    """Make a supply plan of one call that answers a word."""

    def plan(params: Params) -> SupplyPlan:
        asked = read(params)
        (answer,) = yield [asked]
        return weigh(params, word(answer, name, asked.to))

    return plan


def word(answer: Answer, name: str, about: bytes) -> int:
    """Take an answer of one 32-byte word; anything else makes the tally incomplete, and is never a zero (H56)."""
    if not isinstance(answer, bytes) or len(answer) != 32:
        raise UncheckableError("E_TALLY_INCOMPLETE", "answer", voter=checksum(about), strategy=name)
    return int.from_bytes(answer, "big")


def wei(answer: Answer, name: str, about: bytes) -> int:
    """Take an answer in wei, as `word` does."""
    if type(answer) is not int or answer < 0:
        raise UncheckableError("E_TALLY_INCOMPLETE", "answer", voter=checksum(about), strategy=name)
    return answer


def scale(units: int, decimals: int) -> int:
    """Scale base units to 1e-18 of voting power, rounding down; it only rounds above 18 decimals."""
    return int(units * UNIT // 10**decimals)
