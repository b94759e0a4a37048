"""Conversions: one asset of a Safe against another, in the transaction by which a voted part was executed.

Decides what was given and what was got: the log by which something arrived, and the one asset that left in the same
transaction besides what the part plainly paid. Whatever else arrived is not set off, so the rate is never told better
than it was. And whether the rate is within a bound, in hundredths of a percent, of the prices of one day. It does not
decide that the receipt is proved, that the prices are true (the hash of their file is kept), or how it is booked.

Source of the need: the 3F Mutual's first IIP bought MKR with `minConversionRate` 1, without any bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from chain.receipt import Log
from chain.safe import CALL, DELEGATECALL, InnerCall, SafeTx, decode_multi_send
from treasury.asks import asked_by
from treasury.assets import asset_id, erc20, native, total
from treasury.binding import paying
from treasury.errors import TreasuryError
from treasury.income import TRANSFER, DonationFact, Origin
from treasury.prices import PriceFile

WHOLE = 10_000
"""All of it, in hundredths of a percent."""
BOUND_MAX = 1_000
PRICE_AGE = 2 * 86_400
"""Seconds from the first moment of a price's day after which it bounds nothing."""


class ConversionError(TreasuryError):
    """No conversion (`E_CONVERSION`), or one at a worse rate than its bound (`E_SLIPPAGE`)."""


class ConversionFact(NamedTuple):
    """One asset became another."""

    origin: Origin
    """Of the log by which it arrived."""
    given: str
    """Asset id."""
    given_amount: int
    """Base units, more than 0."""
    booked: int
    """Of it what the part's payment booked as spent: coins sent along with a call."""
    got: str
    got_amount: int
    was_income: bool
    """Whether its arrival stands in the books as a donation already."""


class DayPrice(NamedTuple):
    """The prices of both assets on one day, and the file that says them."""

    file: bytes
    """SHA-256."""
    currency: str
    day: int
    """Unix seconds of its first moment in UTC."""
    given: int
    """Of one whole unit, in 10^-18 of the currency."""
    got: int

    def to_map(self) -> dict[str, object]:
        """As a leaf holds it."""
        return {**self._asdict(), "given": str(self.given), "got": str(self.got)}

    @classmethod
    def from_map(cls, fields: Mapping[str, object]) -> DayPrice:
        """Read what `to_map` wrote; shapes were tested with the leaf's."""
        file, day = fields["file"], fields["day"]
        assert isinstance(file, bytes), "the leaf's schema says so"
        assert isinstance(day, int), "the leaf's schema says so"
        return cls(file, str(fields["currency"]), day, int(str(fields["given"])), int(str(fields["got"])))


def read_conversion(
    tx: SafeTx, logs: Iterable[Log], came: DonationFact, tokens: Collection[bytes], *, was_income: bool = False
) -> ConversionFact:
    """Read what the Safe gave in `tx` for what `came` in the same receipt; `tokens` are those of the fund.

    Raises `ConversionError` (`E_CONVERSION`): `sides` unless exactly one asset was given, `same` if that one came back.
    """
    direct = (InnerCall(CALL, tx.to, tx.value, tx.data),)
    calls = decode_multi_send(tx.data) if tx.operation == DELEGATECALL else direct
    payments = [payment for call in calls if (payment := paying(call, tx.chain_id)) is not None]
    paid = total({payment.asset: payment.amount} for payment in payments)
    left = {native(tx.chain_id): sum(call.value for call in calls)}
    for log in logs:
        if log.address in tokens and _leaves(log, tx.safe):
            asset = erc20(tx.chain_id, log.address)
            left[asset] = left.get(asset, 0) + int.from_bytes(log.data, "big")
    given = {asset: amount for asset, whole in left.items() if (amount := whole - paid.get(asset, 0)) > 0}
    if len(given) != 1:
        raise ConversionError("E_CONVERSION", "sides", count=len(given), log=came.origin.log)
    ((asset, amount),) = given.items()
    got = asset_id(tx.chain_id, came.token)
    if got == asset:
        raise ConversionError("E_CONVERSION", "same", asset=asset, log=came.origin.log)
    booked = asked_by(tx).get(asset, 0) - paid.get(asset, 0)
    return ConversionFact(came.origin, asset, amount, booked, got, came.amount, was_income)


def day_price(file: PriceFile, fact: ConversionFact, currency: str, time: int) -> DayPrice:
    """The newest day, young enough at `time`, on which a file has prices of both assets; raise `E_CONVERSION` (`price`)
    where there is none.
    """
    by_day: dict[int, dict[str, int]] = {}
    for row in file.rows:
        if row.currency == currency and row.price and 0 <= time - row.day < PRICE_AGE:
            by_day.setdefault(row.day, {})[row.asset] = row.price
    for day, prices in sorted(by_day.items(), reverse=True):
        if fact.given in prices and fact.got in prices:
            return DayPrice(bytes.fromhex(file.digest), currency, day, prices[fact.given], prices[fact.got])
    raise ConversionError("E_CONVERSION", "price", given=fact.given, got=fact.got, currency=currency, time=time)


def slippage(fact: ConversionFact, price: DayPrice, decimals: Mapping[str, int]) -> int:
    """How much less than its prices say came in, in hundredths of a percent, rounded up; below 0 where more came."""
    given = fact.given_amount * price.given * 10 ** decimals[fact.got]
    got = fact.got_amount * price.got * 10 ** decimals[fact.given]
    kept: int = got * WHOLE // given
    return WHOLE - kept


def check_slippage(fact: ConversionFact, price: DayPrice, decimals: Mapping[str, int], bound: int, time: int) -> None:
    """Raise `ConversionError`: `E_SLIPPAGE` above the bound, `E_CONVERSION` for a bound or a price that bounds nothing;
    `time` is the block's.
    """
    if not 0 <= bound <= BOUND_MAX:
        raise ConversionError("E_CONVERSION", "bound", bound=bound, limit=BOUND_MAX)
    if not price.given or not price.got or not 0 <= time - price.day < PRICE_AGE or price.day % 86_400:
        raise ConversionError(
            "E_CONVERSION", "price", given=fact.given, got=fact.got, currency=price.currency, time=time
        )  # fmt: skip
    found = slippage(fact, price, decimals)
    if found > bound:
        raise ConversionError(
            "E_SLIPPAGE", given=fact.given, given_amount=fact.given_amount, got=fact.got, got_amount=fact.got_amount,
            slippage=found, bound=bound,
        )  # fmt: skip


def _leaves(log: Log, safe: bytes) -> bool:
    """Whether a token logs that something left the Safe for somebody else."""
    own = safe.rjust(32, b"\0")
    return len(log.topics) == 3 and log.topics[:2] == (TRANSFER, own) and log.topics[2] != own and len(log.data) == 32
