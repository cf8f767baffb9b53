# make book   the site, in book/_build/html/index.html
# make test   the tests, on the site
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
UV     := uv==0.13.9
.DEFAULT_GOAL := help
.PHONY: help book refresh site test check servers rehearse lab lock clean distclean
MAKEFLAGS += --no-print-directory

# The same words on every machine and every run.
export PYTHONPATH := $(CURDIR)
export PYTHONHASHSEED := 0
export PYTHONDONTWRITEBYTECODE := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export MPLBACKEND := agg
export TZ := UTC
export LC_ALL := C.UTF-8
export SOURCE_DATE_EPOCH := 315532800

# An environment is made from its lock, and made again when the lock's content changes.
define install
	@key=$$(cat $(1) | cksum); \
	if [ "$$(cat $(VENV)/$(2) 2>/dev/null)" != "$$key" ]; then \
	  echo "installing $(1)"; \
	  { [ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV); } && \
	  { { $(BIN)/python -m pip install -q --disable-pip-version-check $(UV) && \
	      $(BIN)/uv pip install -q --compile-bytecode --require-hashes --python $(BIN)/python $(foreach lock,$(1),-r $(lock)); } || \
	    $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes $(foreach lock,$(1),-r $(lock)); } && \
	  echo "$$key" > $(VENV)/$(2) || exit 1; \
	fi
endef

help:            ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

book: env        ## build the site: check the data, run what changed, print the pages
	@$(BIN)/python -m skytally.press

check: env       ## check the data and the parameter files only
	@$(BIN)/python -m skytally.press.check

refresh: env     ## bring in new looks: make refresh SITE=rajin SENSOR=sentinel-2 PERIOD=2023-08-01/2024-04-30 BUDGET=20GB
	@$(BIN)/python -m skytally.press.refresh_command --site="$(SITE)" --sensor="$(SENSOR)" \
	  --provider="$(PROVIDER)" --period="$(PERIOD)" --budget="$(BUDGET)"

site: env        ## check, move or confirm the outlines of a site: make site SITE=rajin
	@$(BIN)/python -m skytally.press.outlines_command --site="$(SITE)" --shift="$(SHIFT)" --rotate="$(ROTATE)" \
	  --kind="$(KIND)" --confirm="$(CONFIRM)" --sigma="$(SIGMA)"

test: book dev   ## build the site, then run all tests
	@$(BIN)/python -m pytest

servers: env     ## install the STAC server of the rehearsal, in an environment of its own
	@$(MAKE) VENV="$(VENV)/rehearsal" stac

rehearse: servers ## refresh and build a labelled copy from generated scenes, on real servers here
	@$(BIN)/python -m skytally.press.rehearse

lab: dev         ## open the notebooks in JupyterLab
	@cd notebooks && ../$(BIN)/python -m jupyter lab --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

lock: env        ## resolve the locks anew (needs the package registry)
	$(BIN)/uv pip compile -q requirements.in -o requirements.txt --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
	$(BIN)/uv pip compile -q requirements-dev.in -o requirements-dev.txt --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
	$(BIN)/uv pip compile -q requirements-rehearsal.in -o requirements-rehearsal.txt --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

clean:           ## remove what was built
	rm -rf book/_build

distclean: clean ## remove the environment, too
	rm -rf $(VENV)

.PHONY: env dev stac
env:
	$(call install,requirements.txt,.book)
dev: env
	$(call install,requirements.txt requirements-dev.txt,.dev)
stac:
	$(call install,requirements-rehearsal.txt,.stac)
