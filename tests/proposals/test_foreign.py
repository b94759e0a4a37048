"""`proposals.foreign`: a proposal of another repository becomes a document, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.cid import CID, raw_cid
from chain.errors import CodedError
from proposals.document import parse_document
from proposals.foreign import is_proposal, read_foreign, write_foreign
from tests.proposals.test_imported import EIP

TITLES = ("Abstract", "Motivation", "Specification", "Rationale", "Test Cases", "Backwards Compatibility",
          "Security Considerations", "Copyright", "Abstract")  # fmt: skip


def written(raw: bytes, limit: int = 90_000) -> tuple[bytes, dict[str, bytes]]:
    """Make the document of a source."""
    foreign = read_foreign(raw, file="eip-9999.md", key="eip")
    document, annexes = write_foreign(
        foreign, limit=limit, stem="iip-9999", filled={"description": "None yet", "discussions-to": "None yet"},
        origin=f"From `{foreign.file}`, CID `{foreign.cid}`:", told=lambda path, cid: f"In {path}, CID `{cid}`.",
    )  # fmt: skip
    return document, dict(annexes)


def block_of(document: bytes) -> str:
    """Take the source's header out of a document again."""
    (found,) = re.findall(r"\n```text\n(.*?)\n```\n\Z", document.decode(), re.DOTALL)
    return str(found)


def lines_of(text: str) -> list[str]:
    """Give the lines that say something, headings without their depth and without the words that are ours."""
    return [re.sub(r"^#+ ", "", line) for line in text.splitlines() if line.strip() and not line.startswith("## ")]


def test_an_eip_is_kept_whole() -> None:
    """Number, required numbers and day are its own; its header stands there letter by letter, status and all."""
    document, annexes = written(EIP)
    front = parse_document(document).front

    assert (9999, (1559,), "Protocol", "Core") == (front.iip, front.requires, front.type, front.category)
    assert EIP.decode().split("---\n")[1].rstrip("\n") == block_of(document)
    assert "status: Final" in block_of(document)
    assert f"CID `{raw_cid(EIP)}`".encode() in document
    assert {} == annexes
    assert document == written(EIP)[0]


words = st.text("abcdefgh 中文,.()0123456789-", min_size=1, max_size=40).map(lambda text: f"w{text}".rstrip(" "))
bodies = st.lists(st.tuples(st.sampled_from(TITLES), st.lists(words, max_size=4)), min_size=1, max_size=8)
headers = st.dictionaries(st.sampled_from(["status", "updated", "x-note", "withdrawal-reason"]), words, max_size=4)


@given(bodies, headers, words)
def test_no_line_is_lost(body: list[tuple[str, list[str]]], more: dict[str, str], title: str) -> None:
    """Whatever the sections and headers, in whatever order and however often: each line and header stands there."""
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    text = "\n".join(f"## {name}\n\n" + "".join(f"{line}\n\n" for line in lines) for name, lines in body)
    front = f"eip: 7\ntitle: {title}\nauthor: Ada (@ada)\ntype: Meta\ncreated: 2020-01-01\n{extra}"
    raw = f"---\n{front}---\n\n{text}".encode()
    document, _ = written(raw)
    ours = lines_of(document.decode())

    assert raw.decode().split("---\n")[1].rstrip("\n") == block_of(document)
    assert sorted(line for _, lines in body for line in lines) == sorted(
        line
        for line in lines_of(parse_document(document).body)
        if line in {each for _, lines in body for each in lines}
    )
    assert [] == [name for name, lines in body if name in ("Rationale", "Test Cases") and lines and name not in ours]


def test_long_text_becomes_an_annex() -> None:
    """What is too long for the space lies beside the document, and the origin stays in it."""
    long = "A long and careful account of everything.\n" * 100
    document, annexes = written(EIP.replace(b"Raise the target.", long.encode() + b"\nRaise the target."), limit=3_000)

    (annex,) = annexes.values()
    assert long.strip().encode() in annex
    assert f"CID `{raw_cid(annex)}`".encode() in document
    assert "status: Final" in block_of(document)


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "respelled"),
    [
        ("title: Blobs for all", 'title: "Blobs: all"', "title", "Blobs - all", True),
        ("title: Blobs for all", "title: Meta:x", "title", "Meta-x", True),
        ("Bob (@bob)", "Bob <b@example.org>", "author", "Ada (@ada), Bob (b@example.org)", True),
        ("requires: 1559", "requires: 1559, 20, 20", "requires", "20, 1559", True),
        ("title: Blobs for all", "title: Blobs", "title", "Blobs", False),
    ],
)
def test_what_is_spelled_otherwise_is_said(old: str, new: str, key: str, value: str, respelled: bool) -> None:
    """Front matter holds no colons, mail brackets or disorder; the block keeps the letters."""
    raw = EIP.replace(old.encode(), new.encode())
    foreign = read_foreign(raw, file="eip-9999.md", key="eip")

    assert (value, respelled) == (foreign.headers[key], key in foreign.respelled)
    assert new in block_of(written(raw)[0])


def test_old_proposals_lack_headers() -> None:
    """What the source does not have is named, and never made up."""
    raw = re.sub(rb"(description|discussions-to): .*\n", b"", EIP)
    foreign = read_foreign(raw, file="eip-9999.md", key="eip")

    assert ("description", "discussions-to") == foreign.missing
    assert b"description: None yet\n" in written(raw)[0]


@pytest.mark.parametrize(
    ("old", "new", "code", "reason"),
    [
        ("eip: 9999", "eip: draft", "E_IMPORT", "number"),
        ("eip: 9999", "eip: 1000001", "E_IMPORT", "number"),
        ("eip: 9999\n", "", "E_IMPORT", "number"),
        ("author: Ada (@ada), Bob (@bob)\n", "", "E_IMPORT", "header"),
        ("category: Core\n", "", "E_IMPORT", "header"),
        ("created: 2020-01-01\n", "", "E_IMPORT", "header"),
        ("created: 2020-01-01", "created: soon", "E_TIME", None),
        ("type: Standards Track", "type: Contracts", "E_IMPORT", "type"),
        ("requires: 1559", "requires: 9999", "E_PARSE", "requires_self"),
        ("Raise the target.", "Raise <b>it</b>.", "E_PARSE", "html"),
        ("More blobs.", "More\u202eblobs.", "E_BIDI", ""),
        ("More blobs.", "More\r\nblobs.", "E_TEXT", "line_end"),
        ("status: Final", "- status", "E_PARSE", "front_line"),
    ],
)
def test_what_cannot_be_said_is_refused(old: str, new: str, code: str, reason: str | None) -> None:
    """By code, and where the text is at fault with the source's line."""
    with pytest.raises(CodedError) as refused:
        written(EIP.replace(old.encode(), new.encode()))

    assert code == refused.value.code
    assert reason in (None, refused.value.reason)


@pytest.mark.parametrize("name", ["../eip-1.md", "eip 1.md", "eip\u202e1.md", "a" * 200 + ".md", "eip-1.txt"])
def test_names_that_would_mislead(name: str) -> None:
    """A file's name stands in the document, so it is plain."""
    with pytest.raises(CodedError) as refused:
        read_foreign(EIP, file=name, key="eip")

    assert ("E_IMPORT", "name") == (refused.value.code, refused.value.reason)


def test_a_readme_is_no_proposal() -> None:
    """Without a header there is nothing to import."""
    assert (True, False, False) == (is_proposal(EIP), is_proposal(b"# EIPs\n"), is_proposal(b""))


def test_cid_is_of_the_source_s_bytes() -> None:
    """And of nothing else."""
    found: CID = read_foreign(EIP, file="eip-9999.md", key="eip").cid
    assert raw_cid(EIP) == found != raw_cid(EIP + b"\n")
