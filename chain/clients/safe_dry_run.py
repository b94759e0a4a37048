"""A dry run of a Safe transaction on the state of a block, by the Safe's own means: nothing is signed, nothing stays.

Decides how a node is asked: `simulateAndRevert` lets the Safe run SimulateTxAccessor, which makes the call as the Safe
and reports; the revert undoes all of it, so every node can answer, without overrides or tracing. What calls would move
is asked the same way of a program of ours (`chain.trial_program`), for which the node must lend an address some code.
What the answers mean is decided by `treasury.trial`, and the next block may be another world.

Source: safe-smart-account, StorageAccessible.sol and SimulateTxAccessor.sol, tags v1.3.0 to v1.5.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chain import abi
from chain.abi import AbiError
from chain.clients.node import CallReverted, Node
from chain.clients.rpc import NodeError
from chain.safe import KNOWN_CONTRACTS, SafeTx
from chain.trial_program import PROGRAM, PROGRAM_AT, WAY, WAY_AT, Step, Told, pack, unpack

_ACCESSOR = "SimulateTxAccessor"
_HEAD = 64
"""Bytes before the accessor's answer: whether it could be run, and the size of what it says."""


class DryRun(NamedTuple):
    """What came of a transaction that was tried."""

    succeeds: bool
    answer: bytes
    """What the outermost call returned, or its revert."""


def dry_run(node: Node, tx: SafeTx, number: int) -> DryRun | None:
    """Try a transaction on the state after a block; None where nobody can say, such as a chain without the accessor."""
    accessor = next((address for address in _accessors(tx.version) if node.code(address, number)), None)
    if accessor is None:
        return None
    call = abi.encode_call("simulate(address,uint256,bytes,uint8)", [tx.to, tx.value, tx.data, tx.operation])
    try:
        node.call(tx.safe, abi.encode_call("simulateAndRevert(address,bytes)", [accessor, call]), number)
    except CallReverted as reverted:
        return _read(reverted.data)
    return None


def _accessors(version: str) -> list[bytes]:
    release = version.partition("+")[0]
    return [at for at, known in KNOWN_CONTRACTS.items() if (known.name, known.version) == (_ACCESSOR, release)]


def _read(data: bytes) -> DryRun | None:
    if data[:32] != (1).to_bytes(32, "big"):
        return None
    try:
        _, succeeds, answer = abi.decode(["uint256", "bool", "bytes"], data[_HEAD:])
    except AbiError:
        return None
    return DryRun(succeeds, answer)


def run_steps(node: Node, safe: bytes, steps: Sequence[Step], number: int) -> list[Told] | None:
    """Let a Safe take steps on the state after a block; None where nobody can say: a node that lends no code, an
    address that is no Safe from 1.3.0 on, or steps that need more gas than the node gives.
    """
    codes = {WAY_AT: WAY, PROGRAM_AT: PROGRAM}
    try:
        answer = node.call(WAY_AT, pack(safe, steps), number, codes=codes)
    except CallReverted:
        return None
    except NodeError as error:
        if error.code != "E_RPC_ANSWER" or error.reason != "refused":
            raise
        return None
    return unpack(answer, len(steps))
