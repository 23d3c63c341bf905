#include "compiler/ir/ir.hpp"

namespace gregale::ir {

bool fits(ContextKey::Type type, const Value& value) noexcept {
  switch (type) {
    case ContextKey::Type::any:
      return true;
    case ContextKey::Type::string:
      return value.is_string();
    case ContextKey::Type::integer:
      return value.is_integer();
    case ContextKey::Type::number:
      return value.is_number();
    case ContextKey::Type::boolean:
      return value.is_boolean();
    case ContextKey::Type::list:
      return value.is_list();
    case ContextKey::Type::map:
      return value.is_map();
  }
  return false;
}

std::string_view to_string(ClauseKind kind) noexcept {
  switch (kind) {
    case on_success:
      return "on-success";
    case on_error:
      return "on-error";
    case on_complete:
      return "on-complete";
    case on_skip:
      return "on-skip";
    case kClauseCount:
      break;
  }
  return "";
}

const Workflow* Program::find_workflow(std::string_view full_name) const noexcept {
  for (const Workflow& workflow : workflows) {
    if (names[workflow.name] == full_name) return &workflow;
  }
  return nullptr;
}

const AdhocAction* Program::find_action(std::string_view full_name) const noexcept {
  for (const AdhocAction& action : actions) {
    if (names[action.name] == full_name) return &action;
  }
  return nullptr;
}

Index find_task(const Program& program, const Workflow& workflow, std::string_view name) noexcept {
  for (Index task = 0; task < workflow.tasks.size(); ++task) {
    if (program.names[workflow.tasks[task].name] == name) return task;
  }
  return kNone;
}

}  // namespace gregale::ir
