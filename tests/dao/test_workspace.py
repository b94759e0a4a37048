"""`dao.workspace`: a folder with anchors of its own, written by one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dao.workspace import CONFIG_FILE, DOCUMENTS, LOCK_FILE, Anchors, Workspace, WorkspaceError

ROOT = Path(__file__).resolve().parents[2]
ANCHORS = Anchors(space="3f.devnet", chain_id=20200903, safe=b"\x5a" * 20, journal_key=b"\x0b" * 32)


def refused(code: str, reason: str, folder: Path) -> WorkspaceError:
    with pytest.raises(WorkspaceError) as caught:
        Workspace(folder)
    assert (code, reason) == (caught.value.code, caught.value.reason)
    return caught.value


@pytest.mark.parametrize(
    "anchors",
    [
        ANCHORS,
        replace(ANCHORS, rpc_env=("DAO_RPC_URL",)),
        replace(ANCHORS, devnet="../ben"),
        replace(ANCHORS, devnet='../be"n\\ und 會'),
        replace(ANCHORS, space='quo"te'),
        replace(ANCHORS, space="back\\slash"),
        replace(ANCHORS, space='x"\n[anchors]\nsafe = "'),
        replace(ANCHORS, space="互助.devnet"),
        replace(ANCHORS, chain_id=2**53 - 1),
    ],
)
def test_anchors_survive_the_round_trip(anchors: Anchors, tmp_path: Path) -> None:
    """What a workspace is made with is what it holds on to, whatever characters a space's name has."""
    with Workspace.create(tmp_path / "dao", anchors) as made:
        assert anchors == made.anchors
    with Workspace(tmp_path / "dao") as again:
        assert anchors == again.anchors
        assert again.documents.is_dir()


@pytest.mark.parametrize(
    "anchors",
    [
        replace(ANCHORS, space="\x7f"),
        replace(ANCHORS, rpc_env=("not a name",)),
        replace(ANCHORS, rpc_env=('X" # ',)),
        replace(ANCHORS, rpc_env=("DAO_RPC_URL",), devnet="../ben"),
        replace(ANCHORS, journal_key=b"short"),
    ],
)
def test_anchors_that_cannot_be_written_make_no_workspace(anchors: Anchors, tmp_path: Path) -> None:
    """What would be read back otherwise, or not at all, is refused before anything is written."""
    with pytest.raises(WorkspaceError) as caught:
        Workspace.create(tmp_path / "dao", anchors)

    assert ("E_WORKSPACE", "config") == (caught.value.code, caught.value.reason)
    assert not (tmp_path / "dao").exists()


def test_existing_workspace_is_left_alone(tmp_path: Path) -> None:
    """A second workspace in one folder is refused, and the first keeps its anchors."""
    with Workspace.create(tmp_path, ANCHORS):
        pass
    before = (tmp_path / CONFIG_FILE).read_bytes()

    with pytest.raises(WorkspaceError) as caught:
        Workspace.create(tmp_path, replace(ANCHORS, safe=bytes(20)))

    assert "exists" == caught.value.reason
    assert before == (tmp_path / CONFIG_FILE).read_bytes()


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """A workspace is made beside whatever the folder holds."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with Workspace.create(tmp_path, ANCHORS):
        assert {"notes.txt", CONFIG_FILE, LOCK_FILE, DOCUMENTS} == {file.name for file in tmp_path.iterdir()}
    assert "mine" == (tmp_path / "notes.txt").read_text("utf-8")


def test_folder_that_is_no_workspace(tmp_path: Path) -> None:
    """A folder without dao.toml is named, and nothing is put into it."""
    refused("E_WORKSPACE", "absent", tmp_path)
    refused("E_WORKSPACE", "absent", tmp_path / "none")

    assert [] == list(tmp_path.iterdir())


def test_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """A file in the place of the folder is refused and kept."""
    (tmp_path / "dao").write_text("mine", "utf-8")

    with pytest.raises(WorkspaceError) as caught:
        Workspace.create(tmp_path / "dao", ANCHORS)

    assert ("E_WORKSPACE", "unwritable") == (caught.value.code, caught.value.reason)
    assert "mine" == (tmp_path / "dao").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version = 2"),
        ("version = 1", "version = true"),
        ("version = 1", ""),
        ("version = 1", "version ="),
        ('space = "3f.devnet"', "space = 3"),
        ("chain_id = 20200903", 'chain_id = "20200903"'),
        ("chain_id = 20200903", "chain_id = true"),
        ("chain_id = 20200903", "chain_id = 1"),
        ("[chain]", "[chains]"),
        ("[chain]", "[chain]\nrpc_env = 7"),
        ("[chain]", '[chain]\nrpc_env = "https://secret"'),
        ("0x5a5A", "0x5a5a"),
        ("0x5a5A", "0x"),
        ("0b0b", "0B0B"),
        ("0b0b", "0b"),
        ("[anchors]", "[anchors]\nsafe = 1"),
        ("# What", "\x00"),
        ("# What", "a = [" + "[" * 2_000),
    ],
)
def test_damaged_settings_are_refused(old: str, new: str, tmp_path: Path) -> None:
    """A dao.toml of another form, or of another version, is no anchor; the lock is let go."""
    with Workspace.create(tmp_path, ANCHORS):
        pass
    text = (tmp_path / CONFIG_FILE).read_text("utf-8")
    assert old in text
    (tmp_path / CONFIG_FILE).write_text(text.replace(old, new, 1), "utf-8")

    refused("E_WORKSPACE", "config", tmp_path)

    (tmp_path / CONFIG_FILE).write_text(text, "utf-8")
    with Workspace(tmp_path) as again:
        assert ANCHORS == again.anchors


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A dao.toml that is not UTF-8 is refused by name."""
    with Workspace.create(tmp_path, ANCHORS):
        pass
    (tmp_path / CONFIG_FILE).write_bytes(b"\xff\xfe")

    refused("E_WORKSPACE", "config", tmp_path)


def test_secret_of_the_node_is_only_named(tmp_path: Path) -> None:
    """dao.toml holds the name of the variable with the node's URL, never the URL."""
    with Workspace.create(tmp_path, replace(ANCHORS, rpc_env=("DAO_RPC_URL",))):
        text = (tmp_path / CONFIG_FILE).read_text("utf-8")

    assert 'rpc_env = "DAO_RPC_URL"' in text
    assert "://" not in text


def test_second_open_is_refused(tmp_path: Path) -> None:
    """One workspace is open once, also within one process; when it is closed the next may open it."""
    with Workspace.create(tmp_path, ANCHORS):
        refused("E_LOCKED", "workspace", tmp_path)
    with Workspace(tmp_path):
        pass


def test_second_process_is_refused(tmp_path: Path) -> None:
    """Another process is told at once that the workspace is in use; when its holder is gone, nothing is left locked."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom dao.workspace import Workspace, WorkspaceError\n"
        "try:\n    Workspace(Path(sys.argv[1]))\nexcept WorkspaceError as error:\n    sys.exit(error.code)\n"
        "import os\nos.kill(os.getpid(), 9)"
    )

    def other() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    with Workspace.create(tmp_path, ANCHORS):
        assert "E_LOCKED" == other().stderr.strip()
    assert -9 == other().returncode
    with Workspace(tmp_path):
        pass
