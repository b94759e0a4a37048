"""Powers at the snapshot: asked of the node at one block, proved from its hash where the settings say how, and frozen
with every question and answer where nothing proves them. Each strategy is asked on its own chain (`Node.on`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chain.blocks import BlockRef
from chain.cid import CID
from chain.clients import multicall
from chain.clients.node import Node, NodeError
from chain.errors import UncheckableError
from dao.workflow.desk import Blocks
from governance import attested, power, strategies
from governance.attested import Ask, Asked
from governance.power import PowerError, PowerTable
from governance.rules import Rules
from governance.settings import BalanceProof, StrategySettings
from governance.strategies.strategy import Answer, Balance, File, Header, LogRow, Logs, Question, Read

Files = Callable[[CID], bytes | None]
"""Gives the file that a CID names, or None."""


def reader(node: Node, block: BlockRef, files: Files) -> Ask:
    """Answer a strategy's questions from a node at one block, and from files; calls and balances go many at a time.

    The block's hash is compared before and after each round.
    """

    def ask(questions: Sequence[Question]) -> list[Answer]:
        answers: dict[int, Answer] = {}
        reads = {n: multicall.Read(q.to, q.data) for n, q in enumerate(questions) if isinstance(q, Read)}
        coins = {n: q.address for n, q in enumerate(questions) if isinstance(q, Balance)}
        if not all(isinstance(question, File) for question in questions):
            node.expect_block(block)
        answers |= zip(reads, node.read_many(list(reads.values()), block.number), strict=True)
        answers |= zip(coins, node.balances(list(coins.values()), block.number), strict=True)
        for number, question in enumerate(questions):
            match question:
                case Logs():
                    answers[number] = _logs(node, question, block)
                case Header():
                    answers[number] = node.header(block.number)
                case File(cid):
                    answers[number] = _file(files, cid)
                case _:
                    pass
        if not all(isinstance(question, File) for question in questions):
            node.expect_block(block)
        return [answers[number] for number in range(len(questions))]

    return ask


def read_powers(node: Node, rules: Rules, voters: Sequence[bytes], files: Files) -> list[PowerTable]:
    """The voters' powers in 1e-18, one table a strategy; none of them is proved yet."""
    return [_weighed(node, rules, strategy, voters, files)[0] for strategy in rules.strategies]


def read_supply(node: Node, rules: Rules, files: Files) -> int | None:
    """All the power there could be in 1e-18; None where no rule asks."""
    if rules.quorum.of_supply is None:
        return None
    plans = [(attested.supply_plan(strategy), rules.block(strategy.chain_id)) for strategy in rules.strategies]
    return sum(attested.run(plan, reader(node.on(block.chain_id), block, files)) for plan, block in plans)


def gather(node: Node, rules: Rules, voters: Sequence[bytes], blocks: Blocks, files: Files) -> list[CID]:
    """Add the evidence of every strategy to `blocks` and return the links to it, in the order of the settings."""
    links: list[CID] = []
    for number, strategy in enumerate(rules.strategies, 1):
        table, asked = _weighed(node, rules, strategy, voters, files)
        there, block = node.on(strategy.chain_id), rules.block(strategy.chain_id)
        if strategy.proof is None:
            root, made = attested.build_attested(
                number=number, settings=strategy, block=block, powers=table.powers, asked=asked, providers=there.labels
            )
        else:
            root, made = _proved(there, number, strategy, block, table)
        blocks.update(made)
        links.append(root)
    return links


def gather_supply(node: Node, rules: Rules, blocks: Blocks, files: Files) -> list[CID]:
    """Add the evidence of all the power there could be, and return the links to it; none where no rule asks."""
    links: list[CID] = []
    for number, strategy in enumerate(rules.strategies if rules.quorum.of_supply is not None else (), 1):
        there, block = node.on(strategy.chain_id), rules.block(strategy.chain_id)
        asked: list[Asked] = []
        ask = attested.recording(reader(there, block, files), asked)
        supply = attested.run(attested.supply_plan(strategy), ask)
        root, made = attested.build_supply(
            number=number, settings=strategy, block=block, supply=supply, asked=asked, providers=there.labels
        )
        blocks.update(made)
        links.append(root)
    return links


def _weighed(
    node: Node, rules: Rules, strategy: StrategySettings, voters: Sequence[bytes], files: Files
) -> tuple[PowerTable, list[Asked]]:
    method = strategies.find(strategy.name, strategy.version)
    asked: list[Asked] = []
    ask = attested.recording(reader(node.on(strategy.chain_id), rules.block(strategy.chain_id), files), asked)
    weighed = attested.run(method.plan(strategy.params, sorted(voters)), ask)
    return PowerTable(powers=weighed.powers, proved=False, notes=weighed.notes), asked


def _proved(
    node: Node, number: int, strategy: StrategySettings, block: BlockRef, table: PowerTable
) -> tuple[CID, dict[CID, bytes]]:
    """Evidence with the proofs of the node, which must give what it said."""
    method = strategies.find(strategy.name, strategy.version)
    voters = sorted(table.powers)
    if isinstance(strategy.proof, BalanceProof) and method.storage is not None:
        slots = method.storage.slots(strategy.params, strategy.proof, voters)
        header, nodes = node.state_proof(method.storage.contract(strategy.params), slots, block.number)
    else:
        header, nodes = node.header(block.number), []
        for voter in voters:
            nodes += node.state_proof(voter, [], block.number).nodes
    try:
        return power.build_evidence(
            number=number, settings=strategy, block=block, powers=table.powers, header=header, nodes=nodes
        )
    except PowerError as error:
        raise _contradiction(node, block, error) or error from None


def _logs(node: Node, question: Logs, block: BlockRef) -> tuple[LogRow, ...]:
    found = node.logs(question.address, question.topics, question.first, block.number)
    rows = [LogRow(tuple(log.log.topics), log.log.data, log.block.number, log.log_index) for log in found]
    rows.sort(key=lambda row: (row.block, row.place))
    try:
        attested.check_logs(question, rows, block.number)
    except PowerError as error:
        raise node.error("E_RPC_ANSWER", "other", method="eth_getLogs") from error
    return tuple(rows)


def _file(files: Files, cid: CID) -> bytes:
    data = files(cid)
    if data is None:
        raise UncheckableError("E_TALLY_INCOMPLETE", "file", file=str(cid))
    cid.check(data)
    return data


def _contradiction(node: Node, block: BlockRef, error: PowerError) -> NodeError | None:
    """What the node said of a power or a block, and its own proof denies, is the node's fault and not the voter's."""
    facts = error.facts
    if error.reason == "voter":
        told = {"voter": facts["voter"], "said": facts["said"], "proved": facts["proved"]}
        return node.error("E_RPC_PROOF", "power", number=block.number, **told)
    if error.reason == "block":
        return node.error("E_RPC_REORG", number=block.number, expected=facts["expected"], found=facts["found"])
    return None
