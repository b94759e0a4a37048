"""Functions whose one call can cost a treasury everything: who signs, what code runs, who may take tokens.

Decides only what a selector is known to do, by name and kind; whether a vote asked for it is decided by lint (IIP-F11)
and by review. Four bytes are no proof: another contract may use the same selector for something harmless, and an
unknown selector may be worse. Sources: Safe 1.0-1.5, OpenZeppelin Contracts 4 and 5, EIP-20, 721, 777, 1967, 2535,
1155, 2612, 6909, DAI, Permit2, the Safe's allowance module, Zodiac, ThreeFMutual's IIP proxy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from chain import abi

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # who signs for the Safe, and how many must
        "signers": (
            "setup(address[],uint256,address,bytes,address,address,uint256,address)",
            "addOwnerWithThreshold(address,uint256)",
            "removeOwner(address,address,uint256)",
            "swapOwner(address,address,address)",
            "changeThreshold(uint256)",
        ),
        # who acts for the Safe without any signature
        "modules": (
            "enableModule(address)",
            "disableModule(address,address)",
            "execTransactionFromModule(address,uint256,bytes,uint8)",
            "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)",
            "setAvatar(address)",
            "setTarget(address)",
            "assignRoles(address,bytes32[],bool[])",
        ),
        # who is asked before the Safe acts, and who answers in its name
        "guards": (
            "setGuard(address)",
            "setModuleGuard(address)",
            "setFallbackHandler(address)",
        ),
        # which code runs
        "code": (
            "changeMasterCopy(address)",
            "migrateSingleton()",
            "migrateWithFallbackHandler()",
            "migrateL2Singleton()",
            "migrateL2WithFallbackHandler()",
            "upgradeTo(address)",
            "upgradeToAndCall(address,bytes)",
            "upgrade(address,address)",
            "upgradeAndCall(address,address,bytes)",
            "setImplementation(address)",
            "diamondCut((address,uint8,bytes4[])[],address,bytes)",
        ),
        # another Safe transaction, or a signature, in the name of the Safe
        "execution": (
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
            "approveHash(bytes32)",
            "signMessage(bytes)",
        ),
        # who may take tokens later
        "allowance": (
            "approve(address,uint256)",
            "approve(address,address,uint160,uint48)",
            "setAllowance(address,address,uint96,uint16,uint32)",
            "addDelegate(address)",
            "increaseAllowance(address,uint256)",
            "increaseApproval(address,uint256)",
            "approveAndCall(address,uint256,bytes)",
            "setApprovalForAll(address,bool)",
            "authorizeOperator(address)",
            "setOperator(address,bool)",
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
            "permit(address,address,uint256,uint256,bytes)",
            "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
            "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
        ),
        # tokens out of another account that allowed it
        "taking": (
            "transferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256)",
            "safeTransferFrom(address,address,uint256,bytes)",
            "safeTransferFrom(address,address,uint256,uint256,bytes)",
            "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
            "transferFrom(address,address,uint160,address)",
            "burnFrom(address,uint256)",
        ),
        # who administers a contract
        "ownership": (
            "transferOwnership(address)",
            "renounceOwnership()",
            "acceptOwnership()",
            "setOwner(address)",
            "changeOwner(address)",
            "changeAdmin(address)",
            "setAdmin(address)",
            "setPendingAdmin(address)",
            "acceptAdmin()",
            "beginDefaultAdminTransfer(address)",
            "acceptDefaultAdminTransfer()",
            "changeProxyAdmin(address,address)",
            "nominateNewOwner(address)",
            "grantRole(bytes32,address)",
            "grantRole(uint64,address,uint32)",
            "revokeRole(bytes32,address)",
            "renounceRole(bytes32,address)",
            "setAuthority(address)",
            "rely(address)",
            "deny(address)",
            "setGovernance(address)",
            "updateDelay(uint256)",
        ),
        # new tokens
        "minting": (
            "mint(address,uint256)",
            "addMinter(address)",
            "setMinter(address)",
        ),
        # where income goes, and who votes with the treasury's tokens
        "income": ("newIIP(address)",),
        "votes": ("delegate(address)", "setDelegate(bytes32,address)"),
    }
)


class Privileged(NamedTuple):
    """What a selector is known to do."""

    signature: str
    kind: str
    """A key of `KINDS`."""

    @property
    def name(self) -> str:
        """The function's name without its arguments."""
        return self.signature.partition("(")[0]


@cache
def privileged_selectors() -> Mapping[bytes, Privileged]:
    """Return the table by its 4-byte selectors, which are computed from the signatures and never written by hand."""
    return MappingProxyType(
        {
            abi.selector(signature): Privileged(signature, kind)
            for kind, signatures in KINDS.items()
            for signature in signatures
        }
    )


def privileged(data: bytes) -> Privileged | None:
    """Say what a call's data would do, if its selector is in the table."""
    return privileged_selectors().get(data[:4])
