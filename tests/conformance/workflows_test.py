#!/usr/bin/env python3
"""Runs the workflow corpora through the program.

usage: workflows_test.py GREGALE
"""
import os
import sys

import listed_differences
from listed_differences import HERE

if __name__ == "__main__":
    sys.exit(listed_differences.run(
        "Workflows",
        [os.path.join(HERE, "check-workflows"), sys.argv[1],
         "--corpus", os.path.join(HERE, "workflows.jsonl"),
         "--corpus", os.path.join(HERE, "workflows_operations.jsonl"),
         "--jobs", str(2 * (os.cpu_count() or 1))],
        differs="QUIRK", fails="FAIL", at_least=450))
