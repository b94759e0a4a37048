"""Contract signatures: what is asked, and that nothing but one answer is a yes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import abi, erc1271
from chain.erc1271 import YES, Answer, ContractSignatureError, Question, question, refuse_no, unwrap
from chain.errors import CodedError, UncheckableError
from tests.chain.refusal import refused

SIGNER, FACTORY = b"\x11" * 20, b"\x22" * 20
DIGEST = bytes(range(32))
ASKED = question("erc-1271", SIGNER, DIGEST, b"abc")


def wrapped(factory: bytes = FACTORY, calldata: bytes = b"make", inner: bytes = b"abc") -> bytes:
    return abi.encode(["address", "bytes", "bytes"], [factory, calldata, inner]) + erc1271.SUFFIX


def test_question_is_the_standards_calldata() -> None:
    """The new form takes the hash as a word, the old one as bytes; selectors are the magic values."""
    new, old = ASKED.data, question("erc-1271-bytes", SIGNER, DIGEST, b"abc").data

    assert (erc1271.MAGIC, erc1271.OLD_MAGIC) == (new[:4], old[:4])
    assert (DIGEST, b"abc") == abi.decode(["bytes32", "bytes"], new[4:])
    assert (DIGEST, b"abc") == abi.decode(["bytes", "bytes"], old[4:])


def test_wrapper_is_taken_apart() -> None:
    """A wallet that stands is asked about the inner signature alone; one that does not is made first."""
    assert (FACTORY, b"make", b"abc") == unwrap(wrapped())
    assert Question("erc-6492", SIGNER, ASKED.data, FACTORY, b"make") == question("erc-6492", SIGNER, DIGEST, wrapped())
    assert ASKED == question("erc-1271", SIGNER, DIGEST, wrapped())


@pytest.mark.parametrize("size", [0, 65, 128])
def test_what_only_ends_like_a_wrapper_is_none(size: int) -> None:
    """The suffix after a key's signature says nothing (H13)."""
    assert not erc1271.is_wrapped(bytes(size) + erc1271.SUFFIX)


def test_H12_wrapper_in_another_form() -> None:
    """A wrapper has one encoding: one cut short, or with bytes behind it, is none."""
    body = wrapped()[:-32]
    for broken in (body[:-32], body + bytes(32), b"\x01" + body[1:]):
        with refused("E_6492", "form"):
            unwrap(broken + erc1271.SUFFIX)


@pytest.mark.parametrize("method", YES)
def test_one_answer_is_a_yes(method: erc1271.Method) -> None:
    """The magic value of the form that was asked, and 28 zeros."""
    refuse_no(ASKED._replace(method=method), Answer("answered", 32, YES[method]))


@given(st.binary(min_size=32, max_size=32), st.sampled_from(sorted(YES)))
def test_H09_any_other_word_is_a_no(word: bytes, method: erc1271.Method) -> None:
    """Whatever else comes back."""
    if word != YES[method]:
        with pytest.raises(ContractSignatureError):
            refuse_no(ASKED._replace(method=method), Answer("answered", 32, word))


@given(st.integers(0, 255), st.integers(0, 31))
def test_H09_one_changed_byte_is_a_no(byte: int, at: int) -> None:
    """Also among the zeros behind the magic value."""
    word = bytearray(YES["erc-1271"])
    word[at] = byte
    answer = Answer("answered", 32, bytes(word))
    if bytes(word) == YES["erc-1271"]:
        refuse_no(ASKED, answer)
    else:
        with refused("E_1271_INVALID", "magic"):
            refuse_no(ASKED, answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer("answered", 0), ("E_1271_INVALID", "size")),
        (Answer("answered", 33), ("E_1271_INVALID", "size")),
        (Answer("answered", 64), ("E_1271_INVALID", "size")),
        (Answer("reverted"), ("E_1271_INVALID", "reverted")),
        (Answer("absent"), ("E_1271_INVALID", "no_code")),
        (Answer("factory"), ("E_6492", "factory")),
        (Answer("burned"), ("E_1271_LIMIT", "gas")),
    ],
)
def test_H09_H10_other_outcomes(answer: Answer, expected: tuple[str, str]) -> None:
    """A no is a refusal; no answer at all could not be checked."""
    asked = ASKED._replace(factory=FACTORY if answer.outcome == "factory" else b"")
    with refused(*expected):
        refuse_no(asked, answer)
    with pytest.raises(CodedError) as caught:
        refuse_no(asked, answer)
    assert (expected[0] == "E_1271_LIMIT") == isinstance(caught.value, UncheckableError)
