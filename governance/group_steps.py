"""Steps of a working group's account, signed in our EIP-712 domain.

`GroupStep(string space,string group,uint256 number,string state,string input,string transaction,string business,uint64
timestamp)`: in state `state` the account gets the input E01 to E12, over `transaction` (an asset and base units), for
the reason that `business` says. `number` counts the account's steps from 1, so no step can be taken twice or in another
place. Decided here: the form of a step and who signed it. What it does, and whether it may, is decided by
`treasury.group_accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chain import address, signature
from chain.signer import Signer, TypedData
from governance.errors import GovernanceError
from governance.own_envelope import Form
from proposals.text_safety import text_findings

MAX_BYTES = 8192
BUSINESS_MAX = 400
"""Characters; the longest is an entry's id."""

_STATE = re.compile(r"S[0-6]\Z", re.ASCII)
_INPUT = re.compile(r"E(?:0[1-9]|1[0-2])\Z", re.ASCII)
_GROUP = re.compile(r"[a-z][a-z0-9-]{0,31}\Z", re.ASCII)
_TRANSACTION = re.compile(r"[!-,./-~]{1,160} [1-9][0-9]{0,77}\Z", re.ASCII)
"""An asset id, which has no hyphen, and base units."""


class GroupStepError(GovernanceError):
    """A step of a group that is malformed (`E_GROUP`, `E_LIMIT`, `E_TYPES`, `E_DOMAIN`)."""


_FORM = Form(
    "group",
    "GroupStep",
    (
        ("space", "string"), ("group", "string"), ("number", "uint256"), ("state", "string"), ("input", "string"),
        ("transaction", "string"), ("business", "string"), ("timestamp", "uint64"),
    ),
    max_bytes=MAX_BYTES,
    error=GroupStepError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStep:
    """One step as it was received."""

    raw: bytes
    address: bytes
    signature: bytes
    id: bytes
    """The EIP-712 digest, which does not name the signer."""
    space: str
    group: str
    number: int
    state: str
    """Before the input."""
    input: str
    asset: str
    amount: int
    """Base units, more than 0."""
    business: str
    timestamp: int

    @property
    def transaction(self) -> str:
        """What is moved, as it was signed."""
        return f"{self.asset} {self.amount}"

    @property
    def record(self) -> str:
        """The white paper's form: state, input, transaction, business. The first three hold no hyphen."""
        return f"{self.state}-{self.input}-{self.transaction}-{self.business}"


def typed_group_step(message: Mapping[str, object]) -> TypedData:
    """Return what a wallet is shown of a step, and signs."""
    return _FORM.typed(message)


def sign_group_step(message: Mapping[str, object], signer: Signer) -> bytes:
    """Sign a step and write its envelope; what would be refused is refused before anybody signs."""
    _check(message)
    raw = _FORM.seal(message, signer)
    check_group_signature(read_group_step(raw))
    return raw


def is_group_step(value: object) -> bool:
    """Whether a JSON value has the types of a step of a group, whatever else is wrong with it."""
    return _FORM.is_claimed_by(value)


def read_group_step(raw: bytes) -> GroupStep:
    """Read the envelope of a step; who signed is `check_group_signature`'s."""
    opened = _FORM.read(raw)
    message = opened.message
    id_ = _check(message)
    asset, _, amount = message["transaction"].partition(" ")
    return GroupStep(
        raw=raw,
        address=address.parse(opened.address),
        signature=signature.parse_hex(opened.signature),
        id=id_,
        space=message["space"],
        group=message["group"],
        number=message["number"],
        state=message["state"],
        input=message["input"],
        asset=asset,
        amount=int(amount),
        business=message["business"],
        timestamp=message["timestamp"],
    )


def check_group_signature(step: GroupStep) -> bytes:
    """Return the signer, which is the step's address; raise `E_SIG_…` otherwise. Contracts cannot take steps yet."""
    signature.check(step.id, step.signature, step.address)
    return step.address


def _check(message: Mapping[str, object]) -> bytes:
    """Return the message's digest; raise for what no step says."""
    id_ = _FORM.digest(message)
    for name, pattern in (("group", _GROUP), ("state", _STATE), ("input", _INPUT), ("transaction", _TRANSACTION)):
        if not pattern.match(str(message[name])):
            raise GroupStepError("E_GROUP", "field", field=name)
    number, business = message["number"], str(message["business"])
    if not isinstance(number, int) or not 1 <= number < 2**32:
        raise GroupStepError("E_GROUP", "field", field="number")
    if not 0 < len(business) <= BUSINESS_MAX:
        raise GroupStepError("E_LIMIT", "group_business", size=len(business), limit=BUSINESS_MAX)
    if any(text_findings([business])) or business != business.strip() or "\n" in business:
        raise GroupStepError("E_TEXT", "group_business")
    return id_
