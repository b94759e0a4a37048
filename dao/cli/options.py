"""Options that several commands share: the workspace's folder, and where a key and its passphrase are found.

Decides only how they are spelled and explained; what opens with them is `dao.session`'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the workspace.")]
Key = Annotated[str, typer.Option("--key", help="Name of a keystore in the workspace's keys/.")]
KeyEnv = Annotated[
    str, typer.Option("--key-env", help="Environment variable that holds the private key, instead of --key.")
]
WalletEnv = Annotated[
    str,
    typer.Option(
        "--wallet-env", help="Variable with the URL of a wallet that signs, as Frame or Clef, instead of --key."
    ),
]
Account = Annotated[str, typer.Option("--account", help="Account of that wallet; its only one may be left out.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the keystores' passphrase; a devnet keeps its own."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Write what is signed to this file, and take it into no journal.", metavar="FILE"),
]
ServiceEnv = Annotated[str, typer.Option("--service-env", help="Variable with the service's base URL.", metavar="NAME")]
ServiceKeyEnv = Annotated[str, typer.Option("--service-key-env", help="Variable with its API key.", metavar="NAME")]
Dialect = Annotated[str, typer.Option("--dialect", help="How it speaks: tx-service.")]
