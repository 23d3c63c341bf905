#!/usr/bin/python3
"""Expressions per second of CPU time, against Mistral's own evaluation in the same run.

usage: bench/expressions.py EXPRESSION_BENCH [--seconds S] [--only TEXT] [--quick]

EXPRESSION_BENCH is the program of that name of a release build. Mistral's side is what its engine calls,
mistral.expressions.evaluate(), of the packages python3-mistral, python3-yaql and python3-jinja2; without
them only our figures are shown. Run it with the Python that Debian's packages are for.

Mistral parses the text and converts the context at each evaluation; Gregale parses when it compiles the
workflow and reads the context where it lies. Both are what the engines really do at run time, so `ratio`
compares these. `parsed too` is the ratio with our text parsed anew at each evaluation as well.
The values of both are compared first: a family whose values differ is an error.
"""
import argparse
import json
import logging
import subprocess
import sys
import time
import warnings

warnings.filterwarnings('ignore')
logging.disable(logging.CRITICAL)

try:
    from mistral import expressions as mistral
except ImportError:
    mistral = None

SMALL = {
    'a': 1, 'b': 2, 'name': 'web', 'msg': 'hello world',
    'conn': {'host': 'h1', 'port': 5672, 'ssl': False, 'opts': {'retries': 3, 'timeout': 30}},
    'defaults': {'region': 'R1', 'opts': {'timeout': 10, 'debug': True}},
    'vms': ['v1', 'v2', 'v3'],
    '__env': {'region': 'R1'}, '__execution': {'id': 'e1', 'name': 'wf'}, '__task_execution': None,
}


def items(count):
    return {'conn': SMALL['conn'],
            'items_': [{'id': 'id-%d' % i, 'n': i * 7919 % count, 'group': 'g%d' % (i % 17),
                        'status': 'ACTIVE' if i % 3 else 'ERROR', 'ram': 512 * (1 + i % 8)}
                       for i in range(count)]}


# What every expression costs: at least 200 times Mistral.
SIMPLE = [
    ('YAQL path', '<% $.conn.opts.timeout %>'),
    ('YAQL arithmetic', '<% ($.a + $.b * 3) mod 5 - 7 / 2 %>'),
    ('YAQL condition', '<% $.conn.port = 5672 and not $.conn.ssl and $.vms.len() > 2 %>'),
    ('YAQL string building', "<% $.name + '-' + str($.a) + '.' + $.msg.replace(' ', '_') %>"),
    ('YAQL within text', 'http://<% $.conn.host %>:<% $.conn.port %>/<% $.name %>'),
    ('Jinja path', '{{ _.conn.opts.timeout }}'),
    ('Jinja arithmetic', '{{ (_.a + _.b * 3) % 5 - 7 // 2 }}'),
    ('Jinja condition', '{{ _.conn.port == 5672 and not _.conn.ssl and _.vms|length > 2 }}'),
    ('Jinja string building', "{{ _.name ~ '-' ~ _.a ~ '.' ~ _.msg|replace(' ', '_') }}"),
    ('Jinja within text', 'http://{{ _.conn.host }}:{{ _.conn.port }}/{{ _.name }}'),
]
BESIDE = [
    ('YAQL path', '<% $.conn.opts.timeout %>'),
    ('YAQL path into the list', '<% $.items_[500].id %>'),
    ('Jinja path', '{{ _.conn.opts.timeout }}'),
    ('Jinja path into the list', '{{ _.items_[500].id }}'),
]
# What walks a list: at least 100 times Mistral.
WALKING = [
    ('YAQL where, select', '<% $.items_.where($.status = ACTIVE and $.ram > 1024).select($.id) %>'),
    ('YAQL orderBy', '<% $.items_.orderBy(-$.ram).thenBy($.n).id %>'),
    ('YAQL groupBy', '<% $.items_.groupBy($.group, $.ram, $.sum()) %>'),
    ('Jinja select, map, join', "{{ _.items_|selectattr('status', 'equalto', 'ACTIVE')|map(attribute='id')"
                                "|map('upper')|join(',') }}"),
    ('Jinja rejectattr, sum', "{{ _.items_|rejectattr('ram', 'gt', 1024)|map(attribute='n')|sum }}"),
    ('Jinja sort', "{{ _.items_|sort(attribute='ram,n')|map(attribute='id')|list }}"),
    ('Jinja groupby', "{{ _.items_|groupby('group')|map(attribute='list')|map('length')|list }}"),
    ('Jinja for', '{% for i in _.items_ if i.ram > 1024 %}{{ i.id }} {% endfor %}'),
]
FAMILIES = [
    ('', SMALL, SIMPLE, 200),
    (' beside 1,000 items', items(1000), BESIDE, 200),
    (', 1,000 items', items(1000), WALKING, 100),
    (', 10,000 items', items(10000), WALKING, 100),
]
SCALES = (1_000, 10_000, 100_000, 1_000_000)


class Gregale:
    """The program at work; each question is answered before the next."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, expression, data, seconds):
        question = json.dumps({'expr': expression, 'data': data, 'seconds': float(seconds)})
        self.process.stdin.write(question.encode() + b'\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def measure_mistral(expression, data, seconds):
    """The value and evaluations per CPU second: the best of three runs of at least that many seconds each, or
    of one when a single evaluation takes longer than all three should."""
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        count = 0
        spent = 0.0
        while spent < seconds or count == 0:
            value = mistral.evaluate(expression, data)
            count += 1
            spent = time.process_time() - start
        best = max(best, count / spent)
        if spent > 3 * seconds:
            break
    return value, best


def compare(gregale, options):
    print('%-42s %12s %12s %9s %11s  %s' % ('per CPU second', 'Gregale', 'Mistral', 'ratio', 'parsed too', 'goal'))
    missed = 0
    families = FAMILIES[:-1] if options.quick else FAMILIES
    for suffix, data, cases, goal in families:
        for name, expression in cases:
            name += suffix
            if options.only not in name:
                continue
            ours = gregale.ask(expression, data, options.seconds)
            if mistral is None:
                print('%-42s %12.0f %12s' % (name, ours['bound'], 'not here'))
                continue
            theirs, base = measure_mistral(expression, data, options.seconds)
            if json.loads(json.dumps(theirs)) != ours['value']:
                sys.exit('%s: the values differ:\n%s\n%s' % (name, str(theirs)[:500], str(ours['value'])[:500]))
            ratio = ours['bound'] / base
            missed += ratio < goal
            print('%-42s %12.0f %12.1f %8.0fx %10.0fx  %dx%s' % (
                name, ours['bound'], base, ratio, ours['text'] / base, goal, '' if ratio >= goal else ' MISSED'),
                flush=True)
    return missed


def scale(gregale, options):
    print('\n%-42s' % 'ns of CPU time for each item' + ''.join('%12s' % format(count, ',') for count in SCALES))
    cases = [case for case in WALKING if options.only in case[0]]
    costs = {name: [] for name, _ in cases}
    for count in SCALES:
        data = items(count)
        for name, expression in cases:
            costs[name].append(1e9 / count / gregale.ask(expression, data, 0.0)['bound'])
    for name, figures in costs.items():
        print('%-42s' % name + ''.join('%12.0f' % figure for figure in figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('program', help='build/release/bench/expression_bench')
    parser.add_argument('--seconds', type=float, default=0.3, help='CPU time of one run (three are made)')
    parser.add_argument('--only', default='', help='families whose name contains this')
    parser.add_argument('--quick', action='store_true',
                        help='leave out lists of 10,000 items and more (Mistral takes a minute for some)')
    options = parser.parse_args()
    if mistral is None:
        print('SKIPPED the comparison: this Python has no Mistral (apt-get install python3-mistral, and run '
              'this with /usr/bin/python3)')
    gregale = Gregale(options.program)
    missed = compare(gregale, options)
    if not options.quick:
        scale(gregale, options)
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
