"""Runs a corpus and demands that exactly those of its cases differ that DIFFERENCES.md lists with a reason: one that
differs must stand there, and one that no longer differs must be taken out."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def listed(section):
    """The cases in a section of DIFFERENCES.md."""
    with open(os.path.join(HERE, "DIFFERENCES.md"), encoding="utf-8") as f:
        text = f.read().split("\n## %s\n" % section, 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^- ([\w-]+): \S", text, re.M))


def run(section, command, differs, fails=None, at_least=1):
    """The exit code for what the command says. `differs` and `fails` are the words before the name of a case that
    may be listed, and of one that may not; `at_least`: how many must pass for the corpus to have run at all."""
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, universal_newlines=True)
    sys.stdout.write(done.stdout)

    def named(word):
        return set(re.findall(r"^%s +(\S+)" % word, done.stdout, re.M)) if word else set()

    different, allowed = named(differs), listed(section)
    wrong, stale = sorted(named(fails) | (different - allowed)), sorted(allowed - different)
    for name in wrong:
        print("differs and is not listed: %s" % name)
    for name in stale:
        print("listed in DIFFERENCES.md, but does not differ: %s" % name)
    summary = re.search(r"^(\d+) passed, \d+ failed", done.stdout, re.M)
    enough = summary and int(summary.group(1)) >= at_least
    if not enough:
        print("the corpus did not run")
    return 1 if wrong or stale or not enough else 0
