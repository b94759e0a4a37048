"""Rules IIP-P01 to P21: the front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chain.address import AddressError
from chain.finding import Finding
from proposals import lint_derived
from proposals.lint_rules import Rule, Sight, decided_by_reader
from proposals.payment import PaymentError, read_payee
from proposals.problems import problem
from proposals.scripts import graphemes

_EPHEMERAL = frozenset({
    "discord.com", "discord.gg", "matrix.to", "slack.com", "t.me", "telegram.me", "telegram.org", "twitter.com",
    "wa.me", "x.com",
})  # fmt: skip
"""Places where nobody finds the discussion a year later."""
_URL = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::[0-9]{1,5})?(?:[/?#]\S*)?\Z", re.ASCII | re.IGNORECASE)
_NAME = r"[^\s,()<>@:](?:[^,()<>@:]*[^\s,()<>@:])?"
_AUTHOR = re.compile(rf"(?:(?P<name>{_NAME}) \((?P<inner>[^\s,()]+)\)|(?P<bare>[^\s,()]+)|{_NAME})\Z")
_HANDLE = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_.-]{0,38}\Z", re.ASCII)
_ENS = re.compile(r"(?:[a-z0-9_-]+\.)+eth\Z", re.ASCII)


def file_is_named_by_number(sight: Sight) -> Iterator[Finding]:
    """P06: the file of a numbered document is `iip-<number>.md`; the reader decides the number's spelling."""
    number = sight.reading.values.get("iip")
    if sight.name is None or not isinstance(number, int):
        return
    found, expected = sight.name.rpartition("/")[2], f"{sight.prefix.lower()}-{number}.md"
    tag = sight.reading.language
    if found not in (expected, f"{expected.removesuffix('.md')}.{tag}.md"):
        yield problem("IIP-P06", "file", sight.line_of("iip"), "iip", found=found, expected=expected)


def title_is_short(sight: Sight) -> Iterator[Finding]:
    """P07: 2 to 44 characters, without the document's own number; the reader refuses the colon."""
    title = sight.text_of("title")
    line = sight.line_of("title")
    if title and not 2 <= (found := graphemes(title)) <= 44:
        yield problem("IIP-P07", "length", line, "title", found=found, least=2, limit=44)
    if "：" in title:
        yield problem("IIP-P07", "colon", line, "title", value=title)
    number = sight.reading.values.get("iip")
    if isinstance(number, int) and re.search(rf"{re.escape(sight.prefix)}[\s_#-]*{number}(?!\d)", title, re.IGNORECASE):
        yield problem("IIP-P07", "number", line, "title", number=number)


def description_is_short(sight: Sight) -> Iterator[Finding]:
    """P08: 2 to 140 characters; the reader refuses the colon."""
    text = sight.text_of("description")
    if text and not 2 <= (found := graphemes(text)) <= 140:
        line = sight.line_of("description")
        yield problem("IIP-P08", "length", line, "description", found=found, least=2, limit=140)


def author_can_be_reached(sight: Sight) -> Iterator[Finding]:
    """P09: `Name (@handle), name.eth, 0x…`, and at least one handle, ENS name or address."""
    text, line = sight.text_of("author"), sight.line_of("author")
    if not text:
        return
    reachable = False
    for item in text.split(", "):
        match = _AUTHOR.match(item)
        contact = (match["inner"] or match["bare"]) if match else None
        known = contact is not None and _is_contact(contact)
        reachable = reachable or known
        if match is None or (match["inner"] and not known):
            yield problem("IIP-P09", "form", line, "author", item=item)
    if not reachable:
        yield problem("IIP-P09", "contact", line, "author", author=text)


def _is_contact(text: str) -> bool:
    if _HANDLE.match(text) or _ENS.match(text):
        return True
    try:
        read_payee(text)
    except (AddressError, PaymentError):
        return False
    return True


def discussion_stays(sight: Sight) -> Iterator[Finding]:
    """P10: an https address of a place that keeps what was said, and of the forum if one is set."""
    text, line = sight.text_of("discussions-to"), sight.line_of("discussions-to")
    if not text:
        return
    match = _URL.match(text)
    if match is None:
        yield problem("IIP-P10", "url", line, "discussions-to", url=text)
        return
    host = match.group(1).lower()
    if any(host == place or host.endswith("." + place) for place in _EPHEMERAL):
        yield problem("IIP-P10", "ephemeral", line, "discussions-to", host=host)
    elif sight.forum is not None and not re.match(sight.forum, text):
        yield problem("IIP-P10", "forum", line, "discussions-to", url=text, forum=sight.forum)


def values_have_no_blanks_around(sight: Sight) -> Iterator[Finding]:
    """P20: exactly one blank after the colon and none at the end."""
    for header in sight.reading.headers:
        if header.raw != header.value:
            yield problem("IIP-P20", "", header.line, header.key, key=header.key)


RULES = (
    Rule("IIP-P01", decided_by_reader),
    Rule("IIP-P02", decided_by_reader),
    Rule("IIP-P03", decided_by_reader),
    Rule("IIP-P04", decided_by_reader),
    Rule("IIP-P05", decided_by_reader),
    Rule("IIP-P06", file_is_named_by_number),
    Rule("IIP-P07", title_is_short),
    Rule("IIP-P08", description_is_short),
    Rule("IIP-P09", author_can_be_reached),
    Rule("IIP-P10", discussion_stays),
    Rule("IIP-P11", lint_derived.status_is_known, needs=("derived",)),
    Rule("IIP-P12", decided_by_reader),
    Rule("IIP-P13", lint_derived.dates_are_in_order),
    Rule("IIP-P14", lint_derived.last_call_has_a_deadline, needs=("derived",)),
    Rule("IIP-P15", lint_derived.ends_have_reasons, needs=("derived",)),
    Rule("IIP-P16", lint_derived.requires_no_circle),
    Rule("IIP-P17", lint_derived.required_are_as_far, needs=("derived", "others")),
    Rule("IIP-P18", lint_derived.vote_is_named, needs=("derived",)),
    Rule("IIP-P19", lint_derived.text_is_what_was_frozen, needs=("derived",)),
    Rule("IIP-P20", values_have_no_blanks_around, "warning"),
    Rule("IIP-P21", lint_derived.status_changed_by_an_edge, needs=("derived",)),
)
