#!/usr/bin/env python3
"""Writes docs/openstack-actions.md from the actions that the program has.

usage: document_actions.py GREGALE PAGE [--check]

With --check nothing is written; exit code 1 means that the page is not what would be written.
"""
import collections
import json
import subprocess
import sys

HEAD = """# The OpenStack actions

Made by `scripts/document_actions.py`; a test keeps it up to date. `gregale action show NAME` prints the
parameters of one action with their meaning.

Parameters in brackets may be left out; `...` stands for any further ones. Every action takes
`action_region` (or `region`) besides. After the description stand, where they apply: *repeatable* (it may be
sent again without harm), *all pages* or *one page* (of a collection), and what is *created* or *deleted*.
"""


def parameters(action):
    names = []
    for parameter in action['parameters']:
        name = parameter['name']
        if not parameter['required']:
            default = parameter['default']
            value = '' if default is None else '=' + json.dumps(default)
            name = '[%s%s]' % (name, value)
        names.append(name)
    if action['accepts_any']:
        names.append('...')
    return ', '.join(names)


def notes(action):
    out = []
    if action['idempotent']:
        out.append('repeatable')
    if action['paging'] != 'none':
        out.append({'all': 'all pages', 'by_marker': 'one page'}[action['paging']])
    if action['creates']:
        out.append('created: ' + action['creates'])
    if action['deletes']:
        out.append('deleted: ' + action['deletes'])
    return ' *%s*' % '; '.join(out) if out else ''


def page(actions):
    services = collections.OrderedDict()
    for action in actions:
        if action['service'] is not None:
            services.setdefault(action['name'].split('.')[0], []).append(action)
    total = sum(len(of_service) for of_service in services.values())
    lines = [HEAD, 'There are %d, of %d services.' % (total, len(services))]
    for prefix, of_service in services.items():
        lines.append('\n## %s (%s)\n' % (prefix, of_service[0]['service']))
        for action in of_service:
            lines.append('- `%s(%s)`: %s%s' % (action['name'], parameters(action),
                                              action['description'], notes(action)))
    return '\n'.join(lines) + '\n'


def main():
    program, path = sys.argv[1:3]
    listed = subprocess.run([program, 'action', 'list', '--format', 'json'],
                            check=True, stdout=subprocess.PIPE).stdout
    text = page(json.loads(listed))
    if '--check' not in sys.argv[3:]:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return 0
    with open(path, encoding='utf-8') as file:
        if file.read() == text:
            return 0
    print('%s is not up to date: run %s %s %s' % (path, sys.argv[0], program, path))
    return 1


if __name__ == '__main__':
    sys.exit(main())
