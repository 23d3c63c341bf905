// Flat definitions as text of the language v2: YAML that says the same without inheritance, and in a comment
// beside each line where it came from.
#pragma once

#include <string>

#include "compiler/inheritance/family.hpp"
#include "compiler/ir/action_signature.hpp"

namespace gregale::compiler {

struct FlatTextOptions {
  bool origins = true;  // the comments
  // For stock Mistral: Gregale's own keys are put into other words, or refused with a finding. Needs the
  // catalogue, which tells the actions that have a region.
  bool mistral = false;
  const ir::ActionCatalogue* catalogue = nullptr;
};

// The workflows that are not abstract, and the ad-hoc actions. Throws core::Error(invalid) when they cannot
// stand in one file: a workbook beside something else.
std::string to_flat_text(const Family& family, const FlatTextOptions& options, Report& report);

// A node as YAML in block style, set in by [indent] blanks; ends with a line break.
std::string to_yaml(const YamlNode& node, size_t indent = 0);

}  // namespace gregale::compiler
