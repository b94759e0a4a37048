// Makes the standard tree of a list's values anew, loads the list itself, and writes tree, values and proofs to stdout.
import { readFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const file = JSON.parse(readFileSync(process.argv[2], "utf8"));
const made = StandardMerkleTree.of(file.values.map((each) => each.value), file.leafEncoding);
const loaded = StandardMerkleTree.load(file);
loaded.validate();
if (loaded.root !== made.root) throw new Error("the list and its values have different roots");
const readme = StandardMerkleTree.of(
  [["0x1111111111111111111111111111111111111111", "5000000000000000000"],
    ["0x2222222222222222222222222222222222222222", "2500000000000000000"]],
  ["address", "uint256"],
);
const { tree, values } = made.dump();
const proofs = values.map((_, index) => loaded.getProof(index));
process.stdout.write(JSON.stringify({ tree, values, root: made.root, proofs, readme: [readme.root, readme.getProof(0)] }));
