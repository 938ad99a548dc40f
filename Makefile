# tallywire. `make` alone lists the targets; each sets up what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_MAJOR_MIN := 20
# Each process of the tests has a PostgreSQL of its own; the tests of one file stay together. Tests wait for a third of their
# time, so there is one process more than there are cores on a small machine. Modules are compiled once, whatever the machine
# is set to: the tests start tallywire some dozens of times.
TEST_PROCESSES ?= 3
WEB_SOURCES := $(shell find web/src web/*.html web/*.ts web/*.js web/*.json data/*/maps example_queries -type f -not -path '*/generated/*' 2>/dev/null) gql/schema/schema.graphql tallywire/client/operations.graphql

.DEFAULT_GOAL := help
.PHONY: client wheel wheel-check help setup demo docs test check bench night soak clean lock pictures browser clients redis faketime

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/ready web/dist/ready ## .venv with everything in it, and the browser apps

$(VENV)/ready: locks/development.txt pyproject.toml
	@echo "Once, and for some minutes: the packages, then the browser apps"
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "tallywire needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/development.txt
	mkdir -p web/dist example_queries
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

web/dist/ready: $(VENV)/ready web/package-lock.json $(WEB_SOURCES)
	BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/node npm --prefix web ci --ignore-scripts --no-audit --no-fund --loglevel=error
	BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/node npm --prefix web run build
	touch $@

browser: $(VENV)/ready ## a Chromium for the browser tests, where the machine has none
	@BIN=$(abspath $(BIN)) .ci/browser

clients: $(VENV)/ready ## graphql-ws, graphql-sse, Apollo and gql, as outlets use them, for the tests
	@BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/clients

client: $(VENV)/ready ## tallywire/client/generated anew, from the schema and its operations
	@BIN=$(abspath $(BIN)) .ci/client

redis: ## a Redis for the tests of the doorbell, where the machine has none
	@.ci/redis

faketime: ## a libfaketime for the tests of moved clocks, where the machine has none
	@.ci/faketime

demo: setup ## the real election night of Bangkok 2022: live board, GraphiQL, API on one port
	$(BIN)/tallywire demo $(DEMO)

docs: setup ## the documentation as a site, in site/: open site/index.html
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "site/index.html; with search: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8001"

test: setup browser clients redis faketime ## every test
	BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/node npm --prefix web test
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(TESTS)

check: setup ## style, types, imports, locks, known faults of dependencies, what the schema promised
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/node npm --prefix web run check
	.ci/locks
	BIN=$(abspath $(BIN)) NODE_MAJOR_MIN=$(NODE_MAJOR_MIN) .ci/node $(BIN)/python .ci/audit.py
	$(BIN)/python -m gql.schema.changes
	@BIN=$(abspath $(BIN)) .ci/client --check
	@git diff --quiet -- examples/typescript/tallywire.ts || { echo "examples/typescript/tallywire.ts was not what the schema says; it is now: commit it" >&2; exit 1; }

wheel: setup ## dist/tallywire-….whl, with the browser apps, the example elections and queries inside
	rm -rf dist
	$(BIN)/python -m hatchling build --target wheel --directory dist

wheel-check: wheel ## the wheel in an environment of its own: the demo, its pages and its API
	@BIN=$(abspath $(BIN)) .ci/wheel

bench: setup ## every benchmark, and docs/performance.md with its plots made from them (BENCH=--quick)
	$(BIN)/python -m bench $(BENCH)

night: setup ## the whole night at full speed against a server of its own, then fsck
	$(BIN)/python -m bench.night

soak: setup redis faketime ## seeded steps against a model, then a storm: everything is killed and cut under load
	EVERY_FAULT=1 $(BIN)/python -m pytest -q -s tests/simulation/test_each_step_of_decisions.py
	$(BIN)/python -m bench.soak $(SOAK)

pictures: setup browser ## every page as a picture, in docs/images, and docs/pages.md that shows them
	$(BIN)/python -m bench.pictures $(PICTURES)

lock: ## pin every version anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/production.txt
	uv pip compile pyproject.toml --extra tracing --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/production-tracing.txt
	uv pip compile pyproject.toml --extra parquet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/production-parquet.txt
	uv pip compile pyproject.toml --extra tracing --extra parquet --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/development.txt
	uv pip compile --group pyproject.toml:client-codegen --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/client-codegen.txt
	uv pip compile --group pyproject.toml:node --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file locks/node.txt

clean: ## away with everything that setup made
	rm -rf $(VENV) site web/dist web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
