// The definitions of some files with their inheritance resolved, for people to look at: as plain text, value
// by value, and one beside the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/inheritance/inheritance.hpp"

namespace gregale::compiler {

class Family {
 public:
  // Findings of the resolution alone go to [diagnostics]. All arguments must outlive the family.
  Family(const std::vector<core::SourcePtr>& sources, Library* library, core::Diagnostics& diagnostics);

  const std::vector<const FlatWorkflow*>& workflows() const noexcept { return workflows_; }
  const std::vector<const FlatAction*>& actions() const noexcept { return actions_; }
  // By full name, of the given files or the library; nullptr when there is none that is sound.
  const FlatWorkflow* find(std::string_view full_name);
  // Full names, for suggestions.
  std::vector<std::string> names() const;

 private:
  Report report_;
  Documents documents_;
  Inheritance inheritance_;
  std::vector<const FlatWorkflow*> workflows_;
  std::vector<const FlatAction*> actions_;
};

// The value at a path of keys and list positions within a flat workflow, beginning with a key of the
// workflow; nullptr when there is none. [longest]: how many steps of the path lead somewhere.
const YamlNode* find_value(const FlatWorkflow& workflow, const std::vector<std::string>& path,
                           size_t& longest);

// One place in the chain of ancestors that says something about a path.
struct Origin {
  const FlatWorkflow* workflow = nullptr;
  const YamlNode* node = nullptr;  // what stands there
  std::string remark;              // "replaced with its task", ... ; empty: it is the value
};
// From the farthest ancestor to the workflow itself.
std::vector<Origin> origins(const FlatWorkflow& workflow, const std::vector<std::string>& path);

struct Difference {
  std::string path;                  // "tasks.create.retry"
  const YamlNode* first = nullptr;   // none: only the second has it
  const YamlNode* second = nullptr;  // none: only the first has it
};
// What the second says otherwise than the first, in the order of the first and then of the second. Below
// tasks each key is told for itself; lists and calls are told as a whole.
std::vector<Difference> differences(const FlatWorkflow& first, const FlatWorkflow& second);

}  // namespace gregale::compiler
