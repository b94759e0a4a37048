"""A proposal of an EIP-style repository as a document of ours under its own number, without loss.

Decides what each header becomes, and that nothing of the source goes missing: its header stands in the document letter
by letter, every line of its text under a section of ours, and the source's bytes are named by their CID. What its
header says of a status is its author's claim and decides nothing here. What cannot be said in a document of ours is
refused; nothing is made up for it. Which numbers are free, and where files lie, is for whoever imports.

Source: EIP-1, "EIP Header Preamble".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chain.cid import CID, raw_cid
from proposals import text_safety
from proposals.annex import with_annexes
from proposals.draft import draft
from proposals.errors import ProposalsError
from proposals.front_matter import FENCE, NUMBER_MAX, Header, split_front
from proposals.imported import Imported, read_source
from proposals.outline import read_outline
from proposals.problems import raise_first
from proposals.times import parse_day_or_utc, spell_day, spell_instant

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.md\Z", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,6}\Z", re.ASCII)
_MAIL = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>")
_QUOTED = re.compile(r"\"([^\"\\]*)\"\Z|'([^'\\]*)'\Z")
_COLON = re.compile(r":(?= |\Z)")
_HOME = "Copyright"
"""The section at whose end a document says where it came from."""


class ForeignError(ProposalsError):
    """A proposal that cannot become a document of ours (`E_IMPORT`)."""


class Foreign(NamedTuple):
    """One proposal of another repository, as it reads."""

    file: str
    number: int
    headers: Mapping[str, str]
    """Values under our keys, spelled as our front matter can hold them."""
    respelled: tuple[str, ...]
    """Keys whose value had to be spelled otherwise."""
    missing: tuple[str, ...]
    """Keys that a document of ours needs and the source does not have."""
    claimed: str
    """The status that its header claims; empty for none."""
    block: str
    """The header's lines, letter by letter."""
    source: Imported
    cid: CID
    """Of the source's bytes."""


def is_proposal(raw: bytes) -> bool:
    """Whether a file begins with a header at all; a README does not."""
    return raw.removeprefix(b"\xef\xbb\xbf").startswith((b"---\n", b"---\r"))


def read_foreign(raw: bytes, *, file: str, key: str) -> Foreign:
    """Read a proposal whose header `key` gives its number; `file` is the name that it has in its repository.

    Raises `DocumentError` with the source's line, or `ForeignError`.
    """
    if not _NAME.match(file):
        raise ForeignError("E_IMPORT", "name", file=file)
    source = read_source(raw, key=key)
    lines = text_safety.decode(raw)[0].split("\n")
    headers, start, findings = split_front(lines)
    raise_first(findings)
    raise_first(read_outline(lines[start or 0 :], (start or 0) + 1).findings)
    said = _said(headers)
    if not _NUMBER.match(said.get(key, "")) or int(said[key]) > NUMBER_MAX:
        raise ForeignError("E_IMPORT", "number", key=key, found=said.get(key, ""), limit=NUMBER_MAX)
    values = dict(source.headers) | {name: said[name] for name in ("created",) if name in said}
    for name in ("title", "author", "created"):
        if not values.get(name):
            raise ForeignError("E_IMPORT", "header", key=name)
    if "type" not in values:
        raise ForeignError("E_IMPORT", "type", found=said.get("type", ""))
    if values["type"] == "Protocol" and "category" not in values:
        if said["type"] != "Core":
            raise ForeignError("E_IMPORT", "header", key="category")
        values["category"] = "Core"
    ours = {name: _ours(name, value) for name, value in values.items()}
    return Foreign(
        file=file,
        number=int(said[key]),
        headers=ours,
        respelled=tuple(name for name, value in ours.items() if name in said and value != said[name]),
        missing=tuple(name for name in ("description", "discussions-to") if not values.get(name)),
        claimed=said.get("status", ""),
        block="\n".join(lines[1 : lines.index(FENCE, 1)]),
        source=source,
        cid=raw_cid(raw),
    )


def write_foreign(
    foreign: Foreign,
    *,
    limit: int,
    stem: str,
    filled: Mapping[str, str],
    origin: str,
    told: Callable[[str, CID], str],
) -> tuple[bytes, Mapping[str, bytes]]:
    """Return the document and its annexes by the path beside it.

    `filled` holds what stands for missing headers, `origin` is the sentence that names the source and its CID, and
    `limit`, `stem` and `told` are those of `proposals.annex`. Raises `DraftError` or `DocumentError`.
    """
    headers = {**filled, **foreign.headers}

    def write(sections: Mapping[str, str]) -> bytes:
        ending = f"{origin}\n\n```text\n{foreign.block}\n```"
        whole = dict(sections) | {_HOME: "\n\n".join(filter(None, (sections.get(_HOME, ""), ending)))}
        return draft(
            number=foreign.number, title=headers["title"], description=headers["description"],
            author=headers["author"], discussions_to=headers["discussions-to"], created=headers["created"],
            sections=whole, budget=foreign.source.budget, milestones=foreign.source.milestones, kind=headers["type"],
            category=headers.get("category"), requires=_numbers(headers.get("requires", "")),
            language=foreign.source.language,
        )  # fmt: skip

    movable = {title: text for title, text in foreign.source.sections.items() if title != _HOME}
    kept = {title: text for title, text in foreign.source.sections.items() if title == _HOME}
    return with_annexes(lambda sections: write(kept | dict(sections)), movable, limit=limit, stem=stem, told=told)


def _said(headers: Sequence[Header]) -> dict[str, str]:
    """The values by their keys in small letters; of two with one key the first, as everywhere."""
    said: dict[str, str] = {}
    for header in headers:
        said.setdefault(header.key.lower(), header.value)
    return said


def _ours(name: str, value: str) -> str:
    """Spell a value as our front matter holds it; what it still cannot hold is refused when the document is written."""
    quoted = _QUOTED.match(value)
    if quoted:
        value = (quoted[1] or quoted[2] or "").strip(" ")
    if name in ("title", "description"):
        return _COLON.sub(" -", value).replace(":", "-")
    if name == "author":
        return _MAIL.sub(r"(\1)", value)
    if name == "requires":
        return ", ".join(map(str, _numbers(value)))
    if name == "created":
        time = parse_day_or_utc(value)
        return spell_instant(time) if "T" in value else spell_day(time)
    return value


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(item) for item in re.findall(r"[0-9]{1,7}", text, re.ASCII)}))
