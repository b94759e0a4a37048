"""The program that asks a contract: what it is, what its answer says, and how a provider cannot stall it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.clients import contract_ask
from chain.clients.contract_ask import CALL_GAS, FACTORY_GAS_MAX, GAS_MAX, PROGRAM, pack, unpack
from chain.clients.node import Node, NodeError
from chain.erc1271 import Answer, Question, question
from tests.chain.clients.test_multicall import disassembled

ASKED = question("erc-1271", b"\x11" * 20, bytes(32), b"abc")
ASSEMBLY = """
    PUSH1 118; CODESIZE; SUB; DUP1; PUSH1 118; PUSH1 0; CODECOPY; PUSH1 32; MLOAD; DUP1; ISZERO; PUSH1 39; JUMPI;
    PUSH1 0; PUSH1 0; PUSH1 64; MLOAD; PUSH1 96; PUSH1 0; DUP6; PUSH4 8000000; CALL; PUSH1 42; JUMP; JUMPDEST; PUSH1 1;
    JUMPDEST; PUSH1 32; MSTORE; POP; PUSH1 0; MLOAD; DUP1; EXTCODESIZE; SWAP2; PUSH1 96; PUSH1 64; MLOAD; ADD; DUP1;
    SWAP2; SUB; GAS; PUSH1 0; MSTORE; PUSH1 0; PUSH1 0; DUP3; DUP5; DUP7; PUSH4 5000000; STATICCALL; GAS; PUSH1 160;
    MSTORE; PUSH1 128; MSTORE; POP; POP; POP; PUSH1 64; MSTORE; RETURNDATASIZE; PUSH1 96; MSTORE; PUSH1 0; PUSH1 192;
    MSTORE; RETURNDATASIZE; PUSH1 32; EQ; PUSH1 5; SHL; PUSH1 0; PUSH1 192; RETURNDATACOPY; PUSH1 224; PUSH1 0; RETURN
"""
"""The program once more, as a person reads it; that it does so is shown on the devnet (`test_contract_votes`)."""


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(32, "big") for value in values)


def answered(**changes: int) -> bytes:
    """The program's answer of a contract that said one word, with some of it changed."""
    plain = {"before": 7_000_000, "made": 1, "code": 10, "size": 32, "ok": 1, "after": 6_900_000, "word": 5}
    return words(*{**plain, **changes}.values())


def test_program_is_what_it_is_said_to_be() -> None:
    """Instruction by instruction, with the limits in it, and its own size where it begins to read."""
    assert [line.strip() for line in ASSEMBLY.split(";")] == disassembled(PROGRAM)
    assert len(PROGRAM) == PROGRAM[1]
    assert f"PUSH4 {GAS_MAX}" in ASSEMBLY
    assert f"PUSH4 {FACTORY_GAS_MAX}" in ASSEMBLY
    assert GAS_MAX * 64 // 63 + FACTORY_GAS_MAX + 1_000_000 < CALL_GAS < 2**24


@given(st.binary(max_size=99), st.binary(max_size=99))
def test_question_stands_behind_the_program(factory_data: bytes, data: bytes) -> None:
    """Signer, factory and size as words, then both calldatas."""
    packed = pack(Question("erc-6492", b"\x11" * 20, data, b"\x22" * 20, factory_data))

    head = bytes(12) + b"\x11" * 20 + bytes(12) + b"\x22" * 20 + len(factory_data).to_bytes(32, "big")
    assert PROGRAM + head + factory_data + data == packed


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answered(), Answer("answered", 32, words(5))),
        (answered(size=10**7), Answer("answered", 10**7)),
        (answered(made=0), Answer("factory")),
        (answered(code=0), Answer("absent")),
        (answered(ok=0), Answer("reverted")),
        (answered(ok=0, after=7_000_000 - GAS_MAX), Answer("burned")),
        (answered(before=GAS_MAX, after=0, ok=0), None),
        (answered(after=7_000_001), None),
        (answered()[:-1], None),
        (b"", None),
    ],
)
def test_answer_is_taken_apart(answer: bytes, expected: Answer | None) -> None:
    """What was given too little gas, or is none of the program's answers, says nothing at all."""
    assert expected == unpack(answer)


@contextmanager
def provider(drip: bytes, seconds: float) -> Iterator[tuple[Node, list[int]]]:
    """A provider that knows its chain, and answers a call with one chunk after the other without end."""
    sent = [0]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            if b"eth_chainId" in asked:
                body = b'{"jsonrpc":"2.0","id":0,"result":"0x1"}'
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.end_headers()
            try:
                self.wfile.write(b'{"jsonrpc":"2.0","id":0,"result":"0x')
                for _ in range(10_000_000 // len(drip)):
                    self.wfile.write(drip)
                    sent[0] += len(drip)
                    time.sleep(seconds)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Node(f"http://127.0.0.1:{server.server_port}"), sent
        finally:
            server.shutdown()


def limited(node: Node) -> tuple[str, str]:
    with pytest.raises(NodeError) as caught:
        node.ask_contract(ASKED, 1)
    return caught.value.code, caught.value.reason


def test_H10_answer_of_ten_megabytes() -> None:
    """A provider that sends ten megabytes is cut off after a few buffers, and nothing was said."""
    with provider(b"00" * 8_192, 0.001) as (node, sent):
        assert ("E_1271_LIMIT", "node") == limited(node)
        assert sent[0] < 6_000_000


def test_H10_answer_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that sends a byte at a time is left when its seconds are over."""
    monkeypatch.setattr(contract_ask, "SECONDS_MAX", 1)
    with provider(b"00", 0.05) as (node, _):
        began = time.monotonic()
        assert ("E_1271_LIMIT", "node") == limited(node)
        assert time.monotonic() - began < 10
