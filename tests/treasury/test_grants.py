"""`treasury.grants`: what a grant may hold, and the rolling year."""

from __future__ import annotations

import pytest

from chain.abi import encode_call
from governance.settings import Asset, Committee, FundSettings, GrantLimit
from proposals.calls import TRANSFER
from proposals.parts import Call, Part
from treasury.assets import erc20, native
from treasury.grants import YEAR_SECONDS, Granted, GrantError, Room, check_grant, check_year, rooms

SAFE, TOKEN, OTHER, PAYEE, MEMBER = (bytes([n]) * 20 for n in (1, 2, 3, 4, 5))
COMMITTEE = Committee((MEMBER, b"\x06" * 20), 2, "Grants", (GrantLimit("MTN", 70, 100), GrantLimit("ETH", 5, 5)))
FUND = FundSettings(
    name="reserve", chain_id=1, safe=SAFE, sources=(), committee=COMMITTEE,
    assets=(Asset(None, 18, "ETH"), Asset(TOKEN, 18, "MTN"), Asset(OTHER, 6, "USDC")),
)  # fmt: skip
MTN, ETH = erc20(1, TOKEN), native(1)
NOW = 1_800_000_000


def part(*calls: Call) -> Part:
    return Part(chain_id=1, safe=SAFE, not_before=0, not_after=0, release="", calls=calls)


def transfer(amount: int, to: bytes = PAYEE, token: bytes = TOKEN, coins: int = 0) -> Call:
    return Call(token, coins, encode_call(TRANSFER, [to, amount]))


def test_a_grant_to_its_last_unit() -> None:
    """Parts are added up by asset, and each asset has its own limit."""
    check_grant(FUND, COMMITTEE, [part(transfer(40), Call(PAYEE, 5, b"")), part(transfer(30, b"\x07" * 20))])


@pytest.mark.parametrize(
    ("parts", "reason", "number"),
    [
        ([part(transfer(70)), part(transfer(1))], "grant", None),
        ([part(Call(PAYEE, 3, b"")), part(Call(PAYEE, 3, b""))], "grant", None),
        ([part(transfer(1)), part(transfer(1, token=OTHER))], "asset", 2),
        ([part(transfer(1, MEMBER))], "member", 1),
        ([part(Call(MEMBER, 1, b""))], "member", 1),
        ([part(transfer(1, coins=1))], "call", 1),
        ([part(Call(TOKEN, 0, transfer(1).data + b"\x00"))], "call", 1),
        ([part(Call(TOKEN, 0, encode_call("approve(address,uint256)", [PAYEE, 1])))], "call", 1),
        ([part(Call(TOKEN, 0, encode_call("transferFrom(address,address,uint256)", [SAFE, PAYEE, 1])))], "call", 1),
        ([part(Call(SAFE, 0, encode_call("changeThreshold(uint256)", [1])))], "call", 1),
    ],
)
def test_what_no_grant_is(parts: list[Part], reason: str, number: int | None) -> None:
    """A limit, an asset, a payee, and every call that moves money in a way that nobody adds up."""
    with pytest.raises(GrantError) as caught:
        check_grant(FUND, COMMITTEE, parts)
    assert ("E_GRANT", reason, number) == (caught.value.code, caught.value.reason, caught.value.facts.get("part"))


def granted(*rows: tuple[int, int]) -> list[Granted]:
    return [Granted(NOW + time, {MTN: amount}) for time, amount in rows]


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        ([], 0),
        ([(0, 60), (-1, 40)], 100),
        ([(1 - YEAR_SECONDS, 100)], 100),
        ([(-YEAR_SECONDS, 100)], 0),
        ([(1, 100)], 0),
    ],
)
def test_a_year_rolls(rows: list[tuple[int, int]], used: int) -> None:
    """365 days that end now, now included; what comes later is not counted before it comes."""
    found = rooms(FUND, COMMITTEE, granted(*rows), NOW)

    assert {MTN: Room(70, 100, used), ETH: Room(5, 5, 0)} == found
    assert 100 - used == found[MTN].left


def test_one_unit_too_much_in_a_year() -> None:
    """Each asset alone; what the mandate does not name is not counted here."""
    check_year(FUND, COMMITTEE, granted((0, 50), (-9, 50)), NOW)
    with pytest.raises(GrantError) as caught:
        check_year(FUND, COMMITTEE, granted((0, 50), (-9, 51)), NOW)

    assert "year" == caught.value.reason
    assert (101, 100) == (caught.value.facts["granted"], caught.value.facts["limit"])
