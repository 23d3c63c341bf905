// The binary form; docs/ir.md describes it byte by byte.
#include <fmt/format.h>
#include <openssl/sha.h>

#include <bit>
#include <cstring>
#include <unordered_map>

#include "compiler/ir/fields.hpp"
#include "compiler/ir/refusal.hpp"
#include "compiler/ir/serialization.hpp"
#include "compiler/ir/validation.hpp"
#include "core/big_integer.hpp"
#include "core/error.hpp"

namespace gregale::ir {

namespace {

using core::Value;

constexpr std::string_view kMagic = "\x89GIR\r\n\x1a\n";  // damaged by whatever takes it for text
constexpr size_t kHashSize = SHA256_DIGEST_LENGTH;
constexpr size_t kHeaderSize = 8 + 4 + 8 + kHashSize;  // magic, version, size of the body, its hash
constexpr size_t kValueDepthLimit = 600;               // YAML allows 200; a spec nests that in a few more

enum class Tag : uint8_t { null, no, yes, integer, big_integer, floating, text, list, map };

std::string sha256(std::string_view bytes) {
  std::string hash(kHashSize, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

class BinaryWriter {
 public:
  void number(std::string_view, uint64_t value) {
    while (value >= 0x80) {
      out_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    out_ += static_cast<char>(value);
  }
  void index(std::string_view key, Index value) { number(key, value == kNone ? 0 : uint64_t{value} + 1); }
  void name(std::string_view key, Index value) { index(key, value); }
  void flag(std::string_view, bool value) { out_ += value ? '\1' : '\0'; }
  void text(std::string_view, std::string_view value) {
    number({}, value.size());
    out_ += value;
  }
  template <typename Enum, typename Names>
  void choice(std::string_view, Enum value, const Names&) {
    out_ += static_cast<char>(value);
  }
  void indices(std::string_view, const std::vector<Index>& values) {
    number({}, values.size());
    for (Index value : values) number({}, value);
  }
  void texts(std::string_view, const std::vector<std::string>& values) {
    number({}, values.size());
    for (const std::string& value : values) text({}, value);
  }
  template <typename T>
  void object(std::string_view, const T& value) {
    detail::fields(*this, value);
  }
  template <typename T>
  void objects(std::string_view, const std::vector<T>& values) {
    number({}, values.size());
    for (const T& value : values) detail::fields(*this, value);
  }
  void expression(const grammar::Expression& value) {
    choice({}, value.language, detail::kLanguages);
    flag({}, value.whole);
    text({}, value.text);
    number({}, value.pieces.size());
    for (const grammar::Expression::Piece& piece : value.pieces) {
      number({}, piece.begin);
      number({}, piece.end);
      number({}, piece.inner);
      number({}, piece.tree.root);
      number({}, piece.tree.nodes.size());
      for (const grammar::Node& node : piece.tree.nodes) {
        choice({}, node.kind, detail::kLanguages);
        number({}, node.begin);
        number({}, node.end);
        this->value({}, node.value);
        indices({}, node.children);
      }
    }
  }

  void value(std::string_view, const Value& value) {
    switch (value.kind()) {
      case Value::Kind::null:
        return tag(Tag::null);
      case Value::Kind::boolean:
        return tag(value.as_boolean() ? Tag::yes : Tag::no);
      case Value::Kind::integer: {
        tag(Tag::integer);
        const int64_t integer = value.as_integer();
        // Zigzag: small numbers of either sign are short.
        return number({}, static_cast<uint64_t>(integer) << 1 ^ static_cast<uint64_t>(integer >> 63));
      }
      case Value::Kind::big_integer:
        tag(Tag::big_integer);
        return text({}, core::integer_text(value));
      case Value::Kind::floating: {
        tag(Tag::floating);
        const auto bits = std::bit_cast<uint64_t>(value.as_float());
        for (int shift = 0; shift < 64; shift += 8) out_ += static_cast<char>(bits >> shift);
        return;
      }
      case Value::Kind::string:
        tag(Tag::text);
        return number({}, shared_text(value.as_string()));
      case Value::Kind::list:
        tag(Tag::list);
        number({}, value.size());
        for (const Value& item : value.as_list()) this->value({}, item);
        return;
      case Value::Kind::map:
        tag(Tag::map);
        number({}, value.size());
        for (const core::Map::Entry& entry : value.as_map()) {
          if (!entry.key.is_string()) refuse("a constant map whose key is no text");
          number({}, shared_text(entry.key.as_string()));
          this->value({}, entry.value);
        }
        return;
      default:
        refuse(fmt::format("a constant of kind {}", value.kind_name()));
    }
  }

  // The table of texts in values, then what was written.
  std::string finish() {
    std::string body;
    std::swap(body, out_);
    number({}, texts_.size());
    for (const std::string* text : texts_) this->text({}, *text);
    return out_ + body;
  }

 private:
  void tag(Tag tag) { out_ += static_cast<char>(tag); }
  uint64_t shared_text(const std::string& text) {
    const auto [entry, is_new] = text_index_.emplace(text, texts_.size());
    if (is_new) texts_.push_back(&entry->first);
    return entry->second;
  }

  std::string out_;
  std::unordered_map<std::string, uint64_t> text_index_;
  std::vector<const std::string*> texts_;
};

class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : rest_(bytes) {
    const size_t count = this->count(1);
    texts_.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      std::string text;
      this->text({}, text);
      texts_.emplace_back(std::move(text));
    }
  }

  void number(std::string_view, uint32_t& value) {
    const uint64_t read = varint();
    if (read > 0xFFFFFFFF) refuse("a number that is too large");
    value = static_cast<uint32_t>(read);
  }
  void index(std::string_view, Index& value) {
    const uint64_t read = varint();
    if (read > kNone) refuse("a number that is too large");
    value = read == 0 ? kNone : static_cast<Index>(read - 1);
  }
  void name(std::string_view key, Index& value) { index(key, value); }
  void flag(std::string_view, bool& value) {
    const uint8_t read = byte();
    if (read > 1) refuse("a flag that is neither set nor unset");
    value = read == 1;
  }
  void text(std::string_view, std::string& value) {
    const size_t size = count(1);
    value = std::string(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <typename Enum, typename Names>
  void choice(std::string_view, Enum& value, const Names& names) {
    const uint8_t read = byte();
    if (read >= names.size()) refuse("an unknown kind");
    value = static_cast<Enum>(read);
  }
  void indices(std::string_view key, std::vector<Index>& values) {
    values.resize(count(1));
    for (Index& value : values) number(key, value);
  }
  void texts(std::string_view, std::vector<std::string>& values) {
    values.resize(count(1));
    for (std::string& value : values) text({}, value);
  }
  template <typename T>
  void object(std::string_view, T& value) {
    detail::fields(*this, value);
  }
  template <typename T>
  void objects(std::string_view, std::vector<T>& values) {
    static const size_t least = least_size<T>();
    const size_t size = count(least);
    values.reserve(size);
    for (size_t i = 0; i < size; ++i) detail::fields(*this, values.emplace_back());
  }
  void expression(grammar::Expression& value) {
    choice({}, value.language, detail::kLanguages);
    flag({}, value.whole);
    text({}, value.text);
    value.pieces.resize(count(6));
    for (grammar::Expression::Piece& piece : value.pieces) {
      number({}, piece.begin);
      number({}, piece.end);
      number({}, piece.inner);
      number({}, piece.tree.root);
      piece.tree.nodes.resize(count(5));
      for (grammar::Node& node : piece.tree.nodes) {
        node.kind = static_cast<grammar::NodeKind>(byte());  // checked with the tree
        number({}, node.begin);
        number({}, node.end);
        this->value({}, node.value);
        indices({}, node.children);
      }
    }
  }

  void value(std::string_view, Value& value) { value = read_value(0); }

  void finish() const {
    if (!rest_.empty()) refuse("bytes behind its end");
  }

 private:
  // Bytes that the smallest object of a type takes; bounds what a count may claim.
  template <typename T>
  static size_t least_size() {
    T empty;
    BinaryWriter writer;
    if constexpr (std::same_as<T, SourcedExpression>) {
      return 7;
    } else {
      detail::fields(writer, empty);
      return writer.finish().size() - 1;  // without the empty table of texts
    }
  }

  uint8_t byte() {
    if (rest_.empty()) refuse("it ends too early");
    const auto first = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t next = byte();
      if (shift == 63 && next > 1) break;
      value |= uint64_t{next & 0x7Fu} << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) refuse("a number that is longer than it must be");
        return value;
      }
    }
    refuse("a number that is too large");
  }

  // How many of something follow that takes at least [least] bytes each.
  size_t count(size_t least) {
    const uint64_t read = varint();
    if (read > rest_.size() / least) refuse("it ends too early");
    return static_cast<size_t>(read);
  }

  const Value& shared_text() {
    const uint64_t index = varint();
    if (index >= texts_.size()) refuse("a text that does not exist");
    return texts_[index];
  }

  Value read_value(size_t depth) {
    if (depth > kValueDepthLimit) refuse("a value that is nested too deep");
    switch (static_cast<Tag>(byte())) {
      case Tag::null:
        return Value();
      case Tag::no:
        return Value(false);
      case Tag::yes:
        return Value(true);
      case Tag::integer: {
        const uint64_t read = varint();
        return Value(static_cast<int64_t>(read >> 1 ^ (~(read & 1) + 1)));
      }
      case Tag::big_integer: {
        std::string digits;
        text({}, digits);
        Value integer = digits.size() <= kLongestInteger ? core::parse_integer(digits) : Value();
        if (integer.kind() != Value::Kind::big_integer || core::integer_text(integer) != digits) {
          refuse("an integer in the wrong form");
        }
        return integer;
      }
      case Tag::floating: {
        uint64_t bits = 0;
        for (int shift = 0; shift < 64; shift += 8) bits |= uint64_t{byte()} << shift;
        return Value(std::bit_cast<double>(bits));
      }
      case Tag::text:
        return shared_text();
      case Tag::list: {
        core::List items(count(1));
        for (Value& item : items) item = read_value(depth + 1);
        return Value(std::move(items));
      }
      case Tag::map: {
        const size_t size = count(2);
        core::Map map;
        map.reserve(size);
        for (size_t i = 0; i < size; ++i) {
          const Value key = shared_text();
          if (!map.set(key, read_value(depth + 1))) refuse("a map with the same key twice");
        }
        return Value(std::move(map));
      }
    }
    refuse("an unknown kind of value");
  }

  static constexpr size_t kLongestInteger = 16384;  // digits

  std::string_view rest_;
  std::vector<Value> texts_;
};

std::string hexadecimal(std::string_view bytes) {
  std::string result;
  for (char c : bytes) result += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return result;
}

template <typename T>
void append_little_endian(std::string& out, T number) {
  for (size_t shift = 0; shift < sizeof(T) * 8; shift += 8) out += static_cast<char>(number >> shift);
}

template <typename T>
T little_endian(std::string_view bytes) {
  T number = 0;
  for (size_t i = 0; i < sizeof(T); ++i) number |= T{static_cast<uint8_t>(bytes[i])} << (8 * i);
  return number;
}

}  // namespace

std::string to_binary(const Program& program) {
  BinaryWriter writer;
  detail::fields(writer, program);
  return with_header(writer.finish());
}

std::string with_header(std::string_view body) {
  std::string out(kMagic);
  append_little_endian(out, Program::kVersion);
  append_little_endian(out, uint64_t{body.size()});
  out += sha256(body);
  out += body;
  return out;
}

bool is_binary(std::string_view bytes) noexcept {
  return bytes.substr(0, kMagic.size()) == kMagic;
}

Program from_binary(std::string_view bytes) {
  if (!is_binary(bytes) || bytes.size() < kHeaderSize) refuse("it does not begin as one");
  const auto version = little_endian<uint32_t>(bytes.substr(8));
  if (version != Program::kVersion) {
    throw core::Error(core::ErrorKind::invalid,
                      fmt::format("the program has version {} of its form, this Gregale reads version {}; "
                                  "compile it again",
                                  version, Program::kVersion));
  }
  const std::string_view body = bytes.substr(kHeaderSize);
  if (little_endian<uint64_t>(bytes.substr(12)) != body.size()) refuse("it has not the size that it says");
  if (sha256(body) != bytes.substr(20, kHashSize)) refuse("its content has been changed");
  BinaryReader reader(body);
  Program program;
  detail::fields(reader, program);
  reader.finish();
  validate(program);
  return program;
}

std::string sha256_hex(std::string_view bytes) {
  return hexadecimal(sha256(bytes));
}

std::string digest(const Program& program) {
  return sha256_hex(to_binary(program));
}

}  // namespace gregale::ir
