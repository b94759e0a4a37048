"""`chain.networks`: short names that nobody can take for another chain."""

from __future__ import annotations

from chain.networks import DEVNET_CHAIN_ID, SHORT_NAMES


def test_short_names_are_unambiguous() -> None:
    """No two short names name one chain."""
    assert len(SHORT_NAMES) == len(set(SHORT_NAMES.values()))


def test_devnet_has_a_chain_id_of_its_own() -> None:
    """Only the name `devnet` leads to the reserved chain id."""
    assert ["devnet"] == [name for name, chain_id in SHORT_NAMES.items() if chain_id == DEVNET_CHAIN_ID]


def test_short_names_can_stand_before_a_colon() -> None:
    """Names are lower case, without blanks or colons, as EIP-3770 writes them."""
    assert all(name.isascii() and name.isalnum() and name == name.lower() for name in SHORT_NAMES)
