#include "interpreter/large_values.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::interpreter {

using core::List;
using core::Map;
using core::Value;

namespace {

constexpr size_t kLarge = size_t{32} << 10;           // bytes of JSON
constexpr size_t kMostKnown = 64;                     // values that are held in memory for their place
constexpr size_t kMostKnownBytes = size_t{64} << 20;  // of their JSON
constexpr const char* kMark = "$large";

const void* place_of(const Value& value) {
  if (value.is_string()) return &value.as_string();
  if (value.is_list()) return &value.as_list();
  return &value.as_map();
}

std::string digest_of(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  crypto_generichash(bytes.data(), bytes.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::string digest;
  for (const unsigned char byte : bytes) digest += fmt::format("{:02x}", byte);
  return digest;
}

bool is_marked(const Value& value) {
  return value.is_map() && value.size() == 1 && value.find(kMark) != nullptr;
}

void append_reference(std::string& out, const std::string& digest) {
  out += fmt::format(R"({{"{}":"{}"}})", kMark, digest);
}

}  // namespace

bool LargeValues::instead(const Value& value, std::string& out) {
  if (digests_.empty()) return false;
  const auto known = digests_.find(place_of(value));
  if (known == digests_.end()) return false;
  append_reference(out, known->second);
  return true;
}

void LargeValues::written(const Value& value, std::string& out, size_t start) {
  if (is_marked(value)) {
    out.insert(start, fmt::format(R"({{"{}":)", kMark));
    out += '}';
  }
  if (out.size() - start < kLarge) return;
  const std::string text = out.substr(start);
  const std::string digest = digest_of(text);
  keep_(digest, text);
  remember(value, digest, text.size());
  out.resize(start);
  append_reference(out, digest);
}

void LargeValues::remember(const Value& value, const std::string& digest, size_t size) {
  known_.push_back({value, digest, size});
  digests_[place_of(value)] = digest;
  known_size_ += size;
  while (known_.size() > kMostKnown || (known_size_ > kMostKnownBytes && known_.size() > 1)) {
    digests_.erase(place_of(known_.front().value));
    known_size_ -= known_.front().size;
    known_.pop_front();
  }
}

void LargeValues::forget() {
  digests_.clear();
  known_.clear();
  known_size_ = 0;
}

Value LargeValues::found(const std::string& digest) {
  for (const Known& known : known_) {
    if (known.digest == digest) return known.value;
  }
  const std::string text = find_(digest);
  if (digest_of(text) != digest) {
    throw core::Error(core::ErrorKind::unusable, fmt::format("the large value {} was changed", digest));
  }
  Value value = restored(core::parse_json(text));
  remember(value, digest, text.size());
  return value;
}

Value LargeValues::restored(Value value) {
  if (value.is_list()) {
    for (Value& item : value.writable_list()) item = restored(std::move(item));
    return value;
  }
  if (!value.is_map()) return value;
  if (is_marked(value)) {
    const Value content = value.get(kMark);
    if (content.is_string()) return found(content.as_string());
    if (content.is_map()) value = content;
  }
  Map members;
  members.reserve(value.size());
  for (const Map::Entry& entry : value.as_map()) members.set(entry.key, restored(entry.value));
  return Value(std::move(members));
}

}  // namespace gregale::interpreter
