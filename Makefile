# Needs only make and Python 3.11 or newer; everything else is installed into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo up down status clean token replay republish resync verify-audit check fmt test test-kafka flows chaos bench kafka docs install

PY := .venv/bin/python
STAMP := .venv/.installed
export PYTHONUNBUFFERED := 1

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: install ## the whole story on the running market (starts it if it is not up): BROKER=kafka for Apache Kafka
	@$(PY) -m deploy.devstack.demo

up: install ## start everything, print the addresses, stay; Ctrl-C drains (BROKER=kafka, ROLES=split, PORT_OFFSET=n)
	@$(PY) -m deploy.devstack up

down: install ## end what `make up` started in another terminal
	@$(PY) -m deploy.devstack down

status: install ## which processes of the market run
	@$(PY) -m deploy.devstack status

clean: install ## down, and forget all data, logs and secrets of the devstack
	@$(PY) -m deploy.devstack clean

token: install ## a bearer token: make token role=merchant sub=shop-1
	@$(PY) -m deploy.devstack token --role "$(role)" --sub "$(sub)"

replay: install ## apply dead letters and parked records again: make replay [s=orders]
	@$(PY) -m deploy.devstack replay --service "$(s)"

republish: install ## send the kept window of facts again, after a lost broker: make republish [s=orders]
	@$(PY) -m deploy.devstack republish --service "$(s)"

resync: install ## tell the current state of all replicated aggregates again: make resync [s=orders]
	@$(PY) -m deploy.devstack resync --service "$(s)"

verify-audit: install ## prove that no row of the audit trails was changed, removed or cut off
	@$(PY) -m deploy.devstack verify-audit

check: install ## format, lint, types, import rules, migrations, generated documents, architecture
	@$(PY) -m deploy.devstack.checks

fmt: install ## format and fix what can be fixed by itself
	@$(PY) -m ruff format . && $(PY) -m ruff check --fix .

test: install ## all tests, on the embedded database and broker
	@$(PY) -m pytest -n 2 --dist loadscope

test-kafka: install ## contract suite, flows and chaos again, on Apache Kafka (needs a JVM >= 17 and mvn)
	@$(PY) -m deploy.devstack.kafka
	@TEST_BROKER=kafka $(PY) -m pytest -m kafka -n 2 --dist loadscope
	@$(PY) -m tests.chaos --broker kafka --quick

flows: install ## only the stories across services
	@$(PY) -m pytest tests/flows

chaos: install ## the market under load while its parts are killed, frozen and wiped; writes build/chaos.json
	@$(PY) -m tests.chaos --broker "$${BROKER:-tansu}"

bench: install ## each speed against its reference; writes build/bench.json
	@$(PY) -m benchmarks

kafka: install ## Apache Kafka without docker, in the foreground; then BROKER=kafka make up
	@$(PY) -m deploy.devstack kafka

docs: install ## write the generated documents anew (flows, OpenAPI, AsyncAPI)
	@$(PY) -m tests.architecture.generate

install: $(STAMP)

# Done again only when the lock changes.
$(STAMP): requirements-dev.lock deploy/devstack/bootstrap.py
	@sh deploy/devstack/bootstrap.sh
