"""Files that settings name by CID, in the workspace's folder `evidence`: lists of members, the history of premiums.

Decides which file a CID names: the one whose bytes have that hash, whatever it is called. A file that nobody looks for
does no harm, and one that was changed is simply another file.
"""

from __future__ import annotations

from pathlib import Path

from chain.cid import CID, raw_cid

MAX_BYTES = 1 << 20
"""A block of the journal holds no more."""


def find_evidence(folder: Path, cid: CID) -> bytes | None:
    """Return the file that a CID names, or None."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.is_file() and file.stat().st_size <= MAX_BYTES:
            data = file.read_bytes()
            if raw_cid(data) == cid:
                return data
    return None
