#include "compiler/codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::compiler {

using core::Severity;

namespace {

constexpr Severity kError = Severity::error;
constexpr Severity kWarning = Severity::warning;
constexpr Severity kNote = Severity::note;

// The examples stand in code_examples.cpp.
const std::vector<Code> kCodes = {
    // ---- 01: YAML
    {"GR0101", kError, "The text is not YAML",
     "Most often a bracket or a quote is not closed, the indentation does not fit, or a text holds `: ` "
     "and needs quotes."},
    {"GR0102", kError, "A tab in the indentation", "YAML knows only blanks for indentation."},
    {"GR0103", kWarning, "An alias without its anchor",
     "`*name` stands for what `&name` marked earlier in the same file. Without such an anchor it is plain "
     "text, as it always is for Mistral. An alias within its own anchor is an error."},
    {"GR0104", kError, "More than one document", "One file holds one YAML document."},
    {"GR0105", kError, "Too large or too deep",
     "Texts, nesting, and what aliases expand to are limited, so that no file can exhaust the memory."},
    {"GR0106", kError, "A tag that is not supported",
     "Tags that name code are never followed; YAML's own tags for text, numbers and the like are fine."},
    {"GR0107", kError, "A mapping key that cannot be one",
     "A list or a mapping cannot be a key. A value that begins with `{{` must be in quotes, since `{` "
     "begins a mapping."},
    {"GR0108", kError, "A character that YAML does not allow", "Files are UTF-8 without control characters."},
    {"GR0109", kWarning, "The same key twice", "Of two equal keys in a mapping only the last one counts."},
    {"GR0110", kError, "A date where only plain data can be",
     "YAML takes 2024-05-01 for a date, and workflows cannot hold dates. In quotes it is text."},
    {"GR0111", kError, "A name that is not text",
     "YAML 1.1 takes on, off, yes, no for booleans and 1 for a number, also as keys."},

    {"GR0112", kWarning, "A value that YAML reads in a surprising way",
     "By the rules of YAML 1.1 `no` and `off` are false, 0755 is 493 and 22:30 is 1350. In quotes they "
     "are text."},
    {"GR0113", kWarning, "A comment to Gregale that has no effect",
     "`# gregale: allow CODE` silences a warning or a note for its line, or, on a line of its own, for "
     "the next one; `allow-file` for the file. Errors cannot be silenced."},

    // ---- 02: structure
    {"GR0201", kError, "Unknown key", "The language has no such key at this place."},
    {"GR0202", kWarning, "Unknown key of a workflow",
     "Mistral passes over keys of a workflow that it does not know, so a misspelt one is lost in silence."},
    {"GR0203", kError, "A value of the wrong shape", "The key's value is not of the kind that it must be."},
    {"GR0204", kError, "A key is missing", "This part of a definition cannot do without the key."},
    {"GR0205", kError, "Empty", "An empty text, list or mapping is not allowed here; leave the key out."},
    {"GR0206", kError, "The same item twice", "The items of this list must differ."},
    {"GR0207", kError, "The version is missing", "Every file states the version of the language."},
    {"GR0208", kWarning, "An unknown version", "There is one version of the language, 2.0."},
    {"GR0209", kError, "Both an action and a workflow", "A task calls one or the other."},
    {"GR0210", kError, "Not a definition",
     "A file is a mapping: `version`, then workflows or ad-hoc actions by name, or a workbook with its "
     "`name`."},
    {"GR0212", kWarning, "Part of a one-line text is lost",
     "Mistral drops from a one-line call whatever it does not understand, without a word: bare words, "
     "text without a name, blanks around `=`."},
    {"GR0213", kError, "with-items that cannot be read",
     "The form is `name in <% expression %>`, `name in {{ expression }}` or `name in [JSON list]`."},
    {"GR0215", kError, "A name that is not allowed",
     "Names are not empty; a task's has at most 255 characters (208 with `join`), a workflow's must not "
     "look like a UUID."},
    {"GR0216", kWarning, "A name that differs from the key", "The key is the name; `name` has no effect."},
    {"GR0217", kError, "A key of the other type of workflow",
     "Direct workflows have transitions and joins, reverse workflows have `requires`."},
    {"GR0218", kError, "A target that cannot be read",
     "A target is the name of a task, a command, or one of these with a guard; one for each item."},
    {"GR0219", kError, "A number out of range", "Numbers of policies are whole and not negative."},
    {"GR0220", kWarning, "A number where a text is meant",
     "YAML reads the value as a number. Mistral takes it, but what it shows is the number, not what was "
     "written."},
    {"GR0221", kWarning, "An empty workbook", "A workbook holds `workflows`, `actions` or both."},

    // ---- 03: names
    {"GR0301", kError, "Unknown task", "No task of this workflow has the name."},
    {"GR0302", kWarning, "Unknown action", "No action of that name is known; the task will fail."},
    {"GR0303", kWarning, "Unknown parameter",
     "The action or workflow has no such parameter; the task will fail."},
    {"GR0304", kWarning, "A parameter is missing",
     "The action or workflow cannot do without the parameter; the task will fail."},
    {"GR0305", kWarning, "Unknown workflow",
     "None of the given files has a workflow of this name, though one with a similar name."},
    {"GR0308", kError, "Defined twice",
     "Two files define the same name. In one namespace a name can mean only one definition."},
    {"GR0309", kWarning, "A task that cannot be reached by its name",
     "In a transition `fail`, `succeed`, `pause` and `noop` are commands of the engine."},
    {"GR0310", kWarning, "An argument that a command does not know", "The commands know `msg` only."},
    {"GR0311", kWarning, "An expression asks for an unknown task",
     "`task(name)` is null for a task that the workflow does not have."},
    {"GR0312", kWarning, "An ad-hoc action that is based on itself",
     "The chain of `base` never ends at a real action."},
    {"GR0313", kWarning, "A workflow that always calls itself",
     "Each run starts another one, whatever happens, until the limit of nested executions is reached. "
     "Give a transition on the way to the call a guard."},
    {"GR0314", kWarning, "Unknown name of the environment",
     "The environment that was given (`--env`) has no such key, so `env()` gives none."},

    // ---- 04: graph
    {"GR0401", kError, "No task to start with",
     "Every task has a transition to it, so none can be the first."},
    {"GR0402", kError, "A join that cannot be met", "Fewer tasks lead to the join than it waits for."},
    {"GR0403", kWarning, "A join that waits for nothing", "`join: 0` is no join."},
    {"GR0404", kWarning, "A task that is never reached", "Only tasks that are not reached lead to it."},
    {"GR0405", kWarning, "A cycle of requirements", "Tasks that wait for each other never run."},
    {"GR0406", kWarning, "Behind a command that ends the workflow",
     "What stands behind `fail` or `succeed` in a clause is never started."},
    {"GR0407", kWarning, "A join over branches that exclude each other",
     "One branch follows the success of a task, the other its error: they never both arrive."},
    {"GR0408", kWarning, "A join that waits for itself",
     "A task that leads to the join is only reached by way of the join. Gregale does not count it for the "
     "first run; stock Mistral waits for ever."},
    {"GR0409", kWarning, "A loop without an exit",
     "Each of the tasks starts the next one whenever it has run, so the workflow never ends. A guard, or "
     "a command such as `succeed`, ends a loop."},
    {"GR0410", kWarning, "A guard that is never true",
     "The guard is constant and false; the transition is never taken."},
    {"GR0411", kWarning, "A task that parallel branches run several times",
     "Branches that start together both lead to the task. Without `join` it runs once for each of them."},
    {"GR0412", kNote, "A task apart from the others",
     "No transition leads to the task or from it, so it runs at the start, beside the others. Often a "
     "transition was forgotten. Reported only when it is asked for (`--warn GR0412`).",
     false},
    {"GR0413", kNote, "A join that stock Mistral runs again",
     "More branches come to the join than it waits for. It runs once; in stock Mistral each later branch "
     "runs "
     "the task again, and what follows it."},

    // ---- 05: expressions
    {"GR0501", kError, "An expression that cannot be read", "The expression has a mistake in its syntax."},
    {"GR0503", kError, "A guard that is no expression", "A guard is one expression and nothing else."},
    {"GR0504", kWarning, "An expression that is not closed",
     "Without its end the beginning of an expression is plain text."},
    {"GR0505", kWarning, "Unknown function",
     "The expression language has no such function; the task will fail."},
    {"GR0506", kWarning, "Unknown filter or test", "Jinja has no such filter or test; the task will fail."},
    {"GR0507", kWarning, "An expression as a key", "Keys of mappings are never evaluated."},
    {"GR0508", kWarning, "A line break inside an expression",
     "Gregale evaluates it, but Mistral takes an expression that is spread over lines for plain text."},
    {"GR0509", kWarning, "A function as a filter",
     "Mistral's functions are filters of the context: `_ | task('a')`. Gregale takes what stands before "
     "the filter as its argument, stock Mistral does not."},
    {"GR0510", kWarning, "A bare word in YAQL",
     "A word without `$.` before it is a text, no variable: `name` is 'name', and `None` is 'None', not "
     "null."},
    {"GR0511", kWarning, "A template that always fails",
     "Mistral accepts the text as a template, but cannot evaluate it: a text with blocks needs a `{{ }}`, "
     "and what stands between `{{` and `}}` as a whole text must be one expression."},
    {"GR0512", kWarning, "An operator that always fails",
     "The operands are of kinds that do not go together, whatever the data are: a number and a text "
     "cannot be added, nothing can be divided by zero."},

    // ---- 06: data flow
    {"GR0601", kWarning, "Unknown variable",
     "Nothing that comes before gives the variable: no input, no `vars`, no `publish` on a way to this "
     "task. `$.get(name)` is null where a variable may be missing."},
    {"GR0602", kNote, "A variable that is published on some ways only",
     "The workflow can come here without having published the variable; then the expression fails."},
    {"GR0603", kNote, "A variable that nothing reads",
     "No expression of the workflow reads what is published. Reported only when it is asked for (`--warn "
     "GR0603`).",
     false},
    {"GR0604", kWarning, "The result of a task that runs later",
     "The task can only run after the one that asks for its result."},
    {"GR0605", kWarning, "A result that has no such member",
     "What the action gives is known, and it has no member of this name."},
    {"GR0606", kWarning, "A result that is not kept",
     "With `keep-result: false` the result is null as soon as the task has published."},

    // ---- 07: what gets lost
    {"GR0701", kWarning, "A default that is not evaluated", "Expressions in defaults of inputs stay text."},
    {"GR0702", kWarning, "A variable that hides an input", "`vars` win over inputs of the same name."},
    {"GR0703", kWarning, "with-items settings without with-items", "`concurrency` counts items or regions."},
    {"GR0704", kWarning, "Stock Mistral does something else",
     "Gregale does what is written; stock Mistral drops it without a word. A definition that shall run on "
     "both should say it in another way."},

    {"GR0705", kWarning, "A default that has no effect",
     "Direct workflows have no `requires`, reverse workflows no transitions, also not by task-defaults."},
    {"GR0706", kWarning, "Published twice at once",
     "A task publishes the same variable in two places. Of on-complete, the plain publish, and on-success "
     "or on-error the first in this order wins."},
    {"GR0707", kWarning, "A published variable that hides an input",
     "From here on the input of the same name cannot be read any more."},
    {"GR0708", kWarning, "A parameter given twice",
     "A parameter in the line of a call wins over the one of the same name under `input`."},

    // ---- 08: security
    {"GR0801", kWarning, "A secret in the definition",
     "Everyone who may read the definition sees the password, token or key. Definitions are stored, shown "
     "and sent to others; inputs, environments and the custom context can be kept apart."},
    {"GR0802", kError, "A secret where it would be seen",
     "A key of the custom context that is declared `secret` may go into the input of an action or into the "
     "custom context of a task, never into a variable, an output, a guard or the input of a workflow."},
    {"GR0810", kNote, "A secret that is published",
     "What is published is stored with the execution and shown to everyone who may see it; so is an "
     "output."},
    {"GR0811", kNote, "Certificates that are not verified",
     "With `verify: false` anyone on the way can read and change what is sent. Name a file of authorities "
     "instead."},

    // ---- 09: regions
    {"GR0901", kError, "A region where none counts", "Only OpenStack actions run in a region."},
    {"GR0902", kError, "Two regions for one call",
     "The parameter and the task's `region` contradict each other."},
    {"GR0903", kWarning, "Gregale's keys without its dialect",
     "Stock Mistral passes over keys of a workflow that it does not know and runs the rest. The line "
     "`dialect: "
     "gregale/1` makes it refuse the file instead."},
    {"GR0904", kError, "An unknown dialect", "There is one dialect, gregale/1."},
    {"GR0905", kError, "Nothing like it in stock Mistral",
     "`compile --target mistral-v2` puts Gregale's own keys into the words of stock Mistral, where it has "
     "any."},
    {"GR0906", kWarning, "Settings for regions that have no effect",
     "`on-region-error` and `min-success` say what a failure in one of the regions of `with-regions` means."},
    {"GR0907", kError, "Items and regions in one task",
     "A task runs once for each item or once for each region. For both, call a workflow for each region that "
     "has a task for each item."},
    {"GR0908", kError, "A region beside with-regions", "`with-regions` names the regions of the task."},
    {"GR0909", kError, "A region that the cloud does not have",
     "The service catalog of the cloud, asked by `validate --cloud`, has no endpoint in such a region."},
    {"GR0910", kWarning, "An id from another region",
     "A resource is known by its id only in the region where it is. The id comes from an action in one "
     "region and goes to an action in another."},
    {"GR0911", kError, "A service that is not there",
     "The service catalog of the cloud, asked by `validate --cloud`, has no endpoint of the service in the "
     "region where it would be called."},

    // ---- 10: inheritance
    {"GR1001", kError, "No such workflow, ad-hoc action or workbook to extend",
     "The name is looked for in the same file, in the workbook, in the other files, then in the library; a "
     "workbook in the other files and in the library."},
    {"GR1002", kError, "A workflow or workbook that extends itself",
     "A chain of `extends` has an end that extends nothing."},
    {"GR1003", kNote, "A long chain of ancestors",
     "Whoever reads the workflow has to read all of its ancestors."},
    {"GR1004", kError, "Too long a chain of ancestors", "At most 16 ancestors are allowed."},
    {"GR1005", kError, "An inherited name without `override`",
     "So that nobody overrides a task, or a definition of a parent workbook, by accident, `override` says "
     "what becomes of the inherited one."},
    {"GR1006", kError, "A word of inheritance where nothing is inherited",
     "`override`, `redirect`, `before`, `after` and `inherit` need the inherited task or definition that "
     "they "
     "speak of."},
    {"GR1007", kError, "A removed task that something refers to",
     "Transitions, `requires`, `task(name)` and counted joins must not refer to a task that is not there."},
    {"GR1008", kError, "An abstract task that is not overridden",
     "An abstract task is a promise that a descendant keeps; a workflow that runs has none left."},
    {"GR1009", kError, "A promise that is not kept",
     "An override of an abstract task must publish the variables and have the inputs that the abstract task "
     "names."},
    {"GR1010", kError, "A change of what is final", "What an ancestor made final stays as it is."},
    {"GR1011", kError, "An input that breaks the callers of the parent",
     "Whoever can call the parent must be able to call the child: new inputs have defaults, and no input or "
     "default is taken away. An abstract parent has no callers, so it may be refined freely."},
    {"GR1012", kError, "Types of workflows that disagree", "A direct workflow cannot extend a reverse one."},
    {"GR1013", kError, "An abstract workflow is called", "It is only there to be extended."},
    {"GR1014", kError, "The parent is not the one that was pinned",
     "The digest pins what the parent says, its ancestors included, without comments and the style of "
     "writing."},
    {"GR1015", kError, "The parent's file cannot be read",
     "The path counts from the folder of the file that names it."},
};

// [text] with each line set in by four blanks.
std::string indented(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    result.append("    ").append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return result;
}

std::string described(const CodeSituation& situation) {
  std::string text;
  if (!situation.other_file.empty()) text += "\nBeside a file with:\n\n" + indented(situation.other_file);
  if (!situation.environment.empty()) text += fmt::format("\nWith `--env '{}'`.\n", situation.environment);
  if (!situation.cloud.empty())
    text += fmt::format("\nWith `--cloud`, where services have endpoints in {}.\n", situation.cloud);
  if (situation.for_mistral) text += "\nWith `compile --emit flat --target mistral-v2`.\n";
  return text;
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
  if (const CodeExample* example = find_example(found->code)) {
    text += described(example->situation);
    text += "\nWrong:\n\n" + indented(example->wrong) + "\nRight:\n\n" + indented(example->right);
  }
  return text;
}

}  // namespace gregale::compiler
