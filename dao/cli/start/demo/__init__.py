"""`dao demo`: one IIP, from draft to paid, on real parts.

An embedded chain, a genuine 2-of-3 Safe, premiums, a signed Snapshot proposal, seven voters, two payouts, balanced
books and one file that proves it offline. The folder that it is given becomes a workspace. Keys and times are fixed, so
every run has the same hashes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import FALSE, Answer

__all__ = ["EXAMPLES", "command"]

EXAMPLES = ("dao demo --dir demo", "dao demo --dir /tmp/demo --json")


def command(
    folder: Annotated[
        Path,
        typer.Option("--dir", help="Folder that becomes the demo's workspace; other files in it are left alone."),
    ] = Path("demo"),
) -> Answer:
    """Run a whole proposal, from draft to payout, on an embedded chain.

    Leaves iips/iip-1.md and iip-1.car in the folder, beside the journal, the keys and the chain itself.
    """
    from dao.cli.start.demo.play import play

    outcome = play(folder)
    return Answer(outcome.document, (), 0 if outcome.is_right else FALSE)
