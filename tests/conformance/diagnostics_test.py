#!/usr/bin/env python3
"""Runs the corpus of diagnostics through the program.

usage: diagnostics_test.py GREGALE
"""
import os
import sys

import listed_differences

if __name__ == "__main__":
    sys.exit(listed_differences.run(
        "Diagnostics",
        [os.path.join(listed_differences.HERE, "check-diagnostics"), sys.argv[1],
         "--jobs", str(os.cpu_count() or 1), "--timeout", "120"],
        differs="FAILED", at_least=400))
