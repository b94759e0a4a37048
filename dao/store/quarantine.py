"""The quarantine: what was refused, with the reason, for whoever wants to look at it later.

It lies outside of journal and books, nothing in it is ever read by this tool, and it is bounded in number and bytes:
when it is full nothing more is put in, and nothing is thrown out to make room. Names in it are digests; no name, path
or link from a file is used.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from chain.errors import CodedError
from dao.store import durable

COUNT_MAX = 200
"""Files: two for each thing that was refused."""
BYTES_MAX = 16 << 20
ITEM_MAX = 4 << 20
"""Of one thing with its reason."""


def put_aside(folder: Path, data: bytes, error: CodedError, reason: str, now: int) -> Path | None:
    """Keep the bytes and the sentence that refused them; None where there is no room, or the disk refuses.

    The same bytes are kept once, with the reason of the first time.
    """
    name = sha256(data).hexdigest()[:32]
    raw, why = folder / f"{name}.refused", folder / f"{name}.json"
    told = {"code": error.code, "reason": reason, "time": now, "bytes": len(data)}
    note = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if raw.exists():
            return raw
        sizes = [entry.lstat().st_size for entry in folder.iterdir()]
        size = len(data) + len(note)
        if size > ITEM_MAX or len(sizes) + 2 > COUNT_MAX or sum(sizes) + size > BYTES_MAX:
            return None
        durable.write_new(raw, data, mode=0o600)
        durable.write_new(why, note, mode=0o600)
    except OSError:
        return None  # the refusal itself is what has to be told
    return raw
