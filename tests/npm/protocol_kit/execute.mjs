// Another owner's side of a payout, with Safe's own kit: it reads the transaction as `dao` exports it, adds this owner's
// signature, tells what it holds then, and executes it. The order comes on the first line of stdin; what the kit told
// must be answered by a line before it executes.
import { createInterface } from 'node:readline'
import * as kit from '@safe-global/protocol-kit'

const Safe = kit.default.default ?? kit.default
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const { rpc, key, chainId, contracts, exported } = JSON.parse((await lines.next()).value)

const safe = await Safe.init({
  provider: rpc,
  signer: key,
  safeAddress: exported.safe,
  contractNetworks: { [chainId]: contracts }
})
const signed = await safe.signTransaction(await safe.toSafeTransactionType(exported))
console.log(
  JSON.stringify({
    version: safe.getContractVersion(),
    hash: await safe.getTransactionHash(signed),
    data: signed.data,
    signatures: Object.fromEntries([...signed.signatures.values()].map((one) => [one.signer, one.data]))
  })
)
await lines.next()
const done = await safe.executeTransaction(signed)
console.log(JSON.stringify({ transaction: done.hash }))
process.exit(0)
