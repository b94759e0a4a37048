"""`dao.keys`: keys on disk open with their passphrase, are for their owner only, and are told to nobody."""

from __future__ import annotations

import copy
import json
import stat
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chain.signature import address_of
from dao import keys
from dao.keys import KeyFileError, Keyring, devnet_key, public_key
from dao.sentences import sentence

ANN, JOURNAL = devnet_key("ann"), devnet_key("journal")
QUICK = 2
"""A work factor that makes tests quick."""


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    made = Keyring(tmp_path / "keys", "correct horse")
    made.save("ann", ANN, work=QUICK)
    made.save_journal_key(JOURNAL)
    return made


@pytest.fixture
def folder(ring: Keyring, tmp_path: Path) -> Path:
    return tmp_path / "keys"


def refused(reason: str, step: Callable[[], object]) -> KeyFileError:
    """Expect a refusal, and that neither it nor what led to it tells anything of a key or passphrase."""
    with pytest.raises(KeyFileError) as caught:
        step()
    error = caught.value
    assert ("E_KEY_FILE", reason) == (error.code, error.reason)
    told = sentence(error.code, error.reason, error.facts) + str(error) + "".join(traceback.format_exception(error))
    for secret in (ANN.hex(), JOURNAL.hex(), "correct horse", "wrong horse"):
        assert secret not in told
    return error


def test_keys_open_with_their_passphrase(ring: Keyring) -> None:
    """What was saved is what is loaded, for Ethereum keys and for the journal's."""
    assert ANN == ring.load("ann")
    assert JOURNAL == ring.load_journal_key()


@pytest.mark.parametrize("passphrase", ["wrong horse", "", "correct horse ", "CORRECT HORSE", "é" * 500])
def test_wrong_passphrase(passphrase: str, folder: Path) -> None:
    """Another passphrase opens neither kind of key, and is not repeated back."""
    other = Keyring(folder, passphrase)

    refused("passphrase", lambda: other.load("ann"))
    refused("passphrase", other.load_journal_key)


def test_files_are_for_their_owner_only(folder: Path) -> None:
    """Folder 0700, files 0600, whatever the umask lets through."""
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_files_hold_no_key_in_the_clear(folder: Path) -> None:
    """Neither the bytes nor the digits of a key stand in a file."""
    for file in folder.iterdir():
        data = file.read_bytes()
        assert ANN not in data
        assert JOURNAL not in data
        assert ANN.hex().encode() not in data.lower()
        assert JOURNAL.hex().encode() not in data.lower()


def test_key_that_is_there_is_never_written_over(ring: Keyring, folder: Path) -> None:
    """Saving under a name that is taken is refused: the older key would be lost."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    refused("exists", lambda: ring.save("ann", devnet_key("ben"), work=QUICK))
    refused("exists", lambda: ring.save_journal_key(devnet_key("other")))

    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_missing_key(ring: Keyring, tmp_path: Path) -> None:
    """A name without a file, and a folder without keys, are told as absent."""
    refused("absent", lambda: ring.load("ben"))
    refused("absent", Keyring(tmp_path / "none", "x").load_journal_key)


@pytest.mark.parametrize(
    "name", ["../ann", "../../etc/passwd", "/etc/passwd", "", ".", "..", "a/b", "a\\b", "a\x00b", "a" * 99]
)
def test_name_that_leads_out_of_the_folder(name: str, ring: Keyring, tmp_path: Path) -> None:
    """A key's name is a file's name inside the folder; nothing else is read or written by it."""
    (tmp_path / "ann.json").write_bytes(b"{}")

    refused("absent", lambda: ring.load(name))
    refused("absent", lambda: ring.save(name, ANN, work=QUICK))

    assert b"{}" == (tmp_path / "ann.json").read_bytes()


def places(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))


JUNK = (None, True, 0, -1, 1, 2**31, 2**70, "", "x", "00", "zz", [], {}, "pbkdf2", "scrypt", 3.5, 4, ...)


def test_damaged_keystore_never_opens_as_another_key(ring: Keyring, folder: Path) -> None:
    """Junk in any place of a keystore ends in a refusal, soon, or in the very same key."""
    file = folder / "ann.json"
    genuine = json.loads(file.read_text("utf-8"))
    for path in places(genuine):
        for junk in JUNK:
            file.write_text(json.dumps(_with(genuine, path, junk)), "utf-8")
            try:
                assert ANN == ring.load("ann")
            except KeyFileError as error:
                assert error.reason in {"passphrase", "form", "other_key"}  # noqa: PT017


def _with(value: Any, path: tuple[str, ...], junk: object) -> Any:
    whole = {"": copy.deepcopy(value)}
    here: Any = whole
    steps = ("", *path)
    for step in steps[:-1]:
        here = here[step]
    if junk is ...:
        del here[steps[-1]]
    else:
        here[steps[-1]] = junk
    return whole.get("")


def test_other_vector_opens_another_key(ring: Keyring, folder: Path) -> None:
    """The initialisation vector is under no checksum: changed, it gives another key, which its address betrays."""
    file = folder / "ann.json"
    keystore = json.loads(file.read_text("utf-8"))
    keystore["crypto"]["cipherparams"]["iv"] = "00" * 16
    file.write_text(json.dumps(keystore), "utf-8")

    refused("other_key", lambda: ring.load("ann"))


def test_keystore_under_another_name_is_its_own_key(ring: Keyring, folder: Path) -> None:
    """A name is a file's name and proves nothing: who needs ann's signature compares the address."""
    (folder / "ben.json").write_bytes((folder / "ann.json").read_bytes())

    assert address_of(ANN) == address_of(ring.load("ben"))


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"1", b'"x"', b"{}", b"null", b"[" * 100_000, b'{"version": 3}'])
def test_file_that_is_no_keystore(data: bytes, ring: Keyring, folder: Path) -> None:
    """Any other file is refused by name."""
    (folder / "ann.json").write_bytes(data)

    refused("form", lambda: ring.load("ann"))


@pytest.mark.parametrize("data", [b"", b"\xff", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_file_that_is_no_journal_key(data: bytes, ring: Keyring, folder: Path) -> None:
    """A journal key that cannot be read is refused by name."""
    (folder / "journal.pem").write_bytes(data)

    refused("passphrase", ring.load_journal_key)


def test_journal_key_in_the_clear_is_not_taken(ring: Keyring, folder: Path) -> None:
    """A key that lies there unencrypted is refused: whoever read it may sign checkpoints."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.from_private_bytes(JOURNAL)
    (folder / "journal.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    refused("passphrase", ring.load_journal_key)


def test_journal_key_of_another_kind(ring: Keyring, folder: Path) -> None:
    """A key of another curve is no journal key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    sealed = BestAvailableEncryption(b"correct horse")
    key = X25519PrivateKey.from_private_bytes(JOURNAL)
    (folder / "journal.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))

    refused("kind", ring.load_journal_key)


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be is refused and kept."""
    (tmp_path / "keys").write_text("mine", "utf-8")

    refused("unwritable", lambda: Keyring(tmp_path / "keys", "x").save("ann", ANN, work=QUICK))

    assert "mine" == (tmp_path / "keys").read_text("utf-8")


def test_devnet_keys_follow_from_their_names() -> None:
    """A devnet's keys are the same everywhere, different for each name, and have public halves."""
    assert ANN == devnet_key("ann")
    assert ANN != devnet_key("Ann")
    assert 32 == len(public_key(JOURNAL))
    assert keys.LIGHT_SCRYPT == 4_096
