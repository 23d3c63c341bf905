#include "interpreter/expression/python/text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/big_integer.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/time.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

constexpr size_t kUsualTextLimit = 128u << 20;
constexpr uint64_t kStepsOfPrinting = 3;  // a value within a text
thread_local size_t current_text_limit = kUsualTextLimit;

}  // namespace

size_t text_limit() noexcept {
  return current_text_limit;
}
TextLimit::TextLimit(size_t bytes) noexcept : before_(current_text_limit) {
  current_text_limit = bytes;
}
TextLimit::~TextLimit() {
  current_text_limit = before_;
}

void check_text_size(size_t bytes) {
  if (bytes > current_text_limit) {
    throw core::Error(
        core::ErrorKind::limit,
        fmt::format("a text becomes longer than {} bytes (the budget `output`)", current_text_limit));
  }
}

namespace {

using Kind = Value::Kind;

class Printer {
 public:
  explicit Printer(bool ascii_only) : ascii_only_(ascii_only) {}

  std::string take() { return std::move(out_); }

  void print(const Value& value) {
    check_text_size(out_.size());
    work(kStepsOfPrinting);
    switch (value.kind()) {
      case Kind::null:
        out_ += "None";
        break;
      case Kind::boolean:
        out_ += value.as_boolean() ? "True" : "False";
        break;
      case Kind::integer:
        fmt::format_to(std::back_inserter(out_), "{}", value.as_integer());
        break;
      case Kind::big_integer:
        out_ += core::integer_text(value);
        break;
      case Kind::floating:
        out_ += core::float_text(value.as_float());
        break;
      case Kind::string:
        if (value.tag() == kMarkupTag) out_ += "Markup(";
        print_quoted(value.as_string());
        if (value.tag() == kMarkupTag) out_ += ')';
        break;
      case Kind::list:
        print_list(value);
        break;
      case Kind::map:
        print_map(value.as_map());
        break;
      case Kind::set:
        print_set(value.as_set());
        break;
      case Kind::date_time:
        print_date_time(value);
        break;
      case Kind::time_span:
        print_time_span(value.as_time_span());
        break;
      case Kind::object:
        print_object(value.as_object());
        break;
    }
  }

  void print_quoted(std::string_view text) {
    work_on_text(text.size());
    const bool single = text.find('\'') == std::string_view::npos;
    const char mark = single || text.find('"') != std::string_view::npos ? '\'' : '"';
    out_ += mark;
    for (size_t position = 0; position < text.size();) {
      const char32_t c = decode(text, position);
      if (c == static_cast<unsigned char>(mark) || c == '\\') {
        out_ += '\\';
        out_ += static_cast<char>(c);
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (c == '\r') {
        out_ += "\\r";
      } else if (c == '\t') {
        out_ += "\\t";
      } else if (c >= 0x20 && c < 0x7F) {
        out_ += static_cast<char>(c);
      } else if (c >= 0x80 && !ascii_only_ && is_printable(c)) {
        append(out_, c);
      } else {
        print_escape(c);
      }
    }
    out_ += mark;
  }

 private:
  // One level of a value in a value. An object prints what it holds with a printer of its own, so levels are
  // counted by the thread.
  class Nesting {
   public:
    Nesting() {
      if (++depth > kNestingLimit) {
        --depth;
        throw core::Error(core::ErrorKind::limit, "the value is nested too deep to be printed");
      }
    }
    ~Nesting() { --depth; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    static thread_local size_t depth;
  };

  void print_escape(char32_t c) {
    const auto code = static_cast<uint32_t>(c);
    if (code < 0x100) {
      fmt::format_to(std::back_inserter(out_), "\\x{:02x}", code);
    } else if (code < 0x10000) {
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", code);
    } else {
      fmt::format_to(std::back_inserter(out_), "\\U{:08x}", code);
    }
  }

  void print_list(const Value& value) {
    const Nesting nesting;
    const List& items = value.as_list();
    out_ += value.is_tuple() ? '(' : '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(items[i]);
    }
    if (value.is_tuple() && items.size() == 1) out_ += ',';
    out_ += value.is_tuple() ? ')' : ']';
  }

  void print_map(const Map& map) {
    const Nesting nesting;
    out_ += '{';
    bool first = true;
    for (const Map::Entry& entry : map) {
      if (!first) out_ += ", ";
      first = false;
      print(entry.key);
      out_ += ": ";
      print(entry.value);
    }
    out_ += '}';
  }

  void print_set(const Map& members) {
    if (members.empty()) {
      out_ += "set()";
      return;
    }
    const Nesting nesting;
    out_ += '{';
    bool first = true;
    for (const Map::Entry& entry : members) {
      if (!first) out_ += ", ";
      first = false;
      print(entry.key);
    }
    out_ += '}';
  }

  void print_date_time(const Value& value) {
    const std::string text = core::iso_local_text(value.local_microseconds(), true, ' ');
    // YYYY-MM-DD HH:MM:SS.ffffff
    const auto part = [&](size_t begin, size_t count) { return std::stoi(text.substr(begin, count)); };
    const size_t year_end = text.find('-', 1);
    fmt::format_to(std::back_inserter(out_), "datetime.datetime({}, {}, {}, {}, {}", part(0, year_end),
                   part(year_end + 1, 2), part(year_end + 4, 2), part(year_end + 7, 2),
                   part(year_end + 10, 2));
    const int second = part(year_end + 13, 2);
    const int microsecond = part(year_end + 16, 6);
    if (second != 0 || microsecond != 0) {
      fmt::format_to(std::back_inserter(out_), ", {}", second);
    }
    if (microsecond != 0) fmt::format_to(std::back_inserter(out_), ", {}", microsecond);
    if (value.offset_seconds() == 0) {
      out_ += ", tzinfo=tzutc())";
    } else {
      fmt::format_to(std::back_inserter(out_), ", tzinfo=tzoffset(None, {}))", value.offset_seconds());
    }
  }

  void print_time_span(int64_t microseconds) {
    constexpr int64_t kDay = 86400 * core::kSecond;
    int64_t days = microseconds / kDay;
    int64_t rest = microseconds % kDay;
    if (rest < 0) {
      rest += kDay;
      --days;
    }
    out_ += "datetime.timedelta(";
    const char* separator = "";
    const auto member = [&](const char* name, int64_t amount) {
      if (amount == 0) return;
      fmt::format_to(std::back_inserter(out_), "{}{}={}", separator, name, amount);
      separator = ", ";
    };
    member("days", days);
    member("seconds", rest / core::kSecond);
    member("microseconds", rest % core::kSecond);
    if (*separator == '\0') out_ += '0';
    out_ += ')';
  }

  void print_object(const core::Object& object) {
    const Nesting nesting;
    if (const auto* printable = dynamic_cast<const Printable*>(&object)) {
      out_ += printable->repr();
    } else {
      fmt::format_to(std::back_inserter(out_), "<{}>", object.type_name());
    }
  }

  std::string out_;
  bool ascii_only_;
};

thread_local size_t Printer::Nesting::depth = 0;

std::string date_time_text(const Value& value) {
  std::string text =
      core::iso_local_text(value.local_microseconds(), value.local_microseconds() % core::kSecond != 0, ' ');
  const int offset = value.offset_seconds();
  const int size = std::abs(offset);
  text += fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) text += fmt::format(":{:02}", size % 60);
  return text;
}

std::string time_span_text(int64_t microseconds) {
  constexpr int64_t kDay = 86400 * core::kSecond;
  int64_t days = microseconds / kDay;
  int64_t rest = microseconds % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  std::string text;
  if (days != 0) text = fmt::format("{} day{}, ", days, days == 1 || days == -1 ? "" : "s");
  const int64_t seconds = rest / core::kSecond;
  text += fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (rest % core::kSecond != 0) text += fmt::format(".{:06}", rest % core::kSecond);
  return text;
}

}  // namespace

std::string_view type_name(const Value& value) noexcept {
  switch (value.kind()) {
    case Kind::null:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
    case Kind::big_integer:
      return "int";
    case Kind::floating:
      return "float";
    case Kind::string:
      return "str";
    case Kind::list:
      return value.is_tuple() ? "tuple" : "list";
    case Kind::map:
      return "dict";
    case Kind::set:
      return "set";
    case Kind::date_time:
      return "datetime.datetime";
    case Kind::time_span:
      return "datetime.timedelta";
    case Kind::object:
      return value.as_object().type_name();
  }
  return "object";
}

std::string quote(std::string_view text) {
  Printer printer(false);
  printer.print_quoted(text);
  return printer.take();
}

std::string repr(const Value& value) {
  Printer printer(false);
  printer.print(value);
  return printer.take();
}

std::string ascii(const Value& value) {
  Printer printer(true);
  printer.print(value);
  return printer.take();
}

std::string str(const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      return value.as_string();
    case Kind::integer:
      return fmt::format_int(value.as_integer()).str();
    case Kind::date_time:
      return date_time_text(value);
    case Kind::time_span:
      return time_span_text(value.as_time_span());
    case Kind::object:
      if (const auto* printable = value.object_as<Printable>()) return printable->str();
      return repr(value);
    default:
      return repr(value);
  }
}

}  // namespace gregale::expression::python
