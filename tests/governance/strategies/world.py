"""A chain that answers strategies out of plain tables, and an example of every strategy on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rlp

from chain.abi import encode_call, selector
from chain.address import ZERO, checksum
from chain.blocks import BlockRef
from chain.cid import raw_cid
from chain.header import decode_header
from chain.keccak import keccak256
from chain.networks import DEVNET_CHAIN_ID
from governance.settings import StrategySettings
from governance.strategies.delegation import CLEAR, SET
from governance.strategies.mutual_policies import HEADING
from governance.strategies.strategy import Answer, Balance, File, Header, LogRow, Logs, Question, Read
from tests.chain.forge import header_fields
from tests.governance.space_values import TOKEN, person, spelled

ALICE, BOB, CAROL, DAVE = (person(name) for name in ("alice", "bob", "carol", "dave"))
VOTERS = sorted([ALICE, BOB, CAROL])
REGISTRY, STAKES = person("the registry"), person("the stakes")
UNIT = 10**18

HEADER = rlp.encode(header_fields(number=40))
BLOCK = decode_header(HEADER).ref(DEVNET_CHAIN_ID)
NOW = decode_header(HEADER).timestamp

BALANCES = {ALICE: 7 * UNIT, BOB: 3 * UNIT + 1, CAROL: 0, DAVE: 5 * UNIT}
VOTES = {ALICE: 3 * UNIT + 1, BOB: 7 * UNIT, CAROL: 5 * UNIT}
"""Alice delegates to Bob, Bob to Alice, Dave to Carol."""
DELEGATES = {ALICE: BOB, BOB: ALICE, DAVE: CAROL}
WEI = {ALICE: 11, BOB: 0, CAROL: 13 * UNIT}
SPACE = b"3f.eth".ljust(32, b"\x00")

MEMBERS = f"{spelled('alice')}\n{spelled('carol')}\n".encode()
HISTORY = f"""{HEADING}
{spelled("alice")},3,1.5,{NOW - 10},{NOW + 10}
{spelled("alice")},4,2,{NOW - 20},{NOW}
{spelled("bob")},5,0.25,{NOW},{NOW + 1}
{spelled("dave")},9,1,{NOW + 1},{NOW + 99}
""".encode()
FILES = {raw_cid(data): data for data in (MEMBERS, HISTORY)}


def word(address: bytes) -> bytes:
    """An address as a topic."""
    return address.rjust(32, b"\x00")


def delegated(kind: bytes, who: bytes, to: bytes, *, space: bytes = SPACE, block: int = 3, place: int = 0) -> LogRow:
    """A log of the registry."""
    return LogRow((kind, word(who), space, word(to)), b"", block, place)


LOGS = (
    delegated(SET, DAVE, BOB, space=bytes(32)),
    delegated(SET, DAVE, CAROL, block=4),
    delegated(SET, ALICE, CAROL, block=5),
    delegated(SET, BOB, CAROL, block=6),
    delegated(CLEAR, BOB, CAROL, block=6, place=1),
)


class World:
    """Answers questions; `broken` is the place of a question, counted from 0, that fails."""

    def __init__(self, logs: Sequence[LogRow] = LOGS, broken: int | None = None) -> None:
        self.logs, self.broken, self.count = logs, broken, 0

    def __call__(self, questions: Sequence[Question]) -> list[Answer]:
        return [self._answer(question) for question in questions]

    def _answer(self, question: Question) -> Answer:
        self.count += 1
        fails = self.broken == self.count - 1
        match question:
            case Read():
                return None if fails else self._call(question).to_bytes(32, "big")
            case Balance(address):
                return None if fails else WEI.get(address, 0)
            case Logs(_, topics):
                found = tuple(row for row in self.logs if row.topics[2] == topics[2])
                return (LogRow((SET,), b"", 3, 0),) if fails else found
            case File(cid):
                return None if fails else FILES[cid]
            case Header():
                return b"\xc0" if fails else HEADER

    def _call(self, read: Read) -> int:
        who = read.data[16:36]
        heads = {
            "balanceOf(address)": BALANCES.get(who, 0),
            "getVotes(address)": VOTES.get(who, 0),
            "delegates(address)": int.from_bytes(DELEGATES.get(who, ZERO), "big"),
            "votingPower(address)": BALANCES.get(who, 0) // 2,
            "balanceOf(address,uint256)": BALANCES.get(who, 0) * (read.data[-1] == 9),
            "totalSupply()": sum(BALANCES.values()),
        }
        return next(found for name, found in heads.items() if read.data[:4] == selector(name))


def params_of_token(**more: Any) -> dict[str, Any]:
    """Snapshot's three."""
    return {"address": checksum(TOKEN), "decimals": 18, "symbol": "MUT"} | more


def inside(name: str = "erc20-balance-of", **params: Any) -> list[dict[str, Any]]:
    """One inner strategy."""
    return [{"name": name, "version": 1, "params": params or params_of_token()}]


CALL = {"address": checksum(STAKES), "method": "votingPower(address)", "args": ["%{address}"], "decimals": 18,
        "symbol": "sHAKKA"}  # fmt: skip
DELEGATION = {"registry": checksum(REGISTRY), "space": "3f.eth", "first_block": 2, "hops": 1, "strategies": inside()}
EXAMPLES: dict[str, tuple[dict[str, Any], dict[bytes, int]]] = {
    "erc20-balance-of": (params_of_token(), {ALICE: 7 * UNIT, BOB: 3 * UNIT + 1, CAROL: 0}),
    "erc20-votes": (params_of_token(), {ALICE: 3 * UNIT + 1, BOB: 7 * UNIT, CAROL: 5 * UNIT}),
    "erc20-votes-with-override": (params_of_token(), {ALICE: 7 * UNIT, BOB: 3 * UNIT + 1, CAROL: 5 * UNIT}),
    "erc20-with-balance": (params_of_token(minBalance=str(3 * UNIT)), {ALICE: UNIT, BOB: UNIT, CAROL: 0}),
    "erc721": ({"address": checksum(TOKEN), "symbol": "M"}, {a: b * UNIT for a, b in BALANCES.items() if a != DAVE}),
    "erc1155-balance-of": (params_of_token(tokenId="9"), {ALICE: 7 * UNIT, BOB: 3 * UNIT + 1, CAROL: 0}),
    "contract-call": (CALL, {ALICE: 7 * UNIT // 2, BOB: (3 * UNIT + 1) // 2, CAROL: 0}),
    "eth-balance": ({}, WEI),
    "ticket": ({"value": "1.5"}, dict.fromkeys(VOTERS, 15 * 10**17)),
    "whitelist": ({"addresses": [spelled("alice"), spelled("dave")]}, {ALICE: UNIT, BOB: 0, CAROL: 0}),
    "mutual-policies": (
        {"files": [str(raw_cid(HISTORY))], "weigh": "units"},
        {ALICE: 3 * UNIT, BOB: 5 * UNIT, CAROL: 0},
    ),
    "delegation": (DELEGATION, {ALICE: 7 * UNIT, BOB: 3 * UNIT + 1, CAROL: 5 * UNIT}),
    "capped": (
        {"base": "1", "cap": {"numerator": 5, "denominator": 100}, "strategies": inside()},
        {ALICE: UNIT + (15 * UNIT + 1) // 20, BOB: UNIT + (15 * UNIT + 1) // 20, CAROL: 0},
    ),
    "excluding": (
        {"files": [str(raw_cid(MEMBERS))], "strategies": inside()},
        {ALICE: 0, BOB: 3 * UNIT + 1, CAROL: 0},
    ),
    "math": (
        {"operation": "minus", "operands": [{"strategies": inside()}, {"constant": "4"}]},
        {ALICE: 3 * UNIT, BOB: 0, CAROL: 0},
    ),
}  # fmt: skip
"""By name: parameters, and what the voters weigh by hand."""


def settings_of(name: str, params: dict[str, Any] | None = None) -> StrategySettings:
    """A strategy as the settings have it."""
    chosen = EXAMPLES[name][0] if params is None else params
    return StrategySettings(chain_id=DEVNET_CHAIN_ID, name=name, version=1, params=chosen, proof=None)


OTHER_BLOCK = BlockRef(DEVNET_CHAIN_ID, 41, keccak256(b"block 41"))
BALANCE_CALL = encode_call("balanceOf(address)", [ALICE])
