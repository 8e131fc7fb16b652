# Everything here works from nothing: git, make and Python 3.11 or newer are enough.
#
#   make demo      gitopslint on an example with findings, one without, and a pair of repositories from either side
#   make test      every check that a change must pass
#   make generate  write the generated files
#   make lint      ruff and mypy alone
#   make bench     the table of speed against other programs, which it installs (half an hour)
#   make tools     what the tests use from npm, where node is there
#   make fuzz      fuzzing with coverage: `make fuzz SECONDS=600`
#   make mutation  small faults in our code, and whether the tests notice: `make mutation MODULES="checks/moves"`
#   make lock      write requirements-dev.txt anew after a change of the dependencies
#   make audit     ask whether a pinned dependency has a known weakness (needs a network)
#   make sbom      write dist/sbom.json, what an installation consists of
#   make clean     remove everything that make has made
#
# `make test PYTHON=python3.13` chooses the Python; otherwise the first one that is new enough is taken.

.DEFAULT_GOAL := test
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: demo test generate lint tools clean pytest stale-files fuzz mutation lock audit sbom bench

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
# A stamp is as old as its installation: a changed pyproject.toml installs again, an unchanged one does not.
MADE := $(VENV)/.stamp-made
RUN := $(VENV)/.stamp-run
DEV := $(VENV)/.stamp-dev
NPM := tests/tools/node_modules/.stamp
PYTEST_WORKERS ?= 2
SECONDS ?= 60
MODULES ?=

demo: $(RUN)
	@echo '$$ gitopslint check examples/web-core'
	@$(BIN)/gitopslint check examples/web-core; code=$$?; \
	if [ $$code -ne 1 ]; then echo "make demo: the example must end with 1 (findings), not $$code" >&2; exit 1; fi
	@echo
	@echo '$$ gitopslint check examples/clean'
	@$(BIN)/gitopslint check examples/clean
	@echo
	@echo '$$ gitopslint check examples/synestra-platform'
	@$(BIN)/gitopslint check examples/synestra-platform --exit-zero
	@echo
	@echo '$$ gitopslint check examples/web-core --platform examples/synestra-platform --select platform'
	@$(BIN)/gitopslint check examples/web-core --platform examples/synestra-platform --select platform --exit-zero

test: lint stale-files tools pytest

lint: $(DEV)
	@echo '== ruff'
	@$(BIN)/ruff check --quiet
	@echo '== mypy'
	@$(BIN)/mypy --no-error-summary

stale-files: $(DEV)
	@echo '== generated files'
	@$(BIN)/python -m tools.generate --check

pytest: $(DEV)
	@echo '== pytest'
	@$(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) --dist worksteal

generate: $(DEV)
	@$(BIN)/python -m tools.generate
	@$(BIN)/python -m tests.support.said

bench: $(DEV)
	@$(BIN)/python -m bench

tools: $(NPM)

clean:
	@echo '== remove $(VENV), caches and builds'
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache build dist tests/tools/node_modules
	@find $(wildcard src tests tools bench) -name __pycache__ -prune -exec rm -rf {} +

fuzz: $(DEV)
	@$(PIP) install --group fuzz
	@$(BIN)/python -m tests.fuzz $(SECONDS)

mutation: $(DEV)
	@$(PIP) install --group mutation
	@$(BIN)/python -m bench.mutation map
	@$(BIN)/python -m bench.mutation try $(MODULES)
	@$(if $(MODULES),,$(BIN)/python -m bench.mutation page)

lock: $(DEV)
	@$(PIP) install --group supply-chain
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --quiet --custom-compile-command 'make lock' --output-file requirements-dev.txt

audit: $(DEV)
	@$(PIP) install --group supply-chain
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements-dev.txt || { \
		echo 'make audit: a weakness was found, or the service that knows them could not be asked: see above' >&2; exit 1; }

sbom: $(DEV)
	@$(BIN)/python -m tools.sbom dist/sbom.json

$(MADE):
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -m venv $(VENV) && touch $@ && exit 0; \
		echo "make: $$python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; \
	done; \
	echo 'make: no Python 3.11 or newer (tried: $(PYTHON)): install one, or name it: make PYTHON=python3.13' >&2; exit 1

$(RUN): $(MADE) pyproject.toml
	@echo '== install gitopslint into $(VENV)'
	@$(PIP) install --editable .
	@touch $@

# What the tests run with is pinned by hash, hatchling included, so nothing else is fetched to build ourselves.
$(DEV): $(MADE) pyproject.toml requirements-dev.txt
	@echo '== install gitopslint into $(VENV), and what the tests need'
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(RUN) $@

$(NPM): tests/tools/package.json
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then \
		echo '== node or npm is not installed: tests that need npm tools will be skipped'; exit 0; \
	fi; \
	echo '== install npm tools of the tests'; \
	if (cd tests/tools && npm install --no-package-lock --no-audit --no-fund --silent); then touch $@; \
	else echo 'make: npm install failed: tests that need npm tools will be skipped' >&2; fi
