# The house's commands; `make help` lists them. Two need nothing but Python 3.11+, make and git: run and test.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := forms reports survey
# Flask-Babel reads compiled catalogues; forms and reports read theirs as they are.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard survey/translations/*/LC_MESSAGES/*.po))
# blueprints and templates, forms, operations of a room: those of the names that exist
room_files = $(wildcard $(foreach noun,$(1),survey/blueprints/$(noun).py survey/templates/$(noun)) \
    $(foreach noun,$(2),forms/$(noun).py) $(foreach noun,$(3),survey/operations/$(noun).py))

# One catalogue a room: its pages, its forms and the sentences of its operations.
ROOM_reports := reports
ROOM_results := survey/blueprints/results.py survey/blueprints/unit_years.py survey/templates/results survey/templates/unit_years
ROOM_citizen := survey/blueprints/citizen.py survey/blueprints/health.py survey/templates/citizen \
    $(filter-out survey/staff_%.py survey/petition_%.py survey/dialogue_%.py survey/draft_pages.py survey/%_wording.py,$(wildcard survey/*.py))
ROOM_staff := $(wildcard survey/staff_*.py) $(filter-out survey/accounts/api_keys.py,$(wildcard survey/accounts/*.py)) survey/templates/staff \
    $(call room_files,staff account people audit security,staff account people)
ROOM_places := $(wildcard forms/xlsform*.py) $(call room_files,places place_imports unit_changes counters services transactions,\
    place service transaction,units unit_edits unit_files place_tables place_uploads services service_files transactions)
ROOM_questionnaires := $(call room_files,questionnaires questionnaire_files drafts draft_starts draft_parts draft_steps,questionnaire \
    questionnaire_question finding draft_notation,questionnaires questionnaire_drafts questionnaire_publication xlsforms) survey/draft_pages.py
ROOM_waves := $(call room_files,waves wave_steps wave_periods wave_targets wave_states wave_quotas collectors \
    collector_files trials progress,wave collector,waves wave_drafts collectors targets ledger trials)
ROOM_unit_results := $(call room_files,unit_results result_filters heat cross comments responses,unit_result comment response,comments doubts)
ROOM_paper := $(call room_files,paper paper_checking paper_typing imports import_steps,paper paper_batch import_file,paper_batches \
    bounded imports import_drafts import_runs import_trials)
ROOM_exports := $(call room_files,exports,export,exports)
ROOM_petition := $(call room_files,petition,petition,petition_intake) survey/petition_pages.py
ROOM_petitions := $(call room_files,petitions petition_steps petition_entry petition_boards petition_settings,petitions petition_settings,petitions petition_cases petition_settings \
    petition_deadlines contacts) survey/petition_wording.py
ROOM_mail := $(call room_files,mail,mail,mail notices)
ROOM_dialogue := $(call room_files,dialogue dialogue_presence dialogue_polls,dialogue,dialogue_box dialogue_passes dialogue_polls) \
    survey/dialogue_citizen.py
ROOM_dialogues := $(call room_files,dialogues dialogue_plans dialogue_questions dialogue_answers dialogue_room dialogue_papers dialogue_boards commitments,\
    dialogue_plan dialogue_question commitment,dialogues dialogue_questions dialogue_themes commitments) survey/dialogue_wording.py survey/dialogue_pages.py
ROOM_remedies := $(call room_files,remedies remedy_steps remedy_publication responded,remedy,remedies)
ROOM_themes := $(call room_files,themes theme_dictionary,theme,themes)
ROOM_filings := $(call room_files,filings filing_board filing_steps wave_publication,filing,filings filing_steps filing_files filing_corrections wave_publication) survey/filing_wording.py
ROOM_compilation := $(call room_files,compilation rankings what_if trends drivers unit_groups reference_series,unit_group reference_series,\
    unit_groups reference_series) survey/compilation_wording.py
ROOM_counter_scores := $(call room_files,counter_scores counter_records counter_rules counter_fixings,counter_score counter_rules,counter_records counter_rules counter_imports counter_fixings)
ROOM_scorecards := $(call room_files,scorecards scorecard_steps scorecard_templates,scorecard,scorecards scorecard_templates scorecard_checks scorecard_scores)
ROOM_indices := $(call room_files,indices emulation emulation_steps,index_series emulation,index_series index_files emulation emulation_steps \
    emulation_reports emulation_lists) forms/decimal_field.py
ROOM_documents := $(call room_files,documents document_runs document_settings verification,document document_setting,\
    documents document_runs document_kinds document_settings signing) \
    survey/document_wording.py
ROOM_open_data := $(call room_files,open_data open_statistics comparison method,open_data,open_data)
ROOM_api := $(wildcard survey/blueprints/api survey/templates/api survey/accounts/api_keys.py) \
    $(call room_files,api_keys webhooks,api_key webhook,webhooks webhook_target)
STAFF_ROOMS := staff places questionnaires waves unit_results paper exports api petitions mail dialogues remedies themes \
    filings compilation counter_scores scorecards indices documents
ROOMS := reports results citizen petition dialogue open_data $(STAFF_ROOMS)
KEYWORDS := _l _n gettext_noop lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url

export PORT

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(VENV)/runtime.stamp catalogues ## migrate, load the sample province and serve it at http://127.0.0.1:8000 (PORT, DATABASE_URL)
	@$(BIN)/sipas db upgrade
	@$(BIN)/sipas demo
	@exec $(BIN)/sipas serve

.PHONY: test
test: format-check lint types security browser catalogues ## everything: unit, SQLite and PostgreSQL, HTTP, browser, architecture
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

.PHONY: check
check: format-check lint types catalogues ## the quick yes or no: format, lint, types, imports, unit tests
	$(BIN)/python -m pytest --quiet -m "not slow" tests/unit tests/architecture/test_floors.py

.PHONY: format
format: $(VENV)/dev.stamp ## format the code, and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: format-check lint types security
format-check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check --quiet .
lint: $(VENV)/dev.stamp
	$(BIN)/ruff check --quiet .
types: $(VENV)/dev.stamp
	$(BIN)/mypy
security: $(VENV)/dev.stamp
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive $(PACKAGES) migrations wsgi.py

.PHONY: audit
audit: $(VENV)/dev.stamp ## ask whether a locked package has a known vulnerability (needs the network)
	$(BIN)/pip-audit --disable-pip --require-hashes --requirement requirements-dev.lock

.PHONY: coverage
coverage: browser catalogues ## the whole suite, with the lines it does not reach
	$(BIN)/python -m pytest --numprocesses 2 --cov --cov-report term-missing

.PHONY: bench
bench: $(VENV)/dev.stamp catalogues ## the measurements, as ratios against a bare page on this machine
	$(BIN)/python -m bench

.PHONY: browser
browser: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.browser.chromium

.PHONY: catalogues
catalogues: $(CATALOGUES)

%.mo: %.po | $(VENV)/runtime.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.PHONY: messages $(ROOMS:%=messages-%)
messages: $(ROOMS:%=messages-%) ## extract the wordings, update the catalogues, compile them
	@$(MAKE) --no-print-directory catalogues

$(ROOMS:%=messages-%): messages-%: $(VENV)/dev.stamp
	@mkdir -p .cache
	@$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --keywords "$(KEYWORDS)" --add-location file --width 110 \
	    --sort-by-file --project sipas --output-file .cache/$*.pot $(ROOM_$*)
	@$(BIN)/pybabel --quiet update --domain $* --input-file .cache/$*.pot --locale vi --init-missing --width 110 \
	    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    --output-dir $(if $(filter reports,$*),reports,survey)/translations

.PHONY: lock
lock: $(VENV)/build.stamp ## pin every dependency by hash (make lock UPGRADE=--upgrade for newer versions)
	$(COMPILE) $(UPGRADE) --group pyproject.toml:build --output-file requirements-build.lock
	$(COMPILE) $(UPGRADE) --extra dev pyproject.toml --output-file requirements-dev.lock
	$(COMPILE) $(UPGRADE) --constraint requirements-dev.lock pyproject.toml --output-file requirements.lock

.PHONY: clean
clean: ## remove the environment and everything made; the data in instance/ stays
	rm -rf $(VENV) .cache *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find forms reports survey -name '*.mo' -delete

# The environment: its stamps are keyed on the locks, so a second run does nothing.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "This project needs Python 3.11 or newer; name one by PYTHON=, for example: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "Python cannot make an environment here. Say: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/build.stamp: requirements-build.lock | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# uv is quick but does not read pip's settings: where it reaches no index, pip installs the same pins.
$(VENV)/runtime.stamp: requirements.lock pyproject.toml $(VENV)/build.stamp
	@echo "Installing $<"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement $< || \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/runtime.stamp
	@echo "Installing $<"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement $< || \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
