"""What a document's parts would do, said from their bytes: the second half of `dao explain`.

The tables are compiled for a fund, written as the block that people would vote on, read back from these bytes and told
call by call, so nothing that is shown comes from the text. The fund is one of the workspace's settings in force, or of
a file of settings; where neither is there, the rows and calls of the document itself are told, and what only settings
and a journal could say is named and never guessed. Whether the text is good is for lint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chain import address
from chain.cid import raw_cid
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.proposals.draft_file import load_settings
from dao.errors import UsageError
from dao.files import is_there
from dao.record.checks_proposal import assets_of
from dao.sentences import language, sentence
from dao.views.opening import open_journal, settings_of
from dao.workspace import CONFIG_FILE, MAKING_FILE
from governance.settings import FundSettings, Settings
from proposals.compile import compile_parts
from proposals.decode import functions_of
from proposals.document import Document, parse_document
from proposals.explain import Sentence, explain
from proposals.explain_rows import explain_rows, symbols
from proposals.parts import Part, decode_parts, encode_parts, parts_cid

_PREFIX = "IIP"
"""Of settings that nobody knows; their own default."""


class _Known(NamedTuple):
    """What the parts are held against, as far as anybody knows it."""

    settings: Settings | None
    fund: FundSettings | None
    unchecked: tuple[Sentence, ...]
    """What could not be looked up."""


def is_document(data: bytes) -> bool:
    """Whether a file begins as a document does; neither a record nor a hub's answer can."""
    return data.startswith((b"---\n", b"---\r\n", b"\xef\xbb\xbf---"))


def of_document(
    folder: Path, data: bytes, fund: str, out: Path | None, *, force: bool, settings: Path | None = None
) -> Answer:
    """Tell the parts of a document, for a fund where one is known; write the page to `out`, if it is named."""
    document = parse_document(data)
    known = _known(folder, document, fund, settings)
    money = known.fund
    parts: tuple[Part, ...] = ()
    if money is None:
        said = explain_rows(document)
    else:
        parts = read_back(document, money) if document.budget else ()
        assets, functions = assets_of(money), functions_of(document)
        said = tuple(explain(part, number, assets, functions) for number, part in enumerate(parts, 1))
    told = [_words(sentences) for sentences in said]
    releases = dict.fromkeys((row.part, row.release) for row in document.budget)
    rows: list[dict[str, Any]] = [
        {"part": number, "release": release or None, "sentences": lines}
        for (number, release), lines in zip(releases, told, strict=True)
    ]
    answer: dict[str, Any] = {
        "ok": True,
        "iip": document.front.iip,
        "document": str(raw_cid(data)),
        "fund": None if money is None else money.name,
        "safe": None if money is None else address.with_chain(money.safe, money.chain_id),
        "parts_cid": str(parts_cid(parts)) if parts else None,
        "parts": rows,
        "unchecked": _words(known.unchecked),
    }
    lines = [*_lines(told, answer)]
    if out is not None:
        lines += _page(out, document, known, told, answer, force=force)
    return Answer(answer, lines)


def _known(folder: Path, document: Document, fund: str, file: Path | None) -> _Known:
    """The settings of a file, or those in force in the workspace; neither where there is neither."""
    looked_up = Sentence("EXPLAIN", "no_journal", {})
    if file is not None:
        settings = load_settings(file)
        return _Known(settings, steps.choose_fund(settings, fund), (Sentence("EXPLAIN", "not_in_force", {}), looked_up))
    if folder != Path() or any(is_there(folder / name) for name in (CONFIG_FILE, MAKING_FILE)):
        with open_journal(folder) as reading:
            settings = settings_of(reading.journal)
        return _Known(settings, steps.choose_fund(settings, fund), ())
    if fund:
        raise UsageError("E_USAGE", "fund_unknown", name=fund)
    missing = [Sentence("EXPLAIN", "no_settings", {})] if document.budget else []
    if named := symbols(document):
        missing.append(Sentence("EXPLAIN", "no_assets", {"symbols": named}))
    return _Known(None, None, (*missing, looked_up))


def _page(
    out: Path, document: Document, known: _Known, told: list[list[str]], answer: dict[str, Any], *, force: bool
) -> Iterator[str]:
    from proposals.page import page

    prefix = _PREFIX if known.settings is None else known.settings.prefix
    title = f"{prefix}-{document.front.iip or 'draft'} {document.front.title}"
    shown = page(
        title=title,
        body=document.body,
        told=[*told, *([unknown] if (unknown := _words(known.unchecked)) else [])],
        language=language(),
    )
    is_new = write(out, shown.encode(), force=force)
    answer["html"] = str(out)
    written = text.say("PAGE", "written" if is_new else "same", path=out)
    return text.wrapped(f"{text.paint('✓', 'green')} {written}", "", "  ")


def _words(sentences: Sequence[Sentence]) -> list[str]:
    return [sentence(*said, language()) for said in sentences]


def read_back(document: Document, fund: FundSettings) -> tuple[Part, ...]:
    """The parts of a document, as its block says them."""
    parts = compile_parts(document, chain_id=fund.chain_id, safe=fund.safe, assets=assets_of(fund))
    return decode_parts(encode_parts(parts))


def _lines(told: list[list[str]], answer: dict[str, Any]) -> Iterator[str]:
    if not told:
        yield from text.wrapped(text.say("EXPLAIN", "no_parts"), "", "  ")
    for first, *rest in told:
        yield from text.wrapped(first, "", "  ")
        for line in rest:
            yield from text.wrapped(line, "  ", "    ")
        yield ""
    for line in answer["unchecked"]:
        yield from text.wrapped(f"? {line}", "", "  ")
    names = ("document", "parts_cid") if answer["parts_cid"] else ("document",)
    yield from text.rows([(text.label(name.removesuffix("_cid")), str(answer[name])) for name in names])
