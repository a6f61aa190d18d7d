#!/bin/sh
# Picks a Python that is new enough and lets it build .venv. Plain sh: nothing is installed yet.
here=$(dirname "$0")
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if command -v "$python" >/dev/null 2>&1 &&
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" "$here/bootstrap.py"
    fi
done
found=$("${PYTHON:-python3}" --version 2>&1 || echo "none")
echo "Fairmarket needs Python 3.11 or newer; this machine has: $found. Name another one with PYTHON=/path/to/python3." >&2
exit 2
