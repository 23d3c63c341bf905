#include "core/value.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "core/big_integer.hpp"

namespace gregale::core {

namespace detail {

struct BigIntegerBox : Box {
  explicit BigIntegerBox(BigInteger integer) : integer(std::move(integer)) {}
  BigInteger integer;
};
struct SetBox : Box {
  explicit SetBox(Map members) : members(std::move(members)) {}
  Map members;
};
struct ObjectBox : Box {
  explicit ObjectBox(std::shared_ptr<const Object> object) : object(std::move(object)) {}
  std::shared_ptr<const Object> object;
};

}  // namespace detail

struct BigIntegerAccess {
  static Value make(BigInteger integer) {
    Value value;
    value.kind_ = Value::Kind::big_integer;
    value.payload_.box = new detail::BigIntegerBox(std::move(integer));
    return value;
  }
  static const BigInteger& get(const Value& value) {
    return static_cast<const detail::BigIntegerBox*>(value.payload_.box)->integer;
  }
};

Value make_integer(const BigInteger& integer) {
  static const BigInteger lowest = std::numeric_limits<int64_t>::min();
  static const BigInteger highest = std::numeric_limits<int64_t>::max();
  if (integer >= lowest && integer <= highest) return Value(static_cast<int64_t>(integer));
  return BigIntegerAccess::make(integer);
}

BigInteger to_big_integer(const Value& value) {
  assert(value.is_integer());
  if (value.is_small_integer()) return BigInteger(value.as_integer());
  return BigIntegerAccess::get(value);
}

namespace {

// Decimal text to integer in O(n^1.6) rather than O(n^2): halves are parsed apart.
BigInteger parse_digits(std::string_view digits) {
  constexpr size_t kChunk = 18;
  if (digits.size() <= kChunk) {
    uint64_t value = 0;
    for (char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
    return BigInteger(value);
  }
  const size_t low = digits.size() / 2;
  BigInteger high = parse_digits(digits.substr(0, digits.size() - low));
  high *= boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(low));
  return high + parse_digits(digits.substr(digits.size() - low));
}

}  // namespace

Value parse_integer(std::string_view digits) {
  std::string_view rest = digits;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest.empty()) return Value();
  for (char c : rest) {
    if (c < '0' || c > '9') return Value();
  }
  BigInteger integer = parse_digits(rest);
  if (negative) integer = -integer;
  return make_integer(integer);
}

std::string integer_text(const Value& value) {
  if (value.is_small_integer()) return std::to_string(value.as_integer());
  return BigIntegerAccess::get(value).str();
}

Value::Value(std::string_view text) : Value(std::string(text)) {}
Value::Value(std::string text) : kind_(Kind::string) {
  payload_.box = new detail::StringBox(std::move(text));
}
Value::Value(List items) : kind_(Kind::list) {
  payload_.box = new detail::ListBox(std::move(items));
}
Value::Value(Map map) : kind_(Kind::map) {
  payload_.box = new detail::MapBox(std::move(map));
}

Value Value::tuple(List items) {
  Value value(std::move(items));
  value.tuple_ = true;
  return value;
}

Value Value::map(Map map) {
  return Value(std::move(map));
}

Value Value::set(List members) {
  Map map;
  map.reserve(members.size());
  for (Value& member : members) {
    if (map.find(member) == nullptr) map.set(std::move(member), Value());
  }
  Value value;
  value.kind_ = Kind::set;
  value.payload_.box = new detail::SetBox(std::move(map));
  return value;
}

Value Value::date_time(int64_t local_microseconds, int32_t offset_seconds) noexcept {
  Value value(local_microseconds);
  value.kind_ = Kind::date_time;
  value.auxiliary_ = offset_seconds;
  return value;
}

Value Value::time_span(int64_t microseconds) noexcept {
  Value value(microseconds);
  value.kind_ = Kind::time_span;
  return value;
}

Value Value::object(std::shared_ptr<const Object> object) {
  Value value;
  value.kind_ = Kind::object;
  value.payload_.box = new detail::ObjectBox(std::move(object));
  return value;
}

// Destruction is iterative: a value nested a million deep must not need a million stack frames.
void Value::destroy() noexcept {
  thread_local std::vector<Value>* pending = nullptr;
  const auto drop = [](const Value& value) {
    switch (value.kind_) {
      case Kind::big_integer:
        delete static_cast<const detail::BigIntegerBox*>(value.payload_.box);
        break;
      case Kind::string:
        delete static_cast<const detail::StringBox*>(value.payload_.box);
        break;
      case Kind::list:
        delete static_cast<const detail::ListBox*>(value.payload_.box);
        break;
      case Kind::map:
        delete static_cast<const detail::MapBox*>(value.payload_.box);
        break;
      case Kind::set:
        delete static_cast<const detail::SetBox*>(value.payload_.box);
        break;
      default:
        delete static_cast<const detail::ObjectBox*>(value.payload_.box);
        break;
    }
  };
  const bool container =
      kind_ == Kind::list || kind_ == Kind::map || kind_ == Kind::set || kind_ == Kind::object;
  if (!container) {
    drop(*this);
    return;
  }
  if (pending != nullptr) {  // inside another destruction: queue it
    pending->emplace_back();
    Value& queued = pending->back();
    queued.kind_ = kind_;
    queued.payload_ = payload_;
    return;
  }
  std::vector<Value> queue;
  pending = &queue;
  drop(*this);
  while (!queue.empty()) {
    Value next;
    next.kind_ = queue.back().kind_;
    next.payload_ = queue.back().payload_;
    queue.back().kind_ = Kind::null;
    queue.pop_back();
    drop(next);
    next.kind_ = Kind::null;
  }
  pending = nullptr;
}

bool Value::is_ascii() const noexcept {
  const auto* box = static_cast<const detail::StringBox*>(payload_.box);
  int8_t known = box->ascii.load(std::memory_order_relaxed);
  if (known < 0) {
    known = 1;
    for (unsigned char c : box->text) {
      if (c >= 0x80) {
        known = 0;
        break;
      }
    }
    box->ascii.store(known, std::memory_order_relaxed);
  }
  return known == 1;
}

List& Value::writable_list() {
  assert(is_list());
  if (!unshared()) {
    const int32_t tag = auxiliary_;
    *this = tuple_ ? tuple(as_list()) : Value(as_list());
    auxiliary_ = tag;
  }
  return const_cast<List&>(as_list());
}

Map& Value::writable_map() {
  assert(is_map());
  if (!unshared()) *this = Value(as_map());
  return const_cast<Map&>(as_map());
}

std::string& Value::start_text(int32_t tag) {
  if (!is_string() || !unshared()) *this = Value(std::string());
  auto& box = const_cast<detail::StringBox&>(*static_cast<const detail::StringBox*>(payload_.box));
  box.text.clear();
  box.ascii.store(-1, std::memory_order_relaxed);
  auxiliary_ = tag;
  return box.text;
}

const Map& Value::as_set() const noexcept {
  assert(is_set());
  return static_cast<const detail::SetBox*>(payload_.box)->members;
}

const Object& Value::as_object() const noexcept {
  assert(is_object());
  return *static_cast<const detail::ObjectBox*>(payload_.box)->object;
}

std::shared_ptr<const Object> Value::shared_object() const noexcept {
  assert(is_object());
  return static_cast<const detail::ObjectBox*>(payload_.box)->object;
}

bool Value::truthy() const noexcept {
  switch (kind_) {
    case Kind::null:
      return false;
    case Kind::boolean:
    case Kind::integer:
    case Kind::time_span:
      return payload_.integer != 0;
    case Kind::floating:
      return payload_.floating != 0;
    case Kind::big_integer:
    case Kind::date_time:
      return true;
    case Kind::object:
      return as_object().truthy();
    default:
      return size() != 0;
  }
}

const Value* Value::find(std::string_view key) const noexcept {
  return is_map() ? as_map().find(key) : nullptr;
}

Value Value::get(std::string_view key) const noexcept {
  const Value* found = find(key);
  return found == nullptr ? Value() : *found;
}

size_t Value::size() const noexcept {
  switch (kind_) {
    case Kind::string:
      return as_string().size();
    case Kind::list:
      return as_list().size();
    case Kind::map:
      return as_map().size();
    case Kind::set:
      return as_set().size();
    default:
      return 0;
  }
}

std::string_view Value::kind_name() const noexcept {
  switch (kind_) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
    case Kind::big_integer:
      return "integer";
    case Kind::floating:
      return "float";
    case Kind::string:
      return "string";
    case Kind::list:
      return tuple_ ? "tuple" : "list";
    case Kind::map:
      return "map";
    case Kind::set:
      return "set";
    case Kind::date_time:
      return "date-time";
    case Kind::time_span:
      return "time span";
    case Kind::object:
      return as_object().type_name();
  }
  return "value";
}

bool Value::same_as(const Value& other) const noexcept {
  if (kind_ != other.kind_ || tuple_ != other.tuple_ || auxiliary_ != other.auxiliary_) return false;
  if (kind_ == Kind::null) return true;
  if (kind_ == Kind::object) return &as_object() == &other.as_object();
  return payload_.integer == other.payload_.integer;
}

namespace {

bool is_numeric(const Value& value) {
  return value.is_number() || value.is_boolean();
}

// Exact, as Python compares an integer with a float.
bool numbers_equal(const Value& a, const Value& b) {
  if (a.is_float() && b.is_float()) return a.as_float() == b.as_float();
  if (a.is_float() || b.is_float()) {
    const double number = a.is_float() ? a.as_float() : b.as_float();
    const Value& other = a.is_float() ? b : a;
    if (!std::isfinite(number) || std::trunc(number) != number) return false;
    if (other.kind() != Value::Kind::big_integer) {
      const int64_t integer = other.as_integer();
      constexpr double kTwoTo63 = 9223372036854775808.0;
      return number >= -kTwoTo63 && number < kTwoTo63 && static_cast<int64_t>(number) == integer;
    }
    return BigInteger(number) == to_big_integer(other);
  }
  const bool a_big = a.kind() == Value::Kind::big_integer;
  const bool b_big = b.kind() == Value::Kind::big_integer;
  if (a_big != b_big) return false;
  return a_big ? to_big_integer(a) == to_big_integer(b) : a.as_integer() == b.as_integer();
}

size_t mix(size_t seed, size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

size_t hash_integer(int64_t integer) {
  uint64_t x = static_cast<uint64_t>(integer);
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  return static_cast<size_t>(x);
}

size_t hash_text(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

// Comparing and hashing walk into values as deep as this; Python's own limit is about the same. What lies
// deeper is equal to itself only.
constexpr size_t kComparedLevels = 1000;
thread_local size_t levels_compared = 0;
thread_local size_t levels_hashed = 0;

class Level {
 public:
  explicit Level(size_t& levels) noexcept : levels_(levels) { ++levels_; }
  ~Level() { --levels_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  bool too_deep() const noexcept { return levels_ > kComparedLevels; }

 private:
  size_t& levels_;
};

bool same_members(const Map& a, const Map& b) noexcept {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(),
                     [&](const Map::Entry& entry) { return b.find(entry.key) != nullptr; });
}

// What is no object, when it is compared with one.
class NoObject : public Object {
 public:
  std::string_view type_name() const noexcept override { return "no object"; }
};

bool equals_no_object(const Object& object) noexcept {
  static const NoObject none;
  return object.equals(none);
}

}  // namespace

bool operator==(const Value& a, const Value& b) noexcept {
  using Kind = Value::Kind;
  if (is_numeric(a) && is_numeric(b)) return numbers_equal(a, b);
  if (a.kind_ != b.kind_) {
    if (a.kind_ == Kind::object) return equals_no_object(a.as_object());
    return b.kind_ == Kind::object && equals_no_object(b.as_object());
  }
  switch (a.kind_) {
    case Kind::null:
      return true;
    case Kind::string:
      return a.payload_.box == b.payload_.box || a.as_string() == b.as_string();
    case Kind::list: {
      if (a.tuple_ != b.tuple_) return false;
      const Level level(levels_compared);
      return a.payload_.box == b.payload_.box || (!level.too_deep() && a.as_list() == b.as_list());
    }
    case Kind::map: {
      const Level level(levels_compared);
      return a.payload_.box == b.payload_.box || (!level.too_deep() && a.as_map() == b.as_map());
    }
    case Kind::set: {
      const Level level(levels_compared);
      return a.payload_.box == b.payload_.box || (!level.too_deep() && same_members(a.as_set(), b.as_set()));
    }
    case Kind::date_time:  // the same instant
      return a.payload_.integer - int64_t{a.auxiliary_} * 1000000 ==
             b.payload_.integer - int64_t{b.auxiliary_} * 1000000;
    case Kind::time_span:
      return a.payload_.integer == b.payload_.integer;
    case Kind::object:
      return a.as_object().equals(b.as_object());
    default:
      return false;
  }
}

size_t Value::hash() const noexcept {
  const Level level(levels_hashed);
  if (level.too_deep()) return 0;
  switch (kind_) {
    case Kind::null:
      return 0x6e756c6c;
    case Kind::boolean:
    case Kind::integer:
      return hash_integer(payload_.integer);
    case Kind::big_integer:
      return std::hash<double>()(static_cast<double>(to_big_integer(*this)));
    case Kind::floating: {
      const double number = payload_.floating;
      constexpr double kTwoTo63 = 9223372036854775808.0;
      if (number >= -kTwoTo63 && number < kTwoTo63 && std::trunc(number) == number) {
        return hash_integer(static_cast<int64_t>(number));
      }
      return std::hash<double>()(number);
    }
    case Kind::string:
      return hash_text(as_string());
    case Kind::list: {
      size_t result = tuple_ ? 0x7475 : 0x6c69;
      for (const Value& item : as_list()) result = mix(result, item.hash());
      return result;
    }
    case Kind::map: {
      size_t result = 0x6d61;
      for (const Map::Entry& entry : as_map()) {
        result += mix(entry.key.hash(), entry.value.hash());
      }
      return result;
    }
    case Kind::set: {
      size_t result = 0x7365;
      for (const Map::Entry& entry : as_set()) result += mix(0, entry.key.hash());
      return result;
    }
    case Kind::date_time:
      return mix(1, hash_integer(payload_.integer - int64_t{auxiliary_} * 1000000));
    case Kind::time_span:
      return mix(2, hash_integer(payload_.integer));
    case Kind::object:
      return as_object().hash();
  }
  return 0;
}

Map::Map(std::initializer_list<std::pair<const char*, Value>> entries) {
  entries_.reserve(entries.size());
  for (const auto& [key, value] : entries) set(Value(key), value);
}

// Position of the entry, or entries_.size().
template <typename Equal>
size_t Map::locate(size_t hash, Equal equal) const noexcept {
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const uint32_t stored = slots_[slot];
    if (stored == 0) return entries_.size();
    if (equal(entries_[stored - 1].key)) return stored - 1;
  }
}

const Value* Map::find(const Value& key) const noexcept {
  if (key.is_string()) return find(std::string_view(key.as_string()));
  // A NaN is found only as the very object that was put in.
  const auto equal = [&](const Value& other) { return other == key; };
  if (slots_.empty()) {
    for (const Entry& entry : entries_) {
      if (equal(entry.key)) return &entry.value;
    }
    return nullptr;
  }
  const size_t position = locate(key.hash(), equal);
  return position == entries_.size() ? nullptr : &entries_[position].value;
}

const Value* Map::find(std::string_view key) const noexcept {
  const size_t position = position_of(key);
  return position == entries_.size() ? nullptr : &entries_[position].value;
}

size_t Map::position_of(std::string_view key) const noexcept {
  const auto equal = [&](const Value& other) { return other.is_string() && other.as_string() == key; };
  if (!slots_.empty()) return locate(hash_text(key), equal);
  size_t position = 0;
  while (position < entries_.size() && !equal(entries_[position].key)) ++position;
  return position;
}

void Map::index_entry(size_t position) {
  const size_t mask = slots_.size() - 1;
  size_t slot = entries_[position].key.hash() & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<uint32_t>(position + 1);
}

void Map::rebuild_index() {
  slots_.clear();
  if (entries_.size() <= kNoIndexUpTo) return;
  size_t capacity = 32;
  while (capacity < entries_.size() * 2 + 2) capacity *= 2;
  slots_.assign(capacity, 0);
  for (size_t i = 0; i < entries_.size(); ++i) index_entry(i);
}

bool Map::set(Value key, Value value) {
  if (const Value* found = find(key)) {
    const_cast<Value&>(*found) = std::move(value);
    return false;
  }
  entries_.push_back(Entry{std::move(key), std::move(value)});
  if (slots_.empty() ? entries_.size() > kNoIndexUpTo : slots_.size() < entries_.size() * 3 / 2) {
    rebuild_index();
  } else if (!slots_.empty()) {
    index_entry(entries_.size() - 1);
  }
  return true;
}

bool Map::erase(const Value& key) {
  const Value* found = find(key);
  if (found == nullptr) return false;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (&entries_[i].value == found) {
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  rebuild_index();
  return true;
}

void Map::update(const Map& other) {
  for (const Entry& entry : other) set(entry.key, entry.value);
}

bool operator==(const Map& a, const Map& b) noexcept {
  if (a.size() != b.size()) return false;
  for (const Map::Entry& entry : a) {
    const Value* other = b.find(entry.key);
    if (other == nullptr || !(*other == entry.value)) return false;
  }
  return true;
}

Value merge_maps(const Value& left, const Value& right) {
  if (!left.is_map() || !right.is_map()) return right;
  if (left.same_as(right) || right.as_map().empty()) return left;
  Map merged = left.as_map();
  for (const Map::Entry& entry : right.as_map()) {
    const Value* old = merged.find(entry.key);
    merged.set(entry.key, old == nullptr ? entry.value : merge_maps(*old, entry.value));
  }
  return Value::map(std::move(merged));
}

}  // namespace gregale::core
