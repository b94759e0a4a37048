"""Proposals that break the rules of their space, under their author's own signature: checks 24 and 25."""

from __future__ import annotations

import json
from collections.abc import Callable

from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench
from tests.dao.record.forgeries_proposal import plugin
from tests.dao.record.row import Row

RULES, LIFECYCLE = (24, "proposal.rules"), (25, "proposal.lifecycle")


# --- 24: the rules


def _signed(**members: object) -> Callable[[Bench], None]:
    return lambda bench: bench.sign_proposal(**members)


def _times(**seconds: int) -> Callable[[Bench], None]:
    """Move times of the proposal, under the author's signature."""

    def change(bench: Bench) -> None:
        message = bench.message(bench.one("proposal"))
        bench.sign_proposal(**{name: message[name] + more for name, more in seconds.items()})

    return change


def _late_leaf(bench: Bench) -> None:
    bench.shift(bench.one("proposal"), 3_700)


def _other_author(bench: Bench) -> None:
    """Somebody whom the settings do not name proposes, with everything else in order."""
    old = bench.proposal
    for slot in bench.all("document"):
        bench.edit(slot, author=cast.address("jan"))
    bench.sign_message(bench.one("proposal"), "Proposal", key=cast.key("jan"))
    bench.rename(old, bench.one("proposal").body["id"])


def _other_header(bench: Bench) -> None:
    """The header of the block of the donation stands where that of the snapshot should."""
    header = bench.map_of(bench.one("closed"), "state")["header"]
    bench.edit(bench.one("proposal"), headers=[bench.raw(header)])


def _no_header(bench: Bench) -> None:
    bench.edit(bench.one("proposal"), headers=[])


def _surplus_header(bench: Bench) -> None:
    slot = bench.one("proposal")
    header = bench.map_of(bench.one("closed"), "state")["header"]
    bench.edit(slot, headers=[*slot.body["headers"], bench.raw(header)])


def _other_snapshot(bench: Bench) -> None:
    number = bench.message(bench.one("proposal"))["snapshot"]
    bench.sign_proposal(snapshot=number - 1)


def _twin(bench: Bench) -> None:
    """An open proposal of the same number stands before this one (H103)."""
    slot = bench.one("proposal")
    twin = bench.copy(slot, after=bench.one("parts"))
    message = bench.message(slot)
    bench.sign_message(twin, "Proposal", timestamp=message["timestamp"] - 60, start=message["start"] - 60)


def _twin_besides(bench: Bench) -> None:
    """A proposal of another number is put before this one."""
    slot = bench.one("proposal")
    plugins = json.loads(bench.message(slot)["plugins"])
    plugins["mutualDao"]["iip"] = 2
    text = json.dumps(plugins, sort_keys=True, separators=(",", ":"))
    bench.sign_message(bench.copy(slot, after=bench.one("parts")), "Proposal", plugins=text)


# --- 25: the lifecycle


def _event(number: int, event: str) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one("transition", number), event=event)


def _steps_of_a_revision(bench: Bench) -> None:
    """What was frozen is another text than what is voted."""
    for slot in bench.all("transition"):
        bench.edit_raw(slot, "document", lambda raw: raw.replace(b"1.5 ETH", b"2.5 ETH"))


def _no_freeze(bench: Bench) -> None:
    bench.drop(bench.one("transition", 2))


def _verdict(word: str) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one("result"), verdict=word)


def _queued_before_result(bench: Bench) -> None:
    bench.move(bench.one("queued"), bench.one("power"))


def _power_of_a_named_author(bench: Bench) -> None:
    """Dora may propose because the settings name her; evidence of power beside that is read by nobody."""
    bench.edit(bench.one("proposal"), power=bench.one("power").body["evidence"])


def _first_step_on_another(bench: Bench) -> None:
    """What was submitted for review is not what was frozen."""
    bench.edit_raw(bench.one("transition"), "document", lambda raw: raw.replace(b"1.5 ETH", b"2.5 ETH"))


def _step_before_its_document(bench: Bench) -> None:
    bench.move(bench.one("document"), bench.one("transition"))


def _two_results(bench: Bench) -> None:
    bench.copy(bench.one("result"))


ROWS = (
    Row("choices swapped by the author", _signed(choices=["Against", "For", "Abstain"]), *RULES, "E_OPTION_MAP"),
    Row("choices of other words", _signed(choices=["Yes", "No", "Abstain"]), *RULES, "E_OPTION_MAP"),
    Row("another voting system", _signed(type="single-choice"), *RULES, "E_OPTION_MAP"),
    Row("a voting system that nobody knows", _signed(type="coin-toss"), *RULES, "E_OPTION_MAP"),
    Row("a shorter vote", _times(end=-3_600), *RULES, "E_RULE_DRIFT"),
    Row("a vote that begins sooner", _times(start=-600, end=-600), *RULES, "E_RULE_DRIFT"),
    Row("a vote that ends before it begins", _times(end=-1_000_000), *RULES, "E_TIME"),
    Row("a vote of a century", _times(end=3_155_760_000), *RULES, "E_TIME"),
    Row("an end in milliseconds", _times(end=1_767_571_200_000), *RULES, "E_TIME"),
    Row("a proposal dated two hours back", _times(timestamp=-7_200), *RULES, "E_TIME"),
    Row("a proposal taken an hour late", _late_leaf, *RULES, "E_TIME"),
    Row("another snapshot number", _other_snapshot, *RULES, "E_RULE_DRIFT"),
    Row("another title", _signed(title="Gifts"), *RULES, "E_TEXT_PAYLOAD"),
    Row("a vote in the dark", _signed(privacy="shutter"), *RULES, "E_SCHEME_SHUTTER"),
    Row("another space", _signed(space="other.devnet"), *RULES, "E_SPACE"),
    Row("an author whom the settings do not name", _other_author, *RULES, "E_THRESHOLD"),
    Row("evidence of power that nobody asks for", _power_of_a_named_author, *RULES, "E_POWER"),
    Row("the header of another block", _other_header, *RULES, "E_PROOF"),
    Row("no header", _no_header, *RULES, "E_SNAPSHOT"),
    Row("a header too many", _surplus_header, *RULES, "E_PROOF"),
    Row("a proposal that supersedes an unknown one", plugin(supersedes=["0x" + "11" * 32]), *RULES, "E_PROPOSAL"),
    Row("a twin of the number that is open", _twin, *RULES, "E_IIP_DUP"),
    Row("a proposal of another number before it", _twin_besides, *RULES, "E_LOG_INCONSISTENT"),
    Row("another step of the lifecycle", _event(1, "resurrect"), *LIFECYCLE, "E_STATE"),
    Row("another text was frozen", _steps_of_a_revision, *LIFECYCLE, "E_STATE"),
    Row("another text was submitted", _first_step_on_another, *LIFECYCLE, "E_STATE"),
    Row("a step before its document", _step_before_its_document, *LIFECYCLE, "E_STATE"),
    Row("a step that only follows from other facts", _event(2, "tally_pass"), *LIFECYCLE, "E_STATE"),
    Row("a proposal that was never frozen", _no_freeze, *LIFECYCLE, "E_STATE"),
    Row("a verdict of rejected, and paid all the same", _verdict("rejected"), *LIFECYCLE, "E_STATE"),
    Row("a verdict that nobody knows", _verdict("glorious"), *LIFECYCLE, "E_STATE"),
    Row("a payout queued before the result", _queued_before_result, *LIFECYCLE, "E_STATE"),
    Row("two results", _two_results, *LIFECYCLE, "E_STATE"),
)
