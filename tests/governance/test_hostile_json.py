"""Whatever JSON comes, a reader of this room answers with a value or a coded refusal, never with a crash."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.errors import CodedError
from chain.json_text import canonical
from governance.acts import act_message, check_act_signature, read_act, sign_act
from governance.ballot import ballot_of
from governance.commitment import read_commitment, write_commitment
from governance.envelope import check_signature, read_envelope
from governance.messages import proposal_id, proposal_message, sign_envelope
from governance.settings_text import parse_settings
from tests.governance.space_values import NOW, SPACE, person, settings_values, signed_vote, signer
from tests.governance.test_commitment import COMMITMENT

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**260), st.text(max_size=6), st.floats(allow_nan=False),
    st.sampled_from(["0x", "0x00", "0x" + "00" * 20, "0x" + "ff" * 32, "0x" + "11" * 65, "1e400", "\u202e"]),
)  # fmt: skip
hostile = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value, the value itself first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield from places(item, (*path, step))


def planted(value: Any, path: tuple[Any, ...], put: Any) -> Any:
    """A copy of a JSON value with something else in one place."""
    if not path:
        return put
    copied = copy.deepcopy(value)
    at = copied
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = put
    return copied


def read_message(text: str) -> None:
    """All that happens to a message before it is held against a space."""
    envelope = read_envelope(text.encode(), "snapshot")
    for judge in (check_signature, proposal_id, ballot_of):
        try:
            judge(envelope)  # type: ignore[operator]
        except CodedError:
            continue


PROPOSAL = proposal_message(
    author=person("alice"), space=SPACE, timestamp=NOW, title="t", body="b", choices=["For", "Against"], start=NOW,
    end=NOW + 1, snapshot=1, plugins=write_commitment(COMMITMENT),
)  # fmt: skip
ACT = act_message(proposal=bytes(32), part=1, kind="report", evidence=b"\x01" * 32, timestamp=NOW)
READERS: dict[str, tuple[Any, Callable[[str], object]]] = {
    "vote": (json.loads(signed_vote()), read_message),
    "ranking": (json.loads(signed_vote(choice=[2, 1])), read_message),
    "weights": (json.loads(signed_vote(choice='{"1":1}')), read_message),
    "proposal": (json.loads(sign_envelope("Proposal", PROPOSAL, signer("alice"))), read_message),
    "act": (json.loads(sign_act(ACT, signer("alice"))), lambda text: check_act_signature(read_act(text.encode()))),
    "commitment": (json.loads(write_commitment(COMMITMENT)), read_commitment),
    "settings": (settings_values(), parse_settings),
}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60)
@given(data=st.data(), put=hostile)
def test_readers_refuse_by_code_and_never_crash(name: str, data: st.DataObject, put: object) -> None:
    """Anything in any place of a sound document is read or refused with a code."""
    sound, read = READERS[name]
    path = data.draw(st.sampled_from(list(places(sound))))
    value = planted(sound, path, put)
    try:
        text = canonical(value) if name in ("commitment", "settings") else json.dumps(value)
    except CodedError:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))

    try:
        read(text)
    except CodedError as error:
        refused = error
    else:
        return

    assert refused.code.startswith("E_")
    assert str(refused)


@pytest.mark.parametrize("name", READERS)
def test_sound_documents_are_read(name: str) -> None:
    """What stands before the planting is taken."""
    sound, read = READERS[name]

    read(canonical(sound) if name in ("commitment", "settings") else json.dumps(sound))
