"""Attested power: every question that a strategy asked of the snapshot block, and what named providers answered.

Where no hash can say what a contract answers, its answers are frozen: call, block, result and who was asked stand in
the evidence, and the powers are computed from them again by the same code. So a reader can see what was taken on trust
(A_POWER), repeat any single question with a node of his own, and find an error of ours without one. What needs no
provider, files that the settings name by CID and the block's header, is checked here against its hash; a strategy that
asks for nothing else is proved.

A root links to the values by voter and to chunks of rows. A row is `["call", to, data, answer or null]`,
`["balance", address, wei]`, `["logs", address, topics, first, count]` with `count` rows `["log", topics, data, block,
place]` behind it, `["file", CID]` or `["header", RLP]`, in the order in which the strategy asks.

Not decided here: that the block is the chain's (A_BLOCK), nor that providers told the truth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, NoReturn, TypeVar

from chain import dag_cbor
from chain.address import checksum
from chain.amount import parse_base_units
from chain.blocks import BlockRef
from chain.cid import CID, raw_cid
from chain.keccak import keccak256
from governance.power_values import (
    VERSION,
    Get,
    Keeping,
    PowerError,
    PowerTable,
    expect_subject,
    keep_values,
    links,
    open_chunk,
    read_values,
    subject_of,
)
from governance.settings import StrategySettings
from governance.strategies import find
from governance.strategies.strategy import (
    Answer,
    Balance,
    File,
    Header,
    LogRow,
    Logs,
    Question,
    Read,
    StrategyError,
    SupplyPlan,
    Weighed,
)
from governance.strict_map import StrictMap, expect_version, open_map

ROOT_KIND, SUPPLY_KIND, ANSWERS_KIND = "power-attested", "supply-attested", "attested-answers"
ROWS_BYTES_MAX = 512 * 1024
"""Bytes of rows in one chunk."""
ROW_BYTES_MAX = 256 * 1024
PROVIDERS_MAX = 16

_KEYS = "v kind strategy name version block providers answers"
_LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,256}\Z")

T = TypeVar("T")
Ask = Callable[[Sequence[Question]], Sequence[Answer]]
Row = list[object]


class Asked(NamedTuple):
    """A question and its answer."""

    question: Question
    answer: Answer


def run(plan: Generator[Sequence[Question], Sequence[Answer], T], ask: Ask) -> T:
    """Run a strategy's plan, with `ask` to answer each round of questions."""
    try:
        questions = next(plan)
        while True:
            questions = plan.send(ask(questions))
    except StopIteration as done:
        value: T = done.value
        return value


def recording(ask: Ask, asked: list[Asked]) -> Ask:
    """Ask as `ask` does, and keep every question with its answer."""

    def answer(questions: Sequence[Question]) -> Sequence[Answer]:
        answers = ask(questions)
        asked.extend(map(Asked, questions, answers))
        return answers

    return answer


def build_attested(
    *,
    number: int,
    settings: StrategySettings,
    block: BlockRef,
    powers: Mapping[bytes, int],
    asked: Sequence[Asked],
    providers: Sequence[str],
) -> tuple[CID, dict[CID, bytes]]:
    """Make the blocks of evidence for strategy `number`: its powers, and all that it asked. Return the root's CID, too.

    Providers are named only where they are believed.
    """
    blocks = Keeping()
    values = keep_values(powers, blocks)
    subject = subject_of(ROOT_KIND, number, settings, block)
    root = blocks.add({**subject, **_answers(asked, providers, blocks), "values": values})
    return root, dict(blocks)


def build_supply(
    *,
    number: int,
    settings: StrategySettings,
    block: BlockRef,
    supply: int,
    asked: Sequence[Asked],
    providers: Sequence[str],
) -> tuple[CID, dict[CID, bytes]]:
    """Make the blocks of evidence for all the power that there can be by strategy `number`."""
    blocks = Keeping()
    subject = subject_of(SUPPLY_KIND, number, settings, block)
    root = blocks.add({**subject, **_answers(asked, providers, blocks), "supply": str(supply)})
    return root, dict(blocks)


def open_attested(root: object, get: Get, number: int, settings: StrategySettings, block: BlockRef) -> PowerTable:
    """Read the evidence for strategy `number` at its snapshot `block`, and weigh the answers again.

    (1) The root is about this strategy and block. (2) Each row answers the question that the strategy asks at its
    place, files and header have their hashes, and no row is left over. (3) The powers are those of the evidence, which
    is in its only spelling. Raises `PowerError` (`E_POWER`), what the strategy raises, or a refusal of `chain`.
    """
    opened = open_map(root, _KEYS + " values", code="E_POWER", place=ROOT_KIND)
    replay = _Replay(opened, get, subject_of(ROOT_KIND, number, settings, block), block)  # (1)
    powers = read_values(opened, get)
    weighed: Weighed = replay.run(find(settings.name, settings.version).plan(settings.params, sorted(powers)))  # (2)
    if weighed.powers != powers:  # (3)
        voter, said = next(row for row in powers.items() if weighed.powers[row[0]] != row[1])
        raise PowerError("E_POWER", "computed", voter=checksum(voter), said=said, computed=weighed.powers[voter])
    replay.expect_spelling("values")
    return PowerTable(
        powers=powers,
        proved=not replay.providers,
        providers=replay.providers,
        answers=replay.answers,
        replayed=True,
        notes=weighed.notes,
    )


def open_supply(
    root: bytes, get: Get, number: int, settings: StrategySettings, block: BlockRef
) -> tuple[int, tuple[str, ...]]:
    """Read the evidence for all the power that there can be by strategy `number`, as `open_attested` does; return it
    in 1e-18, and the providers who are believed.
    """
    opened = open_map(dag_cbor.decode(root), _KEYS + " supply", code="E_POWER", place=SUPPLY_KIND)
    replay = _Replay(opened, get, subject_of(SUPPLY_KIND, number, settings, block), block)
    said = opened.amount("supply")
    computed = replay.run(supply_plan(settings))
    if computed != said:
        raise PowerError("E_POWER", "supply", strategy=settings.name, said=said, computed=computed)
    replay.expect_spelling("supply")
    return said, replay.providers


def supply_plan(settings: StrategySettings) -> SupplyPlan:
    """How the supply of a strategy is asked; `E_STRATEGY` for one of which nobody can say it."""
    ask = find(settings.name, settings.version).supply
    if ask is None:
        raise StrategyError("E_STRATEGY", "supply", strategy=settings.name)
    return ask(settings.params)


class _Replay:
    """The rows of a root, taken one by one as a plan asks for them."""

    def __init__(self, opened: StrictMap, get: Get, subject: dict[str, object], block: BlockRef) -> None:
        expect_version(opened, "v", VERSION)
        expect_subject(opened, subject)
        self.root = Keeping().add(dict(opened.values))
        self.providers = _labels(opened)
        self.asked: list[Asked] = []
        self.answers = 0
        self._opened, self._get, self._subject, self._block = opened, get, subject, block
        self._rows = self._all_rows()

    def run(self, plan: Generator[Sequence[Question], Sequence[Answer], T]) -> T:
        """Run a plan on the rows; all of them must have been asked for."""
        found = run(plan, recording(lambda questions: [self._answer(question) for question in questions], self.asked))
        if next(self._rows, None) is not None:
            raise PowerError("E_POWER", "unasked", strategy=self._opened.values["name"])
        if bool(self.answers) != bool(self.providers):
            self._opened.refuse("providers", "those who answered, and nobody where nobody had to")
        return found

    def expect_spelling(self, kept: str) -> None:
        """Refuse evidence that says the same in other bytes; what stands under `kept` was read in its one spelling."""
        rest = {kept: self._opened.values[kept]}
        blocks = Keeping()
        if blocks.add({**self._subject, **_answers(self.asked, self.providers, blocks), **rest}) != self.root:
            self._opened.refuse("answers", f"full chunks of at most {ROWS_BYTES_MAX} bytes, in their one spelling")

    def _all_rows(self) -> Iterator[Row]:
        for cid in links(self._opened, "answers"):
            for row in open_chunk(self._get, cid, ANSWERS_KIND, "rows").items("rows"):
                if not isinstance(row, list) or not row:
                    self._refuse()
                yield row

    def _answer(self, question: Question) -> Answer:
        row = next(self._rows, None)
        if row is None:
            self._refuse()
        if isinstance(question, Read | Balance | Logs):
            self.answers += 1
        match question, row:
            case Read(to, data), ["call", found_to, found_data, answer] if (found_to, found_data) == (to, data):
                if answer is None or isinstance(answer, bytes):
                    return answer
            case Balance(about), ["balance", found, str(wei)] if found == about:
                return parse_base_units(wei)
            case Logs(about, topics, first), ["logs", found, wanted, found_first, int(count)]:
                if (found, wanted, found_first) == (about, list(topics), first) and type(count) is int:
                    return self._logs(question, count)
            case File(cid), ["file", found] if found == cid:
                data = self._get(cid)
                cid.check(data)
                return data
            case Header(), ["header", bytes(header)]:
                if keccak256(header) != self._block.hash:
                    raise PowerError("E_POWER", "block", expected=self._block.hash, found=keccak256(header))
                return header
            case _:
                pass
        return self._refuse()

    def _logs(self, question: Logs, count: int) -> tuple[LogRow, ...]:
        rows: list[LogRow] = []
        for _ in range(count):
            match next(self._rows, None):
                case ["log", [*words], bytes(data), int(block), int(place)] if type(block) is type(place) is int:
                    topics = tuple(word for word in words if isinstance(word, bytes) and len(word) == 32)
                    if len(topics) < len(words):
                        self._refuse()
                    rows.append(LogRow(topics, data, block, place))
                case _:
                    self._refuse()
        check_logs(question, rows, self._block.number)
        return tuple(rows)

    def _refuse(self) -> NoReturn:
        raise PowerError("E_POWER", "question", strategy=self._opened.values["name"], place=len(self.asked) + 1)


def check_logs(question: Logs, rows: Sequence[LogRow], last: int) -> None:
    """Refuse logs that were not asked for, or not in the chain's order."""
    places = [(row.block, row.place) for row in rows]
    is_ordered = all(left < right for left, right in pairwise(places))
    if not is_ordered or any(not question.first <= row.block <= last for row in rows):
        raise PowerError("E_POWER", "logs", address=question.address)
    for row in rows:
        wanted = question.topics
        if len(row.topics) < len(wanted) or any(w not in {None, t} for w, t in zip(wanted, row.topics, strict=False)):
            raise PowerError("E_POWER", "logs", address=question.address)


def _answers(asked: Sequence[Asked], providers: Sequence[str], blocks: Keeping) -> dict[str, object]:
    """Keep rows in full chunks, and files as they are; say who answered, if anybody had to."""
    for question, answer in asked:
        if isinstance(question, File):
            assert isinstance(answer, bytes), "a file that was not at hand gave no powers"
            blocks[raw_cid(answer)] = answer
    chunks: list[list[object]] = []
    size = ROWS_BYTES_MAX
    for row in (row for each in asked for row in _rows(each)):
        length = len(dag_cbor.encode(row))
        if length > ROW_BYTES_MAX:
            raise PowerError("E_POWER", "row_size", size=length, limit=ROW_BYTES_MAX)
        if size + length > ROWS_BYTES_MAX:
            chunks.append([])
            size = 0
        chunks[-1].append(row)
        size += length
    believed = any(isinstance(each.question, Read | Balance | Logs) for each in asked)
    return {
        "providers": list(providers) if believed else [],
        "answers": [blocks.add({"v": VERSION, "kind": ANSWERS_KIND, "rows": chunk}) for chunk in chunks],
    }


def _rows(asked: Asked) -> Iterator[Row]:
    question, answer = asked
    match question:
        case Read(to, data):
            yield ["call", to, data, answer]
        case Balance(address):
            yield ["balance", address, str(answer)]
        case Logs(address, topics, first):
            assert isinstance(answer, tuple), "logs are answered by logs"
            yield ["logs", address, list(topics), first, len(answer)]
            yield from (["log", list(row.topics), row.data, row.block, row.place] for row in answer)
        case File(cid):
            yield ["file", cid]
        case Header():
            yield ["header", answer]


def _labels(opened: StrictMap) -> tuple[str, ...]:
    labels = tuple(label for label in opened.items("providers") if isinstance(label, str) and _LABEL.match(label))
    if len(labels) != len(opened.items("providers")) or len(labels) > PROVIDERS_MAX:
        opened.refuse("providers", f"at most {PROVIDERS_MAX} names")
    return labels
