"""`dao review`: what a Safe transaction would do, and whether to sign it.

A file is judged by its own bytes, and with a node also by its Safe; with a workspace by what was voted there, where a
transaction that no vote covers is refused. A part that is queued is judged by the vote, the clock and the Safe as it is
now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Dialect, PassphraseFile, ServiceEnv, ServiceKeyEnv
from dao.cli.treasury import review_told as told

EXAMPLES = (
    "dao review tx.json --chain-id 1 --safe-version 1.4.1",
    "dao review tx.json --chain-id 1 --safe-version 1.4.1 --json",
    "dao review batch.json --chain-id 1 --safe-version 1.4.1 --nonce 7",
    "dao review tx.json --rpc-env NODE",
    "dao review 0x… --rpc-env NODE --service-env SAFE_SERVICE",
    "dao review tx.json --dir demo",
    "dao review IIP-1/1 --dir demo",
)


def command(
    target: Annotated[
        str,
        typer.Argument(
            help="A transaction as the Safe Transaction Service or Transaction Builder writes it, or a queued part, "
            "as IIP-1/1, or its hash.",
            metavar="FILE",
        ),
    ],
    *,
    chain_id: Annotated[
        int | None, typer.Option("--chain-id", help="The chain of the Safe.", metavar="N", min=1)
    ] = None,
    safe_version: Annotated[str, typer.Option("--safe-version", help="Its version, as 1.4.1.", metavar="V")] = "",
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder of a workspace; it says which chain, and what was voted.")
    ] = None,
    safe: Annotated[
        str,
        typer.Option("--safe", help="Of a Transaction Builder batch: its Safe, if the file names none.", metavar="A"),
    ] = "",
    nonce: Annotated[
        int | None, typer.Option("--nonce", help="Of a Transaction Builder batch: the nonce to hash it with.", min=0)
    ] = None,
    rpc_env: Annotated[
        str, typer.Option("--rpc-env", help="Variable with a node's URL, to look at the Safe itself.", metavar="NAME")
    ] = "",
    service_env: ServiceEnv = "",
    service_key_env: ServiceKeyEnv = "",
    dialect: Dialect = "tx-service",
    passphrase_file: PassphraseFile = None,
) -> Answer:
    """Say what a Safe transaction does and whether to sign it.

    The hashes are computed here: compare them with what your wallet shows. What could not be checked is listed. Without
    a workspace chain and version must be named, or a node (--rpc-env): then the Safe's own code, modules, guards and
    nonce are proved there, and the transaction is tried. A service (--service-env) is asked for a transaction by its
    hash, and not believed. A Transaction Builder batch has no nonce, and so no hash unless you say one.
    """
    asked = told.Asked(safe, nonce)
    if folder is not None:
        from dao.cli.treasury.review_voted import review_in_workspace

        return review_in_workspace(target, folder, (chain_id, safe_version), asked, passphrase_file)
    from dao.cli.treasury.review_alone import Place, review_alone

    place = Place(chain_id, safe_version, rpc_env, service_env, service_key_env, dialect)
    return review_alone(target, place, asked)
