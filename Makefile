# Every target works on a fresh clone: what it needs is set up first. `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python
STAMP := .venv/.ready
PROVIDER := tests/oidc_provider/node_modules/.package-lock.json
PAGE_SOURCES := $(wildcard wall/*.html wall/*.json wall/*.ts) $(shell find wall/src wall/public -type f)
.DEFAULT_GOAL := help
.PHONY: help up setup test test-parts test-whole check fmt test-unit test-wall test-compose looks baselines faults bench locks sbom audit clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

up: setup ## set everything up and run the demo city: http://127.0.0.1:8000/
	.venv/bin/dunghen up $(ARGS)

setup: $(STAMP) services/api/static/index.html deploy/kafka/jars/.ready ## only the set-up: Python packages, Kafka's jars, the pages

$(STAMP): requirements/dev.lock pyproject.toml
	@deploy/need python3 && echo "set-up 1/3: Python packages"
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

deploy/kafka/jars/.ready: deploy/kafka/pom.xml
	@deploy/need java mvn && echo "set-up 2/3: Apache Kafka"
	@deploy/kafka/fetch-jars && touch $@

$(PROVIDER): tests/oidc_provider/package-lock.json
	@deploy/need node npm && echo "for tests: an OIDC provider"
	@cd tests/oidc_provider && npm ci --silent --ignore-scripts
	@touch $@

services/api/static/index.html: $(PAGE_SOURCES)
	@deploy/need node npm && echo "set-up 3/3: the pages"
	@cd wall && npm ci --silent && npm run --silent build
	@touch $@

test: setup $(PROVIDER) ## set everything up and test it: checks, unit, contract, integration, end to end, faults, browser
	@deploy/need chromium go promtool amtool redis-server
	$(MAKE) --no-print-directory check
	$(MAKE) --no-print-directory -j2 test-parts test-whole
	$(MAKE) --no-print-directory test-wall

test-parts: setup $(PROVIDER) # the half that is seen while it runs
	$(PY) -m pytest tests/unit tests/contract tests/fitness tests/integration

test-whole: setup $(PROVIDER) # beside it, on servers and ports of its own; said when it is over
	@mkdir -p build; ( $(PY) -m pytest tests/e2e tests/faults; one=$$?; $(PY) -m pytest tests/browser && exit $$one ) > build/test-whole.log 2>&1; \
		ended=$$?; cat build/test-whole.log; exit $$ended

check: $(STAMP) ## format, lint, types, import contracts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

fmt: $(STAMP) ## format and fix what can be fixed
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

test-unit: $(STAMP) ## only the unit tests: under 5 seconds
	$(PY) -m pytest tests/unit -m "not slow"

test-wall: services/api/static/index.html ## the pages' own tests
	cd wall && npm test --silent

looks: setup ## compare pictures of all pages and failure states with tests/browser/baselines
	$(PY) -m pytest tests/browser/test_looks.py

baselines: setup ## take the pictures anew that the browser tests compare with: tests/browser/baselines
	BASELINES=take $(PY) -m pytest tests/browser/test_looks.py

test-compose: ## docker compose up on stand-in images, post, read the map, kill containers (needs a Docker engine)
	tests/compose/run

FAULT_SEEDS ?= 1
faults: setup ## the long fault runs, seeds 1 to FAULT_SEEDS, resumed where they stopped; FAULT_SEED=17: only that one. Results in docs/reliability.md
	$(PY) -m tests.faults.run $(if $(FAULT_SEED),--seed $(FAULT_SEED),--seeds $(FAULT_SEEDS))

bench: setup ## ingest beside plain peers, scoring, recovery at a million dossiers, end to end: one JSON line a measurement (about 10 minutes)
	.venv/bin/dunghen bench ingest --peers
	.venv/bin/dunghen bench scoring
	.venv/bin/dunghen bench recovery --runs 1
	.venv/bin/dunghen bench e2e

locks: ## renew the hashed locks from pyproject.toml
	deploy/lock

sbom: $(STAMP) ## a bill of materials (CycloneDX) of each image out of its lock: build/sbom
	$(PY) -m tools.sbom build/sbom

audit: $(STAMP) ## known vulnerabilities of every locked package; fails too where one could not be checked (needs OSV, npm's registry)
	$(PY) -m tools.audit $(ARGS)

clean: ## remove what set-up and runs left
	rm -rf .venv .dunghen build wall/node_modules tests/oidc_provider/node_modules services/api/static deploy/kafka/jars tests/mongo_server/bin
