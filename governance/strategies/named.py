"""Lists of addresses for strategies: in the settings themselves, or in files that the settings name by their CIDs.

Decides how such a list is spelled: `addresses` in the parameters, or `files`, each a text of at most 1 MiB with one
EIP-55 address a line and nothing else. Files are evidence: their bytes are in the record, and their hash is in what the
owners of the Safe signed. An address that stands there twice is refused, because somebody miscounted.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from chain import address
from chain.cid import CID
from chain.errors import ChainError, UncheckableError
from governance.strategies.parameters import addresses, files, refuse
from governance.strategies.strategy import Answer, File, Params, Question, StrategyError

_BYTES_MAX = 1 << 20


def check_names(name: str, params: Params) -> None:
    """Refuse parameters that do not hold exactly one of `addresses` and `files`."""
    if ("addresses" in params) == ("files" in params):
        refuse(name, "addresses or files")
    if "addresses" in params:
        addresses(name, params, "addresses")
    else:
        files(name, params)


def read_names(name: str, params: Params) -> Generator[Sequence[Question], Sequence[Answer], frozenset[bytes]]:
    """Give the addresses that the parameters name."""
    if "addresses" in params:
        return addresses(name, params, "addresses")
    found: set[bytes] = set()
    cids = files(name, params)
    answers = yield [File(cid) for cid in cids]
    for cid, answer in zip(cids, answers, strict=True):
        found |= read_list(answer, cid, found)
    return frozenset(found)


def read_list(answer: Answer, cid: CID, before: Collection[bytes] = ()) -> set[bytes]:
    """Read a file of addresses, none of them there `before`; refuse it with its first bad line."""
    found: set[bytes] = set()
    for number, line in enumerate(lines_of(answer, cid), 1):
        one = _address(line, number, cid)
        if one in found or one in before:
            raise StrategyError("E_STRATEGY", "file", file=str(cid), line=number, expected="each address once")
        found.add(one)
    return found


def lines_of(answer: Answer, cid: CID) -> list[str]:
    """Take a file's lines; a file that is not at hand makes the tally incomplete, never shorter."""
    if not isinstance(answer, bytes):
        raise UncheckableError("E_TALLY_INCOMPLETE", "file", file=str(cid))
    try:
        text = answer.decode("ascii")
    except UnicodeDecodeError:
        raise StrategyError(
            "E_STRATEGY", "file", file=str(cid), line=1, expected="ASCII lines that end in a line feed"
        ) from None
    if len(answer) > _BYTES_MAX or not text.endswith("\n") or "\r" in text:
        raise StrategyError("E_STRATEGY", "file", file=str(cid), line=1, expected="ASCII lines that end in a line feed")
    return text[:-1].split("\n")


def _address(line: str, number: int, cid: CID) -> bytes:
    try:
        return address.parse(line)
    except ChainError:
        expected = "an address with its EIP-55 checksum"
        raise StrategyError("E_STRATEGY", "file", file=str(cid), line=number, expected=expected) from None
