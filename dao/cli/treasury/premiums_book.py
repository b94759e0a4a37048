"""`dao premiums book`: an import of premiums becomes income of a fund, in the journal and the books.

Decides only what is told; which purchases are booked, and under what evidence, is the workflow's and check 73's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir, PassphraseFile
from dao.cli.treasury.pool_told import advice, eth
from dao.workflow.premium_books import BookedPremiums, book_premiums
from dao.workflow.proposing import settings_in_force
from treasury.mutual_pool.import_file import BYTES_MAX, read_import

EXAMPLES = (
    "dao premiums book premiums.json",
    "dao premiums book premiums.json --fund iip --dir club --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="A file that dao premiums import wrote.", metavar="FILE")],
    *,
    fund: Annotated[str, typer.Option("--fund", help="The fund; its only one may be left out.", metavar="NAME")] = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Book the premiums of an import that the books lack: their tenths, as a receivable of the fund.

    The import is held once more to the contract's totals. The settings name the contract as a source of kind mutual.
    Income whose block left the chain since is taken back by an entry of its own. Run again, nothing is booked twice.
    """
    found = read_import(read(file, BYTES_MAX))
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        settings = settings_in_force(session.desk)
        name = steps.choose_fund(settings, fund).name
        done = book_premiums(session.desk, name, found)
        session.desk.keep_as(settings.journal.origin)
    document = {
        "ok": True,
        "fund": name,
        "to_block": found.reached.number,
        "new": done.new,
        "share": str(done.share),
        "reversed": done.reversed,
    }
    return Answer(document, _lines(name, done))


def _lines(name: str, done: BookedPremiums) -> Iterator[str]:
    if done.reversed:
        yield from steps.noted("STEP_INCOME", "reversed", count=done.reversed)
    if done.new:
        yield from steps.done("STEP_INCOME", "premiums", count=done.new, fund=name, share=eth(done.share))
    else:
        yield from steps.done("STEP_INCOME", "nothing", fund=name)
    yield ""
    yield from advice()
