// Reading date-times: strptime's formats and dateutil's free form.
#include <fmt/format.h>

#include <optional>
#include <vector>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/date_names.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// ---- strptime

class FormatReader {
 public:
  FormatReader(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  Value read() {
    fields_.year = 1900;
    for (size_t i = 0; i < format_.size(); ++i) {
      const char c = format_[i];
      if (is_blank(c)) {
        // One or more blanks stand for one or more.
        if (at_ >= text_.size() || !is_blank(text_[at_])) refuse();
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      } else if (c != '%') {
        literal(c);
      } else if (++i == format_.size()) {
        throw ValueError("stray % in format");
      } else {
        directive(format_[i]);
      }
    }
    if (at_ != text_.size()) throw ValueError(fmt::format("unconverted data remains: {}", text_.substr(at_)));
    if (afternoon_) fields_.hour = fields_.hour % 12 + (*afternoon_ ? 12 : 0);
    if (year_day_ && !has_month_) {
      const Value first = make_date_time({fields_.year, 1, 1, 0, 0, 0, 0}, 0);
      const DateTimeFields day = fields_of(shift_date_time(first, (*year_day_ - 1) * 86'400 * core::kSecond));
      fields_.month = day.month;
      fields_.day = day.day;
    }
    return make_date_time(fields_, offset_);
  }

 private:
  [[noreturn]] void refuse() const {
    throw ValueError(fmt::format("time data '{}' does not match format '{}'", text_, format_));
  }

  void literal(char c) {
    // As strptime, without regard to case.
    const bool same =
        at_ < text_.size() && (text_[at_] == c || (is_letter(c) && (text_[at_] | 0x20) == (c | 0x20)));
    if (!same) refuse();
    ++at_;
  }

  int64_t number(size_t most, int64_t lowest, int64_t highest) {
    size_t end = at_;
    int64_t value = 0;
    while (end < text_.size() && end - at_ < most && is_ascii_digit(text_[end])) {
      const int64_t longer = value * 10 + (text_[end] - '0');
      if (longer > highest) break;
      value = longer;
      ++end;
    }
    if (end == at_ || value < lowest) refuse();
    at_ = end;
    return value;
  }

  template <size_t kCount>
  int name(const std::array<std::string_view, kCount>& names) {
    size_t used = 0;
    const int found = name_at(text_.substr(at_), names, used);
    if (found < 0) refuse();
    at_ += used;
    return found;
  }

  void offset() {
    if (at_ < text_.size() && text_[at_] == 'Z') {
      ++at_;
      return;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) refuse();
    const int32_t sign = text_[at_++] == '-' ? -1 : 1;
    int32_t seconds = static_cast<int32_t>(number(2, 0, 23)) * 3600;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    seconds += static_cast<int32_t>(number(2, 0, 59)) * 60;
    offset_ = sign * seconds;
  }

  void directive(char c) {
    switch (c) {
      case 'Y': {
        const size_t begin = at_;
        fields_.year = number(4, 0, 9999);
        if (at_ - begin != 4) refuse();
        break;
      }
      case 'y': {
        const int64_t year = number(2, 0, 99);
        fields_.year = year + (year <= 68 ? 2000 : 1900);
        break;
      }
      case 'm':
        fields_.month = number(2, 1, 12);
        has_month_ = true;
        break;
      case 'd':
        fields_.day = number(2, 1, 31);
        has_month_ = true;
        break;
      case 'H':
        fields_.hour = number(2, 0, 23);
        break;
      case 'I':
        fields_.hour = number(2, 1, 12);
        break;
      case 'M':
        fields_.minute = number(2, 0, 59);
        break;
      case 'S':
        fields_.second = number(2, 0, 61);
        break;
      case 'f': {
        const size_t begin = at_;
        fields_.microsecond = number(6, 0, 999'999);
        for (size_t digits = at_ - begin; digits < 6; ++digits) fields_.microsecond *= 10;
        break;
      }
      case 'j':
        year_day_ = number(3, 1, 366);
        break;
      case 'b':
      case 'B':
        fields_.month = name(kMonthNames) + 1;
        has_month_ = true;
        break;
      case 'a':
      case 'A':
        name(kDayNames);
        break;
      case 'w':
        number(1, 0, 6);
        break;
      case 'U':
      case 'W':
        number(2, 0, 53);
        break;
      case 'p': {
        const std::string_view mark = text_.substr(at_, 2);
        if (mark.size() < 2 || (mark[1] | 0x20) != 'm') refuse();
        if ((mark[0] | 0x20) != 'a' && (mark[0] | 0x20) != 'p') refuse();
        afternoon_ = (mark[0] | 0x20) == 'p';
        at_ += 2;
        break;
      }
      case 'z':
        offset();
        break;
      case 'Z':
        for (const std::string_view zone : {"UTC", "GMT"}) {
          if (text_.substr(at_, 3) == zone) {
            at_ += 3;
            return;
          }
        }
        refuse();
      case 'D':
        for (const char part : {'m', '/', 'd', '/', 'y'}) part == '/' ? literal(part) : directive(part);
        break;
      case 'T':
      case 'X':
        for (const char part : {'H', ':', 'M', ':', 'S'}) part == ':' ? literal(part) : directive(part);
        break;
      case 'x':
        directive('D');
        break;
      case '%':
        literal('%');
        break;
      default:
        throw ValueError(fmt::format("'{}' is a bad directive in format '{}'", c, format_));
    }
  }

  std::string_view text_;
  std::string_view format_;
  size_t at_ = 0;
  DateTimeFields fields_;
  std::optional<bool> afternoon_;
  std::optional<int64_t> year_day_;
  bool has_month_ = false;
  int32_t offset_ = 0;
};

// ---- free form

struct Token {
  enum class Kind { number, word, mark };
  Kind kind;
  std::string_view text;
  bool blank_before;
};

class FreeReader {
 public:
  explicit FreeReader(std::string_view text, core::Microseconds now)
      : text_(text), today_(fields_of(date_time_at(now, 0))) {}

  Value read() {
    tokenize();
    while (at_ < tokens_.size()) {
      if (!token()) refuse();
    }
    return result();
  }

 private:
  [[noreturn]] void refuse() const { throw ValueError(fmt::format("{} is no date", shown(text_))); }

  void tokenize() {
    bool blank = false;
    for (size_t i = 0; i < text_.size();) {
      const char c = text_[i];
      if (is_blank(c)) {
        blank = true;
        ++i;
        continue;
      }
      size_t end = i + 1;
      Token::Kind kind = Token::Kind::mark;
      if (is_ascii_digit(c)) {
        kind = Token::Kind::number;
        while (end < text_.size() && is_ascii_digit(text_[end])) ++end;
      } else if (is_letter(c)) {
        kind = Token::Kind::word;
        while (end < text_.size() && is_letter(text_[end])) ++end;
      }
      tokens_.push_back({kind, text_.substr(i, end - i), blank});
      blank = false;
      i = end;
    }
  }

  const Token* peek(size_t ahead) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool is_mark(size_t ahead, std::string_view marks) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::mark &&
           marks.find(token->text[0]) != std::string_view::npos;
  }
  bool is_number(size_t ahead) const {
    const Token* token = peek(ahead);
    return token != nullptr && token->kind == Token::Kind::number;
  }
  static int64_t value_of(std::string_view digits) {
    int64_t value = 0;
    for (const char c : digits.substr(0, 17)) value = value * 10 + (c - '0');
    return value;
  }
  int64_t value(size_t ahead) const { return value_of(peek(ahead)->text); }

  bool token() {
    switch (tokens_[at_].kind) {
      case Token::Kind::number:
        return number();
      case Token::Kind::word:
        return word();
      case Token::Kind::mark:
        return mark();
    }
    return false;
  }

  bool number() {
    const size_t digits = tokens_[at_].text.size();
    if (is_mark(1, ":") && is_number(2)) return clock();
    if (digits == 14 || digits == 12 || digits == 8 || (digits == 6 && !after_t_)) return packed(digits);
    if (digits == 6 || (digits == 4 && has_date() && after_t_)) return packed_time(digits);
    // 5pm
    if (const Token* next = peek(1); next != nullptr && next->kind == Token::Kind::word && !has_time_) {
      const char first = static_cast<char>(next->text[0] | 0x20);
      if ((next->text.size() == 2 && (next->text[1] | 0x20) == 'm') && (first == 'a' || first == 'p')) {
        time_.hour = value(0);
        has_time_ = true;
        ++at_;
        return true;
      }
      if (next->text.size() == 1 && first == 'h') {
        time_.hour = value(0);
        has_time_ = true;
        at_ += 2;
        if (is_number(0)) time_.minute = value_of(tokens_[at_++].text);
        return true;
      }
    }
    if (after_t_ && !has_time_ && digits <= 2) {
      time_.hour = value(0);
      has_time_ = true;
      ++at_;
      return true;
    }
    return date_part();
  }

  bool clock() {
    time_.hour = value(0);
    time_.minute = value(2);
    has_time_ = true;
    at_ += 3;
    if (is_mark(0, ":") && is_number(1)) {
      time_.second = value(1);
      at_ += 2;
      fraction();
    }
    return true;
  }

  void fraction() {
    if (!is_mark(0, ".,") || !is_number(1) || peek(1)->blank_before) return;
    std::string digits(peek(1)->text.substr(0, 6));
    digits.append(6 - digits.size(), '0');
    time_.microsecond = value_of(digits);
    at_ += 2;
  }

  // YYYYMMDD[HHMM[SS]] or YYMMDD.
  bool packed(size_t digits) {
    const std::string_view text = tokens_[at_].text;
    ++at_;
    if (digits == 6) {
      year_ = two_digit_year(value_of(text.substr(0, 2)));
      month_ = value_of(text.substr(2, 2));
      day_ = value_of(text.substr(4, 2));
      return true;
    }
    year_ = value_of(text.substr(0, 4));
    month_ = value_of(text.substr(4, 2));
    day_ = value_of(text.substr(6, 2));
    if (digits == 8) return true;
    has_time_ = true;
    time_.hour = value_of(text.substr(8, 2));
    time_.minute = value_of(text.substr(10, 2));
    if (digits == 14) time_.second = value_of(text.substr(12, 2));
    return true;
  }

  bool packed_time(size_t digits) {
    const std::string_view text = tokens_[at_].text;
    ++at_;
    has_time_ = true;
    time_.hour = value_of(text.substr(0, 2));
    time_.minute = value_of(text.substr(2, 2));
    if (digits == 6) time_.second = value_of(text.substr(4, 2));
    fraction();
    return true;
  }

  bool date_part() {
    add_number(tokens_[at_].text);
    ++at_;
    // a-b-c, a/b/c, a.b.c; the middle one may be a month's name.
    for (int part = 0; part < 2 && is_mark(0, "-/."); ++part) {
      if (is_number(1)) {
        add_number(peek(1)->text);
      } else if (const Token* next = peek(1); next != nullptr && next->kind == Token::Kind::word) {
        size_t used = 0;
        const int month = name_at(next->text, kMonthNames, used);
        if (month < 0) return false;
        month_ = month + 1;
      } else {
        break;
      }
      at_ += 2;
    }
    return true;
  }

  void add_number(std::string_view digits) {
    if (numbers_.size() == 3 || digits.size() > 4) refuse();
    numbers_.push_back({value_of(digits), digits.size() > 2});
  }

  bool word() {
    const std::string_view text = tokens_[at_].text;
    size_t used = 0;
    const auto whole = [&] { return used == text.size(); };
    if (const int month = name_at(text, kMonthNames, used); month >= 0 && whole()) {
      month_ = month + 1;
      ++at_;
      while (is_mark(0, ".")) ++at_;
      return true;
    }
    if (name_at(text, kDayNames, used) >= 0 && whole()) {
      ++at_;
      while (is_mark(0, ",.")) ++at_;
      return true;
    }
    std::string lowered;
    for (const char c : text) lowered += static_cast<char>(c | 0x20);
    ++at_;
    if (lowered == "t") {
      after_t_ = true;
      return true;
    }
    if (lowered == "am" || lowered == "pm") {
      if (!has_time_ || time_.hour > 12) refuse();
      time_.hour = time_.hour % 12 + (lowered == "pm" ? 12 : 0);
      return true;
    }
    if (lowered == "z" || lowered == "utc" || lowered == "gmt") return has_time_;
    constexpr std::string_view kFillers[] = {"at", "on", "and", "ad", "of", "st", "nd", "rd", "th", "m"};
    for (const std::string_view filler : kFillers) {
      if (lowered == filler) return true;
    }
    return false;
  }

  bool mark() {
    const char c = tokens_[at_].text[0];
    if (has_time_ && (c == '+' || c == '-') && is_number(1)) return offset(c == '-' ? -1 : 1);
    if (c == ',' || c == '.' || c == ';' || c == '-' || c == '/' || c == '(' || c == ')') {
      ++at_;
      return true;
    }
    return false;
  }

  bool offset(int32_t sign) {
    const std::string_view digits = peek(1)->text;
    int64_t hours = value(1);
    int64_t minutes = 0;
    at_ += 2;
    if (digits.size() == 4) {
      minutes = hours % 100;
      hours /= 100;
    } else if (digits.size() <= 2) {
      if (is_mark(0, ":") && is_number(1)) {
        minutes = value(1);
        at_ += 2;
      }
    } else {
      return false;
    }
    if (hours > 23 || minutes > 59) return false;
    offset_ = sign * static_cast<int32_t>(hours * 3600 + minutes * 60);
    return true;
  }

  bool has_date() const { return year_ || month_ || day_ || !numbers_.empty(); }

  // Two digits mean the year within fifty years of now.
  int64_t two_digit_year(int64_t year) const {
    const int64_t century = today_.year / 100 * 100;
    int64_t full = century + year;
    if (full >= today_.year + 50) full -= 100;
    if (full < today_.year - 50) full += 100;
    return full;
  }

  struct Number {
    int64_t value;
    bool is_year;  // more than two digits
  };

  void take_year(const Number& number) {
    year_ = number.is_year ? number.value : two_digit_year(number.value);
  }

  // Which of the numbers is the year, the month, the day: month first, unless it cannot be.
  void resolve() {
    std::vector<Number> rest = numbers_;
    for (size_t i = 0; i < rest.size(); ++i) {
      if (rest[i].is_year || rest[i].value > 31) {
        if (year_) refuse();
        const bool first = i == 0;
        take_year(rest[i]);
        rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
        // 2020/03/04 is year, month, day.
        if (first && rest.size() == 2 && rest[0].value > 12 && rest[1].value <= 12)
          std::swap(rest[0], rest[1]);
        break;
      }
    }
    if (month_) {
      if (!rest.empty()) {
        day_ = rest[0].value;
        if (rest.size() > 1 && !year_) take_year(rest[1]);
      }
      return;
    }
    if (rest.size() == 1) {
      if (year_) {
        month_ = rest[0].value;
      } else {
        day_ = rest[0].value;
      }
      return;
    }
    if (rest.size() >= 2) {
      const bool day_first = rest[0].value > 12 && rest[1].value <= 12;
      month_ = rest[day_first ? 1 : 0].value;
      day_ = rest[day_first ? 0 : 1].value;
      if (rest.size() == 3 && !year_) take_year(rest[2]);
    }
  }

  Value result() {
    if (!numbers_.empty()) resolve();
    if (!year_ && !month_ && !day_ && !has_time_) refuse();
    DateTimeFields fields = time_;
    fields.year = year_.value_or(today_.year);
    fields.month = month_.value_or(today_.month);
    fields.day = day_.value_or(today_.day);
    if (!day_) {
      // The day of today, or the month's last one.
      while (fields.day > 28 && !valid(fields)) --fields.day;
    }
    return make_date_time(fields, offset_);
  }

  static bool valid(const DateTimeFields& fields) {
    try {
      make_date_time(fields, 0);
      return true;
    } catch (const ValueError&) {
      return false;
    }
  }

  std::string_view text_;
  DateTimeFields today_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::vector<Number> numbers_;
  std::optional<int64_t> year_, month_, day_;
  DateTimeFields time_;
  bool has_time_ = false;
  bool after_t_ = false;
  int32_t offset_ = 0;
};

}  // namespace

Value parse_date_time(std::string_view text, std::string_view format) {
  return FormatReader(text, format).read();
}

Value parse_free_date_time(std::string_view text, core::Microseconds now) {
  return FreeReader(text, now).read();
}

}  // namespace gregale::expression::python
