// The names that the expression languages know: functions, filters, tests. For "unknown function" and
// "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gregale::compiler {

// Functions and methods of YAQL, Mistral's among them.
const std::vector<std::string>& yaql_functions();
// Functions whose arguments are evaluated with another `$` than the one around the call.
bool changes_yaql_context(std::string_view function);
const std::vector<std::string>& jinja_functions();
const std::vector<std::string>& jinja_filters();
const std::vector<std::string>& jinja_tests();
// Mistral's functions, which Jinja knows as filters of the context as well.
const std::vector<std::string>& mistral_functions();

bool contains(const std::vector<std::string>& names, std::string_view name);

}  // namespace gregale::compiler
