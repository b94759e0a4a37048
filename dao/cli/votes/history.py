"""`dao history`: what a followed space decided, as documents and records, and a report of what cannot be proved.

Decided here: which files are written and how the report is told. What can be proved is decided by
`governance.history`; the record of a proposal is written by `dao.record.hub_pack`, and what `dao verify` says of it is
said here too.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from chain import log_tree
from chain.address import checksum
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import OutFileError
from dao.cli.options import Dir
from dao.cli.start.verify_hub import status_of
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes.audit_told import told
from dao.cli.votes.hub_text import json_number, one_line, spelled
from dao.cli.votes.sync import ASSUMED, document_of, said
from dao.errors import UsageError
from dao.files import is_file, is_there
from dao.record import hub_pack
from dao.record.hub_verify import HubReport, verify_hub
from dao.store.durable import new_folder
from dao.store.follow import FollowStore, path_of
from dao.workspace import CONFIG_FILE, read_anchors
from governance.followed import decode
from governance.history import Chapter, Gap, chapters, relayers

EXAMPLES = (
    "dao history hakka-history --space hakka.eth",
    "dao history history --json",
)

REPORT = "completeness.md"
INDEX = "index.json"
RECORD = "record.car"


class Recorded(NamedTuple):
    """One proposal with its record."""

    chapter: Chapter
    relayers: Mapping[bytes, int]
    data: bytes
    report: HubReport


def command(
    out: Annotated[Path, typer.Argument(help="A new folder.", metavar="FOLDER")],
    *,
    space: Annotated[
        str, typer.Option("--space", help="The space; without it the workspace's own.", metavar="NAME")
    ] = "",
    folder: Dir = Path(),
) -> Answer:
    """Write the history of a space that `dao sync` followed: each closed proposal with all that can be proved of it.

    A folder a proposal: its text, its envelope and those of its votes as they were signed, as far as they can be
    rebuilt, how each stands and the exact count, and `record.car`, the decision record that `dao verify` checks. The
    report names every gap, also those that no vote at a hub is without. Nothing is asked of anybody.
    """
    if not space and not is_file(folder / CONFIG_FILE):
        raise UsageError("E_USAGE", "sync_space")
    name = space or read_anchors(folder).space
    with FollowStore(path_of(folder, name)) as store:
        told_now = max([int(time.time()), *store.known.looked])
        found = list(_recorded(store, told_now))
        root = "0x" + store.root().hex()
    if is_there(out):
        raise OutFileError("E_IO_EXISTS", "leaving", path=str(out))
    document = {
        "ok": True, "space": name, "folder": str(out), "root": root, "assumed": list(ASSUMED),
        "proposals": [_record(one) for one in found],
    }  # fmt: skip
    try:
        with new_folder(out) as fresh:
            _write(fresh, name, found, document)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise OutFileError("E_IO_WRITE", "leaving", path=str(out), problem=problem) from error
    return Answer(document, _lines(name, found, out))


def _recorded(store: FollowStore, now: int) -> Iterator[Recorded]:
    """Every proposal that is over, with its record and what its verifier says."""
    chosen = hub_pack.choose([decode(data) for data in store.facts])
    leaf_hashes = [log_tree.leaf_hash(data) for data in store.facts]
    for chapter in chapters(store.known, now):
        data = hub_pack.write(chapter.standing.id, chosen[chapter.standing.id], store.facts, leaf_hashes)
        yield Recorded(chapter, relayers(store.known, chapter.standing.id), data, verify_hub(data))


def _write(folder: Path, space: str, found: list[Recorded], document: dict[str, Any]) -> None:
    for number, one in enumerate(found, 1):
        chapter = one.chapter
        place = folder / f"{number:04}-{_short(chapter)}"
        place.mkdir()
        (place / "text.md").write_bytes(str(chapter.row.get("body") or "").encode("utf-8", "surrogatepass"))
        if chapter.envelope is not None:
            (place / "proposal.json").write_bytes(chapter.envelope)
        lines = [vote.envelope + b"\n" for vote in chapter.votes if vote.envelope is not None]
        (place / "votes.jsonl").write_bytes(b"".join(lines))
        (place / RECORD).write_bytes(one.data)
        _dump(place / "record.json", _record(one))
    _dump(folder / INDEX, {**document, "folder": "."})
    (folder / REPORT).write_text("\n".join(_report(space, [one.chapter for one in found])) + "\n", "utf-8")


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=True, indent=1) + "\n", "utf-8")


def _short(chapter: Chapter) -> str:
    """The beginning of an id, of which a hub may have made anything."""
    return "".join(char for char in chapter.standing.id[:10] if char.isascii() and char.isalnum()) or "x"


def _record(one: Recorded) -> dict[str, object]:
    """One proposal, for machines."""
    chapter, report = one.chapter, one.report
    audit = chapter.audit
    counted: dict[str, object] | None = None
    if audit is not None:
        exact = audit.counted.exact
        counted = {
            "scores": [spelled(score) for score in exact.scores], "total": spelled(exact.total),
            "winners": list(exact.winners), "verdict": audit.exact_verdict,
            "published_verdict": audit.published_verdict, "published_ok": audit.ok,
            "findings": [
                {"code": row.code, "reason": row.reason, "level": row.level, "message": told(row, audit),
                 "facts": {name: json_number(fact) for name, fact in row.facts.items()}}
                for row in audit.findings
            ],
        }  # fmt: skip
    return {
        **document_of(chapter.standing), "choices": list(chapter.row.get("choices") or ()),
        "signatures": dict(Counter(vote.status for vote in chapter.votes)),
        "envelopes": sum(vote.envelope is not None for vote in chapter.votes),
        "relayers": {checksum(relayer): number for relayer, number in one.relayers.items()},
        "counted": counted, "code": chapter.refusal.code if chapter.refusal else None,
        "gaps": [{"what": gap.what, "votes": gap.number, "message": _gap(gap)} for gap in chapter.gaps],
        "verify": {
            "ok": report.ok, "status": status_of(report), "assumed": list(report.assumed),
            "failed": [{"number": row.number, "code": row.code} for row in report.outcomes if row.ok is False],
        },
    }  # fmt: skip


def _gap(gap: Gap) -> str:
    return say("HISTORY_GAP", gap.what, votes=gap.number)


def _report(space: str, found: list[Chapter]) -> Iterator[str]:
    """The report in Markdown: gaps that all share, then each proposal with its own."""
    yield f"# {say('HISTORY', 'title', space=one_line(space))}"
    yield ""
    every = [gap for gap in (found[0].gaps if found else ()) if all(gap in chapter.gaps for chapter in found)]
    for gap in every:
        yield f"- {_gap(gap)}"
    for number, chapter in enumerate(found, 1):
        yield ""
        yield f"## {number}. {_markdown(chapter.standing.title)}"
        yield ""
        yield f"`{_short(chapter)}…`, {label('text')}: {said(chapter.standing.text)}"
        yield ""
        yield from (f"- {_gap(gap)}" for gap in chapter.gaps if gap not in every)


def _markdown(title: str) -> str:
    """A stranger's title as text: nothing in it is a link, a tag or a heading."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~&:@/" else char for char in one_line(title))


def _lines(space: str, found: list[Recorded], out: Path) -> Iterator[str]:
    facts = {"space": one_line(space), "proposals": len(found), "path": out, "report": REPORT}
    yield from wrapped(say("HISTORY", "written", **facts), paint("✓ ", "green"), "  ")
    yield ""
    yield from columns([(label("proposal"), label("votes"), label("text"), "", ""), *map(_cells, found)], right=(1,))


def _cells(one: Recorded) -> tuple[str, ...]:
    stands, mark = one.chapter.standing, {TRUE: "✓", FALSE: "✗"}.get(status_of(one.report), "?")
    return stands.id[:10], str(len(one.chapter.votes)), said(stands.text), mark, one_line(stands.title)
