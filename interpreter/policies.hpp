// What the values of a task's settings must be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::interpreter {

// A number of seconds or a count. Throws core::Error(invalid) that names the policy.
int64_t whole_number(std::string_view policy, const core::Value& value);

// The name of a region; null names none, as empty text does. Throws core::Error(invalid).
std::string region_name(const core::Value& region);

}  // namespace gregale::interpreter
