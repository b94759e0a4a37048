"""What the calls of a part would move if the Safe made them now, and whether that is what the part says.

Decides which holdings are looked at before and after (the Safe's of every asset, each payee's of what he is paid, the
words of the Safe that say who rules it, its lists of owners and modules), and what a difference means. Answers come in
as `chain.trial_program` gives them; nothing is asked here. What moves between others, in assets that nobody named,
stays unseen; so does an entry that somebody writes beside the Safe's lists, which only code run in its name could, and
a module that could run such code refuses the review already.

A payment of tokens that moves anything else than the voted amount is an error, because it would be paid and never be
booked. Coins that do not stay with a contract (a splitter, a proxy) are told as a warning, and so is every difference
in a part that calls other functions too: what those do is not written in the part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chain.abi import AbiError, decode, encode_call
from chain.finding import Finding
from chain.safe_state import (
    FALLBACK_HANDLER_SLOT,
    GUARD_SLOT,
    LIST_MAX,
    MODULE_GUARD_SLOT,
    OWNER_COUNT_SLOT,
    SENTINEL,
    SINGLETON_SLOT,
    THRESHOLD_SLOT,
)
from chain.trial_program import BALANCE, CALL, SLOT, Step, Told
from proposals.parts import Call, Part
from treasury.assets import asset_id
from treasury.binding import Paying, paying

WORDS: Mapping[str, int] = {
    "singleton": SINGLETON_SLOT,
    "owners": OWNER_COUNT_SLOT,
    "threshold": THRESHOLD_SLOT,
    "guard": GUARD_SLOT,
    "module guard": MODULE_GUARD_SLOT,
    "fallback handler": FALLBACK_HANDLER_SLOT,
}
"""The words of a Safe's storage that say who rules it, without the lists of owners and modules."""
LISTS: Mapping[str, bytes] = {
    "owners": encode_call("getOwners()", []),
    "modules": encode_call("getModulesPaginated(address,uint256)", [SENTINEL, LIST_MAX]),
}
"""How the Safe tells its lists; the words of a list follow from it, each entry's holding the next one's address."""

_FALSE = bytes(32)


class Holding(NamedTuple):
    """What somebody holds of an asset."""

    holder: bytes
    token: bytes | None
    """None for the chain's own coin."""


class Change(NamedTuple):
    """A holding before and after, in base units; None where the token does not say."""

    holding: Holding
    before: int | None
    after: int | None
    expected: int
    """What the part says that the holder gains; negative where he loses."""

    @property
    def gained(self) -> int | None:
        """What the holder would gain; None where nobody knows."""
        return None if self.before is None or self.after is None else self.after - self.before


class Word(NamedTuple):
    """A word of the Safe's storage that would change."""

    field: str
    """`threshold` and the like; of a list `owners` or `modules`."""
    entry: bytes | None
    """Whose word of that list it is; None for the Safe's other words."""
    before: int
    after: int
    """Of a list the next entry; 0 for an address that is not in it."""


class Trial(NamedTuple):
    """What came of a part's calls."""

    calls: tuple[Told, ...]
    changes: tuple[Change, ...]
    words: tuple[Word, ...]
    """Each word of the Safe that would change."""


def steps_of(part: Part, tokens: Collection[bytes]) -> list[Step]:
    """The steps that try a part: everything is looked at, the calls are made, everything is looked at again."""
    looks = [
        *(_look(holding) for holding in _holdings(part, tokens)),
        *(Step(SLOT, value=at) for at in WORDS.values()),
        *(Step(CALL, part.safe, data=question) for question in LISTS.values()),
    ]
    return [*looks, *(_step(call) for call in part.calls), *looks]


def read_trial(part: Part, tokens: Collection[bytes], told: Sequence[Told]) -> Trial:
    """What the answers to `steps_of` say."""
    holdings, expected = _holdings(part, tokens), _expected(part)
    count = len(holdings) + len(WORDS) + len(LISTS)
    before, after = told[:count], told[len(told) - count :]
    changes = [
        Change(holding, was.word, is_.word, expected.get(holding, 0))
        for holding, was, is_ in zip(holdings, before, after, strict=False)
    ]
    was_words, is_words = _words(before[len(holdings) :]), _words(after[len(holdings) :])
    words = [Word(*key, was_words.get(key, 0), is_words.get(key, 0)) for key in dict.fromkeys([*was_words, *is_words])]
    calls = tuple(told[count : len(told) - count])
    return Trial(calls, tuple(changes), tuple(word for word in words if word.before != word.after))


def trial_findings(part: Part, trial: Trial, *, is_voted: bool = True) -> Iterator[Finding]:
    """W_DRY_RUN for each call that fails and for what moves besides, E_TOKEN_BEHAVIOUR for tokens that move otherwise
    than was voted, E_SAFE_CONFIG for a Safe that would be another one without a call to it.
    """
    failed = [number for number, told in enumerate(trial.calls, 1) if not told.succeeded]
    for number in failed:
        yield Finding(code="W_DRY_RUN", reason="call", level="warning", place=f"call {number}", facts={"call": number})
    if failed:  # the whole part would revert, and nothing of this would stay
        return
    is_plain = is_voted and all(paying(call, part.chain_id) for call in part.calls)
    for change in trial.changes:
        if change.gained != change.expected and (change.expected or change.gained is not None):
            yield _difference(part, change, is_refused=is_plain and change.holding.token is not None)
    if all(call.to != part.safe for call in part.calls):
        for word in (word for word in trial.words if word.entry is None):
            told = {"field": word.field, "before": hex(word.before), "after": hex(word.after)}
            yield Finding(code="E_SAFE_CONFIG", reason="dry_run", place="transaction", facts=told)
        for name in LISTS:
            words = [word for word in trial.words if word.entry is not None and word.field == name]
            if words:
                come = [word.entry for word in words if not word.before]
                gone = [word.entry for word in words if not word.after]
                listed = {"field": name, "added": come or None, "removed": gone or None}
                yield Finding(code="E_SAFE_CONFIG", reason="dry_run_list", place="transaction", facts=listed)


def try_row(part: Part, number: int) -> list[Step]:
    """The steps that try one payment of a part, in the company of others: `ROW` steps."""
    pay = _paid(part.calls[number - 1], part.chain_id)
    looks = [_look(Holding(holder, pay[0])) for holder in (part.safe, pay[1])]
    return [*looks, _step(part.calls[number - 1]), *looks]


ROW = 5
"""Steps of `try_row`."""


def row_problem(part: Part, number: int, told: Sequence[Told]) -> tuple[str, Mapping[str, object]] | None:
    """What is wrong with one payment, from the answers to `try_row`; None for one that behaves, or that cannot be tried
    because the Safe does not hold so much.

    `reverts`, `false` (answers no, and moves nothing), `nothing`, `payee` and `safe` (moves another amount there).
    """
    amount = _paid(part.calls[number - 1], part.chain_id)[2]
    (had, had_payee), call, (has, has_payee) = told[:2], told[2], told[3:ROW]
    if had.word is None or had_payee.word is None or has.word is None or has_payee.word is None:
        return "balance", {}
    if had.word < amount:
        return None
    gained, lost = has_payee.word - had_payee.word, had.word - has.word
    if not call.succeeded:
        return "reverts", {}
    if not gained and not lost:
        return ("false" if call.data[:32] == _FALSE else "nothing"), {}
    if gained != amount:
        return "payee", {"found": gained, "expected": amount}
    if lost != amount:
        return "safe", {"found": lost, "expected": amount}
    return None


def _paid(call: Call, chain_id: int) -> tuple[bytes | None, bytes, int]:
    found = paying(call, chain_id)
    assert found is not None, "a row of a file of payments"
    return _token(call), found.payee, found.amount


def _token(call: Call) -> bytes | None:
    return call.to if call.data else None


def _step(call: Call) -> Step:
    return Step(CALL, call.to, call.value, call.data)


def _look(holding: Holding) -> Step:
    if holding.token is None:
        return Step(BALANCE, holding.holder)
    return Step(CALL, holding.token, data=encode_call("balanceOf(address)", [holding.holder]))


def _words(told: Sequence[Told]) -> dict[tuple[str, bytes | None], int]:
    """The words of the Safe from the answers to `WORDS` and `LISTS`; none of a list that it does not tell."""
    found: dict[tuple[str, bytes | None], int] = {}
    for name, answer in zip(WORDS, told, strict=False):
        found[name, None] = answer.word or 0
    for name, answer in zip(LISTS, told[len(WORDS) :], strict=True):
        ring = [SENTINEL, *_listed(answer, name), SENTINEL]
        found |= {(name, entry): int.from_bytes(after, "big") for entry, after in pairwise(ring)}
    return found


def _listed(answer: Told, name: str) -> Sequence[bytes]:
    types = ["address[]"] if name == "owners" else ["address[]", "address"]
    try:
        return list(decode(types, answer.data)[0]) if answer.succeeded else []
    except AbiError:
        return []


def _payments(part: Part) -> Iterable[tuple[Call, Paying | None]]:
    return ((call, paying(call, part.chain_id)) for call in part.calls)


def _holdings(part: Part, tokens: Collection[bytes]) -> tuple[Holding, ...]:
    """The Safe's of every asset, then each payee's of what he is paid; each once."""
    paid = [(call, found) for call, found in _payments(part) if found is not None]
    named = dict.fromkeys([None, *sorted(tokens), *(_token(call) for call, _ in paid)])
    payees = [Holding(found.payee, _token(call)) for call, found in paid]
    return tuple(dict.fromkeys([*(Holding(part.safe, token) for token in named), *payees]))


def _expected(part: Part) -> dict[Holding, int]:
    """What each holder gains by what the part says: payments, and the coins that calls send along."""
    gains: dict[Holding, int] = {}
    for call, found in _payments(part):
        moves = [(found.payee, _token(call), found.amount)] if found else [(call.to, None, call.value)]
        for payee, token, amount in moves:
            for holding, sign in ((Holding(payee, token), 1), (Holding(part.safe, token), -1)):
                gains[holding] = gains.get(holding, 0) + sign * amount
    return gains


def _difference(part: Part, change: Change, *, is_refused: bool) -> Finding:
    facts = {
        "holder": change.holding.holder,
        "asset": asset_id(part.chain_id, change.holding.token),
        "expected": change.expected,
        "found": "?" if change.gained is None else change.gained,
    }
    if is_refused:
        return Finding(code="E_TOKEN_BEHAVIOUR", reason="moves", place="transaction", facts=facts)
    return Finding(code="W_DRY_RUN", reason="moves", level="warning", place="transaction", facts=facts)
