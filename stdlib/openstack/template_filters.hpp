// The filters of templates: what cannot be said by rearranging data.
#pragma once

#include <string>
#include <vector>

#include "core/value.hpp"

namespace gregale::stdlib {

bool is_template_filter(const std::string& name);

// Whether the filter makes something of null; for all others null stays what it is.
bool template_filter_takes_null(const std::string& name);

// [name] must be one. Throws core::Error(invalid) when the value is not one that the filter takes.
core::Value apply_template_filter(const std::string& name, const core::Value& value,
                                  const std::vector<core::Value>& arguments);

}  // namespace gregale::stdlib
