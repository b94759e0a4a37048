"""The Safe's own contracts, by address: the pinned set against which a Safe and its transactions are held.

Decides nothing: these are facts. The same address on every chain, because each contract is created by CREATE2 from its
genuine bytecode; 1.3.0 has a second set (`eip155`), for chains that refuse the replayable transaction which deployed
the first factory. Chains with another virtual machine (zkSync) have other code and other addresses: not pinned.

Source: npm `@safe-global/safe-deployments`, as packaged by safe-eth-py 7.27 (`safe_eth/safe/safe_deployments.py`), with
which `tests/chain/test_safe_deployments.py` compares every line; the code hashes are those of that npm package.
SafeToL2Migration is the project's own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chain.address import parse


class KnownContract(NamedTuple):
    """One contract of the Safe project: its name in the sources, its release, and how it was deployed."""

    name: str
    version: str
    variant: str
    """`canonical`, or `eip155` for the second set of 1.3.0."""
    address: bytes


_TABLE = """
1.3.0 canonical GnosisSafe                   0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552
1.3.0 canonical GnosisSafeL2                 0x3E5c63644E683549055b9Be8653de26E0B4CD36E
1.3.0 canonical GnosisSafeProxyFactory       0xa6B71E26C5e0845f74c812102Ca7114b6a896AB2
1.3.0 canonical CompatibilityFallbackHandler 0xf48f2B2d2a534e402487b3ee7C18c33Aec0Fe5e4
1.3.0 canonical MultiSend                    0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761
1.3.0 canonical MultiSendCallOnly            0x40A2aCCbd92BCA938b02010E17A5b8929b49130D
1.3.0 canonical SignMessageLib               0xA65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2
1.3.0 canonical CreateCall                   0x7cbB62EaA69F79e6873cD1ecB2392971036cFAa4
1.3.0 canonical SimulateTxAccessor           0x59AD6735bCd8152B84860Cb256dD9e96b85F69Da
1.3.0 eip155    GnosisSafe                   0x69f4D1788e39c87893C980c06EdF4b7f686e2938
1.3.0 eip155    GnosisSafeL2                 0xfb1bffC9d739B8D520DaF37dF666da4C687191EA
1.3.0 eip155    GnosisSafeProxyFactory       0xC22834581EbC8527d974F8a1c97E1bEA4EF910BC
1.3.0 eip155    CompatibilityFallbackHandler 0x017062a1dE2FE6b99BE3d9d37841FeD19F573804
1.3.0 eip155    MultiSend                    0x998739BFdAAdde7C933B942a68053933098f9EDa
1.3.0 eip155    MultiSendCallOnly            0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B
1.3.0 eip155    SignMessageLib               0x98FFBBF51bb33A056B08ddf711f289936AafF717
1.3.0 eip155    CreateCall                   0xB19D6FFc2182150F8Eb585b79D4ABcd7C5640A9d
1.3.0 eip155    SimulateTxAccessor           0x727a77a074D1E6c4530e814F89E618a3298FC044
1.4.1 canonical Safe                         0x41675C099F32341bf84BFc5382aF534df5C7461a
1.4.1 canonical SafeL2                       0x29fcB43b46531BcA003ddC8FCB67FFE91900C762
1.4.1 canonical SafeProxyFactory             0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67
1.4.1 canonical CompatibilityFallbackHandler 0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99
1.4.1 canonical MultiSend                    0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526
1.4.1 canonical MultiSendCallOnly            0x9641d764fc13c8B624c04430C7356C1C7C8102e2
1.4.1 canonical SignMessageLib               0xd53cd0aB83D845Ac265BE939c57F53AD838012c9
1.4.1 canonical CreateCall                   0x9b35Af71d77eaf8d7e40252370304687390A1A52
1.4.1 canonical SimulateTxAccessor           0x3d4BA2E0884aa488718476ca2FB8Efc291A46199
1.4.1 canonical SafeMigration                0x526643F69b81B008F46d95CD5ced5eC0edFFDaC6
1.4.1 canonical SafeToL2Migration            0xfF83F6335d8930cBad1c0D439A841f01888D9f69
1.4.1 canonical SafeToL2Setup                0xBD89A1CE4DDe368FFAB0eC35506eEcE0b1fFdc54
1.5.0 canonical Safe                         0xFf51A5898e281Db6DfC7855790607438dF2ca44b
1.5.0 canonical SafeL2                       0xEdd160fEBBD92E350D4D398fb636302fccd67C7e
1.5.0 canonical SafeProxyFactory             0x14F2982D601c9458F93bd70B218933A6f8165e7b
1.5.0 canonical CompatibilityFallbackHandler 0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4
1.5.0 canonical ExtensibleFallbackHandler    0x85a8ca358D388530ad0fB95D0cb89Dd44Fc242c3
1.5.0 canonical TokenCallbackHandler         0x54e86d004d71a8D2112ec75FaCE57D730b0433F3
1.5.0 canonical MultiSend                    0x218543288004CD07832472D464648173c77D7eB7
1.5.0 canonical MultiSendCallOnly            0xA83c336B20401Af773B6219BA5027174338D1836
1.5.0 canonical SignMessageLib               0x4FfeF8222648872B3dE295Ba1e49110E61f5b5aa
1.5.0 canonical CreateCall                   0x2Ef5ECfbea521449E4De05EDB1ce63B75eDA90B4
1.5.0 canonical SimulateTxAccessor           0x07EfA797c55B5DdE3698d876b277aBb6B893654C
1.5.0 canonical SafeMigration                0x6439e7ABD8Bb915A5263094784C5CF561c4172AC
1.5.0 canonical SafeToL2Setup                0x900C7589200010D6C6eCaaE5B06EBe653bc2D82a
"""


def _read_table() -> tuple[KnownContract, ...]:
    rows = (line.split() for line in _TABLE.split("\n") if line)
    return tuple(KnownContract(name, version, variant, parse(text)) for version, variant, name, text in rows)


_CONTRACTS = _read_table()


def _canonical(name: str) -> Mapping[str, bytes]:
    """Map release to the canonical address of one contract."""
    names = (name, "Gnosis" + name)
    found = {c.version: c.address for c in _CONTRACTS if c.name in names and c.variant == "canonical"}
    return MappingProxyType(found)


def _by_version(*names: str) -> Mapping[str, Mapping[bytes, str]]:
    """Map release to the addresses of several contracts, each with its name."""
    found: dict[str, dict[bytes, str]] = {}
    for contract in _CONTRACTS:
        if contract.name in names:
            found.setdefault(contract.version, {})[contract.address] = contract.name
    return MappingProxyType({version: MappingProxyType(addresses) for version, addresses in found.items()})


KNOWN_CONTRACTS: Mapping[bytes, KnownContract] = MappingProxyType({c.address: c for c in _CONTRACTS})
"""Every pinned contract by address."""

MULTI_SEND_CALL_ONLY = _canonical("MultiSendCallOnly")
"""The batch contract that we build with, by release of the Safe; other known ones are in `KNOWN_CONTRACTS`."""
CALL_ONLY_CODE: Mapping[str, bytes] = MappingProxyType({
    "1.3.0": bytes.fromhex("a9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad"),
    "1.4.1": bytes.fromhex("ecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939"),
    "1.5.0": bytes.fromhex("cdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663"),
})  # fmt: skip
"""The hash of its code by release. Where nothing stands at its address, a Safe's delegatecall to it succeeds, and pays
nobody.
"""
MULTI_SEND = _canonical("MultiSend")
"""The batch contract that also delegatecalls; never built with, known to be refused by name."""
FACTORIES = _canonical("SafeProxyFactory")

SINGLETONS = _by_version("GnosisSafe", "GnosisSafeL2", "Safe", "SafeL2")
"""By release: the contracts that a genuine Safe proxy may point to, each with its name."""
FALLBACK_HANDLERS = _by_version("CompatibilityFallbackHandler", "ExtensibleFallbackHandler", "TokenCallbackHandler")
SIGN_MESSAGE_LIBS = _by_version("SignMessageLib")
"""Delegatecalled, it signs any message in the Safe's name."""


def singleton_release(singleton: bytes) -> str | None:
    """Return the release of the Safe whose code stands there; None for any other code."""
    return next((release for release, known in SINGLETONS.items() if singleton in known), None)


def message_handler_release(handler: bytes) -> str | None:
    """Return the release of a fallback handler that answers for the Safe's owners whether it signed; None for others.

    Of the other known handlers, one answers for nobody and one as each Safe chooses.
    """
    name = "CompatibilityFallbackHandler"
    return next((release for release, known in FALLBACK_HANDLERS.items() if known.get(handler) == name), None)
