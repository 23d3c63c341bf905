#include "stdlib/openstack/template_filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/json.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/openstack/template.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;

namespace {

using Arguments = std::vector<Value>;
using Filter = Value (*)(const Value& value, const Arguments& arguments);

[[noreturn]] void refuse(std::string_view wanted, const Value& got) {
  throw Error(ErrorKind::invalid, fmt::format("{} is needed, not a {}", wanted, got.kind_name()));
}

Value text(const Value& value, const Arguments&) {
  return python_text(value);
}

Value json(const Value& value, const Arguments&) {
  return core::to_json(value);
}

// Text stays: for members that hold JSON as text.
Value json_text(const Value& value, const Arguments&) {
  return value.is_string() ? value : Value(core::to_json(value));
}

Value base64(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("text", value);
  return base64_encode(value.as_string());
}

// The items as text with commas; text itself stays.
Value comma_separated(const Value& value, const Arguments&) {
  if (value.is_string()) return value;
  if (!value.is_list()) refuse("a list", value);
  std::string out;
  for (const Value& item : value.as_list()) {
    if (!out.empty()) out += ',';
    out += python_text(item);
  }
  return out;
}

Value keys(const Value& value, const Arguments&) {
  if (value.is_list()) return value;
  if (!value.is_map()) refuse("a mapping", value);
  List out;
  for (const auto& [key, member] : value.as_map()) out.push_back(key);
  return out;
}

// {a: 1, ...} as [{key: a, value: 1}, ...], ascending by key.
Value entries(const Value& value, const Arguments&) {
  if (!value.is_map()) refuse("a mapping", value);
  std::map<std::string, Value> sorted;
  for (const auto& [key, member] : value.as_map()) sorted[python_text(key)] = member;
  List out;
  for (const auto& [key, member] : sorted) out.push_back(Map{{"key", key}, {"value", member}});
  return out;
}

// The value without the members that are null.
Value without_nulls(const Value& value, const Arguments&) {
  if (!value.is_map()) refuse("a mapping", value);
  Map out;
  for (const auto& [key, member] : value.as_map()) {
    if (!member.is_null()) out.set(key, member);
  }
  return out;
}

// NAME/ID of a stack: the value, unless its lookup was answered with a Location (first argument).
Value stack_identity(const Value& value, const Arguments& arguments) {
  if (arguments.empty() || !arguments[0].is_string()) return value;
  static constexpr std::string_view kStacks = "/stacks/";
  const std::string& url = arguments[0].as_string();
  const size_t at = url.find(kStacks);
  return at == std::string::npos ? value : Value(url.substr(at + kStacks.size()));
}

// The value with the members of the first argument.
Value merged(const Value& value, const Arguments& arguments) {
  if (!value.is_map()) refuse("a mapping", value);
  Map out = value.as_map();
  if (!arguments.empty() && arguments[0].is_map()) out.update(arguments[0].as_map());
  return out;
}

// "a=1&b" as {a: "1", b: ""}; nothing is decoded.
Value query_members(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("the text of a query", value);
  Map out;
  std::string_view rest = value.as_string();
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    const size_t equals = part.find('=');
    out.set(part.substr(0, equals),
            equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  return out;
}

// The value without the members that the first argument, a list, names.
Value without(const Value& value, const Arguments& arguments) {
  if (!value.is_map()) refuse("a mapping", value);
  Map out = value.as_map();
  if (!arguments.empty() && arguments[0].is_list()) {
    for (const Value& name : arguments[0].as_list()) out.erase(name);
  }
  return out;
}

// Text as a list of one; a list as it is.
Value as_list(const Value& value, const Arguments&) {
  if (value.is_list()) return value;
  return List{value};
}

// The value, or the first argument where it is null.
Value otherwise(const Value& value, const Arguments& arguments) {
  return value.is_null() && !arguments.empty() ? arguments[0] : value;
}

// Block storage's sort keys, "name:asc,size", where it calls the name something else.
Value display_name_sort(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("text", value);
  std::string out;
  std::string_view rest = value.as_string();
  while (true) {
    const std::string_view part = rest.substr(0, rest.find(','));
    const std::string_view key = part.substr(0, part.find(':'));
    out += key == "name" ? "display_name" : key;
    out += part.substr(key.size());
    if (part.size() == rest.size()) return out;
    out += ',';
    rest.remove_prefix(part.size() + 1);
  }
}

// The value, or the first argument where that is a smaller number.
Value at_most(const Value& value, const Arguments& arguments) {
  if (arguments.empty() || !arguments[0].is_small_integer() || !value.is_small_integer()) return value;
  return std::min(value.as_integer(), arguments[0].as_integer());
}

// Names (the value) and ids (first argument) as [{name: ...}, {id: ...}].
Value references(const Value& value, const Arguments& arguments) {
  List out;
  if (value.is_list()) {
    for (const Value& name : value.as_list()) out.push_back(Map{{"name", name}});
  }
  if (!arguments.empty() && arguments[0].is_list()) {
    for (const Value& id : arguments[0].as_list()) out.push_back(Map{{"id", id}});
  }
  return out;
}

// Nova's older form of block devices: {vda: "ID:TYPE:SIZE:DELETE_ON_TERMINATE"}.
Value legacy_block_devices(const Value& value, const Arguments&) {
  if (!value.is_map()) refuse("a mapping of device names", value);
  List out;
  for (const auto& [device, mapping] : value.as_map()) {
    if (!mapping.is_string()) refuse("text of the form ID:TYPE:SIZE:DELETE", mapping);
    std::vector<std::string> fields(1);
    for (char c : mapping.as_string()) {
      if (c == ':') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    fields.resize(std::max<size_t>(fields.size(), 4));
    Map entry{{"device_name", device}};
    entry.set(fields[1].find("snap") == 0 ? "snapshot_id" : "volume_id", fields[0]);
    if (!fields[2].empty()) entry.set("volume_size", fields[2]);
    if (!fields[3].empty()) entry.set("delete_on_termination", fields[3]);
    out.push_back(entry);
  }
  return out;
}

// Block devices with the image (first argument) as the one to boot from.
Value boot_from_image(const Value& value, const Arguments& arguments) {
  if (!value.is_list()) refuse("a list of block devices", value);
  List out{Map{{"uuid", arguments.at(0)},
               {"source_type", "image"},
               {"destination_type", "local"},
               {"boot_index", 0},
               {"delete_on_termination", true}}};
  out.insert(out.end(), value.as_list().begin(), value.as_list().end());
  return out;
}

// Changes (the value) and names to remove (second argument) as a JSON patch of the object (first).
Value json_patch(const Value& value, const Arguments& arguments) {
  if (!value.is_map()) refuse("a mapping of changes", value);
  const Value object = arguments.empty() ? Value() : arguments[0];
  const Value removed = arguments.size() > 1 ? arguments[1] : Value();
  std::map<std::string, Value> operations;  // by path: an order that does not depend on the caller
  for (const auto& [key, change] : value.as_map()) {
    const std::string path = "/" + python_text(key);
    const Value* present = object.find(python_text(key));
    if (present != nullptr && *present == change) continue;
    operations[path] = Map{{"op", present == nullptr ? "add" : "replace"}, {"path", path}, {"value", change}};
  }
  if (removed.is_list()) {
    for (const Value& name : removed.as_list()) {
      const std::string path = "/" + python_text(name);
      if (object.find(python_text(name)) == nullptr) continue;
      operations[path] = Map{{"op", "remove"}, {"path", path}};
    }
  }
  List out;
  for (auto& [path, operation] : operations) out.push_back(std::move(operation));
  return out;
}

const std::map<std::string, Filter>& filters() {
  static const std::map<std::string, Filter> table = {
      {"text", text},
      {"path", text},  // in a URL: slashes stay
      {"json", json},
      {"json_text", json_text},
      {"base64", base64},
      {"commas", comma_separated},
      {"keys", keys},
      {"entries", entries},
      {"without_nulls", without_nulls},
      {"stack_identity", stack_identity},
      {"merged", merged},
      {"query_members", query_members},
      {"without", without},
      {"list", as_list},
      {"or", otherwise},
      {"legacy_block_devices", legacy_block_devices},
      {"display_name_sort", display_name_sort},
      {"at_most", at_most},
      {"references", references},
      {"boot_from_image", boot_from_image},
      {"json_patch", json_patch},
  };
  return table;
}

}  // namespace

bool is_template_filter(const std::string& name) {
  return filters().count(name) != 0;
}

bool template_filter_takes_null(const std::string& name) {
  return name == "or" || name == "references";
}

Value apply_template_filter(const std::string& name, const Value& value,
                            const std::vector<Value>& arguments) {
  return filters().at(name)(value, arguments);
}

}  // namespace gregale::stdlib
