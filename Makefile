# taavon: `make demo`, `make test`, `make lint`, `make bench`, `make clean`. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SECONDS ?= 40

.PHONY: demo test test-slow lint bench clean setup

demo: $(VENV)/.run
	$(BIN)/taavon run examples/khorasan_razavi --round ramadan-1399 --out out/demo --seconds $(SECONDS) --overwrite

test: $(VENV)/.dev
	$(BIN)/pytest -n auto -m "not slow"

test-slow: $(VENV)/.dev
	$(BIN)/pytest -n auto -m slow

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: $(VENV)/.dev

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run_demo.py

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit("taavon needs Python 3.11 or newer; name one with make PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
