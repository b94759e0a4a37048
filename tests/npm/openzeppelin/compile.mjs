// Compiles CliffWallet.sol against the installed package and writes its init code as hex to stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const solc = createRequire(import.meta.url)("solc");
const read = (path) => ({ contents: readFileSync(join(here, "node_modules", path), "utf8") });
const input = {
  language: "Solidity",
  sources: { "CliffWallet.sol": { content: readFileSync(join(here, "CliffWallet.sol"), "utf8") } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "CliffWallet.sol": { CliffWallet: ["evm.bytecode.object"] } },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
const failed = (output.errors ?? []).filter((error) => error.severity === "error");
if (failed.length) throw new Error(failed[0].formattedMessage);
process.stdout.write(output.contracts["CliffWallet.sol"].CliffWallet.evm.bytecode.object);
