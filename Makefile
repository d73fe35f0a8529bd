# All targets make .venv first (locked packages, hashes checked); a second run needs no network.
# PYTHON=/path/to/python3.12 names the interpreter; without it a Python 3.11 or newer is looked for.
.DEFAULT_GOAL := help
.PHONY: help demo test verifier check bench kills coverage docs conformance lock clean
export PYTHON
BIN := .venv/bin
OUT ?= out

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F"|" "{printf \"%-18s %s\\n\", \$$1, \$$2}"

demo:  ## measures a real small classifier on real chest X-rays, decides, signs, verifies, writes the certificate
	@tools/environment test
	@$(BIN)/python -m measurand demo --out $(OUT)

test:  ## all tests that need no other program (those are in make conformance)
	@tools/environment test
	@$(BIN)/python -m pytest tests verifier/tests --ignore tests/conformance --ignore tests/browser

verifier:  ## the second verifier alone: its wheel in an environment of its own, on two test vectors
	@tools/environment test
	@tools/verifier

check:  ## formatter, linter, strict types, floors, doctests, schema drift
	@tools/environment check
	@$(BIN)/ruff format --check src tests tools benchmarks verifier
	@$(BIN)/ruff check src tests tools benchmarks verifier
	@$(BIN)/mypy --strict src verifier/src
	@$(BIN)/python -m pytest -q -p no:cacheprovider --doctest-modules --ignore=src/measurand/sector src $(CHECKS)

bench:  ## start times, a table of 100,000 rows, live runs: seconds and memory
	@tools/environment test
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/live_run.py

kills:  ## kills a live run of 10,000 items at 100 random moments (long)
	@tools/environment test
	@MEASURAND_KILLS=100 $(BIN)/python -m pytest tests/live/test_kills.py -q -s

coverage:  ## seeded coverage study with known truth, written to docs/coverage.md (long)
	@tools/environment test
	@$(BIN)/python benchmarks/coverage.py --out docs/coverage.md

conformance:  ## agreement with other programs, what needs the libraries of extras, and pages in a real browser
	@tools/environment conformance
	@$(BIN)/python -m pytest tests/conformance tests/browser tests/scoring tests/instrument tests/importer/test_datasets.py

docs:  ## the pages of docs/ as a site
	@tools/environment docs
	@$(BIN)/python -m mkdocs build --strict

lock:  ## new requirements/*.txt (needs the network)
	@tools/lock --upgrade

clean:  ## removes the environment and what was built
	@rm -rf .venv site dist build out .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Fast tests about the house itself: imports, start, words; and that the committed schemas are those of the documents.
CHECKS := tests/test_floors.py tests/test_start.py tests/test_words.py tests/test_glossary.py tests/test_documentation.py \
	tests/test_procedure_page.py $(wildcard tests/document/test_schema*.py)
