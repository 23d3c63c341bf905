#include "compiler/codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::compiler {

using core::Severity;

namespace {

constexpr Severity kError = Severity::error;
constexpr Severity kWarning = Severity::warning;

// Title, explanation, then an example with the mistake and one without.
const std::vector<Code> kCodes = {
    // ---- 01: YAML
    {"GR0101", kError, "The text is not YAML",
     "Most often a bracket or a quote is not closed, the indentation does not fit, or a text holds `: ` and "
     "needs quotes.",
     "description: Note: read this", "description: 'Note: read this'"},
    {"GR0102", kError, "A tab in the indentation", "YAML knows only blanks for indentation.",
     "tasks:\n<tab>t: {action: std.noop}", "tasks:\n  t: {action: std.noop}"},
    {"GR0103", kWarning, "An alias without its anchor",
     "`*name` stands for what `&name` marked earlier in the same file. Without such an anchor it is plain "
     "text, "
     "as it always is for Mistral. An alias within its own anchor is an error.",
     "output: *common", "output: '*common'"},
    {"GR0104", kError, "More than one document", "One file holds one YAML document.",
     "version: '2.0'\na: {...}\n---\nversion: '2.0'\nb: {...}", "version: '2.0'\na: {...}\nb: {...}"},
    {"GR0105", kError, "Too large or too deep",
     "Texts, nesting, and what aliases expand to are limited, so that no file can exhaust the memory.",
     "[[[[[[[[...]]]]]]]]", "[1, 2, 3]"},
    {"GR0106", kError, "A tag that is not supported",
     "Tags that name code are never followed; YAML's own tags for text, numbers and the like are fine.",
     "output: !!python/name:os.system x", "output: x"},
    {"GR0107", kError, "A mapping key that cannot be one",
     "A list or a mapping cannot be a key. A value that begins with `{{` must be in quotes, since `{` begins "
     "a "
     "mapping.",
     "output: {{ _.name }}", "output: \"{{ _.name }}\""},
    {"GR0108", kError, "A character that YAML does not allow", "Files are UTF-8 without control characters.",
     "a: <NUL>", "a: \"\\0\""},
    {"GR0109", kWarning, "The same key twice", "Of two equal keys in a mapping only the last one counts.",
     "timeout: 10\ntimeout: 20", "timeout: 20"},
    {"GR0110", kError, "A date where only plain data can be",
     "YAML takes 2024-05-01 for a date, and workflows cannot hold dates. In quotes it is text.",
     "publish: {day: 2024-05-01}", "publish: {day: '2024-05-01'}"},
    {"GR0111", kError, "A name that is not text",
     "YAML 1.1 takes on, off, yes, no for booleans and 1 for a number, also as keys.", "tasks:\n  on: {...}",
     "tasks:\n  'on': {...}"},

    {"GR0112", kWarning, "A value that YAML reads in a surprising way",
     "By the rules of YAML 1.1 `no` and `off` are false, 0755 is 493 and 22:30 is 1350. In quotes they are "
     "text.",
     "country: no", "country: 'no'"},

    // ---- 02: structure
    {"GR0201", kError, "Unknown key", "The language has no such key at this place.", "on-sucess: next",
     "on-success: next"},
    {"GR0202", kWarning, "Unknown key of a workflow",
     "Mistral passes over keys of a workflow that it does not know, so a misspelt one is lost in silence.",
     "ouput: {x: 1}", "output: {x: 1}"},
    {"GR0203", kError, "A value of the wrong shape", "The key's value is not of the kind that it must be.",
     "input: {name: x}", "input: [name: x]"},
    {"GR0204", kError, "A key is missing", "This part of a definition cannot do without the key.",
     "retry: {count: 3}", "retry: {count: 3, delay: 1}"},
    {"GR0205", kError, "Empty", "An empty text, list or mapping is not allowed here; leave the key out.",
     "publish: {}", "# no publish"},
    {"GR0206", kError, "The same item twice", "The items of this list must differ.", "input: [a, a]",
     "input: [a, b]"},
    {"GR0207", kError, "The version is missing", "Every file states the version of the language.",
     "wf: {tasks: {...}}", "version: '2.0'\nwf: {tasks: {...}}"},
    {"GR0208", kWarning, "An unknown version", "There is one version of the language, 2.0.", "version: '3.0'",
     "version: '2.0'"},
    {"GR0209", kError, "Both an action and a workflow", "A task calls one or the other.",
     "action: std.noop\nworkflow: other", "workflow: other"},
    {"GR0210", kError, "Not a definition",
     "A file is a mapping: `version`, then workflows or ad-hoc actions by name, or a workbook with its "
     "`name`.",
     "- version: '2.0'", "version: '2.0'\nwf:\n  tasks: {...}"},
    {"GR0211", kError, "A reserved key", "The key is reserved for what this version cannot do yet.",
     "extends: base", ""},
    {"GR0212", kWarning, "Part of a one-line text is lost",
     "Mistral drops from a one-line call whatever it does not understand, without a word: bare words, text "
     "without a name, blanks around `=`.",
     "action: std.echo output = hello", "action: std.echo output=\"hello\""},
    {"GR0213", kError, "with-items that cannot be read",
     "The form is `name in <% expression %>`, `name in {{ expression }}` or `name in [JSON list]`.",
     "with-items: i of <% $.list %>", "with-items: i in <% $.list %>"},
    {"GR0215", kError, "A name that is not allowed",
     "Names are not empty; a task's has at most 255 characters (208 with `join`), a workflow's must not look "
     "like a UUID.",
     "11111111-2222-3333-4444-555555555555: {tasks: {...}}", "nightly: {tasks: {...}}"},
    {"GR0216", kWarning, "A name that differs from the key", "The key is the name; `name` has no effect.",
     "wf:\n  name: other", "other: {...}"},
    {"GR0217", kError, "A key of the other type of workflow",
     "Direct workflows have transitions and joins, reverse workflows have `requires`.",
     "type: reverse\ntasks: {a: {on-success: b}}", "type: reverse\ntasks: {b: {requires: a}}"},
    {"GR0218", kError, "A target that cannot be read",
     "A target is the name of a task, a command, or one of these with a guard; one for each item.",
     "on-success: [{a: <% $.x %>, b: <% $.y %>}]", "on-success: [a: <% $.x %>, b: <% $.y %>]"},
    {"GR0219", kError, "A number out of range", "Numbers of policies are whole and not negative.",
     "timeout: -1", "timeout: 60"},

    // ---- 03: names
    {"GR0301", kError, "Unknown task", "No task of this workflow has the name.", "on-success: nxt",
     "on-success: next"},
    {"GR0302", kWarning, "Unknown action", "No action of that name is known; the task will fail.",
     "action: std.ehco", "action: std.echo"},
    {"GR0303", kWarning, "Unknown parameter",
     "The action or workflow has no such parameter; the task will fail.", "action: std.echo outptu=1",
     "action: std.echo output=1"},
    {"GR0304", kWarning, "A parameter is missing",
     "The action or workflow cannot do without the parameter; the task will fail.", "action: std.http",
     "action: std.http url=\"http://localhost/\""},
    {"GR0305", kWarning, "Unknown workflow",
     "None of the given files has a workflow of this name, though one with a similar name.",
     "workflow: bakcup", "workflow: backup"},
    {"GR0308", kError, "Defined twice", "Two files define the same name.", "", ""},
    {"GR0309", kWarning, "A task that cannot be reached by its name",
     "In a transition `fail`, `succeed`, `pause` and `noop` are commands of the engine.",
     "tasks: {fail: {...}}", "tasks: {report: {...}}"},
    {"GR0310", kWarning, "An argument that a command does not know", "The commands know `msg` only.",
     "on-error: fail message=\"x\"", "on-error: fail msg=\"x\""},
    {"GR0311", kWarning, "An expression asks for an unknown task",
     "`task(name)` is null for a task that the workflow does not have.", "<% task(creat).result %>",
     "<% task(create).result %>"},
    {"GR0312", kWarning, "An ad-hoc action that is based on itself",
     "The chain of `base` never ends at a real action.", "a: {base: b}\nb: {base: a}", "a: {base: std.echo}"},

    // ---- 04: graph
    {"GR0401", kError, "No task to start with",
     "Every task has a transition to it, so none can be the first.", "a: {on-success: b}\nb: {on-success: a}",
     "start: {on-success: a}"},
    {"GR0402", kError, "A join that cannot be met", "Fewer tasks lead to the join than it waits for.",
     "join: 2  # one task leads here", "join: all"},
    {"GR0403", kWarning, "A join that waits for nothing", "`join: 0` is no join.", "join: 0", "join: all"},
    {"GR0404", kWarning, "A task that is never reached", "Only tasks that are not reached lead to it.",
     "a: {on-success: a}", "start: {on-success: a}"},
    {"GR0405", kWarning, "A cycle of requirements", "Tasks that wait for each other never run.",
     "a: {requires: b}\nb: {requires: a}", "a: {requires: b}\nb: {action: std.noop}"},
    {"GR0406", kWarning, "Behind a command that ends the workflow",
     "What stands behind `fail` or `succeed` in a clause is never started.", "on-error: [fail, clean_up]",
     "on-error: [clean_up, fail]"},
    {"GR0407", kWarning, "A join over branches that exclude each other",
     "One branch follows the success of a task, the other its error: they never both arrive.",
     "a: {on-success: b, on-error: c}\nb: {on-success: j}\nc: {on-success: j}\nj: {join: all}",
     "j: {join: one}"},
    {"GR0408", kWarning, "A join that waits for itself",
     "A task that leads to the join is only reached by way of the join. Gregale does not count it for the "
     "first "
     "run; stock Mistral waits for ever.",
     "j: {join: all, on-success: k}\nk: {on-success: j}",
     "j: {join: one, on-success: k}\nk: {on-success: j}"},

    // ---- 05: expressions
    {"GR0501", kError, "An expression that cannot be read", "The expression has a mistake in its syntax.",
     "<% $.a + %>", "<% $.a + 1 %>"},
    {"GR0503", kError, "A guard that is no expression", "A guard is one expression and nothing else.",
     "on-success: [a: true]", "on-success: [a: <% $.ready %>]"},
    {"GR0504", kWarning, "An expression that is not closed",
     "Without its end the beginning of an expression is plain text.", "output: <% $.name",
     "output: <% $.name %>"},
    {"GR0505", kWarning, "Unknown function",
     "The expression language has no such function; the task will fail.", "<% $.list.selct($.id) %>",
     "<% $.list.select($.id) %>"},
    {"GR0506", kWarning, "Unknown filter or test", "Jinja has no such filter or test; the task will fail.",
     "{{ _.name | uper }}", "{{ _.name | upper }}"},
    {"GR0507", kWarning, "An expression as a key", "Keys of mappings are never evaluated.",
     "publish: {<% $.name %>: 1}", "publish: <% dict($.name => 1) %>"},
    {"GR0508", kWarning, "A line break inside an expression",
     "Gregale evaluates it, but Mistral takes an expression that is spread over lines for plain text.",
     "output: |\n  <% $.a +\n  $.b %>", "output: <% $.a + $.b %>"},
    {"GR0509", kWarning, "A function as a filter",
     "Mistral's functions are filters of the context: `_ | task('a')`. Gregale takes what stands before the "
     "filter as its argument, stock Mistral does not.",
     "{{ _.d | json_dump }}", "{{ json_dump(_.d) }}"},

    // ---- 06: data flow
    {"GR0601", kWarning, "Unknown variable",
     "Nothing that comes before gives the variable: no input, no `vars`, no `publish` on a way to this task. "
     "`$.get(name)` is null where a variable may be missing.",
     "<% $.vm_nmae %>", "<% $.vm_name %>"},

    // ---- 07: what gets lost
    {"GR0701", kWarning, "A default that is not evaluated", "Expressions in defaults of inputs stay text.",
     "input: [url: <% $.host %>]", "vars: {url: <% $.host %>}"},
    {"GR0702", kWarning, "A variable that hides an input", "`vars` win over inputs of the same name.",
     "input: [n]\nvars: {n: 1}", "input: [n]\nvars: {m: 1}"},
    {"GR0703", kWarning, "with-items settings without with-items", "`concurrency` counts items or regions.",
     "action: std.noop\nconcurrency: 2", "with-items: i in <% $.list %>\nconcurrency: 2"},
    {"GR0704", kWarning, "Stock Mistral does something else",
     "Gregale does what is written; stock Mistral drops it without a word. A definition that shall run on "
     "both "
     "should say it in another way.",
     "action: std.echo output=1.5", "input: {output: 1.5}"},

    {"GR0705", kWarning, "A default that has no effect",
     "Direct workflows have no `requires`, reverse workflows no transitions, also not by task-defaults.",
     "type: reverse\ntask-defaults: {on-error: fail}", "type: reverse\ntask-defaults: {requires: prepare}"},

    // ---- 08: security
    {"GR0801", kWarning, "A secret in the definition",
     "Everyone who may read the definition sees the password, token or key. Definitions are stored, shown "
     "and "
     "sent to others; inputs, environments and the custom context can be kept apart.",
     "smtp_password: open-sesame", "smtp_password: <% env().smtp_password %>"},
    {"GR0802", kError, "A secret where it would be seen",
     "A key of the custom context that is declared `secret` may go into the input of an action or into the "
     "custom context of a task, never into a variable, an output, a guard or the input of a workflow.",
     "custom_context: {token: {secret: true}}\n...\npublish: {t: <% custom_context(token) %>}",
     "action: std.http url=... headers={\"X-Token\": \"<% custom_context(token) %>\"}"},

    // ---- 09: regions
    {"GR0901", kError, "A region where none counts", "Only OpenStack actions run in a region.",
     "action: std.noop\nregion: RegionTwo", "action: nova.servers_list\nregion: RegionTwo"},
    {"GR0902", kError, "Two regions for one call",
     "The parameter and the task's `region` contradict each other.",
     "action: nova.servers_list region=\"RegionOne\"\nregion: RegionTwo",
     "action: nova.servers_list\nregion: RegionTwo"},
    {"GR0903", kWarning, "Gregale's keys without its dialect",
     "Stock Mistral passes over keys of a workflow that it does not know and runs the rest. The line "
     "`dialect: "
     "gregale/1` makes it refuse the file instead.",
     "version: '2.0'\nwf:\n  region: RegionTwo\n  tasks: {t: {action: std.noop}}",
     "version: '2.0'\ndialect: gregale/1\nwf:\n  region: RegionTwo\n  tasks: {t: {action: std.noop}}"},
    {"GR0904", kError, "An unknown dialect", "There is one dialect, gregale/1.", "dialect: gregale/2",
     "dialect: gregale/1"},

    {"GR0905", kError, "Nothing like it in stock Mistral",
     "`compile --target mistral-v2` puts Gregale's own keys into the words of stock Mistral, where it has "
     "any.",
     "t: {workflow: maintain, region: RegionTwo}", "t: {action: nova.servers_list, region: RegionTwo}"},
    {"GR0906", kWarning, "Settings for regions that have no effect",
     "`on-region-error` and `min-success` say what a failure in one of the regions of `with-regions` means.",
     "action: nova.servers_list\nmin-success: 1",
     "action: nova.servers_list\nwith-regions: all\nmin-success: 1"},
    {"GR0907", kError, "Items and regions in one task",
     "A task runs once for each item or once for each region. For both, call a workflow for each region that "
     "has a task for each item.",
     "with-items: i in <% $.list %>\nwith-regions: all", "workflow: for_each_item\nwith-regions: all"},
    {"GR0908", kError, "A region beside with-regions", "`with-regions` names the regions of the task.",
     "region: RegionOne\nwith-regions: all", "with-regions: all"},
    {"GR0909", kError, "A region that the cloud does not have",
     "The service catalog of the cloud, asked by `validate --cloud`, has no endpoint in such a region.",
     "region: RegionTow", "region: RegionTwo"},
    {"GR0910", kError, "A service that is not there",
     "The service catalog of the cloud, asked by `validate --cloud`, has no endpoint of the service in the "
     "region where it would be called.",
     "action: trove.instances_list\nregion: RegionTwo", "action: trove.instances_list\nregion: RegionOne"},

    // ---- 10: inheritance
    {"GR1001", kError, "No such workflow or ad-hoc action to extend",
     "The name is looked for in the same file, in the workbook, in the other files, then in the library.",
     "extends: provison", "extends: provision"},
    {"GR1002", kError, "A workflow that extends itself",
     "A chain of `extends` has an end that extends nothing.", "a: {extends: b}\nb: {extends: a}",
     "a: {extends: b}\nb: {tasks: {...}}"},
    {"GR1003", core::Severity::note, "A long chain of ancestors",
     "Whoever reads the workflow has to read all of its ancestors.",
     "e: {extends: d}   # which extends c, b, a", "e: {extends: b}"},
    {"GR1004", kError, "Too long a chain of ancestors", "At most 16 ancestors are allowed.",
     "w17: {extends: w16}", "w17: {extends: w3}"},
    {"GR1005", kError, "A task of an inherited name without `override`",
     "So that nobody overrides a task by accident, `override` says what becomes of the inherited one.",
     "create: {action: nova.servers_create}", "create: {override: merge, action: nova.servers_create}"},
    {"GR1006", kError, "A word of inheritance where nothing is inherited",
     "`override`, `redirect`, `before`, `after` and `inherit` need the inherited task that they speak of.",
     "new_task: {override: merge, action: std.noop}", "new_task: {action: std.noop}"},
    {"GR1007", kError, "A removed task that something refers to",
     "Transitions, `requires`, `task(name)` and counted joins must not refer to a task that is not there.",
     "notify: {override: remove}", "notify: {override: remove, redirect: log}"},
    {"GR1008", kError, "An abstract task that is not overridden",
     "An abstract task is a promise that a descendant keeps; a workflow that runs has none left.",
     "site: {extends: provision}",
     "site:\n  extends: provision\n  tasks:\n    configure: {override: merge, action: std.noop}"},
    {"GR1009", kError, "A promise that is not kept",
     "An override of an abstract task must publish the variables and have the inputs that the abstract task "
     "names.",
     "configure: {override: merge, action: std.noop}",
     "configure: {override: merge, action: std.noop, publish: {address: 10.0.0.1}}"},
    {"GR1010", kError, "A change of what is final", "What an ancestor made final stays as it is.",
     "create: {override: merge, retry: count=9 delay=1}", "create: {override: merge, timeout: 60}"},
    {"GR1011", kError, "An input that breaks the callers of the parent",
     "Whoever can call the parent must be able to call the child: new inputs have defaults, and no input or "
     "default is taken away. An abstract parent has no callers, so it may be refined freely.",
     "input: [size]", "input: [{size: 10}]"},
    {"GR1012", kError, "Types of workflows that disagree", "A direct workflow cannot extend a reverse one.",
     "type: reverse", "type: direct"},
    {"GR1013", kError, "An abstract workflow is called", "It is only there to be extended.",
     "workflow: provision", "workflow: provision_web"},
    {"GR1014", kError, "The parent is not the one that was pinned",
     "The digest pins what the parent says, its ancestors included, without comments and the style of "
     "writing.",
     "extends: {workflow: base, digest: 'sha256:00...'}", "extends: {workflow: base}"},
    {"GR1015", kError, "The parent's file cannot be read",
     "The path counts from the folder of the file that names it.",
     "extends: {workflow: base, file: /nowhere.yaml}", "extends: {workflow: base, file: base.yaml}"},
};

// [text] with each line set in by four blanks.
std::string indented(std::string_view text) {
  std::string result = "    ";
  for (char c : text) {
    result += c;
    if (c == '\n') result += "    ";
  }
  return result + "\n";
}

}  // namespace

const std::vector<Code>& all_codes() {
  return kCodes;
}

const Code* find_code(std::string_view code) {
  const auto found = std::find_if(kCodes.begin(), kCodes.end(), [&](const Code& one) {
    return std::equal(one.code.begin(), one.code.end(), code.begin(), code.end(), [](char a, char b) {
      return a == (b >= 'a' && b <= 'z' ? static_cast<char>(b - 'a' + 'A') : b);
    });
  });
  return found == kCodes.end() ? nullptr : &*found;
}

Severity default_severity(std::string_view code) {
  const Code* found = find_code(code);
  return found == nullptr ? Severity::error : found->severity;
}

std::string explain(std::string_view code) {
  const Code* found = find_code(code);
  if (found == nullptr) return {};
  std::string text = fmt::format("{} ({}): {}\n\n{}\n", found->code, core::to_string(found->severity),
                                 found->title, found->explanation);
  if (!found->wrong.empty()) text += "\nWrong:\n\n" + indented(found->wrong);
  if (!found->right.empty()) text += "\nRight:\n\n" + indented(found->right);
  return text;
}

}  // namespace gregale::compiler
