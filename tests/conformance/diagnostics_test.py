#!/usr/bin/env python3
"""Runs the corpus of diagnostics through the program and demands that exactly the listed cases differ.

usage: diagnostics_test.py GREGALE

A case that differs on purpose stands in DIFFERENCES.md, section "Diagnostics".
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def listed():
    with open(os.path.join(HERE, "DIFFERENCES.md"), encoding="utf-8") as f:
        section = f.read().split("\n## Diagnostics\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^- ([\w-]+): \S", section, re.M))


def main():
    done = subprocess.run([sys.executable, os.path.join(HERE, "check-diagnostics"), sys.argv[1],
                           "--jobs", str(os.cpu_count() or 1), "--timeout", "120"],
                          stdout=subprocess.PIPE, universal_newlines=True)
    sys.stdout.write(done.stdout)
    failed = set(re.findall(r"^FAILED (\S+)", done.stdout, re.M))
    summary = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
    wrong = sorted(failed - listed())
    stale = sorted(listed() - failed)
    for name in wrong:
        print("differs and is not listed: %s" % name)
    for name in stale:
        print("listed in DIFFERENCES.md, but does not differ: %s" % name)
    enough = summary and int(summary.group(1)) >= 400
    if not enough:
        print("the corpus did not run")
    return 1 if wrong or stale or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
