#!/usr/bin/env python3
"""Requests for an execution while another process works on its store.

usage: control_test.py GREGALE
"""
import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GREGALE = os.path.abspath(sys.argv.pop(1))
WORKFLOW = """\
version: '2.0'
long: {tasks: {t: {action: std.sleep seconds=600, on-success: u}, u: {action: std.noop}}}
two_steps:
  output: {said: <% $.get(said) %>}
  tasks:
    ask: {action: std.async_noop, publish: {said: <% task().result %>}, on-success: wait}
    wait: {action: std.sleep seconds=0.1}
down:
  tasks:
    list: {action: glance.images_list, with-items: "i in <% range(6) %>", on-error: t}
    t: {action: std.sleep seconds=600}
broken:
  output: {who: <% env().who %>}
  tasks: {t: {action: "<% switch(env().get(bad) => 'std.fail', true => 'std.noop') %>", on-skip: u}, u: {action: std.noop}}
"""


class BadGateway(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(502)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Control(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(self.folder, "wf.yaml"), "w") as f:
            f.write(WORKFLOW)

    def start(self, workflow="long", *arguments):
        process = subprocess.Popen([GREGALE, "run", "wf.yaml", "--workflow", workflow, "--db", "store.db",
                                    "--format", "json", *arguments], cwd=self.folder, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def call(self, *arguments):
        done = subprocess.run([GREGALE, *arguments, "--db", "store.db", "--format", "json"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def running(self, workflow, task="t"):
        """Waits until the task of the workflow's execution is RUNNING, and gives the document."""
        for _ in range(600):
            code, listed = self.call("execution", "list", "--workflow", workflow)
            if code == 0 and listed:
                document = self.call("execution", "show", listed[0]["id"])[1]
                if any(t["name"] == task and t["state"] == "RUNNING" for t in document["tasks"]):
                    return document
            time.sleep(0.05)
        self.fail("the workflow does not run")

    def test_a_running_execution_is_cancelled(self):
        process = self.start()
        execution = self.running("long")["id"]
        code, document = self.call("execution", "cancel", execution, "--message", "enough")
        self.assertEqual((code, document["state"], document["state_info"]), (5, "CANCELLED", "enough"))
        self.assertEqual(process.wait(60), 5)

    def test_why_tells_of_a_service_that_is_down(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BadGateway)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        catalog = [{"type": "image", "endpoints": [{"interface": "public", "region_id": "RegionTwo", "url": url}]}]
        auth = {"X-Target-Auth-Uri": url, "X-Target-Auth-Token": "token", "X-Target-Project-Id": "p",
                "X-Target-Service-Catalog": base64.b64encode(json.dumps(catalog).encode()).decode()}
        self.start("down", "--custom-context", json.dumps({"os": {"auth": auth}}))
        execution = self.running("down")["id"]
        code, answer = self.call("execution", "why", execution)
        told = [reason["text"] for reason in answer["reasons"] if reason["kind"] == "service"]
        self.assertEqual((code, len(told)), (0, 1), answer)
        self.assertRegex(told[0], r"^The service image in region RegionTwo was not reached \d+ times in a row, so "
                                  r"calls to it fail at once; the next one is tried")
        self.assertEqual(self.call("execution", "cancel", execution)[0], 5)

    def test_a_running_execution_is_paused_and_stopped(self):
        process = self.start()
        execution = self.running("long")["id"]
        code, document = self.call("execution", "pause", execution)
        self.assertEqual((code, document["state"]), (4, "PAUSED"))
        code, document = self.call("execution", "stop", execution, "--state", "SUCCESS")
        self.assertEqual((code, document["state"]), (0, "SUCCESS"))
        self.assertEqual(process.wait(60), 0)

    def test_refusals_come_from_the_process_that_has_the_store(self):
        self.start()
        execution = self.running("long")["id"]
        code, answer = self.call("execution", "resume", "00000000-0000-4000-8000-000000000000")
        self.assertEqual(code, 2, answer)
        self.assertIn("no execution", answer)
        code, answer = self.call("execution", "rerun", execution, "--task", "t")
        self.assertEqual(code, 6, answer)
        self.assertIn("Only a task in state ERROR", answer)
        self.assertEqual(self.call("execution", "show", execution)[1]["state"], "RUNNING")

    def test_others_of_the_store_are_carried_on_there(self):
        code, failed = self.call("run", "wf.yaml", "--workflow", "broken", "--env", '{"bad": true, "who": "ann"}')
        self.assertEqual(code, 1)
        code, waiting = self.call("run", "wf.yaml", "--workflow", "two_steps")
        self.assertEqual(code, 4)
        process = self.start()
        self.running("long")
        code, document = self.call("execution", "rerun", failed["id"], "--task", "t", "--env",
                                   '{"bad": false, "who": "bob"}')
        self.assertEqual((code, document["state"], document["output"]), (0, "SUCCESS", {"who": "bob"}))
        action = waiting["tasks"][0]["action_executions"][0]["id"]
        code, document = self.call("action", "complete", action, "--result", '"hello"')
        self.assertEqual((code, document["state"], document["output"]), (0, "SUCCESS", {"said": "hello"}))
        code, answer = self.call("action", "complete", action, "--result", '"again"')
        self.assertEqual(code, 6, answer)
        self.assertIsNone(process.poll())

    def test_a_process_that_was_killed_does_not_stand_in_the_way(self):
        process = self.start()
        execution = self.running("long")["id"]
        process.kill()
        process.wait()
        self.assertTrue(os.path.exists(os.path.join(self.folder, "store.db-control")))
        self.assertEqual(self.call("execution", "cancel", execution)[0], 5)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "store.db-control")))

    def test_only_the_owner_can_ask(self):
        self.start()
        self.running("long")
        mode = os.stat(os.path.join(self.folder, "store.db-control")).st_mode
        self.assertEqual(mode & 0o077, 0)


if __name__ == "__main__":
    unittest.main()
