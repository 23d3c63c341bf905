#include "interpreter/expression/yaql/library.hpp"

namespace gregale::expression::yaql {

namespace {

using Table = std::unordered_map<std::string, Overloads>;

Table build_table() {
  Table table;
  for (const auto part :
       {math_functions, string_functions, regex_functions, collection_functions, set_functions,
        query_functions, ordering_functions, grouping_functions, generator_functions, date_time_functions,
        branching_functions, system_functions, mistral_functions}) {
    for (const Declaration& declaration : part()) {
      Function function = declare(declaration);
      Overloads& overloads = table[function.name];
      if (function.is_function) overloads.functions.push_back(function);
      if (function.is_method) overloads.methods.push_back(std::move(function));
    }
  }
  return table;
}

const Table& table() {
  static const Table kTable = build_table();
  return kTable;
}

}  // namespace

const Overloads* find_overloads(std::string_view name) {
  while (name.ends_with('_')) name.remove_suffix(1);
  const auto found = table().find(std::string(name));
  return found == table().end() ? nullptr : &found->second;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto& [name, overloads] : table()) names.push_back(name);
  return names;
}

}  // namespace gregale::expression::yaql
