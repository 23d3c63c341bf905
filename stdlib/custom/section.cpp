#include "stdlib/custom/section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/similar.hpp"

namespace gregale::stdlib {

using core::Value;

Section::Section(std::string place, Value value) : place_(std::move(place)), map_(std::move(value)) {
  if (!map_.is_null() && !map_.is_map()) wrong("a mapping is expected");
}

void Section::wrong(const std::string& message) const {
  throw core::Error(core::ErrorKind::invalid, fmt::format("{}: {}", place_, message));
}

Value Section::take(std::string_view key) {
  known_.emplace_back(key);
  return map_.get(key);
}

std::string Section::text(std::string_view key) {
  const Value value = take(key);
  if (value.is_null()) return {};
  if (!value.is_string()) wrong(fmt::format("`{}` must be text", key));
  return value.as_string();
}

bool Section::flag(std::string_view key) {
  const Value value = take(key);
  if (value.is_null()) return false;
  if (!value.is_boolean()) wrong(fmt::format("`{}` must be true or false", key));
  return value.as_boolean();
}

int64_t Section::count(std::string_view key, int64_t if_missing, int64_t largest) {
  const Value value = take(key);
  if (value.is_null()) return if_missing;
  if (!value.is_small_integer() || value.as_integer() < 1 || value.as_integer() > largest) {
    wrong(fmt::format("`{}` must be an integer from 1 to {}", key, largest));
  }
  return value.as_integer();
}

void Section::end() const {
  if (!map_.is_map()) return;
  for (const auto& [key, value] : map_.as_map()) {
    if (!key.is_string()) wrong(fmt::format("a {} as key", key.kind_name()));
    const std::string& name = key.as_string();
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string nearest = core::nearest_name(name, known_);
    wrong(nearest.empty() ? fmt::format("`{}` is not known", name)
                          : fmt::format("`{}` is not known, did you mean `{}`?", name, nearest));
  }
}

}  // namespace gregale::stdlib
