"""`governance.vetoes`: one guardian, or as many owners as the Safe's threshold."""

from __future__ import annotations

import pytest

from chain.signer import KeySigner
from governance.acts import ActLeaf, act_message, read_act, sign_act
from governance.vetoes import Vetoers, owners_who_veto, veto_in_force
from tests.governance.space_values import NOW, key, person

OWNERS = frozenset({person("ann"), person("ben"), person("cho")})
VETOERS = Vetoers(guardian=person("gus"), owners=OWNERS, threshold=2)


def act(index: int, by: str, part: int = 1, kind: str = "veto") -> ActLeaf:
    message = act_message(proposal=bytes(32), part=part, kind=kind, evidence=b"\x01" * 32, timestamp=NOW + index)
    return ActLeaf(index, NOW + index, read_act(sign_act(message, KeySigner(key(by)))))


def found(*acts: ActLeaf, part: int = 1, vetoers: Vetoers = VETOERS) -> int | None:
    """Index of the act by which the part is vetoed."""
    leaf = veto_in_force(acts, vetoers, part)
    return None if leaf is None else leaf.index


def test_the_guardian_suffices() -> None:
    """For the part that he names, or for all of them with part 0."""
    assert 3 == found(act(3, "gus"))
    assert None is found(act(3, "gus"), part=2)
    assert 3 == found(act(3, "gus", part=0), part=7)


def test_owners_need_the_threshold() -> None:
    """Different owners, on the same part or on all, whatever the order in which their acts are handed in."""
    assert None is found(act(1, "ann"))
    assert None is found(act(1, "ann"), act(2, "ann", part=0))
    assert 2 == found(act(2, "cho", part=0), act(1, "ann"))
    assert None is found(act(1, "ann", part=2), act(2, "cho"))
    assert 2 == found(act(1, "ann"), act(2, "gus"), act(3, "cho"))


def test_strangers_and_other_acts_count_for_nothing() -> None:
    """Nor does anybody where the Safe has no owners that are known."""
    assert None is found(act(1, "ann"), act(2, "mallory"))
    assert None is found(act(1, "ann"), act(2, "ben", kind="dispute"))
    nobody = Vetoers(guardian=None, owners=frozenset(), threshold=0)
    assert None is found(act(1, "gus"), act(2, "ann"), vetoers=nobody)


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_below_one_is_one(threshold: int) -> None:
    """No veto is in force without an act."""
    vetoers = Vetoers(guardian=None, owners=OWNERS, threshold=threshold)

    assert None is found(vetoers=vetoers)
    assert 1 == found(act(1, "ann"), vetoers=vetoers)


def test_owners_who_veto_are_named_in_their_order() -> None:
    """Once each, for the part or for all of them; the guardian and strangers are no owners."""
    acts = [act(7, "ann"), act(4, "cho", part=0), act(5, "gus"), act(6, "cho"), act(8, "eve"), act(9, "ben", part=2)]

    assert (person("cho"), person("ann")) == owners_who_veto(acts, VETOERS, 1)
    assert (person("cho"), person("ben")) == owners_who_veto(acts, VETOERS, 2)
    assert (person("cho"),) == owners_who_veto(acts, VETOERS, 3)
