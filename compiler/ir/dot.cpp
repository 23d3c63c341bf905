#include <fmt/format.h>

#include "compiler/ir/serialization.hpp"

namespace gregale::ir {

namespace {

// A text in double quotes as Graphviz reads it.
std::string quote(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string_view colour(ClauseKind kind) {
  switch (kind) {
    case on_success:
      return "darkgreen";
    case on_error:
      return "red";
    case on_skip:
      return "gray";
    default:
      return "black";
  }
}

std::string_view command_name(TargetKind kind) {
  switch (kind) {
    case TargetKind::fail:
      return "fail";
    case TargetKind::succeed:
      return "succeed";
    case TargetKind::pause:
      return "pause";
    case TargetKind::noop:
      return "noop";
    case TargetKind::task:
      break;
  }
  return "";
}

// A constant, or the text of an expression.
std::string template_text(const Program& program, Index index) {
  if (index == kNone) return {};
  const Template& entry = program.templates[index];
  if (entry.kind == Template::Kind::expression) return program.expressions[entry.expression].expression.text;
  return entry.kind == Template::Kind::constant && entry.constant.is_string() ? entry.constant.as_string()
                                                                              : std::string();
}

std::string join_text(const Join& join) {
  switch (join.kind) {
    case Join::Kind::none:
      return {};
    case Join::Kind::all:
      return "join all";
    case Join::Kind::count:
      return fmt::format("join {}", join.count);
  }
  return {};
}

class Drawing {
 public:
  Drawing(const Program& program, const Workflow& workflow) : program_(program), workflow_(workflow) {}

  std::string draw() {
    out_ = fmt::format("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n",
                       quote(program_.name(workflow_.name)));
    for (Index index = 0; index < workflow_.tasks.size(); ++index) node(index);
    for (Index index = 0; index < workflow_.tasks.size(); ++index) edges(index);
    return out_ + "}\n";
  }

 private:
  void node(Index index) {
    const Task& task = workflow_.tasks[index];
    std::string label = program_.name(task.name);
    const std::string called = template_text(program_, task.call.name);
    if (!called.empty()) label += "\n" + called;
    const std::string join = join_text(task.join);
    if (!join.empty()) label += "\n" + join;
    out_ += fmt::format("  t{} [label={}{}];\n", index, quote(label),
                        task.join.kind == Join::Kind::none ? "" : ", shape=octagon");
  }

  void edges(Index index) {
    const Task& task = workflow_.tasks[index];
    for (Index required : task.requires_tasks) out_ += fmt::format("  t{} -> t{};\n", required, index);
    for (size_t kind = 0; kind < kClauseCount; ++kind) {
      for (const Target& target : task.clauses[kind].targets)
        edge(index, static_cast<ClauseKind>(kind), target);
    }
  }

  void edge(Index from, ClauseKind kind, const Target& target) {
    std::string to = fmt::format("t{}", target.task);
    if (target.kind != TargetKind::task) {
      to = fmt::format("c{}", commands_++);
      out_ += fmt::format("  {} [label={}, shape=oval];\n", to, quote(command_name(target.kind)));
    }
    const std::string guard = template_text(program_, target.guard);
    out_ += fmt::format("  t{} -> {} [color={}{}];\n", from, to, colour(kind),
                        guard.empty() ? std::string() : ", label=" + quote(guard));
  }

  const Program& program_;
  const Workflow& workflow_;
  std::string out_;
  size_t commands_ = 0;
};

}  // namespace

std::string to_dot(const Program& program, const Workflow& workflow) {
  return Drawing(program, workflow).draw();
}

}  // namespace gregale::ir
