# One word per job. A fresh clone needs Python >= 3.11, make, and the network for the first `make setup`.

PYTHON := .venv/bin/python
SETUP := .venv/setup-done
CODE := chain proposals governance treasury dao tests benchmarks docs

.PHONY: setup demo test lint format docs bench clean

setup: $(SETUP)

# The stamp is newer than what it was made from, so a second `make setup` does nothing.
$(SETUP): pyproject.toml constraints.txt
	@set -e; for candidate in python3.13 python3.12 python3.11 python3; do \
	    if $$candidate -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; \
	    then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "make setup needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: python3-venv)." >&2; exit 1; fi; \
	if [ ! -x $(PYTHON) ]; then echo "Making .venv with $$found."; $$found -m venv .venv; fi
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[devnet,ipfs,dev]"
	@touch $@

# A whole proposal, from draft to payout and its decision record, in ./demo, which is made anew.
demo: setup
	@rm -rf demo
	.venv/bin/dao demo --dir demo

test: setup
	$(PYTHON) -m pytest -n auto --maxprocesses 8 --dist loadfile

lint: setup
	.venv/bin/ruff check $(CODE)
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/mypy

format: setup
	.venv/bin/ruff format $(CODE)
	.venv/bin/ruff check --fix $(CODE)

# The real help texts into docs/reference/cli.md; a test compares them.
docs: setup
	$(PYTHON) -m docs.refresh_help

# Ratios of one run on this machine; each script rewrites its own figures below benchmarks/.
bench: setup
	@set -e; for script in benchmarks/*.py; do echo "$$script"; $(PYTHON) $$script; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
