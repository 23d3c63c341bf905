#!/usr/bin/env python3
"""Runs the examples of the language reference and compares with the results that stand there.

usage: documents_test.py GREGALE [--write]

In docs/language*.md a ```yaml block is a file. What stands behind it says what becomes of it:

    `gregale run FILE ...` ends in STATE with the output      then a ```json block
    `gregale run FILE ...` ends in STATE.                     no output is compared
    `gregale validate FILE` finds nothing.                    needs a cloud, or people, to run

A block without such a line fails the test. --write puts the actual outputs into the documents.
"""
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
BLOCK = re.compile(r"^```yaml\n(.*?)^```\n+(?:`gregale (run|validate) FILE(.*?)` (?:ends in ([A-Z]+) with the output\n+"
                   r"```json\n(.*?)```|ends in ([A-Z]+)\.|(finds nothing)\.))?", re.S | re.M)


# Keys that have pages of their own: inheritance.md, regions.md, custom-context.md.
OTHER_CHAPTERS = {"extends", "workbook", "file", "digest", "abstract", "final", "override", "inherit", "redirect",
                  "before", "with-regions", "on-region-error", "min-success", "custom_context", "required", "secret",
                  "default"}


def call(gregale, *arguments):
    done = subprocess.run([gregale, *arguments, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=120)
    return done.returncode, json.loads(done.stdout), done.stderr


def pretty(value):
    """As one would write it: on one line where there is room."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= 100 else json.dumps(value, indent=2, ensure_ascii=False)


def check(gregale, path, match, problems):
    """Gives back the actual output of an example that states one."""
    text, command, options, state, output, state_only, _ = match.groups()
    place = "%s: example `%s`" % (os.path.basename(path), text.split("\n", 2)[1].strip() or text[:40])
    if command is None:
        problems.append("%s: it is not said what becomes of it" % place)
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write(text)
        f.flush()
        code, found, _ = call(gregale, "validate", f.name)
        severe = [d for d in found["diagnostics"] if d["severity"] == "error" or command == "validate"]
        if code != 0 or severe:
            problems.append("%s: %s" % (place, "; ".join(d["code"] + " " + d["message"] for d in severe)))
            return None
        if command == "validate":
            return None
        code, document, errors = call(gregale, "run", f.name, *shlex.split(options))
    if document.get("state") != (state or state_only):
        problems.append("%s: it ends in %s: %s" % (place, document.get("state"),
                                                   document.get("state_info") or document.get("error") or errors))
        return None
    if output is not None and document["output"] != json.loads(output or "null"):
        problems.append("%s: the output is %s" % (place, json.dumps(document["output"])))
    return document["output"] if output is not None else None


def keys_of(schema):
    """All keys that the JSON schema of the language knows at some place."""
    if isinstance(schema, list):
        return set().union(*map(keys_of, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties")
    return set(own if isinstance(own, dict) else ()) | keys_of(list(schema.values()))


def without_example(gregale):
    """Keys of the language that no example of the reference has."""
    schema = subprocess.run([gregale, "compile", "--emit", "json-schema"], check=True, stdout=subprocess.PIPE).stdout
    examples = ""
    for path in glob.glob(os.path.join(DOCS, "language*.md")):
        with open(path) as f:
            examples += "\n".join(match.group(1) for match in BLOCK.finditer(f.read()))
    return sorted(key for key in keys_of(json.loads(schema)) - OTHER_CHAPTERS
                  if not re.search(r"(?<![\w-])[\"']?%s[\"']?:" % re.escape(key), examples))


def main():
    gregale, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv
    problems, count = [], 0
    for path in sorted(glob.glob(os.path.join(DOCS, "language*.md"))):
        with open(path) as f:
            page = f.read()
        new, last = "", 0
        for match in BLOCK.finditer(page):
            count += 1
            actual = check(gregale, path, match, problems)
            if match.group(5) is not None and actual is not None:
                new += page[last:match.start(5)] + pretty(actual) + "\n"
                last = match.end(5)
        if write:
            with open(path, "w") as f:
                f.write(new + page[last:])
    problems += ["no example has the key `%s`" % key for key in without_example(gregale)]
    print("\n".join(problems))
    print("%d examples, %d problems" % (count, len(problems)))
    return 1 if problems or count < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
