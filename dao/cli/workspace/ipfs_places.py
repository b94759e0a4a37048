"""What the `dao ipfs` commands share: which places are meant, and how is told what each of them says.

Places are the workspace's own (`[ipfs]` in dao.toml) unless the command line names others; then no workspace is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from chain.clients.ipfs import ASK_SECONDS
from chain.errors import CodedError
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, UNCHECKED
from dao.cli.frame import status_of
from dao.errors import UsageError
from dao.files import is_file
from dao.places import Named, PlaceError, Standing, read_named
from dao.sentences import language, sentence
from dao.workspace import CONFIG_FILE, is_variable

ApiEnv = Annotated[
    str, typer.Option("--api-env", help="Variable with the URL of a node's RPC API, in place of dao.toml's places.")
]
TokenEnv = Annotated[str, typer.Option("--token-env", help="Variable with that node's bearer token.")]
Blocks = Annotated[
    Path | None, typer.Option("--blocks", help="Folder of blocks, in place of dao.toml's places.", metavar="FOLDER")
]
Wait = Annotated[
    int, typer.Option("--wait", min=2, max=600, help="Seconds that a node may look for one block in its network.")
]

WAIT = ASK_SECONDS


def named_places(folder: Path, api_env: str, token_env: str, blocks: Path | None) -> Named:
    """The places that the command line names, or else those of the workspace; refused where there are none."""
    if token_env and not api_env:
        raise UsageError("E_USAGE", "token_env")
    for variable in filter(None, (api_env, token_env)):
        if not is_variable(variable):  # somebody's URL, perhaps, so it is not shown
            raise UsageError("E_USAGE", "ipfs_variable")
    named = Named(api_env=api_env, token_env=token_env, blocks=blocks)
    if not named and is_file(folder / CONFIG_FILE):
        named = read_named(folder)
    if not named:
        raise PlaceError("E_IPFS_ENV", "none")
    return named


def row(standing: Standing) -> dict[str, object]:
    """One place's word as JSON."""
    error = standing.error
    return {
        "place": standing.place,
        "state": standing.state,
        "code": None if error is None else error.code,
        "message": None if error is None else message(error),
    }


def told(standings: Sequence[Standing]) -> Iterator[str]:
    """One place's word a line, and below it why."""
    for standing in standings:
        mark = text.paint("✓", "green") if standing.state == "pinned" else text.paint("!", "yellow")
        yield f"  {mark} {text.label(standing.state)}  {standing.place}"
        if standing.error is not None:
            yield from text.wrapped(f"{message(standing.error)} [{standing.error.code}]", "    ")


def status(standings: Sequence[Standing]) -> int:
    """Held or asked for everywhere is true; refused anywhere is false; otherwise somebody could not be asked."""
    errors = [standing.error for standing in standings if standing.error is not None]
    if any(status_of(error) == FALSE for error in errors):
        return FALSE
    if errors:
        return UNCHECKED
    return FALSE if any(standing.state == "absent" for standing in standings) else TRUE


def message(error: CodedError) -> str:
    """Why a place does not keep something, in the reader's language."""
    return sentence(error.code, error.reason, error.facts, language())
