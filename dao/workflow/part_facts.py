"""What a review asks the chain about a part: the code that its calls run, and what they would move now.

Decides which blocks and which assets are asked about. What the answers mean is decided by `treasury.review`.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.clients.code_read import fetch_code
from chain.clients.node import Node
from chain.clients.safe_dry_run import run_steps
from chain.contract_code import ContractCode
from governance.settings import FundSettings
from proposals.parts import Part
from treasury.trial import Trial, read_trial, steps_of

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
    told = run_steps(node, part.safe, steps_of(part, tokens), number)
    return None if told is None else read_trial(part, tokens, told)
