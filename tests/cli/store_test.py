#!/usr/bin/env python3
"""Stores that cannot be written: a full disk, a file that may only be read. The error is clear, nothing is lost.

usage: store_test.py GREGALE
"""
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

GREGALE = os.path.abspath(sys.argv.pop(1))
NOBODY = 65534
WORKFLOW = """\
version: '2.0'
wf:
  output: {sum: <% $.sum %>}
  tasks:
    start: {on-success: many}
    many:
      with-items: i in <% range(600).toList() %>
      concurrency: 7
      action: std.echo delay=0.001
      input: {output: <% $.i %>}
      publish: {sum: <% task().result.sum() %>}
"""


class Store(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.db = os.path.join(self.folder, "store.db")
        with open(os.path.join(self.folder, "wf.yaml"), "w") as f:
            f.write(WORKFLOW)

    def call(self, *arguments, **more):
        done = subprocess.run([GREGALE, *arguments, "--db", self.db, "--format", "json"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **more)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    def content(self):
        with open(self.db, "rb") as f:
            return f.read()

    def test_a_disk_that_is_full_in_the_middle(self):
        interrupted = 0
        for size in (30000, 80000, 120000, 200000, 300000):
            def small_disk():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            for name in os.listdir(self.folder):
                if name.startswith("store.db"):
                    os.remove(os.path.join(self.folder, name))
            code, _, error = self.call("run", "wf.yaml", preexec_fn=small_disk)
            self.assertEqual(code, 6, error)
            self.assertIn(self.db, error)
            code, listed, error = self.call("execution", "list")
            self.assertIn(code, (0, 6), error)
            if code == 6 or not listed:
                continue  # full before the start was stored: nothing was promised
            interrupted += 1
            code, document, error = self.call("execution", "resume", listed[0]["id"])
            self.assertEqual((code, document["state"], document["output"]), (0, "SUCCESS", {"sum": 179700}), error)
        self.assertGreaterEqual(interrupted, 2)

    def test_a_store_that_may_only_be_read(self):
        code, document, _ = self.call("run", "wf.yaml")
        self.assertEqual(code, 0)
        os.chmod(self.db, 0o444)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)

        def another():
            if os.geteuid() == 0:
                os.setuid(NOBODY)
        before = self.content()
        code, _, error = self.call("execution", "rerun", document["id"], "--task", "many", preexec_fn=another)
        self.assertEqual(code, 6, error)
        self.assertIn("store.db", error)
        self.assertEqual(self.content(), before)

    def test_a_store_of_a_newer_version(self):
        self.assertEqual(self.call("run", "wf.yaml")[0], 0)
        with sqlite3.connect(self.db) as database:
            database.execute("PRAGMA user_version = 1000")
        code, _, error = self.call("execution", "list")
        self.assertEqual(code, 6, error)
        self.assertIn("version 1000", error)


if __name__ == "__main__":
    unittest.main()
