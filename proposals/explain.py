"""What a part does, said back from its bytes: two roads meet when people compare it with what they meant.

Nothing here reads the document: sentences come from the calls alone. A payment is told as the sentence that a Budget
row holds, in every language the same, and `budget_rows` compiles back to the same bytes. All other sentences are keys
and facts of the catalogue, made into words at the edge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chain import address, amount
from chain.errors import CodedError
from proposals import times
from proposals.calls import UnknownCall, describe
from proposals.errors import ProposalsError
from proposals.parts import Call, Part
from proposals.payment import Asset, Payment, PaymentSentence, write_sentence
from proposals.privileged import privileged
from proposals.tables import BudgetRow

CODE = "EXPLAIN"
"""Under which the sentences of this module stand in the catalogue."""


class ExplainError(ProposalsError):
    """A call that cannot be told as a payment (`E_CALLDATA`)."""


class Sentence(NamedTuple):
    """One sentence before it has a language."""

    code: str
    reason: str
    facts: Mapping[str, object]


def explain(part: Part, number: int, assets: Mapping[str, Asset]) -> tuple[Sentence, ...]:
    """Say everything that a part fixes: its Safe, when it may run, and each call in order. Never refuses."""
    safe = address.with_chain(part.safe, part.chain_id)
    told = [_sentence("part" if len(part.calls) > 1 else "part_one", part=number, safe=safe, calls=len(part.calls))]
    told.append(_sentence("release", release=part.release) if part.release else _sentence("no_release"))
    if part.not_before:
        told.append(_sentence("not_before", time=times.spell_instant(part.not_before)))
    if part.not_after:
        told.append(_sentence("not_after", time=times.spell_instant(part.not_after)))
    else:
        told.append(_sentence("grace"))
    told.extend(_call(call, position, part, assets) for position, call in enumerate(part.calls, 1))
    return tuple(told)


def sentences(part: Part, assets: Mapping[str, Asset]) -> list[str]:
    """Return the payments of a part as sentences, in order; raise `ExplainError` if a call is anything else."""
    return [write_sentence(payment) for payment in payments(part, assets)]


def payments(part: Part, assets: Mapping[str, Asset]) -> list[Payment]:
    """Return what each call pays; raise `ExplainError` (`E_CALLDATA`) with the number of a call that is no payment."""
    found = [describe(call, assets, part.chain_id) for call in part.calls]
    for position, payment in enumerate(found, 1):
        if not isinstance(payment, Payment):
            raise ExplainError("E_CALLDATA", "no_payment", call=position, to=payment.to, selector=payment.selector)
    return [payment for payment in found if isinstance(payment, Payment)]


def budget_rows(parts: Sequence[Part], assets: Mapping[str, Asset]) -> tuple[BudgetRow, ...]:
    """Return the Budget rows that say what the parts do: `compile_parts` makes the same bytes of them."""
    return tuple(
        BudgetRow(
            part=number,
            payment=PaymentSentence(
                amount.spell(payment.amount, payment.asset.decimals), payment.asset.symbol, part.chain_id, payment.to
            ),
            release=part.release,
            not_before=part.not_before,
            not_after=part.not_after,
        )
        for number, part in enumerate(parts, 1)
        for payment in payments(part, assets)
    )


def _call(call: Call, position: int, part: Part, assets: Mapping[str, Asset]) -> Sentence:
    to = address.with_chain(call.to, part.chain_id)
    try:
        said = describe(call, assets, part.chain_id)
    except CodedError as error:
        return _sentence("broken_call", call=position, to=to, problem=error.reason)
    if isinstance(said, Payment):
        return _sentence("payment", call=position, payment=write_sentence(said))
    power = privileged(call.data)
    if power is not None:
        return _sentence(f"privileged_{power.kind}", call=position, to=to, function=power.signature)
    return _unknown(said, position, to)


def _unknown(call: UnknownCall, position: int, to: str) -> Sentence:
    if not call.size:
        return _sentence("unknown_coin", call=position, to=to, value=call.value)
    facts = {"selector": call.selector, "value": call.value, "size": call.size}
    return _sentence("unknown_call", call=position, to=to, **facts)


def _sentence(reason: str, **facts: object) -> Sentence:
    return Sentence(CODE, reason, facts)
