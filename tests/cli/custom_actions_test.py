#!/usr/bin/python3
"""Actions of programs: what they can do, and that nothing they do harms anybody else.

usage: custom_actions_test.py GREGALE
"""
import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

GREGALE = os.path.abspath(sys.argv.pop(1))
HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "..", "..", "examples", "actions")
FAULTS = """\
protocol: 1
command: [python3, %s/faulty_program.py]
processes: 1
memory: 512
timeout: 60
environment: {GIVEN: by the manifest}
pass: [PASSED]
actions:
  faults.any: {accepts_any: true}
  faults.environment: {}
  faults.process: {parameters: {end: {type: boolean, default: false}}}
  faults.context: {}
  faults.wait_for_cancel: {parameters: {file: {type: string}}}
  faults.deep: {parameters: {depth: {type: integer}}}
  faults.call: {accepts_any: true}
  faults.later: {asynchronous: true}
  faults.typed:
    description: Has parameters of all types.
    parameters:
      text: {type: string, default: x}
      integer: {type: integer, default: 1}
      number: {type: number, default: 1}
      boolean: {type: boolean, default: true}
      list: {type: list, default: []}
      map: {type: map, default: null}
""" % HERE


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name
        self.actions = os.path.join(self.folder, "actions")
        os.mkdir(self.actions)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def gregale(self, *arguments, env=None):
        environment = {**os.environ, "HOME": self.folder, **(env or {})}
        return subprocess.run([GREGALE, *arguments, "--actions", self.actions], env=environment, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def document(self, *arguments, code=0, env=None):
        done = self.gregale(*arguments, "--format", "json", env=env)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def action(self, name, /, code=0, verb="run", env=None, **given):
        return self.document("action", verb, name, "--input", json.dumps(given), code=code, env=env)

    def run_workflow(self, tasks, code=0, options=()):
        text = json.dumps({"version": "2.0", "wf": {"tasks": tasks}})
        return self.document("run", self.write("wf.yaml", text), *options, code=code)


class Faults(Folder):
    def setUp(self):
        super().setUp()
        self.write("actions/faults.yaml", FAULTS)

    def failure(self, **given):
        return self.action("faults.any", code=1, **given)["error"]

    def test_result(self):
        self.assertEqual(self.action("faults.any", echo={"a": [1, None, "é"]})["output"], {"a": [1, None, "é"]})

    def test_faults_are_errors_of_the_action(self):
        for kind, text in {"crash": "ended with code 3: something broke", "abort": "signal 6",
                           "garbage": "not JSON", "array": "no object", "utf8": "UTF-8", "memory": "code 9",
                           "flood": "more than 16777216 bytes", "flood_lines": "more than 16777216 bytes",
                           "other_id": "`id`", "both": "both `data` and `error`",
                           "accept": "not asynchronous"}.items():
            with self.subTest(kind):
                self.assertIn(text, self.failure(kind=kind))
                self.assertIn(text, self.failure(kind=kind, log="before it"))

    def test_faults_while_it_calls_another_action(self):
        echo = {"action": "std.echo", "input": {"output": 1}}
        for kind, text in {"crash": "code 3", "garbage": "not JSON", "flood": "more than"}.items():
            self.assertIn(text, self.action("faults.call", code=1, after_call=kind, **echo)["error"])

    def test_faults_in_a_test(self):
        self.assertEqual(self.action("faults.any", verb="test")["output"], "would do it")
        self.assertIn("code 3", self.action("faults.any", verb="test", code=1, on_test="crash")["error"])

    def test_a_program_that_hangs_is_ended(self):
        self.write("actions/faults.yaml", FAULTS.replace("timeout: 60", "timeout: 1"))
        for kind in "hang", "deaf":
            self.assertIn("longer than 1 seconds", self.failure(kind=kind))

    def test_the_next_call_gets_a_new_process(self):
        tasks = {"first": {"action": "faults.any", "input": {"kind": "crash"}, "on-error": "second"},
                 "second": {"action": "faults.any", "input": {"echo": "fine"}, "on-success": "third"},
                 "third": {"action": "faults.process", "input": {"end": True}, "on-success": "fourth"},
                 "fourth": {"action": "faults.process"}}
        document = self.run_workflow(tasks)
        results = {t["name"]: t["result"] for t in document["tasks"]}
        self.assertEqual(results["second"], "fine")
        self.assertNotEqual(results["third"], results["fourth"])

    def test_processes_are_kept(self):
        tasks = {"all": {"with-items": "i in <% range(20).toList() %>", "action": "faults.process"}}
        result = self.run_workflow(tasks)["tasks"][0]["result"]
        self.assertEqual(len(set(result)), 1)

    def test_the_environment_has_no_secrets(self):
        secrets = {"OS_PASSWORD": "canary", "OS_TOKEN": "canary", "SSH_AUTH_SOCK": "canary", "PASSED": "through"}
        seen = self.action("faults.environment", env=secrets)["output"]
        self.assertNotIn("canary", json.dumps(seen))
        self.assertEqual((seen["GIVEN"], seen["PASSED"]), ("by the manifest", "through"))

    def test_context(self):
        tasks = {"one": {"with-items": "i in [1, 2]", "concurrency": 1, "action": "faults.context", "timeout": 100,
                         "custom_context": {"ticket": "T-1"}}}
        document = self.run_workflow(tasks)
        task = document["tasks"][0]
        first, second = task["result"]
        self.assertEqual((first["item_index"], second["item_index"]), (0, 1))
        self.assertEqual(first["workflow_execution_id"], document["id"])
        self.assertEqual(first["task_execution_id"], task["id"])
        self.assertEqual({first["action_execution_id"], second["action_execution_id"]},
                         {a["id"] for a in task["action_executions"]})
        self.assertEqual((first["workflow_name"], first["task_name"]), ("wf", "one"))
        self.assertEqual(first["custom_context"], {"ticket": "T-1"})
        self.assertGreater(first["deadline"], time.time())
        self.assertNotIn("security", first)

    def test_types_and_defaults(self):
        self.assertEqual(self.action("faults.typed")["output"], None)
        wrong = {"text": 1, "integer": 1.5, "number": "1", "boolean": 1, "list": {}, "map": []}
        for name, value in wrong.items():
            error = self.action("faults.typed", code=1, **{name: value})["error"]
            self.assertIn("'%s' must be of type" % name, error)
        self.assertIn("did you mean 'integer'", self.action("faults.typed", code=2, intger=1)["error"])

    def test_calls_of_other_actions(self):
        answer = self.action("faults.call", action="std.echo", input={"output": 5})["output"]
        self.assertEqual((answer["call"], answer["state"], answer["data"]), ("a", "SUCCESS", 5))
        answer = self.action("faults.call", action="std.echo", input={"outptu": 5})["output"]
        self.assertEqual(answer["state"], "ERROR")
        self.assertIn("did you mean 'output'", answer["message"])
        answer = self.action("faults.call", action="std.ecoh", input={})["output"]
        self.assertIn("did you mean 'std.echo'", answer["message"])
        answer = self.action("faults.call", action="std.echo", input={"output": 1, "delay": 0.1})["output"]
        self.assertEqual(answer["data"], 1)
        answer = self.action("faults.call", action="std.async_noop", input={})["output"]
        self.assertIn("comes from outside", answer["message"])

    def test_calls_are_recorded(self):
        tasks = {"one": {"action": "faults.call", "input": {"action": "std.fail", "input": {}}}}
        execution = self.run_workflow(tasks)["tasks"][0]["action_executions"][0]
        self.assertEqual([(c["name"], c["state"]) for c in execution["calls"]], [("std.fail", "ERROR")])

    def test_re_entrant_calls(self):
        document = self.action("faults.deep", depth=10)
        depth, calls = 0, document["calls"]
        while calls:
            depth, calls = depth + 1, calls[0].get("calls")
        self.assertEqual(depth, 10)
        self.assertIn("more than 16 deep", self.action("faults.deep", code=1, depth=17)["error"])

    def test_cancellation(self):
        path = os.path.join(self.folder, "cancelled")
        tasks = {"one": {"action": "faults.wait_for_cancel", "input": {"file": path}, "timeout": 1,
                         "on-error": "two"},
                 "two": {"action": "std.sleep", "input": {"seconds": 1}, "on-success": "three"},
                 "three": {"action": "faults.any"}}
        document = self.run_workflow(tasks)
        self.assertEqual(document["state"], "SUCCESS")
        with open(path, encoding="utf-8") as f:
            message, identity = json.load(f)
        self.assertEqual(message, {"type": "cancel", "id": identity})

    def test_asynchronous_across_processes(self):
        db = os.path.join(self.folder, "store.db")
        for given, code, state in ((("--result", '{"a": 1}'), 0, "SUCCESS"), (("--error", '"no"'), 1, "ERROR"),
                                   (("--cancel",), 5, "CANCELLED")):
            document = self.run_workflow({"one": {"action": "faults.later"}}, code=4, options=("--db", db))
            self.assertEqual(document["state"], "RUNNING")
            identity = document["tasks"][0]["action_executions"][0]["id"]
            resumed = self.document("execution", "resume", document["id"], "--db", db, code=4)
            self.assertEqual(resumed["state"], "RUNNING")
            done = self.document("action", "complete", identity, "--db", db, *given, code=code)
            self.assertEqual(done["state"], state)

    def test_asynchronous_with_a_timeout(self):
        document = self.run_workflow({"one": {"action": "faults.later", "timeout": 1}}, code=1)
        self.assertIn("timed out", document["tasks"][0]["state_info"])

    def test_an_asynchronous_action_that_cannot_be_set_going_fails(self):
        self.write("actions/faults.yaml", FAULTS.replace("faulty_program.py", "no_such_program.py"))
        self.run_workflow({"one": {"action": "faults.later"}}, code=1)

    def test_validation(self):
        path = self.write("wf.yaml", "version: '2.0'\nwf: {tasks: {a: {action: faults.typed txt=1}}}\n")
        findings = self.document("validate", path, "--strict", code=3)["diagnostics"]
        self.assertIn("txt", json.dumps(findings))
        path = self.write("wf.yaml", "version: '2.0'\nwf: {tasks: {a: {action: faults.typd}}}\n")
        self.assertIn("faults.typed", json.dumps(self.document("validate", path, "--strict", code=3)))

    def test_lists(self):
        names = [a["name"] for a in self.document("action", "list", "--service", "faults")]
        self.assertIn("faults.later", names)
        shown = self.document("action", "show", "faults.typed")
        self.assertEqual(shown["description"], "Has parameters of all types.")
        self.assertEqual(shown["parameters"][0], {"name": "text", "required": False, "default": "x",
                                                  "description": ""})


class Folders(Folder):
    def refused(self, text):
        done = self.gregale("action", "list")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(text, done.stderr)

    def test_mistakes_in_manifests_are_named(self):
        for text, message in {
                "command: [python3]": "`protocol` must be 1",
                "{protocol: 2, command: [python3]}": "`protocol` must be 1",
                "{protocol: 1, command: [no-such-program-anywhere]}": "there is no program",
                "{protocol: 1, command: []}": "`command`",
                "{protocol: 1, command: [python3], memroy: 5}": "did you mean `memory`",
                "{protocol: 1, command: [python3], memory: many}": "`memory` must be an integer",
                "{protocol: 1, command: [python3], actions: {'a b': {}}}": "action a b",
                "{protocol: 1, command: [python3], actions: {a: {parameters: {p: {type: strng}}}}}": "no type",
                "{protocol: 1, command: [python3], actions: {a: {parameters: {p: {type: list, default: 1}}}}}":
                    "the default is no list",
                "{protocol: 1, command: [python3], actions: {std.echo: {}}}": "already an action named std.echo",
        }.items():
            with self.subTest(text):
                self.write("actions/wrong.yaml", text)
                self.refused(message)
                self.refused("wrong.yaml")

    def test_description_by_the_program(self):
        manifest = "{protocol: 1, command: [python3, %s/faulty_program.py], environment: {DESCRIBE: '%s', SPEAKS: '%s'}}"
        self.write("actions/described.yaml", manifest % (HERE, "", "1"))
        self.assertEqual(self.document("action", "show", "faults.described")["description"], "From the program.")
        for fault, text in {"crash": "ended with code 3", "garbage": "not JSON", "utf8": "UTF-8",
                            "flood": "more than"}.items():
            self.write("actions/described.yaml", manifest % (HERE, fault, "1"))
            self.refused(text)
        self.write("actions/described.yaml", manifest % (HERE, "", "2"))
        self.refused("version 1 of the protocol")

    def test_ad_hoc_actions(self):
        self.write("actions/adhoc.yaml", "version: '2.0'\nshout: {base: std.echo, base-input: "
                                         "{output: <% $.text.toUpper() %>}, input: [text]}\n")
        document = self.run_workflow({"one": {"action": "shout text=hello"}})
        self.assertEqual(document["tasks"][0]["result"], "HELLO")

    def test_catalogue_files(self):
        self.write("actions/weather.yaml", """
service: weather
prefix: weather
actions:
  forecast_get:
    doc: The weather of a place.
    parameters:
      city!: where
    GET: "v1/forecast/{city}"
    result: "{reply}"
""")
        shown = self.document("action", "show", "weather.forecast_get")
        self.assertEqual((shown["service"], shown["takes_region"]), ("weather", True))

    def test_folders_from_the_environment(self):
        other = os.path.join(self.folder, "other")
        os.mkdir(other)
        self.write("other/faults.yaml", FAULTS)
        shown = self.document("action", "show", "faults.any", env={"GREGALE_ACTIONS": "/nowhere:" + other})
        self.assertEqual(shown["name"], "faults.any")
        os.makedirs(os.path.join(self.folder, ".config", "gregale"))
        os.rename(other, os.path.join(self.folder, ".config", "gregale", "actions"))
        self.assertEqual(self.document("action", "show", "faults.any")["name"], "faults.any")

    def test_examples(self):
        self.actions = EXAMPLES
        self.assertGreaterEqual(self.action("host.load", minutes=5)["output"], 0)
        self.assertEqual(self.action("host.load", code=1, minutes=2)["error"], "minutes must be 1, 5 or 15")
        planned = self.action("volumes.create_and_attach", verb="test", server="s", size=2)["output"]
        self.assertEqual(planned, {"creates": "a volume of 2 GB", "attaches_to": "s"})


class MistralClasses(Folder):
    MODULE = """
from mistral_lib import actions

class Greet(actions.Action):
    "Greets."
    def __init__(self, name, greeting="Hello", fail=False):
        self.name, self.greeting, self.fail = name, greeting, fail
    def run(self, context):
        print("this goes nowhere")
        if self.fail:
            return actions.Result(error={"code": 7})
        return "%s, %s! (%s)" % (self.greeting, self.name, context.execution.workflow_name)
    def test(self, context):
        return "would greet"

class Later(actions.Action):
    def run(self, context):
        return "ignored"
    def is_sync(self):
        return False

class Broken(actions.Action):
    def run(self, context):
        raise ValueError("no luck")
"""

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.folder, "demo-1.0.dist-info"))
        self.write("demo_actions.py", self.MODULE)
        self.write("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        self.write("demo-1.0.dist-info/entry_points.txt",
                   "[mistral.actions]\ndemo.greet = demo_actions:Greet\ndemo.later = demo_actions:Later\n"
                   "demo.broken = demo_actions:Broken\n")
        self.write("actions/mistral.yaml",
                   "{protocol: 1, command: [/usr/bin/python3, -m, gregale_mistral_bridge, --only, 'demo.*'], "
                   "environment: {PYTHONPATH: '%s'}}" % self.folder)

    def test_classes_run_unchanged(self):
        document = self.run_workflow({"one": {"action": "demo.greet name=Ann"}})
        self.assertEqual(document["tasks"][0]["result"], "Hello, Ann! (wf)")
        failed = self.action("demo.greet", code=1, name="x", fail=True)
        self.assertEqual(failed["output"], {"code": 7})
        self.assertIn("no luck", self.action("demo.broken", code=1)["error"])
        self.assertEqual(self.action("demo.greet", verb="test", name="x")["output"], "would greet")
        self.run_workflow({"one": {"action": "demo.later"}}, code=4)

    def test_parameters_are_known(self):
        shown = self.document("action", "show", "demo.greet")
        self.assertEqual([(p["name"], p["required"]) for p in shown["parameters"]],
                         [("name", True), ("greeting", False), ("fail", False)])


class Documentation(Folder):
    def test_the_first_action_works_as_it_is_described(self):
        with open(os.path.join(HERE, "..", "..", "docs", "custom-actions.md"), encoding="utf-8") as f:
            chapter = f.read().split("## The first one, in Python")[1].split("\n## ")[0]
        blocks = re.findall(r"```(\w+)\n(.*?)```", chapter, re.S)
        names = iter(["actions/greet.py", "actions/greet.yaml", "wf.yaml"])
        commands = 0
        for language, text in blocks:
            if language != "console":
                self.write(next(names), text)
                continue
            for step in text.split("$ gregale ")[1:]:
                command, _, expected = step.partition("\n")
                done = subprocess.run([GREGALE, *shlex.split(command)], cwd=self.folder, timeout=300,
                                      env={**os.environ, "HOME": self.folder}, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, encoding="utf-8")
                self.assertEqual(done.returncode, 0, command + done.stdout)
                self.assertIn(expected, done.stdout)
                commands += 1
        self.assertEqual(commands, 4)


class Plugins(Folder):
    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.built.cleanup)
        with open(os.path.join(HERE, "..", "..", "docs", "custom-actions.md"), encoding="utf-8") as f:
            chapter = f.read().split("## The first one, in C++")[1].split("\n## ")[0]
        greet, project = (re.search(r"```%s\n(.*?)```" % language, chapter, re.S).group(1)
                          for language in ("cpp", "cmake"))
        with open(os.path.join(HERE, "test_plugin.cpp"), encoding="utf-8") as f:
            test_plugin = f.read()
        # Not of this project's headers: as an author of another version would have it.
        other = "unsigned gregale_plugin[4] = {7, 0, 0, 0};\n"
        for name, text in {"greet.cpp": greet, "test_plugin.cpp": test_plugin, "other_version.c": other,
                           "no_plugin.c": "int x;\n",
                           "CMakeLists.txt": project.replace("LANGUAGES CXX", "LANGUAGES C CXX") +
                           "gregale_add_plugin(again greet.cpp)\ngregale_add_plugin(test_plugin test_plugin.cpp)\n"
                           "gregale_add_plugin(other_version other_version.c)\n"
                           "set_target_properties(other_version PROPERTIES C_VISIBILITY_PRESET default)\n"
                           "gregale_add_plugin(no_plugin no_plugin.c)\n"}.items():
            with open(os.path.join(cls.built.name, name), "w", encoding="utf-8") as f:
                f.write(text)
        package = os.path.join(os.path.dirname(GREGALE), "package")
        for command in (["cmake", "-S", ".", "-B", "build", "-Dgregale_DIR=" + package],
                        ["cmake", "--build", "build"]):
            subprocess.run(command, cwd=cls.built.name, check=True, stdout=subprocess.DEVNULL)

    def take(self, *names):
        for name in names:
            shutil.copy(os.path.join(self.built.name, "build", name + ".so"), self.actions)

    def test_the_documented_plug_in(self):
        self.take("greet")
        self.assertEqual(self.action("demo.greet_in_cpp", name="Ann")["output"], "Hello, Ann!")
        document = self.run_workflow({"one": {"action": "demo.greet_in_cpp name=Bob greeting=Ho"}})
        self.assertEqual(document["tasks"][0]["result"], "Ho, Bob!")
        self.assertIn("did you mean", self.action("demo.greet_in_cpp", code=2, nme="x")["error"])

    def test_refusals(self):
        for names, text in {("other_version",): "version 7 of the plug-in interface, and this program has version 1",
                            ("no_plugin",): "is no plug-in",
                            ("greet", "again"): "already an action named demo.greet_in_cpp"}.items():
            for old in os.listdir(self.actions):
                os.remove(os.path.join(self.actions, old))
            self.take(*names)
            done = self.gregale("action", "list")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(text, done.stderr)
            self.assertIn(".so", done.stderr)
        os.remove(os.path.join(self.actions, "again.so"))
        self.write("actions/text.so", "no shared object")
        self.assertIn("cannot be loaded", self.gregale("action", "list").stderr)

    def test_results(self):
        self.take("test_plugin")
        self.assertEqual(self.action("cpp.end", how="data")["output"], {"a": [1]})
        failed = self.action("cpp.end", code=1, how="error")
        self.assertEqual((failed["output"], failed["error"]), ({"code": 7}, "it failed"))
        self.assertEqual(self.action("cpp.end", code=1, how="exception")["error"], "thrown")
        self.assertEqual(self.action("cpp.end", code=1, how="number")["output"], "an exception without a text")
        self.assertIn("UTF-8", self.action("cpp.end", code=1, how="utf8")["error"])
        document = self.run_workflow({"one": {"action": "cpp.end how=cancelled"}}, code=5)
        self.assertEqual(document["tasks"][0]["state"], "CANCELLED")
        self.assertEqual(self.action("cpp.end", verb="test", how="error")["output"], "would end by error")

    def test_calls(self):
        self.take("test_plugin")
        document = self.action("cpp.deep", depth=10)
        self.assertEqual(document["output"], "the bottom")
        depth, calls = 0, document["calls"]
        while calls:
            depth, calls = depth + 1, calls[0].get("calls")
        self.assertEqual(depth, 10)
        self.assertIn("more than 16 deep", self.action("cpp.deep", code=1, depth=17)["error"])

    def test_programs_and_plug_ins_call_each_other(self):
        self.take("test_plugin")
        self.write("actions/faults.yaml", FAULTS)
        answer = self.action("faults.call", action="cpp.call", input={
            "action": "faults.any", "input": {"echo": "around"}})["output"]
        self.assertEqual(answer["data"], "around")

    def test_context(self):
        self.take("test_plugin")
        tasks = {"one": {"with-items": "i in [1, 2]", "action": "cpp.context", "timeout": 100,
                         "custom_context": {"ticket": "T-1"}}}
        document = self.run_workflow(tasks)
        task = document["tasks"][0]
        for index, seen in enumerate(task["result"]):
            self.assertEqual(seen["item_index"], index)
            self.assertEqual(seen["workflow_execution_id"], document["id"])
            self.assertEqual(seen["task_execution_id"], task["id"])
            self.assertEqual((seen["workflow_name"], seen["task_name"], seen["attempt"]), ("wf", "one", 1))
            self.assertEqual((seen["custom_context"], seen["security"]), ({"ticket": "T-1"}, None))
            self.assertGreater(seen["deadline"], time.time() * 1e6)

    def test_cancellation(self):
        self.take("test_plugin")
        tasks = {"one": {"action": "cpp.wait_for_cancel", "timeout": 1, "on-error": "two"},
                 "two": {"action": "std.noop"}}
        self.assertEqual(self.run_workflow(tasks)["state"], "SUCCESS")  # ends only when the action has ended

    def test_asynchronous(self):
        self.take("test_plugin")
        db = os.path.join(self.folder, "store.db")
        document = self.run_workflow({"one": {"action": "cpp.later"}}, code=4, options=("--db", db))
        identity = document["tasks"][0]["action_executions"][0]["id"]
        self.assertEqual(self.document("action", "complete", identity, "--db", db, "--result", "1")["state"],
                         "SUCCESS")


class MistralHttp(Folder):
    def test_the_request_is_sent_before_the_process_ends(self):
        seen = []

        class Stub(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(self.headers["Mistral-Action-Execution-Id"])
                self.send_response(202)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        url = "http://127.0.0.1:%d/" % server.server_port
        document = self.run_workflow({"one": {"action": "std.mistral_http", "input": {"url": url}}}, code=4)
        self.assertEqual(seen, [document["tasks"][0]["action_executions"][0]["id"]])


if __name__ == "__main__":
    unittest.main()
