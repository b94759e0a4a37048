"""What came in, what was promised, and what was paid: premiums, books, funds, and the way of a payout through a Safe.

Everything here but `treasury.clients` is a pure function of values; time, nonces and the chain's answers are arguments.
"""
