#!/usr/bin/env python3
"""Named environments, namespaces, and skipping a task, from the command line.

usage: environment_test.py GREGALE
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

GREGALE = os.path.abspath(sys.argv.pop(1))
WORKFLOW = """\
version: '2.0'
wf:
  output: {who: <% env().who %>}
  tasks:
    t: {action: "<% switch(env().get(bad) => 'std.fail', true => 'std.noop') %>", on-skip: u}
    u: {action: std.noop}
"""


class Environment(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.workflow = os.path.join(self.folder, "wf.yaml")
        with open(self.workflow, "w") as f:
            f.write(WORKFLOW)

    def call(self, *arguments):
        done = subprocess.run([GREGALE, *arguments, "--format", "json"], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def test_the_life_of_an_environment(self):
        store = ("--db", "store.db")
        code, made = self.call("environment", "create", "home", "--variables", '{"who": "ann", "n": 1}',
                               "--description", "ours", *store)
        self.assertEqual((code, made["name"], made["variables"]), (0, "home", {"who": "ann", "n": 1}))
        self.assertEqual(self.call("environment", "create", "home", "--variables", "{}", *store)[0], 6)
        self.assertEqual(self.call("run", self.workflow, "--env", "home", *store)[1]["output"], {"who": "ann"})
        self.assertEqual(self.call("run", self.workflow, "--params", '{"env": "home"}', *store)[1]["output"],
                         {"who": "ann"})
        self.assertEqual(self.call("environment", "update", "home", "--variables", '{"who": "bob"}', *store)[0], 0)
        self.assertEqual(self.call("run", self.workflow, "--env", "home", *store)[1]["output"], {"who": "bob"})
        self.assertEqual([e["name"] for e in self.call("environment", "list", *store)[1]], ["home"])
        code, shown = self.call("environment", "show", "home", *store)
        self.assertEqual((shown["description"], shown["variables"]), ("ours", {"who": "bob"}))
        self.assertEqual(self.call("environment", "delete", "home", *store)[0], 0)
        for command in (["environment", "show", "home"], ["environment", "delete", "home"],
                        ["run", self.workflow, "--env", "home"]):
            code, answer = self.call(*command, *store)
            self.assertEqual(code, 2, answer)
            self.assertIn("Environment is not found: home", json.dumps(answer))

    def test_definitions_of_a_namespace(self):
        other = os.path.join(self.folder, "other.yaml")
        with open(other, "w") as f:
            f.write("version: '2.0'\nwf: {output: {who: other}, tasks: {t: {action: std.noop}}}\n")
        files = (self.workflow, "--namespace", "n=" + other, "--workflow", "wf", "--env", '{"who": "ann"}')
        self.assertEqual(self.call("run", *files)[1]["output"], {"who": "ann"})
        code, document = self.call("run", *files, "--params", '{"namespace": "n"}')
        self.assertEqual((document["output"], document["workflow_namespace"]), ({"who": "other"}, "n"))
        self.assertEqual(self.call("validate", self.workflow, "--namespace", "n=" + other)[0], 0)
        self.assertEqual(self.call("validate", self.workflow, other)[0], 3)
        self.assertEqual(self.call("run", self.workflow, "--namespace", "nothing")[0], 2)

    def test_what_is_no_environment(self):
        self.assertEqual(self.call("run", self.workflow, "--env", "home")[0], 2)
        self.assertEqual(self.call("environment", "create", "x", "--variables", "[1]", "--db", "s.db")[0], 2)
        self.assertEqual(self.call("environment", "list", "--db", "missing.db")[0], 6)

    def test_skip_and_tasks(self):
        store = ("--db", "store.db")
        code, document = self.call("run", self.workflow, "--env", '{"who": "ann", "bad": true}', *store)
        self.assertEqual(code, 1)
        code, tasks = self.call("execution", "tasks", document["id"], *store)
        self.assertEqual([(t["name"], t["state"]) for t in tasks], [("t", "ERROR")])
        self.assertEqual(self.call("execution", "skip", document["id"], "--task", "u", *store)[0], 2)
        code, document = self.call("execution", "skip", document["id"], "--task", "t", "--env",
                                   '{"who": "bob"}', *store)
        self.assertEqual((code, document["state"], document["output"]), (0, "SUCCESS", {"who": "bob"}))
        self.assertEqual([(t["name"], t["state"]) for t in document["tasks"]], [("t", "SKIPPED"), ("u", "SUCCESS")])
        self.assertEqual(self.call("execution", "skip", document["id"], "--task", "t", *store)[0], 6)


if __name__ == "__main__":
    unittest.main()
