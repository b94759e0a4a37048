"""The table of commands: their words, the module that holds each, and the one sentence that the overview shows.

`dao --help` is answered from this table alone, so it imports no command. A command's module exports

- `command`, a function whose parameters are annotated with `typer.Argument` and `typer.Option`, whose docstring is the
  help text, and which returns a `dao.cli.answer.Answer`;
- `EXAMPLES`, a tuple of command lines that its `--help` shows.

`--json` and `--lang` are added to every command by `dao.cli.frame`; no command declares or reads them.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One command and how the overview tells it."""

    words: str
    """What is typed after `dao`: `lint`, or two words when the first is a group (`vote check`)."""
    module: str
    section: str
    """The heading under which the overview lists it."""
    sentence: str


COMMANDS = (
    Command("init", "dao.cli.init", "Start", "Make a DAO's workspace, and a draft of its settings."),
    Command("demo", "dao.cli.demo", "Start", "Run one proposal from draft to payout on an embedded chain."),
    Command("verify", "dao.cli.verify", "Start", "Check a decision record offline and say what was assumed."),
    Command("lint", "dao.cli.lint", "Proposals", "Check a proposal's text and list all that is wrong."),
    Command("draft", "dao.cli.draft", "Proposals", "Begin a proposal: number, budget, sentences to replace."),
    Command("submit", "dao.cli.submit", "Proposals", "Put a text under review, before anybody votes on it."),
    Command("withdraw", "dao.cli.withdraw", "Proposals", "Take a text back, as its author, before it is published."),
    Command("publish", "dao.cli.publish", "Proposals", "Sign a proposal and open its vote."),
    Command("cancel", "dao.cli.cancel", "Proposals", "Take a proposal back, as its author, while it is voted on."),
    Command("vote cast", "dao.cli.vote_cast", "Votes", "Sign a vote, or take a signed one, into the journal."),
    Command("tally", "dao.cli.tally", "Votes", "Count a vote; after its end write the signed result, once."),
    Command("explain", "dao.cli.explain", "Votes", "Say why a choice won, round by round, in plain sentences."),
    Command("vote check", "dao.cli.vote_check", "Votes", "Check one signed envelope: form, types, signature."),
    Command("audit", "dao.cli.audit", "Votes", "Count a vote that Snapshot published again, exactly."),
    Command("premiums split", "dao.cli.premiums_split", "Treasury", "Split a premium into its exact shares, in wei."),
    Command("review", "dao.cli.review", "Treasury", "Review a Safe transaction before anybody signs it."),
    Command("queue", "dao.cli.queue", "Treasury", "Make the Safe transaction of a part that passed."),
    Command("sign", "dao.cli.sign", "Treasury", "Review a queued part and sign it as an owner."),
    Command("execute", "dao.cli.execute", "Treasury", "Send what enough owners signed, and book it."),
    Command("veto", "dao.cli.veto", "Treasury", "Stop parts that passed, as guardian or owner, and say why."),
    Command("end", "dao.cli.end", "Treasury", "Free the money of a part that can no more be paid."),
    Command("milestone report", "dao.cli.milestone_report", "Treasury", "Report on a part's milestone."),
    Command("milestone approve", "dao.cli.milestone_approve", "Treasury", "Approve the newest report, by its bytes."),
    Command("record", "dao.cli.record", "Proposals", "Write a proposal's decision record, verified, as one file."),
    Command("fund", "dao.cli.fund", "Treasury", "Show what each fund has, has promised and has paid."),
    Command("ledger", "dao.cli.ledger", "Treasury", "Show every entry of the books and every balance."),
    Command("status", "dao.cli.status", "Workspace", "Show where each proposal stands and what comes next."),
    Command("journal list", "dao.cli.journal_list", "Workspace", "List the journal and check that it only grew."),
    Command("journal export", "dao.cli.journal_export", "Workspace", "Write the journal to a file for its followers."),
    Command("journal follow", "dao.cli.journal_follow", "Workspace", "Check an export and take what is new in it."),
    Command("take", "dao.cli.take", "Workspace", "Take signed files into the journal, each checked."),
    Command("settings show", "dao.cli.settings_show", "Workspace", "Show settings: in force, announced, drafted."),
    Command("settings check", "dao.cli.settings_check", "Workspace", "Check the draft, and who would hold which duty."),
    Command("settings evidence", "dao.cli.settings_evidence", "Workspace", "Keep a file that settings name by CID."),
    Command("settings sign", "dao.cli.settings_sign", "Workspace", "Sign the draft as an owner, or take signatures."),
    Command("settings found", "dao.cli.settings_found", "Workspace", "Put the signed draft into the journal."),
    Command("keys list", "dao.cli.keys_list", "Workspace", "List the keyring's names and addresses, never a key."),
    Command("keys new", "dao.cli.keys_new", "Workspace", "Make a key in an encrypted keystore."),
    Command("keys import", "dao.cli.keys_import", "Workspace", "Put a key from a variable into a keystore."),
    Command("keys journal", "dao.cli.keys_journal", "Workspace", "Make the key that signs a journal's checkpoints."),
    Command("doctor", "dao.cli.doctor", "Workspace", "Find what is missing or unsafe, and how to mend it."),
    Command("completion", "dao.cli.completion", "Workspace", "Print the script that lets a shell complete dao."),
    Command("rebuild", "dao.cli.rebuild", "Workspace", "Write the database anew from the journal's own bytes."),
    Command("devnet serve", "dao.cli.devnet_serve", "Workspace", "Serve the embedded chain to wallets and scripts."),
    Command("devnet wait", "dao.cli.devnet_wait", "Workspace", "Let time pass on the embedded chain."),
)

GROUPS = {
    "devnet": "The embedded chain of a workspace.",
    "journal": "The journal, and files for those who follow it; without a command it is listed.",
    "keys": "The keyring of a workspace; without a command it is listed.",
    "milestone": "Milestones that release a part.",
    "premiums": "What a premium is made of.",
    "settings": "The space's settings; without a command they are shown.",
    "vote": "Signed votes and other envelopes.",
}
"""The first words of two-word commands, each with the sentence of its own `--help`."""

BARE = {"journal": "list", "keys": "list", "settings": "show"}
"""Groups that mean one of their commands when none is typed."""

EXAMPLES = (
    "dao init --devnet --dir club --space club.devnet",
    "dao demo --dir demo",
    "dao verify demo/iip-1.car",
    "dao lint demo/iips/iip-1.md",
)


def overview() -> str:
    """Spell what `dao --help` shows: every command by section, in plain text."""
    width = max(len(command.words) for command in COMMANDS) + 2
    sections = dict.fromkeys(command.section for command in COMMANDS)
    listed = [
        f"\n{section}:\n"
        + "".join(f"  {row.words:<{width}}{row.sentence}\n" for row in COMMANDS if row.section == section)
        for section in sections
    ]
    examples = "".join(f"  {example}\n" for example in EXAMPLES)
    return f"{_HEAD}{''.join(listed)}\nOptions:\n{_options(width)}\nExamples:\n{examples}\n{_FOOT}"


def _options(width: int) -> str:
    rows = (
        ("-h, --help", "Show this text, or after a command what it takes."),
        ("--version", "Show the version."),
        ("--json", "After a command: answer with one JSON document on stdout."),
        ("--lang TAG", "Language: en, zh-Hant or zh-Hans; without it DAO_LANG's."),
    )
    return "".join(f"  {option:<{width}}{told}\n" for option, told in rows)


_HEAD = """\
Usage: dao COMMAND [OPTIONS]

Governance and treasury of a DAO: from a vote to a payout, every step
checkable offline.
"""

_FOOT = """\
Exit status: 0 true, 1 refused or false, 2 could not be checked, 64 wrong
usage, 70 a bug of dao."""
