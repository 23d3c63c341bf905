#!/usr/bin/env python3
"""Kills `gregale run --db` at random moments, again and again, while its actions talk to an HTTP server.

Carried on, each execution must give the document of an undisturbed run, and the server must have met its order, which
may not be repeated, exactly once.

usage: kill_test.py GREGALE [KILLS]
"""
import asyncio
import collections
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

# A request that may be repeated is merely sent again (`fetch`, and `put` as it is safe-rerun). `order` may not: where its
# fate is unknown it is ERROR, the workflow looks whether the order is there, and orders once more only if it is not.
WORKFLOW = """\
version: '2.0'
main:
  input: [url]
  output: {numbers: <% $.numbers %>, subs: <% $.subs %>, tries: <% $.tries %>, last: <% $.last %>,
           orders: <% $.orders %>, fetched: <% $.fetched %>, total: <% global(total) %>, required: <% $.required %>}
  task-defaults: {timeout: 600}
  tasks:
    start: {on-success: [many, retried, order, items]}
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
      on-success: reverse
    reverse:
      workflow: backwards
      input: {task_name: last}
      publish: {required: "<% task().result.get(last) %>"}
      on-success: end
    retried:
      action: std.fail error_data="not yet"
      retry: {count: 3, delay: 0}
      publish-on-error: {tries: <% task().result %>}
      on-error: slow
    slow: {action: std.sleep seconds=0.1, wait-after: 0, on-success: end}
    order:
      action: std.http url=<% $.url %>/order method=POST body="one"
      on-success: fetch
      on-error: look
    look:
      action: std.http url=<% $.url %>/orders
      on-success:
        - fetch: <% task().result.content > 0 %>
        - again: <% task().result.content = 0 %>
    again:
      action: std.http url=<% $.url %>/order method=POST body="one"
      on-success: fetch
      on-error: look
    fetch:
      action: std.http url=<% $.url %>/orders
      publish: {orders: <% task().result.content %>}
      on-success: end
    items:
      with-items: i in <% range(8).toList() %>
      concurrency: 3
      action: std.http url=<% $.url %>/item/<% $.i %>
      publish: {fetched: <% task().result.content.orderBy($) %>}
      on-success: put
    put:
      action: std.http url=<% $.url %>/value method=PUT body="42"
      safe-rerun: true
      on-success:
        publish: {global: {total: <% task().result.status %>}}
        next: [end]
    end: {join: all, fail-on: <% $.tries = done %>, publish: {last: done}}
sub:
  input: [x]
  output: {y: <% $.y %>}
  tasks:
    one: {action: std.sleep seconds=0.01, on-success: [two: <% true %>, never: <% false %>]}
    two: {publish: {y: <% $.x + 1 %>}}
    never: {action: std.fail}
backwards:
  type: reverse
  tasks:
    first: {action: double x=2, publish: {first: <% task().result %>}}
    last: {requires: [first], publish: {last: <% $.first + 1 %>}}
"""
ACTIONS = """\
version: '2.0'
double: {base: std.echo, base-input: {output: <% $.x * 2 %>}, input: [x]}
"""
UNCERTAIN = {"order", "look", "again"}  # which of them there are depends on where the process was killed


class World:
    """A server that counts the orders of each execution (the first part of the path)."""

    def __init__(self):
        self.orders = collections.Counter()
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait()

    async def serve(self):
        server = await asyncio.start_server(self.converse, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    async def converse(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                answer = json.dumps(self.take(*head.split(" ", 2)[:2]))
                length = re.search(r"(?i)^content-length: *(\d+)", head, re.M)
                await reader.readexactly(int(length.group(1)) if length else 0)
                await asyncio.sleep(random.uniform(0, 0.01))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                             % (len(answer), answer.encode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked was killed, or is done
        finally:
            writer.close()

    def take(self, method, path):
        _, name, kind, *rest = path.split("/")
        if method == "POST":
            self.orders[name] += 1
        return self.orders[name] if kind == "orders" else int(rest[0]) if rest else "taken"


def comparable(value):
    """The document without what differs from run to run."""
    if isinstance(value, list):
        return [comparable(v) for v in value]
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items() if not k.endswith("_execution_id") and k not in
                ("id", "created_at", "updated_at", "url", "elapsed", "headers", "input")}
    return value


def certain(document):
    """Tasks in order of name (their order of creation depends on which of two timers is the first), without those
    that depend on where the process was killed."""
    document = comparable(document)
    document["tasks"] = sorted((t for t in document["tasks"] if t["name"] not in UNCERTAIN), key=lambda t: t["name"])
    for task in document["tasks"]:
        task["action_executions"].sort(key=lambda a: json.dumps(a, sort_keys=True))
    return document


class Killer:
    def __init__(self, gregale, folder, world):
        self.gregale, self.folder, self.world = gregale, folder, world
        self.path = os.path.join(folder, "wf.yaml")
        self.actions = os.path.join(folder, "actions.yaml")
        for path, text in ((self.path, WORKFLOW), (self.actions, ACTIONS)):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        self.kills = 0
        begin = time.monotonic()
        self.expected = certain(self.call(*self.run_command("calm", os.path.join(folder, "calm.db"))))
        self.length = time.monotonic() - begin

    def run_command(self, name, db):
        return ("run", self.path, self.actions, "--workflow", "main", "--db", db, "-i",
                "url=%s/%s" % (self.world.url, name))

    def call(self, *arguments):
        done = subprocess.run([self.gregale, *arguments, "--format", "json"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        return json.loads(done.stdout)

    def killed(self, arguments):
        process = subprocess.Popen([self.gregale, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.7 * self.length))
        process.send_signal(signal.SIGKILL)
        killed = process.wait() == -signal.SIGKILL
        self.kills += killed
        return killed

    def one(self, name):
        """One execution, killed until it ends by itself or often enough; the differences found."""
        db = os.path.join(self.folder, name + ".db")
        execution = None
        killed = self.killed(self.run_command(name, db))
        for _ in range(50):
            if not os.path.exists(db):
                return []
            listed = subprocess.run([self.gregale, "execution", "list", "--db", db, "--format", "json"],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if listed.returncode != 0 or not json.loads(listed.stdout):
                return []  # killed before the start was stored: nothing was promised yet
            execution = json.loads(listed.stdout)[0]["id"]
            if not killed:
                break
            killed = self.killed(("execution", "resume", execution, "--db", db))
        if killed:
            self.call("execution", "resume", execution, "--db", db)
        got = certain(self.call("execution", "show", execution, "--db", db))
        differences = []
        if got != self.expected:
            differences.append("expected %s\ngot %s" % (json.dumps(self.expected, indent=1), json.dumps(got, indent=1)))
        if self.world.orders[name] != 1:
            differences.append("ordered %d times" % self.world.orders[name])
        return differences


def main():
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(os.environ.get("SEED", time.time()))
    print("SEED=%d" % seed)
    random.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        killer = Killer(os.path.abspath(sys.argv[1]), folder, World())
        if killer.expected["state"] != "SUCCESS" or killer.expected["output"]["orders"] != 1:
            print("undisturbed, it gives %s" % json.dumps(killer.expected, indent=1))
            return 1
        number = 0
        while killer.kills < wanted:
            number += 1
            differences = killer.one("run%d" % number)
            if differences:
                print("after %d kills:\n%s" % (killer.kills, "\n".join(differences)))
                return 1
            if number > 10 * wanted:
                print("too few of them met a running process")
                return 1
    print("%d kills of %d executions, every result the same" % (killer.kills, number))
    return 0


if __name__ == "__main__":
    sys.exit(main())
