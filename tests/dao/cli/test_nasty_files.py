"""Files that somebody made to hurt: each command answers with one sentence and its exit status, and changes nothing.

With CI=true every member of every document is tried with every value; elsewhere some, spread over all of them.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from chain import car
from chain.cid import RAW
from dao.record.verify import verify
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nasty import PLACES, WHOLE, contents, members
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

IN_FULL = os.environ.get("CI") == "true"
SAMPLE = 40
"""Of the nasty documents of one kind, where not all of them are tried."""

OUTSIDE = {
    "vote check": "vote check {file}",
    "lint": "lint {file}",
    "verify": "verify {file}",
    "trust": "verify {record} --trust {file}",
    "review": "review {file} --chain-id 20200903 --safe-version 1.4.1",
}
INSIDE = {
    "review in a workspace": "review {file} --dir {folder}",
    "vote cast": "vote cast IIP-1 --file {file} --dir {folder}",
    "publish": "publish {file} --key dora --dir {folder}",
    "milestone report": "milestone report IIP-1/2 --file {file} --key nora --dir {folder}",
    "passphrase": "sign IIP-1/1 --key ann --passphrase-file {file} --dir {folder}",
}
READING = ("status", "journal", "fund", "ledger", "doctor", "keys", "tally IIP-1", "record IIP-1", "review IIP-1/1")
ITS_FILES = (
    "dao.toml", "journal.sqlite", "checkpoint", ".dao.lock", "keys", "keys/ann.json", "keys/journal.pem",
    "keys/passphrase", "devnet.sqlite", "devnet.sqlite.lock",
)  # fmt: skip


@pytest.fixture(autouse=True)
def ends() -> Iterator[None]:
    """A command that waits for ever fails its test, and does not stop all others."""

    def too_long(*_: object) -> NoReturn:
        raise TimeoutError("the command does not end")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def folder(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that none of the tests here may change."""
    return copied(played.folder, tmp_path_factory.mktemp("nasty") / "workspace")


def words(line: str, file: Path, folder: Path, played: Played) -> list[str]:
    places = {"{file}": str(file), "{folder}": str(folder), "{record}": str(played.file)}
    return [places.get(word, word) for word in line.split()]


def is_answered(outcome: Outcome) -> bool:
    """One of the four statuses, and one JSON document that is no confession."""
    return outcome.status in (0, 1, 2, 64) and "E_BUG" not in str(outcome.document)


def some(documents: list[bytes]) -> list[bytes]:
    return documents if IN_FULL else documents[:: max(1, len(documents) // SAMPLE)]


def envelope(played: Played, member: bytes) -> bytes:
    blocks = car.read(played.record).blocks
    return next(block for cid, block in blocks.items() if cid.codec == RAW and member in block)


def trust_of(played: Played) -> bytes:
    case = verify(played.record).case
    assert case is not None
    block = min(case.blocks)
    return (
        b'{"safe": "eip155:20200903:0x0000000000000000000000000000000000000001", "settings": ["%s"], "journal_key": '
        b'"%s", "blocks": [{"chain_id": 20200903, "number": %d, "hash": "0x%s"}], "accept": ["A_TIME"]}'
        % (b"bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy", b"00" * 32, block.number, b"11" * 32)
    )


TRANSACTION = (
    b'{"safe": "0x0000000000000000000000000000000000000001", "to": "0x0000000000000000000000000000000000000002", '
    b'"value": "1", "data": "0xa9059cbb", "operation": 0, "nonce": 3, "safeTxGas": "0", "chainId": 20200903, '
    b'"safeTxHash": null, "confirmations": [{"owner": "0x0000000000000000000000000000000000000003", "signature": "0x"}]}'
)

DOCUMENTS: dict[str, tuple[Callable[[Played], bytes], str]] = {
    "a vote, checked": (lambda played: envelope(played, b'"choice"'), OUTSIDE["vote check"]),
    "a proposal, checked": (lambda played: envelope(played, b'"plugins"'), OUTSIDE["vote check"]),
    "an act, checked": (lambda played: envelope(played, b'"approve"'), OUTSIDE["vote check"]),
    "a vote, cast": (lambda played: envelope(played, b'"choice"'), INSIDE["vote cast"]),
    "a transaction": (lambda played: TRANSACTION, OUTSIDE["review"]),
    "a transaction, in a workspace": (lambda played: TRANSACTION, INSIDE["review in a workspace"]),
    "a trust file": (trust_of, OUTSIDE["trust"]),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_member_of_a_document(name: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Whatever stands in one member, the answer is one document, and the workspace is as it was."""
    make, line = DOCUMENTS[name]
    file, before = tmp_path / "file", contents(folder)
    for number, nasty in enumerate(some(list(members(make(played))))):
        file.write_bytes(nasty)
        assert is_answered(dao(*words(line, file, folder, played), "--json")), (number, nasty[:2_000])

    assert before == contents(folder)


@pytest.mark.parametrize("name", [*OUTSIDE, *INSIDE])
def test_whole_files(name: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Nothing, noise, and too much of everything."""
    file, before = tmp_path / "file", contents(folder)
    for number, nasty in enumerate(WHOLE if IN_FULL else WHOLE[::2]):
        file.write_bytes(nasty)
        assert is_answered(dao(*words({**OUTSIDE, **INSIDE}[name], file, folder, played), "--json")), number

    assert before == contents(folder)


@pytest.mark.parametrize("place", PLACES)
def test_what_stands_where_a_file_should(place: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Pipes that nobody writes into, devices without end, links to themselves: no command waits, none reads for ever."""
    PLACES[place](tmp_path / "file")
    before = contents(folder)
    for name, line in {**OUTSIDE, **INSIDE}.items():
        outcome = dao(*words(line, tmp_path / "file", folder, played), "--json")
        assert is_answered(outcome), name
        assert outcome.status, name

    assert before == contents(folder)


@pytest.mark.parametrize(
    "path", ["", ".", "/", "a" * 5_000, "x" * 300, "new\nline", "\x1b[31m", "\udcff", "a/b/c", "-"]
)
def test_paths_that_lead_nowhere(path: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """A path that the system does not even take is told like one that leads nowhere."""
    for line in (*OUTSIDE.values(), *INSIDE.values()):
        outcome = dao(*[path if word == "{file}" else word for word in words(line, Path("{file}"), folder, played)])
        assert outcome.status in (1, 2, 64), line
        assert "E_BUG" not in outcome.err
    for command in ("status", "journal", "keys", "doctor"):
        outcome = dao(command, "--dir", path or tmp_path)
        assert (1, True) == (outcome.status, "E_BUG" not in outcome.err), command


@pytest.mark.parametrize("victim", ITS_FILES)
def test_files_of_a_workspace(victim: str, dao: Dao, played: Played, tmp_path: Path) -> None:
    """Whatever stands in the place of a workspace's own file, the commands that read it end and tell."""
    for place, make in PLACES.items():
        folder = copied(played.folder, tmp_path / place)
        file = folder / victim
        shutil.rmtree(file) if file.is_dir() else file.unlink()
        make(file)
        for line in READING if IN_FULL else READING[:: 1 + len(place) % 3]:
            outcome = dao(*line.split(), "--dir", folder, "--json")
            assert is_answered(outcome), (place, line, outcome.err)
