#include "stdlib/http/http_message.hpp"

#include <strings.h>

#include <algorithm>

namespace gregale::stdlib {

namespace {

bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

void HttpHeaders::set(std::string_view name, std::string value) {
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(),
                               [&](const auto& field) { return same_name(field.first, name); }),
                fields_.end());
  fields_.emplace_back(name, std::move(value));
}

const std::string* HttpHeaders::find(std::string_view name) const noexcept {
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) return &value;
  }
  return nullptr;
}

std::string_view HttpHeaders::get(std::string_view name) const noexcept {
  const std::string* value = find(name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

}  // namespace gregale::stdlib
