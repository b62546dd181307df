.DEFAULT_GOAL := help
VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
PROTOS := $(shell find protos -name '*.proto' | sort)

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable '.[dev]' --group dev
	@touch $@

.PHONY: setup
setup: $(BIN)/.installed ## Create the virtual environment

.PHONY: demo
demo: setup ## A dossier is sent from one LAS to another, and fetched (DOSSIER=file SCHOOLS=folder SITE=folder)
	@$(BIN)/python -m wissel.clients.demo $(if $(DOSSIER),--dossier '$(DOSSIER)') $(if $(SCHOOLS),--schools '$(SCHOOLS)') $(if $(SITE),--site '$(SITE)')

.PHONY: run
run: setup ## A development hub that stays up, with its certificates under .wissel/
	@$(BIN)/wissel-server dev

.PHONY: test
test: setup ## Run the tests (T=path or -k expression)
	$(BIN)/pytest $(T)

.PHONY: faults
faults: setup ## Kill, stop, cut and delay each part at every step of a forward and a fetch (K=scenario)
	@printf '%s\n' sqlite-1 sqlite-2 postgres-1 postgres-2 \
	  | xargs -P 3 -I{} $(BIN)/pytest tests/faults -q -m '' -k '{} and $(or $(K),test)'

.PHONY: fuzz
fuzz: setup ## Feed bytes that nobody sent to all that reads bytes (N=inputs each, T=targets)
	$(BIN)/python -m pip install --quiet --group fuzz
	PYTHONPATH=tests $(BIN)/python -m fuzz $(T) --runs $(or $(N),200000)

.PHONY: bench
bench: setup ## Compare with bare gRPC in the same run; figures go to bench/results.json
	$(BIN)/python -m bench $(B)

.PHONY: proto
proto: setup ## Regenerate the stubs next to the .proto files
	find protos -name '*_pb2*' -delete
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -Iprotos \
	  --python_out=protos --grpc_python_out=protos \
	  --mypy_out=quiet:protos --mypy_grpc_out=quiet:protos $(PROTOS)
	find protos -name '*_pb2_grpc.py*' | while read -r f; do \
	  grep -q '_to_server' $$f || rm $$f; done

.PHONY: vectors
vectors: setup ## Write the test vectors in docs/vectors anew
	PYTHONPATH=tests $(BIN)/python -m support.vectors

.PHONY: format
format: setup ## Format code and protos
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/buf format -w

.PHONY: lint
lint: setup ## Lint code, protos and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/buf lint
	$(BIN)/buf format -d --exit-code
	$(BIN)/lint-imports

# Not with HEAD alone: that is the very commit which is being checked.
CONTRACTS = git rev-list HEAD -- ':(glob)protos/**/*.proto'

.PHONY: breaking
breaking: setup ## Fail if the contract breaks any that was ever committed (AGAINST=ref: that one)
	@commits="$(or $(AGAINST),$$($(CONTRACTS)))"; test -n "$$commits" || exit 1; \
	for commit in $$commits; do \
	  git archive "$$commit" protos buf.yaml | $(BIN)/buf breaking --against '-#format=tar' || \
	  { echo "this breaks the contract of $$(git log -1 --format='%h, %s' "$$commit")" >&2; exit 1; }; \
	done

.PHONY: types
types: setup ## Type-check
	$(BIN)/mypy

.PHONY: drift
drift: proto ## Fail if the committed stubs are stale
	git diff --exit-code -- protos

.PHONY: check
check: lint types drift breaking ## Lint, types, layers, protos: all but the tests
