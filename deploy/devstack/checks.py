"""`make check`: everything that can be judged without running the market, one line per check."""

import subprocess
import sys
import time

from deploy.devstack.layout import CHECKOUT

PY = [sys.executable, "-m"]
CHECKS = {
    "format": [*PY, "ruff", "format", "--check", "."],
    "lint": [*PY, "ruff", "check", "."],
    "types": [*PY, "mypy", "."],
    "import rules": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
    "generated documents": [*PY, "tests.architecture.generate", "--check"],
    "migrations": [*PY, "pytest", "-p", "no:cacheprovider", "shared/db/tests/test_migrate.py"],
    "architecture": [*PY, "pytest", "-p", "no:cacheprovider", "tests/architecture"],
}


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"  {name:<20} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout[-6000:], flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
