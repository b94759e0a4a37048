"""`treasury.vesting_check`: each difference between a grant and its wallet is one finding, and no other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from chain import address
from chain.vesting_wallet import KNOWN, init_code, version_of, version_of_init
from proposals.schedule.contracts import vesting_wallet
from tests.treasury.plans import ANN, BEN, changed, grant
from treasury.allocation import Plan, PlanError
from treasury.vesting_check import check_grant, need_times, payable, wallet_times

TGE = 1_512_086_400
START, DURATION = 1_543_622_400, 1_606_780_800 - 1_543_622_400
UNIT = 10**18
FIRST, SECOND = b"\x01" * 32, b"\x02" * 32
WALLET, TOKEN = address.checksum(b"\x11" * 20), address.checksum(b"\x22" * 20)


@dataclass(frozen=True)
class Release:
    transaction: bytes
    amount: int


@dataclass(frozen=True)
class Wallet:
    """The wallet that the plan asks for, after two releases."""

    code: bytes = b"\x00"
    owner: bytes | None = address.parse(ANN)
    start: int | None = START
    duration: int | None = DURATION
    released: int | None = 7 * UNIT
    held: int = 993 * UNIT
    releases: tuple[Release, ...] = field(default=(Release(FIRST, 3 * UNIT), Release(SECOND, 4 * UNIT)))


def booked(*rows: tuple[bytes, str]) -> str:
    return "".join(
        f'\n[[released]]\ngrant = "ann"\namount = "{amount}"\ntransaction = "0x{transaction.hex()}"\n'
        for transaction, amount in rows
    )


def plan_of(books: str = booked((FIRST, "3"), (SECOND, "4")), more: str = "") -> Plan:
    return changed(
        ("decimals = 18", f'decimals = 18\nchain = 1\ntoken = "{TOKEN}"'),
        more=grant("ann", more=f'wallet = "{WALLET}"\n{more}') + books,
    )


def reasons(wallet: Wallet, plan: Plan | None = None) -> list[str]:
    plan = plan or plan_of()
    found = check_grant(plan, plan.grants[0], TGE, wallet)
    assert {"E_VESTING"} >= {one.code for one in found}
    return [one.reason for one in found if one.reason != "code"]


def test_a_wallet_that_agrees_has_no_finding_but_its_code() -> None:
    """One byte is no code of OpenZeppelin's; everything else is as the plan says."""
    assert [] == reasons(Wallet())
    assert ["code"] == [one.reason for one in check_grant(plan_of(), plan_of().grants[0], TGE, Wallet())]


@pytest.mark.parametrize(
    ("wallet", "books", "expected"),
    [
        (Wallet(owner=address.parse(BEN)), None, "beneficiary"),
        (Wallet(owner=None), None, "beneficiary"),
        (Wallet(start=START + 1), None, "start"),
        (Wallet(start=START - 1), None, "start"),
        (Wallet(start=None), None, "start"),
        (Wallet(duration=DURATION - 1), None, "duration"),
        (Wallet(duration=0), None, "duration"),
        (Wallet(held=993 * UNIT - 1), None, "amount"),
        (Wallet(held=993 * UNIT + 1), None, "amount"),
        (Wallet(code=b""), None, "no_code"),
        (Wallet(releases=(Release(FIRST, 3 * UNIT),)), booked((FIRST, "3")), "released"),
        (Wallet(), booked((FIRST, "3")), "unbooked"),
        (Wallet(), booked((FIRST, "3"), (SECOND, "3.999999999999999999")), "booked"),
        (Wallet(), booked((FIRST, "3"), (SECOND, "4"), (b"\x03" * 32, "1")), "invented"),
    ],
)
def test_every_difference_is_found_alone(wallet: Wallet, books: str | None, expected: str) -> None:
    """Another beneficiary, a second, a wei, a release that one side does not know: one finding each."""
    assert [expected] == reasons(wallet, None if books is None else plan_of(books))


def test_releases_of_one_transaction_are_one_row() -> None:
    """Two releases in one transaction are added up, and a release of nothing needs no row."""
    twice = Wallet(
        releases=(Release(FIRST, UNIT), Release(FIRST, 2 * UNIT), Release(SECOND, 4 * UNIT), Release(b"\x04" * 32, 0))
    )

    assert [] == reasons(twice)


@pytest.mark.parametrize(
    "release", ['{ kind = "tranches", months = 12, every_months = 3 }', '{ kind = "linear", months = 1 }']
)
def test_a_schedule_that_no_wallet_has_is_found(release: str) -> None:
    """Tranches are paid in parts; a line from the event itself is a wallet, with other times."""
    expected = ["rule"] if "tranches" in release else ["start", "duration"]

    assert expected == reasons(Wallet(), plan_of(more=f"release = {release}"))


def test_a_wallet_of_these_times_vests_as_the_plan() -> None:
    """The contract's schedule with the times that the plan asks for is the plan's, at every moment that was tried."""
    plan = plan_of()
    schedule = plan.schedule_of(plan.grants[0], TGE)
    times = wallet_times(schedule)
    assert times == (START, DURATION)

    wallet = vesting_wallet(schedule.total, *times)
    moments = [TGE, START - 1, START, START + 1, START + DURATION // 3, START + DURATION - 1, START + DURATION]
    assert list(map(schedule.vested, moments)) == list(map(wallet.vested, moments))
    lock = plan.schedule(plan.bucket("presale"), TGE)
    assert (TGE, 0) == wallet_times(lock)
    assert None is wallet_times(lock.revoke(TGE).kept)


def test_a_wallet_is_deployed_only_for_a_schedule_that_it_has() -> None:
    """Tranches have no wallet's times; a line has, and the wallet could pay it."""
    line, tranches = plan_of(), plan_of(more='release = { kind = "tranches", months = 12, every_months = 3 }')

    assert (START, DURATION) == need_times(line, line.grants[0], TGE)
    with pytest.raises(PlanError, match="no_times"):
        need_times(tranches, tranches.grants[0], TGE)


def test_who_is_paid_where() -> None:
    """A plan without chain or token, or without any wallet, cannot be checked; one wallet pays one grant."""
    plan = plan_of()

    assert (1, b"\x22" * 20, plan.grants) == payable(plan, plan.grants)
    with pytest.raises(PlanError, match="no_token"):
        payable(replace(plan, token=None), plan.grants)
    with pytest.raises(PlanError, match="no_wallet"):
        payable(plan, ())
    with pytest.raises(PlanError, match="wallet_twice"):
        changed(more=grant("a", more=f'wallet = "{WALLET}"') + grant("b", BEN, more=f'wallet = "{WALLET}"'))
    with pytest.raises(PlanError, match="twice_release"):
        plan_of(booked((FIRST, "3"), (FIRST, "4")))


def test_known_code_is_known_by_all_but_its_times() -> None:
    """Each release once; another length, or a flipped byte, is unknown."""
    assert len(KNOWN) == len({known.runtime_hash for known in KNOWN}) == len({known.init_hash for known in KNOWN})
    assert None is version_of(b"")
    assert None is version_of(bytes(KNOWN[0].size))
    assert None is version_of_init(b"\x60")
    assert 1 + 96 == len(init_code(b"\x60", b"\x11" * 20, 1, 2))
