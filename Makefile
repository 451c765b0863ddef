# Everything runs in .venv, made from requirements.lock. Python ≥ 3.11 and make are all that is needed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)
BIN := .venv/bin
UV := $(BIN)/uv pip
CYPHERFMT := $(BIN)/node .cypherfmt/node_modules/@neo4j-cypher/language-support/dist/esm/formatting/cli.mjs
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --silent
PAGE := $(shell find page -type f -not -path 'page/node_modules/*')
SPARK := pyspark py4j
ARGS ?=
# Each starts engines of its own: 4 GB of memory.
WORKERS ?= 2
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist worksteal
export UV_PYTHON := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast fuzz lint format page wheel bench lock clean chromium postgresql spark

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r t h; do printf '  make %-10s %s\n' "$$t" "$$h"; done

demo: .venv/ready page ## the example brand from files to findings; NEO4J=1: on a real Neo4j; ARGS=--no-serve: then end
	@$(BIN)/refnet demo $(if $(NEO4J),--neo4j) $(ARGS)

test: .venv/ready page chromium postgresql spark ## every test, on the embedded engine and on two real Neo4j servers; WORKERS=4: more at once
	$(PYTEST) $(ARGS)

test-fast: .venv/ready page chromium postgresql ## what takes no real server, and no test of many seconds
	$(PYTEST) -m 'not slow' $(ARGS)

fuzz: .venv/ready ## look for input that breaks a reader; ARGS="--seconds 60", --target csv
	$(BIN)/python -m tests.fuzz $(ARGS)

lint: .venv/ready .cypherfmt/node_modules page/node_modules ## formatting, types, import rule, Cypher, compose file, the page
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(CYPHERFMT) --check cypher
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(NPM) --prefix page run check

format: .venv/ready .cypherfmt/node_modules page/node_modules ## format Python, Cypher and the page
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(CYPHERFMT) cypher
	$(NPM) --prefix page run format

page: api/static/index.html ## build what the API serves at /

wheel: .venv/ready page ## dist/refnet-….whl, the page in it
	$(BIN)/python -m build --wheel --no-isolation

bench: .venv/ready ## speed beside the peers, in one run; what there is is in docs/benchmarks.md
	$(BIN)/python -m bench $(ARGS)

lock: .venv/ready ## lock the newest versions that pyproject.toml allows
	$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --all-extras --group dev --group fuzz \
		$(SPARK:%=--no-emit-package %) pyproject.toml -o requirements.lock
	sed -n 's/^spark = \["\(.*\)"\]/\1/p' pyproject.toml | \
		$(UV) compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 - -o spark.lock

clean: ## remove what was made here, the demo's graph included
	-@test -x $(BIN)/refnet && for home in .refnet .refnet/demo*; do REFNET_HOME=$$home $(BIN)/refnet engine stop; done
	rm -rf .venv .refnet .cypherfmt/node_modules page/node_modules api/static build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "refnet needs Python 3.11 or later: none is on the PATH."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) sync --quiet --require-hashes requirements.lock
	@$(UV) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.cypherfmt/node_modules: .cypherfmt/package-lock.json .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --loglevel=error --prefix .cypherfmt >/dev/null
	@touch $@

# Built anew when something of the page has changed; vite writes index.html last.
api/static/index.html: $(PAGE) page/node_modules
	@echo "building the page"
	@$(NPM) --prefix page run build -- --logLevel warn
	@touch $@

page/node_modules: page/package-lock.json | .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --loglevel=error --prefix page >/dev/null
	@touch $@

chromium: # for the page's tests; where it is missing and cannot be had they are skipped in one line, under CI they fail
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
		command -v $$name >/dev/null && exit 0; done; \
	test -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" && exit 0; \
	test "$$(id -u)" = 0 && command -v apt-get >/dev/null || exit 0; \
	echo "fetching Chromium for the page's tests"; \
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } >/dev/null 2>&1 || \
		echo "Chromium cannot be fetched here"

spark: .venv/ready ## Apache Spark for `refnet analyze --engine spark`: half a gigabyte, so only when asked for
	@$(BIN)/python -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pyspark") is None)' || { \
		echo "fetching Apache Spark"; $(UV) install --quiet --require-hashes --no-deps -r spark.lock || \
		echo "Apache Spark cannot be fetched here"; }

postgresql: # for the tests of databases, which start one of their own; likewise
	@command -v pg_ctl >/dev/null && exit 0; ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 && exit 0; \
	test "$$(id -u)" = 0 && command -v apt-get >/dev/null || exit 0; \
	echo "fetching PostgreSQL for the tests of databases"; \
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql; } \
		>/dev/null 2>&1 || echo "PostgreSQL cannot be fetched here"
