#include "stdlib/openstack/template_filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "core/code_points.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"
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

// Text that is base64, decoded.
Value base64_text(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("text", value);
  const auto bytes = base64_decode(value.as_string());
  if (!bytes || !is_utf8(*bytes)) throw Error(ErrorKind::invalid, "this is not the base64 form of text");
  return *bytes;
}

// What JSON text means.
Value parsed_json(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("JSON as text", value);
  return core::parse_json(value.as_string());
}

// Text that is JSON as what it means, everything else as it is.
Value json_value(const Value& value, const Arguments&) {
  try {
    return value.is_string() ? core::parse_json(value.as_string()) : value;
  } catch (const Error&) {
    return value;
  }
}

// Of text: in bytes.
Value length(const Value& value, const Arguments&) {
  return static_cast<int64_t>(value.is_string() ? value.as_string().size() : value.size());
}

// Text as a whole number.
Value number(const Value& value, const Arguments&) {
  if (value.is_small_integer()) return value;
  int64_t out = 0;
  const std::string digits = python_text(value);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size()) refuse("a whole number", value);
  return out;
}

// How often something can be asked in the value's seconds, every so many seconds (the first argument); null,
// no bound, for 0.
Value attempts(const Value& value, const Arguments& arguments) {
  if (!value.is_small_integer() || value.as_integer() <= 0) return {};
  const Value interval = arguments.empty() ? Value() : arguments[0];
  const int64_t every = interval.is_small_integer() ? std::max<int64_t>(interval.as_integer(), 1) : 1;
  return value.as_integer() / every + 1;
}

// A number of 0 or 1 for what is false or true in Python's sense.
Value truth_number(const Value& value, const Arguments&) {
  return value.truthy() ? 1 : 0;
}

// "2024-01-02T03:00:00+00:00" as clients show a moment: "2024-01-02T03:00:00.000000".
Value moment(const Value& value, const Arguments&) {
  constexpr size_t kSeconds = 19;  // as far as the seconds go
  constexpr size_t kMicroseconds = 26;
  if (!value.is_string() || value.as_string().size() < kSeconds) return value;
  const std::string& text = value.as_string();
  const size_t zone = std::min(text.find_first_of("+-Z", kSeconds), text.size());
  std::string out = text.substr(0, std::min(zone, kMicroseconds));
  if (out.size() == kSeconds) out += '.';
  out.resize(kMicroseconds, '0');
  return out;
}

// What follows the last slash of a URL.
Value last_segment(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("text", value);
  return value.as_string().substr(value.as_string().rfind('/') + 1);
}

// What Python iterates over: the items of a list, the characters of text.
Value items(const Value& value, const Arguments&) {
  if (!value.is_string()) return value;
  List out;
  std::string_view rest = value.as_string();
  while (!rest.empty()) {
    const size_t length = core::code_point_end(rest, 0);
    out.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return out;
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

Value values(const Value& value, const Arguments&) {
  if (value.is_list()) return value;
  if (!value.is_map()) refuse("a mapping", value);
  List out;
  for (const auto& [key, member] : value.as_map()) out.push_back(member);
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

// [{key: a, value: 1}, ...] as {a: 1, ...}.
Value from_entries(const Value& value, const Arguments&) {
  if (!value.is_list()) refuse("a list", value);
  Map out;
  for (const Value& entry : value.as_list()) {
    if (entry.find("key") == nullptr) refuse("a list of {key, value}", entry);
    out.set(Value(entry.get("key")), Value(entry.get("value")));
  }
  return out;
}

// The items of the value, then those of the first argument; what is no list has none.
Value joined(const Value& value, const Arguments& arguments) {
  List out = value.is_list() ? value.as_list() : List();
  if (!arguments.empty() && arguments[0].is_list()) {
    const List& more = arguments[0].as_list();
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

Value member(const Value& value, const Arguments& arguments) {
  return arguments.empty() ? Value() : Value(value.get(python_text(arguments[0])));
}

// The value without the members that are false in Python's sense.
Value without_empty(const Value& value, const Arguments&) {
  if (!value.is_map()) refuse("a mapping", value);
  Map out;
  for (const auto& [key, inner] : value.as_map()) {
    if (inner.truthy()) out.set(key, inner);
  }
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

// The value without the members that the arguments name: texts, lists of them, mappings by their keys.
Value without(const Value& value, const Arguments& arguments) {
  if (!value.is_map()) refuse("a mapping", value);
  Map out = value.as_map();
  for (const Value& argument : arguments) {
    if (argument.is_string()) out.erase(argument);
    if (argument.is_map()) {
      for (const auto& [name, member] : argument.as_map()) out.erase(name);
    }
    if (!argument.is_list()) continue;
    for (const Value& name : argument.as_list()) out.erase(name);
  }
  return out;
}

// "x-object-meta-color" as "X-Object-Meta-Color".
std::string title_case(std::string text) {
  bool begins = true;
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(begins ? std::toupper(byte) : std::tolower(byte));
    begins = !std::isalnum(byte);
  }
  return text;
}

// ["Color: red"] as {"X-Object-Meta-Color": "red"}: the value with the prefix of the first argument, and
// further lists, each followed by its prefix. What is no list gives nothing.
Value header_fields(const Value& value, const Arguments& arguments) {
  Map out;
  const auto add = [&out](const Value& fields, const Value& prefix) {
    if (!fields.is_list()) return;
    for (const Value& field : fields.as_list()) {
      const std::string text = field.is_string() ? field.as_string() : std::string();
      const size_t colon = text.find(':');
      if (colon == std::string::npos) {
        throw Error(ErrorKind::invalid, fmt::format("NAME:VALUE is needed, not {}", core::to_json(field)));
      }
      const std::string_view name = trimmed(std::string_view(text).substr(0, colon));
      out.set(title_case(python_text(prefix) + std::string(name)),
              trimmed(std::string_view(text).substr(colon + 1)));
    }
  };
  if (!arguments.empty()) add(value, arguments[0]);
  for (size_t i = 1; i + 1 < arguments.size(); i += 2) add(arguments[i], arguments[i + 1]);
  return out;
}

// CONTAINER of "/CONTAINER/OBJECT".
Value first_segment(const Value& value, const Arguments&) {
  if (!value.is_string()) refuse("text", value);
  std::string_view path = value.as_string();
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

// "/CONTAINER/OBJECT" of the value, which may lack the object: then it is the first argument.
Value copy_destination(const Value& value, const Arguments& arguments) {
  if (!value.is_string()) refuse("text", value);
  std::string path = value.as_string();
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.find('/', 1) == std::string::npos && !arguments.empty()) path += "/" + python_text(arguments[0]);
  return path;
}

// For a header that holds a path.
Value path_encoded(const Value& value, const Arguments&) {
  return percent_encode(python_text(value), "/");
}

// The JSON patch that takes the locations with the URLs of the first argument out of an image's (the
// value); from the last one on, since each changes the numbers of those behind it.
Value location_removals(const Value& value, const Arguments& arguments) {
  if (!value.is_list() || arguments.empty() || !arguments[0].is_list()) refuse("a list of URLs", value);
  const List& urls = arguments[0].as_list();
  List out;
  for (size_t i = value.size(); i-- > 0;) {
    if (std::find(urls.begin(), urls.end(), value.as_list()[i].get("url")) == urls.end()) continue;
    out.push_back(Map{{"op", "remove"}, {"path", fmt::format("/locations/{}", i)}});
  }
  if (out.size() != urls.size()) throw Error(ErrorKind::not_found, "the image has no such location");
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

// A body with one thing, the member of the first argument, that has no description yet: it gets the second,
// the mark by which it is found again. Without a mark, and where several things are made, nothing changes.
Value described(const Value& value, const Arguments& arguments) {
  if (arguments.size() != 2 || !arguments[1].is_string()) return value;
  const Value thing = value.get(arguments[0].as_string());
  if (!thing.is_map() || thing.get("description").truthy()) return value;
  Map described = thing.as_map();
  described.set("description", "gregale_action_execution:" + arguments[1].as_string());
  Map body = value.as_map();
  body.set(arguments[0], std::move(described));
  return body;
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
      {"base64_text", base64_text},
      {"parsed_json", parsed_json},
      {"json_value", json_value},
      {"length", length},
      {"from_entries", from_entries},
      {"joined", joined},
      {"member", member},
      {"first_segment", first_segment},
      {"copy_destination", copy_destination},
      {"path_encoded", path_encoded},
      {"number", number},
      {"truth_number", truth_number},
      {"attempts", attempts},
      {"moment", moment},
      {"last_segment", last_segment},
      {"items", items},
      {"header_fields", header_fields},
      {"location_removals", location_removals},
      {"commas", comma_separated},
      {"keys", keys},
      {"values", values},
      {"entries", entries},
      {"without_nulls", without_nulls},
      {"without_empty", without_empty},
      {"stack_identity", stack_identity},
      {"merged", merged},
      {"query_members", query_members},
      {"without", without},
      {"list", as_list},
      {"or", otherwise},
      {"described", described},
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
  return name == "or" || name == "references" || name == "joined" || name == "header_fields";
}

Value apply_template_filter(const std::string& name, const Value& value,
                            const std::vector<Value>& arguments) {
  return filters().at(name)(value, arguments);
}

}  // namespace gregale::stdlib
