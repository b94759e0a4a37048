"""`treasury.beneficiaries`: two sides sign a change, or the plan is not read at all."""

from __future__ import annotations

import pytest

from chain.address import checksum
from chain.signature import address_of
from chain.signer import KeySigner
from proposals.times import spell_instant
from tests.treasury.plans import MUTON, grant
from treasury.allocation import Plan, PlanError
from treasury.allocation_text import read_plan
from treasury.beneficiaries import Ground, Why, message_of, typed

KEYS = {name: bytes([number]) * 32 for number, name in enumerate(("ann", "ben", "cho", "steward", "eve"), 1)}
WHO = {name: address_of(key) for name, key in KEYS.items()}
TOKEN = b"\x07" * 20
AT = 1_800_000_000


def plan(*rows: str, steward: str = "steward", token: bytes = TOKEN) -> Plan:
    """Ann's grant, with ben as her successor, and some changes."""
    head = f'decimals = 18\nchain = 1\ntoken = "{checksum(token)}"\nsteward = "{checksum(WHO[steward])}"'
    more = f'successor = "{checksum(WHO["ben"])}"\n'
    text = MUTON.replace("decimals = 18", head) + grant("ann", checksum(WHO["ann"]), more=more)
    return read_plan((text + "".join(rows)).encode())


def change(to: str, by: str, *, old: str = "ann", why: Why = "agreed", at: int = AT, steward: str = "steward") -> str:
    """A row of the plan, signed by two people for a change from `old`."""
    made = plan()
    one = made.grant("ann")
    ground = Ground(made.name, 1, TOKEN, WHO["steward"])
    message = {**message_of(ground, one, WHO[to], why, at), "from": checksum(WHO[old])}
    signed = {name: KeySigner(KEYS[name]).sign_typed(typed(message)).hex() for name in (by, steward)}
    return (
        f'\n[[change]]\ngrant = "ann"\nto = "{checksum(WHO[to])}"\nwhy = "{why}"\nat = "{spell_instant(at)}"\n'
        f'by = "0x{signed[by]}"\nsteward = "0x{signed[steward]}"\n'
    )


def test_both_sides_change_a_beneficiary() -> None:
    """Ann and the steward agree on cho, and cho and the steward on eve; everything else of the grant stays."""
    before = plan().grant("ann")
    after = plan(change("cho", "ann"), change("eve", "cho", old="cho", at=AT + 1)).grant("ann")

    assert (WHO["ann"], WHO["eve"]) == (before.beneficiary, after.beneficiary)
    assert (before.amount, before.bucket, WHO["ben"]) == (after.amount, after.bucket, after.successor)
    assert (WHO["ann"], WHO["cho"]) == after.former


def test_a_successor_takes_the_place_of_who_cannot_sign() -> None:
    """Ben was named; he and the steward suffice, and nobody succeeds him by the same name."""
    after = plan(change("ben", "ben", why="successor")).grant("ann")

    assert (WHO["ben"], None) == (after.beneficiary, after.successor)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (lambda: [change("cho", "eve")], "change_side"),
        (lambda: [change("cho", "ann", steward="eve")], "change_side"),
        (lambda: [change("cho", "steward")], "change_side"),
        (lambda: [change("eve", "eve", why="successor")], "no_successor"),
        (lambda: [change("ben", "ann", why="successor")], "change_side"),
        (lambda: [change("ben", "ben")], "change_side"),
        (lambda: [change("steward", "ann")], "change_alone"),
        (lambda: [change("ann", "ann")], "change_alone"),
        (lambda: [change("cho", "ann"), change("cho", "ann")], "change_order"),
        (lambda: [change("cho", "ann"), change("eve", "ann", at=AT + 1)], "change_side"),
        (lambda: [change("cho", "ann").replace(spell_instant(AT), spell_instant(AT + 1))], "change_side"),
        (lambda: [change("cho", "ann").replace(checksum(WHO["cho"]), checksum(WHO["eve"]))], "change_side"),
        (lambda: [change("cho", "ann").replace('grant = "ann"', 'grant = "ben"')], "grant"),
    ],
)
def test_one_side_is_not_enough(rows: object, reason: str) -> None:
    """A stranger, one person twice, another time, payee or grant, used words, and who is nobody's successor."""
    with pytest.raises(PlanError) as caught:
        plan(*rows())  # type: ignore[operator]

    assert ("E_PLAN", reason) == (caught.value.code, caught.value.reason)


def test_signatures_are_of_one_plan() -> None:
    """Another token or another steward: the same signatures mean nothing there."""
    row = change("cho", "ann")
    for other in ({"token": b"\x08" * 20}, {"steward": "eve"}):
        with pytest.raises(PlanError) as caught:
            plan(row, **other)  # type: ignore[arg-type]
        assert "change_side" == caught.value.reason
    with pytest.raises(PlanError) as malleable:
        plan(row.replace('by = "0x', 'by = "0x00'))
    assert ("E_PLAN_FILE", "signature") == (malleable.value.code, malleable.value.reason)
