"""Files that somebody made to hurt: each command answers with one sentence and its exit status, and changes nothing.

Some of the nasty documents are tried, spread over all of them: every member with every value takes an hour, and is done
by hand with a greater `SAMPLE`.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from chain import car
from chain.cid import RAW
from dao.record.verify import verify
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nasty import PLACES, WHOLE, contents, members
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]

SAMPLE = 10
"""How many of the nasty documents of one kind are tried."""

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
    "take": "take {file} --dir {folder}",
    "veto": "veto IIP-1/2 --file {file} --key ann --dir {folder}",
    "journal follow": "journal follow {file} --dir {folder}",
    "settings check": "settings check --draft {file} --dir {folder}",
    "settings found": "settings found --in {file} --dir {folder}",
    "passphrase": "sign IIP-1/1 --key ann --passphrase-file {file} --dir {folder}",
}
READING = ("status", "journal", "fund", "ledger", "doctor", "keys", "tally IIP-1", "record IIP-1", "review IIP-1/1")
ITS_FILES = (
    "dao.toml", "journal.sqlite", "checkpoint", ".dao.lock", "keys", "keys/ann.json", "keys/journal.pem",
    "keys/passphrase", "devnet.sqlite", "devnet.sqlite.lock",
)  # fmt: skip


@pytest.fixture(autouse=True)
def ends(tmp_path: Path) -> Iterator[None]:
    """A command that waits for ever fails its test, and does not stop all others; no huge file outlives its test."""

    def too_long(*_: object) -> NoReturn:
        raise TimeoutError("the command does not end")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.stat().st_size > 1 << 30:
            path.unlink()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a decided and an open proposal, which none of the tests here may change."""
    return steps_workspace.build(tmp_path_factory.mktemp("nasty") / "workspace")


def words(line: str, file: Path, folder: Path, played: Played) -> list[str]:
    places = {"{file}": str(file), "{folder}": str(folder), "{record}": str(played.file)}
    return [places.get(word, word.replace("{folder}", str(folder))) for word in line.split()]


def remove(path: Path) -> None:
    """Take away what stands there: sixteen gigabytes are not to be searched for secrets at the end of the suite."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def is_answered(outcome: Outcome) -> bool:
    """One of the four statuses, and one JSON document that is no confession."""
    return outcome.status in (0, 1, 2, 64) and "E_BUG" not in str(outcome.document)


def some(documents: list[bytes]) -> list[bytes]:
    return documents[:: max(1, len(documents) // SAMPLE)]


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
    b'"safeTxHash": null, '
    b'"confirmations": [{"owner": "0x0000000000000000000000000000000000000003", "signature": "0x"}]}'
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


SIGNED = {
    "a publication": "publish {folder}/iips/iip-3.md --key dora",
    "a vote": "vote cast IIP-2 For --key eve",
    "a veto": "veto IIP-1/2 --reason No --key ann",
    "a report": "milestone report IIP-1/2 --file {folder}/iips/iip-1.md --key nora",
    "a confirmation": "sign IIP-1/1 --key ann",
}
"""What can be carried to another workspace, and how it is made."""


@pytest.mark.parametrize("name", SIGNED)
def test_every_member_of_what_is_carried(name: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Signed files that somebody changed on their way: taken as they were, or put aside with nothing changed."""
    document = folder / "iips" / "iip-3.md"
    document.write_bytes((folder / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    made, file, before = tmp_path / "made", tmp_path / "file", contents(folder)
    line = words(SIGNED[name], file, folder, played)
    assert 0 == dao(*line, "--out", made, "--dir", folder).status
    for number, nasty in enumerate(some(list(members(made.read_bytes())))):
        file.write_bytes(nasty)
        outcome = dao("take", file, "--dir", folder, "--json")
        assert is_answered(outcome), (number, nasty[:2_000])
        if outcome.status:
            assert before == contents(folder), (number, nasty[:2_000])
        before = contents(folder)


@pytest.mark.parametrize("name", [*OUTSIDE, *INSIDE])
def test_whole_files(name: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Nothing, noise, and too much of everything; what may be any file, as evidence, is taken."""
    file, before = tmp_path / "file", contents(folder)
    for number, nasty in enumerate(WHOLE[::3]):
        file.write_bytes(nasty)
        outcome = dao(*words({**OUTSIDE, **INSIDE}[name], file, folder, played), "--json")
        assert is_answered(outcome), number
        if outcome.status:
            assert before == contents(folder), number
        before = contents(folder)


@pytest.mark.parametrize("place", PLACES)
def test_what_stands_where_a_file_should(place: str, dao: Dao, played: Played, folder: Path, tmp_path: Path) -> None:
    """Pipes that nobody writes into, devices without end, links to themselves: no command waits or reads for ever."""
    PLACES[place](tmp_path / "file")
    before = contents(folder)
    for name, line in {**OUTSIDE, **INSIDE}.items():
        outcome = dao(*words(line, tmp_path / "file", folder, played), "--json")
        assert is_answered(outcome), name
        assert outcome.status or (name, place) == ("take", "a folder"), name
    remove(tmp_path / "file")

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
    for line in (
        "status",
        "journal",
        "keys list",
        "doctor",
        "keys new bob",
        "keys journal",
        "init --devnet",
        "rebuild",
    ):
        if path not in (".", "/", "-", "a/b/c", "new\nline", "\x1b[31m", "\udcff"):  # folders that could be made
            outcome = dao(*line.split(), "--dir", path or tmp_path / "nothing")
            assert (True, True) == (outcome.status in (0, 1, 64), "E_BUG" not in outcome.err), line


@pytest.mark.parametrize("victim", ITS_FILES)
def test_files_of_a_workspace(victim: str, dao: Dao, played: Played, tmp_path: Path) -> None:
    """Whatever stands in the place of a workspace's own file, the commands that read it end and tell."""
    for number, (place, make) in enumerate(PLACES.items(), len(victim)):
        folder = copied(played.folder, tmp_path / place)
        file = folder / victim
        remove(file)
        make(file)
        line = READING[number % len(READING)]
        outcome = dao(*line.split(), "--dir", folder, "--json")
        assert is_answered(outcome), (place, line, outcome.err)
        shutil.rmtree(folder)
