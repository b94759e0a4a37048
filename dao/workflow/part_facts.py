"""What a review asks the chain: of a part the code that its calls run, and what they would move now; of a transaction
that no vote covers its Safe, too.

Decides which blocks and which assets are asked about. What the answers mean is decided by `treasury.review`.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.clients.code_read import fetch_code
from chain.clients.node import Node
from chain.clients.safe_dry_run import dry_run, run_steps
from chain.clients.safe_read import fetch_safe_state
from chain.contract_code import ContractCode
from chain.safe import DELEGATECALL, SafeTx
from chain.safe_state import open_safe_state
from dao.errors import DaoError
from governance.settings import FundSettings
from proposals.parts import Part
from treasury.review_chain import OnChain, as_part
from treasury.safe_pinned import batch_findings
from treasury.trial import Trial, read_trial, steps_of


class BatchError(DaoError):
    """A batch whose contract is not there, or is another one (`E_NO_CODE`, `E_CODE_CHANGED`)."""


Codes = dict[bytes, tuple[ContractCode, ContractCode]]


def codes_called(node: Node, part: Part, published: int, number: int) -> Codes:
    """What each address that the part calls ran at the block of its publication, and at a later one."""
    targets = {call.to for call in part.calls}
    return {to: (fetch_code(node, to, published), fetch_code(node, to, number)) for to in targets}


def tried(node: Node, part: Part, funds: Iterable[FundSettings], number: int) -> Trial | None:
    """What the part would move on the state after a block, watched in every token of the funds on its chain; None where
    nobody can say.
    """
    here = [fund for fund in funds if fund.chain_id == part.chain_id]
    tokens = {asset.address for fund in here for asset in fund.assets if asset.address is not None}
    return _trial(node, part, tokens, number)


def on_chain(node: Node, tx: SafeTx) -> OnChain:
    """The Safe of a transaction as it is now, proved, and a trial of the transaction.

    Raises what `fetch_safe_state` and `open_safe_state` raise where there is no Safe to ask.
    """
    number = node.head().ref.number
    state = open_safe_state(fetch_safe_state(node, tx.safe, number))
    tried_whole, part = dry_run(node, tx, number), as_part(tx)
    trial = None if part is None else _trial(node, part, set(), number)
    return OnChain(state, None if tried_whole is None else tried_whole.succeeds, trial, batch_code(node, tx, number))


def batch_code(node: Node, tx: SafeTx, number: int) -> ContractCode | None:
    """What the contract to which a transaction delegatecalls runs; None for one that does not."""
    return fetch_code(node, tx.to, number) if tx.operation == DELEGATECALL else None


def refuse_batch(node: Node, tx: SafeTx, number: int) -> None:
    """Raise `E_NO_CODE` or `E_CODE_CHANGED` unless the batch of a transaction would be unpacked by pinned code."""
    for finding in batch_findings(tx, batch_code(node, tx, number)):
        raise BatchError(finding.code, finding.reason, **finding.facts)


def _trial(node: Node, part: Part, tokens: set[bytes], number: int) -> Trial | None:
    told = run_steps(node, part.safe, steps_of(part, tokens), number)
    return None if told is None else read_trial(part, tokens, told)
