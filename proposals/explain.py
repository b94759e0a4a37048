"""What a part does, said back from its bytes: two roads meet when people compare it with what they meant.

Sentences come from the calls alone; a document gives no more than the names of functions. A payment or call is told as
the sentence that a Budget row holds, in every language the same, and `budget_rows` compiles back to the same bytes. All
other sentences are keys and facts of the catalogue, made into words at the edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chain import address, amount
from chain.errors import CodedError
from proposals import times
from proposals.action import Action, CallSentence, write_call
from proposals.calls import UnknownCall, describe
from proposals.decode import Functions, Placed, known_functions, read_call_back, unfold
from proposals.errors import ProposalsError
from proposals.parts import Call, Part
from proposals.payment import Asset, Payment, PaymentSentence, write_sentence
from proposals.privileged import privileged
from proposals.tables import BudgetRow

CODE = "EXPLAIN"
"""Under which the sentences of this module stand in the catalogue."""


class ExplainError(ProposalsError):
    """A call that nobody can read (`E_CALLDATA`)."""


class Sentence(NamedTuple):
    """One sentence before it has a language."""

    code: str
    reason: str
    facts: Mapping[str, object]


def explain(
    part: Part, number: int, assets: Mapping[str, Asset], functions: Functions | None = None
) -> tuple[Sentence, ...]:
    """Say everything that a part fixes: its Safe, when it may run, and each call in order with what it carries.

    `functions` are those that a document names; without them, those that everybody knows. Never refuses.
    """
    safe = address.with_chain(part.safe, part.chain_id)
    said = [told("part" if len(part.calls) > 1 else "part_one", part=number, safe=safe, calls=len(part.calls))]
    said.extend(moments(part))
    for position, call in enumerate(part.calls, 1):
        unfolded, broken = _unfolded(call, position)
        said.extend(broken)
        for placed in unfolded:
            said.extend(_call(placed, part.chain_id, assets, functions or known_functions()))
    return tuple(said)


def moments(part: Part | BudgetRow) -> Iterator[Sentence]:
    """Say what a part waits for and when it lapses."""
    yield told("release", release=part.release) if part.release else told("no_release")
    if part.not_before:
        yield told("not_before", time=times.spell_instant(part.not_before))
    yield told("not_after", time=times.spell_instant(part.not_after)) if part.not_after else told("grace")


def nested(call: Call, position: int, functions: Functions) -> Iterator[Sentence]:
    """Say what power a call uses and what it carries, where neither its chain nor any asset is known."""
    unfolded, broken = _unfolded(call, position)
    yield from broken
    power = privileged(call.data)
    if power is not None:
        to = address.checksum(call.to)
        yield told(f"privileged_{power.kind}", call=str(position), to=to, function=power.signature)
    for placed in unfolded[1:]:
        yield from _call(placed, None, {}, functions)


def told(reason: str, **facts: object) -> Sentence:
    """One sentence of this module's part of the catalogue."""
    return Sentence(CODE, reason, facts)


def _unfolded(call: Call, position: int) -> tuple[tuple[Placed, ...], tuple[Sentence, ...]]:
    """The call with all that it carries; where that cannot be read, the call alone, and the sentence that says so."""
    try:
        return unfold(call, position), ()
    except ProposalsError as error:
        broken = told("broken_batch", call=error.facts.get("call", position))
        return (Placed(str(position), call),), (broken,)


def sentences(part: Part, assets: Mapping[str, Asset], functions: Functions | None = None) -> list[str]:
    """Return the calls of a part as the sentences of Budget rows, in order; raise `ExplainError` as `actions` does."""
    return [
        write_call(action) if isinstance(action, CallSentence) else spell_payment(action)
        for action in actions(part, assets, functions)
    ]


def actions(part: Part, assets: Mapping[str, Asset], functions: Functions | None = None) -> list[Action]:
    """Return what each call says; raise `ExplainError` (`E_CALLDATA`) with the number of one that nobody can read."""
    return [_action(call, position, part, assets, functions) for position, call in enumerate(part.calls, 1)]


def budget_rows(
    parts: Sequence[Part], assets: Mapping[str, Asset], functions: Functions | None = None
) -> tuple[BudgetRow, ...]:
    """Return the Budget rows that say what the parts do: `compile_parts` makes the same bytes of them."""
    return tuple(
        BudgetRow(
            part=number, action=action, release=part.release, not_before=part.not_before, not_after=part.not_after
        )
        for number, part in enumerate(parts, 1)
        for action in actions(part, assets, functions)
    )


def _action(call: Call, position: int, part: Part, assets: Mapping[str, Asset], functions: Functions | None) -> Action:
    payment = describe(call, assets, part.chain_id)
    if isinstance(payment, Payment):
        spelled = amount.spell(payment.amount, payment.asset.decimals)
        return PaymentSentence(spelled, payment.asset.symbol, part.chain_id, payment.to)
    read = read_call_back(call, functions or known_functions(), _coin(assets, part.chain_id))
    if read is None:
        raise ExplainError("E_CALLDATA", "unknown_selector", call=position, to=call.to, selector=call.data[:4])
    return read._replace(chain_id=part.chain_id)


def spell_payment(sentence: PaymentSentence) -> str:
    """Write a payment as a row holds it, with its chain where it names one."""
    return f"{sentence.amount} {sentence.symbol} to {_place(sentence.to, sentence.chain_id)}"


def _coin(assets: Mapping[str, Asset], chain_id: int | None) -> Asset | None:
    return next((asset for asset in assets.values() if (asset.address, asset.chain_id) == (None, chain_id)), None)


def _call(
    placed: Placed, chain_id: int | None, assets: Mapping[str, Asset], functions: Functions
) -> Iterator[Sentence]:
    position, call, is_delegate = placed
    to, coin = _place(call.to, chain_id), _coin(assets, chain_id)
    if is_delegate:
        yield told("delegatecall", call=position, to=to)
    power = privileged(call.data)
    try:
        said = describe(call, assets, chain_id or 0)
        read = None if isinstance(said, Payment) else read_call_back(call, functions, coin)
    except CodedError as error:
        yield told("broken_call", call=position, to=to, problem=error.reason)
        return
    if isinstance(said, Payment):
        yield told("payment", call=position, payment=write_sentence(said))
        return
    if read is not None:
        yield told("call", call=position, action=write_call(read._replace(chain_id=chain_id)))
    if power is not None:
        yield told(f"privileged_{power.kind}", call=position, to=to, function=power.signature)
    elif read is None:
        yield _unknown(said, position, to)


def _unknown(call: UnknownCall, position: str, to: str) -> Sentence:
    if not call.size:
        return told("unknown_coin", call=position, to=to, value=call.value)
    facts = {"selector": call.selector, "value": call.value, "size": call.size}
    return told("unknown_call", call=position, to=to, **facts)


def _place(to: bytes, chain_id: int | None) -> str:
    return address.checksum(to) if chain_id is None else address.with_chain(to, chain_id)
