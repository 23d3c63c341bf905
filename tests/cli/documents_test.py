#!/usr/bin/env python3
"""Runs the examples of the language's pages and compares with the results that stand there.

usage: documents_test.py GREGALE [--write]

In docs/language*.md and docs/inheritance.md a ```yaml block is a file. One that begins with a comment of its name
(`# site.yaml`) is there under that name for the examples behind it on the page. What stands behind a block says what
becomes of it:

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


# Keys that have pages of their own (regions.md, custom-context.md), and those of the long form of `extends`.
OTHER_CHAPTERS = {"workbook", "file", "digest", "with-regions", "on-region-error", "min-success", "custom_context",
                  "required", "secret", "default"}


def pages():
    return sorted(glob.glob(os.path.join(DOCS, "language*.md"))) + [os.path.join(DOCS, "inheritance.md")]


def call(folder, gregale, *arguments):
    done = subprocess.run([gregale, *arguments, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=120, cwd=folder)
    return done.returncode, json.loads(done.stdout), done.stderr


def pretty(value):
    """As one would write it: on one line where there is room."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= 100 else json.dumps(value, indent=2, ensure_ascii=False)


def check(gregale, folder, path, match, problems):
    """Gives back the actual output of an example that states one. Its files are in the folder."""
    text, command, options, state, output, state_only, _ = match.groups()
    place = "%s: example `%s`" % (os.path.basename(path), text.split("\n", 2)[1].strip() or text[:40])
    if command is None:
        problems.append("%s: it is not said what becomes of it" % place)
        return None
    name = re.match(r"# (\S+\.yaml)\n", text)
    file = name.group(1) if name else "example.yaml"
    with open(os.path.join(folder, file), "w") as f:
        f.write(text)
    arguments = [file, *shlex.split(options)]
    code, found, _ = call(folder, gregale, "validate", *[one for one in arguments if one.endswith(".yaml")])
    severe = [d for d in found["diagnostics"] if d["severity"] == "error" or command == "validate"]
    if code != 0 or severe:
        problems.append("%s: %s" % (place, "; ".join(d["code"] + " " + d["message"] for d in severe)))
        return None
    if command == "validate":
        return None
    code, document, errors = call(folder, gregale, "run", *arguments)
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
    for path in pages():
        with open(path) as f:
            examples += "\n".join(match.group(1) for match in BLOCK.finditer(f.read()))
    return sorted(key for key in keys_of(json.loads(schema)) - OTHER_CHAPTERS
                  if not re.search(r"(?<![\w-])[\"']?%s[\"']?:" % re.escape(key), examples))


def main():
    gregale, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv
    problems, count = [], 0
    for path in pages():
        with open(path) as f:
            page = f.read()
        new, last = "", 0
        with tempfile.TemporaryDirectory() as folder:
            for match in BLOCK.finditer(page):
                count += 1
                actual = check(gregale, folder, path, match, problems)
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
