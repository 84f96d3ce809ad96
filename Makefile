# GNU make 4.3 or newer. Everything runs from .venv, which `setup` builds from the lock where it is missing or out of date.
#   PYTHON=/path/to/python  the Python to build .venv with (default: the first of python3, python3.14 ... python3.11 that suits)
#   ARGS="..."              more arguments for demo, test, bench, lock and release, e.g. make test ARGS="-k refund"

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench docs site lock release clean

# Modules from outside must not stand in for the locked ones.
unexport PYTHONPATH PYTHONHOME

UV ?= uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

help: ## list the targets
	@awk -F ':[^#]*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: ## build .venv with .venv/bin/smilepay in it: no compiler, all packages pinned by hash
	@sh tools/setup.sh

demo: setup ## show the whole story on the sample faces
	@.venv/bin/smilepay demo $(ARGS)

test: setup ## run the tests
	@.venv/bin/python -m pytest $(ARGS)

check: setup ## lint, format, types, docs that match the program, a site without a dead link, dependencies that fit
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/python tools/messages.py --check
	.venv/bin/python tools/docs.py --check
	.venv/bin/python tools/site.py
	.venv/bin/python -m pip check

bench: setup ## measure
	@test -d benchmarks || { echo "bench: there are no benchmarks yet" >&2; exit 1; }
	@.venv/bin/python -m benchmarks $(ARGS)

docs: setup ## write into the docs what the program says (help, tables, sessions), collect texts for translation
	@.venv/bin/python tools/messages.py
	@.venv/bin/python tools/docs.py

site: setup ## build the documentation as a site to read offline: site/index.html
	@.venv/bin/python tools/site.py

lock: ## for maintainers: solve the requirements anew with uv (ARGS=--upgrade for the newest)
	$(COMPILE) --override requirements/overrides.txt pyproject.toml requirements/runtime.in \
	  --group test --group check $(ARGS) -o requirements/lock.txt
	$(COMPILE) --constraint requirements/lock.txt requirements/build.in $(ARGS) -o requirements/build.txt
	$(COMPILE) requirements/docs.in $(ARGS) -o requirements/docs.txt
	$(COMPILE) --override requirements/overrides.txt --constraint requirements/lock.txt \
	  pyproject.toml requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) --constraint requirements/build.txt requirements/release.in $(ARGS) -o requirements/release.txt

release: setup ## for maintainers: build into dist, try it in clean surroundings
	@.venv/bin/python -m tools.release $(ARGS)

clean: ## remove .venv, caches and builds
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
