"""A Safe transaction as a value, and the hashes that its owners sign.

Decides the hash of a Safe transaction and of a Safe message for every released version of the Safe. It reads no chain:
chain id, Safe, version and nonce are fields. Whether a transaction should be signed is decided by the treasury; who
signed it by `chain.safe_signatures`; what a batch holds by `chain.multi_send`. Their names are offered here too.

Three kinds of Safe hash one transaction differently: 0.x calls one field `dataGas`; from 1.0.0 it is `baseGas`; only
from 1.3.0 on does the domain hold the chain id, so a signature for an older Safe counts on every chain where that
address is the same Safe (`binds_chain`).

Source: Safe smart account, `GnosisSafe.sol` / `Safe.sol` (DOMAIN_SEPARATOR_TYPEHASH, SAFE_TX_TYPEHASH) and
`CompatibilityFallbackHandler.sol` (SAFE_MSG_TYPEHASH), tags v0.1.0 to v1.5.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from chain import typed_data
from chain.abi import topic
from chain.address import ZERO
from chain.multi_send import InnerCall, decode_multi_send, encode_multi_send
from chain.safe_deployments import (
    FACTORIES,
    FALLBACK_HANDLERS,
    KNOWN_CONTRACTS,
    MULTI_SEND,
    MULTI_SEND_CALL_ONLY,
    SIGN_MESSAGE_LIBS,
    SINGLETONS,
    KnownContract,
)
from chain.safe_errors import SafeError
from chain.safe_signatures import (
    OwnerSignature,
    check_signatures,
    join_signatures,
    recover_owners,
    split_signatures,
)
from chain.signer import TypedData
from chain.typed_data import Field

__all__ = [
    "CALL",
    "DELEGATECALL",
    "EXECUTION_FAILURE",
    "EXECUTION_SUCCESS",
    "FACTORIES",
    "FALLBACK_HANDLERS",
    "KNOWN_CONTRACTS",
    "MULTI_SEND",
    "MULTI_SEND_CALL_ONLY",
    "SIGN_MESSAGE_LIBS",
    "SINGLETONS",
    "VERSIONS",
    "InnerCall",
    "KnownContract",
    "OwnerSignature",
    "SafeError",
    "SafeTx",
    "binds_chain",
    "check_signatures",
    "decode_multi_send",
    "domain_hash",
    "encode_multi_send",
    "join_signatures",
    "message_hash",
    "recover_owners",
    "release",
    "safe_message_data",
    "safe_message_hash",
    "safe_tx_data",
    "safe_tx_hash",
    "split_signatures",
]

CALL, DELEGATECALL = 0, 1

EXECUTION_SUCCESS = topic("ExecutionSuccess(bytes32,uint256)")
EXECUTION_FAILURE = topic("ExecutionFailure(bytes32,uint256)")
"""A Safe logs one of the two for every nonce that it spends. The SafeTx hash is indexed from 1.4.0 on and stood in the
data before."""

VERSIONS = ("0.1.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.4.0", "1.4.1", "1.5.0")
"""Every release whose hashes are known; a contract that names another one may hash differently."""

_MESSAGE_TYPES = {"SafeMessage": (Field("message", "bytes"),)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTx:
    """One transaction of one Safe, as its owners sign it."""

    chain_id: int
    safe: bytes
    version: str
    """The Safe's `VERSION()`, such as `1.4.1`; a build suffix (`1.3.0+L2`) is taken and means nothing here."""
    to: bytes
    value: int
    """Wei."""
    data: bytes
    operation: int
    """0 calls; 1 runs the code of `to` as the Safe itself (delegatecall)."""
    safe_tx_gas: int = 0
    base_gas: int = 0
    """Gas units refunded on top of what was measured: with a gas price, whatever the proposer likes."""
    gas_price: int = 0
    """Wei, or base units of `gas_token`, a gas unit. Above 0 the Safe pays its executor."""
    gas_token: bytes = ZERO
    refund_receiver: bytes = ZERO
    nonce: int

    def __post_init__(self) -> None:
        release(self.version)
        if type(self.operation) is not int or self.operation not in (CALL, DELEGATECALL):
            raise SafeError("E_SAFE_TX", "operation", found=self.operation)


def release(version: str) -> tuple[int, int, int]:
    """Return `1.3.0+L2` as (1, 3, 0); raise `SafeError` (`E_SAFE_CONFIG`) for a release whose hashes are not known."""
    number = version.partition("+")[0]
    if number not in VERSIONS:
        raise SafeError("E_SAFE_CONFIG", "version", found=version[:40], known=", ".join(VERSIONS))
    major, minor, patch = map(int, number.split("."))
    return major, minor, patch


def binds_chain(version: str) -> bool:
    """Whether a signature for a Safe of this version counts on one chain only (from 1.3.0 on)."""
    return release(version) >= (1, 3, 0)


def domain_hash(chain_id: int, safe: bytes, version: str) -> bytes:
    """Return the EIP-712 domain separator of a Safe; the first hash that a hardware wallet shows."""
    return typed_data.domain_separator(_domain(chain_id, safe, version))


def message_hash(tx: SafeTx) -> bytes:
    """Return the EIP-712 struct hash of a transaction; the second hash that a hardware wallet shows."""
    return typed_data.hash_struct("SafeTx", _tx_types(tx.version), _tx_message(tx))


def safe_tx_hash(tx: SafeTx) -> bytes:
    """Return the 32 bytes that owners sign. Raises the errors of `typed_data` for a field that is out of range."""
    return safe_tx_data(tx).digest()


def safe_tx_data(tx: SafeTx) -> TypedData:
    """Return the typed data of a transaction, as a wallet is shown it."""
    return TypedData(_domain(tx.chain_id, tx.safe, tx.version), _tx_types(tx.version), "SafeTx", _tx_message(tx))


def safe_message_hash(*, chain_id: int, safe: bytes, version: str, message: bytes) -> bytes:
    """Return the 32 bytes that owners sign so that the Safe itself has signed `message` (ERC-1271).

    For typed data, such as a vote of the Safe, `message` is the 32-byte digest.
    """
    return safe_message_data(chain_id=chain_id, safe=safe, version=version, message=message).digest()


def safe_message_data(*, chain_id: int, safe: bytes, version: str, message: bytes) -> TypedData:
    """Return the typed data of a Safe's own message, as a wallet is shown it."""
    return TypedData(_domain(chain_id, safe, version), _MESSAGE_TYPES, "SafeMessage", {"message": message})


def _domain(chain_id: int, safe: bytes, version: str) -> dict[str, object]:
    contract: dict[str, object] = {"verifyingContract": safe}
    return {"chainId": chain_id, **contract} if binds_chain(version) else contract


def _base_gas_name(version: str) -> str:
    return "dataGas" if release(version) < (1, 0, 0) else "baseGas"


def _tx_types(version: str) -> typed_data.Types:
    return {
        "SafeTx": (
            Field("to", "address"),
            Field("value", "uint256"),
            Field("data", "bytes"),
            Field("operation", "uint8"),
            Field("safeTxGas", "uint256"),
            Field(_base_gas_name(version), "uint256"),
            Field("gasPrice", "uint256"),
            Field("gasToken", "address"),
            Field("refundReceiver", "address"),
            Field("nonce", "uint256"),
        )
    }


def _tx_message(tx: SafeTx) -> dict[str, object]:
    return {
        "to": tx.to,
        "value": tx.value,
        "data": tx.data,
        "operation": tx.operation,
        "safeTxGas": tx.safe_tx_gas,
        _base_gas_name(tx.version): tx.base_gas,
        "gasPrice": tx.gas_price,
        "gasToken": tx.gas_token,
        "refundReceiver": tx.refund_receiver,
        "nonce": tx.nonce,
    }
