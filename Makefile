# Python 3.10 or newer and Git are all that these need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: test test-pythons lint demo bench clean

## All tests, on this Python.
test: $(VENV)/ready
	$(BIN)/python -m pytest -n auto

## The unit tests on the oldest and the newest Python of this machine.
test-pythons: $(VENV)/ready
	$(BIN)/python -m tox run --skip-missing-interpreters=true

## ruff, mypy, the floors of imports, and our own hooks on our own repository.
lint: $(VENV)/ready
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

## The hooks on the broken twin of the example project, through real pre-commit.
demo: $(VENV)/ready
	$(BIN)/python examples/demo.py

## Times beside those of the peers, as ratios.
bench: $(VENV)/bench
	$(VENV)/bench-env/bin/python benchmarks/startup.py
	$(VENV)/bench-env/bin/python benchmarks/programs.py
	$(VENV)/bench-env/bin/python benchmarks/manifests.py
	$(VENV)/bench-env/bin/python benchmarks/deployments.py
	-$(VENV)/bench-env/bin/python benchmarks/whole_report.py

$(VENV)/bench: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)/bench-env
	$(VENV)/bench-env/bin/python -m pip install --quiet . pre-commit-hooks==6.0.0 detect-secrets==1.5.0
	touch $@

$(VENV)/ready: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) .cache .tox build *.egg-info
