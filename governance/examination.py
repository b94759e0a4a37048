"""What a signed message is, as far as its own bytes tell: everything that can be said of it, also where it is refused.

`read_envelope` stops at the first thing that is wrong, because nothing may enter a journal otherwise. A person with a
file in his hand asks more: who signed, which type, under which domain, and which policy would take it. So the same
steps are walked to their end, and every remark is kept with what each policy makes of it.

Beyond what an intake of policy `snapshot` takes, four things are remarks here that Snapshot accepts and no intake of
ours does: an alias (`W_ALIAS`: whether it was authorised is not in the message), an encrypted choice (`W_SHUTTER`),
members that the types do not name (`W_UNSIGNED`), and the domain's own type among the types (`W_TYPES_DOMAIN`). No
clock, space, proposal or contract is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from chain import address, signature
from chain.errors import CodedError
from chain.finding import Finding, Level
from chain.signature import SignatureError
from governance import envelope as reading
from governance.envelope import Policy
from governance.message_types import MessageError, MessageType

_SECONDS = range(10**9, 2 * 10**9)
"""What Snapshot's schema takes for a time in Unix seconds: 2001 to 2033."""
_TIMES = ("timestamp", "start", "end")


class Remark(NamedTuple):
    """One thing that at least policy `strict` refuses."""

    error: CodedError
    warning: str = ""
    """The code with which policy `snapshot` reports it; empty where it refuses too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All that could be told of a message; None where it could not be read so far."""

    kind: MessageType | None = None
    domain: Mapping[str, object] | None = None
    message: Mapping[str, object] | None = None
    address: bytes | None = None
    """Who sends it, and must have signed."""
    id: bytes | None = None
    """The EIP-712 digest under the message's own domain."""
    recovered: bytes | None = None
    """Who made the signature, if it has a key's form: any other bytes than the signed ones recover to a stranger."""
    remarks: tuple[Remark, ...] = ()
    notes: tuple[Finding, ...] = ()
    """What no policy refuses and a reader should know."""

    def refusal(self, policy: Policy | None) -> CodedError | None:
        """Return the first thing that a policy refuses; None where it takes the message.

        Without a policy a message is held to `strict`, except that types of the past are no fault of their message.
        """
        for error, warning in self.remarks:
            is_taken = warning and (policy == "snapshot" or (policy is None and warning == "W_TYPES_OLD"))
            if not is_taken:
                return error
        return None

    def findings(self, policy: Policy | None) -> tuple[Finding, ...]:
        """Return every remark as the policy sees it, then the notes."""
        found = []
        for error, warning in self.remarks:
            refused = Examination(remarks=(Remark(error, warning),)).refusal(policy) is not None
            if refused:
                found.append(_finding(error.code, error.reason, "error", error.facts))
            else:
                found.append(_finding(warning, "", "warning", error.facts))
        return (*found, *self.notes)


def examine(raw: bytes) -> Examination:
    """Read an envelope as far as it goes; raises nothing."""
    remarks: list[Remark] = []
    known: dict[str, Any] = {}

    def tell(error: CodedError, warning: str = "") -> None:
        remarks.append(Remark(error, warning))

    try:
        document, data = reading.open_envelope(raw)
    except CodedError as error:
        return Examination(remarks=(Remark(error),))
    message = data["message"]
    known["message"] = MappingProxyType(message)

    def attempt(name: str, step: Callable[[], object]) -> None:
        """Take one step; where it cannot be gone, what it should have told stays None."""
        try:
            known[name] = step()
        except CodedError as error:
            tell(error)

    attempt("domain", lambda: _domain(data["domain"], tell))
    attempt("kind", lambda: reading.type_of(data["types"], tell))
    attempt("address", lambda: reading.sender_of(document["address"], message, tell))
    kind, domain = known.get("kind"), known.get("domain")
    if kind is not None:
        attempt("", lambda: reading.check_vote(raw, kind, message, tell))
    if kind is not None and domain is not None:
        attempt("id", lambda: kind.digester(domain)(_signed_members(kind, message, tell)))
    if "id" in known:
        attempt("", lambda: reading.check_pinned(document, known["id"]))
        attempt("recovered", lambda: _recovered(document["sig"], known["id"], known.get("address"), tell))
    known.pop("", None)
    return Examination(**known, remarks=tuple(remarks), notes=_notes(kind, message))


def _domain(domain: object, tell: reading.Tell) -> Mapping[str, object]:
    reading.check_domain(domain, tell)
    assert isinstance(domain, dict), "anything else was refused"
    return domain


def _signed_members(kind: MessageType, message: dict[str, object], tell: reading.Tell) -> dict[str, object]:
    """Leave out what the types do not name, as Snapshot hashes a message, and tell it."""
    signed = {field.name for field in kind.types[kind.primary]}
    unsigned = sorted(message.keys() - signed)
    if not unsigned or signed - message.keys():
        return message
    shown = ascii(", ".join(unsigned))[1:-1][:80]
    tell(MessageError("E_TYPES", "extra", place=kind.primary, found=shown), "W_UNSIGNED")
    return {name: value for name, value in message.items() if name in signed}


def _recovered(sig: object, id_: bytes, sender: bytes | None, tell: reading.Tell) -> bytes | None:
    """Return who made a key's signature. A contract's, or one of no form, is told."""
    signed = signature.parse_hex(sig)
    reading.refuse_contract_forms(signed, sender or address.ZERO)
    try:
        found = signature.recover(id_, signed)
    except SignatureError as error:
        if error.code == "E_SIG_HIGH_S":
            tell(error, "W_SIG_HIGH_S")
        found, warnings = signature.recover_snapshot(id_, signed)
        if "W_SIG_V_NORMALISED" in warnings:
            tell(SignatureError("E_SIG_V", "strict", found=signed[64]), "W_SIG_V_NORMALISED")
    if sender is not None and found != sender:
        try:
            signature.refuse_signer(id_, signed, expected=sender, found=found)
        except SignatureError as error:
            tell(error)
    return found


def _notes(kind: MessageType | None, message: Mapping[str, object]) -> tuple[Finding, ...]:
    found = [
        _finding("W_TIMESTAMP", "range", "warning", {"member": name, "value": message[name]})
        for name in _TIMES
        if type(message.get(name)) is int and message[name] not in _SECONDS
    ]
    if kind is not None and not any(field.name == "timestamp" for field in kind.types[kind.primary]):
        found.append(_finding("W_TIMESTAMP", "none", "warning", {"action": kind.action}))
    return tuple(found)


def _finding(code: str, reason: str, level: Level, facts: Mapping[str, object]) -> Finding:
    return Finding(code=code, reason=reason, level=level, facts=facts)
