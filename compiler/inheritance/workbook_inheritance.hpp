// A workbook that extends another: it has all that the parent declares, under its own name, and says of what
// it declares again what becomes of the inherited one.
#pragma once

#include <deque>

#include "compiler/documents.hpp"

namespace gregale::compiler {

// Links the declarations of a workbook with those of its parent, takes out what is removed, and adds what is
// not spoken of. [nothing]: keeps the nodes of those. The parent's declarations must outlive the result, and
// must be complete.
void inherit_declarations(std::deque<Declaration>& own, const Declaration& pattern,
                          const std::deque<Declaration>& inherited, std::deque<YamlNode>& nothing,
                          Report& report);

// Findings for `override` in a file that inherits no declarations.
void check_no_overrides(std::deque<Declaration>& own, Report& report);

}  // namespace gregale::compiler
