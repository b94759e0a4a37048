"""The table of checks: one row a check, in the order in which they run.

Numbers and names are those of `docs/reference/verify.md` and never change; a new check gets a new number. The journal's
writer runs the same functions on a fact before it takes it (`dao.workflow`), so nothing gets in that a verifier would
refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dao.record.case import Case
from dao.record.checks_acts import acts_release, acts_signature
from dao.record.checks_books import books_cover, books_entries
from dao.record.checks_cancel import proposal_cancel
from dao.record.checks_dispute import parts_disputed
from dao.record.checks_end import payout_ended, payout_spent
from dao.record.checks_income import books_sources
from dao.record.checks_journal import anchors_trust, journal_checkpoint, journal_tree
from dao.record.checks_payout import (
    payout_binding,
    payout_confirmations,
    payout_receipt,
    payout_window,
)
from dao.record.checks_premiums import books_premiums, books_reversed
from dao.record.checks_proposal import (
    proposal_actions,
    proposal_document,
    proposal_lifecycle,
    proposal_rules,
    proposal_signature,
)
from dao.record.checks_settings import proposal_settings, settings_signature
from dao.record.checks_stop import parts_stopped
from dao.record.checks_vote import (
    power_proof,
    tally_scores,
    tally_verdict,
    votes_admission,
    votes_closed,
    votes_signature,
)


class Check(NamedTuple):
    """One numbered check."""

    number: int
    name: str
    run: Callable[[Case], None]
    """Raises a `CodedError` when the check fails."""


CHECKS = (
    Check(3, "journal.tree", journal_tree),
    Check(10, "settings.signature", settings_signature),
    Check(11, "journal.checkpoint", journal_checkpoint),
    Check(20, "proposal.signature", proposal_signature),
    Check(21, "proposal.settings", proposal_settings),
    Check(22, "proposal.document", proposal_document),
    Check(23, "proposal.actions", proposal_actions),
    Check(24, "proposal.rules", proposal_rules),
    Check(25, "proposal.lifecycle", proposal_lifecycle),
    Check(26, "proposal.cancel", proposal_cancel),
    Check(30, "votes.signature", votes_signature),
    Check(31, "votes.admission", votes_admission),
    Check(32, "votes.closed", votes_closed),
    Check(40, "power.proof", power_proof),
    Check(41, "tally.scores", tally_scores),
    Check(42, "tally.verdict", tally_verdict),
    Check(50, "acts.signature", acts_signature),
    Check(51, "acts.release", acts_release),
    Check(52, "parts.stopped", parts_stopped),
    Check(53, "parts.disputed", parts_disputed),
    Check(59, "payout.spent", payout_spent),
    Check(60, "payout.binding", payout_binding),
    Check(61, "payout.receipt", payout_receipt),
    Check(62, "payout.confirmations", payout_confirmations),
    Check(63, "payout.window", payout_window),
    Check(64, "payout.ended", payout_ended),
    Check(70, "books.sources", books_sources),
    Check(73, "books.premiums", books_premiums),
    Check(74, "books.reversed", books_reversed),
    Check(71, "books.entries", books_entries),
    Check(72, "books.cover", books_cover),
    Check(90, "anchors.trust", anchors_trust),
)
