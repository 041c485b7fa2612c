# Each target is one sentence of the README; what it does is told where it points to.
PYTHON = .venv/bin/python
# What a real site has, so that its deployment can be checked.
PRODUCTION = BASE_URL=https://mapping.example.org ALLOWED_HOSTS=mapping.example.org \
	SECRET_KEY=only-to-check-with-0123456789-abcdefghijklmnopqrstuvwxyz

.PHONY: run test lint bench services pictures install install-dev

run: install
	@$(PYTHON) -m config.processes

test: install-dev
	@$(PYTHON) -m tests

lint: install-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

bench: install-dev
	@$(PYTHON) -m tests.benchmarks

services: install-dev
	@$(PYTHON) -m tests.services

pictures: install-dev
	@$(PYTHON) -m tests.pictures

install:
	@python3 config/install.py requirements.txt

install-dev:
	@python3 config/install.py requirements-dev.txt
