// Value: the one data type that every station of Gregale speaks.
//
// A Value is immutable and reference-counted; copying one is O(1) and safe across threads. It covers
// what workflows hold (null, boolean, integer of any size, float, string, list, insertion-ordered map)
// and what the expression languages add (tuple, set, date-time, time span, and `object` for things that
// only live inside an evaluation: lazy sequences, regular expressions, views, ...).
//
// Equality and hashing follow Python: 1 == 1.0 == true, and all three are one key of a map; a list never
// equals a tuple; NaN never equals itself.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gregale::core {

class Value;
class Map;
class Object;
using List = std::vector<Value>;

namespace detail {

// Head of everything on the heap that a Value points to.
struct Box {
  mutable std::atomic<uint32_t> references{1};
};
struct StringBox;
struct BigIntegerBox;
struct ListBox;
struct MapBox;
struct SetBox;
struct ObjectBox;

}  // namespace detail

class Value {
 public:
  enum class Kind : uint8_t {
    null,
    boolean,
    integer,      // fits 64 bits
    big_integer,  // does not; see core/big_integer.hpp
    floating,
    string,  // UTF-8; lone surrogates as three bytes each
    list,    // also tuples: is_tuple()
    map,
    set,
    date_time,  // microseconds of local time since 1970 and an offset from UTC
    time_span,  // microseconds
    object,
  };

  Value() noexcept : kind_(Kind::null) { payload_.integer = 0; }
  Value(std::nullptr_t) noexcept : Value() {}
  Value(bool value) noexcept : kind_(Kind::boolean) { payload_.integer = value ? 1 : 0; }
  Value(int value) noexcept : Value(static_cast<int64_t>(value)) {}
  Value(int64_t value) noexcept : kind_(Kind::integer) { payload_.integer = value; }
  Value(double value) noexcept : kind_(Kind::floating) { payload_.floating = value; }
  Value(std::string_view text);
  Value(std::string text);
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(List items);
  Value(Map map);

  static Value list(List items) { return Value(std::move(items)); }
  static Value tuple(List items);
  static Value map(Map map);
  // Members that are equal count once; the first stays.
  static Value set(List members);
  // [local_microseconds] is the wall clock reading, not UTC; [offset_seconds] is east of UTC.
  static Value date_time(int64_t local_microseconds, int32_t offset_seconds) noexcept;
  static Value time_span(int64_t microseconds) noexcept;
  static Value object(std::shared_ptr<const Object> object);

  Value(const Value& other) noexcept
      : kind_(other.kind_), tuple_(other.tuple_), auxiliary_(other.auxiliary_) {
    payload_ = other.payload_;
    retain();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), tuple_(other.tuple_), auxiliary_(other.auxiliary_) {
    payload_ = other.payload_;
    other.kind_ = Kind::null;
  }
  Value& operator=(const Value& other) noexcept {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Value() { release(); }
  void swap(Value& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(tuple_, other.tuple_);
    std::swap(auxiliary_, other.auxiliary_);
    std::swap(payload_, other.payload_);
  }

  Kind kind() const noexcept { return kind_; }
  bool is_null() const noexcept { return kind_ == Kind::null; }
  bool is_boolean() const noexcept { return kind_ == Kind::boolean; }
  // An integer of any size; booleans are not integers here.
  bool is_integer() const noexcept { return kind_ == Kind::integer || kind_ == Kind::big_integer; }
  bool is_small_integer() const noexcept { return kind_ == Kind::integer; }
  bool is_float() const noexcept { return kind_ == Kind::floating; }
  bool is_number() const noexcept { return is_integer() || is_float(); }
  bool is_string() const noexcept { return kind_ == Kind::string; }
  bool is_list() const noexcept { return kind_ == Kind::list; }
  bool is_tuple() const noexcept { return kind_ == Kind::list && tuple_; }
  // A list or map can carry one mark, which belongs to this reference and not to the shared content.
  // On a list it says "tuple". YAQL gives it to what Python could not hash (its own lists and maps).
  bool is_marked() const noexcept { return tuple_; }
  // The same list or map with the mark set or taken away; any other value unchanged.
  Value with_mark(bool mark) const noexcept {
    Value copy(*this);
    if (kind_ == Kind::list || kind_ == Kind::map) copy.tuple_ = mark;
    return copy;
  }
  bool is_map() const noexcept { return kind_ == Kind::map; }
  bool is_set() const noexcept { return kind_ == Kind::set; }
  bool is_date_time() const noexcept { return kind_ == Kind::date_time; }
  bool is_time_span() const noexcept { return kind_ == Kind::time_span; }
  bool is_object() const noexcept { return kind_ == Kind::object; }

  // Accessors: the kind must fit (asserted).
  bool as_boolean() const noexcept { return payload_.integer != 0; }
  int64_t as_integer() const noexcept { return payload_.integer; }
  double as_float() const noexcept { return payload_.floating; }
  const std::string& as_string() const noexcept;
  // Whether the string is ASCII only, so that bytes are code points. Computed once a string.
  bool is_ascii() const noexcept;
  const List& as_list() const noexcept;
  const Map& as_map() const noexcept;
  // The members of a set, as the keys of a map whose values are null.
  const Map& as_set() const noexcept;
  int64_t local_microseconds() const noexcept { return payload_.integer; }
  int32_t offset_seconds() const noexcept { return auxiliary_; }
  int64_t as_time_span() const noexcept { return payload_.integer; }
  const Object& as_object() const noexcept;
  std::shared_ptr<const Object> shared_object() const noexcept;
  template <typename T>
  const T* object_as() const noexcept {
    return is_object() ? dynamic_cast<const T*>(&as_object()) : nullptr;
  }

  // A small number that the maker of a string or a list gives it to mark what it is beyond that (the
  // expression languages: text that is safe as HTML, a tuple with named items). Takes no part in
  // equality and hashing; 0 by default.
  int32_t tag() const noexcept { return is_date_time() ? 0 : auxiliary_; }
  Value tagged(int32_t tag) const noexcept {
    Value copy(*this);
    copy.auxiliary_ = tag;
    return copy;
  }

  // Write access for whoever builds the value: in place when nobody else refers to it, otherwise to
  // a copy that this Value then refers to. The kind must fit (asserted).
  List& writable_list();
  Map& writable_map();
  // Makes this a string with that tag and gives its text to be written: empty, and in the memory of the
  // string that was here before, where nobody else refers to it. The text must not be written after the
  // first reader has seen it.
  std::string& start_text(int32_t tag = 0);

  // Python's truth: null, false, 0, 0.0, "", empty list, map and set, zero time span are false.
  bool truthy() const noexcept;

  // The member [key] of a map, or nullptr (also when this is not a map).
  const Value* find(std::string_view key) const noexcept;
  // The member [key] of a map, or null.
  Value get(std::string_view key) const noexcept;
  // Number of items of a list, map or set, of bytes of a string; otherwise 0.
  size_t size() const noexcept;

  // "null", "boolean", "integer", "float", "string", "list", "map", ...: for messages.
  std::string_view kind_name() const noexcept;
  // Whether both are the same heap object (or equal inline values).
  bool same_as(const Value& other) const noexcept;

  friend bool operator==(const Value& a, const Value& b) noexcept;
  size_t hash() const noexcept;

 private:
  friend struct BigIntegerAccess;
  union Payload {
    int64_t integer;
    double floating;
    const detail::Box* box;
  };
  bool boxed() const noexcept {
    return kind_ == Kind::big_integer || (kind_ >= Kind::string && kind_ <= Kind::set) ||
           kind_ == Kind::object;
  }
  void retain() const noexcept {
    if (boxed()) payload_.box->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    if (boxed() && (unshared() || payload_.box->references.fetch_sub(1, std::memory_order_acq_rel) == 1)) {
      destroy();
    }
  }
  // Whether this is the only reference. Nobody can make another one meanwhile but through this one.
  bool unshared() const noexcept { return payload_.box->references.load(std::memory_order_acquire) == 1; }
  void destroy() noexcept;

  Kind kind_;
  bool tuple_ = false;
  int32_t auxiliary_ = 0;
  Payload payload_;
};

// Base of values that only live inside an evaluation. Immutable from outside; an implementation that
// keeps a cursor (a lazy sequence) is used by one thread only and says so.
class Object {
 public:
  virtual ~Object() = default;
  virtual std::string_view type_name() const noexcept = 0;
  virtual bool truthy() const noexcept { return true; }
  virtual bool equals(const Object& other) const noexcept { return this == &other; }
  virtual size_t hash() const noexcept { return std::hash<const void*>()(this); }
};

// Insertion-ordered map with any hashable Value as key. A key that is set again keeps its place, and the
// first key object stays, as in Python.
class Map {
 public:
  struct Entry {
    Value key;
    Value value;
  };
  using const_iterator = std::vector<Entry>::const_iterator;

  Map() = default;
  Map(std::initializer_list<std::pair<const char*, Value>> entries);

  void reserve(size_t count) { entries_.reserve(count); }
  // True when the key is new.
  bool set(Value key, Value value);
  const Value* find(const Value& key) const noexcept;
  const Value* find(std::string_view key) const noexcept;
  // As find(), but looks at the position [guess] first, and leaves there where it has found the key: maps
  // that were made alike, as the items of a list often are, have a key at the same place.
  const Value* find(std::string_view key, uint32_t& guess) const noexcept;
  const Value* find(const std::string& key) const noexcept { return find(std::string_view(key)); }
  const Value* find(const char* key) const noexcept { return find(std::string_view(key)); }
  bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
  // True when there was such a key. O(n).
  bool erase(const Value& key);
  // Sets every entry of [other]; its values win.
  void update(const Map& other);

  size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  const_iterator begin() const noexcept { return entries_.begin(); }
  const_iterator end() const noexcept { return entries_.end(); }
  const Entry& at(size_t position) const noexcept { return entries_[position]; }

  // Equal keys with equal values, in any order.
  friend bool operator==(const Map& a, const Map& b) noexcept;

 private:
  static constexpr size_t kNoIndexUpTo = 8;  // below, a scan is quicker than hashing
  // The entry's, or entries_.size().
  size_t position_of(std::string_view key) const noexcept;
  template <typename Equal>
  size_t locate(size_t hash, Equal equal) const noexcept;
  void rebuild_index();
  void index_entry(size_t position);

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // open addressing; 0 is free, otherwise position + 1
};

namespace detail {

struct StringBox : Box {
  explicit StringBox(std::string text) : text(std::move(text)) {}
  std::string text;
  mutable std::atomic<int8_t> ascii{-1};  // -1 not known yet
};
struct ListBox : Box {
  explicit ListBox(List items) : items(std::move(items)) {}
  List items;
};
struct MapBox : Box {
  explicit MapBox(Map map) : map(std::move(map)) {}
  Map map;
};

}  // namespace detail

inline const std::string& Value::as_string() const noexcept {
  assert(is_string());
  return static_cast<const detail::StringBox*>(payload_.box)->text;
}
inline const List& Value::as_list() const noexcept {
  assert(is_list());
  return static_cast<const detail::ListBox*>(payload_.box)->items;
}
inline const Map& Value::as_map() const noexcept {
  assert(is_map());
  return static_cast<const detail::MapBox*>(payload_.box)->map;
}

inline const Value* Map::find(std::string_view key, uint32_t& guess) const noexcept {
  if (guess < entries_.size()) {
    const Entry& entry = entries_[guess];
    if (entry.key.is_string() && entry.key.as_string() == key) return &entry.value;
  }
  const size_t position = position_of(key);
  if (position == entries_.size()) return nullptr;
  guess = static_cast<uint32_t>(position);
  return &entries_[position].value;
}

// Deep merge of [right] into [left]: maps are merged at every depth, everything else is replaced by the
// right side.
Value merge_maps(const Value& left, const Value& right);

}  // namespace gregale::core
