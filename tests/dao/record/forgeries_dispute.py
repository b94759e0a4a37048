"""Forgeries of disputes and decisions: checks 50, 53, 63 and 64.

Part 1 of the story was disputed after one signature, let go on by two of three, and paid; part 2 was disputed, and the
panel was silent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chain.cid import raw_cid
from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row

ACTS, DISPUTED, WINDOW, ENDED = (
    (50, "acts.signature"), (53, "parts.disputed"), (63, "payout.window"), (64, "payout.ended"),
)  # fmt: skip
DISPUTE, SILENCED, FIRST, SECOND = 1, 2, 3, 4
"""The acts, in their order: nora's dispute of part 1, dora's of part 2, and two decisions on part 1."""


def _by(number: int, name: str, **members: Any) -> Callable[[Bench], None]:
    return lambda bench: bench.sign_act(bench.one("act", number), cast.key(name), **members)


def _decided_over_other_words(bench: Bench) -> None:
    slot = bench.one("act", SECOND)
    bench.edit(slot, evidence=bench.raw(b"Pay half of it.\n"))
    bench.sign_act(slot, cast.key("finn"), evidence="0x" + raw_cid(b"Pay half of it.\n").digest.hex())


def _without(number: int) -> Callable[[Bench], None]:
    return lambda bench: bench.drop(bench.one("act", number))


def _without_words(number: int) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one("act", number), evidence=None)


def _other_words(bench: Bench) -> None:
    bench.edit_raw(bench.one("act", DISPUTE), "evidence", lambda raw: raw.replace(b"stolen", b"broken"))


def _queued_while_frozen(bench: Bench) -> None:
    bench.move(bench.one("queued", 2), bench.one("act", SILENCED))


def _paid_while_frozen(bench: Bench) -> None:
    """Both owners had signed before, and the panel decided after the payment."""
    bench.move(bench.one("confirmation", 2), bench.one("confirmation", 1))
    slot = bench.one("act", SECOND)
    bench.move(slot, bench.entry("paid/1", 1))
    bench.shift(slot, 60)


def _ended_in_the_panels_time(bench: Bench) -> None:
    bench.move(bench.one("ended"), bench.one("executed"))


def _disputed_what_was_paid(bench: Bench) -> None:
    """The dispute of part 2 stands behind the payment, and is about part 1, whose own was left out."""
    bench.drop(*(bench.one("act", number) for number in (SECOND, FIRST)))
    bench.drop(bench.one("act", DISPUTE))
    slot = bench.one("act", 1)
    bench.move(slot, bench.one("executed"))
    bench.sign_act(slot, cast.key("dora"), part=1)


D = partial(Row, story="disputed")

ROWS = (
    D("a dispute by a stranger", _by(DISPUTE, "eve"), *ACTS, "E_ACT"),
    D("a dispute by a member of the panel", _by(DISPUTE, "gil"), *ACTS, "E_ACT"),
    D("a dispute of all parts", _by(DISPUTE, "nora", part=0), *ACTS, "E_ACT"),
    D("a dispute of a part that is not there", _by(DISPUTE, "nora", part=3), *ACTS, "E_ACT"),
    D("a dispute for another reason", _other_words, *ACTS, "E_ACT"),
    D("a dispute without its reason", _without_words(DISPUTE), *ACTS, "E_ACT"),
    D("a part disputed twice", _by(SILENCED, "dora", part=1), *ACTS, "E_ACT"),
    D("a decision by the payee", _by(SECOND, "nora"), *ACTS, "E_ACT"),
    D("a decision by a stranger", _by(SECOND, "eve"), *ACTS, "E_ACT"),
    D("a decision by the same member", _by(SECOND, "gil"), *ACTS, "E_DUPLICATE"),
    D("a decision without words", _without_words(SECOND), *ACTS, "E_ACT"),
    D("a decision on what is not disputed", _without(DISPUTE), *ACTS, "E_ACT"),
    D("a signature before the panel had decided", _without(SECOND), *DISPUTED, "E_DISPUTED"),
    D("a signature after decisions over two texts", _decided_over_other_words, *DISPUTED, "E_DISPUTED"),
    D("a queue while the part was frozen", _queued_while_frozen, *DISPUTED, "E_DISPUTED"),
    D("a dispute of what is paid", _disputed_what_was_paid, *DISPUTED, "E_ALREADY"),
    D("paid while the part was frozen", _paid_while_frozen, *WINDOW, "E_DISPUTED"),
    D("terminated, and never disputed", _without(SILENCED), *ENDED, "E_STATE"),
    D("terminated, and said to have expired",
      lambda bench: bench.edit(bench.one("ended"), cause="expired"), *ENDED, "E_STATE"),
    D("terminated in the panel's time", _ended_in_the_panels_time, *ENDED, "E_DISPUTED"),
)  # fmt: skip
