// Hashes and signs typed data with ethers 5, the library of Snapshot's own clients. stdin: [{domain, types, message}];
// stdout: [[id, signature]]. The key is the one argument.
import { readFileSync } from 'node:fs';
import { ethers } from 'ethers';

const wallet = new ethers.Wallet(process.argv[2]);
const told = [];
for (const { domain, types, message } of JSON.parse(readFileSync(0, 'utf8'))) {
  const id = ethers.utils._TypedDataEncoder.hash(domain, types, message);
  told.push([id, await wallet._signTypedData(domain, types, message)]);
}
console.log(JSON.stringify(told));
