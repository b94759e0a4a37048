"""What a document's parts would do, said from their bytes: the second half of `dao explain`.

The tables are compiled for a fund of the workspace, written as the block that people would vote on, read back from
these bytes and told call by call, so nothing that is shown comes from the text. Whether the text is good is for lint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chain import address
from chain.cid import raw_cid
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.record.checks_proposal import assets_of
from dao.sentences import language, sentence
from dao.views.opening import open_journal, settings_of
from governance.settings import FundSettings
from proposals.compile import compile_parts
from proposals.decode import functions_of
from proposals.document import Document, parse_document
from proposals.explain import explain
from proposals.parts import Part, decode_parts, encode_parts, parts_cid


def is_document(data: bytes) -> bool:
    """Whether a file begins as a document does; neither a record nor a hub's answer can."""
    return data.startswith((b"---\n", b"---\r\n", b"\xef\xbb\xbf---"))


def of_document(folder: Path, data: bytes, fund: str, out: Path | None, *, force: bool) -> Answer:
    """Compile a document for a fund of the workspace, and tell its parts; write the page to `out`, if it is named."""
    document = parse_document(data)
    with open_journal(folder) as reading:
        settings = settings_of(reading.journal)
    money = steps.choose_fund(settings, fund)
    parts = read_back(document, money) if document.budget else ()
    told = [
        [sentence(*said, language()) for said in explain(part, number, assets_of(money), functions_of(document))]
        for number, part in enumerate(parts, 1)
    ]
    rows: list[dict[str, Any]] = [
        {"part": number, "release": part.release or None, "sentences": said}
        for number, (part, said) in enumerate(zip(parts, told, strict=True), 1)
    ]
    answer: dict[str, Any] = {
        "ok": True,
        "iip": document.front.iip,
        "document": str(raw_cid(data)),
        "fund": money.name,
        "safe": address.with_chain(money.safe, money.chain_id),
        "parts_cid": str(parts_cid(parts)) if parts else None,
        "parts": rows,
    }
    lines = [*_lines(told, answer)]
    if out is not None:
        from proposals.page import page

        title = f"{settings.prefix}-{document.front.iip or 'draft'} {document.front.title}"
        shown = page(title=title, body=document.body, told=told, language=language())
        is_new = write(out, shown.encode(), force=force)
        answer["html"] = str(out)
        written = text.say("PAGE", "written" if is_new else "same", path=out)
        lines += text.wrapped(f"{text.paint('✓', 'green')} {written}", "", "  ")
    return Answer(answer, lines)


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
    names = ("document", "parts_cid") if told else ("document",)
    yield from text.rows([(text.label(name.removesuffix("_cid")), str(answer[name])) for name in names])
