// How the readers and the validators of programs refuse one.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "core/error.hpp"

namespace gregale::ir {

// Throws core::Error(invalid).
[[noreturn]] inline void refuse(std::string_view what) {
  throw core::Error(core::ErrorKind::invalid, fmt::format("not a valid program: {}", what));
}

}  // namespace gregale::ir
