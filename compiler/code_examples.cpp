// The examples of `gregale explain`. The tests compile all of them: each wrong one has the finding that it is
// for, each right one has no finding at all.
#include <algorithm>

#include "compiler/codes.hpp"

namespace gregale::compiler {

namespace {

// clang-format off
constexpr CodeExample kExamples[] = {
    {"GR0101",
R"yaml(version: '2.0'
wf:
  description: Note: read this
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  description: 'Note: read this'
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0102",
"version: '2.0'\nwf:\n  tasks:\n\tt: {action: std.noop}\n",
R"yaml(version: '2.0'
wf:
  tasks:
    t: {action: std.noop}
)yaml"},

    {"GR0103",
R"yaml(version: '2.0'
wf:
  output: {all: *common}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  output: {all: '*common'}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0104",
R"yaml(version: '2.0'
a: {tasks: {t: {action: std.noop}}}
---
version: '2.0'
b: {tasks: {t: {action: std.noop}}}
)yaml",
R"yaml(version: '2.0'
a: {tasks: {t: {action: std.noop}}}
b: {tasks: {t: {action: std.noop}}}
)yaml"},

    {"GR0105",
"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
R"yaml(version: '2.0'
wf:
  output: {list: [1, [2, 3]]}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0106",
R"yaml(version: '2.0'
wf:
  output: {x: !!python/name:os.system ''}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  output: {x: os.system}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0107",
R"yaml(version: '2.0'
wf:
  input: [name]
  output: {x: {{ _.name }}}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [name]
  output: {x: "{{ _.name }}"}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0108",
"version: '2.0'\nwf:\n  description: a bell: \x07"
     "\n  tasks: {t: {action: std.noop}}\n",
R"yaml(version: '2.0'
wf:
  description: "a bell: \x07"
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0109",
R"yaml(version: '2.0'
wf:
  tasks:
    t:
      action: std.noop
      timeout: 10
      timeout: 20
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    t:
      action: std.noop
      timeout: 20
)yaml"},

    {"GR0110",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {day: 2024-05-01}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {day: '2024-05-01'}}}
)yaml"},

    {"GR0111",
R"yaml(version: '2.0'
wf:
  tasks: {on: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {'on': {action: std.noop}}
)yaml"},

    {"GR0112",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo, input: {output: no}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo, input: {output: 'no'}}}
)yaml"},

    {"GR0113",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}  # gregale: alow GR0602
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}  # gregale: allow GR0602
)yaml"},

    {"GR0201",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-sucess: b}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop}
)yaml"},

    {"GR0202",
R"yaml(version: '2.0'
wf:
  ouput: {x: 1}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  output: {x: 1}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0203",
R"yaml(version: '2.0'
wf:
  input: {name: web}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [name: web]
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0204",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, retry: {count: 3}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, retry: {count: 3, delay: 1}}}
)yaml"},

    {"GR0205",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0206",
R"yaml(version: '2.0'
wf:
  input: [a, a]
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b]
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0207",
R"yaml(wf:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0208",
R"yaml(version: '3.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0209",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, workflow: other}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {workflow: other}}
other:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0210",
R"yaml(- version: '2.0'
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0212",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output = "hello"}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output="hello"}}
)yaml"},

    {"GR0213",
R"yaml(version: '2.0'
wf:
  input: [list]
  tasks: {t: {with-items: i of <% $.list %>, action: std.echo output=<% $.i %>}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [list]
  tasks: {t: {with-items: i in <% $.list %>, action: std.echo output=<% $.i %>}}
)yaml"},

    {"GR0215",
R"yaml(version: '2.0'
11111111-2222-3333-4444-555555555555:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
nightly:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0216",
R"yaml(version: '2.0'
wf:
  name: other
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
other:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0217",
R"yaml(version: '2.0'
wf:
  type: reverse
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  type: reverse
  tasks:
    a: {action: std.noop}
    b: {action: std.noop, requires: a}
)yaml"},

    {"GR0218",
R"yaml(version: '2.0'
wf:
  input: [x, y]
  tasks:
    t: {action: std.noop, on-success: [{a: <% $.x %>, b: <% $.y %>}]}
    a: {action: std.noop}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [x, y]
  tasks:
    t: {action: std.noop, on-success: [a: <% $.x %>, b: <% $.y %>]}
    a: {action: std.noop}
    b: {action: std.noop}
)yaml"},

    {"GR0219",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, timeout: -1}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, timeout: 60}}
)yaml"},

    {"GR0220",
R"yaml(version: '2.0'
wf:
  description: 2024
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  description: '2024'
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0221",
R"yaml(version: '2.0'
name: ops
)yaml",
R"yaml(version: '2.0'
name: ops
workflows:
  nightly:
    tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0301",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: bb}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop}
)yaml"},

    {"GR0302",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.ehco output=1}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output=1}}
)yaml"},

    {"GR0303",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo outptu=1}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output=1}}
)yaml"},

    {"GR0304",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="http://localhost/"}}
)yaml"},

    {"GR0305",
R"yaml(version: '2.0'
wf:
  tasks: {t: {workflow: bakcup}}
backup:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {workflow: backup}}
backup:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0308",
R"yaml(version: '2.0'
report:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
weekly_report:
  tasks: {t: {action: std.noop}}
)yaml",
{.other_file = R"yaml(version: '2.0'
report:
  tasks: {send: {action: std.noop}}
)yaml"}},

    {"GR0309",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: fail}
    fail: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: report}
    report: {action: std.noop}
)yaml"},

    {"GR0310",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, on-error: fail message="lost"}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, on-error: fail msg="lost"}}
)yaml"},

    {"GR0311",
R"yaml(version: '2.0'
wf:
  tasks:
    create: {action: std.noop, on-success: show}
    show: {action: std.echo output=<% task(creat).result %>}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    create: {action: std.noop, on-success: show}
    show: {action: std.echo output=<% task(create).result %>}
)yaml"},

    {"GR0312",
R"yaml(version: '2.0'
a: {base: b}
b: {base: a}
)yaml",
R"yaml(version: '2.0'
a: {base: b}
b: {base: std.noop}
)yaml"},

    {"GR0313",
R"yaml(version: '2.0'
wf:
  tasks: {again: {workflow: wf}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [depth]
  tasks:
    check: {action: std.noop, on-success: [again: <% $.depth > 0 %>]}
    again: {workflow: wf depth=<% $.depth - 1 %>}
)yaml"},

    {"GR0314",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output=<% env().nmae %>}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output=<% env().name %>}}
)yaml",
{.environment = R"json({"name": "web"})json"}},

    {"GR0401",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop, on-success: a}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: a}
    a: {action: std.noop}
)yaml"},

    {"GR0402",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: j}
    j: {join: 2, action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
)yaml"},

    {"GR0403",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: j}
    j: {join: 0, action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
)yaml"},

    {"GR0404",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop}
    a: {action: std.noop, on-success: b}
    b: {action: std.noop, on-error: a}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: a}
    a: {action: std.noop, on-success: b}
    b: {action: std.noop, on-error: a}
)yaml"},

    {"GR0405",
R"yaml(version: '2.0'
wf:
  type: reverse
  tasks:
    a: {action: std.noop, requires: b}
    b: {action: std.noop, requires: a}
)yaml",
R"yaml(version: '2.0'
wf:
  type: reverse
  tasks:
    a: {action: std.noop, requires: b}
    b: {action: std.noop}
)yaml"},

    {"GR0406",
R"yaml(version: '2.0'
wf:
  tasks:
    t: {action: std.noop, on-error: [fail, clean_up]}
    clean_up: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    t: {action: std.noop, on-error: [clean_up, fail]}
    clean_up: {action: std.noop}
)yaml"},

    {"GR0407",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b, on-error: c}
    b: {action: std.noop, on-success: j}
    c: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b, on-error: c}
    b: {action: std.noop, on-success: j}
    c: {action: std.noop, on-success: j}
    j: {join: one, action: std.noop}
)yaml"},

    {"GR0408",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: j}
    j: {join: all, action: std.noop, on-success: k}
    k: {action: std.noop, on-error: j}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: j}
    j: {join: one, action: std.noop, on-success: k}
    k: {action: std.noop, on-error: j}
)yaml"},

    {"GR0409",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: tick}
    tick: {action: std.noop, on-complete: tick}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [go_on]
  tasks:
    start: {action: std.noop, on-success: tick}
    tick: {action: std.noop, on-complete: [tick: <% $.go_on %>]}
)yaml"},

    {"GR0410",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: [b: <% 1 > 2 %>]}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [n]
  tasks:
    a: {action: std.noop, on-success: [b: <% $.n > 2 %>]}
    b: {action: std.noop}
)yaml"},

    {"GR0411",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: [left, right]}
    left: {action: std.noop, on-success: report}
    right: {action: std.noop, on-success: report}
    report: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: [left, right]}
    left: {action: std.noop, on-success: report}
    right: {action: std.noop, on-success: report}
    report: {join: all, action: std.noop}
)yaml"},

    {"GR0412",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop}
    c: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.noop, on-success: c}
    c: {action: std.noop}
)yaml"},

    {"GR0413",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: [left, right]}
    left: {action: std.noop, on-success: report}
    right: {action: std.noop, on-success: report}
    report: {join: one, action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    start: {action: std.noop, on-success: left, on-error: right}
    left: {action: std.noop, on-success: report}
    right: {action: std.noop, on-success: report}
    report: {join: one, action: std.noop}
)yaml"},

    {"GR0501",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.a + %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.a + 1 %>
)yaml"},

    {"GR0503",
R"yaml(version: '2.0'
wf:
  tasks:
    t: {action: std.noop, on-success: [a: true]}
    a: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [ready]
  tasks:
    t: {action: std.noop, on-success: [a: <% $.ready %>]}
    a: {action: std.noop}
)yaml"},

    {"GR0504",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.name
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.name %>
)yaml"},

    {"GR0505",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.list.selct($.id) %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.list.select($.id) %>
)yaml"},

    {"GR0506",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{{ _.name | uper }}"
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{{ _.name | upper }}"
)yaml"},

    {"GR0507",
R"yaml(version: '2.0'
wf:
  input: [name]
  tasks: {t: {action: std.noop, publish: {<% $.name %>: 1}}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [name]
  tasks: {t: {action: std.noop, publish: {value: <% dict($.name => 1) %>}}}
)yaml"},

    {"GR0508",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: |
          <% $.a +
          $.b %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.a + $.b %>
)yaml"},

    {"GR0509",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{{ _.d | json_dump }}"
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{{ json_dump(_.d) }}"
)yaml"},

    {"GR0510",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% name %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.name %>
)yaml"},

    {"GR0511",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{% if _.a %}yes{% endif %}"
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: "{{ 'yes' if _.a else '' }}"
)yaml"},

    {"GR0512",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% 1 + 'a' %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% str(1) + 'a' %>
)yaml"},

    {"GR0601",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.nmae %>
)yaml",
R"yaml(version: '2.0'
wf:
  input: [a, b, name, list, d]
  tasks:
    t:
      action: std.echo
      input:
        output: <% $.name %>
)yaml"},

    {"GR0602",
R"yaml(version: '2.0'
wf:
  input: [n]
  tasks:
    a: {action: std.noop, publish: {x: 1}, on-success: [b: <% $.n > 1 %>], on-error: b}
    b: {action: std.echo output=<% $.x %>}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [n]
  tasks:
    a: {action: std.noop, publish: {x: 1}, on-success: [b: <% $.n > 1 %>], on-error: b}
    b: {action: std.echo output=<% $.get(x) %>}
)yaml"},

    {"GR0603",
R"yaml(version: '2.0'
wf:
  output: {r: 1}
  tasks: {t: {action: std.noop, publish: {x: 1}}}
)yaml",
R"yaml(version: '2.0'
wf:
  output: {r: <% $.x %>}
  tasks: {t: {action: std.noop, publish: {x: 1}}}
)yaml"},

    {"GR0604",
R"yaml(version: '2.0'
wf:
  tasks:
    a: {action: std.echo output=<% task(b).result %>, on-success: b}
    b: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    b: {action: std.noop, on-success: a}
    a: {action: std.echo output=<% task(b).result %>}
)yaml"},

    {"GR0605",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="http://localhost/", publish: {x: <% task().result.contnt %>}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="http://localhost/", publish: {x: <% task().result.content %>}}}
)yaml"},

    {"GR0606",
R"yaml(version: '2.0'
wf:
  tasks:
    load: {action: std.echo output=1, keep-result: false, on-success: show}
    show: {action: std.echo output=<% task(load).result %>}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    load: {action: std.echo output=1, keep-result: false, publish: {x: <% task().result %>}, on-success: show}
    show: {action: std.echo output=<% $.x %>}
)yaml"},

    {"GR0701",
R"yaml(version: '2.0'
wf:
  input: [host, url: <% $.host %>]
  tasks: {t: {action: std.echo output=<% $.url %>}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [host]
  vars: {url: <% $.host %>}
  tasks: {t: {action: std.echo output=<% $.url %>}}
)yaml"},

    {"GR0702",
R"yaml(version: '2.0'
wf:
  input: [n]
  vars: {n: 1}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [n]
  vars: {m: 1}
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0703",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, concurrency: 2}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [list]
  tasks: {t: {with-items: i in <% $.list %>, action: std.noop, concurrency: 2}}
)yaml"},

    {"GR0704",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output=1.5}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo, input: {output: 1.5}}}
)yaml"},

    {"GR0705",
R"yaml(version: '2.0'
wf:
  type: reverse
  task-defaults: {on-error: fail}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
wf:
  type: reverse
  task-defaults: {requires: prepare}
  tasks:
    prepare: {action: std.noop}
    t: {action: std.noop}
)yaml"},

    {"GR0706",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {x: 1}, on-success: {publish: {branch: {x: 2}}}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {x: 1}, on-success: {publish: {branch: {y: 2}}}}}
)yaml"},

    {"GR0707",
R"yaml(version: '2.0'
wf:
  input: [name]
  tasks: {t: {action: std.noop, publish: {name: new}}}
)yaml",
R"yaml(version: '2.0'
wf:
  input: [name]
  tasks: {t: {action: std.noop, publish: {new_name: new}}}
)yaml"},

    {"GR0708",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output="one", input: {output: two}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.echo output="one"}}
)yaml"},

    {"GR0801",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="http://localhost/", input: {headers: {X-Auth-Token: abc}}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="http://localhost/", input: {headers: {X-Auth-Token: <% env().token %>}}}}
)yaml"},

    {"GR0802",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  custom_context: {token: {secret: true}}
  output: {t: <% custom_context(token) %>}
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  custom_context: {token: {secret: true}}
  tasks:
    t: {action: std.echo, input: {output: <% custom_context(token) %>}}
)yaml"},

    {"GR0810",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, publish: {admin_password: <% env().password %>}}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0811",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="https://localhost/" verify=false}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.http url="https://localhost/" verify="/etc/ssl/own.pem"}}
)yaml"},

    {"GR0901",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: std.noop, region: RegionTwo}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, region: RegionTwo}}
)yaml"},

    {"GR0902",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list region="RegionOne", region: RegionTwo}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, region: RegionTwo}}
)yaml"},

    {"GR0903",
R"yaml(version: '2.0'
wf:
  region: RegionTwo
  tasks: {t: {action: nova.servers_list}}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  region: RegionTwo
  tasks: {t: {action: nova.servers_list}}
)yaml"},

    {"GR0904",
R"yaml(version: '2.0'
dialect: gregale/2
wf:
  tasks: {t: {action: std.noop}}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  tasks: {t: {action: std.noop}}
)yaml"},

    {"GR0905",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  tasks: {t: {action: nova.servers_list, with-regions: all}}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
wf:
  tasks: {t: {action: nova.servers_list, region: RegionOne}}
)yaml",
{.for_mistral = true}},

    {"GR0906",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, min-success: 1}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, with-regions: all, on-region-error: continue, min-success: 1}}
)yaml"},

    {"GR0907",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, with-items: 'i in [1]', with-regions: all}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, with-regions: all}}
)yaml"},

    {"GR0908",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, region: RegionOne, with-regions: all}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, with-regions: all}}
)yaml"},

    {"GR0909",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, region: RegionTow}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: nova.servers_list, region: RegionTwo}}
)yaml",
{.cloud = R"json({"compute": ["RegionOne", "RegionTwo"]})json"}},

    {"GR0910",
R"yaml(version: '2.0'
wf:
  tasks:
    make:
      action: cinder.volumes_create size=1
      region: RegionOne
      publish: {volume: <% task().result.id %>}
      on-success: show
    show:
      action: cinder.volumes_get volume_id=<% $.volume %>
      region: RegionTwo
)yaml",
R"yaml(version: '2.0'
wf:
  tasks:
    make:
      action: cinder.volumes_create size=1
      region: RegionOne
      publish: {volume: <% task().result.id %>}
      on-success: show
    show:
      action: cinder.volumes_get volume_id=<% $.volume %>
      region: RegionOne
)yaml"},

    {"GR0911",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: trove.instances_list, region: RegionTwo}}
)yaml",
R"yaml(version: '2.0'
wf:
  tasks: {t: {action: trove.instances_list, region: RegionOne}}
)yaml",
{.cloud = R"json({"compute": ["RegionOne", "RegionTwo"], "database": ["RegionOne"]})json"}},

    {"GR1001",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child: {extends: bsae}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child: {extends: base}
)yaml"},

    {"GR1002",
R"yaml(version: '2.0'
dialect: gregale/1
a: {extends: b}
b: {extends: a}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
a: {extends: b}
b: {tasks: {t: {action: std.noop}}}
)yaml"},

    {"GR1003",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
a: {extends: base}
b: {extends: a}
c: {extends: b}
d: {extends: c}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
a: {extends: base}
b: {extends: a}
)yaml"},

    {"GR1004",
R"yaml(version: '2.0'
dialect: gregale/1
w0: {tasks: {t: {action: std.noop}}}
w1: {extends: w0}
w2: {extends: w1}
w3: {extends: w2}
w4: {extends: w3}
w5: {extends: w4}
w6: {extends: w5}
w7: {extends: w6}
w8: {extends: w7}
w9: {extends: w8}
w10: {extends: w9}
w11: {extends: w10}
w12: {extends: w11}
w13: {extends: w12}
w14: {extends: w13}
w15: {extends: w14}
w16: {extends: w15}
w17: {extends: w16}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child: {extends: base}
)yaml"},

    {"GR1005",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    two: {action: std.noop}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    two: {override: merge, timeout: 60}
)yaml"},

    {"GR1006",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    three: {override: merge, action: std.noop}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    three: {action: std.noop}
)yaml"},

    {"GR1007",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    two: {override: remove}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  tasks:
    two: {override: remove, redirect: three}
    three: {action: std.noop}
)yaml"},

    {"GR1008",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks:
    a: {action: std.noop, on-success: b}
    b: {abstract: true, publish: [address]}
child: {extends: base}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks:
    a: {action: std.noop, on-success: b}
    b: {abstract: true, publish: [address]}
child:
  extends: base
  tasks:
    b: {override: merge, action: std.noop, publish: {address: 10.0.0.1}}
)yaml"},

    {"GR1009",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks:
    a: {action: std.noop, on-success: b}
    b: {abstract: true, publish: [address]}
child:
  extends: base
  tasks:
    b: {override: merge, action: std.noop}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks:
    a: {action: std.noop, on-success: b}
    b: {abstract: true, publish: [address]}
child:
  extends: base
  tasks:
    b: {override: merge, action: std.noop, publish: {address: 10.0.0.1}}
)yaml"},

    {"GR1010",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    a: {action: std.noop, retry: count=3 delay=1, final: [retry]}
child:
  extends: base
  tasks:
    a: {override: merge, retry: count=9 delay=1}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    a: {action: std.noop, retry: count=3 delay=1, final: [retry]}
child:
  extends: base
  tasks:
    a: {override: merge, wait-before: 60}
)yaml"},

    {"GR1011",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  input: [size]
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  input: [size: 10]
)yaml"},

    {"GR1012",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  type: reverse
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: base
  type: direct
)yaml"},

    {"GR1013",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks: {t: {action: std.noop}}
user:
  tasks: {t: {workflow: base}}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  abstract: true
  tasks: {t: {action: std.noop}}
child: {extends: base}
user:
  tasks: {t: {workflow: child}}
)yaml"},

    {"GR1014",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: {workflow: base, digest: 'sha256:00'}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: {workflow: base}
)yaml"},

    {"GR1015",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: {workflow: base, file: /nowhere.yaml}
)yaml",
R"yaml(version: '2.0'
dialect: gregale/1
base:
  tasks:
    one: {action: std.noop, on-success: two}
    two: {action: std.noop}
child:
  extends: {workflow: base}
)yaml"},
};
// clang-format on

}  // namespace

const CodeExample* find_example(std::string_view code) {
  const auto found = std::find_if(std::begin(kExamples), std::end(kExamples),
                                  [&](const CodeExample& one) { return one.code == code; });
  return found == std::end(kExamples) ? nullptr : found;
}

}  // namespace gregale::compiler
