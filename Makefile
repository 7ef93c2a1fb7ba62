# The commands of the README. Everything is installed into .venv; Python 3.11 or newer is needed.
PYTHON ?= python3
BIN := .venv/bin
# on all processors, a file's tests in one process: they share what is dear to make
TESTS := $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile

.PHONY: demo test check run bench chaos clean

.venv/ready: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Paomo needs Python 3.11 or newer; run make PYTHON=python3.12 ..."; exit 2; }
	@echo "Installing 120 packages into .venv, 1.2 GB on disk: a few minutes, once."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

# DEMO=--language=en, or other options of `paomo demo`
demo: .venv/ready  ## live through a simulated market, and keep it in .demo to ask about
	@echo "Living through a simulated market: a minute or two."
	@$(BIN)/paomo demo --keep .demo $(DEMO)

test: .venv/ready  ## install and run the tests
	$(TESTS)

check: .venv/ready  ## format, lint, types, known vulnerabilities, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tests.audit
	$(TESTS)

run: .venv/ready  ## run the bot; needs TELEGRAM_TOKEN, see .env.example
	$(BIN)/paomo run

.venv/bench: .venv/ready requirements-bench.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@

# a setting that older OpenBLAS needs on some processors would slow what is compared to
bench: .venv/bench  ## measure speed and worth beside other packages; half an hour, alone
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python -m tests.bench $(PARTS)

chaos: .venv/ready  ## kill, cut off and garble the bot, and count what is lost; about 40 minutes
	$(BIN)/python -m tests.chaos

clean:
	rm -rf .venv
