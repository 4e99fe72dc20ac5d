# Every target says what it does; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/.ready
WORDS := build/translations.ready
CATALOGUES := $(shell find shared gateway services -name messages.po 2>/dev/null)
FAST := not stack and not browser and not plant and not fuzz and not fault
PARALLEL = -n $(shell python3 -c "import os; print(os.cpu_count() * 3 // 2)")  # many tests wait
export NPM_CONFIG_UPDATE_NOTIFIER := false

.PHONY: help env up down status restart logs demo-data test test-stack test-pages fuzz faults mutants bench lint fmt check assets jars \
	translations translations-compile lock migration migrate topics verify

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  DATA=folder and PORT=number stand for a second stack: make up DATA=.tandem-b PORT=8500"

env: $(READY)  ## the Python environment, from requirements.lock
	@:

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	@echo "Installing requirements.lock …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@.venv/bin/uv pip sync --quiet --require-hashes --python $(PY) requirements.lock
	@touch $@

up: env  ## start everything; returns when it is ready, with the address and the accounts
	@$(MAKE) --no-print-directory -j3 assets translations-compile $(if $(KAFKA_BOOTSTRAP),,jars)
	@$(PY) -m deploy.dev up

down: env  ## stop everything; the data stay
	@$(PY) -m deploy.dev down

status: env  ## each process: pid, port, memory, ready
	@$(PY) -m deploy.dev status

restart: env  ## renew one process under way, with new code: NAME=rfp
	@$(PY) -m deploy.dev restart

logs: env  ## follow the logs; NAME=rfp for those of one process
	@$(PY) -m deploy.dev logs

demo-data: env  ## fill the running stack with the demo, if that has not been done
	@$(PY) -m deploy.dev demo-data

test: env assets translations-compile  ## every test but fuzz and faults, with real processes and Chromium where there is one
	$(PY) -m pytest -q -m "not stack and not browser and not fault and not fuzz" $(PARALLEL)
	@$(MAKE) --no-print-directory --output-sync=target -j2 test-stack test-pages  # they mostly wait

test-stack: env
	$(PY) -m pytest -q -m "stack or browser" --ignore=tests/browser

test-pages: env  # in a folder of its own: a run that begins closes the common one to PostgreSQL, for root
	@folder=$$(mktemp -d) && trap "rm -rf $$folder" EXIT && \
		$(PY) -m pytest -q -m "stack or browser" --basetemp=$$folder/of tests/browser

fuzz: env assets translations-compile  ## made-up requests and bad input to every operation and form
	$(PY) -m pytest -q -s -m fuzz $(PARALLEL)

faults: env assets translations-compile  ## all rounds of the faults, ROUNDS times; the table in build/faults.json
	FAULT_ROUNDS=$(or $(ROUNDS),1) $(PY) -m pytest -q -m fault tests/faults

mutants: env assets translations-compile  ## change the rules a little, thousands of times: do tests notice? ONLY='*awards*' asks for some
	@PYTHONPATH=.:tests VIRTUAL_ENV=$(CURDIR)/.venv .venv/bin/uv run --quiet --no-project --with mutmut==3.8.1 \
		python -m support.mutants $(if $(ONLY),'$(ONLY)')

check: lint  ## lint, types, import rules and the fast tests
	@$(MAKE) --no-print-directory assets translations-compile
	$(PY) -m pytest -q -m "$(FAST)" $(PARALLEL)

bench: env assets translations-compile  ## speed and memory beside a bare service; ten minutes
	@PYTHONPATH=.:tests $(PY) -m bench

lint: env  ## ruff, mypy, import rules, catalogues
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m shared.web.catalogues check

fmt: env  ## let ruff put the code in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

assets: env  ## styles, scripts and icons under hashed names
	@$(PY) -m shared.web.assets

jars: env
	@$(PY) -m deploy.kafka.jars

translations: env  ## gather new sentences into the catalogues; say what lacks its Chinese
	@$(PY) -m shared.web.catalogues update

translations-compile: $(WORDS)  ## make the catalogues ready for use
	@:

$(WORDS): $(READY) $(CATALOGUES)
	@$(PY) -m shared.web.catalogues compile
	@mkdir -p $(@D) && touch $@

lock: env  ## renew requirements.lock from pyproject.toml; what is locked stays where it can
	.venv/bin/uv pip compile pyproject.toml --group embedded --group dev --universal \
		--generate-hashes --no-header --quiet -o requirements.lock

migration: env  ## write the revisions that are missing; MESSAGE="What changes"
	@$(PY) -m deploy.migration "$(or $(MESSAGE),Initial)"

migrate: env  ## bring the running databases to the newest revision
	@$(PY) -m deploy.dev run -m deploy.migrate

topics: env  ## make the topics that the broker lacks
	@$(PY) -m deploy.dev run -m deploy.kafka.topics

verify: env  ## check the audit of the five databases against their checkpoints
	@$(PY) -m deploy.dev run -m gateway.commands verify
