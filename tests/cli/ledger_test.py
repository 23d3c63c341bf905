#!/usr/bin/env python3
"""The ledger: what a workflow has made, what a crash must not make twice, and what cleanup takes away.

usage: ledger_test.py GREGALE
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest

from stub_cloud import StubCloud

GREGALE = os.path.abspath(sys.argv.pop(1))

SITE = """
version: '2.0'
site:
  input: [region, {fails: false}]
  region: <% $.region %>
  tasks:
    network:
      action: neutron.create_network
      input: {body: {network: {name: net}}}
      publish: {network: <% task().result.network.id %>}
      on-success: port
    port:
      action: neutron.create_port
      input: {body: {port: {name: port, network_id: <% $.network %>}}}
      publish: {port: <% task().result.port.id %>}
      on-success: volume
    volume:
      action: cinder.volumes_create size=1 name="data"
      publish: {volume: <% task().result.id %>}
      on-success: server
    server:
      action: nova.servers_create
      input: {name: web, image: i, flavor: f, nics: [{port-id: <% $.port %>}]}
      publish: {server: <% task().result.id %>}
      on-success: attach
    attach:
      action: nova.volumes_create_server_volume server_id=<% $.server %> volume_id=<% $.volume %>
      on-success: [spoil: <% $.fails %>]
    spoil: {action: std.fail}
two_sites:
  input: [{fails: false}]
  tasks:
    one: {workflow: site region=RegionOne fails=<% $.fails %>, on-complete: two}
    two: {workflow: site region=RegionTwo fails=<% $.fails %>}
"""
SERVER = """
version: '2.0'
one_server:
  output: {id: <% $.id %>}
  tasks:
    make:
      action: nova.servers_create name="web" image="i" flavor="f"
      publish: {id: <% task().result.id %>}
"""


class Ledger(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.db = os.path.join(self.folder, "a.db")
        self.cloud = StubCloud()
        self.addCleanup(self.cloud.stop)
        with open(os.path.join(self.folder, "clouds.yaml"), "w", encoding="utf-8") as f:
            f.write(self.cloud.clouds_yaml())
        self.environment = {**{k: v for k, v in os.environ.items() if not k.startswith("OS_")},
                            "HOME": self.folder, "OS_CLOUD": "stub",
                            "OS_CLIENT_CONFIG_FILE": os.path.join(self.folder, "clouds.yaml")}

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(textwrap.dedent(text))
        return path

    def call(self, *arguments, code=0):
        done = subprocess.run([GREGALE, *arguments, "--format", "json"], env=self.environment, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def run_workflow(self, text, *options, code=0):
        return self.call("run", self.write("wf.yaml", text), "--db", self.db, *options, code=code)

    def resources(self, *options):
        return self.call("resource", "list", "--db", self.db, *options)

    def cleanup(self, execution, *options, code=0):
        return self.call("resource", "cleanup", execution, "--db", self.db, *options, code=code)["resources"]

    # ---- the ledger

    def test_lists_what_was_made_where_and_by_whom(self):
        document = self.run_workflow(SITE, "--workflow", "two_sites", "-i", "fails=true", code=1)
        rows = self.resources()
        self.assertEqual([(r["kind"], r["region"]) for r in rows],
                         [(kind, region) for region in ("RegionOne", "RegionTwo")
                          for kind in ("network", "port", "volume", "server", "volume attachment")])
        self.assertEqual({r["root_execution_id"] for r in rows}, {document["id"]})
        self.assertEqual({r["state"] for r in rows}, {"CREATED"})
        self.assertEqual({r["project"] for r in rows}, {"p-1"})
        self.assertEqual(rows[3]["name"], "web")
        sub = document["tasks"][0]["workflow_executions"][0]
        self.assertEqual({r["execution_id"] for r in rows[:5]}, {sub["id"]})
        self.assertEqual(len(self.resources("--region", "RegionTwo")), 5)
        self.assertEqual(len(self.resources("--execution", document["id"])), 10)
        self.assertEqual(self.resources("--execution", sub["id"]), rows[:5])
        self.assertEqual([r["id"] for r in self.resources("--kind", "server", "--region", "RegionOne")],
                         [rows[3]["id"]])
        self.assertEqual(self.resources("--state", "DELETED"), [])
        shown = self.call("resource", "show", rows[3]["id"], "--db", self.db)
        self.assertEqual((shown["task"], shown["action"], shown["workflow_name"], shown["deleted_by"]),
                         ("server", "nova.servers_create", "site", "nova.servers_delete"))
        self.assertIn("no resource nothing", self.call("resource", "show", "nothing", "--db", self.db, code=2))
        self.assertIn("no execution", self.call("resource", "list", "--execution", "x", "--db", self.db, code=2))

    def test_a_workflow_s_own_deletion_is_noted(self):
        self.run_workflow("""
            version: '2.0'
            wf:
              tasks:
                make:
                  action: nova.servers_create name="web" image="i" flavor="f"
                  publish: {id: <% task().result.id %>}
                  on-success: remove
                remove: {action: "nova.servers_delete server=<% $.id %>"}
            """)
        row = self.resources()[0]
        self.assertEqual(row["state"], "DELETED")
        self.assertIsNotNone(row["deleted_at"])

    def test_what_programs_call_counts_too(self):
        os.mkdir(os.path.join(self.folder, "actions"))
        self.write("actions/lab.yaml", "protocol: 1\ncommand: [python3, %s]\nactions: {lab.two_servers: {}}\n"
                   % os.path.join(self.folder, "actions", "lab.py"))
        python = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "stdlib", "python")
        self.write("actions/lab.py", """
            import sys
            sys.path.insert(0, %r)
            import gregale_action

            @gregale_action.action("lab.two_servers")
            def two_servers(context):
                for name in ("a", "b"):
                    context.call("nova.servers_create", name=name, image="i", flavor="f")
                raise ValueError("too late")

            gregale_action.serve()
            """ % python)
        document = self.run_workflow("version: '2.0'\nwf: {tasks: {t: {action: lab.two_servers}}}\n", "--actions",
                                     os.path.join(self.folder, "actions"), code=1)
        action = document["tasks"][0]["action_executions"][0]
        self.assertEqual([(r["name"], r["action_execution_id"]) for r in self.resources()],
                         [("a", action["id"]), ("b", action["id"])])

    def test_servers_that_are_made_together_have_a_row_each(self):
        self.run_workflow("""
            version: '2.0'
            wf: {tasks: {t: {action: nova.servers_create name="web" image="i" flavor="f" min_count=3}}}
            """)
        self.assertEqual({r["id"] for r in self.resources()},
                         {identity for _, identity in self.cloud.all("servers")})
        self.assertEqual(len(self.resources()), 3)

    # ---- cleanup

    def test_cleanup_takes_everything_away_in_the_reverse_order(self):
        document = self.run_workflow(SITE, "--workflow", "two_sites", "-i", "fails=true", code=1)
        rows = self.resources()
        plan = self.cleanup(document["id"], "--dry-run")
        expected = [r["id"] for r in rows[9:4:-1] + rows[4::-1]]
        self.assertEqual([r["id"] for r in plan], expected)
        self.assertEqual(self.cloud.deleted, [])
        done = self.cleanup(document["id"])
        self.assertEqual([(r["id"], r["outcome"]) for r in done], [(i, "DELETED") for i in expected])
        self.assertEqual([r for r, _, _ in self.cloud.deleted], 5 * ["RegionTwo"] + 5 * ["RegionOne"])
        self.assertEqual({k: v for k, v in self.cloud.things.items() if v}, {})
        self.assertEqual({r["state"] for r in self.resources()}, {"DELETED"})
        self.assertEqual(self.cleanup(document["id"]), [])

    def test_cleanup_of_a_sub_execution_leaves_the_others_things(self):
        document = self.run_workflow(SITE, "--workflow", "two_sites", "-i", "fails=true", code=1)
        self.cleanup(document["tasks"][1]["workflow_executions"][0]["id"])
        self.assertEqual({r["region"] for r in self.resources("--state", "CREATED")}, {"RegionOne"})

    def test_what_is_gone_counts_as_deleted_and_what_is_refused_is_told(self):
        document = self.run_workflow(SITE, "--workflow", "site", "-i", "region=RegionTwo")
        network, port, volume, server, attachment = self.resources()
        self.cloud.things.pop(("RegionTwo", "servers/%s/os-volume_attachments" % server["id"]))
        self.cloud.refused.add(port["id"])
        done = {r["kind"]: r for r in self.cleanup(document["id"], code=1)}
        self.assertEqual({k: r["outcome"] for k, r in done.items()},
                         {"volume attachment": "DELETED", "server": "DELETED", "volume": "DELETED",
                          "port": "FAILED", "network": "FAILED"})
        self.assertIn("in use", done["port"]["error"])
        self.assertEqual({r["kind"] for r in self.resources("--state", "CREATED")}, {"port", "network"})
        self.cloud.refused.clear()
        self.assertEqual([r["outcome"] for r in self.cleanup(document["id"])], ["DELETED", "DELETED"])

    def test_credentials_of_another_project_prove_nothing(self):
        document = self.run_workflow(SERVER)
        kept = dict(self.cloud.things)
        self.cloud.things.clear()
        self.cloud.project = "p-2"
        self.assertIn("made in project p-1", self.cleanup(document["id"], code=1)[0]["error"])
        self.cloud.things.update(kept)
        self.cloud.project = "p-1"
        self.assertEqual(self.cleanup(document["id"])[0]["outcome"], "DELETED")

    def test_credentials_of_the_execution_are_used(self):
        with open(os.path.join(self.folder, "clouds.yaml"), "w", encoding="utf-8") as f:
            f.write('{"clouds": {"stub": {"auth": {"auth_url": "http://127.0.0.1:9/v3", "username": "u", '
                    '"password": "p", "project_id": "p", "user_domain_id": "d"}}}}')
        context = {"os": {"auth": {"auth_url": self.cloud.url + "/v3", "username": "u", "password": "canary-1",
                                   "project_id": "p", "user_domain_id": "default"}}}
        document = self.run_workflow(SERVER, "--custom-context", json.dumps(context), "--region", "RegionTwo")
        self.assertEqual(self.cleanup(document["id"])[0]["outcome"], "DELETED")

    def test_an_execution_that_goes_on_is_left_alone(self):
        document = self.run_workflow("""
            version: '2.0'
            wf:
              tasks:
                make: {action: nova.servers_create name="web" image="i" flavor="f", on-success: wait}
                wait: {action: std.async_noop}
            """, code=4)
        self.assertIn("is RUNNING", self.call("resource", "cleanup", document["id"], "--db", self.db, code=6))
        self.assertEqual(len(self.cleanup(document["id"], "--dry-run")), 1)
        self.call("execution", "cancel", document["id"], "--db", self.db, code=5)
        self.assertEqual(self.cleanup(document["id"])[0]["outcome"], "DELETED")

    # ---- crashes

    def killed_at(self, moment, *options):
        """Kills the run of SERVER when the cloud is at [moment] of making the server; gives the execution."""
        reached, go_on = threading.Event(), threading.Event()

        def hold(now):
            if now == moment:
                reached.set()
                go_on.wait(60)

        self.cloud.hold = hold
        process = subprocess.Popen([GREGALE, "run", self.write("wf.yaml", SERVER), "--db", self.db, *options],
                                   env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(reached.wait(60))
        process.send_signal(signal.SIGKILL)
        self.assertEqual(process.wait(), -signal.SIGKILL)
        self.cloud.hold = None
        execution = self.call("execution", "list", "--db", self.db)[0]["id"]
        return execution, go_on

    def test_a_server_that_was_made_before_the_crash_is_adopted(self):
        execution, go_on = self.killed_at("after")
        go_on.set()
        document = self.call("execution", "resume", execution, "--db", self.db)
        self.assertEqual(document["state"], "SUCCESS")
        self.assertEqual(self.cloud.all("servers"), {("RegionOne", document["output"]["id"])})
        self.assertEqual(len(self.cloud.made), 1)
        self.assertEqual([r["id"] for r in self.resources()], [document["output"]["id"]])

    def test_a_server_that_was_not_made_is_made_then(self):
        execution, go_on = self.killed_at("before")
        # The request never gets further.
        document = self.call("execution", "resume", execution, "--db", self.db)
        self.assertEqual(document["state"], "SUCCESS")
        self.assertEqual(len(self.cloud.all("servers")), 1)
        self.assertEqual([r["id"] for r in self.resources()], [document["output"]["id"]])
        del go_on

    def test_a_request_that_is_still_under_way_is_waited_for(self):
        with open(os.path.join(self.folder, "clouds.yaml"), "w", encoding="utf-8") as f:
            f.write(self.cloud.clouds_yaml(settling_seconds=600))
        execution, go_on = self.killed_at("before")
        looked = threading.Event()
        look = self.cloud.look_or_delete

        def seen(*arguments):
            looked.set()
            return look(*arguments)

        self.cloud.look_or_delete = seen
        threading.Thread(target=lambda: (looked.wait(60), go_on.set()), daemon=True).start()
        document = self.call("execution", "resume", execution, "--db", self.db)
        self.assertEqual(document["state"], "SUCCESS")
        self.assertEqual(len(self.cloud.made), 1)

    def test_what_was_under_way_when_the_execution_was_cancelled_is_taken_away_too(self):
        execution, go_on = self.killed_at("after")
        go_on.set()
        cancelled = self.call("execution", "cancel", execution, "--db", self.db, code=5)
        self.assertEqual(cancelled["state"], "CANCELLED")
        self.assertEqual(len(self.cloud.all("servers")), 1)
        done = self.call("resource", "cleanup", execution, "--db", self.db)
        self.assertEqual([r["outcome"] for r in done["resources"]], ["DELETED"])
        self.assertEqual(self.cloud.all("servers"), set())
        self.assertEqual(len(self.cloud.made), 1)

    def test_without_marks_the_fate_is_not_known(self):
        execution, go_on = self.killed_at("after", "--no-marks")
        go_on.set()
        self.assertNotIn("metadata", self.cloud.made[0][2])
        document = self.call("execution", "resume", execution, "--db", self.db, code=1)
        self.assertIn("not known whether it was carried out", document["tasks"][0]["state_info"])
        self.assertEqual(len(self.cloud.made), 1)

    def test_only_runs_that_are_kept_have_marks(self):
        self.call("run", self.write("wf.yaml", SERVER))
        self.assertNotIn("metadata", self.cloud.made[0][2])
        self.run_workflow(SERVER)
        self.assertEqual(list(self.cloud.made[1][2]["metadata"]), ["gregale_action_execution"])


if __name__ == "__main__":
    unittest.main()
