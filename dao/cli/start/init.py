"""`dao init`: a folder becomes the workspace of a DAO, with a draft of the settings that its owners then sign.

Two roads: an embedded chain that is made (`--devnet`), or a Safe that exists, read through a node. Whatever is refused,
the folder is as it was.
"""

from __future__ import annotations

from pathlib import Path

from dao.cli.answer import Answer
from dao.cli.options import PassphraseFile
from dao.cli.start import init_options as options

EXAMPLES = (
    "dao init --devnet --dir club --space club.devnet --owner ann --holder eve=600",
    "dao init --dir club --space club.eth --safe eth:0x… --rpc-env NODE --token 0x…",
    "dao init --dir my --space club.eth --safe eth:0x… --rpc-env NODE --draft FILE",
)


def command(
    *,
    folder: options.Dir = Path(),
    space: options.Space = "",
    devnet: options.IsDevnet = False,
    owner: options.Owners = None,
    threshold: options.SafeThreshold = 0,
    holder: options.Holders = None,
    start: options.Start = "",
    safe: options.Safe = "",
    rpc_env: options.RpcEnv = "",
    token: options.Token = "",
    draft: options.DraftFile = None,
    journal_key: options.JournalKey = "",
    passphrase_file: PassphraseFile = None,
    proposer: options.Proposers = None,
    quorum: options.Quorum = "",
    majority: options.Majority = "",
    delay: options.Delay = "",
    period: options.Period = "",
    timelock: options.Timelock = "",
    grace: options.Grace = "",
    notice: options.Notice = "",
    reviewer: options.Reviewers = None,
    reviews: options.Reviews = 0,
    fund: options.Fund = "",
    asset: options.Assets = None,
    iip_share: options.IipShare = "",
    prefix: options.Prefix = "",
) -> Answer:
    """Make a DAO's workspace: an embedded chain to play on, or a Safe that exists, read through a node.

    Asks at a terminal for what is missing and has no default; everything else is read, or a default for small DAOs.
    Ends with what is still needed, and with who holds which duty. Times are as 3d or 36h.
    """
    from dao.cli.start.init_answers import Answers
    from dao.cli.start.init_make import init

    answers = Answers(
        space=space, devnet=devnet, owners=tuple(owner or ()), threshold=threshold, holders=tuple(holder or ()),
        start=start, safe=safe, rpc_env=rpc_env, token=token, draft=draft, journal_key=journal_key, quorum=quorum,
        majority=majority, delay=delay, period=period, timelock=timelock, grace=grace, notice=notice,
        proposers=tuple(proposer or ()), reviewers=tuple(reviewer or ()), reviews=reviews, fund=fund,
        assets=tuple(asset or ()), iip_share=iip_share, prefix=prefix,
    )  # fmt: skip
    return init(folder, answers, passphrase_file)
