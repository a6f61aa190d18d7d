"""`python -m deploy.devstack.payment`: the payment sandbox as a process."""

import os
import sys

from aiohttp import web

from deploy.devstack.layout import Layout
from deploy.devstack.payment.book import Book
from deploy.devstack.payment.server import Sandbox


def main() -> int:
    layout = Layout.from_environment()
    book = Book(layout.run / "payment.sqlite")
    sandbox = Sandbox(book, os.environ["PAYMENT_WEBHOOK_SECRET"], layout.url("payment"))
    web.run_app(sandbox.app(), host="127.0.0.1", port=layout.port("payment"), print=None, access_log=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
