"""Contract signatures: what a contract is asked so that it says whether it signed 32 bytes, and what its answer means.

Decides the calldata of ERC-1271 in its two forms, the wrapper of ERC-6492 for a wallet that is not deployed yet, and
that nothing but the one right answer is a yes: 32 bytes, the form's magic value and 28 zeros. A revert or another
answer is a no (`E_1271_INVALID`); a contract that burns its gas or answers without end has said neither
(`E_1271_LIMIT`, could not be checked). Nobody is asked here (`chain.clients.contract_ask` does), and whether the old
form is taken, and at which block is asked, is decided by whoever asks. Source: ERC-1271 (and its form before June 2019:
`isValidSignature(bytes,bytes)`), ERC-6492.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from chain import abi
from chain.abi import AbiError
from chain.address import checksum
from chain.errors import ChainError, UncheckableError

Method = Literal["erc-1271", "erc-1271-bytes", "erc-6492"]
Outcome = Literal["answered", "reverted", "burned", "factory", "absent"]

MAGIC = bytes.fromhex("1626ba7e")
OLD_MAGIC = bytes.fromhex("20c13b0b")
SUFFIX = bytes.fromhex("6492") * 16
DELEGATION = bytes.fromhex("ef0100")
"""How the code of an account begins that runs another's code and still has its key (EIP-7702); 20 bytes follow."""

YES: Mapping[Method, bytes] = MappingProxyType({
    "erc-1271": MAGIC + bytes(28),
    "erc-1271-bytes": OLD_MAGIC + bytes(28),
    "erc-6492": MAGIC + bytes(28),
})  # fmt: skip
"""The only answer of each form that is a yes."""

_HEAD = bytes(31) + b"\x60"
"""The wrapper is ABI (address, bytes, bytes): after the padded address comes the offset of its first bytes, 0x60."""


class ContractSignatureError(ChainError):
    """A contract that did not sign (`E_1271_INVALID`), or a wrapper that makes no such contract (`E_6492`)."""


class Wrapped(NamedTuple):
    """What ERC-6492 wraps: how the wallet would be deployed, and the signature that it would be asked about."""

    factory: bytes
    calldata: bytes
    signature: bytes


class Question(NamedTuple):
    """One question to a contract, which with a factory is deployed before it is asked."""

    method: Method
    to: bytes
    data: bytes
    factory: bytes = b""
    factory_data: bytes = b""


class Answer(NamedTuple):
    """What came of a question; what a contract says beside its first 32 bytes is never fetched."""

    outcome: Outcome
    """`factory`: the factory's call failed; `absent`: there is no code to ask."""
    size: int = 0
    """Bytes of the answer."""
    word: bytes = b""
    """The answer, if it has 32 bytes."""


def is_wrapped(signature: bytes) -> bool:
    """Whether a signature has the form of ERC-6492; one that only ends like it is none."""
    return len(signature) > 128 and signature.endswith(SUFFIX) and signature[32:64] == _HEAD


def unwrap(signature: bytes) -> Wrapped:
    """Take a wrapper apart; `E_6492` form unless it is the one encoding of its three parts."""
    try:
        factory, calldata, inner = abi.decode(["address", "bytes", "bytes"], signature[:-32])
    except AbiError as error:
        raise ContractSignatureError("E_6492", "form") from error
    return Wrapped(factory, calldata, inner)


def question(method: Method, signer: bytes, digest: bytes, signature: bytes) -> Question:
    """Write the question whether `signer` signed these 32 bytes; a wrapped signature is unwrapped."""
    factory = calldata = b""
    if is_wrapped(signature):
        factory, calldata, signature = unwrap(signature)
    if method == "erc-1271-bytes":
        data = abi.encode_call("isValidSignature(bytes,bytes)", [digest, signature])
    else:
        data = abi.encode_call("isValidSignature(bytes32,bytes)", [digest, signature])
    if method == "erc-6492":
        return Question(method, signer, data, factory, calldata)
    return Question(method, signer, data)


def refuse_no(asked: Question, answer: Answer) -> None:
    """Return if the answer is a yes; raise what it is otherwise."""
    signer = checksum(asked.to)
    if answer.outcome == "factory":
        raise ContractSignatureError("E_6492", "factory", address=signer, factory=checksum(asked.factory))
    if answer.outcome == "absent":
        if asked.factory:
            raise ContractSignatureError("E_6492", "elsewhere", address=signer, factory=checksum(asked.factory))
        raise ContractSignatureError("E_1271_INVALID", "no_code", address=signer)
    if answer.outcome == "burned":
        raise UncheckableError("E_1271_LIMIT", "gas", address=signer)
    if answer.outcome == "reverted":
        raise ContractSignatureError("E_1271_INVALID", "reverted", address=signer)
    if answer.size != 32:
        raise ContractSignatureError("E_1271_INVALID", "size", address=signer, size=answer.size)
    if answer.word != YES[asked.method]:
        raise ContractSignatureError("E_1271_INVALID", "magic", address=signer, found=answer.word)
