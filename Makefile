# Convenience over the plain commands, which README.md gives too.
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))
PYTHON ?= $(shell for p in python3.12 python3.11 python3; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
ENV = .venv
RUN = $(ENV)/bin/python
export NO_MKDOCS_2_WARNING := 1 # a line of advertising in each build
unexport PYTHONDONTWRITEBYTECODE # packages are compiled when they are first used, once, rather than all at the set-up

.PHONY: setup train test check docs notebooks benchmark hunt clean

train: setup ## set up, then the main job; more words in ARGS="model=cnn seed=7"
	$(RUN) train.py model=mlp data=cats_babies $(ARGS)

test: setup check ## set up, then all checks and tests
	$(RUN) -m pytest

check: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(ENV)/bin/lint-imports
	$(RUN) -m mkdocs build --strict --quiet

docs: setup ## the site, as pages in site/ and at an address of this machine
	$(RUN) -m mkdocs serve --strict

notebooks: setup ## the examples, executed anew
	$(RUN) tests/helpers/notebooks.py

benchmark: setup
	$(RUN) benchmarks/run.py

hunt: setup ## hunts for faults: minutes, seeded; more words in ARGS="kills --seed 1"
	$(RUN) benchmarks/hunt/run.py $(ARGS)

setup: $(ENV)/ready

$(ENV)/ready: pyproject.toml constraints.txt
	@$(or $(PYTHON),false) -c '$(FITS)' \
		|| { echo "Auris needs Python 3.11 or 3.12: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(ENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[dev]'
	touch $@

clean: ## remove the environment and the store of decoded recordings; data/ and outputs/ stay
	rm -rf $(ENV) .store
