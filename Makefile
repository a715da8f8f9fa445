# Everything a person does here. `make` prints this list; each target's help stands behind `##`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PACKAGES = shared gateway orchestrator konstruct
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help up portal install install-dev test unit bench check format lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

up: install ## install what is needed and run the whole product (ARGS="--port 8001" to pass options)
	@"$(BIN)/konstruct" up $(ARGS)

portal: ## build the web page the gateway serves at / (needs Node 20.19 or newer, with npm)
	@command -v npm >/dev/null || { \
		echo "The web page is built with Node: install Node 20.19 or newer, which brings npm." >&2; exit 1; }
	@cd portal && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build

install: $(VENV)/installed ## make the virtual environment with the locked dependencies

install-dev: $(VENV)/installed-dev ## the same with what tests and checks need

test: install-dev ## run every test against real PostgreSQL and Valkey (ARGS="-k chat" to choose)
	@"$(BIN)/python" -m pytest $(ARGS)

unit: install-dev ## run the unit tests alone: seconds, no server
	@"$(BIN)/python" -m pytest tests/unit -x $(ARGS)

bench: install-dev ## measure one message's way beside the same hops done bare
	@"$(BIN)/python" -m benchmarks.one_message $(ARGS)

check: install-dev ## lint, formatting, strict types, layers
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports"

format: install-dev ## rewrite the code in the agreed format
	@"$(BIN)/ruff" format .
	@"$(BIN)/ruff" check --fix .

lock: install-dev ## resolve the dependencies anew and write requirements*.lock with hashes
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate packages/*/pyproject.toml --group pyproject.toml:build \
		--no-emit-package konstruct --no-emit-package konstruct-shared \
		--no-emit-package konstruct-gateway --no-emit-package konstruct-orchestrator \
		-o requirements.lock
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --group pyproject.toml:dev -c requirements.lock \
		-o requirements-dev.lock

clean: ## remove the virtual environment and caches; the data directory stays
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Konstruct needs Python 3.11 or newer; '$(PYTHON)' is older. Name one: make up PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the virtual environment in $(VENV) ..."
	@"$(PYTHON)" -m venv "$(VENV)"

# The lock is the whole set, so nothing else is resolved or fetched (--no-deps, hashes required).
$(VENV)/installed: requirements.lock $(wildcard packages/*/pyproject.toml) | $(VENV)/bin/python
	@echo "Installing the locked dependencies (about a minute the first time) ..."
	@"$(BIN)/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@"$(BIN)/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation \
		$(foreach p,$(PACKAGES),-e packages/$(p))
	@touch "$@"

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing what the tests need ..."
	@"$(BIN)/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch "$@"
