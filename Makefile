# Two commands: `make demo` shows what it does, `make test` shows that it works. Everything lives in .venv.
# `make train CORPORA=FOLDER` makes the tagger, the weights of verdicts and those of confidence again from public corpora
# (GOLD=FOLDER: the project's own development documents; confidence learns from them too, and without them is left as it is).
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV   := .venv
STAMP  := $(VENV)/.installed

.PHONY: demo test lint types check browser screenshots train clean

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else "counterclaim needs Python 3.11 or 3.12; name one with: make PYTHON=/path/to/python3.11")'
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)
	@$(VENV)/bin/python examples/demo.py

test: $(STAMP)
	@$(VENV)/bin/python -m pytest -n 2

lint: $(STAMP)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(STAMP)
	@$(VENV)/bin/mypy

check: test lint types

# The tests of the pages in a real browser need one; they are skipped where it is absent.
browser:
	@$(PYTHON) tests/browser/install.py

screenshots: $(STAMP)
	@$(VENV)/bin/python examples/screenshots.py

train: $(STAMP)
	@test -n "$(CORPORA)" || { echo "Name the folder of the corpora: make train CORPORA=FOLDER"; exit 2; }
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0 $(VENV)/bin/python -m training --corpora "$(CORPORA)" $(TRAINING)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0 $(VENV)/bin/python -m training.verdict --corpora "$(CORPORA)"
ifneq ($(strip $(GOLD)),)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0 $(VENV)/bin/python -m training.confidence --corpora "$(CORPORA)" --gold "$(GOLD)"
else
	@echo "The weights of confidence are left as they are: they learn from the project's own documents too. Name their folder: make train CORPORA=FOLDER GOLD=FOLDER"
endif

clean:
	rm -rf $(VENV) demo nlp/machine_code .pytest_cache .mypy_cache .ruff_cache
