# Everything a person does here. `make` prints this list; each target's help stands behind `##`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PACKAGES = shared gateway orchestrator konstruct
OURS = konstruct konstruct-shared konstruct-gateway konstruct-orchestrator
NPM = "$(BIN)/python" portal/npm.py
PIP = "$(BIN)/python" bootstrap/environment.py install
LOCKED = --no-deps --require-hashes -r
PAGE = portal/dist/index.html
ARGS ?=
# Tests mostly wait, so two processes share them, a file to each; those of one file stay in order.
SIDE_BY_SIDE = -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: environment help up portal wheels install install-dev node test unit newcomer bench portal-figures pictures chaos check portal-check format lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

up: install portal ## install what is needed and run the whole product (ARGS="--port 8001" to pass options)
	@"$(BIN)/konstruct" up $(ARGS)

portal: $(PAGE) ## build the web page the gateway serves at / (with the machine's Node, or one from a wheel)

wheels: install node ## build the wheels to dist/, the web page and the migrations within
	@"$(BIN)/python" -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation \
		-w dist $(foreach p,$(PACKAGES),./packages/$(p))
	@ls dist/*.whl

install: $(VENV)/installed ## make the virtual environment with the locked dependencies

install-dev: $(VENV)/installed-dev ## the same with what tests and checks need

test: install-dev portal ## run every test against real PostgreSQL, Valkey and browser (ARGS="-k chat" to choose)
	@"$(BIN)/python" -m pytest $(SIDE_BY_SIDE) $(ARGS)

unit: install-dev ## run the unit tests alone: seconds, no server
	@"$(BIN)/python" -m pytest tests/unit -x $(ARGS)

newcomer: install-dev portal ## time a newcomer's way: clone, make up, browser, first answer (minutes)
	@"$(BIN)/python" -m pytest -m newcomer tests/newcomer $(ARGS)

bench: install-dev ## measure Konstruct beside the same hops done bare, and beside Chainlit (ARGS="--only one")
	@"$(BIN)/python" -m benchmarks $(ARGS)

portal-figures: install-dev portal ## measure the web page in a real browser; fails over budget (ARGS="--json")
	@"$(BIN)/python" -m benchmarks.portal_figures $(ARGS)

pictures: install-dev portal ## take the README's pictures of the web page anew
	@"$(BIN)/python" -m benchmarks.pictures

chaos: install-dev ## break the running product in every way we know and see what holds (ARGS="--list")
	@"$(BIN)/python" -m chaos $(ARGS)

check: install-dev portal-check ## lint, formatting, strict types, layers, the page's tests and types
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports"

portal-check: install portal
	@$(NPM) run --silent check:wire
	@$(NPM) run --silent check
	@$(NPM) run --silent test

format: install-dev ## rewrite the code in the agreed format
	@"$(BIN)/ruff" format .
	@"$(BIN)/ruff" check --fix .

lock: install-dev ## resolve the dependencies anew and write requirements*.lock with hashes
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate packages/*/pyproject.toml --all-extras \
		--group pyproject.toml:build $(foreach p,$(OURS),--no-emit-package $(p)) \
		-o requirements.lock
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate packages/*/pyproject.toml --group pyproject.toml:build \
		$(foreach p,$(OURS),--no-emit-package $(p)) -c requirements.lock \
		-o requirements-server.lock
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --group pyproject.toml:dev -c requirements.lock \
		-o requirements-dev.lock
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --group pyproject.toml:node -o requirements-node.lock
	@"$(BIN)/uv" pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-annotate --group pyproject.toml:telegram -o tests/counterparts/telegram.lock

clean: ## remove the virtual environment and caches; the data directory stays
	rm -rf "$(VENV)" portal/node_modules portal/dist dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A half-made one, of a Python without venv or of an interrupted try, is made anew.
environment:
	@"$(BIN)/python" -c 'import pip' 2>/dev/null || { \
		command -v "$(PYTHON)" >/dev/null || { \
			echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name one: make up PYTHON=python3.12" >&2; exit 1; }; \
		"$(PYTHON)" bootstrap/environment.py make "$(VENV)"; }

# The lock is the whole set, so nothing else is resolved or fetched (--no-deps, hashes required).
$(VENV)/installed: requirements.lock $(wildcard packages/*/pyproject.toml) | environment
	@echo "Installing the locked dependencies (about a minute the first time) ..."
	@$(PIP) $(LOCKED) requirements.lock
	@$(PIP) --no-deps --no-build-isolation $(foreach p,$(PACKAGES),-e packages/$(p))
	@touch "$@"

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing what the tests need ..."
	@$(PIP) $(LOCKED) requirements-dev.lock
	@touch "$@"

# Which Node builds the page: the machine's, or one installed from a wheel where it has none.
node: | environment
	@$(NPM) --found || { \
		echo "No Node 20.19 or newer here: installing one into $(VENV) ..."; \
		$(PIP) $(LOCKED) requirements-node.lock; }

portal/node_modules/.package-lock.json: portal/package-lock.json | node
	@echo "Installing what the web page is built from ..."
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch "$@"

$(PAGE): portal/node_modules/.package-lock.json portal/index.html portal/door.html \
		portal/vite.config.ts portal/vite.loader.config.ts \
		$(shell find portal/src portal/public -type f -not -name '*.test.ts*' -not -path '*/.*')
	@echo "Building the web page ..."
	@$(NPM) run --silent build -- --logLevel warn
