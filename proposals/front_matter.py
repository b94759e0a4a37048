"""Front matter: `key: value` lines between two `---` lines. It is not YAML, and a YAML reader must not disagree.

Decides which keys there are, their order, and what their values mean. Values that YAML would read as something else
(anchors, tags, quotes, lists) are refused. Whether a title is short enough or an author reachable is decided by lint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from chain.finding import Finding
from proposals import payment, times
from proposals.errors import ProposalsError
from proposals.problems import attempt, problem

KEYS = (
    "iip", "title", "description", "author", "discussions-to", "type", "category", "created", "requires", "requested",
)  # fmt: skip
"""In canonical order. `category` goes with type Protocol and with no other."""
REQUIRED = ("iip", "title", "description", "author", "discussions-to", "type", "created")
DERIVED = frozenset({
    "status", "recipient", "payout", "vote", "content-hash", "payload-hash", "execution", "last-call-deadline",
    "voting-start", "voting-end", "withdrawal-reason", "veto-reason", "superseded-by",
})  # fmt: skip
"""What other systems write by hand, and what here follows from the journal."""
TYPES = ("Funding", "Grant", "Parameter", "Protocol", "Process", "Informational", "Clawback")
PAYING_TYPES = frozenset({"Funding", "Grant", "Clawback"})

NUMBER_MAX = 1_000_000
"""The greatest number of a document: what a proposal can bind under its author's signature."""
MAX_VALUE = 1_000
"""Characters of one value."""

FENCE = "---"
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,31}):(?: (.*))?\Z")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}\Z", re.ASCII)
_YAML = re.compile(r"[&*!|>%{}\[\],\"'#`]|[-?:](?: |\Z)|.*(?:: | #)|.*:\Z")
"""What YAML gives a meaning: an indicator in front, a mapping or a comment inside."""
_MARKUP = re.compile(r"<[A-Za-z/!?]")


class FrontMatterError(ProposalsError):
    """A header's value that does not read (`E_PARSE`)."""


class Header(NamedTuple):
    """One line of front matter."""

    key: str
    value: str
    """Without blanks around it."""
    raw: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What the author says about the document."""

    iip: int | None
    """None while the document is a `draft` without a number."""
    title: str
    description: str
    author: str
    discussions_to: str
    type: str
    category: str | None = None
    created: int
    """Unix seconds; a day counts from its first moment in UTC."""
    requires: tuple[int, ...] = ()
    requested: tuple[tuple[str, str], ...] = ()
    """(amount, symbol) as written, without grouping."""


def split_front(lines: list[str]) -> tuple[list[Header], int | None, list[Finding]]:
    """Return the headers, the index of the first line of the body, and what is wrong with the lines.

    The index is None when the fences are missing; then nothing below can be told apart.
    """
    if lines[0] != FENCE:
        return [], None, [problem("E_PARSE", "front_open", 1)]
    if FENCE not in lines[1:]:
        return [], None, [problem("E_PARSE", "front_close", 1)]
    close = lines.index(FENCE, 1)
    headers, findings = [], []
    for number, line in enumerate(lines[1:close], 2):
        match = _LINE.match(line)
        if match is None:
            findings.append(problem("E_PARSE", "front_line", number))
        elif len(line) > MAX_VALUE:
            key = match.group(1)
            findings.append(problem("E_LIMIT", "header", number, key, key=key, found=len(line), limit=MAX_VALUE))
        else:
            raw = match.group(2) or ""
            headers.append(Header(match.group(1), raw.strip(" "), raw, number))
    return headers, close + 1, findings


def key_findings(headers: list[Header], *, close: int) -> Iterator[Finding]:
    """Yield unknown, repeated, misplaced, empty and missing keys; `close` is the line of the closing fence."""
    first: dict[str, int] = {}
    latest = ""
    for key, value, _, line in headers:
        if key in first:
            yield problem("E_PARSE", "duplicate_key", line, key, key=key, first=first[key])
            continue
        first[key] = line
        if key not in KEYS:
            yield problem("E_PARSE", "derived_key" if key.lower() in DERIVED else "unknown_key", line, key, key=key)
            continue
        if latest and KEYS.index(key) < KEYS.index(latest):
            yield problem("E_PARSE", "key_order", line, key, key=key, after=latest)
        else:
            latest = key
        if not value:
            yield problem("E_PARSE", "empty_value", line, key, key=key)
    paying = any(header.key == "type" and header.value in PAYING_TYPES for header in headers)
    for key in (*REQUIRED, "requested") if paying else REQUIRED:
        if key not in first:
            yield problem("E_PARSE", "missing_key", close, key, key=key)


def read_values(headers: list[Header], findings: list[Finding]) -> dict[str, object]:
    """Read every known header's value, first one wins; add what does not read to `findings`.

    The result holds text, ints and tuples by key, and misses the keys whose values were refused.
    """
    values: dict[str, object] = {}
    for header in headers:
        if header.key not in KEYS or header.key in values or not header.value:
            continue
        read = _READERS.get(header.key, _read_text)
        value = attempt(findings, header.line, header.key, read, header.value)
        if value is not None:
            values[header.key] = value
    _relate(headers, values, findings)
    return values


def front_matter(values: dict[str, object]) -> FrontMatter:
    """Make the value of a document's headers out of `read_values`' complete answer."""
    fields = {key.replace("-", "_"): value for key, value in values.items()}
    if fields["iip"] == "draft":
        fields["iip"] = None
    return FrontMatter(**fields)  # type: ignore[arg-type]  # read_values made each of its key's type


def _read_text(text: str) -> str:
    if _YAML.match(text):
        raise FrontMatterError("E_PARSE", "yaml", value=text)
    if _MARKUP.search(text):
        raise FrontMatterError("E_PARSE", "html", found=text)
    return text


def _read_label(text: str) -> str:
    if ":" in text:
        raise FrontMatterError("E_PARSE", "colon", value=text)
    return _read_text(text)


def _read_iip(text: str) -> int | str:
    if text != "draft" and not _is_number(text):
        raise FrontMatterError("E_PARSE", "iip", value=text)
    return text if text == "draft" else int(text)


def _is_number(text: str) -> bool:
    return _NUMBER.match(text) is not None and int(text) <= NUMBER_MAX


def _read_type(text: str) -> str:
    if text not in TYPES:
        raise FrontMatterError("E_PARSE", "type", value=text, allowed=", ".join(TYPES))
    return text


def _read_requires(text: str) -> tuple[int, ...]:
    items = text.split(", ")
    if not all(_is_number(item) for item in items):
        raise FrontMatterError("E_PARSE", "requires", value=text)
    numbers = tuple(int(item) for item in items)
    if list(numbers) != sorted(set(numbers)):
        raise FrontMatterError("E_PARSE", "requires_order", value=text)
    return numbers


def _relate(headers: list[Header], values: dict[str, object], findings: list[Finding]) -> None:
    """Check what two headers say together: category with type, requires with iip."""
    lines = {header.key: header.line for header in reversed(headers)}
    kind, iip, requires = values.get("type"), values.get("iip"), values.get("requires")
    if kind == "Protocol" and "category" not in lines:
        findings.append(problem("E_PARSE", "category_missing", lines["type"], "category"))
    if kind not in (None, "Protocol") and "category" in lines:
        findings.append(problem("E_PARSE", "category_extra", lines["category"], "category", type=kind))
    if isinstance(requires, tuple) and iip in requires:
        findings.append(problem("E_PARSE", "requires_self", lines["requires"], "requires", iip=iip))


_READERS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "iip": _read_iip,
        "title": _read_label,
        "description": _read_label,
        "type": _read_type,
        "created": times.parse_day_or_utc,
        "requires": _read_requires,
        "requested": payment.read_asks,
    }
)
