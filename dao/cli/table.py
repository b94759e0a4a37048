"""The table of commands: their words, the room of each one's module, and the one sentence that the overview shows.

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
    section: str
    """The heading under which the overview lists it, and the room that its module lives in."""
    sentence: str

    @property
    def module(self) -> str:
        """Where it is: `vote check` of the section Votes is `dao.cli.votes.vote_check`."""
        return f"dao.cli.{self.section.lower()}.{self.words.replace(' ', '_')}"


COMMANDS = (
    Command("init", "Start", "Make a DAO's workspace, and a draft of its settings."),
    Command("demo", "Start", "Run one proposal from draft to payout on an embedded chain."),
    Command("verify", "Start", "Check a decision record offline and say what was assumed."),
    Command("lint", "Proposals", "Check a proposal's text and list all that is wrong."),
    Command("draft", "Proposals", "Begin a proposal: number, budget, sentences to replace."),
    Command("iip import", "Proposals", "Import proposals of a repository like EIPs."),
    Command("submit", "Proposals", "Put a text under review, before anybody votes on it."),
    Command("withdraw", "Proposals", "Take a text back, as its author, before it is published."),
    Command("resurrect", "Proposals", "Bring a stagnant text back, as its author."),
    Command("publish", "Proposals", "Sign a proposal and open its vote."),
    Command("cancel", "Proposals", "Take a proposal back, as its author, while it is voted on."),
    Command("vote cast", "Votes", "Sign a vote, or take a signed one, into the journal."),
    Command("vote sign", "Votes", "Sign the vote of a Safe as one of its owners."),
    Command("vote receipt", "Votes", "Write the journal's signed receipt of a vote."),
    Command("vote check", "Votes", "Check one signed envelope: form, types, signature."),
    Command("tally", "Votes", "Count a vote; after its end write the signed result, once."),
    Command("explain", "Votes", "Say what a document would do, or why a choice won."),
    Command("audit", "Votes", "Count a vote that Snapshot published again, exactly."),
    Command("sync", "Votes", "Follow a space at a hub, and mark what changed there."),
    Command("history", "Votes", "Write what a followed space decided, and what is unproved."),
    Command("snapshot send", "Votes", "Send a signed message to Snapshot, by its own rules."),
    Command("snapshot vote", "Votes", "Vote on any proposal of Snapshot's."),
    Command("snapshot propose", "Votes", "Propose at Snapshot, by its space's own times."),
    Command("snapshot cancel", "Votes", "Take a proposal back at Snapshot."),
    Command("pay", "Treasury", "Make a draft out of a file of payments, row by row."),
    Command("claim", "Treasury", "Check a list of claims, and write one as a call."),
    Command("receipts", "Treasury", "Show which transaction and log paid which row."),
    Command("premiums quote", "Treasury", "Price some units for some days, to the wei."),
    Command("premiums split", "Treasury", "Split a premium into its exact shares, in wei."),
    Command("premiums import", "Treasury", "Read every premium from a chain, and prove none missing."),
    Command("premiums book", "Treasury", "Book an import of premiums as income of a fund."),
    Command("pool simulate", "Treasury", "Run a history of the mutual's pool, to the wei."),
    Command("pool status", "Treasury", "Show the mutual's dashboard, of a chain or a history."),
    Command("pool claims", "Treasury", "Split the pool by both readings of a shutdown's day."),
    Command("pool agent", "Treasury", "Show the tiers of agents, and a history's agents."),
    Command("pool round", "Treasury", "Close a pool that was shut down, with entries."),
    Command("pool call", "Treasury", "Write an unsigned call to the real contract."),
    Command("review", "Treasury", "Review a Safe transaction before anybody signs it."),
    Command("queue", "Treasury", "Make the Safe transaction of a part that passed."),
    Command("sign", "Treasury", "Review a queued part and sign it as an owner."),
    Command("post", "Treasury", "Post a queued transaction to a Safe Transaction Service."),
    Command("proposer", "Treasury", "Show or name who may propose at a Transaction Service."),
    Command("execute", "Treasury", "Send what enough owners signed, and book it."),
    Command("signers show", "Treasury", "Show the Safe's owners, and when each was last heard of."),
    Command("signers prove", "Treasury", "Prove as an owner that your key is at hand."),
    Command("owner announce", "Treasury", "Announce that an owner of the Safe comes or goes."),
    Command("owner change", "Treasury", "Write the announced change for owners to sign."),
    Command("reject", "Treasury", "Write what spends the nonce of a part that is over."),
    Command("veto", "Treasury", "Stop parts that passed, as guardian or owner, and say why."),
    Command("end", "Treasury", "Free the money of a part that can no more be paid."),
    Command("dispute", "Treasury", "Freeze a part, as a party, until the panel decides."),
    Command("resolve", "Treasury", "Let a disputed part go on, as a member of the panel."),
    Command("milestone report", "Treasury", "Report on a part's milestone."),
    Command("milestone approve", "Treasury", "Approve the newest report, by its bytes."),
    Command("milestone return", "Treasury", "Send the newest report back, by its bytes."),
    Command("record", "Proposals", "Write a proposal's decision record, verified, as one file."),
    Command("fund show", "Treasury", "Show what each fund has, has promised and has paid."),
    Command("fund income", "Treasury", "Find what came in on the chain, and book it."),
    Command("fund refund", "Treasury", "Book what came back of a payment."),
    Command("fund convert", "Treasury", "Book what a part exchanged, within a bound."),
    Command("fund collect", "Treasury", "Build the calls that bring waiting money to the Safe."),
    Command("committee", "Treasury", "Show what a committee may grant, and what it granted."),
    Command("ledger show", "Treasury", "Show every entry of the books and every balance."),
    Command("ledger check", "Treasury", "Hold the books against the chain's balances."),
    Command("ledger export", "Treasury", "Write the books for Beancount, hledger or a table."),
    Command("ledger close", "Treasury", "Close a period that is over, with its entries."),
    Command("ledger chart", "Treasury", "Draw a fund over time, or how long it lasts."),
    Command("report", "Treasury", "Report on a period: sheet, income, budget, runway."),
    Command("group show", "Treasury", "Show working groups' accounts and every step."),
    Command("group request", "Treasury", "Ask, as a member, to deposit, transfer, draw, close."),
    Command("group confirm", "Treasury", "Confirm a group's request, as another person."),
    Command("group reject", "Treasury", "Reject a group's request, as another person."),
    Command("token", "Treasury", "Show what of a token circulates, and what is locked."),
    Command("vesting show", "Treasury", "Show what is vested and what is locked, and when."),
    Command("vesting check", "Treasury", "Hold a plan against the wallets that pay it."),
    Command("vesting draft", "Treasury", "Draft a proposal that pays grants on their dates."),
    Command("vesting compare", "Treasury", "Hold a document's dated payments against a plan."),
    Command("vesting change", "Treasury", "Sign one side of a change of beneficiary."),
    Command("vesting deploy", "Treasury", "Deploy the wallet of a grant, from known code."),
    Command("vesting release", "Treasury", "Release what is vested to the beneficiary."),
    Command("vesting calendar", "Treasury", "Show what unlocks in the months to come."),
    Command("vesting chart", "Treasury", "Show or draw what is unlocked, and when."),
    Command("vesting statement", "Treasury", "State what one beneficiary gets, and when."),
    Command("status", "Workspace", "Show where each proposal stands and what comes next."),
    Command("journal list", "Workspace", "List the journal and check that it only grew."),
    Command("journal export", "Workspace", "Write the journal to a file for its followers."),
    Command("journal follow", "Workspace", "Check an export and take what is new in it."),
    Command("take", "Workspace", "Take signed files into the journal, each checked."),
    Command("settings show", "Workspace", "Show settings: in force, announced, drafted."),
    Command("settings check", "Workspace", "Check the draft, and who would hold which duty."),
    Command("settings evidence", "Workspace", "Keep a file that settings name by CID."),
    Command("settings sign", "Workspace", "Sign the draft as an owner, or take signatures."),
    Command("settings found", "Workspace", "Put the signed draft into the journal."),
    Command("keys list", "Workspace", "List the keyring's names and addresses, never a key."),
    Command("keys new", "Workspace", "Make a key in an encrypted keystore."),
    Command("keys import", "Workspace", "Put a key from a variable into a keystore."),
    Command("keys journal", "Workspace", "Make the key that signs a journal's checkpoints."),
    Command("export", "Workspace", "Write all that a workspace holds in open formats."),
    Command("ipfs add", "Workspace", "Put a file into IPFS under a name computed here."),
    Command("ipfs get", "Workspace", "Fetch content; every block must have its name."),
    Command("ipfs pin", "Workspace", "Have content kept, or no longer kept, by its name."),
    Command("ipfs check", "Workspace", "Say what of a workspace is kept where, and mend it."),
    Command("doctor", "Workspace", "Find what is missing or unsafe, and how to mend it."),
    Command("completion", "Workspace", "Print the script that lets a shell complete dao."),
    Command("rebuild", "Workspace", "Write the database anew from the journal's own bytes."),
    Command("devnet serve", "Workspace", "Serve the embedded chain to wallets and scripts."),
    Command("devnet wait", "Workspace", "Let time pass on the embedded chain."),
)

GROUPS = {
    "devnet": "The embedded chain of a workspace.",
    "fund": "Funds; without a command they are shown, all or the one that is named.",
    "group": "Accounts of working groups inside a fund; without a command they are shown.",
    "iip": "Proposals of other repositories.",
    "ipfs": "Content outside the journal: nodes, folders of blocks, pinning services.",
    "journal": "The journal, and files for those who follow it; without a command it is listed.",
    "keys": "The keyring of a workspace; without a command it is listed.",
    "ledger": "The books; without a command every entry and balance is shown.",
    "milestone": "Milestones that release a part.",
    "owner": "Owners of the treasury Safe who come or go without a vote.",
    "pool": "The mutual's pool: a model of its contract, and what it says. Not insurance advice.",
    "premiums": "What a premium costs and is made of.",
    "settings": "The space's settings; without a command they are shown.",
    "signers": "Owners of the treasury Safe; without a command they are shown.",
    "snapshot": "Publishing to Snapshot: what it would refuse is told before it is sent.",
    "vesting": "Allocation plans and what vests when.",
    "vote": "Signed votes and other envelopes.",
}
"""The first words of two-word commands, each with the sentence of its own `--help`."""

BARE = {
    "fund": "show", "group": "show", "journal": "list", "keys": "list", "ledger": "show", "settings": "show",
    "signers": "show",
}  # fmt: skip
"""Groups that mean one of their commands when none is typed."""

NAMING = frozenset({"fund"})
"""Groups whose bare command takes a name, so that a word which is none of their commands is one."""

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
