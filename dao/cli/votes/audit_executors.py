"""What the executors of an audited proposal would do, call by call: oSnap's and SafeSnap's, for machines and people.

Decides how it is told. Which calls a block holds, and that its hashes are theirs, is decided by `proposals.bindings`;
what a call does, as far as its bytes say, by `treasury.review_calls`. Blocks that cannot be relied on are told by the
audit's findings and have no calls here.
"""

from __future__ import annotations

from collections.abc import Iterator

from chain.address import checksum
from chain.errors import CodedError
from chain.multi_send import InnerCall
from dao.cli import text
from dao.cli.treasury.review_told import action_told
from governance.hub_votes import HubProposal
from proposals.bindings import Binding, read_bindings
from treasury.review_calls import actions, unfold_calls


def executors_of(proposal: HubProposal) -> list[dict[str, object]]:
    """Every module that would act, with its calls in their order."""
    try:
        return [_document(row) for row in read_bindings(proposal.plugins, proposal.id)]
    except CodedError:
        return []


def _document(row: Binding) -> dict[str, object]:
    calls = unfold_calls(InnerCall(call.operation, call.to, call.value, call.data) for call in row.calls)
    return {
        "executor": row.executor,
        "chain_id": row.chain_id,
        "module": checksum(row.module),
        "safe": None if row.safe is None else checksum(row.safe),
        "hash": "0x" + row.hash.hex(),
        "question_hash": "0x" + row.question_hash.hex(),
        "actions": [
            {"place": action.place, "kind": action.kind, "message": action_told(action, row.chain_id, {})}
            for action in actions(calls, row.chain_id, row.safe or row.module)
        ],
    }


def executor_lines(proposal: HubProposal) -> Iterator[str]:
    """The calls, one a row."""
    for row in executors_of(proposal):
        found = row["actions"]
        assert isinstance(found, list), "it was made so"
        yield from text.rows([(text.place(action["place"]), action["message"]) for action in found])
