"""`dao keys new|import|journal`: encrypted files, an address and nothing else on the screen, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY
from chain.keccak import keccak256
from chain.signature import address_of
from dao.cli.start.demo import cast
from dao.keys import LIGHT_SCRYPT, KeyFileError, Keyring, devnet_key, public_key
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

KEY = keccak256(b"a key that only this test has")
SECRET = "correct horse battery staple"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a passphrase file, and a key in a variable."""
    (tmp_path / "passphrase.txt").write_text(f"{SECRET}\n", "utf-8")
    monkeypatch.setenv("ANN_KEY", "0x" + KEY.hex())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(dao: Dao, folder: Path, status: int, code: str, *words: object) -> str:
    before = {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    outcome = dao("keys", *words)
    refusals = [line for line in outcome.err.splitlines() if line.startswith("dao: ")]
    assert (status, 1) == (outcome.status, len(refusals)), outcome.err + outcome.out
    assert refusals[0].endswith(f"[{code}]")
    assert before == {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return outcome.err


def test_a_new_key_is_an_encrypted_keystore(dao: Dao, here: Path) -> None:
    """Version 3 with scrypt at the library's own work, for its owner alone; the answer has the address only."""
    made = dao("keys", "new", "ann", "--dir", "club", "--passphrase-file", "passphrase.txt", "--json")

    file = here / "club" / "keys" / "ann.json"
    keystore = json.loads(file.read_text("utf-8"))
    key = Keyring(here / "club" / "keys", SECRET).load("ann")
    assert (0, 3, "scrypt") == (made.status, keystore["version"], keystore["crypto"]["kdf"])
    assert 1 << 18 == keystore["crypto"]["kdfparams"]["n"]
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
    assert {"ok": True, "name": "ann", "address": checksum(address_of(key)), "file": "club/keys/ann.json"} == (
        made.document
    )
    assert [] == [text for text in (made.out, made.err) if key.hex() in text or SECRET in text]


def test_two_new_keys_differ(dao: Dao, here: Path) -> None:
    """Keys come from the machine's randomness, not from their names."""
    made = [
        dao("keys", "new", "ann", "--dir", folder, "--passphrase-file", "passphrase.txt", "--json").document
        for folder in ("one", "two")
    ]

    assert made[0]["address"] != made[1]["address"]


def test_a_key_is_imported_from_a_variable(dao: Dao, here: Path) -> None:
    """It opens as the same key; neither the key nor the passphrase is on the screen."""
    made = dao("keys", "import", "ann", "--key-env", "ANN_KEY", "--dir", "club", "--passphrase-file", "passphrase.txt")

    assert 0 == made.status
    assert KEY == Keyring(here / "club" / "keys", SECRET).load("ann")
    assert checksum(address_of(KEY)) in " ".join(made.out.split())
    assert [] == [text for text in (made.out, made.err) if KEY.hex() in text or SECRET in text]


def test_a_journal_key(dao: Dao, here: Path) -> None:
    """The public half is printed; the private half is encrypted, once."""
    made = dao("keys", "journal", "--dir", "club", "--passphrase-file", "passphrase.txt", "--json")

    key = Keyring(here / "club" / "keys", SECRET).load_journal_key()
    assert public_key(key).hex() == made.document["public_key"]
    assert key.hex() not in made.out + made.err
    refused(dao, here, 1, "E_KEY_FILE", "journal", "--dir", "club", "--passphrase-file", "passphrase.txt")


def test_what_makes_no_key(dao: Dao, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No passphrase, an empty one, a name that is none, a variable without a key, a key that is none."""
    (here / "empty.txt").write_text("\n", "utf-8")
    at = ("--dir", "club", "--passphrase-file", "passphrase.txt")
    monkeypatch.setenv("ZERO", "0x" + "00" * 32)
    monkeypatch.setenv("SHORT", "0xabc")
    told = refused(dao, here, 1, "E_KEY_FILE", "new", "ann", "--dir", "club")
    assert "nobody is at a terminal" in told
    refused(dao, here, 1, "E_KEY_FILE", "new", "ann", "--dir", "club", "--passphrase-file", "absent.txt")
    refused(dao, here, 1, "E_KEY_FILE", "new", "ann", "--dir", "club", "--passphrase-file", "empty.txt")
    refused(dao, here, 64, "E_USAGE", "new", "../ann", *at)
    refused(dao, here, 64, "E_USAGE", "new", ".hidden", *at)
    refused(dao, here, 64, "E_USAGE", "new", *at)
    refused(dao, here, 64, "E_USAGE", "import", "ann", *at)
    refused(dao, here, 1, "E_KEY_ENV", "import", "ann", "--key-env", "NOT_SET_ANYWHERE", *at)
    refused(dao, here, 1, "E_KEY_ENV", "import", "ann", "--key-env", "SHORT", *at)
    refused(dao, here, 1, "E_KEY", "import", "ann", "--key-env", "ZERO", *at)
    assert not (here / "club").exists()


def test_a_key_is_never_written_over(dao: Dao, here: Path) -> None:
    """A name that is taken is refused before anybody types a passphrase."""
    Keyring(here / "club" / "keys", SECRET).save("ann", KEY, work=LIGHT_SCRYPT)

    refused(dao, here, 1, "E_KEY_FILE", "new", "ann", "--dir", "club")
    refused(dao, here, 1, "E_KEY_FILE", "import", "ann", "--key-env", "ANN_KEY", "--dir", "club")


@pytest.mark.parametrize("there", ["keystore", "journal"])
def test_a_folder_has_one_passphrase(dao: Dao, here: Path, there: str) -> None:
    """A second key under another passphrase would make every command fail on one of them."""
    ring = Keyring(here / "club" / "keys", "another one")
    if there == "journal":
        ring.save_journal_key(KEY)
    else:
        ring.save("ben", KEY, work=LIGHT_SCRYPT)

    told = refused(dao, here, 1, "E_KEY_FILE", "new", "ann", "--dir", "club", "--passphrase-file", "passphrase.txt")

    assert "opens with another passphrase" in told


def test_H115_a_devnet_key_is_refused_elsewhere(dao: Dao, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The faucet's key, and those made of the name or of the demo's names, belong to everybody."""
    at = ("--dir", "club", "--passphrase-file", "passphrase.txt")
    for name, key in (("zoe", devnet_key("zoe")), ("mine", devnet_key("ann")), ("mine", FAUCET_KEY)):
        monkeypatch.setenv("PUBLIC_KEY", "0x" + key.hex())
        refused(dao, here, 1, "E_DEVNET", "import", name, "--key-env", "PUBLIC_KEY", *at)


def test_a_devnet_takes_its_own_keys(dao: Dao, played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the passphrase is the devnet's own; its journal keeps the key that it has."""
    folder = copied(played.folder, tmp_path / "copy")
    monkeypatch.setenv("PUBLIC_KEY", "0x" + devnet_key("zoe").hex())

    assert 0 == dao("keys", "import", "zoe", "--key-env", "PUBLIC_KEY", "--dir", folder).status
    assert 0 == dao("keys", "new", "yan", "--dir", folder).status
    (folder / "keys" / "journal.pem").unlink()
    told = refused(dao, folder, 1, "E_KEY_FILE", "journal", "--dir", folder)

    assert public_key(cast.journal_key()).hex() in told
    assert {"zoe", "yan"} <= {row["name"] for row in dao("keys", "--dir", folder, "--json").document["keys"]}


def test_refuse_another_names_damage_as_damage(tmp_path: Path) -> None:
    """A key file that is no key file is told as that, not as a wrong passphrase."""
    (tmp_path / "ann.json").write_text("{}", "utf-8")

    with pytest.raises(KeyFileError) as caught:
        Keyring(tmp_path, SECRET).refuse_another()

    assert ("E_KEY_FILE", "form") == (caught.value.code, caught.value.reason)
