"""`proposals.page`: whatever a text holds, the page shows it and does nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.document import parse_document
from proposals.page import POLICY, page
from tests.proposals.sample import GOOD

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "a",
    "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "em", "strong", "blockquote", "hr", "br", "div",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>", "[x](javascript:alert(1))", "[x](java\nscript:alert(1))", "<svg onload=alert(1)>",
    "[x](&#106;avascript:alert(1))", "<img src=x onerror=alert(1)>", "![](http://tracker.example/p.gif)",
    "![x][y]\n\n[y]: //t.example/p", '<https://a.example" onclick="x>', '[x](https://a.example "a\\" onclick=\\"b")',
    "[a]: data:text/html,x\n\n[a]", "[x](//t.example)", "[x](http://t.example)", "`<b>`", "[x](https://[bad)",
    "```html\n<b onclick=x>\n```", "<style>*{}</style>", "[](https://t.example)", "<iframe src=//t.example>",
    "[x](HTTPS://t.example/<b>)", "| <b> |\n|---|\n| ![](//x) |", "[x](https://good.example@evil.example/)",
]  # fmt: skip
MIXED = st.sampled_from([*HOSTILE, *'\n a[<"', "](", "**", "> ", "- "])


class Seen(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def seen(body: str, title: str = "T") -> Seen:
    parser = Seen()
    parser.feed(page(title=title, body=body, told=[["Call 1 pays <b>1 ETH</b>."]], language="en"))
    parser.close()
    return parser


def check(found: Seen) -> None:
    """Only harmless elements; the only addresses are links by https, and no attribute runs anything."""
    assert set(found.tags) <= ALLOWED
    for tag, name, value in found.attributes:
        assert not name.startswith("on")
        assert name in ("href", "rel", "lang", "charset", "http-equiv", "content", "name", "class", "style", "start")
        assert name != "href" or (tag == "a" and value.lower().startswith("https://"))
        assert name != "style" or value.startswith("text-align:")


@pytest.mark.parametrize("body", HOSTILE)
def test_H32_hostile_text_is_inert_in_the_page(body: str) -> None:
    """Scripts, active links, event handlers and trackers become words, under a policy that allows no request."""
    found = seen(body, title=body)

    check(found)
    assert ("meta", "content", POLICY) in found.attributes
    assert POLICY.startswith("default-src 'none'")


@given(
    st.lists(st.sampled_from([*HOSTILE, "\n", " ", "a", "](", "[", "<", '"', "**", "> ", "- "]), max_size=12).map(
        "".join
    )
)
def test_H32_mixtures_are_inert_too(body: str) -> None:
    """Pieces of hostile text in any order."""
    check(seen(body))


def test_document_is_shown_with_the_hosts_of_its_links() -> None:
    """Headings, tables and code are there, and a link says where it leads."""
    document = parse_document(GOOD)
    text = page(title=document.front.title, body=document.body, told=[], language="en")
    linked = page(title="x", body="[forum.example](https://evil.example/x)", told=[], language="en")

    assert "<h2>Budget</h2>" in text
    assert "<td>m1</td>" in text
    assert "print(&quot;&lt;b&gt;&quot;)" in text
    assert "(evil.example)" in linked
    assert "(evil.example)" in page(title="x", body="[a](https://good.example@evil.example/)", told=[], language="en")
