"""`dao keys`: names and addresses, and never a key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from chain.address import checksum
from dao.cli.start.demo import cast
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played


def test_every_name_with_its_address(dao: Callable[..., Outcome], played: Played) -> None:
    """Addresses are those of the keys, read without opening them, and nothing of a key is shown."""
    outcome = dao("keys", "--dir", played.folder, "--json")

    expected = {name: checksum(cast.address(name)) for name in cast.PEOPLE}
    assert expected == {key["name"]: key["address"] for key in outcome.document["keys"]}
    assert {False} == {key["opened"] for key in outcome.document["keys"]}
    assert outcome.document["journal"]["present"]
    shown = outcome.out + dao("keys", "--dir", played.folder).out
    assert [] == [name for name in cast.PEOPLE if cast.key(name).hex() in shown]


def test_keystores_without_address_and_strange_files(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path
) -> None:
    """A keystore that does not say its address is opened; a file that is none is named, and the others are listed."""
    folder = copied(played.folder, tmp_path / "copy")
    file = folder / "keys" / "ann.json"
    keystore = json.loads(file.read_text())
    del keystore["address"]
    file.write_text(json.dumps(keystore))
    (folder / "keys" / "zed.json").write_text('{"version": 2}')

    outcome = dao("keys", "--dir", folder, "--json")

    keys = {key["name"]: key for key in outcome.document["keys"]}
    assert 1 == outcome.status
    assert (checksum(cast.address("ann")), True) == (keys["ann"]["address"], keys["ann"]["opened"])
    assert (None, "E_KEY_FILE") == (keys["zed"]["address"], keys["zed"]["code"])
    assert len(cast.PEOPLE) + 1 == len(keys)
