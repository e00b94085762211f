# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
INSTALLED = $(VENV)/.installed

.PHONY: demo test lint docs pictures clean

# The example is broken on purpose: the audit exits with 1, and the target checks that it does.
demo: $(INSTALLED)
	@$(BIN)/pgready audit examples/premium-apps; code=$$?; \
	  if [ $$code -ne 1 ]; then echo "expected NOT READY (exit code 1), got exit code $$code"; exit 1; fi; \
	  echo; echo "That is the expected answer: the example is broken on purpose. Open the report above in a browser."

test: $(INSTALLED) lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(INSTALLED)
	$(BIN)/python docs/generate.py
	$(BIN)/sphinx-build -W --keep-going -n -q -b html docs docs/_build
	@echo "open docs/_build/index.html"

# Needs a Chromium.
pictures: $(INSTALLED)
	$(BIN)/python docs/pictures.py

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@# Only for the axe.min.js in it; what it needs to drive a browser of its own is not used.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist docs/_build
