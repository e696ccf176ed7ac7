# taavon. Needs nothing but make, Python 3.11 or newer with its venv module, and the package index.
#   make demo        run the Khorasan Razavi example end to end
#   make test        the tests (make test-slow: the long ones)
#   make test-roads  the tests of real roads, with Python 3.12 in a .venv of their own
#   make lint        style, types and import walls
#   make bench       what the demo costs (time, memory, transport cost) and saves, and how far rounding drifts
#   make bench-allocation   how fast shares are computed, by size and method
#   make bench-tagging      tagging to proven optimality, up to 255 warehouses x 17,829 outlets
#   make bench-catchments   how fast people are assigned to outlets: 100,000 cells, 5,000 outlets
#   make bench-service      what the answers of the service cost
#   make bench-variants     how near the proven optimum every variant of routing is solved
#   make bench-joint        what tagging and routing together saves over tag, then route
#   make bench-large        time, memory and routes of 20,000 stops
#   make clean       remove what these commands made
# PYTHON names the Python of a new .venv: make demo PYTHON=python3.12; ROADS_PYTHON that of .venv-roads.

PYTHON ?= python3
ROADS_PYTHON ?= python3.12
SECONDS ?= 40
VENV := .venv
ROADS_VENV := .venv-roads
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# A Python that is asked for by name makes .venv anew if another version made it; otherwise the .venv that is there stays.
VERSION := import platform; print(platform.python_version())
MADE := $(VENV)/.made
ifneq ($(origin PYTHON),file)
MADE := $(VENV)/.made-$(shell $(PYTHON) -c '$(VERSION)')
endif

.DELETE_ON_ERROR:
.PHONY: demo test test-slow test-roads lint bench bench-allocation bench-tagging bench-catchments bench-service bench-variants bench-joint bench-large setup clean

demo: $(VENV)/.compiled
	@echo "Running the round ramadan-1399 of the example; the search for routes takes $(SECONDS) seconds."
	$(BIN)/taavon run examples/khorasan_razavi --round ramadan-1399 --out out/demo --seconds $(SECONDS) --overwrite

test: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python -m pytest -n logical --maxprocesses 8 -m "not slow"

test-slow: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python -m pytest -n logical --maxprocesses 8 -m slow

test-roads: $(ROADS_VENV)/.made
	TAAVON_REQUIRE_ROADS=1 $(ROADS_VENV)/bin/python -m pytest -n logical --maxprocesses 8 -m roads

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python benchmarks/drift.py
	$(BIN)/python benchmarks/run_demo.py --seconds $(SECONDS)
	$(BIN)/python benchmarks/khorasan_razavi.py --seconds $(SECONDS)

bench-allocation: $(VENV)/.dev
	@$(PIP) --editable '.[bench]'
	$(BIN)/python benchmarks/allocation.py

bench-tagging: $(VENV)/.dev
	$(BIN)/python benchmarks/tagging.py

bench-catchments: $(VENV)/.dev
	$(BIN)/python -m benchmarks.catchments

bench-service: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python -m benchmarks.service

bench-variants: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python benchmarks/variants.py

bench-joint: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python benchmarks/joint.py

bench-large: $(VENV)/.dev $(VENV)/.compiled
	$(BIN)/python benchmarks/large.py

setup: $(VENV)/.dev $(VENV)/.compiled

# Each step leaves its mark only when it has succeeded: a step that was cut short is done again.
$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "taavon needs Python 3.11 or newer, and $(PYTHON) is not. Name one that is: make $(MAKECMDGOALS) PYTHON=python3.11"; \
	    exit 1; }
	@echo "Making $(VENV) with $(PYTHON)."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $(VENV)/.made $(VENV)/.made-$$($(BIN)/python -c '$(VERSION)')

$(VENV)/.run: $(MADE) pyproject.toml constraints.txt
	@echo "Installing what taavon needs into $(VENV): once, some minutes."
	@$(PIP) --editable .
	@touch $@

# Kept outside the repository, in the user's cache, by the state of these files: see optimizer/search/kernel/cache.py.
$(VENV)/.compiled: $(VENV)/.run $(wildcard optimizer/search/kernel/*.py)
	@echo "Compiling the search for routes: once, half a minute."
	@$(BIN)/python -m optimizer.compile
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Installing what the tests and checks need into $(VENV)."
	@$(PIP) --editable '.[dev]'
	@touch $@

# The road engines come as wheels for Python 3.12 and newer only.
$(ROADS_VENV)/.made: pyproject.toml constraints.txt
	@echo "Making $(ROADS_VENV) with $(ROADS_PYTHON), and installing taavon and the road engines into it: once, some minutes."
	@$(ROADS_PYTHON) -m venv --clear $(ROADS_VENV)
	@$(ROADS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[dev,test-roads]'
	@touch $@

clean:
	rm -rf $(VENV) $(ROADS_VENV) out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
