"""`dao ipfs add`, `get`, `pin` and `check`, and what `publish` and `record` keep: a real node, a folder, a service."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.cid import raw_cid
from chain.content_id import ContentId
from chain.unixfs import lay_out
from tests.chain.clients.http_double import Reply, serving
from tests.chain.clients.pinning_double import TOKEN, pinning_service
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied, state
from tests.dao.conftest import Played
from tests.ipfs_node import RealNode, free_port, sample

Dao = Callable[..., Outcome]

TABLE = '\n[ipfs]\napi_env = "IPFS_API"\nblocks = "blocks"\n'
SERVICE = '[[ipfs.services]]\nurl_env = "PINS_URL"\ntoken_env = "PINS_TOKEN"\n'


@pytest.fixture
def api(ipfs_node: RealNode, monkeypatch: pytest.MonkeyPatch) -> RealNode:
    """The real node, behind the variable that commands name."""
    monkeypatch.setenv("IPFS_API", ipfs_node.url)
    return ipfs_node


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """A copy of the demo's workspace whose dao.toml names the node and a folder."""
    return configured(copied(played.folder, tmp_path / "club"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a proposal can be published, to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("ipfs") / "workspace")


def configured(folder: Path, more: str = "") -> Path:
    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8") + TABLE + more, "utf-8")
    return folder


def test_add_get_remove(dao: Dao, api: RealNode, tmp_path: Path) -> None:
    """A file goes to a real node and comes back; names are the node's; let go, it is gone from the pins."""
    data = b"of the command" + sample(300 << 10)
    (tmp_path / "annex.bin").write_bytes(data)
    node = ("--api-env", "IPFS_API", "--json")

    added = dao("ipfs", "add", tmp_path / "annex.bin", *node).document
    cid = str(lay_out(data).root)
    assert (True, cid, len(data)) == (added["ok"], added["cid"], added["size"])
    assert [{"place": "127.0.0.1 (IPFS_API)", "state": "pinned", "code": None, "message": None}] == added["places"]
    got = dao("ipfs", "get", cid, "--out", tmp_path / "back.bin", *node)
    assert (0, True, cid) == (got.status, got.document["written"], got.document["cid"])
    assert data == (tmp_path / "back.bin").read_bytes()
    assert 0 == dao("ipfs", "pin", cid, *node).status
    removed = dao("ipfs", "pin", cid, "--remove", *node)
    assert (0, "absent") == (removed.status, removed.document["places"][0]["state"])


def test_a_name_needs_nobody(dao: Dao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--only-cid computes; neither a node nor a workspace is there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ok.json").write_bytes(b'{"status":"OK"}')

    assert (
        "bafkreib5epjzumf3omr7rth5mtcsz4ugcoh3ut4d46hx5xhwm4b3pqr2vi"
        == dao("ipfs", "add", "ok.json", "--only-cid", "--json").document["cid"]
    )
    told = dao("ipfs", "add", "ok.json", "--only-cid", "--v0").out
    assert "ok.json (15 bytes) is QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n." in " ".join(told.split())
    refused = dao("ipfs", "add", "ok.json", "--json")
    assert (1, "E_IPFS_ENV") == (refused.status, refused.document["error"]["code"])


def test_an_absent_name_ends_within_five_seconds(
    dao: Dao, api: RealNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, exit status 2, and no file."""
    monkeypatch.chdir(tmp_path)
    absent = str(raw_cid(b"nobody ever put this"))
    start = time.monotonic()

    outcome = dao("ipfs", "get", absent, "--api-env", "IPFS_API")

    assert time.monotonic() - start < 5
    assert (2, "") == (outcome.status, outcome.out)
    assert f"did not find {absent} within 4 seconds" in outcome.err
    assert [] == list(tmp_path.iterdir())


def test_H96_other_bytes_write_no_file(dao: Dao, api: RealNode, tmp_path: Path) -> None:
    """The node's disk gives other bytes: refused, exit status 1, and the file that was there is as it was."""
    data = b"to be spoilt" + sample(600 << 10)
    (tmp_path / "annex.bin").write_bytes(data)
    (tmp_path / "back.bin").write_bytes(b"mine")
    cid = dao("ipfs", "add", tmp_path / "annex.bin", "--api-env", "IPFS_API", "--json").document["cid"]
    spoilt = api.file_of(lay_out(data).blocks[1][0])
    spoilt.write_bytes(spoilt.read_bytes()[1:] + b"x")

    outcome = dao("ipfs", "get", cid, "--out", tmp_path / "back.bin", "--force", "--api-env", "IPFS_API", "--json")

    assert (1, "E_CID_MISMATCH") == (outcome.status, outcome.document["error"]["code"])
    assert b"mine" == (tmp_path / "back.bin").read_bytes()


def test_H96_a_node_that_names_it_otherwise(dao: Dao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a node calls something else was not put: exit status 1, and the place says why."""
    (tmp_path / "annex.bin").write_bytes(b"annex")
    with serving(lambda _: Reply(body=json.dumps({"Hash": str(raw_cid(b"other"))}).encode())) as url:
        monkeypatch.setenv("IPFS_API", url)
        outcome = dao("ipfs", "add", tmp_path / "annex.bin", "--api-env", "IPFS_API", "--json")

    (place,) = outcome.document["places"]
    assert (1, False) == (outcome.status, outcome.document["ok"])
    assert ("absent", "E_CID_MISMATCH") == (place["state"], place["code"])


def test_a_workspace_is_checked_and_mended(dao: Dao, api: RealNode, folder: Path) -> None:
    """Nothing is kept at first; --mend keeps all of it; then every text, part, setting, annex and record is there."""
    before = state(folder)
    first = dao("ipfs", "check", "--dir", folder, "--json")
    assert (1, False) == (first.status, first.document["ok"])
    assert {"absent"} == {one["places"][1]["state"] for one in first.document["contents"]}  # the node has seen others

    mended = dao("ipfs", "check", "--mend", "--dir", folder, "--json")

    assert (0, True, 0, 0) == (
        mended.status, mended.document["ok"], mended.document["missing"], mended.document["unknown"],
    )  # fmt: skip
    kinds = {one["kind"] for one in mended.document["contents"]}
    assert {"document", "parts", "settings", "annex", "record"} == kinds
    assert {"127.0.0.1 (IPFS_API)", "blocks"} == {
        place["place"] for one in mended.document["contents"] for place in one["places"]
    }
    told = dao("ipfs", "check", "--dir", folder)
    count = len(mended.document["contents"])
    assert f"All {count} contents are kept, or asked for, at every place." in " ".join(told.out.split())
    assert before == state(folder)
    document = (folder / "iips" / "iip-1.md").read_bytes()
    got = dao("ipfs", "get", raw_cid(document), "--out", folder / "copy.md", "--dir", folder)
    assert (0, document) == (got.status, (folder / "copy.md").read_bytes())


def test_what_was_lost_or_spoilt_is_found_and_mended(dao: Dao, api: RealNode, folder: Path) -> None:
    """One text let go on the node, another changed in the folder: both are named, and both come back."""
    dao("ipfs", "check", "--mend", "--dir", folder)
    document = raw_cid((folder / "iips" / "iip-1.md").read_bytes())
    assert 0 == dao("ipfs", "pin", document, "--remove", "--api-env", "IPFS_API").status
    files = {path: path.read_bytes() for path in (folder / "blocks").rglob("*.data")}
    (spoilt,) = (path for path, data in files.items() if hashlib.sha256(data).digest() == document.digest)
    spoilt.write_bytes(b"other bytes")

    found = dao("ipfs", "check", "--dir", folder, "--json")

    wrong = {
        (one["cid"], place["place"]): place["state"]
        for one in found.document["contents"]
        for place in one["places"]
        if place["state"] != "pinned"
    }
    assert {(str(document), "127.0.0.1 (IPFS_API)"): "absent", (str(document), "blocks"): "damaged"} == wrong
    assert 1 == found.status
    assert 0 == dao("ipfs", "check", "--mend", "--dir", folder).status
    assert files[spoilt] == spoilt.read_bytes()


def test_a_node_that_is_away(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not known is not missing: exit status 2, and the folder is mended all the same."""
    monkeypatch.setenv("IPFS_API", f"http://user:secretkey0123456789@127.0.0.1:{free_port()}")

    outcome = dao("ipfs", "check", "--mend", "--dir", folder, "--json")

    assert 2 == outcome.status
    states = {(place["place"], place["state"]) for one in outcome.document["contents"] for place in one["places"]}
    assert {("127.0.0.1 (IPFS_API)", "unknown"), ("blocks", "pinned")} == states
    assert 0 == outcome.document["missing"]


def test_a_service_is_asked(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A double of a pinning service gets one request for each content, with names; queued is told as queued."""
    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8").replace('api_env = "IPFS_API"\n', "") + SERVICE, "utf-8")
    with pinning_service() as double:
        monkeypatch.setenv("PINS_URL", double.url)
        monkeypatch.setenv("PINS_TOKEN", TOKEN)
        double.at_first = "queued"
        outcome = dao("ipfs", "check", "--mend", "--dir", folder, "--json")
        again = dao("ipfs", "check", "--mend", "--dir", folder, "--json")

    contents = outcome.document["contents"]
    assert (0, 0) == (outcome.status, again.status)
    assert {"queued"} == {one["places"][1]["state"] for one in contents}
    assert sorted(one["cid"] for one in contents) == sorted(one["pin"]["cid"] for one in double.pins.values())
    assert {"IIP-1", "iip-1.car"} <= {one["pin"]["name"] for one in double.pins.values()}


def test_an_annex_that_a_text_names(dao: Dao, api: RealNode, made: Path, tmp_path: Path) -> None:
    """`ipfs://…` in a published text is on the list: absent while nobody has it, and kept by name when somebody has."""
    folder = configured(steps_workspace.copy_of(made, tmp_path / "club"))
    annex = b"the tender's drawings" + sample(400 << 10)
    root = lay_out(annex).root
    text = folder / "iips" / "iip-2.md"
    text.write_text(
        text.read_text("utf-8")
        .replace("iip: 2", "iip: 3")
        .replace("## Motivation", f"Drawings: ipfs://{root}\n\n## Motivation"),
        "utf-8",
    )
    published = dao("publish", text, "--key", "dora", "--dir", folder, "--json")
    assert 0 == published.status, published.out
    rows = {(row["kind"], row["place"]): row["state"] for row in published.document["pinned"]}
    assert {"document", "settings", "parts", "annex"} == {kind for kind, _ in rows}
    assert {"pinned"} == {told for (kind, _), told in rows.items() if kind != "annex"}
    assert {"absent"} == {told for (kind, _), told in rows.items() if kind == "annex"}
    (tmp_path / "annex.bin").write_bytes(annex)
    assert 0 == dao("ipfs", "add", tmp_path / "annex.bin", "--api-env", "IPFS_API").status

    mended = dao("ipfs", "check", "--mend", "--dir", folder, "--json")

    assert 0 == mended.status
    (listed,) = (one for one in mended.document["contents"] if one["cid"] == str(root))
    assert ["pinned", "pinned"] == [place["state"] for place in listed["places"]]
    assert 0 == dao("ipfs", "get", root, "--out", tmp_path / "b", "--blocks", folder / "blocks").status


def test_a_long_text_is_kept_with_its_annex(dao: Dao, made: Path, tmp_path: Path) -> None:
    """What a draft moved into a file beside it is kept when it is published; with other bytes it is only named."""
    folder = steps_workspace.copy_of(made, tmp_path / "club")
    with (folder / "dao.toml").open("a") as config:
        config.write('\n[ipfs]\nblocks = "blocks"\n')
    text, annex = folder / "iips" / "iip-2.md", folder / "iips" / "annex" / "iip-3-risks.md"
    annex.parent.mkdir()
    annex.write_text("# Risks\n\nMany.\n", "utf-8")
    cid = raw_cid(annex.read_bytes())
    named = f"More: [the annex](annex/{annex.name}), CID `{cid}`.\n\n## Motivation"
    source = text.read_text("utf-8").replace("iip: 2", "iip: 3").replace("## Motivation", named)
    (folder / "iips" / "iip-3.md").write_text(source, "utf-8")
    published = dao("publish", folder / "iips" / "iip-3.md", "--key", "dora", "--dir", folder, "--json")
    assert 0 == published.status, published.out

    assert {"pinned"} == {row["state"] for row in published.document["pinned"]}
    assert 0 == dao("ipfs", "get", cid, "--out", tmp_path / "risks.md", "--blocks", folder / "blocks").status
    assert annex.read_bytes() == (tmp_path / "risks.md").read_bytes()
    annex.write_text("# Risks\n\nNone.\n", "utf-8")
    (listed,) = (
        one
        for one in dao("ipfs", "check", "--dir", folder, "--json").document["contents"]
        if (one["kind"], one["cid"]) == ("annex", str(cid))
    )
    assert ["pinned"] == [place["state"] for place in listed["places"]]


def test_publish_stands_where_nobody_keeps_it(
    dao: Dao, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that is away does not undo a publication: exit status 0, and how to mend it."""
    monkeypatch.setenv("IPFS_API", f"http://127.0.0.1:{free_port()}")
    folder = configured(steps_workspace.copy_of(made, tmp_path / "club"))
    text = folder / "iips" / "iip-2.md"
    text.write_text(text.read_text("utf-8").replace("iip: 2", "iip: 3"), "utf-8")

    outcome = dao("publish", text, "--key", "dora", "--dir", folder)

    told = " ".join(outcome.out.split())
    assert 0 == outcome.status, outcome.err
    assert "What was done stands, and is not kept everywhere that dao.toml names: No IPFS node could be reached" in told
    assert "Mend it with `dao ipfs check --mend`." in told


def test_record_keeps_the_record(dao: Dao, api: RealNode, folder: Path) -> None:
    """The whole record hangs below one pinned root; without [ipfs] nothing is asked and nothing is said."""
    kept = dao("record", "IIP-1", "--out", folder / "again.car", "--dir", folder, "--json").document

    assert ["record", "record"] == [row["kind"] for row in kept["pinned"]]
    assert {"pinned"} == {row["state"] for row in kept["pinned"]}
    root = ContentId.parse(kept["pinned"][0]["cid"])
    assert 0 == dao("ipfs", "pin", root, "--dir", folder).status
    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8").replace(TABLE, ""), "utf-8")
    bare = dao("record", "IIP-1", "--out", folder / "again.car", "--dir", folder, "--json")
    assert [] == bare.document["pinned"]


def test_a_broken_table_is_refused_before_anything(dao: Dao, folder: Path) -> None:
    """A URL in dao.toml is refused by name of the file; the URL is not shown."""
    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8").replace('"IPFS_API"', '"http://by-hand-in-the-file"'), "utf-8")

    outcome = dao("ipfs", "check", "--dir", folder, "--json")

    assert (1, "E_IPFS_ENV") == (outcome.status, outcome.document["error"]["code"])
    assert "by-hand" not in outcome.out + outcome.err


def test_a_check_is_told_in_chinese(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds, states and what to do."""
    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8").replace('api_env = "IPFS_API"\n', ""), "utf-8")

    told = dao("--lang", "zh-Hant", "ipfs", "check", "--dir", folder)

    assert 1 == told.status
    assert {"附件", "紀錄", "沒有"} <= set(told.out.split())
    assert "5 項內容中，有 5 處應保留而未保留，0 處不得而知。" in told.out


@pytest.mark.parametrize(
    ("line", "code", "status"),
    [
        (("get", "x"), "E_CID_NONCANONICAL", 1),
        (("pin", "../.."), "E_CID_NONCANONICAL", 1),
        (
            ("get", "QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n", "--api-env", "http://secretkey0123456789"),
            "E_USAGE",
            64,
        ),
        (("get", "QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n", "--token-env", "T"), "E_USAGE", 64),
        (("get", "QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n", "--api-env", "NO_SUCH_NODE"), "E_IPFS_ENV", 1),
        (("get", "QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n", "--blocks", "none"), "E_IPFS", 2),
        (("add", "none"), "E_IO_READ", 2),
        (("check",), "E_WORKSPACE", 1),
    ],
)
def test_mistakes(
    dao: Dao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...], code: str, status: int
) -> None:
    """Each ends in one sentence, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    outcome = dao("ipfs", *line, "--json")

    assert (status, code) == (outcome.status, outcome.document["error"]["code"])
    assert [] == list(tmp_path.iterdir())


def test_doctor_names_what_is_missing(dao: Dao, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that is named needs the extra; a table that is wrong is a finding."""
    from dao.views import health

    monkeypatch.setattr(health, "find_spec", lambda name: None if name == "ipfshttpclient" else True)
    findings = dao("doctor", "--dir", folder, "--json").document["findings"]
    assert [True] == ["mutual-dao[ipfs]" in one["message"] for one in findings if one["code"] == "E_EXTRA"]

    config = folder / "dao.toml"
    config.write_text(config.read_text("utf-8").replace('"IPFS_API"', "7"), "utf-8")
    findings = dao("doctor", "--dir", folder, "--json").document["findings"]
    assert "E_IPFS_ENV" in {one["code"] for one in findings}
