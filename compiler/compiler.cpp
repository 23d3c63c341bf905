#include "compiler/compiler.hpp"

#include <deque>

#include "compiler/checks.hpp"
#include "compiler/definition_reader.hpp"
#include "compiler/lowering.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

namespace {

// Definitions are smaller than what YAML may hold in general.
grammar::YamlLimits definition_limits() {
  grammar::YamlLimits limits;
  limits.alias_nodes = 100'000;
  return limits;
}

}  // namespace

Compilation compile(const std::vector<core::SourcePtr>& sources, const Options& options) {
  Compilation result;
  Report report(result.diagnostics);
  std::deque<grammar::YamlNode> documents;  // definitions refer to their nodes
  Definitions definitions;
  for (const core::SourcePtr& source : sources) {
    std::optional<grammar::YamlNode> document =
        grammar::parse_yaml(source, result.diagnostics, definition_limits());
    if (!document) continue;
    documents.push_back(std::move(*document));
    read_document(documents.back(), definitions, report);
  }
  Lowered lowered = lower(definitions, report);
  check_task_names(definitions, report);
  check_graphs(definitions, lowered.program, report);
  check_calls(definitions, options.catalogue, report);
  check_expressions(definitions, lowered, report);
  check_secrets(definitions, report);
  if (!result.diagnostics.has_errors()) result.program = std::move(lowered.program);
  return result;
}

}  // namespace gregale::compiler
