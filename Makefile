# Two commands for a newcomer: `make run` and `make test`. Both may be repeated; nothing outside .venv is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_OUT ?=

.PHONY: run test check lint types contract lock clean

run: $(VENV)/.installed
	@$(BIN)/forewarned demo $(if $(DEMO_OUT),--out $(DEMO_OUT))

test: $(VENV)/.test-installed
	@$(BIN)/pytest

check: lint types contract

lint: $(VENV)/.test-installed
	@echo "==> ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.test-installed
	@echo "==> mypy --strict"; $(BIN)/mypy

contract: $(VENV)/.test-installed
	@echo "==> import contract"; $(BIN)/lint-imports

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Python is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "==> making $(VENV)"; $(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml requirements.txt | $(BIN)/python
	@echo "==> installing (about a minute the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-installed: requirements-test.txt | $(VENV)/.installed
	@echo "==> installing what the tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

# Pins every package with its hashes; the files name no registry. Needs uv (`pip install uv`).
lock:
	uv pip compile pyproject.toml lock-build.in --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml lock-build.in --extra test --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements-test.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
