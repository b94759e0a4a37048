"""A document as one HTML page that cannot do anything: no scripts, no requests, no links that run.

Decides how Markdown is shown, never what it means. Raw HTML is shown as text, images as their words, and a link is one
only if it leads by https; its host stands beside its words, so that a link cannot pretend. The page's own policy
forbids the browser whatever might still slip through (CSP).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_HTTPS = re.compile(r"https://(?:[^/?#]*@)?([^/?#:@]+)", re.IGNORECASE)
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3rem .6rem;text-align:left}"
    "pre{background:#f4f4f4;padding:.6rem;overflow:auto}.host{color:#666}.done{border:1px solid #999;padding:0 1rem}"
)


def page(*, title: str, body: str, told: Sequence[Sequence[str]], language: str) -> str:
    """Return the page: the title, what the bytes do (one list of sentences for each part), then the text."""
    parts = "".join(f"<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in lines)}</ul>" for lines in told)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">'
        f'<meta name="referrer" content="no-referrer"><title>{html.escape(title)}</title><style>{_STYLE}</style></head>'
        f'<body><h1>{html.escape(title)}</h1><div class="done">{parts}</div>\n{_shown(body)}</body></html>\n'
    )


def _shown(body: str) -> str:
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = renderer.parse(body)
    for token in tokens:
        if token.children is not None:
            token.children = _tame(token.children)
    return str(renderer.renderer.render(tokens, renderer.options, {}))


def _tame(tokens: list[Token]) -> list[Token]:
    """Turn images into words, and links that are none into their words."""
    tamed: list[Token] = []
    hosts: list[str] = []
    for token in tokens:
        if token.type == "image":
            tamed.append(_text(f"[{token.content}]({token.attrGet('src')})"))
        elif token.type == "link_open":
            host = _host(str(token.attrGet("href")))
            hosts.append(host)
            if host:
                token.attrs = {"href": str(token.attrGet("href")), "rel": "noopener noreferrer nofollow"}
                tamed.append(token)
        elif token.type == "link_close":
            if host := hosts.pop():
                tamed += [token, _text(f" ({host})")]
        else:
            tamed.append(token)
    return tamed


def _host(target: str) -> str:
    """The host to which a link leads by https; empty for every other target."""
    match = _HTTPS.match(target)
    return match[1].lower() if match else ""


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
