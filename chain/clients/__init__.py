"""The edge of `chain`: nodes over JSON-RPC, the embedded devnet, and what is deployed on it.

Everything here touches network, disk or processes; everything that it returns is a plain value that the pure modules
of `chain` can check. Nothing is imported on loading: web3 and py-evm take a second each.
"""
