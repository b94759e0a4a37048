"""3F Mutual's pool as pure functions: what its contract would do with every purchase, agent, claim and shutdown.

Decides nothing about real money: it is a model, equal to the contract to the wei, over frozen values and whole numbers.
`curve` prices shares and days, `agents` holds tiers and names, `state` the values, `contract` one transaction,
`claims` and `figures` what people ask about a state, `rounds` its end, `history` the file format, `calls` unsigned
calls to the real contract. Nothing here is insurance advice. Where white paper and contract disagree, the contract
rules (`docs/concepts/mutual-pool.md`).

Source: `3FMutual.sol`, `underwriter.sol`, `Agency.sol`, `IIP.sol` of artistic709/3FMutual at 899340c.
"""

from __future__ import annotations
