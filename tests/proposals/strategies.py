"""Hypothesis strategies of this room: parts of any kind, parts that only pay, and damaged documents."""

from __future__ import annotations

from hypothesis import strategies as st

from proposals.calls import call_for
from proposals.parts import HORIZON, Call, Part
from proposals.payment import Payment
from proposals.times import parse_day
from tests.proposals.sample import ASSETS, GOOD, SAFE

CREATED = parse_day("2026-01-31")

addresses = st.binary(min_size=20, max_size=20).filter(any)
releases = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True).filter(lambda text: text != "-")
windows = st.tuples(st.integers(0, CREATED + HORIZON - 1), st.integers(0, CREATED + HORIZON)).filter(
    lambda window: window[1] == 0 or window[1] > window[0]
)


def payees(payee: bytes) -> bool:
    """Whether a payee is none of those that are refused."""
    return payee != SAFE and payee not in [asset.address for asset in ASSETS.values()]


payments = st.builds(
    Payment, st.sampled_from(list(ASSETS.values())), st.integers(1, 2**256 - 1), addresses.filter(payees)
)
chains = st.integers(1, 2**63 - 37)
calls = st.builds(Call, addresses, st.integers(0, 2**256 - 1), st.binary(max_size=200))


@st.composite
def part_lists(
    draw: st.DrawFn, of: st.SearchStrategy[Call] = calls, chain_ids: st.SearchStrategy[int] = chains
) -> tuple[Part, ...]:
    """Draw lists of parts that `encode_parts` writes."""
    released = draw(st.lists(releases | st.just(""), min_size=1, max_size=4, unique_by=lambda text: text or object()))
    parts = []
    for release in released:
        not_before, not_after = draw(windows)
        parts.append(
            Part(
                chain_id=draw(chain_ids),
                safe=SAFE,
                not_before=not_before,
                not_after=not_after,
                release=release,
                calls=tuple(draw(st.lists(of, min_size=1, max_size=4))),
            )
        )
    return tuple(parts)


def paying_parts() -> st.SearchStrategy[tuple[Part, ...]]:
    """Parts of one fund on chain 1 whose calls are all payments."""
    return part_lists(payments.map(call_for), st.just(1))


_PIECES = [
    "\n", "---\n", "## Budget\n", "|", "| 1 | 1 ETH to 0x |", "<b>", "```\n", "\\", "\t", "\u202e", "\ufeff", "> ",
    "- ", "    ", "-", "1,000.5", "#", "=", "`", "iip: 1\n", "title: x\n", "\u00e9", "e\u0301", "\x1b[31m", "[a](b)",
    "[", "](",
]  # fmt: skip


@st.composite
def damaged_documents(draw: st.DrawFn) -> bytes:
    """Draw the good document with a few pieces cut out, doubled or put in; sometimes with raw bytes."""
    text = GOOD
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 5, 40, 300]))
        piece = draw(st.sampled_from(_PIECES).map(str.encode) | st.just(text[start:end] * 2) | st.binary(max_size=3))
        text = text[:start] + piece + text[end:]
    return text
