#!/usr/bin/env python3
"""gregale run --count and --each, what execution list finds, durability.

usage: many_test.py GREGALE
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
double:
  tags: [numbers, quick]
  input: [n: 1, plus: 0]
  output: {n: <% $.n * 2 + $.plus %>}
  tasks:
    t: {action: "<% switch($.n < 0 => 'std.fail', true => 'std.noop') %>"}
asks: {tags: [slow], tasks: {t: {action: std.async_noop}}}
"""


class Many(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("wf.yaml", WORKFLOW)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)

    def gregale(self, *arguments):
        done = subprocess.run([GREGALE, *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        return done.returncode, done.stdout, done.stderr

    def call(self, *arguments):
        code, out, error = self.gregale(*arguments, "--format", "json")
        return code, json.loads(out) if out else error

    def run_many(self, *arguments, workflow="double"):
        return self.call("run", "wf.yaml", "--workflow", workflow, *arguments)

    def test_so_many_of_one(self):
        code, summary = self.run_many("--count", "2500", "-i", "n=4")
        self.assertEqual((code, summary["count"], summary["not_started"]), (0, 2500, 0))
        self.assertEqual(summary["states"], {"SUCCESS": 2500})
        self.assertEqual({json.dumps(e["output"]) for e in summary["executions"]}, {'{"n": 8}'})
        self.assertEqual(len({e["id"] for e in summary["executions"]}), 2500)

    def test_one_for_each_line(self):
        self.write("inputs.jsonl", '{"n": 3}\n\n{"n": -1}\n{"n": 5, "plus": 1}\n{"other": 1}\n')
        code, summary = self.run_many("--each", "@inputs.jsonl", "-i", "plus=100", "--db", "store.db")
        self.assertEqual((code, summary["states"]), (1, {"SUCCESS": 2, "ERROR": 1, "REFUSED": 1}))
        self.assertEqual([e["state"] for e in summary["executions"]], ["SUCCESS", "ERROR", "SUCCESS", "REFUSED"])
        self.assertEqual([e["output"] for e in summary["executions"]][::2], [{"n": 106}, {"n": 11}])
        self.assertIn("other", summary["executions"][3]["state_info"])
        self.assertIsNone(summary["executions"][3]["id"])
        listed = self.call("execution", "list", "--db", "store.db")[1]
        self.assertEqual({e["id"] for e in listed}, {e["id"] for e in summary["executions"]} - {None})
        code, text, _ = self.gregale("run", "wf.yaml", "--workflow", "double", "--each", "@inputs.jsonl")
        self.assertEqual(code, 1)
        self.assertIn("4 executions", text.splitlines()[0])
        self.assertIn("REFUSED", text)

    def test_those_that_wait_do_not_stand_in_the_way(self):
        code, summary = self.run_many("--count", "1200", workflow="asks")
        self.assertEqual((code, summary["states"]), (4, {"RUNNING": 1200}))

    def test_what_cannot_be_read(self):
        self.write("bad.jsonl", '{"n": 1}\n[1]\n')
        for argument in ("inputs.jsonl", "@missing.jsonl", "@bad.jsonl"):
            code, answer = self.run_many("--each", argument)
            self.assertEqual(code, 2, answer)
        self.assertIn("line 2", self.run_many("--each", "@bad.jsonl")[1]["error"])

    def test_what_the_list_finds(self):
        for workflow in ("double", "asks"):
            self.run_many("--db", "store.db", "--durability", "relaxed", workflow=workflow)

        def found(*arguments):
            code, listed = self.call("execution", "list", "--db", "store.db", *arguments)
            self.assertEqual(code, 0, listed)
            return [e["workflow_name"] for e in listed]

        self.assertEqual(found(), ["asks", "double"])
        self.assertEqual(found("--tag", "numbers"), ["double"])
        self.assertEqual(found("--tag", "numbers", "--tag", "quick"), ["double"])
        self.assertEqual(found("--tag", "numbers", "--tag", "slow"), [])
        self.assertEqual(found("--since", "1h"), ["asks", "double"])
        self.assertEqual(found("--until", "1h"), [])
        self.assertEqual(found("--since", "2020-01-01", "--until", "9999-12-31T23:59:59Z"), ["asks", "double"])
        self.assertEqual(found("--until", "2020-01-01T00:00"), [])
        for wrong in ("yesterday", "2020-13-01", "2020-01-01T25:00", "5", "1h ", "-1h"):
            code, answer = self.call("execution", "list", "--db", "store.db", "--since=" + wrong)
            self.assertEqual(code, 2, answer)

    def test_limits(self):
        code, document = self.call("run", "wf.yaml", "--workflow", "double", "--limit", "tasks=0")
        self.assertEqual((code, document["state"]), (1, "ERROR"))
        self.assertIn("More than 0 tasks", document["state_info"])
        for wrong in ("tasks", "tasks=", "tasks=-1", "task=1"):
            self.assertEqual(self.call("run", "wf.yaml", "--workflow", "double", "--limit", wrong)[0], 2)

    def test_durability_is_checked(self):
        self.assertNotEqual(self.run_many("--db", "store.db", "--durability", "none")[0], 0)


if __name__ == "__main__":
    unittest.main()
