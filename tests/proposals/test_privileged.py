"""`proposals.privileged`: selectors that must never pass unnoticed."""

from __future__ import annotations

import pytest

from proposals.calls import erc20_transfer
from proposals.privileged import KINDS, privileged, privileged_selectors
from tests.proposals.sample import ADA, TOKEN


@pytest.mark.parametrize(
    ("selector", "name", "kind"),
    [
        ("b63e800d", "setup", "signers"),
        ("0d582f13", "addOwnerWithThreshold", "signers"),
        ("f8dc5dd9", "removeOwner", "signers"),
        ("e318b52b", "swapOwner", "signers"),
        ("694e80c3", "changeThreshold", "signers"),
        ("610b5925", "enableModule", "modules"),
        ("e009cfde", "disableModule", "modules"),
        ("468721a7", "execTransactionFromModule", "modules"),
        ("e19a9dd9", "setGuard", "guards"),
        ("f08a0323", "setFallbackHandler", "guards"),
        ("7de7edef", "changeMasterCopy", "code"),
        ("3659cfe6", "upgradeTo", "code"),
        ("4f1ef286", "upgradeToAndCall", "code"),
        ("1f931c1c", "diamondCut", "code"),
        ("6a761202", "execTransaction", "execution"),
        ("d4d9bdcd", "approveHash", "execution"),
        ("095ea7b3", "approve", "allowance"),
        ("39509351", "increaseAllowance", "allowance"),
        ("a22cb465", "setApprovalForAll", "allowance"),
        ("d505accf", "permit", "allowance"),
        ("8fcbaf0c", "permit", "allowance"),
        ("87517c45", "approve", "allowance"),
        ("23b872dd", "transferFrom", "taking"),
        ("f2fde38b", "transferOwnership", "ownership"),
        ("715018a6", "renounceOwnership", "ownership"),
        ("2f2ff15d", "grantRole", "ownership"),
        ("40c10f19", "mint", "minting"),
        ("5c19a95c", "delegate", "votes"),
    ],
)
def test_selectors_of_the_field_are_known(selector: str, name: str, kind: str) -> None:
    """Selectors as block explorers and Safe's own ABI show them."""
    power = privileged(bytes.fromhex(selector) + bytes(64))

    assert power is not None
    assert (name, kind) == (power.name, power.kind)


def test_payments_are_not_privileged() -> None:
    """A transfer, an empty call and half a selector say nothing."""
    assert [None] * 3 == [privileged(data) for data in (erc20_transfer(TOKEN, ADA, 1).data, b"", b"\x09\x5e\xa7")]


def test_table_has_no_clash() -> None:
    """Every signature has a selector of its own."""
    assert sum(map(len, KINDS.values())) == len(privileged_selectors())
