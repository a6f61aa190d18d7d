"""A module for the nursery's tests: runs the file it is given, as its own main program."""

import runpy
import sys

runpy.run_path(sys.argv[1], run_name="__main__")
