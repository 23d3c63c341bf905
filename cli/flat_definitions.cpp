#include "cli/flat_definitions.hpp"

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "compiler/inheritance/flat_text.hpp"
#include "core/error.hpp"
#include "core/similar.hpp"

namespace gregale::cli {

using core::Value;

namespace {

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> steps;
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('.', begin), path.size());
    steps.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return steps;
}

std::string join(const std::vector<std::string>& steps, size_t count) {
  std::string path;
  for (size_t i = 0; i < count; ++i) path += (i == 0 ? "" : ".") + steps[i];
  return path;
}

std::string place(const compiler::YamlNode& node) {
  return node.span.known() ? fmt::format("{}:{}", node.span.source->name(), node.span.first().line) : "?";
}

// Each line of the node's text behind [mark].
std::string marked(const compiler::YamlNode& node, std::string_view mark) {
  std::string text = compiler::to_yaml(node);
  std::string result;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    result += fmt::format("{}{}\n", mark, text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

}  // namespace

FlatDefinitions::FlatDefinitions(const std::vector<std::string>& files,
                                 const std::vector<std::string>& library)
    : library_(library), family_(sources_of(files), &library_, findings_) {
  print_findings(findings_);
}

const compiler::FlatWorkflow& FlatDefinitions::workflow(const std::string& name) {
  if (const compiler::FlatWorkflow* found = family_.find(name)) return *found;
  const std::string near = core::nearest_name(name, family_.names());
  throw core::Error(core::ErrorKind::not_found,
                    fmt::format("there is no workflow {}{}", name,
                                near.empty() ? std::string() : fmt::format("; did you mean {}?", near)));
}

std::string FlatDefinitions::origin_text(const std::string& path) {
  std::vector<std::string> steps = split(path);
  // A workflow of a workbook has a dot in its name.
  size_t name = 1;
  while (name < steps.size() && family_.find(join(steps, name)) == nullptr) ++name;
  const bool known = family_.find(join(steps, name)) != nullptr;
  const compiler::FlatWorkflow& flat = workflow(known ? join(steps, name) : steps[0]);
  steps.erase(steps.begin(), steps.begin() + static_cast<ptrdiff_t>(known ? name : 1));
  size_t longest = 0;
  const compiler::YamlNode* value = compiler::find_value(flat, steps, longest);
  if (steps.empty() || (steps.size() == 1 && steps[0] == "tasks")) {
    throw core::Error(core::ErrorKind::invalid,
                      fmt::format("{} is no value; name one of its keys, such as {}.tasks.NAME", path,
                                  flat.declaration->full_name));
  }
  const std::vector<compiler::Origin> chain = compiler::origins(flat, steps);
  if (value == nullptr && chain.empty()) {
    throw core::Error(
        core::ErrorKind::not_found,
        fmt::format("{} says nothing about {}", flat.declaration->full_name, join(steps, longest + 1)));
  }
  std::string text = path + "\n\n";
  text += value == nullptr ? "    (nothing)\n" : marked(*value, "    ");
  text += "\n";
  for (auto origin = chain.rbegin(); origin != chain.rend(); ++origin) {
    const bool counts = origin == chain.rbegin();
    text += fmt::format("{}  {}{}\n", place(*origin->node), origin->workflow->declaration->full_name,
                        !origin->remark.empty() ? ": " + origin->remark
                        : counts                ? ""
                                                : ": overridden");
    if (!counts && origin->remark.empty()) text += marked(*origin->node, "    ");
  }
  return text;
}

std::string difference_text(const std::vector<compiler::Difference>& differences) {
  std::string text;
  for (const compiler::Difference& one : differences) {
    const bool added = one.first == nullptr;
    const bool removed = one.second == nullptr;
    text += fmt::format("{} {}   ({})\n",
                        added     ? '+'
                        : removed ? '-'
                                  : '~',
                        one.path, place(removed ? *one.first : *one.second));
    if (!added) text += marked(*one.first, "    - ");
    if (!removed) text += marked(*one.second, "    + ");
  }
  return text;
}

Value difference_document(const std::vector<compiler::Difference>& differences) {
  core::List list;
  for (const compiler::Difference& one : differences) {
    const core::Span& span = one.second == nullptr ? one.first->span : one.second->span;
    core::Map entry{{"path", Value(one.path)},
                    {"change", Value(one.first == nullptr    ? "added"
                                     : one.second == nullptr ? "removed"
                                                             : "changed")},
                    {"file", span.known() ? Value(span.source->name()) : Value()},
                    {"line", span.known() ? Value(static_cast<int64_t>(span.first().line)) : Value()}};
    if (one.first != nullptr) entry.set(Value("first"), one.first->to_value());
    if (one.second != nullptr) entry.set(Value("second"), one.second->to_value());
    list.push_back(Value(std::move(entry)));
  }
  return Value(std::move(list));
}

}  // namespace gregale::cli
