"""The pinned addresses are those that the Safe project publishes."""

from __future__ import annotations

from safe_eth.safe.multi_send import MultiSend
from safe_eth.safe.safe_deployments import safe_deployments

from chain import safe
from chain.address import checksum
from chain.safe_deployments import message_handler_release, singleton_release


def test_every_pinned_address_is_a_published_one() -> None:
    """Name and release, on at least a hundred chains."""
    for contract in safe.KNOWN_CONTRACTS.values():
        chains = safe_deployments[contract.version][contract.name]
        published = [chain for chain, addresses in chains.items() if checksum(contract.address) in addresses]
        assert len(published) >= 100, contract


def test_every_published_contract_of_these_releases_is_pinned() -> None:
    """What is deployed on a hundred chains is known by name."""
    for version in ("1.3.0", "1.4.1", "1.5.0"):
        for name, chains in safe_deployments[version].items():
            known = {
                checksum(c.address) for c in safe.KNOWN_CONTRACTS.values() if (c.version, c.name) == (version, name)
            }
            everywhere = [addresses[0] for addresses in chains.values()]
            assert {a for a in everywhere if everywhere.count(a) >= 100} <= known


def test_batch_contracts_are_those_of_safe_eth() -> None:
    """The canonical ones by release, the second set of 1.3.0 among the known."""
    assert {"1.3.0", "1.4.1", "1.5.0"} == set(safe.MULTI_SEND_CALL_ONLY) == set(safe.MULTI_SEND) == set(safe.FACTORIES)
    known: dict[str, set[str]] = {c.name: set() for c in safe.KNOWN_CONTRACTS.values()}
    for contract in safe.KNOWN_CONTRACTS.values():
        known[contract.name].add(checksum(contract.address))
    assert set(MultiSend.MULTISEND_CALL_ONLY_ADDRESSES) == known["MultiSendCallOnly"]
    assert set(MultiSend.MULTISEND_ADDRESSES) == known["MultiSend"]


def test_names_by_release() -> None:
    """1.3.0 has two of each, the later releases one."""
    assert {"GnosisSafe", "GnosisSafeL2"} == set(safe.SINGLETONS["1.3.0"].values())
    assert {"Safe", "SafeL2"} == set(safe.SINGLETONS["1.4.1"].values()) == set(safe.SINGLETONS["1.5.0"].values())
    assert [4, 2, 2] == [len(safe.SINGLETONS[version]) for version in ("1.3.0", "1.4.1", "1.5.0")]
    assert safe.MULTI_SEND_CALL_ONLY["1.4.1"] not in safe.SINGLETONS["1.4.1"]


def test_only_one_kind_of_handler_answers_for_the_owners() -> None:
    """By its release; the two others of 1.5.0, no handler, and a contract that is no handler are none of them."""
    answering = {c for c in safe.KNOWN_CONTRACTS.values() if c.name == "CompatibilityFallbackHandler"}
    assert {"1.3.0", "1.4.1", "1.5.0"} == {c.version for c in answering}
    for contract in safe.KNOWN_CONTRACTS.values():
        expected = contract.version if contract in answering else None
        assert expected == message_handler_release(contract.address), contract
        is_safe = contract.address in safe.SINGLETONS[contract.version]
        assert (contract.version if is_safe else None) == singleton_release(contract.address), contract
    assert (None, None) == (message_handler_release(bytes(20)), singleton_release(bytes(20)))
