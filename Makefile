# `make demo` and `make test` need python3 with its venv module, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The part of the tests that takes a minute and needs no server: what is run on every Python.
FAST := tests/ack tests/iam tests/text tests/kustomize tests/rules tests/report tests/suppression tests/gate tests/live/test_redaction.py tests/live/test_redaction_corpus.py

.PHONY: help demo test test-fast test-long test-slow lint types site dist clean

help:
	@echo "make demo       install into .venv, run the gate over manifests/, then break, diagnose and mend an embedded cell"
	@echo "make test       install into .venv and run the tests"
	@echo "make test-fast  a part of the tests, for another Python: make test-fast PYTHON=python3.13 VENV=.venv-3.13"
	@echo "make test-long  the tests of a second or more that make test leaves out; both must pass before a change lands"
	@echo "make test-slow  all tests, also those of minutes"
	@echo "make lint       ruff: rules and format"
	@echo "make types      mypy --strict"
	@echo "make site       the documentation as a site, in site/; broken links fail"
	@echo "make dist       build the wheel, and a single file that runs where there is no pip: dist/checker"

# Installed anew when what is to be installed changes.
$(VENV)/base: pyproject.toml constraints.txt checker/version.py
	@$(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[live,demo]'
	@touch $@

$(VENV)/dev: $(VENV)/base
	@echo "installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/docs: $(VENV)/base
	@echo "installing what the site is built with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	@touch $@

demo: $(VENV)/base
	$(BIN)/checker static manifests
	$(BIN)/checker demo

# One more than there are cores: some tests wait for time-outs.
WORKERS ?= $(shell python3 -c "import os; print((os.cpu_count() or 1) + 1)")

# kustomize and helm, for the tests that render: beside Python, where they are not on PATH.
$(VENV)/renderers: $(VENV)/dev scripts/renderers.py
	@$(BIN)/python scripts/renderers.py
	@touch $@

test: $(VENV)/renderers
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not long"

test-long: $(VENV)/renderers
	$(BIN)/python -m pytest -n $(WORKERS) -m "long and not slow"

test-fast: $(VENV)/dev
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not long" $(FAST)

test-slow: $(VENV)/renderers
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev
	$(BIN)/mypy

site: $(VENV)/docs
	$(BIN)/zensical build --strict --clean

$(VENV)/dist: $(VENV)/dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dist]'
	@touch $@

# The single file holds what is compiled for this system and this Python, and runs there without pip.
dist: $(VENV)/dist
	$(BIN)/python -m build --wheel --outdir dist .
	$(BIN)/pex '.[live]' --console-script checker --constraints constraints.txt --venv --python-shebang '/usr/bin/env python3' --output-file dist/checker

clean:
	rm -rf $(VENV) dist site .cache
