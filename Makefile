# Everything a newcomer or CI runs. Needs python3 (3.11 or newer), python3-venv and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Compiled once, and not again in each of some thousand processes of the tests.
unexport PYTHONDONTWRITEBYTECODE
# Tests wait for servers more than they compute: three for each of two cores keep both busy.
WORKERS ?= 6
PARALLEL := --numprocesses $(WORKERS) --dist worksteal

.PHONY: demo test unit lint bench soak docs site screenshots dist deb clean

# gvma at work on a private Asterisk: sync, message, NOTIFY, change, sync again.
demo: $(VENV)/installed
	$(BIN)/gvma demo

# One sync, two Asterisk hosts on one PostgreSQL: a host and a media server are lost.
.PHONY: demo-many
demo-many: $(VENV)/installed
	$(BIN)/gvma demo --hosts 2

# All tests, with real Asterisk 16 and 22, PostgreSQL and HAProxy; fetches what is missing (about 250 MB, once).
test: lint asterisks
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_FLAGS)

# What needs neither downloads nor servers: some minutes on two cores.
unit: $(VENV)/tested
	$(BIN)/python -m pytest $(PARALLEL) -m 'not long' tests/unit $(PYTEST_FLAGS)

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: asterisks
asterisks: $(VENV)/tested
	$(BIN)/python -m tests.harness.servers.asterisks

# Speed and memory as ratios in one run.
bench: $(VENV)/tested asterisks
	$(BIN)/python -m tests.bench

# The long experiments: kills at every write, faults, PIN races, hundreds of cron runs.
soak: $(VENV)/tested asterisks
	$(BIN)/python -m pytest tests/soak $(PYTEST_FLAGS)

# Pages that are made from the code; a test compares them.
docs: $(VENV)/installed
	$(BIN)/python -c 'from gvma.check.catalogue import as_markdown; print(as_markdown(), end="")' >docs/checks.md
	$(BIN)/python -m gvma.cli.pages
	$(BIN)/python -m gvma.cli.man

# The pages as a static site. A link that leads nowhere, or a page that no chapter has, ends it.
SITE ?= build/site
site: .venv-site/installed
	.venv-site/bin/sphinx-build --quiet --fail-on-warning --keep-going -c release/site . $(SITE)

# Pictures of the pages of gvma web, for the docs.
screenshots: $(VENV)/tested asterisks
	$(BIN)/python -m release.screenshots

dist: $(VENV)/tested
	$(BIN)/python -m build

# Debian packages for Debian 12 and 13, with all that gvma needs inside.
deb: dist
	$(BIN)/python -m release.deb.build --python 3.11 --python 3.13 --out dist

clean:
	rm -rf $(VENV) .venv-site build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tested: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $(VENV)/installed $@

.venv-site/installed: release/site/requirements.txt
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
