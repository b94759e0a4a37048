"""Random histories of a small pool: a few people and one wallet, premiums of every size, days passing, a shutdown."""

from __future__ import annotations

from hypothesis import strategies as st

from treasury.mutual_pool.state import Buy, Cage, Claim, Event, Forward, Register, Upgrade, Withdraw
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI

PEOPLE = ("ann", "bob", "cy", "dan")
WALLET = "wallet"
START = 1_600_000_000

people = st.sampled_from(PEOPLE)
premiums = (
    st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI) | st.integers(10**15, 10**18) | st.integers(0, PREMIUM_MAX_WEI * 2)
)
gaps = st.sampled_from((0, 0, 1, 3600, 86_400, 86_400 * 7)) | st.integers(0, 86_400 * 130)

_KINDS = st.one_of(
    st.builds(
        lambda who, premium, days, agent: ("buy", who, premium, days, agent),
        people,
        premiums,
        st.integers(0, 130),
        st.none() | people,
    ),
    st.builds(
        lambda who, premium, days, agent: ("buy", who, premium, days, agent),
        people,
        premiums,
        st.integers(0, 130),
        st.none() | people,
    ),
    st.builds(lambda premium: ("buy", WALLET, premium, 0, None), premiums),
    st.builds(
        lambda who, name, value: ("register", who, name, value),
        people,
        st.sampled_from(("Bob", "ann x", "0x", "zoe", "7")),
        st.integers(10**16 - 1, 10**17),
    ),
    st.builds(lambda kind, who: (kind, who), st.sampled_from(("upgrade", "withdraw", "claim", "forward")), people),
)


@st.composite
def histories(draw: st.DrawFn, *, longest: int = 40) -> tuple[Event, ...]:
    """Events in order of time; in half of them MakerDAO is shut down somewhere."""
    rows = draw(st.lists(st.tuples(gaps, _KINDS), max_size=longest))
    shutdown = draw(st.integers(0, 2 * longest))
    ts, events = START, []
    for number, (gap, row) in enumerate(rows):
        ts += gap
        if number == shutdown:
            events.append(Cage(ts))
        events.append(_event(ts, row))
    return tuple(events)


def _event(ts: int, row: tuple[object, ...]) -> Event:
    kind, *rest = row
    human = rest[0] != WALLET
    kinds = {
        "buy": Buy,
        "register": Register,
        "upgrade": Upgrade,
        "withdraw": Withdraw,
        "claim": Claim,
        "forward": Forward,
    }
    return kinds[str(kind)](ts, *rest, human)  # type: ignore[arg-type]
