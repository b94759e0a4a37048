"""Long matter beside a document: what would pass the space's limit stands in files of its own, named by their CIDs.

Decides which sections move, the longest first, and what stands in their place. The document binds an annex by its CID,
so it cannot be exchanged; carrying the file to readers is not decided here. Tables that bind never move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chain.cid import CID, raw_cid
from proposals.document import parse_document
from proposals.tables import BUDGET, MILESTONES

LEAST = 500
"""Characters of a section below which moving it would save next to nothing."""


def size_of(body: str) -> int:
    """Return the characters of a body as JavaScript, and so a hub, counts them."""
    return len(body.encode("utf-16-le")) // 2


def with_annexes(
    write: Callable[[Mapping[str, str]], bytes],
    sections: Mapping[str, str],
    *,
    limit: int,
    stem: str,
    told: Callable[[str, CID], str],
) -> tuple[bytes, Mapping[str, bytes]]:
    """Return a document whose body keeps the limit where that can be, and its annexes by the path beside it.

    `write` makes the document of its sections, `stem` begins each annex's name, and `told` says in a section where its
    text is.
    """
    left, annexes = dict(sections), dict[str, bytes]()
    moved = {BUDGET, MILESTONES}
    while size_of(parse_document(raw := write(left)).body) > limit:
        title = max((name for name in left if name not in moved), key=lambda name: len(left[name]), default=None)
        if title is None or len(left[title]) < LEAST:
            break
        path, annex = f"annex/{stem}-{title.lower()}.md", f"# {title}\n\n{left[title]}\n".encode()
        annexes[path], left[title] = annex, told(path, raw_cid(annex))
        moved.add(title)
    return raw, annexes
