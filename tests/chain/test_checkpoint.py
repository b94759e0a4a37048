"""`chain.checkpoint`: signed notes, one spelling each."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from chain import checkpoint
from chain.checkpoint import Checkpoint, NoteError, open_note
from tests.chain.refusal import refused

KEY = bytes(range(32))
PUBLIC = checkpoint.public_key(KEY)
NAME = "mutual-dao/0123456789abcdef"
NOTE = checkpoint.sign(Checkpoint(NAME, 42, bytes(32)), NAME, KEY)
TEXT, SIGNATURE_LINE = NOTE.split(b"\n\n")

# A checkpoint of the Go checksum database and its public key, as published by sum.golang.org.
GO_KEY = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
GO_NOTE = """go.sum database tree
49189689
ftjbAOzaupaIvaPo/G+Dk63nxOZ2s1OPOKIaPtXs7S4=

— sum.golang.org Az3grlKZssqRoMNPpZfKt0TphbbcF+pzXqElURJKRNFKfaUAgqeI5k2AORH0QAhg/ebRwyIqD/OqP4oLtLnNumvOBAM=
""".encode()


def test_a_checkpoint_of_another_log_is_opened() -> None:
    """A real note, made by another implementation, verifies under its published key."""
    found = open_note(GO_NOTE, "sum.golang.org", GO_KEY)

    assert "go.sum database tree" == found.origin
    assert 49189689 == found.size
    assert "7ed8db00ecdaba9688bda3e8fc6f8393ade7c4e676b3538f38a21a3ed5eced2e" == found.root.hex()


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("sum.golang.org", GO_KEY, "033de0ae"),
        ("PeterNeumann", base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:], "c74f20a3"),
    ],
)
def test_key_id_is_that_of_published_keys(name: str, key: bytes, expected: str) -> None:
    """Verifier keys of Go's sumdb/note carry the same four bytes."""
    assert expected == checkpoint.key_id(name, key).hex()


def test_note_has_its_layout() -> None:
    """Origin, size and root, a blank line, and one line of an em dash, the key's name, its id and the signature."""
    lines = NOTE.decode().split("\n")

    assert [NAME, "42", "A" * 43 + "=", ""] == lines[:4]
    assert ["—", NAME] == lines[4].split(" ")[:2]
    assert checkpoint.key_id(NAME, PUBLIC) == base64.b64decode(lines[4].split(" ")[2])[:4]
    assert [""] == lines[5:]


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(names, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_checkpoint_survives_its_note(origin: str, size: int, root: bytes, key: bytes) -> None:
    """What was signed is opened under the same key, and signing twice gives the same bytes."""
    signed = Checkpoint(origin, size, root)
    note = checkpoint.sign(signed, origin, key)

    assert signed == open_note(note, origin, checkpoint.public_key(key))
    assert note == checkpoint.sign(signed, origin, key)


def test_every_flipped_bit_is_refused() -> None:
    """All bytes times all eight bits: none can change without the note being refused."""
    for at in range(len(NOTE)):
        for bit in range(8):
            altered = bytearray(NOTE)
            altered[at] ^= 1 << bit
            with pytest.raises(NoteError) as caught:
                open_note(bytes(altered), NAME, PUBLIC)
            assert "E_NOTE" == caught.value.code


def _signed(text: bytes) -> bytes:
    """A note with a good signature over any text whatever, as the journal's own key could make it."""
    key = Ed25519PrivateKey.from_private_bytes(KEY)
    signature = base64.b64encode(checkpoint.key_id(NAME, PUBLIC) + key.sign(text))
    return text + b"\n" + "— ".encode() + NAME.encode() + b" " + signature + b"\n"


def test_the_forger_makes_good_notes_too() -> None:
    """The signer of the tests below signs a good text just as `sign` does."""
    assert NOTE == _signed(TEXT + b"\n")


_ROOT = b"A" * 43 + b"="
_ORIGIN = NAME.encode()
_SIGNED_FORMS = {
    "leading zero": _ORIGIN + b"\n042\n" + _ROOT + b"\n",
    "two zeros": _ORIGIN + b"\n00\n" + _ROOT + b"\n",
    "signed size": _ORIGIN + b"\n+42\n" + _ROOT + b"\n",
    "negative size": _ORIGIN + b"\n-42\n" + _ROOT + b"\n",
    "hexadecimal size": _ORIGIN + b"\n0x2a\n" + _ROOT + b"\n",
    "full-width size": _ORIGIN + "\n４２\n".encode() + _ROOT + b"\n",
    "size over 63 bits": _ORIGIN + b"\n9223372036854775808\n" + _ROOT + b"\n",
    "size of a thousand digits": _ORIGIN + b"\n" + b"9" * 1000 + b"\n" + _ROOT + b"\n",
    "CRLF": (TEXT + b"\n").replace(b"\n", b"\r\n"),
    "CR in the origin": _ORIGIN + b"\r\n42\n" + _ROOT + b"\n",
    "tab in the origin": b"a\tb\n42\n" + _ROOT + b"\n",
    "NUL in the origin": b"a\0b\n42\n" + _ROOT + b"\n",
    "no origin": b"\n42\n" + _ROOT + b"\n",
    "no root": _ORIGIN + b"\n42\n",
    "extra blank line": TEXT + b"\n\n",
    "blank line first": b"\n" + TEXT + b"\n",
    "extension line": TEXT + b"\nextra\n",
    "root of 31 bytes": _ORIGIN + b"\n42\n" + base64.b64encode(bytes(31)) + b"\n",
    "root of 33 bytes": _ORIGIN + b"\n42\n" + base64.b64encode(bytes(33)) + b"\n",
    "root without padding": _ORIGIN + b"\n42\n" + b"A" * 43 + b"\n",
    "root with spare bits": _ORIGIN + b"\n42\n" + b"A" * 42 + b"B=\n",
    "root in URL alphabet": _ORIGIN + b"\n42\n" + b"-" + b"A" * 42 + b"=\n",
    "blank before the root": _ORIGIN + b"\n42\n " + _ROOT + b"\n",
    "byte order mark": b"\xef\xbb\xbf\n42\n" + _ROOT[:-1] + b"\n",
}


@pytest.mark.parametrize("text", _SIGNED_FORMS.values(), ids=_SIGNED_FORMS)
def test_H74_other_texts_are_refused_although_signed(text: bytes) -> None:
    """A checkpoint has one spelling, so even the journal's own key cannot give it a second."""
    with refused("E_NOTE", "form"):
        open_note(_signed(text), NAME, PUBLIC)


_OTHER = checkpoint.sign(Checkpoint(NAME, 42, bytes(32)), "witness.example", bytes(32)).split(b"\n\n")[1]
_UNSIGNED_FORMS = {
    "no signature": TEXT + b"\n\n",
    "no blank line": TEXT + b"\n" + SIGNATURE_LINE,
    "duplicate signature line": NOTE + SIGNATURE_LINE,
    "line of an unknown key before": TEXT + b"\n\n" + _OTHER + SIGNATURE_LINE,
    "line of an unknown key after": NOTE + _OTHER,
    "trailing garbage": NOTE + b"x",
    "trailing line": NOTE + b"\n",
    "blank line before the signature": TEXT + b"\n\n\n" + SIGNATURE_LINE,
    "CRLF": NOTE.replace(b"\n", b"\r\n"),
    "no last line end": NOTE[:-1],
    "en dash": NOTE.replace("—".encode(), "–".encode()),
    "hyphen": NOTE.replace("—".encode(), b"-"),
    "two blanks": NOTE.replace("— ".encode(), "—  ".encode()),
    "no-break space": NOTE.replace("— ".encode(), "—\u00a0".encode()),
    "cut signature": TEXT + b"\n\n" + SIGNATURE_LINE[:-8] + b"\n",
    "Latin-1": b"\xe9" + NOTE,
    "nothing": b"",
}


@pytest.mark.parametrize("note", _UNSIGNED_FORMS.values(), ids=_UNSIGNED_FORMS)
def test_H74_other_frames_are_refused(note: bytes) -> None:
    """What stands outside the signed text is fixed too: one signature line and nothing after it."""
    with refused("E_NOTE", "form"):
        open_note(note, NAME, PUBLIC)


def test_H74_unknown_key_is_refused() -> None:
    """Another name, another key, and a good signature under another id are no signature of this journal."""
    other = checkpoint.public_key(bytes(32))
    renamed = NOTE.replace(b"\xe2\x80\x94 " + NAME.encode(), b"\xe2\x80\x94 mutual-dao/other")

    for note, name, key in ((NOTE, NAME, other), (NOTE, "mutual-dao/other", PUBLIC), (renamed, NAME, PUBLIC)):
        with refused("E_NOTE", "key"):
            open_note(note, name, key)


def test_signature_over_another_text_is_refused() -> None:
    """The right key's signature of one checkpoint does not sign another."""
    with refused("E_NOTE", "signature"):
        open_note(NOTE.replace(b"\n42\n", b"\n43\n"), NAME, PUBLIC)


def test_size_is_limited() -> None:
    """A long file is refused before it is decoded."""
    with refused("E_NOTE", "size"):
        open_note(bytes(checkpoint.MAX_NOTE + 1), NAME, PUBLIC)


@given(st.binary(max_size=300), st.integers(0, 250), st.integers(0, 50))
def test_any_bytes_are_opened_or_refused(junk: bytes, at: int, removed: int) -> None:
    """Nothing but a `NoteError` comes out of bad bytes, alone or spliced into a good note."""
    for note in (junk, NOTE[:at] + junk + NOTE[at + removed :]):
        try:
            open_note(note, NAME, PUBLIC)
        except NoteError:
            continue
        assert NOTE == note
