// Verifies the envelopes of a file, one a line, with snapshot.js; prints how many were good, and how long it took.
// node verify_votes.mjs FOLDER_OF_NODE_MODULES FILE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, file] = process.argv.slice(2);
const snapshot = createRequire(join(modules, 'x.js'))('@snapshot-labs/snapshot.js');
const { utils } = snapshot.default ?? snapshot;
const envelopes = readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line));

async function verify(some) {
  let good = 0;
  for (const { address, sig, data } of some) good += (await utils.verify(address, sig, data, '1')) ? 1 : 0;
  return good;
}

await verify(envelopes.slice(0, 50)); // the compiler's own time is not counted
const start = performance.now();
const before = process.cpuUsage();
const good = await verify(envelopes);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ good, wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }));
process.exit(0);
