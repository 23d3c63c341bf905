#!/usr/bin/env python3
"""Runs the workflow corpora through the program and demands that exactly the listed cases differ.

usage: workflows_test.py GREGALE

A case that differs from Mistral must stand in DIFFERENCES.md, section "Workflows"; one that stands there and
no longer differs must be taken out.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def listed():
    with open(os.path.join(HERE, "DIFFERENCES.md"), encoding="utf-8") as f:
        section = f.read().split("\n## Workflows\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^- ([\w-]+): \S", section, re.M))


def main():
    done = subprocess.run([sys.executable, os.path.join(HERE, "check-workflows"), sys.argv[1],
                           "--corpus", os.path.join(HERE, "workflows.jsonl"),
                           "--corpus", os.path.join(HERE, "workflows_operations.jsonl"),
                           "--jobs", str(2 * (os.cpu_count() or 1))],
                          stdout=subprocess.PIPE, universal_newlines=True)
    sys.stdout.write(done.stdout)
    failed = set(re.findall(r"^FAIL +(\S+)", done.stdout, re.M))
    quirks = set(re.findall(r"^QUIRK (\S+)", done.stdout, re.M))
    summary = re.search(r"^(\d+) passed, (\d+) failed, (\d+) quirk-differs$", done.stdout, re.M)
    wrong = sorted(failed | (quirks - listed()))
    stale = sorted(listed() - quirks)
    for name in wrong:
        print("differs and is not listed: %s" % name)
    for name in stale:
        print("listed in DIFFERENCES.md, but does not differ: %s" % name)
    enough = summary and int(summary.group(1)) >= 450
    if not enough:
        print("the corpus did not run")
    return 1 if wrong or stale or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
