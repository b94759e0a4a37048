"""`dao settings show|check|sign|found`: from a draft to settings in force, and from those to the next ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain import abi, log_tree
from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.safe_deploy import execute_safe_tx
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, join_signatures, safe_tx_hash
from chain.signature import sign
from dao.cli import main
from dao.cli.start.demo import cast
from dao.store.journal import Journal
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]

LINE = (
    "--devnet --space club.devnet --owner ann --owner ben --owner cho --holder eve=150 --holder finn=250 "
    "--holder gil=600 --reviewer lea --reviewer max --notice 1d --start 2026-01-05T00:00:00Z"
)
DRAFT, SIGNATURES = "settings.draft.json", "settings.signatures.json"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A club with a draft that nobody has signed."""
    folder = tmp_path_factory.mktemp("drafted") / "club"
    assert 0 == main(["init", "--dir", str(folder), *LINE.split()])
    return folder


@pytest.fixture(scope="module")
def founded(drafted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same club, founded."""
    folder = tmp_path_factory.mktemp("founded") / "club"
    shutil.copytree(drafted, folder)
    for name in ("ann", "ben"):
        assert 0 == main(["settings", "sign", "--key", name, "--dir", str(folder)])
    assert 0 == main(["settings", "found", "--dir", str(folder)])
    return folder


@pytest.fixture
def club(drafted: Path, tmp_path: Path) -> Path:
    """A copy of the draft's workspace."""
    return shutil.copytree(drafted, tmp_path / "club")


@pytest.fixture
def running(founded: Path, tmp_path: Path) -> Path:
    """A copy of the founded workspace."""
    return shutil.copytree(founded, tmp_path / "running")


def kept(folder: Path) -> object:
    """What no refusal changes: the journal, and every file that is not the chain's."""
    with Journal(folder / "journal.sqlite") as journal:
        state = len(journal), log_tree.root(journal.leaf_hashes())
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix in {".json", ".toml", ".pem", ".new"}]
    return state, {str(file): file.read_bytes() for file in files}


def refused(dao: Dao, folder: Path, status: int, code: str, *words: object) -> Outcome:
    """Run a command that is refused in one sentence, with nothing kept."""
    before = kept(folder)
    outcome = dao(*words, "--dir", folder)
    refusals = [line for line in outcome.err.splitlines() if line.startswith("dao: ")]
    assert (status, 1) == (outcome.status, len(refusals)), outcome.err + outcome.out
    assert refusals[0].endswith(f"[{code}]")
    assert before == kept(folder)
    return outcome


def edit(folder: Path, old: str, new: str) -> None:
    """Change the draft in one place."""
    text = (folder / DRAFT).read_text("utf-8")
    assert 1 == text.count(old), old
    (folder / DRAFT).write_text(text.replace(old, new), "utf-8")


def test_owners_sign_in_any_order(dao: Dao, club: Path) -> None:
    """Each signature is kept beside those before it; with enough of them the space is founded, once."""
    first = dao("settings", "sign", "--key", "cho", "--dir", club, "--json").document
    second = dao("settings", "sign", "--key", "ann", "--dir", club, "--json").document
    shown = dao("settings", "--dir", club, "--json").document
    founded = dao("settings", "found", "--dir", club, "--json").document
    again = dao("settings", "found", "--dir", club, "--json").document

    owners = [checksum(cast.address(name)) for name in ("cho", "ann")]
    assert [owners[0]] == first["signed"]
    assert sorted(owners) == sorted(second["signed"])
    assert sorted(owners) == sorted(shown["draft"]["signed"])
    assert None is shown["in_force"]
    assert first["message_hash"] == second["message_hash"]
    assert (0, True, 0, False) == (founded["leaf"], founded["is_new"], again["leaf"], again["is_new"])
    assert founded["settings"] == first["settings"]


def test_a_signature_by_a_stranger(dao: Dao, club: Path) -> None:
    """Only owners of the Safe sign, and of each one signature counts."""
    refused(dao, club, 1, "E_SETTINGS", "settings", "sign", "--key", "lea")
    assert 0 == dao("settings", "sign", "--key", "ann", "--dir", club).status
    refused(dao, club, 1, "E_SETTINGS", "settings", "sign", "--key", "ann")
    refused(dao, club, 1, "E_SETTINGS", "settings", "found")
    refused(dao, club, 64, "E_USAGE", "settings", "sign")
    refused(dao, club, 1, "E_KEY_FILE", "settings", "sign", "--key", "nobody")


def test_signatures_travel_by_file(dao: Dao, club: Path, tmp_path: Path) -> None:
    """`--out` keeps nothing in the workspace, `--in` checks what comes; both ends have the same draft."""
    other = shutil.copytree(club, tmp_path / "other")
    out = dao("settings", "sign", "--key", "ben", "--dir", other, "--out", tmp_path / "ben.json")
    twice = dao("settings", "sign", "--key", "cho", "--dir", other, "--out", tmp_path / "ben.json")
    taken = dao("settings", "sign", "--in", tmp_path / "ben.json", "--key", "ann", "--dir", club, "--json")
    founded = dao("settings", "found", "--dir", club, "--in", tmp_path / "ben.json", "--json")

    assert [0, 1, 0, 0] == [outcome.status for outcome in (out, twice, taken, founded)]
    assert not (other / SIGNATURES).exists()
    assert 2 == len(taken.document["signed"])
    assert "[E_IO_EXISTS]" in twice.err


def test_files_that_are_no_signatures(dao: Dao, club: Path, tmp_path: Path) -> None:
    """Another draft's, a forged, a stranger's, a broken and an absent file are refused by name."""
    other = shutil.copytree(club, tmp_path / "other")
    edit(other, '"timelock": "2d"', '"timelock": "3d"')
    assert 0 == dao("settings", "sign", "--key", "ben", "--dir", other, "--out", tmp_path / "other.json").status
    good = shutil.copytree(club, tmp_path / "good")
    assert 0 == dao("settings", "sign", "--key", "ben", "--dir", good, "--out", tmp_path / "good.json").status
    ben, cho = (checksum(cast.address(name)) for name in ("ben", "cho"))
    signed = (tmp_path / "good.json").read_text("utf-8")
    files = {
        "forged": signed.replace(ben, cho),
        "broken": signed[:-20],
        "odd": '{"version": 1}',
        "later": signed.replace('"version":1', '"version":2'),
    }
    for name, text in files.items():
        (tmp_path / f"{name}.json").write_text(text, "utf-8")

    for name, status, code in (
        ("other", 1, "E_SIGNATURES"),
        ("forged", 1, "E_SIG_SIGNER"),
        ("broken", 1, "E_PARSE"),
        ("odd", 1, "E_SIGNATURES"),
        ("later", 1, "E_VERSION"),
        ("absent", 2, "E_IO_READ"),
    ):
        refused(dao, club, status, code, "settings", "sign", "--in", tmp_path / f"{name}.json")


def test_a_draft_that_is_edited_after_it_was_signed(dao: Dao, club: Path) -> None:
    """The old signatures count for nothing; they are thrown away only when that is asked for."""
    assert 0 == dao("settings", "sign", "--key", "ann", "--dir", club).status
    edit(club, '"grace": "14d"', '"grace": "21d"')

    refused(dao, club, 1, "E_SIGNATURES", "settings", "sign", "--key", "ben")
    refused(dao, club, 1, "E_SIGNATURES", "settings", "found")
    anew = dao("settings", "sign", "--key", "ben", "--anew", "--dir", club, "--json")

    assert (0, [checksum(cast.address("ben"))]) == (anew.status, anew.document["signed"])


NONSENSE = (
    ('"timelock": "2d"', '"timelock": 172800', "E_SETTINGS", '"timelock": 172800'),
    ('"timelock": "2d"', '"timelock": "2"', "E_SETTINGS", '"timelock": "2"'),
    ('"timelock": "2d"', '"timelok": "2d"', "E_VERSION", '"timelok"'),
    ('"timelock": "2d",', '"timelock": "2d"', "E_PARSE", '"grace"'),
    ('"grace": "14d"', '"grace": "14d", "grace": "1d"', "E_JSON_DUPKEY", '"grace"'),
    ('"minimum": "200 votes"', '"minimum": "200000000000000000000"', "E_SETTINGS", '"minimum"'),
    ('"minimum": "200 votes"', '"minimum": "0 votes"', "E_RULE_UNSAFE", '"minimum"'),
    ('"numerator": 1', '"numerator": 2', "E_RULE_UNSAFE", '"numerator"'),
    ('"period": "5d"', '"period": "5s"', "E_RULE_UNSAFE", '"period"'),
    ('["For", "Against", "Abstain"]', '["Against", "For", "Abstain"]', "E_RULE_UNSAFE", '"choices"'),
    ('"required": 2', '"required": 3', "E_RULE_UNSAFE", '"required": 3'),
    ('"name": "treasury"', '"name": "My fund"', "E_SETTINGS", '"My fund"'),
    ('"layout": "vyper"', '"layout": "fortran"', "E_VERSION", '"fortran"'),
    ('"venue": "journal"', '"venue": 7', "E_SETTINGS", '"venue"'),
    ('"parts": 20', '"parts": 2e1', "E_JSON_NUMBER", "2e1"),
)


@pytest.mark.parametrize(("old", "new", "cause", "line"), NONSENSE)
def test_a_draft_of_nonsense_is_told_by_its_line(
    dao: Dao, drafted: Path, tmp_path: Path, old: str, new: str, cause: str, line: str
) -> None:
    """The sentence names the line that was edited and the reason; `show` says it, too, and still ends well."""
    folder = shutil.copytree(drafted, tmp_path / "club")
    edit(folder, old, new)
    text = (folder / DRAFT).read_text("utf-8")
    number = text.count("\n", 0, text.index(line)) + 1

    outcome = refused(dao, folder, 1, "E_DRAFT", "settings", "check")
    refused(dao, folder, 1, "E_DRAFT", "settings", "sign", "--key", "ann")
    shown = dao("settings", "show", "--dir", folder, "--json")

    assert f"It is line {number} of {DRAFT} ({cause})." in outcome.err
    assert (0, "E_DRAFT") == (shown.status, shown.document["draft"]["code"])


def test_a_draft_that_is_no_draft(dao: Dao, club: Path) -> None:
    """An empty file, a list, bytes that are no text, and no file at all."""
    for data in (b"", b"[]", b"\xff\xfe", b"null", b'{"a": ' * 100):
        (club / DRAFT).write_bytes(data)
        refused(dao, club, 1, "E_DRAFT", "settings", "check")
    (club / DRAFT).unlink()
    refused(dao, club, 1, "E_DRAFT", "settings", "found")


def test_a_draft_of_another_space(dao: Dao, club: Path) -> None:
    """Space, Safe and journal are the workspace's own; a draft cannot move them."""
    text = (club / DRAFT).read_text("utf-8")
    safe = json.loads(text)["safes"][0]["address"]
    for old, new in (
        ('"club.devnet"', '"other.devnet"'),
        (safe, checksum(cast.address("nora"))),
        ('"key": "923e', '"key": "a23e'),
    ):
        (club / DRAFT).write_text(text.replace(old, new), "utf-8")
        refused(dao, club, 1, "E_SETTINGS", "settings", "sign", "--key", "ann")


def test_what_a_release_would_ignore_is_not_signed(dao: Dao, club: Path) -> None:
    """Housekeeping, which nothing here acts upon, is refused before anybody signs it."""
    edit(club, '"housekeeping": []', '"housekeeping": ["rotate"]')
    refused(dao, club, 1, "E_VERSION", "settings", "sign", "--key", "ann")
    edit(club, '"housekeeping": ["rotate"]', '"housekeeping": []')
    edit(club, '"version": "1.4.1"', '"version": "1.3.0"')
    refused(dao, club, 1, "E_SETTINGS", "settings", "sign", "--key", "ann")


def test_errors_are_listed_and_not_signed(dao: Dao, club: Path) -> None:
    """A quorum that nobody can reach is found by `check` with exit status 1, and refused by `sign`."""
    edit(club, "200 votes", "1001 votes")

    checked = dao("settings", "check", "--dir", club, "--json")
    refused(dao, club, 1, "E_DRAFT", "settings", "sign", "--key", "ann")

    errors = [row["code"] for row in checked.document["findings"] if row["level"] == "error"]
    assert (1, False, ["E_RULE_UNSAFE"]) == (checked.status, checked.document["ok"], errors)
    assert checked.document["needed"][0]["what"].startswith("Correct settings.draft.json")


def test_later_settings_wait_for_their_notice(dao: Dao, running: Path) -> None:
    """What changes is told in sentences; until the notice is over the older settings are in force."""
    edit(running, '"period": "5d"', '"period": "3d"')
    lea, nora = (checksum(cast.address(name)) for name in ("lea", "nora"))
    edit(running, lea, nora)
    told = dao("settings", "--dir", running).out
    for name in ("ann", "cho"):
        assert 0 == dao("settings", "sign", "--key", name, "--dir", running).status
    founded = dao("settings", "found", "--dir", running, "--json").document
    waiting = dao("settings", "--dir", running, "--json").document
    spoken = dao("settings", "--dir", running).out
    assert 0 == dao("devnet", "wait", "1d", "--dir", running).status
    bound = dao("settings", "--dir", running, "--json").document

    for sentence in (
        "`voting.period` becomes 3d; it is 5d.",
        f"`reviewers.addresses` gains {nora}.",
        f"`reviewers.addresses` loses {lea}.",
    ):
        assert sentence in told
        assert sentence in spoken
    assert (1, waiting["announced"][0]["since"]) == (founded["leaf"], founded["binds_from"])
    assert (0, 1) == (waiting["in_force"]["leaf"], waiting["announced"][0]["leaf"])
    assert waiting["in_force"]["cid"] != founded["settings"] == waiting["announced"][0]["cid"]
    assert {"value", "added", "removed"} == {change["reason"] for change in waiting["announced"][0]["changes"]}
    assert (1, []) == (bound["in_force"]["leaf"], bound["announced"])


def test_signatures_follow_the_settings_before_them(dao: Dao, running: Path, drafted: Path, tmp_path: Path) -> None:
    """A signature over the same text, made before others were founded, does not count behind them."""
    edit(running, '"grace": "14d"', '"grace": "20d"')
    beside = shutil.copytree(drafted, tmp_path / "beside")
    (beside / DRAFT).write_text((running / DRAFT).read_text("utf-8"), "utf-8")
    assert 0 == dao("settings", "sign", "--key", "ann", "--dir", beside, "--out", tmp_path / "early.json").status

    refused(dao, running, 1, "E_SIGNATURES", "settings", "sign", "--in", tmp_path / "early.json")


def test_founded_settings_are_not_signed_again(dao: Dao, running: Path) -> None:
    """Without a change there is nothing to sign, and founding again shows what there is."""
    refused(dao, running, 1, "E_SETTINGS", "settings", "sign", "--key", "cho")

    again = dao("settings", "found", "--dir", running)
    checked = dao("settings", "check", "--dir", running, "--json").document

    assert (0, True) == (again.status, "already; nothing" in " ".join(again.out.split()))
    assert (True, []) == (checked["founded"], checked["needed"])


def test_a_founding_that_was_cut_off_is_finished(dao: Dao, running: Path) -> None:
    """Behind the commit only the checkpoint and the spent signatures are left to do; the next call does both."""
    (running / "checkpoint").unlink()
    (running / SIGNATURES).write_text("{}", "utf-8")

    outcome = dao("settings", "found", "--dir", running, "--json")

    assert (0, False) == (outcome.status, outcome.document["is_new"])
    assert (running / "checkpoint").exists()
    assert not (running / SIGNATURES).exists()


def test_an_owner_who_left_is_left_out(dao: Dao, club: Path) -> None:
    """Who signed and was taken out of the Safe since does not count, and is named."""
    for name in ("ann", "ben"):
        assert 0 == dao("settings", "sign", "--key", name, "--dir", club).status
    safe = bytes.fromhex(json.loads((club / DRAFT).read_text("utf-8"))["safes"][0]["address"][2:])
    with Devnet.open(club / "devnet.sqlite") as devnet:
        head = b"\0" * 19 + b"\1"  # ann is the first of the list
        data = abi.encode_call("removeOwner(address,address,uint256)", [head, cast.address("ann"), 2])
        tx = SafeTx(
            chain_id=DEVNET_CHAIN_ID, safe=safe, version="1.4.1", to=safe, value=0, data=data, operation=0, nonce=0
        )
        made = {cast.address(name): sign(safe_tx_hash(tx), cast.key(name)) for name in ("ben", "cho")}
        execute_safe_tx(devnet.node(), FAUCET_KEY, tx, join_signatures(made))

    refused(dao, club, 1, "E_SETTINGS", "settings", "found")
    file = club / SIGNATURES
    signed = json.loads(file.read_text("utf-8"))
    assert 2 == len(signed["signatures"])
    kept_by_ben = {checksum(cast.address("ben")): signed["signatures"][checksum(cast.address("ben"))]}
    file.write_text(json.dumps({**signed, "signatures": kept_by_ben}), "utf-8")
    assert 0 == dao("settings", "sign", "--key", "cho", "--dir", club).status
    both = json.loads(file.read_text("utf-8"))["signatures"] | signed["signatures"]
    file.write_text(json.dumps({**signed, "signatures": both}), "utf-8")
    founded = dao("settings", "found", "--dir", club, "--json")

    assert (0, [checksum(cast.address("ann"))]) == (founded.status, founded.document["dropped"])


def test_a_journal_that_was_rewritten(dao: Dao, running: Path, drafted: Path) -> None:
    """Settings are not signed upon a history that does not extend the kept checkpoint."""
    edit(running, '"grace": "14d"', '"grace": "20d"')
    kept_checkpoint = (running / "checkpoint").read_bytes()
    (running / "checkpoint").unlink()
    for name in ("ann", "ben"):
        assert 0 == dao("settings", "sign", "--key", name, "--dir", running).status
    assert 0 == dao("settings", "found", "--dir", running).status
    newer = (running / "checkpoint").read_bytes()
    assert kept_checkpoint != newer
    shutil.copy(drafted / "journal.sqlite", running / "journal.sqlite")
    (running / "checkpoint").unlink()
    for name in ("ann", "ben"):
        dao("settings", "sign", "--key", name, "--dir", running)
    assert 0 == dao("settings", "found", "--dir", running).status
    (running / "checkpoint").write_bytes(newer)
    edit(running, '"grace": "20d"', '"grace": "21d"')

    refused(dao, running, 1, "E_SPLIT_VIEW", "settings", "sign", "--key", "cho")


def test_bare_groups_mean_one_of_their_commands(dao: Dao, running: Path) -> None:
    """`dao settings` shows, `dao keys` lists, with options and with `--json`; a wrong word is still wrong."""
    for bare, full in (("settings", ("settings", "show")), ("keys", ("keys", "list"))):
        assert dao(bare, "--dir", running).out == dao(*full, "--dir", running).out
        assert dao(bare, "--json", "--dir", running).document == dao(*full, "--dir", running, "--json").document
        assert 64 == dao(bare, "shou").status
        assert f"Usage: dao {bare} COMMAND" in dao(bare, "--help").out


def test_a_draft_elsewhere_is_checked_and_left_alone(dao: Dao, club: Path, tmp_path: Path) -> None:
    """`--draft` looks at another file against this workspace; a relative change shows in the answer."""
    text = (club / DRAFT).read_text("utf-8")
    (tmp_path / "from-ben.json").write_text(text.replace('"2d"', '"36h"'), "utf-8")

    outcome = dao("settings", "check", "--draft", tmp_path / "from-ben.json", "--dir", club, "--json")

    assert (0, "36h") == (outcome.status, outcome.document["settings"]["timelock"])
    assert text == (club / DRAFT).read_text("utf-8")
