#!/usr/bin/env python3
"""Writes a seed corpus for a fuzz target of expressions from the conformance corpora.

usage: fuzz/seeds.py yaql|jinja|evaluation FOLDER
"""
import json
import pathlib
import sys


def texts(corpus):
    """Every text of the cases of a corpus; an expression may be a list or a mapping of texts."""
    def walk(expression):
        if isinstance(expression, str):
            yield expression
        elif isinstance(expression, list):
            for item in expression:
                yield from walk(item)
        elif isinstance(expression, dict):
            for item in expression.values():
                yield from walk(item)

    path = pathlib.Path(__file__).parent.parent / 'tests' / 'conformance' / corpus
    for line in path.read_text(encoding='utf-8').splitlines():
        yield from walk(json.loads(line)['expr'])


def inside(text, opening, closing):
    """What stands between the delimiters when they enclose the whole text; otherwise the text."""
    stripped = text.strip()
    if stripped.startswith(opening) and stripped.endswith(closing):
        return stripped[len(opening):-len(closing)]
    return text


SEEDS = {
    'yaql': lambda: [inside(text, '<%', '%>') for text in texts('yaql.jsonl')],
    'jinja': lambda: [form for text in texts('jinja.jsonl') for form in (text, inside(text, '{{', '}}'))],
    'evaluation': lambda: [*texts('yaql.jsonl'), *texts('jinja.jsonl')],
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in SEEDS:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(sorted(set(SEEDS[sys.argv[1]]()))):
        (folder / f'{number:05}').write_bytes(text.encode('utf-8', 'surrogatepass'))


if __name__ == '__main__':
    main()
