#!/usr/bin/env python3
"""What executions need of memory: many at once, many one after another, asleep, and with requests in flight.

usage: bench/engine_memory.py GREGALE

Prints the most memory (resident, MB) that the process had in each case, beside that for one execution of one task.
"""
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time

WORKFLOWS = """\
version: '2.0'
short: {tasks: {a: {publish: {x: 1}, on-success: b}, b: {on-success: c}, c: {action: std.noop}}}
asleep: {tasks: {t: {action: std.sleep seconds=100000}}}
requests:
  input: [port]
  tasks:
    t:
      with-items: i in <% range(1000).toList() %>
      action: std.http url="http://127.0.0.<% $.i mod 20 + 1 %>:<% $.port %>/"
      keep-result: false
"""


def most_memory(pid):
    with open("/proc/%d/status" % pid) as f:
        status = f.read()
    return {name: int(status.split(name + ":")[1].split()[0]) for name in ("VmHWM", "Threads")}


def run(gregale, folder, *arguments, until=None):
    """MB at the most and threads of the command; ended when until() says so."""
    process = subprocess.Popen([gregale, "run", "wf.yaml", *arguments, "--format", "json"], cwd=folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if until is None:
        _, _, usage = os.wait4(process.pid, 0)
        return usage.ru_maxrss / 1024, None
    while not until():
        time.sleep(0.05)
    status = most_memory(process.pid)
    process.kill()
    process.wait()
    return status["VmHWM"] / 1024, status["Threads"]


class SlowServer:
    """Answers nobody before a thousand have asked, or ten seconds have passed."""

    def __init__(self):
        self.waiting = self.most = 0
        self.ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True).start()
        self.ready.wait()

    async def serve(self):
        server = await asyncio.start_server(self.answer, "0.0.0.0", 0, backlog=2000)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    async def answer(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(3600)
        writer.close()


def main():
    gregale = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "wf.yaml"), "w") as f:
            f.write(WORKFLOWS)
        one, _ = run(gregale, folder, "--workflow", "short", "--db", "one.db")
        print("%-52s %8.1f MB" % ("1 execution of 3 tasks", one))
        for count in (1000, 10000, 100000):
            most, _ = run(gregale, folder, "--workflow", "short", "--count", str(count), "--db", "short.db")
            print("%-52s %8.1f MB" % ("%d executions, one after another" % count, most))
        for _ in range(10):
            run(gregale, folder, "--workflow", "asleep", "--count", "1000", "--timeout", "0.01", "--db", "asleep.db")
        most, _ = run(gregale, folder, "--workflow", "asleep", "--timeout", "1", "--db", "asleep.db")
        print("%-52s %8.1f MB" % ("10001 executions asleep", most))
        server = SlowServer()
        most, threads = run(gregale, folder, "--workflow", "requests", "-i", "port=%d" % server.port,
                            until=lambda: server.waiting >= 1000)
        print("%-52s %8.1f MB, %d threads" % ("%d requests in flight" % server.most, most, threads))


if __name__ == "__main__":
    main()
