# make book   the site, in book/_build/html/index.html
# make test   the tests, on the site
PYTHON ?= python3
VENV   ?= .venv
# What a user passes reaches the programs as it was written, in variables of the shell: no word of
# it is a word of make or of the shell, whatever signs, spaces and quotes it holds.
PASSED := SITE SENSOR PROVIDER PERIOD BUDGET DRY SHIFT ROTATE KIND CONFIRM SIGMA DIR TITLE OLDER MINUTES CONTACT \
  DATE EDITION OF KEY TSA TSA_ROOT EVERY IMAGE WHAT SCOPE COUNTER DAY SCALE BANDS FAMILY CALLED AGAIN COMPARE PORT
$(foreach name,$(PASSED),$(eval override export $(name) := $$(value $(name))))
# in the book of another route this name means the folder of the project, so it is passed on if given
$(if $(value ENGINE),$(eval override export ENGINE := $$(value ENGINE)),$(eval unexport ENGINE))
override VENV := $(if $(filter file,$(origin VENV)),$(VENV),$(value VENV))
# a shell may leave a leading ~ as it is
export PLACE := $(if $(filter ~/%,$(firstword $(VENV))),$(subst ~/,$(HOME)/,$(VENV)),$(VENV))
export BIN := $(PLACE)/bin
UV     := requirements-uv.txt
.DEFAULT_GOAL := help
# What is made from a site is made from that of the first engine.
ifeq ($(MAKELEVEL)$(if $(value ENGINE),ENGINE),0ENGINE)
ifneq ($(filter-out book engine2,$(MAKECMDGOALS)),)
$(error ENGINE goes with make book alone, found it with: $(filter-out book,$(MAKECMDGOALS)))
endif
endif
.PHONY: help book watch pdf edition packet stamp crates refresh archive convert site count test test-all lint check servers tools engine2 rehearse lab route lock clean distclean
MAKEFLAGS += --no-print-directory

# This folder is the project, whatever the shell says.
unexport SKYTALLY_PROJECT
# The same words on every machine and every run.
export PYTHONPATH := $(CURDIR)
export PYTHONHASHSEED := 0
# Compiled modules are kept among what is built: compiling them is half of what a check takes. A shell
# that forbids to write them beside the sources forbids nothing here.
export PYTHONPYCACHEPREFIX := $(CURDIR)/book/_build/pycache
unexport PYTHONDONTWRITEBYTECODE
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export MPLBACKEND := agg
export TZ := UTC
export LC_ALL := C.UTF-8
export SOURCE_DATE_EPOCH := 315532800

# An environment is made from its lock, and made again when the lock's content changes.
define install
	@key=$$(cat $(1) | cksum); \
	if [ "$$(cat "$$PLACE/$(2)" 2>/dev/null)" != "$$key" ]; then \
	  echo "installing $(1)"; \
	  { [ -x "$$BIN/python" ] || $(PYTHON) -m venv "$$PLACE"; } && \
	  { { "$$BIN/python" -m pip install -q --disable-pip-version-check --require-hashes -r $(UV) && \
	      "$$BIN/uv" pip install -q --compile-bytecode --require-hashes --python "$$BIN/python" $(foreach lock,$(1),-r $(lock)); } || \
	    "$$BIN/python" -m pip install -q --disable-pip-version-check --require-hashes $(foreach lock,$(1),-r $(lock)); } && \
	  echo "$$key" > "$$PLACE/$(2)" || exit 1; \
	fi
endef

# The package is installed from this folder, so that its notebooks run from any editor, too. All it
# needs for that is in the lock, so no network is used.
define link
	@key="$$(cksum < pyproject.toml) $$(pwd)"; \
	if [ "$$(cat "$$PLACE/.package" 2>/dev/null)" != "$$key" ]; then \
	  { "$$BIN/uv" pip install -q --no-build-isolation --no-deps --python "$$BIN/python" -e . 2>/dev/null || \
	    "$$BIN/python" -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .; } && \
	  echo "$$key" > "$$PLACE/.package" || exit 1; \
	fi
endef

help:            ## this list
	@grep -hE '^[a-z0-9-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

book: env $(if $(filter 2,$(value ENGINE)),engine2) ## build the site: check the data, run what changed, print the pages
	@"$$BIN/python" -m skytally.press.build_command --engine="$$ENGINE"

watch: env       ## show each saved row, parameter, notebook or page in the browser: make watch PORT=8001
	@"$$BIN/python" -m skytally.press.live_preview_command --port="$$PORT"

pdf: book        ## print the whole book as book/_build/pdf/book.pdf (needs Chromium)
	@"$$BIN/python" -m skytally.press.pdf_command

edition: book    ## freeze what the book says now as an edition: make edition DATE=2026-11-29 (default: the commit's day)
	@"$$BIN/python" -m skytally.press.edition_command --date="$$DATE"

packet: env      ## name the evidence packet of a finding, claim, chart or row: make packet OF=S0-01 EDITION=2026-11-29
	@"$$BIN/python" -m skytally.press.find_evidence_packets_command --of="$$OF" --edition="$$EDITION"

stamp: env       ## sign the packet log of an edition, or have it timed: make stamp EDITION=2026-11-29 KEY=~/.ssh/id_ed25519
	@"$$BIN/python" -m skytally.press.packet_log_sign_and_timestamp_command --edition="$$EDITION" --key="$$KEY" \
	  --authority="$$TSA" --certificate="$$TSA_ROOT"

crates: tools    ## validate packets of an edition as RO-Crates, one of each shape: make crates EDITION=2026-11-29
	@"$$BIN/python" -m skytally.press.ro_crate_validation --python="$$PLACE/edition/bin/python" \
	  --edition="$$EDITION" --every="$$EVERY"

check: env       ## check the data and the parameter files only
	@"$$BIN/python" -m skytally.press.data_and_parameter_check_command --corrections

convert: env     ## convert the inventory and the register of an earlier version, losing nothing
	@"$$BIN/python" -m skytally.press.legacy_table_conversion_command

refresh: env     ## bring in new looks: make refresh SITE=rajin SENSOR=sentinel-2 PERIOD=2023-08-01/2024-04-30 BUDGET=20GB
	@"$$BIN/python" -m skytally.press.image_refresh_and_measurement_command --site="$$SITE" --sensor="$$SENSOR" \
	  --provider="$$PROVIDER" --period="$$PERIOD" --budget="$$BUDGET" --dry="$$DRY"

site: env        ## check, move or confirm the outlines of a site: make site SITE=rajin
	@"$$BIN/python" -m skytally.press.outline_check_shift_and_measure_command --site="$$SITE" --shift="$$SHIFT" --rotate="$$ROTATE" \
	  --kind="$$KIND" --confirm="$$CONFIRM" --sigma="$$SIGMA"

archive: tools   ## keep a copy of each cited page: make archive OLDER=30 MINUTES=120 CONTACT=me@example.org
	@"$$BIN/python" -m skytally.press.page_archive_command --older="$$OLDER" --minutes="$$MINUTES" --contact="$$CONTACT"

count: env       ## count objects on an image, blind: make count IMAGE=quay.tif WHAT=containers SCOPE=rajin-pier-1 COUNTER=me DAY=2023-10-05
	@echo "starting the bench …"
	@"$$BIN/python" -m skytally.press.blind_manual_count_command --image="$$IMAGE" --site="$$SITE" --what="$$WHAT" \
	  --scope="$$SCOPE" --counter="$$COUNTER" --day="$$DAY" --scale="$$SCALE" --bands="$$BANDS" \
	  --family="$$FAMILY" --called="$$CALLED" --again="$$AGAIN" --compare="$$COMPARE"

# A file's tests stay together, since they share what was expensive to make.
WORKERS ?= auto
PYTEST  = "$$BIN/python" -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: book dev   ## build the site, then run the tests that a change needs
	@$(PYTEST) -m "not slow" --durations=20

test-all: book dev servers tools engine2 ## the same with the long trials: kills, every fault, rehearsal, recipes
	@$(PYTEST) --durations=40

lint: dev        ## style, types, layers and spelling
	@"$$BIN/python" -m ruff check . && "$$BIN/python" -m ruff format --check . && \
	  "$$BIN/python" -m mypy && "$$BIN/lint-imports" && "$$BIN/codespell"

servers: env     ## install the STAC server of the rehearsal, in an environment of its own
	@$(MAKE) VENV="$$PLACE/rehearsal" stac

tools: env       ## install what packs and checks editions and copies, in an environment of its own
	@$(MAKE) VENV="$$PLACE/edition" packers

engine2: env     ## install Jupyter Book 2 for make book ENGINE=2, in an environment of its own
	@$(MAKE) VENV="$$PLACE/engine2" second > "$$PLACE/engine2.log" 2>&1 || { \
	  echo "requirements-engine2.txt was not installed: $$(grep -v '^make' "$$PLACE/engine2.log" | tail -n 1)"; \
	  echo "ENGINE=2 needs it and, once, the package index; make book needs neither. Full log: $$PLACE/engine2.log"; \
	  exit 1; } >&2

rehearse: servers ## refresh and build a labelled copy from generated scenes, on real servers here
	@"$$BIN/python" -m skytally.press.image_refresh_and_build_rehearsal_command

lab: dev         ## open the notebooks in JupyterLab
	@JUPYTER_CONFIG_PATH="$$PYTHONPATH/skytally/press/lab_settings" "$$BIN/python" -m jupyterlab \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate notebooks

route: env       ## begin the book of another route: make route DIR=../caspian TITLE="Counted across the Caspian"
	@"$$BIN/python" -m skytally.press.new_route_book_command --folder="$$DIR" --title="$$TITLE"

LOCK := "$$BIN/uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
lock: env        ## resolve the locks anew, what is locked staying as it is (needs the package index)
	$(LOCK) pyproject.toml --extra imagery --extra book -o requirements.txt
	$(LOCK) requirements-uv.in -o $(UV)
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) requirements-rehearsal.in -o requirements-rehearsal.txt
	$(LOCK) requirements-edition.in -o requirements-edition.txt
	$(LOCK) requirements-engine2.in -o requirements-engine2.txt

clean:           ## remove what was built
	rm -rf book/_build

distclean: clean ## remove the environment, too
	rm -rf "$$PLACE"

.PHONY: env dev stac packers second
env:
	$(call install,requirements.txt,.book)
	$(link)
dev: env
	$(call install,requirements.txt requirements-dev.txt,.dev)
stac:
	$(call install,requirements-rehearsal.txt,.stac)
packers:
	$(call install,requirements-edition.txt,.packers)
second:
	$(call install,requirements-engine2.txt,.second)
