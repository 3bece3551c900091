# The words people and CI call. Only Python 3.11+ and make are needed; everything else goes into .venv/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps
ARGS ?=
JOBS ?= 2

.PHONY: help demo test test-fast check fmt lock bench faults fuzz screenshots messages clean

help:
	@echo "make demo        run the whole main job on the seed, then serve the site (ARGS=--once ends after the summary)"
	@echo "make test        everything CI runs: checks, the whole suite, coverage"
	@echo "make test-fast   architecture and units, under a minute"
	@echo "make check       lint, types, import contract, catalogues"
	@echo "make fmt         format the code"
	@echo "make bench       benchmarks: ratios in one run"
	@echo "make faults      the full fault set"
	@echo "make fuzz        the full fuzz set"
	@echo "make lock        resolve the requirements anew"

# --- set-up: a stamp per lock file, so that a second run installs nothing -------------------------------------------

$(BIN)/python:
	@echo "==> making the environment in $(VENV)/"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "==> installing what the program needs (about half a minute)"
	@$(PIP) -r requirements/run.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "==> installing what the tests need (about half a minute)"
	@$(PIP) -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

# --- what people do ---------------------------------------------------------------------------------------------------

demo: $(VENV)/.run
	@$(BIN)/distributor demo $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python tests/support/machine.py
	@$(MAKE) --no-print-directory check
	@echo "==> tests"
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report= $(ARGS)
	@$(BIN)/python tests/support/coverage_gate.py

test-fast: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -n $(JOBS) -m "not slow" tests/architecture tests/unit $(ARGS)

check: $(VENV)/.dev
	@echo "==> ruff" && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@echo "==> mypy" && $(BIN)/mypy
	@echo "==> import contract" && $(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

fmt: $(VENV)/.dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(VENV)/.dev
	@for script in tests/benchmarks/bench_*.py; do echo "==> $$script"; $(BIN)/python $$script || exit 1; done

faults: $(VENV)/.dev
	@DISTRIBUTOR_TEST_FAULTS=full $(BIN)/python -m pytest -q -s tests/faults $(ARGS)

fuzz: $(VENV)/.dev
	@DISTRIBUTOR_TEST_FUZZ=full $(BIN)/python -m pytest -q tests/fuzz $(ARGS)

screenshots: $(VENV)/.dev
	@$(BIN)/python tests/support/screenshots.py

lock: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra dev --extra postgres pyproject.toml --output-file requirements/dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra build --constraint requirements/dev.txt pyproject.toml --output-file requirements/run.txt

clean:
	@rm -rf var/demo .pytest_cache .mypy_cache .ruff_cache .coverage htmlcov
