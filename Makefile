# The only things needed are Python 3.11 or later and make. Everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install demo serve test check lint format docs train encoder quality faults

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "protocol-bot needs Python 3.11 or later; set PYTHON=python3.12, say.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	touch $@

.venv/.installed-test: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]' -c constraints.txt
	touch $@

install: .venv/.installed ## create .venv and install

demo: install ## try everything on this machine: http://127.0.0.1:8300
	$(BIN)/protocol-bot demo

serve: install ## run the bot on Slack, Teams or both (settings: README)
	$(BIN)/protocol-bot serve

test: .venv/.installed-test ## run the whole test suite
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: .venv/.installed-test ## style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.installed-test ## put the code into its usual form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/.installed-test ## fill the made parts of the documents from the code
	$(BIN)/python tools/make_docs.py

train: .venv/.installed-test ## fit the search and the check of drafts to the packs (some minutes; after changing a pack)
	$(BIN)/python -m tools.train_search
	$(BIN)/python -m tools.train_drafts

encoder: .venv/.installed-test ## train the encoder anew from the published model (half an hour; rarely needed)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,train]' -c constraints.txt
	$(BIN)/python -m tools.train_encoder
	$(MAKE) train

quality: .venv/.installed-test ## measure the answers, beside plain engines, into docs/answer-quality.md
	$(BIN)/python -m benchmarks.answer_quality --write

check: lint test ## everything that CI runs

faults: .venv/.installed-test ## kill and break it at every point, and print what was lost (some minutes)
	$(BIN)/python -W ignore -m tests.faults
