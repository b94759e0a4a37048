"""`governance.batch`: many messages are judged as each alone, in their order, here or on other cores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest

from chain.address import checksum
from chain.errors import CodedError, UncheckableError
from dao import cores
from governance.batch import CHUNK, Spread, check_many, check_signatures
from governance.envelope import Envelope, Policy, check_signature, read_envelope
from tests.dao.cli.hostile_envelopes import attacks, changed
from tests.governance.space_values import key, person, signed_vote


@pytest.fixture(scope="module", params=["here", "two processes"])
def spread(request: pytest.FixtureRequest) -> Iterator[Spread]:
    with cores.spread_over(1 if request.param == "here" else 2) as found:
        yield found


@cache
def offered() -> list[bytes]:
    """Good votes of two chunks and some, every bad one of the catalogue between them, and a contract's."""
    good = [signed_vote(f"voter {n}", reason=f"{n}") for n in range(2 * CHUNK + 7)]
    alice = signed_vote()
    bad = [attack.raw for line in attacks(signed_vote(reason="why"), key("alice")).values() for attack in line]
    return [*good[:300], *bad, changed(alice, lambda e: e.update(sig="0x")), *good[300:], b"", alice]


def alone(raw: bytes, policy: Policy) -> Envelope | CodedError:
    try:
        envelope = read_envelope(raw, policy)
        check_signature(envelope, policy)
    except CodedError as error:
        return error
    return envelope


def told(judged: Envelope | CodedError | None) -> object:
    """What two judgements have in common if they are the same."""
    if isinstance(judged, CodedError):
        return type(judged), judged.code, judged.reason, judged.facts
    return judged


@pytest.mark.parametrize("policy", ["strict", "snapshot"])
def test_many_are_judged_as_each_alone(spread: Spread, policy: Policy) -> None:
    """Envelope for envelope and refusal for refusal, facts and all, in the order in which they were offered."""
    raws = offered()

    judged = list(check_many(iter(raws), policy, spread))

    assert [told(alone(raw, policy)) for raw in raws] == [told(found) for found in judged]
    assert any(isinstance(found, UncheckableError) for found in judged)
    assert sum(isinstance(found, Envelope) for found in judged) >= 2 * CHUNK + 8


def test_signatures_are_judged_as_each_alone(spread: Spread) -> None:
    """Envelopes that were read before; only the signature is asked."""
    other = json.loads(signed_vote(choice=2))["sig"]
    raws = [signed_vote(), changed(signed_vote(), lambda e: e.update(sig=other)), signed_vote("bob")]
    envelopes = [read_envelope(raw) for raw in raws]

    first, second, third = check_signatures(envelopes, spread=spread)

    assert (None, None) == (first, third)
    assert second is not None
    assert ("E_SIG_SIGNER", checksum(person("alice"))) == (second.code, second.facts["expected"])


def test_nothing_offered_is_nothing_judged(spread: Spread) -> None:
    """No message, no answer."""
    assert ([], []) == (list(check_many([], spread=spread)), list(check_signatures([], spread=spread)))


def test_more_is_read_only_as_answers_are_taken() -> None:
    """A million votes are never all under way: the first answers come while the rest has not been read."""
    read = []

    def stream() -> Iterator[bytes]:
        for number in range(100 * CHUNK):
            read.append(number)
            yield b""

    with cores.spread_over(2) as spread:
        answers = check_many(stream(), spread=spread)
        first = next(answers)
        assert len(read) <= 9 * CHUNK
        answers.close()  # type: ignore[attr-defined]

    assert isinstance(first, CodedError)


def test_a_machine_has_a_core() -> None:
    """What `dao.cores` finds is what may be asked for."""
    assert cores.count() >= 1
