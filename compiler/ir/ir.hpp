// The intermediate representation: what is executed, and nothing else is.
//
// A Program is one link unit: the workflows and ad-hoc actions of the files that were compiled together.
// Names, expressions and templates are interned and referred to by index; task defaults are applied,
// inline parameters merged, targets resolved. It is plain data: compared, hashed and stored as such
// (see docs/ir.md for the two forms).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/value.hpp"
#include "grammar/expression.hpp"

namespace gregale::ir {

using core::Value;

using Index = uint32_t;
inline constexpr Index kNone = 0xFFFFFFFF;

// Where something was written, for messages at run time.
struct Location {
  Index source = kNone;  // of Program::sources
  uint32_t line = 0;
  uint32_t column = 0;
};

// A value with holes: any YAML value whose texts may hold expressions. Mapping keys are never evaluated.
struct Template {
  enum class Kind : uint8_t { constant, expression, list, map };
  Kind kind = Kind::constant;
  Value constant;               // constant; or for map: the list of keys
  Index expression = kNone;     // of Program::expressions
  std::vector<Index> children;  // list items or map values, of Program::templates
};

struct SourcedExpression {
  grammar::Expression expression;
  Location location;  // of the text's first character
};

// A declared input of a workflow or an ad-hoc action.
struct Parameter {
  Index name = kNone;  // of Program::names
  bool required = true;
  Value default_value;  // never evaluated, as in Mistral
};

enum class CallKind : uint8_t { none, action, workflow };

// What a task or an ad-hoc action calls, with which input.
struct Call {
  CallKind kind = CallKind::none;
  Index name = kNone;          // template; a constant text when the name is static
  Index input = kNone;         // template: a map, or an expression that gives one
  Index inline_input = kNone;  // template: a map; wins over `input` key by key
};

struct WithItems {
  Index variable = kNone;  // of names
  Index items = kNone;     // template
};

// with-regions: the call once for each region, side by side.
struct WithRegions {
  Index regions = kNone;      // template: a list of names, one name, or the text `all`
  bool goes_on = false;       // on-region-error: continue
  Index min_success = kNone;  // template: how many regions must succeed
  bool present() const noexcept { return regions != kNone; }
};

// What a workflow says of one key of the custom context.
inline constexpr std::array<std::string_view, 7> kContextTypes = {"any",     "string", "integer", "number",
                                                                  "boolean", "list",   "map"};
struct ContextKey {
  enum class Type : uint8_t { any, string, integer, number, boolean, list, map };  // as kContextTypes
  Index name = kNone;                                                              // of names
  Type type = Type::any;
  bool required = false;
  bool secret = false;
  bool has_default = false;
  Value default_value;  // never evaluated
};
// Whether a value is of the type; a whole number is a `number`, too.
bool fits(ContextKey::Type type, const Value& value) noexcept;

// Commands to the engine that may stand where a target stands.
enum class TargetKind : uint8_t { task, fail, succeed, pause, noop };

struct Target {
  TargetKind kind = TargetKind::task;
  Index task = kNone;     // of Workflow::tasks
  Index guard = kNone;    // template (one expression); none: always
  Index message = kNone;  // template: `msg` of fail, succeed, pause
};

// Maps of name to template, evaluated without seeing each other.
struct Publish {
  Index branch = kNone;  // templates: maps, or an expression
  Index global = kNone;
  Index atomic = kNone;
};

enum ClauseKind : uint8_t { on_success, on_error, on_complete, on_skip, kClauseCount };
std::string_view to_string(ClauseKind kind) noexcept;

struct Clause {
  bool present = false;
  Publish publish;
  std::vector<Target> targets;  // in order of writing
};

struct Join {
  enum class Kind : uint8_t { none, all, count };
  Kind kind = Kind::none;
  uint32_t count = 0;
};

// Templates; kNone where the policy is not set.
struct RetryPolicy {
  Index count = kNone;
  Index delay = kNone;  // seconds
  Index break_on = kNone;
  Index continue_on = kNone;
  bool present() const noexcept { return count != kNone; }
};

struct Policies {
  RetryPolicy retry;
  Index wait_before = kNone;   // seconds
  Index wait_after = kNone;    // seconds
  Index timeout = kNone;       // seconds
  Index pause_before = kNone;  // boolean
  Index concurrency = kNone;   // items under way at once
  Index fail_on = kNone;       // condition
};

struct Task {
  Index name = kNone;
  Location location;
  Call call;
  std::vector<WithItems> with_items;
  WithRegions with_regions;
  Join join;
  Publish publish;  // `publish`
  Publish publish_on_error;
  Publish publish_on_skip;
  std::array<Clause, kClauseCount> clauses;
  Policies policies;
  Index keep_result = kNone;          // template: boolean; none: true
  Index safe_rerun = kNone;           // template: boolean; none: false
  Index target = kNone;               // template
  Index region = kNone;               // template
  Index custom_context = kNone;       // template: a map, added for what the task calls
  std::vector<Index> requires_tasks;  // reverse workflows: of Workflow::tasks
  std::vector<Index> inbound;  // direct workflows: tasks with an edge to this one, each once, ascending
  Value spec;                  // the definition as written, for task(x).spec
};

// A workflow that another one extends, as it was when the other was compiled.
struct Ancestor {
  Index name = kNone;    // of names: the full name
  Index source = kNone;  // of Program::sources
  std::string digest;    // SHA-256 of what it said, in lower-case hexadecimal
};

struct Workflow {
  enum class Type : uint8_t { direct, reverse };
  Index name = kNone;        // full name: "workbook.name" in a workbook
  Index workbook = kNone;    // of names; none outside of workbooks
  Index name_space = kNone;  // of names; none: the default one
  Location location;
  Type type = Type::direct;
  std::vector<Parameter> input;
  Index vars = kNone;             // template: a map
  Index output = kNone;           // template
  Index output_on_error = kNone;  // template
  Index region = kNone;           // template
  std::vector<ContextKey> custom_context;
  std::vector<Task> tasks;         // in order of definition
  std::vector<Index> start_tasks;  // without inbound edge, in order of definition
  std::vector<std::string> tags;
  std::string description;
  std::vector<Ancestor> ancestors;  // the parent first
  Value spec;                       // the definition as written, with what it inherits

  // Task by name, or kNone. Names are unique, so a map beside the array is derived data: see Program.
};

struct AdhocAction {
  Index name = kNone;        // full name
  Index workbook = kNone;    // of names
  Index name_space = kNone;  // of names; none: the default one
  Location location;
  std::vector<Parameter> input;
  std::string base;          // action that is called
  Index base_input = kNone;  // template: a map
  Index output = kNone;      // template; none: the base's result
  std::string description;
};

struct Program {
  static constexpr uint32_t kVersion = 4;

  std::vector<std::string> sources;  // names of the files
  std::vector<std::string> names;
  std::vector<SourcedExpression> expressions;
  std::vector<Template> templates;
  std::vector<Workflow> workflows;
  std::vector<AdhocAction> actions;

  const std::string& name(Index index) const { return names[index]; }
  // By full name; nullptr when there is none.
  const Workflow* find_workflow(std::string_view full_name) const noexcept;
  const AdhocAction* find_action(std::string_view full_name) const noexcept;
};

// Index of the task of that name, or kNone. Linear; the interpreter keeps a map where it needs one.
Index find_task(const Program& program, const Workflow& workflow, std::string_view name) noexcept;

}  // namespace gregale::ir
