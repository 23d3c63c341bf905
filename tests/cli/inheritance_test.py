#!/usr/bin/env python3
"""Properties of inheritance over generated families of workflows:

- the flat text of the flat text is the same text;
- a child of a workflow and a child of that workflow's flat text are flat alike;
- the flat text compiles to the program of the source, places and ancestors apart;
- the source, the flat text and the compiled program run to the same result;
- the flat text is a definition for stock Mistral, where that is installed (Debian's python3-mistral), and
  runs to the same result there, where GREGALE_ORACLE names a program that runs it: CASES OUT, a JSON line
  {"id", "definition", "workflow", "input", "params"} each in, and one with "id", "state" and "output" out.

usage: inheritance_test.py GREGALE [FAMILIES] [SEED]
"""
import json
import os
import random
import subprocess
import sys
import tempfile

MISTRAL = "/usr/bin/python3"
# Takes a JSON list of definitions; prints the first that is refused, and why.
ACCEPT = """
import json, sys
try:
    from mistral.lang import parser
except ImportError:
    sys.exit(77)
for text in json.load(sys.stdin):
    try:
        parser.get_workflow_list_spec_from_yaml(text, validate=True)
    except Exception as error:
        sys.exit(text + str(error)[-2000:])
"""


class Family:
    """A chain of three workflows that change each other's tasks at random."""

    def __init__(self, chance):
        self.chance = chance
        self.reverse = chance.random() < 0.2
        self.tasks = []  # names, of the workflow made last
        self.text = ""

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def value(self):
        return self.chance.choice(["1", "'text'", "[1, 2]", "{k: v}", "<% $.a %>", "<% $.b + 1 %>", "\"{{ _.a }}\""])

    def task(self, name, others):
        parts = ["action: std.echo", "input: {output: %s}" % self.value()]
        if self.maybe():
            # One task alone publishes `shared`: of parallel ones stock Mistral takes any.
            shared = ", shared: " + self.value() if name == "t0" else ""
            parts.append("publish: {p_%s: %s%s}" % (name, "<% task().result %>", shared))
        if self.maybe(0.3):
            parts.append("retry: {count: 2, delay: 0}")
        if self.reverse:
            if others and self.maybe(0.7):
                parts.append("requires: [%s]" % ", ".join(self.chance.sample(others, min(len(others), 2))))
        elif others and self.maybe(0.8):
            clause = self.chance.choice(["on-success", "on-complete"])
            parts.append("%s: [%s]" % (clause, ", ".join(self.targets(others))))
        return parts

    def targets(self, others):
        return [("{%s: <%% $.b = 1 %%>}" % one) if self.maybe(0.2) else one
                for one in self.chance.sample(others, min(len(others), self.chance.randint(1, 2)))]

    def workflow(self, name, parent, tasks, extra):
        lines = [name + ":"]
        if parent:
            lines.append("  extends: " + parent)
        lines += extra
        if tasks:
            lines.append("  tasks:")
            lines += ["    %s: {%s}" % (task, ", ".join(parts)) for task, parts in tasks]
        return "\n".join(lines) + "\n"

    def base(self):
        # Tasks lead to later ones only (in reverse workflows: need earlier ones), so that all of it ends.
        names = ["t%d" % i for i in range(self.chance.randint(2, 5))]
        tasks = []
        for i, name in enumerate(names):
            tasks.append((name, self.task(name, names[:i] if self.reverse else names[i + 1:])))
        self.tasks = names
        extra = ["  input: [{a: x}, {b: 1}]", "  output: {shared: <% $.get(shared) %>, b: <% $.b %>}",
                 "  vars: {v: %s}" % self.value()]
        if self.reverse:
            extra.insert(0, "  type: reverse")
        return self.workflow("w0", None, tasks, extra)

    def child(self, level):
        name = "w%d" % level
        changes = []
        added = ["n%d" % level] if self.maybe(0.7) else []
        removable = list(self.tasks[1:-1]) if len(self.tasks) > 3 else []
        gone = self.chance.choice(removable) if removable and self.maybe(0.4) else None
        last = self.tasks[-1]
        for task in self.tasks:
            if task == gone:
                # To the last task forwards, to the first one backwards: no circle can come of it.
                to = self.tasks[0] if self.reverse else last
                changes.append((task, ["override: remove", "redirect: " + to]))
            elif self.maybe(0.5):
                changes.append((task, self.override(task, added)))
        tasks = [one for one in self.tasks if one != gone]
        for one in added:
            requires = ["requires: [%s]" % tasks[0]] if self.reverse and self.maybe() else []
            changes.append((one, ["action: std.echo", "input: {output: %s}" % self.value(),
                                  "publish: {p_%s: 1}" % one] + requires))
        self.tasks = tasks + added
        extra = []
        if self.maybe():
            extra.append("  input: [{b: 2}, {c%d: 3}]" % level)
        if self.maybe():
            extra.append("  output: {more%d: %s}" % (level, self.value()))
        if self.maybe(0.3):
            extra.append("  vars: {v: null, u: %s}" % self.value())
        if self.maybe(0.3):
            extra.append("  task-defaults: {retry: {count: %d, delay: 0}}" % level)
        return self.workflow(name, "w%d" % (level - 1), changes, extra)

    def override(self, task, added):
        parts = ["override: merge"]
        if self.maybe():
            parts.append("input: {output: %s}" % self.value())
        if self.maybe():
            parts.append("publish: {more_%s: %s}" % (task, self.value()))
        if self.maybe(0.3):
            parts.append("retry: {count: 1, delay: 0}")
        if self.maybe(0.2):
            parts.append("publish-on-error: null")
        if added and not self.reverse and self.maybe():
            parts.append("on-success: {inherit: %s, next: [%s]}" % (
                self.chance.choice(["append", "prepend"]), added[0]))
        if added and self.reverse and self.maybe(0.2):
            parts.append("description: needs nothing more")
        return parts

    def make(self):
        return "version: '2.0'\ndialect: gregale/1\n" + "\n".join([self.base()] + [self.child(i) for i in (1, 2)])


# Keys of the readable IR whose number is the place of a template.
TEMPLATES = {"input", "inline_input", "items", "regions", "min-success", "guard", "message", "branch", "global",
             "atomic", "count", "delay", "break-on", "continue-on", "wait-before", "wait-after", "timeout",
             "pause-before", "concurrency", "fail-on", "keep-result", "safe-rerun", "target", "region",
             "custom-context", "vars", "output", "output-on-error", "base-input"}


def whole(program):
    """The program with each template in the place where it is referred to: what several workflows have in common
    is there once, and the flat text has nothing in common."""
    def template(index):
        entry = program["templates"][index]
        if entry.get("kind") == "expression":
            return {"expression": program["expressions"][entry["expression"]]["text"]}
        return dict(entry, children=[template(child) for child in entry.get("children", [])])

    def filled(node, key=None):
        if isinstance(node, list):
            return [filled(one) for one in node]
        if not isinstance(node, dict):
            return node
        names = TEMPLATES | {"name"} if key == "call" else set() if key == "join" else TEMPLATES
        return {name: one if name in ("spec", "default")
                else template(one) if name in names and type(one) is int
                else filled(one, name) for name, one in node.items()}

    return filled({key: value for key, value in program.items() if key not in ("templates", "expressions")})


def bare(program):
    """The program without what depends on where things stand."""
    if isinstance(program, dict):
        return {key: bare(value) for key, value in program.items() if key not in ("at", "sources", "ancestors")}
    return [bare(one) for one in program] if isinstance(program, list) else program


class Check:
    def __init__(self, gregale, folder):
        self.gregale = gregale
        self.folder = folder
        self.for_mistral = []  # flat texts
        self.runs = []  # of them: cases for the oracle, with our result

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def run(self, *arguments):
        done = subprocess.run([self.gregale, *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def flat(self, path, *more):
        code, out, err = self.run("compile", "--emit", "flat", *more, path)
        assert code == 0, "%s\n%s" % (code, err)
        return "".join(line.split("  # ")[0].rstrip() + "\n" for line in out.splitlines())

    def result(self, path, workflow, target):
        params = json.dumps({"task_name": target}) if target else "{}"
        code, out, err = self.run("run", path, "--workflow", workflow, "--params", params, "--format", "json")
        assert code in (0, 1), "%s\n%s\n%s" % (code, out, err)
        document = json.loads(out)
        return {"state": document["state"], "output": document["output"],
                "tasks": sorted((task["name"], task["state"], json.dumps(task["published"], sort_keys=True))
                                for task in document["tasks"])}

    def family(self, family):
        text = family.make()
        source = self.file("source.yaml", text)
        code, _, err = self.run("validate", source)
        assert code == 0, err
        flat_text = self.flat(source)
        flat = self.file("flat.yaml", flat_text)
        assert self.flat(flat) == flat_text, "flattening the flat text changes it"

        head, definitions = text.split("\nw0:")[0], "w0:" + text.split("\nw0:")[1]
        last = "w2:" + definitions.split("\nw2:")[1]
        middle = flat_text[flat_text.index("\nw1:"):flat_text.index("\nw2:")]
        mixed = self.file("mixed.yaml", head + middle + "\n" + last)
        assert self.flat(mixed).split("\nw2:")[1] == flat_text.split("\nw2:")[1], "not associative"

        programs = []
        for path in (source, flat):
            code, out, err = self.run("compile", "--emit", "text", path)
            assert code == 0, err
            programs.append(bare(whole(json.loads(out))))
        assert programs[0] == programs[1], "the flat text is another program"

        compiled = os.path.join(self.folder, "family.gir")
        code, _, err = self.run("compile", "--output", compiled, source)
        assert code == 0, err
        assert self.run("outdated", compiled)[0] == 0, "outdated at once"

        source_text, text = text, self.flat(source, "--target", "mistral-v2")
        for level in range(3):
            workflow = "w%d" % level
            target = family.tasks[0] if family.reverse else None
            if target and target not in source_text.split("\nw%d:" % (level + 1))[0]:
                continue
            ours = self.result(source, workflow, target)
            assert ours == self.result(flat, workflow, target), workflow
            assert ours == self.result(compiled, workflow, target), workflow
            self.runs.append((text, workflow, target, ours))
        self.for_mistral.append(text)

    def accepted_by_mistral(self):
        if not os.path.exists(MISTRAL):
            return False
        done = subprocess.run([MISTRAL, "-c", ACCEPT], input=json.dumps(self.for_mistral), capture_output=True,
                              text=True)
        assert done.returncode in (0, 77), "stock Mistral refuses:\n" + done.stderr
        return done.returncode == 0

    def same_in_mistral(self):
        """Whether the runs could be compared; all at once, since the oracle is slow to start."""
        program = os.environ.get("GREGALE_ORACLE")
        if not program:
            return False
        cases = [{"id": str(number), "definition": text, "workflow": workflow, "input": {},
                  "params": {"task_name": target} if target else {}}
                 for number, (text, workflow, target, _) in enumerate(self.runs)]
        answers = os.path.join(self.folder, "answers.jsonl")
        subprocess.run([MISTRAL, program, self.file("cases.jsonl", "".join(json.dumps(one) + "\n" for one in cases)),
                        answers], check=True, capture_output=True)
        with open(answers) as lines:
            theirs = {answer["id"]: answer for answer in map(json.loads, lines)}
        for case, (text, workflow, _, ours) in zip(cases, self.runs):
            answer = theirs[case["id"]]
            answer = answer.get("expected", answer)
            for key in ("state", "output"):
                assert answer.get(key) == ours[key], "%s of %s\nin Mistral: %s\nhere: %s\n%s" % (
                    key, workflow, answer, ours, text)
        return True


def main():
    gregale = os.path.abspath(sys.argv[1])
    families = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with tempfile.TemporaryDirectory() as folder:
        check = Check(gregale, folder)
        for seed in range(first, first + families):
            family = Family(random.Random(seed))
            try:
                check.family(family)
            except AssertionError:
                print("seed %d:" % seed)
                with open(os.path.join(folder, "source.yaml")) as source:
                    print(source.read())
                raise
        if not check.accepted_by_mistral():
            print("stock Mistral is not installed: whether it accepts the flat texts was not tested")
        if not check.same_in_mistral():
            print("GREGALE_ORACLE is not set: whether the flat texts run alike in Mistral was not tested")
    print("%d families as expected" % families)


if __name__ == "__main__":
    main()
