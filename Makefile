# `make help` explains every target. Nothing has to be installed first but Python 3.11 or newer and, without a
# Docker engine, JDK 17 and Maven.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
OUT    ?= out/demo
WIRE   ?= services/console/newswire
QUESTIONS ?= 96
CONTEST ?= seven_arms
DOCS   ?=
BUDGET ?= 45m
OPTIONS ?=
KEEP   ?=
SECURE ?=
NODES  ?=
PYTEST := $(BIN)/python -m pytest
# Tests without servers run in as many processes as there are cores, each of them on one thread.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist worksteal
# Tests with servers spend much of their time waiting for these: they run in two processes, each with its own servers.
# Long ones come first, so that both end together.
WITH_SERVERS := -n 2 --dist loadfile --no-loadscope-reorder -m "e2e and not cluster" tests/e2e tests/contract
export HF_HUB_OFFLINE = 1
# Tests start hundreds of processes: what these import is compiled once, whatever the environment wants.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo decide up down status test test-fast test-cluster lint format docs lock bench clean

help: ## Explain every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Install exactly what requirements.lock says into .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "installing from requirements.lock (about 7 GB with PyTorch, once)"
	@$(BIN)/uv pip sync --compile-bytecode --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## The whole way once: stream, fine-tune, ask, compare (WIRE=, QUESTIONS=96|all, CONTEST=, OUT=, KEEP=1, SECURE=1, NODES=3)
	@$(BIN)/tiltyard demo --wire $(WIRE) --out $(OUT) --questions $(QUESTIONS) --contest $(CONTEST) $(if $(filter 1,$(KEEP)),--keep) $(if $(filter 1,$(SECURE)),--secure) $(if $(NODES),--nodes $(NODES))

decide: $(STAMP) ## From your documents to a decision (DOCS=folder|file.jsonl|feed address, BUDGET=45m, OPTIONS=); without DOCS on the sample
	@$(BIN)/tiltyard decide $(if $(DOCS),$(DOCS),--wire $(WIRE)) --budget $(BUDGET) $(OPTIONS)

up: $(STAMP) ## Start Kafka and Cassandra (with Docker if its engine runs, else from their jars), topics and schema
	@if docker info >/dev/null 2>&1; then docker compose up -d --wait kafka cassandra; else $(BIN)/tiltyard up; fi
	@$(BIN)/tiltyard setup

down: $(STAMP) ## Stop the services and both servers; data stays
	@if docker info >/dev/null 2>&1; then docker compose down; fi
	@$(BIN)/tiltyard down

status: $(STAMP) ## Show what runs
	@$(BIN)/tiltyard status

test: $(STAMP) ## Every test, with the real Kafka, Cassandra and models
	@OMP_NUM_THREADS=1 $(PYTEST) $(SIDE_BY_SIDE) -m "not e2e"
	@$(PYTEST) $(WITH_SERVERS)

test-fast: $(STAMP) ## The tests that need neither servers nor long simulations, in about five minutes
	@OMP_NUM_THREADS=1 $(PYTEST) $(SIDE_BY_SIDE) -m "not e2e and not long"

test-cluster: $(STAMP) ## The tests with three nodes of each server, and with two installations at once
	@$(PYTEST) -m cluster tests/e2e

lint: $(STAMP) ## Format check, lint and types
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

format: $(STAMP) ## Format the sources
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: $(STAMP) ## Write what is derived from the code: pages of docs, schemas, .env.example, the dashboard
	@$(BIN)/python docs/generate.py && $(BIN)/ruff format --quiet docs

lock: ## Resolve the dependencies anew into requirements.lock
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv; }
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
		--extra all --extra dev pyproject.toml -o requirements.lock

bench: $(STAMP) ## Measure speed, memory and freshness; see bench/README.md
	@$(BIN)/python -m bench.run

clean: $(STAMP) ## Stop everything and delete data, logs and results; keeps .venv, jars and models
	@$(BIN)/tiltyard demo --stop; $(BIN)/tiltyard down
	@rm -rf out .tiltyard/demo .tiltyard/kafka* .tiltyard/cassandra* .tiltyard/security .tiltyard/retriever .tiltyard/logs .tiltyard/run
