#include "interpreter/expression/messages.hpp"

#include <fmt/format.h>

#include "core/similar.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/text.hpp"

namespace gregale::expression {

namespace {

thread_local const std::string_view* text_at_work = nullptr;

bool stands_in_expression(std::string_view text) {
  return text_at_work == nullptr || text_at_work->find(text) != std::string_view::npos;
}

}  // namespace

ExpressionText::ExpressionText(std::string_view text) noexcept : text_(text), before_(text_at_work) {
  text_at_work = &text_;
}
ExpressionText::~ExpressionText() {
  text_at_work = before_;
}

std::string shown(const core::Value& value) {
  if (value.is_string()) return shown(value.as_string());
  if (value.is_small_integer() || value.is_boolean() || value.is_null()) {
    std::string written = python::repr(value);
    if (stands_in_expression(written)) return written;
  }
  return fmt::format("<{} of the data>", value.kind_name());
}

std::string shown(std::string_view name) {
  return stands_in_expression(name) ? python::quote(name) : "<string of the data>";
}

std::string a_kind(const core::Value& value) {
  const std::string_view name = value.kind_name();
  if (value.is_null()) return std::string(name);
  const bool vowel = std::string_view("aeiou").find(name.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", name);
}

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  if (!stands_in_expression(name)) return {};
  const std::string nearest = core::nearest_name(name, candidates);
  return nearest.empty() ? std::string() : fmt::format("; did you mean {}?", python::quote(nearest));
}

void throw_missing_key(const core::Map& map, const core::Value& key) {
  const std::string meant = key.is_string() ? suggestion(key.as_string(), names_of_members(map)) : "";
  throw python::KeyError("there is no key " + shown(key) + meant);
}

std::vector<std::string> names_of_members(const core::Map& map) {
  constexpr size_t kMost = 1000;
  std::vector<std::string> names;
  for (const core::Map::Entry& entry : map) {
    if (names.size() == kMost) break;
    if (entry.key.is_string()) names.push_back(entry.key.as_string());
  }
  return names;
}

}  // namespace gregale::expression
