"""Powers at the snapshot: read from the node at one block, and proved from its hash where the settings say how."""

from __future__ import annotations

from collections.abc import Sequence

from chain.blocks import BlockRef
from chain.cid import CID
from chain.clients.node import Node, NodeError, Read
from dao.workflow.desk import Blocks
from governance import power, strategies
from governance.rules import Rules


def read_powers(node: Node, rules: Rules, voters: Sequence[bytes]) -> list[dict[bytes, int]]:
    """The voters' powers in 1e-18, one table a strategy; the block's hash is compared before and after."""
    tables = []
    for strategy in rules.strategies:
        method = strategies.find(strategy.name, strategy.version)
        reads = [Read(read.to, read.data) for read in method.reads(strategy.params, voters)]
        answers = node.read_many_at(reads, rules.block(strategy.chain_id))
        tables.append(method.powers(strategy.params, voters, answers))
    return tables


def gather(node: Node, rules: Rules, voters: Sequence[bytes], blocks: Blocks) -> list[CID]:
    """Add the evidence of every strategy to `blocks` and return the links to it, in the order of the settings."""
    links: list[CID] = []
    tables = zip(rules.strategies, read_powers(node, rules, voters), strict=True)
    for number, (strategy, powers) in enumerate(tables, 1):
        block = rules.block(strategy.chain_id)
        header: bytes | None = None
        nodes: Sequence[bytes] = ()
        if strategy.proof is not None:
            method = strategies.find(strategy.name, strategy.version)
            slots = method.slots(strategy.params, strategy.proof, sorted(powers))
            header, nodes = node.state_proof(method.contract(strategy.params), slots, block.number)
        try:
            root, made = power.build_evidence(
                number=number, settings=strategy, block=block, powers=powers, header=header, nodes=nodes
            )
        except power.PowerError as error:
            raise _contradiction(node, block, error) or error from None
        blocks.update(made)
        links.append(root)
    return links


def _contradiction(node: Node, block: BlockRef, error: power.PowerError) -> NodeError | None:
    """What the node said of a power or a block, and its own proof denies, is the node's fault and not the voter's."""
    facts = error.facts
    if error.reason == "voter":
        told = {"voter": facts["voter"], "said": facts["said"], "proved": facts["proved"]}
        return node.error("E_RPC_PROOF", "power", number=block.number, **told)
    if error.reason == "block":
        return node.error("E_RPC_REORG", number=block.number, expected=facts["expected"], found=facts["found"])
    return None
