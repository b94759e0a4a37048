// Counts elections with Snapshot's own code. One JSON election a line on stdin, one answer a line on stdout; doubles go
// out as the 16 hex digits of their bits, because JSON knows neither NaN nor -0.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const snapshot = createRequire(import.meta.url)('@snapshot-labs/snapshot.js');
const view = new DataView(new ArrayBuffer(8));
const bits = value => {
  if (Array.isArray(value)) return value.map(bits);
  view.setFloat64(0, value);
  return Number.isNaN(value) ? 'NaN' : view.getBigUint64(0).toString(16).padStart(16, '0');
};

for await (const line of createInterface({ input: process.stdin })) {
  const { system, choices, strategies, votes } = JSON.parse(line);
  const voting = snapshot.utils.voting[system];
  const proposal = { choices: Array.from({ length: choices }, (_, i) => `choice ${i + 1}`) };
  let answer;
  try {
    const counted = new voting(proposal, votes, Array(strategies).fill({ name: 'ticket', network: '1', params: {} }));
    answer = {
      valid: votes.map(vote => voting.isValidChoice(vote.choice, proposal.choices)),
      scores: bits(counted.getScores()),
      by_strategy: bits(counted.getScoresByStrategy()),
      total: bits(counted.getScoresTotal())
    };
  } catch (error) {
    answer = { crash: error.name };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
