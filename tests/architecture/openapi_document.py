"""Writes docs/api/openapi-<service>.json: each API as it is served."""

import json

from shared.db.transaction import Database
from shared.http.app import make_app
from shared.service import Service


def render(service: Service) -> str:
    """The document needs no database: the engine behind it is never connected."""
    url = "postgresql://nobody@127.0.0.1/nothing"
    app = make_app(service, Database(service.name, url), service.settings(database_url=url))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
