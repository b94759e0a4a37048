"""The rules of whatever happens past the tool: owners with their wallets, facts made by hand, new settings, time, disks
and nodes.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chain import abi
from chain.address import checksum
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import SENTINEL
from dao.cli.start.demo import cast, world
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow.desk import Blocks, Fact
from tests.dao.workflow.machine.house import Lagging, name_of
from tests.dao.workflow.machine.model import SHAPES, Amounts, Made, Payout, asked, document
from tests.dao.workflow.machine.people import DAY, parts, picks
from tests.dao.workflow.machine.stoppers import GUARDIAN, PANEL, Stoppers
from treasury.binding import build
from treasury.rejection import rejection_of

NEW_OWNERS = ("finn", "gil", "ivo")
EVENTS = (
    "submit_for_review", "freeze", "withdraw", "resubmit", "resurrect", "inactive", "request_changes", "execute",
)  # fmt: skip


class Strangers(Stoppers):
    """Everybody past the tool."""

    # Owners with their wallets

    def owners_now(self) -> list[str]:
        """As many owners as it takes."""
        safe = self.house.safe()
        return [name_of(owner) for owner in safe.owners][: safe.threshold]

    def invented(self, to: bytes, value: int = 0, data: bytes = b"") -> SafeTx:
        """A transaction that no vote knows, at the Safe's next nonce."""
        return SafeTx(
            chain_id=DEVNET_CHAIN_ID,
            safe=self.places.safe,
            version="1.4.1",
            to=to,
            value=value,
            data=data,
            operation=0,
            nonce=self.house.safe().nonce,
        )

    def send_by_hand(self, tx: SafeTx, amounts: Amounts, payout: Payout | None, signers: list[str]) -> None:
        self.model.made.setdefault(safe_tx_hash(tx), Made(tx, amounts, payout, by_hand=True))
        receipt = self.house.execute_by_hand(tx, signers)
        self.happened["by hand" if receipt is not None else "by hand, and refused by the Safe"] += 1

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(pick=picks, part=parts, is_signed_in_the_journal=st.booleans())
    def execute_past_the_tool(self, pick: int, part: int, is_signed_in_the_journal: bool) -> None:
        """What is queued, sent by somebody: with the journal's signatures, or with others."""
        one = self.pick(pick)
        if one.txs.get(part):
            tx = one.txs[part][-1]
            signers = self.signers(safe_tx_hash(tx)) if is_signed_in_the_journal else self.owners_now()
            self.send_by_hand(tx, asked(one.shape, part), (one.id, part), signers)

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, part=parts)
    def pay_past_the_tool(self, pick: int, part: int) -> None:
        """The very calls of a part, from a wallet, before or after they were queued."""
        one = self.pick(pick)
        if 1 <= part <= len(one.parts):
            tx = build(one.parts[part - 1], self.house.safe().nonce, version="1.4.1")
            self.send_by_hand(tx, asked(one.shape, part), (one.id, part), self.owners_now())

    @rule(wei=st.sampled_from((0, 0, 1, cast.UNIT // 10, 3 * cast.UNIT)))
    def transfer_without_a_vote(self, wei: int) -> None:
        """Of nothing: how owners reject what waits at that nonce."""
        self.send_by_hand(self.invented(cast.address("pat"), wei), Counter(ETH=wei), None, self.owners_now())

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(pick=picks, part=parts, is_ended=st.booleans())
    def reject(self, pick: int, part: int, is_ended: bool) -> None:
        """Owners spend the nonce of what waits, with an empty transaction of the Safe to itself."""
        one = self.pick(pick)
        if one.txs.get(part):
            self.reject_it(one.txs[part][-1])
            if is_ended:
                self.end_it(one, part)

    def reject_it(self, tx: SafeTx) -> None:
        self.send_by_hand(rejection_of(tx), Counter(), None, self.owners_now())

    @rule(what=st.sampled_from(("threshold", "swap", "restore", "restore")), number=st.integers(0, 2))
    def change_the_safe(self, what: str, number: int) -> None:
        """Owners or threshold, without a vote; and back."""
        if what == "threshold":
            self.set_threshold(number + 1)
        elif what == "swap":
            self.swap_owner(number, NEW_OWNERS[number])
        else:
            self.restore_the_safe()

    def restore_the_safe(self) -> None:
        names = [name_of(owner) for owner in self.house.safe().owners]
        missing = [name for name in cast.OWNERS if name not in names]
        for place, name in enumerate(names):
            if name not in cast.OWNERS:
                self.swap_owner(place, missing.pop())
        if self.house.safe().threshold != cast.THRESHOLD:
            self.set_threshold(cast.THRESHOLD)

    def set_threshold(self, threshold: int) -> None:
        data = abi.encode_call("changeThreshold(uint256)", [threshold])
        self.send_by_hand(self.invented(self.places.safe, 0, data), Counter(), None, self.owners_now())

    def swap_owner(self, place: int, name: str) -> None:
        owners = self.house.safe().owners
        before = owners[place - 1] if place else SENTINEL
        data = abi.encode_call("swapOwner(address,address,address)", [before, owners[place], cast.address(name)])
        self.send_by_hand(self.invented(self.places.safe, 0, data), Counter(), None, self.owners_now())

    # Transactions that are not the ones

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(
        pick=picks, part=parts, twist=st.sampled_from(("nonce", "value", "other")), which=picks, is_sent=st.booleans()
    )
    def offer_another_transaction(self, pick: int, part: int, twist: str, which: int, is_sent: bool) -> None:
        """One with another nonce, another amount, or of another payout, to sign or to execute as this part's."""
        one = self.pick(pick)
        known = [made.tx for made in self.model.made.values()]
        tx = known[which % len(known)]
        if twist != "other" and one.txs.get(part):
            tx = one.txs[part][-1]
            tx = replace(tx, nonce=tx.nonce + 1) if twist == "nonce" else replace(tx, value=tx.value + 1)
        if is_sent:
            self.execute_it(one, part, "ann", tx)
        else:
            self.sign_it(one, part, "ann", tx)

    # Settings

    @rule(
        change=st.sampled_from((
            "slower", "at once", "short grace", "anybody", "dora alone", "more votes", "more agreement", "no notice",
            "long notice", "one reviewer", "no reviewer", "no proxy", "no token", "deep", "quick", "two choices",
            "one part", "renamed", "guarded", "guarded", "as at first",
        )),
        signers=st.sampled_from(("enough", "enough", "enough", "ann", "ann jan", "ann ben")),
    )  # fmt: skip
    def change_settings(self, change: str, signers: str) -> None:
        who = self.owners_now() if signers == "enough" else signers.split()
        if self.attempt(lambda: self.house.change_settings(self.changes(change), who)) is not None:
            self.happened["settings"] += 1

    def guard(self) -> None:
        self.change_settings("guarded", "enough")
        self.house.there.wait(3_600)

    def changes(self, change: str) -> dict[str, Any]:
        first = json.loads(world.settings_text(self.house.there))
        fund, reviewers = first["funds"][0], first["reviewers"]["addresses"]
        table: dict[str, dict[str, Any]] = {
            "slower": {"timelock": 3 * DAY},
            "at once": {"timelock": 0},
            "short grace": {"grace": 1},
            "anybody": {"proposers": []},
            "dora alone": {"proposers": first["proposers"]},
            "more votes": {"quorum": {"kind": "all_choices", "minimum": str(400_000 * cast.UNIT)}},
            "more agreement": {"threshold": {"numerator": 2, "denominator": 3}},
            "no notice": {"notice": 0},
            "long notice": {"notice": 2 * DAY},
            "one reviewer": {"reviewers": {"addresses": reviewers, "required": 1}},
            "no reviewer": {"reviewers": {"addresses": [], "required": 0}},
            "no proxy": {"funds": [{**fund, "sources": []}]},
            "no token": {"funds": [{**fund, "assets": fund["assets"][:1]}]},
            "deep": {"chains": [{"chain_id": DEVNET_CHAIN_ID, "finality_depth": 3}]},
            "quick": {"voting": {"delay": 60, "period": DAY, "max_snapshot_age": DAY}},
            "two choices": {"choices": ["Yes", "No"]},
            "one part": {"limits": {"body": 10_000, "parts": 1}},
            "renamed": {"prefix": "MIP"},
            "guarded": {
                "guardian": checksum(cast.address(GUARDIAN)),
                "disputes": {
                    "panel": [checksum(cast.address(name)) for name in PANEL],
                    "required": 2,
                    "seconds": 5 * DAY,
                },
            },
            # the same text after the same text counts once, so a limit says how often this was wanted
            "as at first": {**first, "notice": 0, "limits": {"body": 10_000 + len(self.house.journal), "parts": 20}},
        }
        return table[change]

    # Facts by hand

    @rule(
        index=st.integers(0, 400),
        onto=picks,
        which=st.integers(0, 400),
        how=st.sampled_from(("same", "onto", "mix", "elsewhere", "pair")),
    )
    def offer_an_old_fact(self, index: int, onto: int, which: int, how: str) -> None:
        """Facts of the journal again: as they are, under another proposal, mixed with others of their kind."""
        leaves = self.house.journal.leaves
        leaf = leaves[index % len(leaves)]
        alike = [other for other in leaves if other.kind == leaf.kind]
        other = alike[which % len(alike)]
        body: dict[str, Any] = dict(leaf.body)
        proposal = self.proposal_of(leaf.kind, body)
        facts = [Fact(leaf.kind, body)]
        if how in ("onto", "elsewhere") and self.model.asked:
            proposal = self.pick(onto).id
            if "proposal" in body and how == "onto":
                body["proposal"] = proposal
        elif how == "mix":
            field = sorted(body)[onto % len(body)]
            body[field] = other.body[field]
            proposal = body.get("proposal", proposal)
        elif how == "pair":
            facts.append(Fact(other.kind, other.body))
        self.offer(facts, Blocks(), proposal)

    def proposal_of(self, kind: str, body: dict[str, Any]) -> bytes:
        if kind == "confirmation":
            payout = self.model.made[body["hash"]].payout
            return payout[0] if payout else bytes(32)
        return bytes(body.get("proposal", body["id"] if kind == "proposal" else bytes(32)))

    def offer(self, facts: list[Fact], blocks: Blocks, proposal: bytes) -> bool:
        """Give facts to the desk. What it takes of old ones adds nothing: no vote, no result, no payout, no money."""
        if self.attempt(lambda: self.house.desk.take(facts, blocks, proposal)) is None:
            return False
        kinds = [fact.kind for fact in facts]
        note(f"    taken: {kinds}")
        self.happened[f"taken by hand: {' and '.join(kinds)}"] += 1
        harmless = {"document", "parts", "transition", "confirmation", "queued"}
        assert harmless >= set(kinds), f"taken a second time: {kinds}"
        return True

    @precondition(lambda self: any(one.txs for one in self.model.asked))
    @rule(pick=picks, part=parts, name=st.sampled_from(("ann", "ben", "jan")))
    def confirm_past_the_tool(self, pick: int, part: int, name: str) -> None:
        """A signature that was given whatever the clock said."""
        one = self.pick(pick)
        if one.txs.get(part):
            tx = one.txs[part][-1]
            given = self.house.confirmation(name, tx)
            body = {"hash": safe_tx_hash(tx), "owner": given.owner, "signature": given.signature}
            if self.offer([Fact("confirmation", body)], Blocks(), one.id):
                self.model.made[safe_tx_hash(tx)].past_the_tool = True

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, part=parts, ahead=st.integers(-1, 2))
    def queue_past_the_tool(self, pick: int, part: int, ahead: int) -> None:
        """At a nonce of somebody's choice."""
        one, nonce = self.pick(pick), self.house.safe().nonce + ahead
        if not 1 <= part <= len(one.parts) or nonce < 0:
            return
        tx, blocks = build(one.parts[part - 1], nonce, version="1.4.1"), Blocks()
        body = {"proposal": one.id, "part": part, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
        if self.offer([Fact("queued", body)], blocks, one.id):
            self.remember_queued(one, part, tx, past_the_tool=True)

    @rule(
        number=st.integers(1, 5),
        what=st.sampled_from(("text", "text of eve", "step", "junk")),
        which=st.integers(0, 15),
    )
    def come_to_the_desk(self, number: int, what: str, which: int) -> None:
        """Texts and steps of the lifecycle that nobody published, votes on nothing, bytes that are nothing."""
        blocks = Blocks()
        if what == "junk":
            self.offer_junk(which)
        elif what == "step":
            texts = [leaf.body for leaf in self.house.journal.leaves if leaf.kind == "document"]
            body = {"iip": number, "event": EVENTS[which % len(EVENTS)]}
            for text in [text for text in texts if text["iip"] == number][-1:]:
                self.offer([Fact("transition", {**body, "document": text["document"]})], blocks, bytes(32))
        else:
            author = "eve" if what.endswith("eve") else "dora"
            raw = document(number, list(SHAPES)[which % len(SHAPES)], self.house.now(), self.places.proxy)
            body = {"iip": number, "author": cast.address(author), "document": blocks.raw(raw)}
            self.offer([Fact("document", body)], blocks, bytes(32))

    def offer_junk(self, which: int) -> None:
        raw = (b"", b"{}", b"\xff", self.house.ballot("eve", b"\x11" * 32, 1, self.now()))[which % 4]
        assert self.attempt(lambda: self.house.vote(raw)) is None
        assert self.attempt(lambda: self.house.take_act(raw, None)) is None

    # Time, disks and nodes

    @rule(seconds=st.sampled_from((1, 59, 61, 600, 3_601, DAY, 2 * DAY + 1, 2 * DAY + 1, 6 * DAY, 14 * DAY + 1)))
    def wait(self, seconds: int) -> None:
        self.house.there.wait(seconds)

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks, which=st.integers(0, 20), by=st.sampled_from((-1, 0, 1, 61)))
    def wait_for_a_deadline(self, pick: int, which: int, by: int) -> None:
        """To the second before, at, and after whatever comes next."""
        coming = sorted(time for time in self.pick(pick).deadlines() if time + by > self.house.now())
        if coming:
            self.house.wait_until(coming[which % len(coming)] + by)

    @rule(
        what=st.sampled_from(
            ("reopen", "catch up", "catch up", "lag 1", "lag 3", "photograph", "photograph", "go back")
        )
    )
    def machines(self, what: str) -> None:
        """The workspace is opened again, a node lags behind another, or the chain reorganises."""
        match what:
            case "reopen":
                self.house.reopen()
                assert self.kept == self.whole_state()
            case "catch up":
                self.house.desk.node = self.house.node
            case "lag 1" | "lag 3":
                self.house.desk.node = Lagging(self.house.node, int(what[-1]))  # type: ignore[assignment]
            case "photograph":
                self.house.photograph()
                self.photo = self.house.node.head().ref.number
            case "go back" if self.photo is not None:
                self.go_back(self.house.node.head().ref.number - self.photo)

    def go_back(self, lost: int) -> None:
        """The chain reorganises: what was booked as deep as the settings want outlives it, the rest may be gone."""
        self.house.go_back()
        self.happened["went back"] += 1
        self.scanned, self.seen, self.lost = self.first, None, max(self.lost, lost)
        for made in self.model.made.values():
            made.done = 0
        for move in self.model.movements:
            move.gone = self.house.node.receipt(move.transaction) is None
            assert not (move.gone and move.booked) or lost > move.depth, "income that was final is gone"
        self.the_chain_did_what_was_made()
        for made in self.model.made.values():
            assert made.depth is None or made.done or lost > made.depth, "a payout that was final is gone"

    @precondition(lambda self: self.model.asked)
    @rule(pick=picks)
    def write_a_record(self, pick: int) -> None:
        self.the_verifier_takes(self.pick(pick))
