# Needs Python 3.11 or newer, make, and a package index. Everything else is installed into $(VENV).
#
#   make test PYTHON=python3.12      another interpreter (the environment is made anew)
#   make test PYTEST_ARGS="-k slo"   some of the tests

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
# One more than there are cores: tests wait for the programs that they start.
WORKERS ?= $(shell python3 -c "import os; print((os.cpu_count() or 1) + 1)")
# make mutation MUTATION_ARGS="--max-children 1 'platform_gate.scalars*'": one process, some of the mutants
MUTATION_ARGS ?=
# make bench BENCH_ARGS="--sizes 1,1000 --peers ajv-cli --runs 7"
BENCH_ARGS ?=
# make fuzz MUTANTS=1000000
MUTANTS ?= 200000
# make fuzz HISTORIES=1000
HISTORIES ?= 200

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input

# A stamp is the proof of a finished step; an interrupted step leaves none. The first one carries the interpreter's
# name, so that another PYTHON makes another environment.
CREATED := $(VENV)/.created-with-$(subst /,-,$(PYTHON))
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.installed-dev
MUTATED := $(VENV)/.installed-mutation
ENGINES := $(VENV)/.installed-engines
EMULATED := $(VENV)/.installed-ci
READERS := .tools/.installed
RELEASED := $(VENV)/.installed-release

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-strict-reader test-engines test-ci lock release-check check lint types format docs docs-site coverage fuzz mutation bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## judge the example fleets with the shipped policy: one typed, one measured
	@$(BIN)/platform-gate check examples/services; echo "exit code $$?"
	@echo; $(BIN)/platform-gate check --as-of 2026-11-25 --measurements examples/measured/measurements.jsonl examples/measured/services; echo "exit code $$?"

test: $(DEVELOPED) ## run the tests
	@$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

# The fast reader only accepts what the strict one reads alike: without it the answers must be the same.
test-strict-reader: $(DEVELOPED) ## run the tests of documents, judging and hostile files without the fast reader
	@PLATFORM_GATE_STRICT_READER=1 $(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) --dist loadgroup tests/documents tests/judging tests/hostile $(PYTEST_ARGS)

test-engines: $(ENGINES) ## the same sums on Spark as on DuckDB: needs Java 17, and downloads 450 MB
	@$(BIN)/python -m pytest --quiet --numprocesses 0 tests/engines $(PYTEST_ARGS)

check: lint types docs-site test ## everything a change must pass: format, lint, types, documentation site, tests

lint: $(DEVELOPED) ## formatting and lint, changing nothing
	@$(BIN)/ruff format --quiet --check || { echo "Run 'make format'." >&2; exit 1; }
	@$(BIN)/ruff check --quiet

types: $(DEVELOPED) ## mypy, strict
	@$(BIN)/mypy

format: $(DEVELOPED) ## format the code and fix what can be fixed
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

docs: $(DEVELOPED) ## write the generated parts of the documentation anew
	@$(BIN)/python docs/tidy_schemas.py
	@$(BIN)/python docs/generate.py
	@$(BIN)/python docs/generate_cli.py

docs-site: $(DEVELOPED) ## build the documentation site in build/site; a broken link fails
	@NO_MKDOCS_2_WARNING=true $(BIN)/python -m mkdocs build --strict --quiet

test-ci: $(EMULATED) $(READERS) ## recipes and the Action under emulators, reports under foreign validators; needs a package index and npm
	@$(BIN)/python -m pytest --quiet -m ci $(PYTEST_ARGS)

lock: $(EMULATED) ## lock what the Action and the container install: the latest releases that are a week old
	@$(BIN)/uv pip compile pyproject.toml --extra fast --extra html --upgrade --exclude-newer "7 days" --universal --python-version 3.11 --generate-hashes --quiet --custom-compile-command "make lock" --output-file action/lock.txt > /dev/null

release-check: $(RELEASED) ## build twice, compare, check, and install what would be published; dist/ holds it with its SBOM
	@BIN=$(BIN) bash .ci/release-check

coverage: $(DEVELOPED) ## run the tests and show lines and branches that none of them reaches
	@$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) --dist loadgroup --cov --cov-report=term-missing $(PYTEST_ARGS)

fuzz: $(DEVELOPED) ## ten times as many mutants of manifests and policies, and random histories of pull requests, as the tests make
	@PLATFORM_GATE_MUTANTS=$(MUTANTS) PLATFORM_GATE_HISTORIES=$(HISTORIES) $(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) --dist loadgroup tests/hostile/test_fuzz.py tests/test_model_based.py $(PYTEST_ARGS)

mutation: $(MUTATED) ## break the core in thousands of places: the tests must notice
	@$(BIN)/mutmut run $(MUTATION_ARGS)
	@$(BIN)/python tests/mutation.py

bench: $(INSTALLED) ## measure the gate beside its peers; fails where a goal is missed: a quarter of an hour
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

clean: ## remove the environment and every cache
	rm -rf $(VENV) .bench .tools mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage .coverage.* build dist

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("platform-gate needs Python 3.11 or newer: make PYTHON=python3.x")'
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(INSTALLED): $(CREATED) pyproject.toml
	@$(PIP) install --editable .
	@touch $@

$(DEVELOPED): $(CREATED) pyproject.toml
	@$(PIP) install --editable '.[dev]'
	@touch $(INSTALLED) $@

$(ENGINES): $(DEVELOPED)
	@$(PIP) install --editable '.[dev,engines]'
	@touch $@

$(EMULATED): $(DEVELOPED)
	@$(PIP) install --editable '.[dev,ci]'
	@touch $@

# Programs of npm, as their lock has them; none of their scripts runs.
$(READERS): tests/ci/npm/package-lock.json
	@mkdir -p .tools && cp tests/ci/npm/package.json tests/ci/npm/package-lock.json .tools/
	@npm ci --prefix .tools --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(RELEASED): $(DEVELOPED)
	@$(PIP) install --editable '.[dev,release]'
	@touch $@

$(MUTATED): $(DEVELOPED)
	@$(PIP) install --editable '.[dev,mutation]'
	@touch $@
