#include "cli/execution_text.hpp"

#include <fmt/format.h>

#include "core/json.hpp"

namespace gregale::cli {

using core::Value;

namespace {

std::string indented(const std::string& text, size_t by) {
  std::string out;
  const std::string margin(by, ' ');
  size_t start = 0;
  while (start < text.size()) {
    size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    out += margin + text.substr(start, end - start) + "\n";
    start = end + 1;
  }
  return out;
}

void add_tasks(std::string& out, const Value& document, size_t depth) {
  const Value tasks = document.get("tasks");
  if (!tasks.is_list()) return;
  const std::string margin(depth * 2, ' ');
  for (const Value& task : tasks.as_list()) {
    out += fmt::format("{}{:<9} {}", margin, task.get("state").as_string(), task.get("name").as_string());
    if (const Value region = task.get("region"); region.is_string()) {
      out += fmt::format("  [{}]", region.as_string());
    }
    out += "\n";
    if (const Value info = task.get("state_info"); info.is_string()) {
      out += indented(info.as_string(), depth * 2 + 10);
    }
    if (const Value published = task.get("published"); published.size() > 0) {
      out += fmt::format("{}          published {}\n", margin, core::to_json(published));
    }
    for (const Value& action : task.get("action_executions").as_list()) {
      const bool failed = action.get("state").as_string() == "ERROR";
      out += fmt::format("{}          {} {} {}{}\n", margin, action.get("id").as_string(),
                         action.get("name").as_string(), action.get("state").as_string(),
                         failed ? ": " + core::to_json(action.get("output").get("result")) : "");
    }
    for (const Value& sub : task.get("workflow_executions").as_list()) {
      out += fmt::format("{}  {} {} {}\n", margin, sub.get("id").as_string(),
                         sub.get("workflow_name").as_string(), sub.get("state").as_string());
      add_tasks(out, sub, depth + 2);
    }
  }
}

}  // namespace

std::string summary_text(const Value& document) {
  std::string out = fmt::format("{}  {}  {}\n", document.get("state").as_string(),
                                document.get("workflow_name").as_string(), document.get("id").as_string());
  if (const Value info = document.get("state_info"); info.is_string()) {
    out += indented(info.as_string(), 2);
  }
  if (const Value output = document.get("output"); !output.is_null()) {
    out += core::to_json(output, 2) + "\n";
  }
  return out;
}

std::string tasks_text(const Value& document) {
  std::string out;
  add_tasks(out, document, 0);
  return out;
}

std::string execution_text(const Value& document) {
  std::string out = summary_text(document);
  out += fmt::format("created {}, updated {}\n", document.get("created_at").as_string(),
                     document.get("updated_at").as_string());
  out += fmt::format("input {}\n", core::to_json(document.get("input")));
  add_tasks(out, document, 0);
  return out;
}

}  // namespace gregale::cli
