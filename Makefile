# Lectern: `make run` starts the product, `make test` proves it, `make help` lists the rest.
#
# Ch 13 · Planning for Operations: one command sets up and starts everything, on any computer

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.lectern-run
TEST_STAMP := $(VENV)/.lectern-test
CLIENTS_STAMP := $(VENV)/.lectern-clients
TRAINING_STAMP := $(VENV)/.lectern-training
SYNTHESIS = $(or $(LECTERN_HOME),.lectern)/synthesis
WHEELS := wheelhouse
PYTEST_OPTIONS ?=
EXAMPLES_FROM ?= tests/api/test_tour.py tests/api/test_shares.py tests/api/test_webhooks.py $(wildcard tests/api/test_project*.py)
DOMAINS ?= dictation medicine poverty-research ruby

# A folder of wheels, where there is one, is all that is asked for packages
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
PIP_FROM = $(if $(wildcard $(WHEELS)/.complete),--no-index --find-links $(WHEELS))
BUILDS_WITH = setuptools -c constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-test setup-training run test test-all test-chaos lint format types imports bench bench-first-run bench-fairness \
	bench-memory evaluate domains gate wheelhouse readme screenshots settings-table words openapi examples statuses fuzz clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- setting up ------------------------------------------------------------------------------

setup: $(STAMP)  ## Install what the product needs into .venv (run does it by itself)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
		echo "There is no '$(PYTHON)'. Lectern needs Python 3.11 or newer; name it with"; \
		echo "    make run PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Lectern needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) -V 2>&1`."; \
		echo "Name a newer one with    make run PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu:"; \
		echo "    sudo apt install python3-venv"; exit 1; }
	@echo "Making an environment in $(VENV) (some seconds) ..."
	@$(PYTHON) -m venv $(VENV)

# Without build isolation: nothing is fetched that constraints.txt does not name
$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Lectern into $(VENV): about 450 MB, once, a minute or two ..."
	@$(PIP) install --quiet $(PIP_FROM) $(BUILDS_WITH)
	@$(PIP) install --quiet $(PIP_FROM) -c constraints.txt --no-build-isolation -e .
	@$(BIN)/python -m compileall -q app worker ui deploy data || true
	@touch $@

setup-test: $(TEST_STAMP) $(CLIENTS_STAMP)  ## Install what the tests need as well

$(TEST_STAMP): $(STAMP)
	@echo "Installing what the tests need, torch too: about 320 MB, once, a minute or two ..."
	@$(PIP) install --quiet $(PIP_FROM) -c constraints.txt --no-build-isolation -e '.[test]'
	@touch $@

# Older versions of OpenAI's client, each in a folder of its own
$(CLIENTS_STAMP): tests/clients/openai-1.txt tests/clients/openai-2.txt | $(TEST_STAMP)
	@$(BIN)/python -m tests.support.clients $(PIP_FROM)
	@touch $@

# What synthesis needs is GPL-3 in part: an environment of its own, never the product's
setup-training: $(TRAINING_STAMP) $(SYNTHESIS)/.complete  ## Install what it takes to adapt a model to a domain

$(TRAINING_STAMP): $(STAMP)
	@echo "Installing what training needs: about 320 MB, once, a minute or two. Where the package index"
	@echo "gives torch for graphics cards, it is some GB ..."
	@$(PIP) install --quiet $(PIP_FROM) -c constraints.txt --no-build-isolation -e '.[training]'
	@touch $@

$(SYNTHESIS)/.complete: data/synthesis/requirements.txt | $(BIN)/python
	@echo "Installing speech synthesis into $(SYNTHESIS): about 200 MB, once, half a minute ..."
	@$(PYTHON) -m venv $(SYNTHESIS)
	@$(SYNTHESIS)/bin/python -m pip --disable-pip-version-check --no-input install --quiet $(PIP_FROM) \
		-r data/synthesis/requirements.txt
	@touch $@

# -- using it --------------------------------------------------------------------------------

run: $(STAMP)  ## Start the product; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.local

# -- proving it ------------------------------------------------------------------------------

test: $(TEST_STAMP) $(CLIENTS_STAMP)  ## All tests but the slowest (some minutes)
	$(BIN)/python -m pytest -m "not slow" $(PYTEST_OPTIONS)

test-all: $(TEST_STAMP) $(CLIENTS_STAMP)  ## All tests
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

test-chaos: $(TEST_STAMP)  ## 300 recordings while everything breaks (some minutes)
	$(BIN)/python -m tests.chaos --database both --out evaluation/results/chaos.json

check-%: $(TEST_STAMP)  ## The tests of one chapter of the book, e.g. make check-13
	$(BIN)/python -m pytest --chapter $* $(PYTEST_OPTIONS)

lint: $(TEST_STAMP)  ## Style: ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(TEST_STAMP)  ## Put the source into its style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(TEST_STAMP)  ## Types: mypy, strict
	$(BIN)/mypy

imports: $(TEST_STAMP)  ## Which package may import which: import-linter
	$(BIN)/lint-imports

# -- measuring it ----------------------------------------------------------------------------

bench: $(TEST_STAMP)  ## Speed and word error rate beside faster-whisper's own call (long)
	@echo "Measuring the recogniser on real speech; this takes long and says how far it is ..."
	$(BIN)/python -m evaluation.bench

bench-memory: $(TEST_STAMP)  ## Memory of every process over ten minutes, an hour, ten hours (long)
	@echo "Transcribing eleven hours and watching the memory; a quarter of an hour on two cores ..."
	$(BIN)/python -m evaluation.bench.memory

bench-first-run: $(TEST_STAMP)  ## From a clone to the first transcript, timed (three minutes)
	@echo "Cloning the last commit and setting it up from nothing; about three minutes ..."
	$(BIN)/python -m evaluation.first_run

bench-fairness: $(TEST_STAMP)  ## What a short recording waits for in a crowd (four minutes)
	@echo "Sending short recordings alone, behind long ones and behind bulks; about four minutes ..."
	$(BIN)/python -m evaluation.bench.fairness

evaluate: $(TEST_STAMP)  ## All runs of the evaluation suite again (long; goes on where it was)
	@echo "Hearing every corpus with every model, alone and as served; this takes long and can be stopped ..."
	$(BIN)/python -m evaluation all

domains: $(TEST_STAMP) $(TRAINING_STAMP) $(SYNTHESIS)/.complete  ## Train and judge the shipped domains again (hours; goes on where it was)
	@echo "Adapting whisper-base to every shipped domain; about an hour each on two cores, can be stopped ..."
	@for name in $(DOMAINS); do $(BIN)/python -m worker.adaptation make $$name --commit || exit 1; done

gate: $(TEST_STAMP)  ## Hold the committed runs against the reviewed thresholds (seconds)
	$(BIN)/python -m evaluation gate

# -- keeping it ------------------------------------------------------------------------------

wheelhouse: $(BIN)/python  ## Fetch all packages into ./wheelhouse, to install without an index
	@echo "Fetching about 940 MB of packages into $(WHEELS) (a minute or two) ..."
	@rm -rf $(WHEELS).part $(WHEELS)
	@$(PIP) wheel --quiet -w $(WHEELS).part $(BUILDS_WITH)
	@$(PIP) install --quiet $(BUILDS_WITH)
	@$(PIP) wheel --quiet -w $(WHEELS).part -c constraints.txt --no-build-isolation '.[test]'
	@$(PIP) wheel --quiet -w $(WHEELS).part -r data/synthesis/requirements.txt
	@$(PIP) wheel --quiet -w $(WHEELS).part -r tests/clients/openai-1.txt
	@$(PIP) wheel --quiet -w $(WHEELS).part -r tests/clients/openai-2.txt
	@rm -f $(WHEELS).part/lectern_speech-*.whl
	@echo '*' > $(WHEELS).part/.gitignore
	@touch $(WHEELS).part/.complete
	@mv $(WHEELS).part $(WHEELS)
	@echo "Done. From now on nothing is fetched; copy the folder to install elsewhere."

openapi: $(STAMP)  ## Write docs/openapi.json anew, the description of the API
	$(BIN)/python -m deploy.openapi

examples: $(TEST_STAMP)  ## Record the examples of the description from the API's tests, then write it
	LECTERN_RECORD_EXAMPLES=$(CURDIR)/app/described/examples.json \
		$(BIN)/python -m pytest -q -k "not postgres" $(EXAMPLES_FROM) $(PYTEST_OPTIONS)
	$(BIN)/python -m deploy.openapi

statuses: $(TEST_STAMP)  ## Let the description name every status that the API's tests see, then write it
	LECTERN_RECORD_EXAMPLES=$(CURDIR)/app/described/examples.json LECTERN_RECORD_MISSING=1 \
		$(BIN)/python -m pytest -q -k "not postgres" $(or $(STATUSES_FROM),tests/api) $(PYTEST_OPTIONS)
	$(BIN)/python -m deploy.openapi

fuzz: $(TEST_STAMP)  ## Many random requests to every operation, new ones each time (long)
	$(BIN)/python -m tests.fuzz.run --max-examples 200 --seed $$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')

screenshots: $(TEST_STAMP)  ## Take the pictures of the README again (needs Chromium)
	$(BIN)/python -m deploy.screenshots

readme: $(STAMP)  ## Rewrite what the README has from results files and settings
	@$(BIN)/python -m deploy.readme

words: $(STAMP)  ## Bring the words of the screen up to date, and say which are not translated
	@$(BIN)/python -m ui.words update

settings-table: $(STAMP)  ## Print the table of settings, as in the README
	@$(BIN)/python -m deploy.settings_table

clean:  ## Remove what was installed and cached; recordings and transcripts stay
	rm -rf $(VENV) $(WHEELS).part build *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.lectern/*' -prune -exec rm -rf {} +
