# The same commands here and in CI. Everything is made from nothing: `make demo` needs only Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.PHONY: help demo test check lint tests bench docs sample matrix incidents requirements clean

help: ## Show these commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

demo: .venv/demo ## Audit a pretend Azure on this machine and write every report
	@$(BIN)/python -m auditor demo

test: .venv/dev check tests ## Lint, types, import contracts and every test, from nothing

check: .venv/dev lint
lint: .venv/dev ## Lint, types, import contracts, workflows and actions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/zizmor --offline --persona pedantic --quiet action.yml action .github
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml action/action.yml action/*/action.yml

tests: .venv/dev .venv/multitool ## The tests alone
	@$(BIN)/python -m pytest -n auto --dist worksteal

bench: .venv/dev ## Timings, printed as tables; nothing is asserted on them
	@$(BIN)/python -m tests.bench

docs: .venv/dev ## Make the generated parts of the documentation anew
	@$(BIN)/python -m tests.docs

sample: .venv/dev ## The same, and reports/sample from a fresh run of the demo
	@$(BIN)/python -m tests.docs --sample

matrix: .venv/dev ## Prove each check by its fault and by each refused read, into policies/matrix.md
	@$(BIN)/python -m tests.matrix

incidents: .venv/dev ## Let triage name the cause of every incident of the sandbox, into policies/incidents.md
	@$(BIN)/python -m tests.incidents

requirements: .venv/dev ## Resolve the hashed requirements anew
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	  pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	  --extra dev --constraint requirements.txt pyproject.toml -o requirements-dev.txt
	@echo 'hatchling>=1.27' | $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet --no-header \
	  --no-annotate --constraint requirements-dev.txt - -o action/requirements-build.txt

clean: ## Remove what these commands made
	rm -rf .venv .wheels dist tests/report/multitool/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/demo: .venv/made requirements.txt
	@echo "Installing hashed requirements into .venv …" >&2
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

# Asks whether GitHub would take the SARIF. Optional: where there is no npm, or it installs nothing, those tests skip.
.venv/multitool: .venv/made tests/report/multitool/package-lock.json
	@if command -v npm >/dev/null; then \
	  npm ci --prefix tests/report/multitool --ignore-scripts --no-audit --no-fund --silent \
	    --fetch-retries 0 --fetch-timeout 60000 \
	  && chmod +x tests/report/multitool/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool \
	  || echo "The SARIF multitool could not be installed: its tests will be skipped" >&2; \
	else echo "npm is not here: the tests with the SARIF multitool will be skipped" >&2; fi
	@touch $@

# The wheels are kept: the packaging test installs them into a clean environment without a network.
.venv/dev: .venv/made requirements.txt requirements-dev.txt
	@echo "Installing hashed development requirements into .venv …" >&2
	@$(PIP) download --require-hashes --only-binary :all: -r requirements-dev.txt -d .wheels
	@$(PIP) install --no-index --find-links .wheels --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@ .venv/demo
