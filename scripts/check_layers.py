#!/usr/bin/env python3
"""Fails when a file includes a folder that stands to its right on the way of a workflow.

usage: check_layers.py ROOT
"""
import os
import re
import sys

# Folder -> folders that its files may include, beside its own.
ALLOWED = {
    "core": [],
    "grammar": ["core"],
    "compiler/ir": ["core", "grammar"],
    "compiler": ["core", "grammar", "compiler/ir"],
    "interpreter/expression": ["core", "grammar"],
    "interpreter": ["core", "grammar", "compiler/ir", "interpreter/expression"],
    "stdlib": ["core", "grammar", "compiler/ir", "interpreter", "include"],
    "cli": ["core", "grammar", "compiler", "interpreter", "stdlib"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def layer_of(path):
    """The longest folder of ALLOWED that holds `path`, or None."""
    found = [f for f in ALLOWED if path.startswith(f + "/")]
    return max(found, key=len) if found else None


def main():
    root = sys.argv[1]
    wrong = []
    for layer in ALLOWED:
        for folder, _, names in os.walk(os.path.join(root, layer)):
            for name in names:
                if not name.endswith((".hpp", ".cpp")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), root)
                if layer_of(path) != layer:
                    continue
                with open(os.path.join(root, path), encoding="utf-8") as f:
                    text = f.read()
                for match in INCLUDE.finditer(text):
                    included = match.group(1)
                    allowed = [layer] + ALLOWED[layer]
                    if not any(included.startswith(a + "/") for a in allowed):
                        line = text.count("\n", 0, match.start(1)) + 1
                        wrong.append("%s:%d: %s may not include %s" % (path, line, layer, included))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
