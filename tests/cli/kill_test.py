#!/usr/bin/env python3
"""Kills `gregale run --db` at random moments and demands that carrying on gives the result of an undisturbed run.

usage: kill_test.py GREGALE [KILLS]
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

WORKFLOW = """\
version: '2.0'
main:
  output: {numbers: <% $.numbers %>, subs: <% $.subs %>, tries: <% $.tries %>, last: <% $.last %>}
  tasks:
    start: {on-success: [many, retried]}
    many:
      with-items: i in <% range(6).toList() %>
      concurrency: 2
      action: std.echo delay=0.02
      input: {output: <% $.i * 2 %>}
      publish: {numbers: <% task().result %>}
      on-success: subs
    subs:
      with-items: i in <% $.numbers %>
      workflow: sub x=<% $.i %>
      publish: {subs: <% task().result.y %>}
      on-success: end
    retried:
      action: std.fail error_data="not yet"
      retry: {count: 3, delay: 0}
      publish-on-error: {tries: <% task().result %>}
      on-error: slow
    slow: {action: std.sleep seconds=0.1, on-success: end}
    end: {join: all, publish: {last: done}}
sub:
  input: [x]
  output: {y: <% $.y %>}
  tasks:
    one: {action: std.sleep seconds=0.01, on-success: two}
    two: {publish: {y: <% $.x + 1 %>}}
"""


def comparable(value):
    """The document without what differs from run to run."""
    if isinstance(value, list):
        return [comparable(v) for v in value]
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items()
                if k not in ("id", "created_at", "updated_at") and not k.endswith("_execution_id")}
    return value


def by_name(document):
    """Tasks in order of name: their order of creation depends on which of two timers is the first."""
    document["tasks"].sort(key=lambda t: t["name"])
    return document


def main():
    gregale = os.path.abspath(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    seed = int(os.environ.get("SEED", time.time()))
    print("SEED=%d" % seed)
    random.seed(seed)
    interrupted = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wf.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(WORKFLOW)
        run = [gregale, "run", path, "--workflow", "main", "--format", "json"]
        begin = time.monotonic()
        expected = by_name(comparable(json.loads(subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout)))
        length = time.monotonic() - begin
        assert expected["state"] == "SUCCESS", expected
        for number in range(kills):
            db = os.path.join(folder, "%d.db" % number)
            process = subprocess.Popen(run + ["--db", db], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            execution = None
            for _ in range(50):  # killed again and again until it ends by itself
                time.sleep(random.uniform(0, length))
                process.send_signal(signal.SIGKILL)
                killed = process.wait() == -signal.SIGKILL
                interrupted += killed
                if not os.path.exists(db):
                    break
                listed = subprocess.run([gregale, "execution", "list", "--db", db, "--format", "json"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                if listed.returncode != 0 or not json.loads(listed.stdout):
                    break  # killed before the start was stored: nothing was promised yet
                execution = json.loads(listed.stdout)[0]["id"]
                if not killed:
                    break
                process = subprocess.Popen([gregale, "execution", "resume", execution, "--db", db],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if execution is None:
                continue
            subprocess.run([gregale, "execution", "resume", execution, "--db", db],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            shown = subprocess.run([gregale, "execution", "show", execution, "--db", db, "--format", "json"],
                                   check=True, stdout=subprocess.PIPE).stdout
            got = by_name(comparable(json.loads(shown)))
            if got != expected:
                print("kill %d: expected %s\ngot %s" % (number, json.dumps(expected, indent=1),
                                                        json.dumps(got, indent=1)))
                return 1
    print("%d interruptions, every result the same" % interrupted)
    if interrupted < kills // 4:
        print("too few of them met a running process")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
