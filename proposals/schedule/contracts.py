"""Contracts that are used for vesting, as schedules that equal them to the base unit; nothing here reads a chain.

What a contract's constructor refuses is refused here. What it accepts and then cannot pay is refused, too, with its
own reason, because nobody should fund it. Sources: OpenZeppelin Contracts 5.x `finance/VestingWallet` and
`VestingWalletCliff`; yearn's vesting escrow, after Curve's; Sablier Lockup 4.0; artistic709/HakkaFinance `VestingVault`
(324918e to 3589cf0).
"""

from __future__ import annotations

from proposals.schedule.errors import ScheduleError
from proposals.schedule.pieces import AMOUNT_MAX, Geometric, Jump, Line, check_amount
from proposals.schedule.schedule import Schedule

HAKKA_PERIOD_SECONDS = 19 * 86_400
HAKKA_PROPORTION = 173_831_376_164_413_312
"""Of 10¹⁸: what the wiki rounds to 17.38 %. The contract's first version began with 17 %."""
HAKKA_PERIOD_MAX = 31 * 86_400


def vesting_wallet(total: int, start: int, duration: int, cliff_seconds: int = 0) -> Schedule:
    """OpenZeppelin's VestingWallet, and with a cliff VestingWalletCliff.

    `total` is what the wallet holds and what it has released: money that is added later vests as if it had been there
    from the start. A duration of 0 is a lock until the start. A cliff longer than the duration is refused, as by the
    contract. So is a total whose product with the time would not fit 256 bits: the contract would revert on every
    release between the first seconds and the end.
    """
    if type(duration) is not int or type(cliff_seconds) is not int or duration < 0 or cliff_seconds < 0:
        raise ScheduleError("E_SCHEDULE", "duration", duration=duration, cliff=cliff_seconds)
    if cliff_seconds > duration:
        raise ScheduleError("E_SCHEDULE", "cliff_long", cliff=cliff_seconds, duration=duration)
    check_amount(total)
    if duration == 0:
        return Schedule(pieces=(Jump(amount=total, at=start),))
    _check_product(total, duration)
    line = Line(amount=total, start=start, end=start + duration, cliff=start + cliff_seconds)
    return Schedule(pieces=(line,))


def vesting_escrow(total: int, start: int, end: int, cliff_seconds: int = 0) -> Schedule:
    """The escrow of Curve and yearn: a fixed total, and a cliff at which the line's own value is vested at once.

    Its owner may revoke: `Schedule.revoke`. Whoever may claim, the money goes to the recipient.
    """
    if type(cliff_seconds) is not int or cliff_seconds < 0:
        raise ScheduleError("E_SCHEDULE", "duration", duration=end - start, cliff=cliff_seconds)
    line = Line(amount=total, start=start, end=end, cliff=start + cliff_seconds)
    _check_product(total, end - start)
    return Schedule(pieces=(line,))


def lockup_linear(
    deposited: int,
    start: int,
    end: int,
    *,
    cliff: int = 0,
    unlock_start: int = 0,
    unlock_cliff: int = 0,
    granularity: int = 1,
) -> Schedule:
    """Sablier Lockup Linear 4.0: amounts that unlock at start and cliff, and the rest in a line from the cliff.

    `cliff` is a moment, 0 for none. Before 4.0 it divided before it multiplied, and up to a few hundred units of 10²¹
    came later than here.
    """
    rest = deposited - unlock_start - unlock_cliff
    if min(unlock_start, unlock_cliff) < 0 or rest < 0 or (unlock_cliff and not cliff):
        raise ScheduleError("E_SCHEDULE", "unlock", deposited=deposited, start=unlock_start, cliff=unlock_cliff)
    if cliff and not start < cliff < end:
        raise ScheduleError("E_SCHEDULE", "cliff", cliff=cliff, end=end)
    if deposited >= 2**128:
        raise ScheduleError("E_SCHEDULE", "width", total=deposited, bits=128)
    return Schedule(
        pieces=(
            Jump(amount=unlock_start, at=start),
            Jump(amount=unlock_cliff, at=cliff or start),
            Line(amount=rest, start=cliff or start, end=end, grain=granularity),
        )
    )


def vesting_vault(
    balance: int, first: int, proportion: int = HAKKA_PROPORTION, period_seconds: int = HAKKA_PERIOD_SECONDS
) -> Schedule:
    """HakkaFinance's VestingVault, for somebody who withdraws as soon as he can.

    `first` is the first withdrawal, which the contract allows at once. The next is allowed when more than the period
    has passed, not exactly the period, so the steps are one second longer. Who comes later gets every later payment
    later: in the contract, unlike here, time without a withdrawal is lost. Its first versions let the owner change
    proportion and period, the last one (3589cf0) nobody. The dust is never paid.
    """
    if type(period_seconds) is not int or not 0 <= period_seconds <= HAKKA_PERIOD_MAX:
        raise ScheduleError("E_SCHEDULE", "period", period=period_seconds)
    if balance * proportion > AMOUNT_MAX:
        raise ScheduleError("E_SCHEDULE", "overflow", total=balance, factor=proportion)
    return Schedule(pieces=(Geometric(amount=balance, start=first, period=period_seconds + 1, numerator=proportion),))


def _check_product(total: int, duration: int) -> None:
    """A contract multiplies the total by up to one second less than the duration."""
    if total * (duration - 1) > AMOUNT_MAX:
        raise ScheduleError("E_SCHEDULE", "overflow", total=total, factor=duration - 1)
