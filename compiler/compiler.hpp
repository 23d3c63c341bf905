// The compiler: YAML text of workflows, workbooks and ad-hoc actions to IR, and every finding about it.
#pragma once

#include <optional>
#include <vector>

#include "compiler/cloud_view.hpp"
#include "compiler/ir/action_signature.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/library.hpp"
#include "compiler/severity_policy.hpp"
#include "core/diagnostic.hpp"
#include "core/source.hpp"

namespace gregale::compiler {

struct Options {
  // Known actions; none: names and parameters of actions are not checked.
  const ir::ActionCatalogue* catalogue = nullptr;
  // Where definitions are found that the files do not have; none: nowhere.
  Library* library = nullptr;
  // Full names of workflows that are wanted as well, wherever they are found; those that are not are left
  // out.
  std::vector<std::string> workflows = {};
  // Of each source the namespace that its definitions belong to; empty, or fewer than sources: the default
  // one.
  std::vector<std::string> namespaces = {};
  // What env() will give, a map; none: its names are not checked.
  const core::Value* environment = nullptr;
  // How findings are graded.
  SeverityPolicy severities = {};
  // A live cloud; none: regions and services are not checked against one.
  const CloudView* cloud = nullptr;
};

struct Compilation {
  core::Diagnostics diagnostics;
  // Present when there is no error among the findings.
  std::optional<ir::Program> program;
  // Full names of the workflows that the files themselves define, or that were wanted; the rest are only
  // called.
  std::vector<std::string> own_workflows;
  // Full names of workflows that are only there to be extended.
  std::vector<std::string> abstract_workflows;
};

// Compiles the files together; never throws for what a user wrote.
Compilation compile(const std::vector<core::SourcePtr>& sources, const Options& options);

}  // namespace gregale::compiler
