"""Rules IIP-B01 to B07: sections, headings, references and links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from chain.finding import Finding
from proposals.document import SECTIONS
from proposals.lint_rules import Rule, Sight, decided_by_reader
from proposals.outline import Line
from proposals.problems import problem
from proposals.scripts import confusable_findings

REQUIRED = ("Summary", "Motivation", "Specification", "Risks", "Copyright")
REQUIRED_FOR_FUNDING = ("Summary", "Motivation", "Specification", "Budget", "Milestones", "Risks", "Copyright")
SUMMARY_WORDS = 100

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\( *<?(?P<target>[^\s()<>]*)")
_DEFINITION = re.compile(r"\A {0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s>]+)")
_BARE = re.compile(r"<?(?P<target>https?://[^\s<>()\[\]]+)")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?:[^/?#@]*@)?(?P<host>[^/?#:]*))?")
_LOOKS_LIKE_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/:?#]\S*)?\Z", re.IGNORECASE | re.ASCII)
_IMAGE = re.compile(r"!\[[^\[\]]*\]\( *<?(?P<target>[^\s()<>]*)")
_IMAGE_REFERENCE = re.compile(r"!\[[^\[\]]*\](?!\()")
"""An image whose target stands elsewhere, as a definition: nobody sees there that it is one."""
_APART = re.compile(r"[\s()\[\]<>]+")
_ACTIVE = frozenset({"javascript", "vbscript", "data", "file", "blob"})
_SMART_QUOTES = re.compile("[\u2018\u2019\u201c\u201d]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def sections_are_there(sight: Sight) -> Iterator[Finding]:
    """B01: what every document must say, and a Funding document besides."""
    required = REQUIRED_FOR_FUNDING if sight.text_of("type") == "Funding" else REQUIRED
    present = {section.title: section.line for section in sight.reading.sections}
    for title in required:
        if title not in present:
            later = [present[name] for name in SECTIONS[SECTIONS.index(title) :] if name in present]
            yield problem("IIP-B01", "", min(later, default=len(sight.reading.lines)), title, section=title)


def references_are_links(sight: Sight) -> Iterator[Finding]:
    """B05: other documents are named `IIP-7`, and linked where they are named first."""
    pattern = re.compile(rf"\b{re.escape(sight.prefix)}[ _#-]*([0-9]+)\b", re.IGNORECASE)
    own = sight.reading.values.get("iip")
    linked: set[int] = set()
    for line in _prose(sight):
        text = _without_targets(line.text)
        inside = [match.span("text") for match in _LINK.finditer(text)]
        for match in pattern.finditer(text):
            number = int(match.group(1)[:12])
            expected = f"{sight.prefix}-{number}"
            if match.group() != expected:
                yield problem("IIP-B05", "spelling", line.number, line.section, found=match.group(), expected=expected)
            elif number not in linked and number != own:
                linked.add(number)
                if not any(start <= match.start() and match.end() <= end for start, end in inside):
                    yield problem("IIP-B05", "link", line.number, line.section, reference=expected)


def summary_is_short(sight: Sight) -> Iterator[Finding]:
    """B06: a summary has at most 100 words."""
    for section in sight.reading.sections:
        words = _words(section.text)
        if section.title == "Summary" and words > SUMMARY_WORDS:
            yield problem("IIP-B06", "", section.line, "Summary", found=words, limit=SUMMARY_WORDS)


def _words(text: str) -> int:
    """Words, where Han is counted by its characters: two of them are about a word."""
    han = len(_HAN.findall(text))
    return len(_HAN.sub(" ", text).split()) + (han + 1) // 2


def links_stay_in_known_places(sight: Sight) -> Iterator[Finding]:
    """B07: links are relative, or to the forum and other listed hosts by https; quotation marks are straight.

    Text with Han characters keeps its own quotation marks.
    """
    forum = _SCHEME.match(sight.text_of("discussions-to"))
    hosts = sight.link_hosts | {forum["host"].lower() if forum and forum["host"] else ""}
    for line in _prose(sight):
        for target in _targets(line.text):
            scheme = _SCHEME.match(target)
            if not _is_known(target, hosts) and not (scheme and scheme["scheme"].lower() in _ACTIVE):
                yield problem("IIP-B07", "host", line.number, line.section, target=target)
        quote = _SMART_QUOTES.search(line.text)
        if quote and not _HAN.search(line.text):
            yield problem("IIP-B07", "quotes", line.number, line.section, found=quote.group())


def labels_use_one_script(sight: Sight) -> Iterator[Finding]:
    """Look-alike letters of another script (`E_CONFUSABLE`) in headers, headings, tables, and names on the net."""
    for header in sight.reading.headers:
        yield from confusable_findings(header.value, line=header.line, place=header.key)
    for line in sight.reading.outline.lines:
        if line.kind in ("heading", "table"):
            yield from confusable_findings(line.text, line=line.number, place=line.section)
        elif line.kind == "text":
            for word in _APART.split(line.text):
                if "." in word:
                    yield from confusable_findings(word, line=line.number, place=line.section)


def links_only_lead_somewhere(sight: Sight) -> Iterator[Finding]:
    """Links that run something (`E_LINK`), and images that tell a host who reads (`E_IMAGE`)."""
    for line in _prose(sight):
        for target in _targets(line.text):
            scheme = _SCHEME.match(_unescaped(target))
            if scheme and scheme["scheme"].lower() in _ACTIVE:
                facts = {"scheme": scheme["scheme"].lower()}
                yield Finding(code="E_LINK", line=line.number, place=line.section, facts=facts)
        for image in _IMAGE.finditer(line.text):
            target = _unescaped(image["target"])
            if target.startswith("//") or _SCHEME.match(target):
                yield Finding(code="E_IMAGE", line=line.number, place=line.section, facts={"target": target})
        if _IMAGE_REFERENCE.search(line.text):
            yield Finding(code="E_IMAGE", line=line.number, place=line.section, facts={"target": "[…]"})


def link_text_says_where(sight: Sight) -> Iterator[Finding]:
    """A link whose text looks like one host and whose target is another (`W_LINK_TEXT`)."""
    for line in _prose(sight):
        for link in _LINK.finditer(line.text):
            text, target = _LOOKS_LIKE_HOST.match(link["text"].strip()), _SCHEME.match(link["target"])
            if text and target and text.group(1).lower() != (target["host"] or "").lower():
                facts = {"text": link["text"], "target": link["target"]}
                yield Finding(code="W_LINK_TEXT", level="warning", line=line.number, place=line.section, facts=facts)


def _prose(sight: Sight) -> Iterator[Line]:
    """Yield the lines outside fenced code, their inline code blanked."""
    for line in sight.reading.outline.lines:
        if line.kind not in ("code", "blank"):
            yield line._replace(text=_CODE_SPAN.sub(lambda match: " " * len(match.group()), line.text))


def _is_known(target: str, hosts: frozenset[str]) -> bool:
    match = _SCHEME.match(target)
    if match is None:
        return not target.startswith("//")
    return match["scheme"].lower() == "https" and (match["host"] or "").lower() in hosts


def _unescaped(target: str) -> str:
    """A link's target as a renderer follows it: character references and backslashes read, blanks dropped."""
    return re.sub(r"[\s\x00-\x1f]", "", html.unescape(target).replace("\\", ""))


def _without_targets(text: str) -> str:
    """Blank the targets of links, so that only what people read is left."""
    text = _LINK.sub(lambda match: f"[{match['text']}](", text)
    return _BARE.sub("", _DEFINITION.sub("", text))


def _targets(text: str) -> Iterator[str]:
    if definition := _DEFINITION.match(text):
        yield definition["target"]
        return
    for link in _LINK.finditer(text):
        yield link["target"]
    for bare in _BARE.finditer(_LINK.sub("", text)):
        yield bare["target"]


RULES = (
    Rule("IIP-B01", sections_are_there),
    Rule("IIP-B02", decided_by_reader),
    Rule("IIP-B03", decided_by_reader),
    Rule("IIP-B04", decided_by_reader),
    Rule("IIP-B05", references_are_links, "warning"),
    Rule("IIP-B06", summary_is_short, "warning"),
    Rule("IIP-B07", links_stay_in_known_places, "warning"),
)
