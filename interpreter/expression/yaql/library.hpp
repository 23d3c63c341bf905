// Every function and method that YAQL has in Mistral, by name.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interpreter/expression/yaql/function.hpp"

namespace gregale::expression::yaql {

struct Overloads {
  std::vector<Function> functions;  // can be called as name(...)
  std::vector<Function> methods;    // can be called as receiver.name(...)
};

// Null when nothing has that name. Underscores at its end do not count.
const Overloads* find_overloads(std::string_view name);
// All names, for "did you mean".
std::vector<std::string> function_names();

// The parts of the library, each in a file of its own.
std::vector<Declaration> math_functions();
std::vector<Declaration> string_functions();
std::vector<Declaration> regex_functions();
std::vector<Declaration> collection_functions();
std::vector<Declaration> set_functions();
std::vector<Declaration> query_functions();
std::vector<Declaration> ordering_functions();
std::vector<Declaration> grouping_functions();
std::vector<Declaration> generator_functions();
std::vector<Declaration> date_time_functions();
std::vector<Declaration> branching_functions();
std::vector<Declaration> system_functions();
std::vector<Declaration> mistral_functions();

}  // namespace gregale::expression::yaql
