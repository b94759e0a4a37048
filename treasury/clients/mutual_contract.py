"""The mutual's contract as a node shows it: its own totals, and the units that expire on each coming day.

Decides how a contract is asked and when its answers cannot be a mutual's. Nothing is proved, and all of it is of one
block. What the totals say is decided by `treasury.mutual_pool.figures`.
"""

from __future__ import annotations

from typing import NamedTuple

from chain import abi
from chain.clients.multicall import Read
from chain.clients.node import Node
from treasury.mutual_pool.curve import DAYS_MAX
from treasury.mutual_pool.figures import Figures, payout_multiple
from treasury.premiums import PremiumError

_NUMBERS = ("today", "_now", "end", "ethOfShare", "shares", "issuedInsurance", "pool", "mask", "agents", "getBuyPrice")
_TIME_MAX = 10_000_000_000


class Totals(NamedTuple):
    """The contract's own global variables, under its own names, at one block."""

    numbers: dict[str, int]
    ended: bool
    expiring: tuple[int, ...]
    """Units whose last covered day is `today`, the day after, and so on for 100 days."""

    def figures(self, day: int) -> Figures:
        """The dashboard on `day`: units that a tick on that day would take out are not active."""
        number = self.numbers
        passed = 0 if self.ended else max(0, day - number["today"])
        active = number["issuedInsurance"] - sum(self.expiring[:passed])
        price = number["getBuyPrice"]
        return Figures(
            pool=number["pool"],
            shares=number["shares"],
            issued=number["issuedInsurance"],
            active=active,
            agents=number["agents"],
            price=price,
            multiple=payout_multiple(number["pool"], active, price),
            ended=self.ended,
        )


def read_totals(node: Node, contract: bytes, number: int) -> Totals:
    """Read the totals at a block. Raises `PremiumError` (`E_PREM_CONTRACT`) for answers that no mutual gives."""
    names = (*_NUMBERS, "ended", "getExpiringUnitList")
    answers = node.read_many([Read(contract, abi.selector(f"{name}()")) for name in names], number)
    sizes = (*(32 for _ in _NUMBERS), 32, 32 * DAYS_MAX)
    if any(answer is None or len(answer) != size for answer, size in zip(answers, sizes, strict=True)):
        raise PremiumError("E_PREM_CONTRACT", address=contract, number=number)
    words = [_words(answer) for answer in answers if answer is not None]
    totals = Totals(
        {name: words[place][0] for place, name in enumerate(_NUMBERS)}, bool(words[-2][0]), tuple(words[-1])
    )
    found = totals.numbers
    counted = sum(totals.expiring) == found["issuedInsurance"] and words[-2][0] in (0, 1)
    if not counted or not 0 < found["_now"] <= _TIME_MAX or not found["getBuyPrice"]:
        raise PremiumError("E_PREM_CONTRACT", address=contract, number=number)
    return totals


def _words(answer: bytes) -> list[int]:
    return [int.from_bytes(answer[at : at + 32], "big") for at in range(0, len(answer), 32)]
