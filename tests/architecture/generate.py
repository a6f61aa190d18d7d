"""`python -m tests.architecture.generate [--check]`: writes the generated documents, or says which are stale."""

import argparse
import sys
from pathlib import Path

from tests.architecture import asyncapi_document, flows_document, openapi_document
from tests.architecture.declared import ROOT, services


def documents() -> dict[Path, str]:
    found = {
        ROOT / "docs/flows.md": flows_document.render(),
        ROOT / "docs/api/asyncapi.yaml": asyncapi_document.render(),
    }
    for service in services():
        found[ROOT / f"docs/api/openapi-{service.name}.json"] = openapi_document.render(service)
    return found


def stale() -> list[str]:
    return [
        str(path.relative_to(ROOT))
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a document is stale")
    if parser.parse_args().check:
        old = stale()
        sys.stderr.writelines(f"{name} is stale: run `make docs`\n" for name in old)
        return 1 if old else 0
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
