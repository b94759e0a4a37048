"""Compile the devnet's contracts into artifacts: `python -m chain.clients.contracts.build`, for developers only."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from chain.clients.contracts import NAMES
from chain.keccak import keccak256

HERE = Path(__file__).parent


def compile_contract(name: str, folder: Path = HERE) -> str:
    """Compile one contract of a folder and return the text of its artifact; wants the `dev` extra."""
    import vyper  # type: ignore[import-untyped]
    from vyper.compiler import compile_code  # type: ignore[import-untyped]

    source = (folder / f"{name}.vy").read_text(encoding="utf-8")
    compiled = compile_code(source, output_formats=["abi", "bytecode", "bytecode_runtime", "layout"])
    layout = compiled["layout"]
    assert "code_layout" not in layout, "an immutable would give every deployment another code hash"
    artifact = {
        "abi": compiled["abi"],
        "bytecode": compiled["bytecode"].removeprefix("0x"),
        "compiler": f"vyper {vyper.__version__}",
        "runtime_code_hash": keccak256(bytes.fromhex(compiled["bytecode_runtime"].removeprefix("0x"))).hex(),
        "slots": {variable: place["slot"] for variable, place in layout["storage_layout"].items()},
        "source_sha256": hashlib.sha256(source.encode()).hexdigest(),
    }
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write every artifact."""
    (HERE / "artifacts").mkdir(exist_ok=True)
    for name in NAMES:
        (HERE / "artifacts" / f"{name}.json").write_text(compile_contract(name), encoding="utf-8")


if __name__ == "__main__":
    main()
