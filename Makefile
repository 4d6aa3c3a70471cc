# Two commands: `make run` fine-tunes a model and shows what changed; `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = @echo "Installing into $(VENV): some minutes, with nothing to see meanwhile." && $(BIN)/python -m pip install --quiet --editable
# Two workers, since most of a test keeps one core busy; tests/conftest.py says which tests stay together and which come first.
SIDE_BY_SIDE := -n 2 --dist loadscope --no-loadscope-reorder

.PHONY: run test check lint soak colab lab notebooks site bench clean

run: $(VENV)/installed
	$(BIN)/gpt2lab demo

test: lint
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --durations=40 --durations-min=10

check: lint  ## the quick tests only
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow and not notebook and not browser and not sandbox and not colab"

lint: $(VENV)/installed-test
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet

soak: $(VENV)/installed-test  ## the tests that can go on for longer, at length: more examples, seeds and kills
	GPT2LAB_TEST_SOAK=1 $(BIN)/python -m pytest $(SIDE_BY_SIDE) -m soak

colab: $(VENV)/installed-test  ## every notebook with the versions of Google Colab, in an environment of 3 GB in .colab
	$(BIN)/python -m pytest -m colab

lab: $(VENV)/installed-lab
	$(BIN)/jupyter lab notebooks

notebooks: $(VENV)/installed-test  ## build the student's and the solved notebooks from notebooks/source
	$(BIN)/gpt2lab notebooks

site: $(VENV)/installed-site  ## the solved notebooks and docs/ as pages with a search, in site/; runs no notebook
	$(BIN)/python docs/site/build.py site

bench: $(VENV)/installed-bench  ## gpt2lab beside gpt-2-simple and transformers, about an hour; fills the table of benchmarks/README.md
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gpt2lab needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) .
	touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) ".[test]"
	touch $@ $(VENV)/installed

$(VENV)/installed-lab: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) ".[lab]"
	touch $@ $(VENV)/installed

$(VENV)/installed-bench: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) ".[bench]"
	touch $@ $(VENV)/installed

$(VENV)/installed-site: pyproject.toml | $(VENV)/bin/python
	$(INSTALL) ".[site]"
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) .colab benchmarks/.cache site build dist *.egg-info .pytest_cache .hypothesis
