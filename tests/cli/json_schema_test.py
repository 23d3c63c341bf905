#!/usr/bin/env python3
"""The JSON schema of the language, for editors: it takes what the program takes, and refuses what nobody may write.

usage: json_schema_test.py GREGALE     needs PyYAML and jsonschema
"""
import glob
import json
import os
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
HEAD = "version: '2.0'\ndialect: gregale/1\n"
PARENT = HEAD + "base: {input: [a], vars: {x: 1}, tasks: {t: {action: std.noop, retry: {count: 1, delay: 1}}}}\n"
BOOK = HEAD + "name: book\nextends: other\n"

TAKEN = {
    "null takes a key out of a workflow": PARENT + "child: {extends: base, vars: null, description: null}\n",
    "null takes a key out of a task": PARENT + "child: {extends: base, tasks: {t: {override: merge, retry: null}}}\n",
    "null takes a default away": PARENT + "child: {extends: base, task-defaults: {timeout: null}}\n",
    "null takes a key out of an action": HEAD + "a: {base: std.echo}\nb: {extends: a, output: null}\n",
    "in a workbook": BOOK + "workflows: {wf: {override: merge, vars: null, tasks: {t: {override: remove}}}}\n",
    "a removed task that is sent elsewhere":
        PARENT + "child: {extends: base, tasks: {t: {override: remove, redirect: u}, u: {action: std.noop}}}\n",
    "appended transitions":
        PARENT + "child: {extends: base, tasks: {t: {override: merge, on-success: {inherit: append, next: [u]}}}}\n",
    "the long form of a parent":
        HEAD + "child: {extends: {workflow: base, file: a.yaml, digest: 'sha256:%s'}}\n" % ("0" * 64),
    "promises": HEAD + "base: {abstract: true, final: [vars], tasks: {t: {abstract: true, publish: [x]}}}\n",
}
REFUSED = {
    "null where nothing is inherited": HEAD + "wf: {vars: null, tasks: {t: {action: std.noop}}}\n",
    "null in a task that inherits nothing": HEAD + "wf: {tasks: {t: {action: std.noop, retry: null}}}\n",
    "null in a task that replaces": PARENT + "child: {extends: base, tasks: {t: {override: replace, retry: null}}}\n",
    "null as a default of tasks": HEAD + "wf: {task-defaults: {timeout: null}, tasks: {t: {action: std.noop}}}\n",
    "an unknown override": PARENT + "child: {extends: base, tasks: {t: {override: merg}}}\n",
    "an unknown key of a parent": HEAD + "child: {extends: {workflow: base, path: a.yaml}}\n",
    "nothing to extend": HEAD + "child: {extends: null, tasks: {t: {action: std.noop}}}\n",
    "a misspelt key": HEAD + "wf: {tasks: {t: {action: std.noop, on-sucess: u}}}\n",
}


def main():
    if jsonschema is None:
        print("PyYAML or jsonschema is not installed: the schema was not tested")
        return 0
    out = subprocess.run([os.path.abspath(sys.argv[1]), "compile", "--emit", "json-schema"], check=True,
                         stdout=subprocess.PIPE).stdout
    schema = json.loads(out)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    problems = []
    for name, text in TAKEN.items():
        problems += ["refused: %s: %s" % (name, one.message[:300]) for one in
                     validator.iter_errors(yaml.safe_load(text))]
    for name, text in REFUSED.items():
        if validator.is_valid(yaml.safe_load(text)):
            problems.append("taken: %s" % name)
    examples = glob.glob(os.path.join(ROOT, "examples", "*.yaml"))
    for path in examples:
        with open(path) as f:
            problems += ["%s: %s" % (os.path.basename(path), one.message[:300]) for one in
                         validator.iter_errors(yaml.safe_load(f))]
    print("\n".join(problems))
    print("%d definitions, %d problems" % (len(TAKEN) + len(REFUSED) + len(examples), len(problems)))
    return 1 if problems or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
