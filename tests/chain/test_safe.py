"""Safe transactions: the hash that owners sign, in every version of the Safe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safe_eth.safe import SafeTx as PeerTx

from chain import abi, safe, typed_data
from chain.address import checksum, parse
from chain.errors import ChainError
from chain.keccak import keccak256
from chain.safe import SafeError, SafeTx

from . import strategies

TX = SafeTx(
    chain_id=1, safe=b"\x01" * 20, version="1.4.1", to=b"\x02" * 20, value=5, data=b"\x01", operation=0, nonce=3
)

# What safe-tx-hashes-util (README, "Safe Transaction Hashes") and a hardware wallet show for nonce 234 of this Safe.
ARBITRUM_SAFE = parse("0x111CEEee040739fD91D29C34C33E6B3E112F2177")
NEW_OWNER = parse("0x0c75Fa5a5F1C0997e3eEA425cFA13184ed0eC9e5")


def as_safe_eth_does(tx: SafeTx) -> bytes:
    """Hash with the Safe project's own library, without a node."""
    peer = PeerTx(
        None,
        checksum(tx.safe),
        checksum(tx.to),
        tx.value,
        tx.data,
        tx.operation,
        tx.safe_tx_gas,
        tx.base_gas,
        tx.gas_price,
        checksum(tx.gas_token),
        checksum(tx.refund_receiver),
        safe_nonce=tx.nonce,
        safe_version=tx.version,
        chain_id=tx.chain_id,
    )
    return bytes(peer.safe_tx_hash)


def test_published_transaction_of_an_arbitrum_safe() -> None:
    """The three hashes that the field's best known checker publishes for one real transaction."""
    tx = SafeTx(
        chain_id=42161,
        safe=ARBITRUM_SAFE,
        version="1.3.0+L2",
        to=ARBITRUM_SAFE,
        value=0,
        data=abi.encode_call("addOwnerWithThreshold(address,uint256)", [NEW_OWNER, 3]),
        operation=safe.CALL,
        nonce=234,
    )
    domain = safe.domain_hash(tx.chain_id, tx.safe, tx.version)
    assert "1cf7f9b1efe3bc47fe02fd27c649fea19e79d66040683a1c86c7490c80bf7291" == domain.hex()
    assert "d9109ea63c50ecd3b80b6b27ed5c5a9fd3d546c2169dfb69bfa7ba24cd14c7a5" == safe.message_hash(tx).hex()
    assert "0cb7250b8becd7069223c54e2839feaed4cee156363fbfe5dd0a48e75c4e25b3" == safe.safe_tx_hash(tx).hex()


@settings(max_examples=500)
@given(strategies.safe_tx)
def test_any_transaction_hashes_as_safe_eth_hashes_it(tx: SafeTx) -> None:
    """All versions, all fields."""
    assert as_safe_eth_does(tx) == safe.safe_tx_hash(tx)


@pytest.mark.parametrize("version", safe.VERSIONS)
def test_every_version_hashes_as_safe_eth_hashes_it(version: str) -> None:
    """Each release by name, with a field in which the classes differ."""
    tx = replace(TX, version=version, base_gas=7)
    assert as_safe_eth_does(tx) == safe.safe_tx_hash(tx)


def test_versions_fall_into_three_classes() -> None:
    """0.x, 1.0 to 1.2 and 1.3 on hash one transaction differently, and within a class alike."""
    hashes = {version: safe.safe_tx_hash(replace(TX, version=version)) for version in safe.VERSIONS}
    old, middle, new = hashes["0.1.0"], hashes["1.0.0"], hashes["1.3.0"]
    assert 3 == len({old, middle, new})
    assert {"0.1.0"} == {version for version, hash_ in hashes.items() if hash_ == old}
    assert {"1.0.0", "1.1.0", "1.1.1", "1.2.0"} == {version for version, hash_ in hashes.items() if hash_ == middle}


def test_type_hashes_are_those_of_the_contracts() -> None:
    """SAFE_TX_TYPEHASH and SAFE_MSG_TYPEHASH as the sources state them."""
    zero_struct = typed_data.encode_type("SafeTx", safe._tx_types("1.4.1")).encode()
    assert "bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8" == keccak256(zero_struct).hex()
    before = typed_data.encode_type("SafeTx", safe._tx_types("0.1.0")).encode()
    assert "14d461bc7412367e924637b363c7bf29b8f47e2f84869f4426e5633d8af47b20" == keccak256(before).hex()
    message = typed_data.encode_type("SafeMessage", safe._MESSAGE_TYPES).encode()
    assert "60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca" == keccak256(message).hex()


def test_H82_signatures_for_a_safe_before_1_3_0_count_on_every_chain() -> None:
    """Without the chain id in the domain the same signature pays twice; who plans a part must know."""
    assert [False] * 5 + [True] * 4 == [safe.binds_chain(version) for version in safe.VERSIONS]
    for version in ("1.2.0", "1.3.0"):
        here, there = (safe.safe_tx_hash(replace(TX, version=version, chain_id=chain)) for chain in (1, 10))
        assert (here != there) == safe.binds_chain(version)


@pytest.mark.parametrize("version", ["1.3.0+L2", "1.4.1+L2", "1.5.0+whatever"])
def test_build_suffix_means_nothing(version: str) -> None:
    """A SafeL2 differs in its events only."""
    plain = replace(TX, version=version.partition("+")[0])
    assert safe.safe_tx_hash(plain) == safe.safe_tx_hash(replace(TX, version=version))


@pytest.mark.parametrize("version", ["", "1.6.0", "2.0.0", "0.0.2", "1.4", "v1.4.1", "1.4.1 ", "+L2", "١.٤.١"])
def test_H81_version_whose_hashes_are_not_known(version: str) -> None:
    """A release that nobody here has read is refused, not guessed."""
    with pytest.raises(SafeError) as caught:
        replace(TX, version=version)
    assert ("E_SAFE_CONFIG", "version") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize("operation", [2, -1, True, "0", None])
def test_operation_that_no_safe_knows(operation: Any) -> None:
    """0 calls, 1 delegatecalls."""
    with pytest.raises(SafeError) as caught:
        replace(TX, operation=operation)
    assert ("E_SAFE_TX", "operation") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("value", 2**256, "E_UINT"),
        ("nonce", -1, "E_UINT"),
        ("base_gas", True, "E_UINT"),
        ("to", b"\x01" * 19, "E_ADDRESS"),
        ("gas_token", "0x", "E_ADDRESS"),
        ("data", "zz", "E_BYTES"),
        ("chain_id", "1", "E_UINT"),
    ],
)
def test_field_out_of_range_has_no_hash(field: str, value: Any, code: str) -> None:
    """Nothing is cut to size on the way to a signature."""
    with pytest.raises(ChainError) as caught:
        safe.safe_tx_hash(replace(TX, **{field: value}))
    assert code == caught.value.code


@settings(max_examples=100)
@given(strategies.safe_tx, st.sampled_from(["value", "base_gas", "nonce", "gas_price", "safe_tx_gas"]))
def test_every_field_is_in_the_hash(tx: SafeTx, field: str) -> None:
    """Whatever changes, the owners would sign something else."""
    other = replace(tx, **{field: getattr(tx, field) ^ 1})
    assert safe.safe_tx_hash(tx) != safe.safe_tx_hash(other)


@settings(max_examples=50)
@given(strategies.safe_tx, strategies.digest)
def test_the_hash_is_made_of_the_two_that_a_wallet_shows(tx: SafeTx, message: bytes) -> None:
    """0x1901, domain hash, message hash; and a Safe's message is bound to the same domain."""
    domain = safe.domain_hash(tx.chain_id, tx.safe, tx.version)
    assert keccak256(b"\x19\x01" + domain + safe.message_hash(tx)) == safe.safe_tx_hash(tx)
    type_hash = bytes.fromhex("60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca")
    struct = keccak256(type_hash + keccak256(message))
    expected = keccak256(b"\x19\x01" + domain + struct)
    assert expected == safe.safe_message_hash(chain_id=tx.chain_id, safe=tx.safe, version=tx.version, message=message)
