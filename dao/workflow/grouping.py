"""Working groups: a member signs a request, another person confirms or rejects it, and each becomes a leaf.

Decides what is signed: the account's state and the number of the step are read from the journal, and a confirmation
repeats what was asked. Whether a step may be taken is decided by `treasury.group_accounts`.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.signer import Signer
from dao.errors import DaoError
from dao.record.checks_group import GroupStory, group_story
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.proposing import settings_in_force
from governance.group_steps import GroupStep, read_group_step, sign_group_step
from treasury.group_machine import KINDS


class GroupingError(DaoError):
    """A confirmation of nothing (`E_GROUP`)."""


class Request(NamedTuple):
    """What a member asks for."""

    input: str
    """E01, E04, E07 or E10."""
    asset: str
    amount: int
    business: str


_CONFIRM = {"recharge": "E03", "transfer": "E06", "credit": "E09", "withdraw": "E12"}
_REJECT = {"recharge": "E02", "transfer": "E05", "credit": "E08", "withdraw": "E11"}


def story_of(desk: Desk) -> GroupStory:
    """All steps of the journal, run again."""
    return group_story(desk.journal.leaves, desk.get)


def sign_request(desk: Desk, group: str, request: Request, signer: Signer) -> bytes:
    """Sign a request over the account as it is, and take it nowhere."""
    return _sign(desk, group, request, signer)


def sign_answer(desk: Desk, group: str, signer: Signer, *, confirms: bool, business: str = "") -> bytes:
    """Sign the confirmation or the rejection of what the group asked for last, and take it nowhere."""
    pending = story_of(desk).groups.account(group).pending
    if pending is None:
        raise GroupingError("E_GROUP", "nothing", group=group)
    inputs = _CONFIRM if confirms else _REJECT
    answer = Request(inputs[KINDS[pending.input]], pending.asset, pending.amount, business or pending.business)
    return _sign(desk, group, answer, signer)


def take_group_step(desk: Desk, raw: bytes) -> int:
    """Take a signed step, wherever it was signed; return its leaf."""
    step, blocks = read_group_step(raw), Blocks()
    body = {"id": step.id, "group": step.group, "envelope": blocks.raw(raw)}
    leaf = desk.take([Fact("group", body)], blocks)[-1]
    desk.keep_as(settings_in_force(desk).journal.origin)
    return leaf


def find_group_step(desk: Desk, step: GroupStep) -> int | None:
    """The leaf of this very step, if it is in the journal."""
    found = (index for index, known in story_of(desk).steps if (known.id, known.address) == (step.id, step.address))
    return next(found, None)


def _sign(desk: Desk, group: str, request: Request, signer: Signer) -> bytes:
    account = story_of(desk).groups.account(group)
    message = {
        "space": settings_in_force(desk).space,
        "group": group,
        "number": account.steps + 1,
        "state": account.state,
        "input": request.input,
        "transaction": f"{request.asset} {request.amount}",
        "business": request.business,
        "timestamp": desk.now(),
    }
    return sign_group_step(message, signer)
