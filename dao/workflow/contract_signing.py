"""Who signed a vote: a key, which needs nobody else, or a contract, which is asked at the intake block.

Decides when a contract is asked (a signature that is no key's, or of another key than the voter's, where the voter has
code), how (with bounded gas, bytes and seconds; the old form only under policy `snapshot`; ERC-6492's factory only
where the wallet has no code yet), and what evidence is kept. What an answer means is `chain.erc1271`'s, what the
evidence shows `governance.contract_signature`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chain import erc1271
from chain.address import checksum
from chain.blocks import BlockRef
from chain.cid import CID
from chain.clients.node import Node, NodeError
from chain.clients.safe_read import fetch_safe_message
from chain.erc1271 import ContractSignatureError, Method
from chain.errors import CodedError, UncheckableError
from chain.keccak import keccak256
from chain.safe_state import PROXY_CODE, SafeStateProof
from chain.signature import SignatureError
from dao.workflow.desk import Blocks
from governance.contract_signature import (
    ContractError,
    ContractEvidence,
    check_evidence,
    is_delegated,
    write_evidence,
)
from governance.envelope import Envelope, Policy, check_signature
from governance.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signed, and how it is known."""

    evidence: CID | None = None
    """Of a contract's signature; None where a key signed."""
    is_proved: bool = True
    """False where a contract's answer is only somebody's word (`A_1271`)."""
    warnings: tuple[str, ...] = ()
    """`W_7702`: the account has a key and a contract's code, and only one of the two signed."""


def who_signed(node: Node, envelope: Envelope, settings: Settings, block: BlockRef, blocks: Blocks) -> Signed:
    """Return how the voter signed, with the evidence in `blocks`; raise the refusal of a signature that is not his.

    `E_SIG_…` where only a key could have signed, `E_1271_INVALID` and `E_6492` for a contract's no, `E_1271_BLOCK` for
    a yes that came after the block, `UncheckableError` (`E_1271_LIMIT`, `E_1271_UNCHECKED`, `E_RPC_…`) where nobody
    could say.
    """
    try:
        check_signature(envelope, settings.admission)
    except (UncheckableError, SignatureError):
        # The same address on another chain may be another's contract, so all power must be on the chain that is asked.
        if any(strategy.chain_id != block.chain_id for strategy in settings.strategies):
            raise
        return contract_signed(node, envelope, settings.admission, block, blocks)
    return Signed(warnings=_Contract(node, envelope, settings.admission, block).other_path())


def contract_signed(node: Node, envelope: Envelope, policy: Policy, block: BlockRef, blocks: Blocks) -> Signed:
    """As `who_signed`, of a signature that is not one of the sender's key, whatever power he has."""
    node.expect_block(block)
    contract = _Contract(node, envelope, policy, block)
    if not contract.code and not erc1271.is_wrapped(envelope.signature):
        if len(envelope.signature) == 65:
            check_signature(envelope, policy)  # a key's refusal says more than that there is no contract
        raise ContractSignatureError("E_1271_INVALID", "no_code", address=checksum(envelope.address))
    signed = contract.kept(contract.asked(), blocks)
    node.expect_block(block)
    return signed


def ask_again(node: Node, envelope: Envelope, settings: Settings, block: BlockRef, blocks: Blocks) -> CID | None:
    """Ask once more at another block, because the first is no longer of the chain; None unless the answer is a yes."""
    try:
        return who_signed(node, envelope, settings, block, blocks).evidence
    except NodeError:
        raise
    except CodedError:
        return None


class _Contract:
    """The voter as a contract, at one block."""

    def __init__(self, node: Node, envelope: Envelope, policy: Policy, block: BlockRef) -> None:
        self.node = node
        self.envelope = envelope
        self.policy = policy
        self.block = block
        self.code = node.code(envelope.address, block.number)

    def asked(self) -> ContractEvidence:
        """Ask at the block; a no that has become a yes since then is told as that."""
        try:
            return self._ask(self.block.number)
        except ContractSignatureError as refusal:
            head = self.node.head().ref
            if head.number <= self.block.number:
                raise
            try:
                self._ask(head.number)
            except CodedError:
                raise refusal from None
            told = {"address": checksum(self.envelope.address), "number": self.block.number, "head": head.number}
            raise ContractError("E_1271_BLOCK", "later", **told) from None

    def _ask(self, number: int) -> ContractEvidence:
        method: Method = "erc-1271" if self.code else "erc-6492"
        try:
            return self._ask_by(method, number)
        except ContractSignatureError as refusal:
            if not self.code or self.policy != "snapshot":
                raise
            try:
                return self._ask_by("erc-1271-bytes", number)
            except ContractSignatureError:
                raise refusal from None

    def _ask_by(self, method: Method, number: int) -> ContractEvidence:
        envelope = self.envelope
        asked = erc1271.question(method, envelope.address, envelope.id, envelope.signature)
        answer = self.node.ask_contract(asked, number)
        erc1271.refuse_no(asked, answer)
        return ContractEvidence(method=method, answer=answer.word, providers=self.node.labels)

    def kept(self, evidence: ContractEvidence, blocks: Blocks) -> Signed:
        """Add the evidence with the strongest proof that there is: a Safe's state, else that a contract is there."""
        is_safe = evidence.method == "erc-1271" and keccak256(self.code) in PROXY_CODE
        state = self._safe_proof(evidence) if is_safe else None
        if state is not None:
            evidence = replace(evidence, state=blocks.map(state.to_map()))
        else:
            proof = self.node.state_proof(self.envelope.address, [], self.block.number)
            evidence = replace(evidence, header=proof.header, nodes=tuple(proof.nodes))
        is_proved = check_evidence(evidence, self.envelope, self.block, self.policy, state)
        link = blocks.map_bytes(write_evidence(evidence))
        warnings = ("W_7702",) if is_delegated(self.code) else ()
        return Signed(evidence=link, is_proved=is_proved, warnings=warnings)

    def _safe_proof(self, evidence: ContractEvidence) -> SafeStateProof | None:
        """The proof that a Safe had to say yes; None where it says so for reasons that storage does not show, as for an
        owner that is a contract.
        """
        signature = self.envelope.signature
        inner = erc1271.unwrap(signature).signature if erc1271.is_wrapped(signature) else signature
        try:
            state = fetch_safe_message(self.node, self.envelope.address, self.block.number, self.envelope.id, inner)
            check_evidence(evidence, self.envelope, self.block, self.policy, state)
        except NodeError:
            raise
        except CodedError:
            return None
        return state

    def other_path(self) -> tuple[str, ...]:
        """A key signed. Where its account also runs a contract's code (EIP-7702), that should say the same."""
        if not is_delegated(self.code):
            return ()
        try:
            self._ask(self.block.number)
        except CodedError:
            return ("W_7702",)
        return ()
