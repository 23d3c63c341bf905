#include "interpreter/expression/jinja/registry.hpp"

#include <unordered_map>
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

const std::unordered_map<std::string_view, const NamedFilter*>& filters() {
  static const auto table = [] {
    std::unordered_map<std::string_view, const NamedFilter*> filters;
    for (const auto& part : {text_filters(), html_filters(), link_filters(), number_filters(),
                             sequence_filters(), lazy_filters(), mistral_functions()}) {
      for (const NamedFilter& filter : part) filters.emplace(filter.name, &filter);
    }
    return filters;
  }();
  return table;
}

}  // namespace

const NamedFilter* find_filter(std::string_view name) {
  const auto found = filters().find(name);
  return found == filters().end() ? nullptr : found->second;
}

void throw_unknown(std::string_view what, std::string_view name, const std::vector<std::string>& names) {
  throw TemplateRuntimeError("there is no " + std::string(what) + " named " + shown(name) +
                             suggestion(name, names));
}

void unknown_filter(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, function] : filters()) names.emplace_back(known);
  throw_unknown("filter", name, names);
}

}  // namespace gregale::expression::jinja
