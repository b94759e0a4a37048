"""The composition root: the command line, the store, the workflow and the decision record.

Here the pure rooms (`chain`, `proposals`, `governance`, `treasury`) meet disk, clock and network. What is right or
wrong is never decided here, only which room is asked, in which order, and how its answer is shown or kept.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
