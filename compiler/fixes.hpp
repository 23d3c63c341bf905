// Taking the suggestions that are certain: the text of a definition with them in place, and every other byte
// as it was.
#pragma once

#include <string>
#include <vector>

#include "core/diagnostic.hpp"

namespace gregale::compiler {

struct Fixed {
  std::string text;
  size_t count = 0;  // of suggestions taken
};

// Of suggestions that overlap, the first is taken.
Fixed fix(const core::SourcePtr& source, const std::vector<core::Diagnostic>& findings);

}  // namespace gregale::compiler
