# The first two are all that a newcomer needs: `make run`, `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check format bench screenshots lock clean

run: .venv/installed  ## Install, migrate, serve on http://127.0.0.1:8000
	@echo "Starting…"
	@$(BIN)/python -m spotistats.serving

test: .venv/installed-dev  ## Run all tests
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/installed-dev  ## Format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev  ## Measure; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

screenshots: .venv/installed-dev  ## Pictures of every page, into screenshots/
	$(BIN)/python -m tests.browser.screenshots

lock: .venv/installed-dev  ## Make the lock files anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:  ## Remove all that was made here, but nothing of the instance folder
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Spotistats needs Python 3.11 or newer: make PYTHON=python3.11 …" if sys.version_info < (3, 11) else 0)'
	@echo "Installing (once)…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
