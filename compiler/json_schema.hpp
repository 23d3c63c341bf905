// The JSON schema of a definition, for editors: generated from the table of keys, so that it says what the
// checks say.
#pragma once

#include "core/value.hpp"

namespace gregale::compiler {

// Draft 7, of a file: a workbook, or workflows and ad-hoc actions by name.
core::Value json_schema();

}  // namespace gregale::compiler
