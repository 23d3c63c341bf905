// Values that only a run can know: what an action would have given that was not carried out.
//
// They go through expressions as they are, alone or within lists and mappings. An expression that looks into
// one (reads a member, compares it, computes with it) gives another one, whose text is that expression as its
// author wrote it.
#pragma once

#include <cstdint>
#include <string>

#include "core/value.hpp"

namespace gregale::expression {

// [text]: how people are told of it, usually the expression that would give it.
core::Value unknown(std::string text);
// Its text; nullptr for a value that is known.
const std::string* unknown_text(const core::Value& value) noexcept;
// The unknown value, after a look into it.
const core::Value& looked_into(const core::Value& unknown_value) noexcept;
// Whether there is one in [value].
bool holds_unknown(const core::Value& value);

// Tells whether anything on this thread has looked into an unknown value since this was made.
class UnknownWatch {
 public:
  UnknownWatch() noexcept;
  bool looked_into() const noexcept;

 private:
  uint64_t before_;
};

}  // namespace gregale::expression
