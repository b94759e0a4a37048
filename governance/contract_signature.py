"""A contract's signature of a message, and the evidence that lets anybody check it later, without that contract.

Decides the form of the evidence and what it shows: which question was asked, what came back, and, as far as trie nodes
under the block's hash reach, that it had to come back. A Safe's signature is *proved* where the state of the Safe is
shown (`chain.safe_message`): its owners may change as they like afterwards. Of any other contract only its existence
is shown, and that it answered so is the word of the providers that were asked (`A_1271`). Not decided: at which block
is asked, and whether that block is the chain's.
"""

from __future__ import annotations

from dataclasses import dataclass

from chain import dag_cbor, erc1271
from chain.address import checksum
from chain.blocks import BlockRef
from chain.cid import CID, DAG_CBOR
from chain.erc1271 import DELEGATION, YES, Method
from chain.header import decode_header
from chain.safe_message import check_message
from chain.safe_state import SafeStateProof
from chain.state_proof import EMPTY_CODE_HASH, Trie, account_in, canonical_nodes, index_nodes, refuse_surplus
from governance.envelope import Envelope, Policy
from governance.errors import GovernanceError
from governance.strict_map import StrictMap, expect_version, open_map

VERSION = 1
KIND = "contract-signature"

_KEYS = "v kind method answer providers state header nodes"
_METHODS: tuple[Method, ...] = ("erc-1271", "erc-1271-bytes", "erc-6492")
_PROVIDERS_MAX = 16
_DELEGATED_SIZE = 23


class ContractError(GovernanceError):
    """Evidence that does not show what it should (`E_1271_INVALID`, `E_1271_BLOCK`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEvidence:
    """What was asked and answered, and what proves it."""

    method: Method
    answer: bytes
    """The 32 bytes that came back."""
    providers: tuple[str, ...]
    """Host and name of those who gave this answer alike."""
    state: CID | None = None
    """A `safe-state` proof that also shows what the signature leans on; None where the contract is no Safe."""
    header: bytes | None = None
    """RLP of the block's header where there is no `state`."""
    nodes: tuple[bytes, ...] = ()
    """Trie nodes from that header to the contract's account."""


def write_evidence(evidence: ContractEvidence) -> bytes:
    """Return the canonical block."""
    return dag_cbor.encode(
        {
            "v": VERSION,
            "kind": KIND,
            "method": evidence.method,
            "answer": evidence.answer,
            "providers": list(evidence.providers),
            "state": evidence.state,
            "header": evidence.header,
            "nodes": list(canonical_nodes(evidence.nodes)),
        }
    )


def read_evidence(data: bytes) -> ContractEvidence:
    """Read a block, and nothing that `write_evidence` would not have written byte for byte."""
    opened = open_map(dag_cbor.decode(data), _KEYS, code="E_1271_INVALID", place=KIND)
    expect_version(opened, "v", VERSION)
    if opened.values["kind"] != KIND:
        opened.refuse("kind", KIND)
    method = opened.one_of("method", _METHODS)
    state = opened.values["state"]
    if state is not None and not (isinstance(state, CID) and state.codec == DAG_CBOR):
        opened.refuse("state", "a CID of DAG-CBOR")
    evidence = ContractEvidence(
        method=next(known for known in _METHODS if known == method),
        answer=opened.hash32("answer"),
        providers=_providers(opened),
        state=state if isinstance(state, CID) else None,
        header=_header(opened),
        nodes=tuple(_nodes(opened)),
    )
    if write_evidence(evidence) != data:
        raise ContractError("E_CANONICAL", KIND)
    return evidence


def _header(opened: StrictMap) -> bytes | None:
    value = opened.values["header"]
    if value is not None and not isinstance(value, bytes):
        opened.refuse("header", "bytes or null")
    return value


def _nodes(opened: StrictMap) -> list[bytes]:
    found = [node for node in opened.items("nodes") if isinstance(node, bytes)]
    if len(found) != len(opened.items("nodes")):
        opened.refuse("nodes", "trie nodes in ascending order, each once")
    return found


def _providers(opened: StrictMap) -> tuple[str, ...]:
    labels = opened.text_list("providers", r"(?s).{1,256}")
    if not 1 <= len(labels) <= _PROVIDERS_MAX:
        opened.refuse("providers", f"at most {_PROVIDERS_MAX} names")
    return tuple(labels)


def check_evidence(
    evidence: ContractEvidence,
    envelope: Envelope,
    block: BlockRef,
    policy: Policy,
    state: SafeStateProof | None,
) -> bool:
    """Return whether the signature is proved, or only answered by a contract; raise where the evidence shows neither.

    `state` is what `evidence.state` names. `E_1271_INVALID` for an answer that is no yes, a form that the policy does
    not take, or an account that is none; `E_1271_BLOCK` for another block or address; `E_PROOF` and the errors of
    `chain.safe_message` for a proof that fails.
    """
    signer, wrapped = envelope.address, erc1271.is_wrapped(envelope.signature)
    if evidence.answer != YES[evidence.method]:
        raise ContractError("E_1271_INVALID", "magic", address=checksum(signer), found=evidence.answer[:32])
    if evidence.method == "erc-1271-bytes" and policy != "snapshot":
        raise ContractError("E_1271_INVALID", "old", address=checksum(signer))
    if evidence.method == "erc-6492" and not wrapped:
        raise ContractError("E_6492", "not_wrapped", address=checksum(signer))
    if state is not None:
        if evidence.header is not None or evidence.nodes or evidence.method != "erc-1271":
            raise ContractError("E_1271_INVALID", "surplus", address=checksum(signer))
        _refuse_elsewhere(state.header, block, signer)
        if (state.chain_id, state.safe) != (block.chain_id, signer):
            raise ContractError("E_1271_BLOCK", "other_safe", address=checksum(signer), found=checksum(state.safe))
        inner = erc1271.unwrap(envelope.signature).signature if wrapped else envelope.signature
        check_message(state, envelope.id, inner)
        return True
    if evidence.header is None:
        raise ContractError("E_1271_INVALID", "no_proof", address=checksum(signer))
    _refuse_elsewhere(evidence.header, block, signer)
    _refuse_account(evidence.header, evidence, signer)
    return False


def _refuse_elsewhere(header: bytes, block: BlockRef, signer: bytes) -> None:
    found = decode_header(header)
    if found.ref(block.chain_id) != block:
        raise ContractError(
            "E_1271_BLOCK", "other", address=checksum(signer), expected=block.number, found=found.number
        )


def _refuse_account(header: bytes, evidence: ContractEvidence, signer: bytes) -> None:
    """A contract that signed has code; one that is yet to be deployed has none, and has never sent anything: else a
    journal's writer could sign in the name of any key.
    """
    indexed = index_nodes(evidence.nodes)
    trie = Trie(decode_header(header).state_root, indexed)
    account = account_in(trie, signer)
    refuse_surplus(indexed, trie)
    if evidence.method != "erc-6492":
        if account.code_hash == EMPTY_CODE_HASH:
            raise ContractError("E_1271_INVALID", "no_code", address=checksum(signer))
    elif account.code_hash != EMPTY_CODE_HASH or account.nonce:
        raise ContractError("E_6492", "deployed", address=checksum(signer))


def is_delegated(code: bytes) -> bool:
    """Whether an account with this code has a key too (EIP-7702): both may sign, and should say the same."""
    return len(code) == _DELEGATED_SIZE and code.startswith(DELEGATION)
