#include "tests/expression/corpus.hpp"

#include <cmath>
#include <fstream>
#include <stdexcept>

#include "core/json.hpp"

namespace gregale::expression::testing {

using core::List;
using core::Map;
using core::Value;

namespace {

std::string path_of(const std::string& name) {
  return std::string(GREGALE_SOURCE_DIR) + "/tests/conformance/" + name;
}

bool is_sequence_type(const std::string& type) {
  for (const char* name : {"tuple", "generator", "range", "dict_keys", "dict_values", "dict_items"}) {
    if (type == name) return true;
  }
  return false;
}

Value project_items(const Value& items) {
  List result;
  for (const Value& item : items.as_list()) result.push_back(project(item));
  return Value(std::move(result));
}

Value key_text(const Value& key) {
  return key.is_string() ? key : Value(core::to_json(key));
}

// "2020-01-02T03:04:05[.000006][+02:00]" with six digits of the fraction and no offset.
Value date_time_text(const std::string& text) {
  std::string result = text.substr(0, 19);
  const bool fraction = text.size() >= 26 && text[19] == '.';
  return Value(result + (fraction ? text.substr(19, 7) : ".000000"));
}

const Value* set_items(const Value& value) {
  const Value* type = value.find("__type__");
  const bool is_set = type != nullptr && type->is_string() && type->as_string() == "set";
  return is_set ? value.find("items") : nullptr;
}

bool same_set(const List& want, const Value& got) {
  const Value* marked = set_items(got);
  const Value& items = marked != nullptr ? *marked : got;
  if (!items.is_list() || items.size() != want.size()) return false;
  List left = items.as_list();
  for (const Value& member : want) {
    size_t i = 0;
    while (i < left.size() && !same(member, left[i])) ++i;
    if (i == left.size()) return false;
    left.erase(left.begin() + static_cast<ptrdiff_t>(i));
  }
  return true;
}

}  // namespace

std::vector<Case> read_corpus(const std::string& name) {
  std::ifstream file(path_of(name));
  if (!file) throw std::runtime_error("cannot read " + path_of(name));
  std::vector<Case> cases;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    Value value = core::parse_json(line);
    cases.push_back({value.get("id").as_string(), line, std::move(value)});
  }
  return cases;
}

std::set<std::string> listed_differences(const std::string& section) {
  std::ifstream file(path_of("DIFFERENCES.md"));
  std::set<std::string> ids;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## ")) inside = line == "## " + section;
    if (inside && line.starts_with("- ")) ids.insert(line.substr(2, line.find(':') - 2));
  }
  return ids;
}

Value project(const Value& value) {
  if (value.is_list()) return project_items(value);
  if (!value.is_map()) return value;
  const Value* type = value.find("__type__");
  if (type == nullptr) {
    Map result;
    for (const Map::Entry& entry : value.as_map()) result.set(entry.key, project(entry.value));
    return Value(std::move(result));
  }
  const std::string& name = type->as_string();
  if (is_sequence_type(name) && value.find("error") == nullptr) return project_items(value.get("items"));
  if (name == "set") return Value(Map{{"__type__", *type}, {"items", project_items(value.get("items"))}});
  if (name == "dict") {
    Map result;
    for (const Value& pair : value.get("items").as_list()) {
      result.set(key_text(project(pair.as_list()[0])), project(pair.as_list()[1]));
    }
    return Value(std::move(result));
  }
  if (name == "datetime") return date_time_text(value.get("value").as_string());
  return value;
}

bool same(const Value& want, const Value& got) {
  if (const Value* items = set_items(want)) return same_set(items->as_list(), got);
  if (want.kind() != got.kind()) return false;
  if (want.is_map()) {
    if (want.size() != got.size()) return false;
    for (const Map::Entry& entry : want.as_map()) {
      const Value* other = got.as_map().find(entry.key);
      if (other == nullptr || !same(entry.value, *other)) return false;
    }
    return true;
  }
  if (want.is_list()) {
    if (want.size() != got.size()) return false;
    for (size_t i = 0; i < want.size(); ++i) {
      if (!same(want.as_list()[i], got.as_list()[i])) return false;
    }
    return true;
  }
  if (want.is_float()) {
    return want.as_float() == got.as_float() && std::signbit(want.as_float()) == std::signbit(got.as_float());
  }
  return want == got;
}

bool passes(const Case& one, const Value& answer) {
  const bool ok = one.value.get("ok").as_boolean();
  if (answer.get("ok") != Value(ok)) return false;
  if (!ok) return answer.get("error_class") == one.value.get("error_class");
  const Value* value = answer.find("value");
  return value != nullptr && same(project(one.value.get("value")), project(*value));
}

}  // namespace gregale::expression::testing
