"""`governance.space`: settings bind when the Safe's owners signed them, in their order, after their notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.address import ZERO
from chain.cid import RAW
from chain.errors import CodedError, UncheckableError
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import join_signatures, safe_message_hash
from chain.safe_state import SafeState
from chain.signature import sign
from governance.space import (
    NO_PREVIOUS,
    SettingsLeaf,
    binding,
    check_settings_signature,
    check_succession,
    in_force,
    settings_cid,
    settings_digest,
)
from tests.governance.space_values import BLOCK, SAFE, SPACE, key, person, settings

OWNERS = ("owner 1", "owner 2", "owner 3")
STATE = SafeState(
    chain_id=DEVNET_CHAIN_ID,
    safe=SAFE,
    block=BLOCK,
    proxy="1.4.1",
    singleton=person("singleton"),
    owners=tuple(person(name) for name in OWNERS),
    threshold=2,
    nonce=0,
    modules=(),
    guard=ZERO,
    module_guard=ZERO,
    fallback_handler=person("handler"),
)
TEXT = settings().text


def signatures(*names: str, previous: bytes = NO_PREVIOUS, text: str = TEXT, safe: bytes = SAFE) -> bytes:
    """Join the signatures of these people over settings, as their Safe would be asked."""
    hashed = safe_message_hash(
        chain_id=DEVNET_CHAIN_ID, safe=safe, version="1.4.1", message=settings_digest(SPACE, previous, text)
    )
    return join_signatures({person(name): sign(hashed, key(name)) for name in names})


def refusal(blob: bytes, previous: bytes = NO_PREVIOUS, state: SafeState = STATE, version: str = "1.4.1") -> str:
    """Return the reason for which signed settings are refused."""
    with pytest.raises(CodedError) as caught:
        check_settings_signature(TEXT, previous, blob, state, version)
    assert "E_SETTINGS" == caught.value.code
    return caught.value.reason


def test_settings_signed_by_the_safe_are_taken() -> None:
    """Two of three owners, or all of them, over the Safe's message of the digest."""
    check_settings_signature(TEXT, NO_PREVIOUS, signatures("owner 1", "owner 3"), STATE, "1.4.1")
    check_settings_signature(TEXT, NO_PREVIOUS, signatures(*OWNERS), STATE, "1.4.1")


def test_settings_are_named_by_the_bytes_of_their_text() -> None:
    """The CID is that of the canonical text, raw."""
    assert RAW == settings_cid(TEXT).codec


def test_H100_settings_signed_by_one_key() -> None:
    """One owner of a Safe that asks for two, or somebody who owns nothing, signs no settings."""
    assert "too_few" == refusal(signatures("owner 1"))
    assert "not_owner" == refusal(signatures("owner 1", "mallory"))
    assert "signature" == refusal(signatures("owner 1") * 2)
    assert "too_few" == refusal(signatures("owner 1", "owner 2"), state=replace(STATE, threshold=3))


def test_H100_settings_replayed_after_others() -> None:
    """Signatures for the first settings say nothing about a later place in the chain."""
    older = settings_cid(settings(lambda values: values.update(notice=7)).text).digest

    check_settings_signature(TEXT, older, signatures("owner 1", "owner 2", previous=older), STATE, "1.4.1")
    # over other bytes the signatures recover to strangers, in whatever order these happen to stand
    assert refusal(signatures("owner 1", "owner 2"), previous=older) in {"not_owner", "signature"}


def test_settings_of_another_safe_are_refused() -> None:
    """The state must be that of the Safe that the settings name first, at its version."""
    other = replace(STATE, safe=person("another safe"))

    assert "other_safe" == refusal(signatures("owner 1", "owner 2"), state=other)
    assert "other_safe" == refusal(signatures("owner 1", "owner 2"), version="1.3.0")
    assert "other_safe" == refusal(signatures("owner 1", "owner 2"), state=replace(STATE, chain_id=1))


def test_an_owner_that_is_a_contract_could_not_be_checked() -> None:
    """A signature that only a contract can judge is neither taken nor called false."""
    entry = bytes(12) + person("owner 1") + (65).to_bytes(32, "big") + b"\x00" + (0).to_bytes(32, "big")

    with pytest.raises(UncheckableError):
        check_settings_signature(TEXT, NO_PREVIOUS, entry, STATE, "1.4.1")


def test_successors_are_signed_by_the_safe_of_their_predecessors() -> None:
    """Whoever owns any Safe could otherwise write settings that name it."""
    older, newer = settings(), settings(lambda values: values.update(notice=7))
    check_succession(older, newer, STATE)

    with pytest.raises(CodedError) as caught:
        check_succession(older, newer, replace(STATE, safe=person("another safe")))
    assert ("E_SETTINGS", "other_safe") == (caught.value.code, caught.value.reason)

    with pytest.raises(CodedError) as caught:
        check_succession(older, settings(lambda values: values.update(space="4f.devnet")), STATE)
    assert ("E_SETTINGS", "other_space") == (caught.value.code, caught.value.reason)


def leaf(index: int, time: int, notice: int) -> SettingsLeaf:
    """A settings leaf whose settings differ by their notice."""
    return SettingsLeaf(index, time, settings(lambda values: values.update(notice=notice)))


def test_first_settings_bind_at_once_and_later_ones_after_their_notice() -> None:
    """A proposal is bound by the latest settings before it whose notice has run out."""
    first, second = leaf(0, 1000, notice=100), leaf(5, 2000, notice=30)

    assert first == in_force([first, second], 1, 1000)
    assert first == in_force([first, second], 9, 2099)
    assert second == in_force([first, second], 9, 2100)


def test_settings_after_the_proposal_do_not_bind_it() -> None:
    """Before and after go by leaf index, whatever the times are."""
    first, second = leaf(0, 1000, notice=0), leaf(5, 1000, notice=0)

    assert first == in_force([first, second], 5, 9999)
    assert second == in_force([first, second], 6, 9999)


def test_no_settings_are_in_force_before_the_first() -> None:
    """A journal without settings takes nothing."""
    with pytest.raises(CodedError) as caught:
        in_force([leaf(3, 1000, notice=0)], 3, 5000)

    assert ("E_SETTINGS", "none_in_force") == (caught.value.code, caught.value.reason)


def test_H100_settings_younger_than_notice() -> None:
    """A notice of zero in settings that are not in force yet shortens nobody's waiting, its own neither."""
    first, hasty, third = leaf(0, 1000, notice=100), leaf(1, 2000, notice=0), leaf(2, 2000, notice=0)

    assert first == in_force([first, hasty, third], 9, 2099)
    assert third == in_force([first, hasty, third], 9, 2100)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), min_size=1, max_size=6))
def test_each_settings_bind_from_the_moment_that_is_told(steps: list[tuple[int, int]]) -> None:
    """`binding` says the first second at which `in_force` answers with a leaf or a newer one, and none is early."""
    time, leaves = 0, []
    for index, (step, notice) in enumerate(steps):
        time += step
        leaves.append(leaf(index, time, notice))

    for since, bound in binding(leaves[::-1]):
        assert bound.time <= since
        assert bound.index <= in_force(leaves, len(leaves), since).index
        if since > leaves[0].time:  # before the first settings none are in force
            assert in_force(leaves, len(leaves), since - 1).index < bound.index


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 300)), min_size=1, max_size=6), st.integers(0, 4000))
def test_settings_in_force_never_go_back(steps: list[tuple[int, int]], later: int) -> None:
    """As time passes, newer settings replace older ones and never the other way round."""
    time, leaves = 0, []
    for index, (step, notice) in enumerate(steps):
        time += step
        leaves.append(leaf(index, time, notice))

    now = in_force(leaves, len(leaves), time)
    then = in_force(leaves, len(leaves), time + later)

    assert now.index <= then.index
    assert leaves[0] == in_force(leaves[:1], len(leaves), time)


def test_refusal_names_the_stranger() -> None:
    """Who signs without owning the Safe is told."""
    with pytest.raises(CodedError) as caught:
        check_settings_signature(TEXT, NO_PREVIOUS, signatures("owner 1", "mallory"), STATE, "1.4.1")

    assert person("mallory") == caught.value.facts["signer"]
