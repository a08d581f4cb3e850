# The menu. Every target does one thing; `make setup` is all the preparation there is.
PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.tools/bin/uv)
BIN := .venv/bin

.PHONY: help setup demo demo-stack test check lint types imports sql definitions integration soak bench fuzz dev intake stack-up stack-down stack-status clean

help:            ## this menu
	@grep -E '^[a-z-]+: .*##|^[a-z-]+: +##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.locked  ## uv and the locked environment in .venv

.venv/.locked: uv.lock pyproject.toml | $(UV)
	$(UV) sync --locked --compile-bytecode
	$(BIN)/python -m compileall -q $(dir $(wildcard */__init__.py))
	@touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

demo: setup      ## the whole way on invented sample data, no server needed
	$(BIN)/allmende demo

demo-stack: setup  ## the same on the real servers, compared with folders file by file
	$(BIN)/allmende stack up && ALLMENDE_PROFILE=stack $(BIN)/allmende demo --against-embedded

test: setup      ## all tests that need no server
	$(BIN)/pytest -n 2 -m "not integration"

check: setup lint types imports sql definitions  ## everything but the tests

lint: setup      ## ruff
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup     ## mypy, strict
	$(BIN)/mypy

imports: setup   ## which room may import which
	$(BIN)/lint-imports

sql: setup       ## dbt parse and sqlfluff
	$(BIN)/python -m orchestration.dbt_parse && cd dbt_project && ../$(BIN)/sqlfluff lint models tests

definitions: setup  ## Dagster definitions load
	$(BIN)/dg check defs

integration: setup  ## tests against real servers (installs what is missing under ~/.cache/datenallmende)
	infra/native/install.sh && $(BIN)/pytest -m integration tests/integration

killed: setup    ## the main job on folders, killed at random moments, ends where an undisturbed one does
	$(BIN)/pytest -m integration tests/orchestration

soak: setup      ## failure tests at length: KILLS=200 kills of the publisher, every fault of wire and servers
	ALLMENDE_SOAK=$(or $(KILLS),200) $(BIN)/pytest -s --timeout=7200 tests/integration/faults

bench: setup     ## benchmarks beside peers; rewrites docs/benchmarks.md
	$(UV) sync --locked --quiet --group bench
	$(BIN)/python -m tests.bench.run; speed=$$?; $(BIN)/python -m tests.bench.pollution.run --docs && exit $$speed

fuzz: setup      ## coverage-guided fuzzing, 60 s for the reader and 60 s for the standards
	$(UV) sync --locked --quiet --group fuzz
	for target in read judge; do $(BIN)/python -m tests.fuzz.$$target .fuzz/$$target -artifact_prefix=.fuzz/ \
		-max_total_time=$(or $(SECONDS_EACH),60) -max_len=3000 -timeout=20 -rss_limit_mb=3000 || exit 1; done

dev: setup       ## the Dagster UI with its daemon
	$(BIN)/allmende dev

intake: setup    ## the upload portal of the clerks
	$(BIN)/allmende intake serve

stack-up: setup  ## the real servers on this machine; installs what is missing
	$(BIN)/allmende stack up

stack-down: setup  ## end those servers; their data stays
	$(BIN)/allmende stack down

stack-status: setup  ## what of it runs, and where
	$(BIN)/allmende stack status

clean:           ## removes the environment and the demo's state
	rm -rf .venv .tools .allmende
