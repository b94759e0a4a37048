"""Forgeries of reports and approvals: checks 50 and 51."""

from __future__ import annotations

from collections.abc import Callable

from chain.address import parse
from dao.cli.start.demo import cast
from tests.dao.record.forge import KEYS, Bench, Slot
from tests.dao.record.forgeries_proposal import edit_envelope, twin
from tests.dao.record.row import Row

ACTS, RELEASE = (50, "acts.signature"), (51, "acts.release")


def _act_by(number: int, name: str, **members: object) -> Callable[[Bench], None]:
    """Somebody signs one of the three acts: nora's report, and what lea and max approve."""
    return lambda bench: bench.sign_act(bench.one("act", number), cast.key(name), **members)


def _unsigned_act(bench: Bench) -> None:
    edit_envelope(
        bench, "act", 3, lambda envelope: envelope.update(address=bench.envelope(bench.one("act", 2))["address"])
    )


def _twin_of_an_act(bench: Bench) -> None:
    edit_envelope(bench, "act", 2, lambda envelope: envelope.update(sig=twin(envelope["sig"])))


def _other_act_id(bench: Bench) -> None:
    bench.edit(bench.one("act"), id=bytes(32))


def _other_evidence(bench: Bench) -> None:
    bench.edit_raw(bench.one("act"), "evidence", lambda raw: raw.replace(b"three days", b"seven days"))


def _no_evidence(bench: Bench) -> None:
    bench.edit(bench.one("act"), evidence=None)


def _approved_again(bench: Bench) -> None:
    bench.copy(bench.one("act", 2))


def _act_of_tomorrow(bench: Bench) -> None:
    slot = bench.one("act", 3)
    bench.sign_act(slot, cast.key("max"), timestamp=bench.message(slot)["timestamp"] + 301)


def _blessed(bench: Bench) -> None:
    edit_envelope(bench, "act", 3, lambda envelope: envelope["data"]["message"].update(kind="bless"))


def _disputed(bench: Bench) -> None:
    """Without a panel a dispute could end by silence alone."""
    bench.sign_act(bench.one("act", 3), cast.key("max"), kind="dispute")


def _approved_before_the_close(bench: Bench) -> None:
    """All three acts stand before the close, and the votes' result did not matter to them."""
    last = bench.all("vote")[-1]
    for slot in reversed(bench.all("act")):
        bench.move(slot, last)
        bench.sign_act(slot, _key_of(bench, slot), timestamp=slot.leaf.time)


def _key_of(bench: Bench, slot: Slot) -> bytes:
    return KEYS[parse(bench.envelope(slot)["address"])]


def _approval_removed(bench: Bench) -> None:
    bench.drop(bench.one("act", 3))


def _approved_later(bench: Bench) -> None:
    """The payment was queued first, and the second reviewer approved an hour later."""
    queued = bench.one("queued", 2)
    bench.shift(queued, 3_600)
    bench.move(bench.one("act", 3), queued)
    bench.shift(queued, -3_600, queued)


def _approved_behind_the_queue(bench: Bench) -> None:
    """The second approval stands behind the payment that it releases, in the same second."""
    act, queued = bench.one("act", 3), bench.one("queued", 2)
    assert act.leaf.time == queued.leaf.time
    bench.move(act, queued)


def _all_acts_removed(bench: Bench) -> None:
    bench.drop(*bench.all("act"))


ROWS = (
    Row("an act signed by somebody else", _unsigned_act, *ACTS, "E_SIG_SIGNER"),
    Row("the high twin of an act's signature", _twin_of_an_act, *ACTS, "E_SIG_HIGH_S"),
    Row("an act under another id", _other_act_id, *ACTS, "E_LOG_INCONSISTENT"),
    Row("an act on another proposal", _act_by(1, "nora", proposal="0x" + "33" * 32), *ACTS, "E_LOG_INCONSISTENT"),
    Row("the report that was signed, changed", _other_evidence, *ACTS, "E_MILESTONE"),
    Row("a report without its file", _no_evidence, *ACTS, "E_MILESTONE"),
    Row("an approval by the payee", _act_by(3, "nora"), *ACTS, "E_MILESTONE"),
    Row("an approval by the author", _act_by(3, "dora"), *ACTS, "E_MILESTONE"),
    Row("an approval by a stranger", _act_by(3, "jan"), *ACTS, "E_MILESTONE"),
    Row("an approval by the same reviewer", _act_by(3, "lea"), *ACTS, "E_DUPLICATE"),
    Row("an approval that stands there twice", _approved_again, *ACTS, "E_DUPLICATE"),
    Row("an approval of another report", _act_by(3, "max", evidence="0x" + "44" * 32), *ACTS, "E_MILESTONE"),
    Row("an approval of a part without a milestone", _act_by(3, "max", part=1), *ACTS, "E_MILESTONE"),
    Row("a report by a stranger", _act_by(1, "jan"), *ACTS, "E_MILESTONE"),
    Row("an approval dated ahead", _act_of_tomorrow, *ACTS, "E_WINDOW"),
    Row("acts before the close", _approved_before_the_close, *ACTS, "E_MILESTONE"),
    Row("a dispute where there is no panel", _disputed, *ACTS, "E_ACT"),
    Row("an act of a kind that nobody knows", _blessed, *ACTS, "E_VERSION"),
    Row("an approval removed", _approval_removed, *RELEASE, "E_MILESTONE"),
    Row("an approval after the queue", _approved_later, *RELEASE, "E_MILESTONE"),
    Row("an approval behind the queue", _approved_behind_the_queue, *RELEASE, "E_MILESTONE"),
    Row("a milestone without any act", _all_acts_removed, *RELEASE, "E_MILESTONE"),
)
