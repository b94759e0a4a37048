// Snapshot's own client at work. The first line of stdout is every types object that it signs with, by its name there.
// Then, for each line of stdin, what it signs of that at that time, and what it makes of the sequencer's answer: the url
// is where it sends, and without one nothing is sent. Only that address is ever asked.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const main = require.resolve('@snapshot-labs/sx');
const { clients } = require('@snapshot-labs/sx');
const { Wallet } = require('@ethersproject/wallet');
const signed = require(join(dirname(main), 'clients', 'offchain', 'ethereum-sig', 'types.js'));
const types = Object.entries(signed).filter(([name]) => name.endsWith('Types'));
process.stdout.write(JSON.stringify(Object.fromEntries(types)) + '\n');

for await (const line of createInterface({ input: process.stdin })) {
  const { action, key, now, url, data } = JSON.parse(line);
  Date.now = () => now * 1000; // its own clock dates what it signs
  const client = new clients.OffchainEthereumSig({ networkConfig: { eip712ChainId: 1 }, sequencerUrl: url });
  const envelope = await client[action]({ signer: new Wallet(key), data });
  let answer = null;
  let error = null;
  try {
    if (url) answer = await client.send(envelope);
  } catch (refused) {
    error = refused.message;
  }
  process.stdout.write(JSON.stringify({ signed: envelope.signatureData, answer, error }) + '\n');
}
process.exit(0);
