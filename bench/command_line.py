#!/usr/bin/env python3
"""CPU time of whole `gregale` commands, against a process that does nothing.

usage: bench/command_line.py GREGALE

Prints for each command the smallest CPU time (user and system) of several runs in milliseconds, and its
ratio to that of /bin/true in the same run.
"""
import os
import subprocess
import sys
import tempfile
import time

RUNS = 15


def workflow(tasks):
    lines = ["version: '2.0'", "big:", "  input: [name, size: 3]", "  tasks:"]
    for i in range(tasks):
        lines += ["    step_%d:" % i,
                  "      action: std.echo output=\"<%% $.name %%> has <%% $.size + %d %%>\"" % i,
                  "      publish:",
                  "        v%d: <%% task().result %%>" % i,
                  "      retry: count=3 delay=1 break-on=<% $.size > 10 %>"]
        if i + 1 < tasks:
            lines += ["      on-success:", "        - step_%d: <%% $.v%d.len() > 0 %%>" % (i + 1, i)]
    return "\n".join(lines) + "\n"


def cost(command):
    """(CPU, wall) in ms, the smallest of several runs."""
    best = []
    for _ in range(RUNS):
        before = os.times()
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        after = os.times()
        cpu = after.children_user - before.children_user + after.children_system - before.children_system
        best.append((cpu * 1e3, wall * 1e3))
    return min(c for c, _ in best), min(w for _, w in best)


def main():
    gregale = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for tasks in (1, 1000, 10000):
            files[tasks] = os.path.join(folder, "%d.yaml" % tasks)
            with open(files[tasks], "w", encoding="utf-8") as f:
                f.write(workflow(tasks))
        one = os.path.join(folder, "one.yaml")
        with open(one, "w", encoding="utf-8") as f:
            f.write("version: '2.0'\none:\n  tasks:\n    t: {action: std.noop}\n")
        _, base = cost(["/bin/true"])
        print("%-36s %8s %8s %8s" % ("", "CPU ms", "wall ms", "ratio"))
        for label, command in (
                ("/bin/true", ["/bin/true"]),
                ("gregale --version", [gregale, "--version"]),
                ("gregale validate, 1 task", [gregale, "validate", files[1]]),
                ("gregale validate, 1,000 tasks", [gregale, "validate", files[1000]]),
                ("gregale validate, 10,000 tasks", [gregale, "validate", files[10000]]),
                ("gregale run, 1 task", [gregale, "run", one])):
            cpu, wall = cost(command)
            print("%-36s %8.1f %8.1f %8.1f" % (label, cpu, wall, wall / base))


if __name__ == "__main__":
    main()
