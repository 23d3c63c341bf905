// Whether a Program that was read is one that the interpreter can run: every reference leads somewhere,
// nothing is shared or cyclic that must be a tree, every part has the shape that its kind demands.
#pragma once

#include "compiler/ir/ir.hpp"

namespace gregale::ir {

// Throws core::Error(invalid) that names the first fault.
void validate(const Program& program);

}  // namespace gregale::ir
