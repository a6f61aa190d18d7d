"""`python -m deploy.devstack.kafka`: fetches Apache Kafka, or says in one sentence what this machine lacks for it."""

import sys

from deploy.devstack.broker import BrokerFailedError
from deploy.devstack.kafka.server import fetch_jars
from deploy.devstack.layout import Layout


def main() -> int:
    try:
        fetch_jars(Layout.from_environment().jars)
    except BrokerFailedError as lack:
        print(lack, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
