// Says of envelopes, one JSON document a line on stdin, what Snapshot's own code makes of them: the id, and whether the
// key of the address signed. Nothing is asked of any network, so contracts' signatures are not for this.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const snapshot = createRequire(import.meta.url)('@snapshot-labs/snapshot.js');

for await (const line of createInterface({ input: process.stdin })) {
  const { address, sig, data } = JSON.parse(line);
  const id = snapshot.utils.getHash(data, address);
  const signed = await snapshot.utils.verify(address, sig, data, '1');
  process.stdout.write(JSON.stringify({ id, signed }) + '\n');
}
