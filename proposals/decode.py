"""What calls say: functions that everybody knows, functions that a document names, and the calls inside of calls.

Decides which function a call is, by its selector, and which calls it carries for others to make: batches, timelocks,
governors, Safes, to any depth up to a limit. A document pins further functions in its own rows and in fenced blocks
`abi`, so they stand under its CID. A selector that neither knows is never guessed.

Sources: EIP-20, 721, 1155, 173, 5805; Safe 1.3 to 1.5; OpenZeppelin Contracts 4 and 5 (TimelockController, Governor,
AccessControl); Compound's Timelock and GovernorBravo; WETH9; ThreeFMutual's IIP proxy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from chain import abi, amount
from chain.errors import CodedError
from chain.multi_send import decode_multi_send
from proposals.abi_json import is_abi_json, read_abi_json
from proposals.action import ActionError, CallSentence, Function, read_function
from proposals.document import Document
from proposals.errors import ProposalsError
from proposals.outline import Outline
from proposals.parts import Call
from proposals.payment import Asset
from proposals.tables import BudgetRow

DEPTH_MAX = 8
CALLS_MAX = 10_000
"""Calls of one part, at all depths: what nests may not multiply without end."""

KNOWN = (
    "transfer(address to, uint256 amount)", "approve(address spender, uint256 amount)",
    "transferFrom(address from, address to, uint256 amount)", "increaseAllowance(address spender, uint256 added)",
    "decreaseAllowance(address spender, uint256 subtracted)", "mint(address to, uint256 amount)",
    "burn(uint256 amount)", "deposit()", "withdraw(uint256 amount)", "delegate(address delegatee)",
    "safeTransferFrom(address from, address to, uint256 id)",
    "safeTransferFrom(address from, address to, uint256 id, bytes data)",
    "safeTransferFrom(address from, address to, uint256 id, uint256 amount, bytes data)",
    "safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] amounts, bytes data)",
    "setApprovalForAll(address operator, bool approved)",
    "addOwnerWithThreshold(address owner, uint256 threshold)",
    "removeOwner(address previous, address owner, uint256 threshold)",
    "swapOwner(address previous, address old, address new)", "changeThreshold(uint256 threshold)",
    "enableModule(address module)", "disableModule(address previous, address module)", "setGuard(address guard)",
    "setFallbackHandler(address handler)", "approveHash(bytes32 hash)", "multiSend(bytes transactions)",
    (
        "execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, "
        "uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)"
    ),
    "execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)",
    "transferOwnership(address owner)", "renounceOwnership()", "acceptOwnership()",
    "grantRole(bytes32 role, address account)", "revokeRole(bytes32 role, address account)",
    "renounceRole(bytes32 role, address account)", "upgradeTo(address implementation)",
    "upgradeToAndCall(address implementation, bytes data)", "updateDelay(uint256 delay)", "cancel(bytes32 id)",
    "schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)",
    "execute(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt)",
    "scheduleBatch(address[] targets, uint256[] values, bytes[] datas, bytes32 predecessor, bytes32 salt, uint256 eta)",
    "executeBatch(address[] targets, uint256[] values, bytes[] datas, bytes32 predecessor, bytes32 salt)",
    "propose(address[] targets, uint256[] values, bytes[] datas, string description)",
    "propose(address[] targets, uint256[] values, string[] signatures, bytes[] datas, string description)",
    "queue(address[] targets, uint256[] values, bytes[] datas, bytes32 descriptionHash)",
    "execute(address[] targets, uint256[] values, bytes[] datas, bytes32 descriptionHash)",
    "cancel(address[] targets, uint256[] values, bytes[] datas, bytes32 descriptionHash)",
    "castVote(uint256 proposalId, uint8 support)",
    "castVoteWithReason(uint256 proposalId, uint8 support, string reason)",
    "queueTransaction(address target, uint256 value, string signature, bytes data, uint256 eta)",
    "executeTransaction(address target, uint256 value, string signature, bytes data, uint256 eta)",
    "cancelTransaction(address target, uint256 value, string signature, bytes data, uint256 eta)",
    "forward()", "newIIP(address proxy)",
)  # fmt: skip

Functions = Mapping[bytes, Function]
"""Functions by selector."""


class DecodeError(ProposalsError):
    """A call inside of another one that cannot be read, or too many of them (`E_CALLDATA`, `E_LIMIT`)."""


class Placed(NamedTuple):
    """A call and where it stands: `2`, or `2.1` for the first call that call 2 carries."""

    place: str
    call: Call
    is_delegate: bool = False


@cache
def known_functions() -> Functions:
    """The table by selectors, which are computed and never written by hand."""
    functions = [read_function(text) for text in KNOWN]
    return MappingProxyType({abi.selector(function.signature): function for function in functions})


def functions_of(document: Document) -> Functions:
    """What everybody knows, and what the document names besides; its own names win."""
    return functions_named(document.outline, document.budget)


def functions_named(outline: Outline, budget: tuple[BudgetRow, ...]) -> Functions:
    """As `functions_of`, for a document that was not read without objection; blocks that do not read are left out."""
    named = [row.action.function for row in budget if isinstance(row.action, CallSentence)]
    for block in _abi_blocks(outline):
        named += read_abi_json("\n".join(block)) if is_abi_json("\n".join(block)) else _signatures(block)
    return MappingProxyType({**known_functions(), **{abi.selector(function.signature): function for function in named}})


def _abi_blocks(outline: Outline) -> Iterator[list[str]]:
    """Yield the lines of each fenced block `abi`."""
    block: list[str] | None = None
    is_open = False
    for line in outline.lines:
        if line.kind != "code":
            is_open, block = False, None
        elif line.text.startswith(("```", "~~~")):
            if is_open and block:
                yield block
            block = [] if not is_open and line.text.strip("`~ ") == "abi" else None
            is_open = not is_open
        elif block is not None:
            block.append(line.text)


def _signatures(block: list[str]) -> list[Function]:
    found = []
    for text in block:
        with suppress(ActionError):
            found.append(read_function(text.strip(" ")))
    return found


def read_call_back(call: Call, functions: Functions, coin: Asset | None) -> CallSentence | None:
    """Say a call in the words of a row, with its chain left open; None for a function that is not known.

    Raises `chain.abi`'s error (`E_CALLDATA`) for a known function whose bytes are not canonical.
    """
    function = functions.get(call.data[:4])
    if function is None or len(call.data) < 4 or (call.value and coin is None):
        return None
    values = abi.decode_call(function.signature, call.data)
    coins = (amount.spell(call.value, coin.decimals), coin.symbol) if coin and call.value else None
    return CallSentence(None, call.to, function, values, coins)


def unfold(call: Call, number: int) -> tuple[Placed, ...]:
    """Return a call and all that it carries, in order of execution.

    Raises `DecodeError` (`E_CALLDATA`) for what looks like a batch and is none, or nests too deep (`E_LIMIT`).
    """
    return tuple(_unfold(Placed(str(number), call), 0, [0]))


def _unfold(placed: Placed, depth: int, count: list[int]) -> Iterator[Placed]:
    count[0] += 1
    if depth > DEPTH_MAX or count[0] > CALLS_MAX:
        raise DecodeError("E_LIMIT", "nested", call=placed.place, depth=DEPTH_MAX, limit=CALLS_MAX)
    yield placed
    try:
        carried = list(_carried(placed.call))
    except (CodedError, ValueError) as error:
        raise DecodeError("E_CALLDATA", "nested", call=placed.place, to=placed.call.to) from error
    for number, (operation, inner) in enumerate(carried, 1):
        yield from _unfold(Placed(f"{placed.place}.{number}", inner, operation == 1), depth + 1, count)


def _carried(call: Call) -> Iterator[tuple[int, Call]]:
    """Yield operation and call of what a call makes others do, now or later."""
    function = known_functions().get(call.data[:4])
    if function is None:
        return
    names = [each.name for each in function.parameters]
    if function.name == "multiSend":
        for inner in decode_multi_send(call.data):
            yield inner.operation, Call(inner.to, inner.value, inner.data)
        return
    if not {"target", "targets"} & set(names) and not function.name.startswith("execTransaction"):
        return
    said = dict(zip(names, abi.decode_call(function.signature, call.data), strict=True))
    if "targets" not in said:
        data = _with_selector(said.get("signature", ""), said["data"])
        yield said.get("operation", 0), Call(said["target" if "target" in said else "to"], said["value"], data)
        return
    signatures = said.get("signatures", ("",) * len(said["targets"]))
    for to, value, signature, data in zip(said["targets"], said["values"], signatures, said["datas"], strict=True):
        yield 0, Call(to, value, _with_selector(signature, data))


def _with_selector(signature: str, data: bytes) -> bytes:
    """Compound's timelock takes a function's signature beside its arguments; empty, the data has its selector."""
    return abi.selector(signature) + data if signature else data
