# Everything a person types. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo stop reset status test check bench locks environments

PYTHON ?= $(shell command -v python3.11 || echo python3)
BUILD := $(PYTHON) -P platform/housestaff/config/local/bootstrap.py
PY := PYTHONPATH=platform .venv/bin/python
HOUSE := $(PY) -m housestaff.config.local.demo
CHECKED := DJANGO_SETTINGS_MODULE=housestaff.config.settings.test

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Start the whole house and say who can sign in (DETACH=1: return when ready; HOUSESTAFF_PORT=8000)
	@$(BUILD) platform engine
	@$(HOUSE) up $(if $(DETACH),--detach)

stop: ## Stop it; what was written stays
	@if [ -x .venv/bin/python ]; then $(HOUSE) down; else echo "Nothing is running here."; fi

status: ## Say which processes run
	@if [ -x .venv/bin/python ]; then $(HOUSE) status; else echo "Nothing is running here."; fi

reset: ## Delete every consult, account and key of the demo; asks first (YES=1: doesn't)
	@$(BUILD) platform
	@$(HOUSE) reset $(if $(YES),--yes)

test: ## Run the whole suite (ARGS=tests/config: a part of it)
	@$(BUILD) platform dev engine
	@command -v chromium >/dev/null || echo "The browser journeys need Debian's chromium: apt-get install chromium fonts-noto-cjk fonts-inter"
	@$(CHECKED) .venv/bin/python manage.py train_second_reader
	@$(PY) -m pytest $(ARGS)

check: ## What a change must pass besides the tests: style, types, floors, migrations, locks, generated pages
	@$(BUILD) platform dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	PYTHONPATH=platform .venv/bin/mypy
	PYTHONPATH=platform .venv/bin/lint-imports
	$(CHECKED) .venv/bin/python -W ignore manage.py makemigrations --check --dry-run
	$(CHECKED) .venv/bin/python manage.py states_doc --check
	$(PY) -m housestaff.config.local.locks --check

bench: ## Measure on this machine; prints a table and writes bench/results.json
	@$(BUILD) platform engine
	@$(PY) -m bench $(ARGS)

locks: ## Resolve the lock files again from pyproject.toml
	@$(BUILD) platform dev
	@PATH="$$PWD/.venv/bin:$$PATH" $(PY) -m housestaff.config.local.locks

environments: ## Build or update .venv and .venv-engine from their locks
	@$(BUILD) platform dev engine
