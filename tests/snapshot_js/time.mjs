// Times Snapshot's own code on one election: a JSON header on the first line of the file, then one vote a line. Tells
// the seconds of processor time of the fastest of some runs of getScores: a busy machine changes them least.
import { createRequire } from 'node:module';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const snapshot = createRequire(import.meta.url)('@snapshot-labs/snapshot.js');
const [file, runs] = [process.argv[2], Number(process.argv[3])];
let header;
const votes = [];
for await (const line of createInterface({ input: createReadStream(file) })) {
  if (!header) header = JSON.parse(line);
  else votes.push(JSON.parse(line));
}
const proposal = { choices: Array.from({ length: header.choices }, (_, i) => `choice ${i + 1}`) };
const times = [];
for (let run = 0; run < runs; run++) {
  const voting = new snapshot.utils.voting[header.system](proposal, votes, [{ name: 'ticket', network: '1', params: {} }]);
  const start = process.cpuUsage();
  voting.getScores();
  const spent = process.cpuUsage(start);
  times.push((spent.user + spent.system) / 1e6);
}
process.stdout.write(JSON.stringify({ seconds: Math.min(...times), node: process.version }) + '\n');
