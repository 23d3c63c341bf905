// Properties of date-times and time spans: value.year, value.minutes, ...
#pragma once

#include <string>

#include "core/value.hpp"

namespace gregale::expression::yaql {

// Throws core::Error when the value has no such property.
core::Value date_time_property(const core::Value& value, const std::string& name);

}  // namespace gregale::expression::yaql
