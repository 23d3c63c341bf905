#include "grammar/yaql.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <tao/pegtl.hpp>

#include "core/big_integer.hpp"
#include "grammar/word.hpp"
#include "grammar/yaql_tree_builder.hpp"

namespace gregale::grammar {

namespace {

using Builder = YaqlTreeBuilder;

// What the rules and actions share.
struct State {
  Builder builder;
  const YaqlSyntax& syntax;
};

namespace rules {

using namespace tao::pegtl;

// ---- characters: Unicode as Python's \w and \d see it

template <typename Predicate>
struct character {
  using rule_t = character;
  template <apply_mode, rewind_mode, template <typename...> class Action,
            template <typename...> class Control, typename Input>
  static bool match(Input& in, const State&) {
    const CodePoint c = code_point_at(std::string_view(in.current(), in.size(4)), 0);
    if (c.length == 0 || !Predicate()(c.value)) return false;
    in.bump(c.length);
    return true;
  }
};
struct is_word_part {
  bool operator()(char32_t c) const { return is_word_character(c); }
};
struct is_word_start {
  bool operator()(char32_t c) const { return is_word_character(c) && decimal_value(c) < 0; }
};
struct is_decimal_digit {
  bool operator()(char32_t c) const { return decimal_value(c) >= 0; }
};
using word_part = character<is_word_part>;
using word_start = character<is_word_start>;
using decimal_digit = character<is_decimal_digit>;

struct blanks : star<one<' ', '\t', '\r', '\n'>> {};
struct word_end : not_at<word_part> {};
template <char... Characters>
struct word_operator : seq<string<Characters...>, not_at<sor<word_part, one<'('>>>> {};

// ---- tokens

struct mapping_symbol {
  using rule_t = mapping_symbol;
  template <apply_mode, rewind_mode, template <typename...> class Action,
            template <typename...> class Control, typename Input>
  static bool match(Input& in, const State& state) {
    const std::string& symbol = state.syntax.keyword_operator;
    if (symbol.empty() || in.size(symbol.size()) < symbol.size() ||
        std::string_view(in.current(), symbol.size()) != symbol) {
      return false;
    }
    in.bump(symbol.size());
    return true;
  }
};
struct delegates_allowed {
  using rule_t = delegates_allowed;
  template <apply_mode, rewind_mode, template <typename...> class Action,
            template <typename...> class Control, typename Input>
  static bool match(Input&, const State& state) {
    return state.syntax.allow_delegates;
  }
};

struct number : seq<plus<decimal_digit>, sor<seq<one<'.'>, plus<decimal_digit>, word_end>, word_end>> {};
struct variable : seq<one<'$'>, star<word_part>> {};
struct bare_word : seq<not_at<string<'_', '_'>>, word_start, star<word_part>, not_at<one<'('>>> {};
struct function_open : seq<word_start, star<word_part>, one<'('>> {};

struct escaped : seq<one<'\\'>, not_one<'\n'>> {};
template <char Quote>
struct closed_string : seq<one<Quote>, star<sor<escaped, not_one<Quote, '\\'>>>, one<Quote>> {};
// Fails where the string begins.
template <char Quote>
struct unclosed_string : failure {};
template <char Quote>
struct quoted : seq<at<one<Quote>>, sor<closed_string<Quote>, must<unclosed_string<Quote>>>> {};
struct single_quoted : quoted<'\''> {};
struct double_quoted : quoted<'"'> {};
struct verbatim : quoted<'`'> {};

struct not_word : word_operator<'n', 'o', 't'> {};
struct plus_sign : one<'+'> {};
struct minus_sign : seq<one<'-'>, not_at<one<'>'>>> {};
struct prefix_symbol : sor<plus_sign, minus_sign, not_word> {};

struct equals_sign : seq<not_at<mapping_symbol>, one<'='>> {};
struct binary_symbol : sor<string<'-', '>'>, string<'?', '.'>, string<'=', '~'>, string<'!', '~'>,
                           string<'!', '='>, string<'>', '='>, string<'<', '='>,
                           one<'.', '*', '/', '+', '-', '<', '>'>, equals_sign, word_operator<'m', 'o', 'd'>,
                           word_operator<'i', 'n'>, word_operator<'a', 'n', 'd'>, word_operator<'o', 'r'>> {};

// ---- values

struct expression;
struct required_expression;

struct open_parenthesis : one<'('> {};
struct close_parenthesis : one<')'> {};
struct open_list : one<'['> {};
struct close_list : one<']'> {};
struct open_index : one<'['> {};
struct close_index : one<']'> {};
struct open_map : one<'{'> {};
struct close_map : one<'}'> {};
struct close_call : one<')'> {};
struct open_delegate : seq<delegates_allowed, one<'('>> {};

struct mapping : seq<blanks, mapping_symbol> {};
struct mapped_value;
struct argument : seq<expression, opt<if_must<mapping, mapped_value>>> {};
struct omitted : success {};
struct arguments : seq<list<sor<argument, omitted>, seq<blanks, one<','>>>, blanks> {};

struct parentheses : if_must<open_parenthesis, required_expression, blanks, close_parenthesis> {};
struct list_value : if_must<open_list, arguments, close_list> {};
struct map_value : if_must<open_map, arguments, close_map> {};
struct call : if_must<function_open, arguments, close_call> {};
struct index : if_must<open_index, arguments, close_index> {};
struct delegate_call : if_must<open_delegate, arguments, close_call> {};

struct plain_word : seq<not_at<sor<word_operator<'m', 'o', 'd'>, word_operator<'i', 'n'>,
                                   word_operator<'a', 'n', 'd'>, word_operator<'o', 'r'>>>,
                        bare_word> {};
struct primary : seq<blanks,
                     sor<number, single_quoted, double_quoted, verbatim, variable, call, plain_word,
                         list_value, map_value, parentheses>,
                     star<blanks, sor<index, delegate_call>>> {};
struct required_primary : primary {};

struct prefix : seq<blanks, prefix_symbol> {};
struct operand : sor<if_must<prefix, star<prefix>, required_primary>, primary> {};
struct required_operand : operand {};
struct binary : seq<blanks, binary_symbol> {};
struct expression : seq<operand, star<if_must<binary, required_operand>>> {};
struct required_expression : expression {};
struct mapped_value : expression {};

struct end_of_text : eof {};
struct whole : must<required_expression, blanks, end_of_text> {};

}  // namespace rules

// ---- messages

constexpr std::string_view kUnclosed = "the string is not closed";

template <typename Rule>
inline constexpr const char* message = nullptr;
template <>
inline constexpr const char* message<rules::required_expression> = "a value is missing";
template <>
inline constexpr const char* message<rules::mapped_value> = "a value is missing after the name";
template <>
inline constexpr const char* message<rules::required_operand> = "a value is missing after the operator";
template <>
inline constexpr const char* message<rules::required_primary> = "a value is missing after the operator";
template <>
inline constexpr const char* message<rules::close_parenthesis> = "')' is missing";
template <>
inline constexpr const char* message<rules::close_call> = "',' or ')' is missing";
template <>
inline constexpr const char* message<rules::close_list> = "',' or ']' is missing";
template <>
inline constexpr const char* message<rules::close_index> = "']' is missing";
template <>
inline constexpr const char* message<rules::close_map> = "',' or '}' is missing";
template <>
inline constexpr const char* message<rules::end_of_text> = "an operator is missing";
template <char Quote>
inline constexpr const char* message<rules::unclosed_string<Quote>> = "the string is not closed";

struct Messages {
  template <typename Rule>
  static constexpr const char* message = gregale::grammar::message<Rule>;
  template <typename Rule>
  static constexpr bool raise_on_failure = false;
};
template <typename Rule>
using Control = tao::pegtl::must_if<Messages, tao::pegtl::normal, false>::control<Rule>;

// ---- literals

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class StringDecoder {
 public:
  StringDecoder(std::string_view raw, size_t offset) : raw_(raw), offset_(offset) {}

  std::string decode() {
    while (at_ < raw_.size()) {
      if (raw_[at_] != '\\' || at_ + 1 == raw_.size() || !escape()) result_ += raw_[at_++];
    }
    return std::move(result_);
  }

 private:
  // Takes one escape sequence; false when the backslash stands for itself.
  bool escape() {
    const char mark = raw_[at_ + 1];
    constexpr std::string_view kMarks = "\\'\"abfnrtv";
    constexpr std::string_view kMeant = "\\'\"\a\b\f\n\r\t\v";
    if (const size_t simple = kMarks.find(mark); simple != std::string_view::npos) {
      result_ += kMeant[simple];
      at_ += 2;
      return true;
    }
    if (mark >= '0' && mark <= '7') return octal();
    if (mark == 'x') return hexadecimal(2);
    if (mark == 'u') return hexadecimal(4);
    if (mark == 'U') return hexadecimal(8);
    if (mark == 'N') return named();
    return false;
  }

  bool octal() {
    char32_t value = 0;
    size_t end = at_ + 1;
    while (end < raw_.size() && end < at_ + 4 && raw_[end] >= '0' && raw_[end] <= '7') {
      value = value * 8 + static_cast<char32_t>(raw_[end++] - '0');
    }
    append_utf8(result_, value);
    at_ = end;
    return true;
  }

  // Any [digits] characters may follow; unless they are hexadecimal digits, the literal is
  // malformed.
  bool hexadecimal(size_t digits) {
    char32_t value = 0;
    size_t end = at_ + 2;
    bool valid = true;
    for (size_t i = 0; i < digits; ++i) {
      const CodePoint c = code_point_at(raw_, end);
      if (c.length == 0 || c.value == '\n') return false;
      const int digit = c.value < 0x80 ? hex_value(static_cast<char>(c.value)) : -1;
      valid = valid && digit >= 0;
      value = value * 16 + static_cast<char32_t>(std::max(digit, 0));
      end += c.length;
    }
    if (!valid || value > 0x10FFFF) refuse("is no character", end);
    append_utf8(result_, value);
    at_ = end;
    return true;
  }

  bool named() {
    const size_t close = raw_.find('}', at_);
    if (at_ + 2 >= raw_.size() || raw_[at_ + 2] != '{' || close == std::string_view::npos ||
        close == at_ + 3) {
      return false;
    }
    const char32_t value = named_character(std::string(raw_.substr(at_ + 3, close - at_ - 3)));
    if (value == 0) refuse("names no character", close + 1);
    append_utf8(result_, value);
    at_ = close + 1;
    return true;
  }

  [[noreturn]] void refuse(std::string_view why, size_t end) const {
    throw Builder::Refusal{fmt::format("{} {}", raw_.substr(at_, end - at_), why), offset_ + at_,
                           offset_ + end};
  }

  std::string_view raw_;
  size_t offset_;
  size_t at_ = 0;
  std::string result_;
};

core::Value number_value(std::string_view text, size_t begin) {
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    plain += c.value == '.' ? '.' : static_cast<char>('0' + decimal_value(c.value));
    at += c.length;
  }
  if (plain.size() > kNumberDigitsLimit) {
    throw Builder::Refusal{fmt::format("a number has more than {} digits", kNumberDigitsLimit), begin,
                           begin + text.size()};
  }
  if (plain.find('.') != std::string::npos) return std::strtod(plain.c_str(), nullptr);
  return core::parse_integer(plain);
}

std::string verbatim_text(std::string_view raw) {
  std::string text;
  for (size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == '\\' && at + 1 < raw.size() && raw[at + 1] == '`') ++at;
    text += raw[at];
  }
  return text;
}

// ---- actions

template <typename Rule>
struct Action : tao::pegtl::nothing<Rule> {};

// Calls act(builder, matched text, its begin and end in bytes).
template <typename Derived>
struct WithPlace {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    const std::string_view matched(in.begin(), in.size());
    const size_t begin = static_cast<size_t>(in.begin() - state.builder.text().data());
    Derived::act(state.builder, matched, begin, begin + matched.size());
  }
};

template <>
struct Action<rules::number> : WithPlace<Action<rules::number>> {
  static void act(Builder& builder, std::string_view text, size_t begin, size_t end) {
    builder.operand(NodeKind::constant, number_value(text, begin), begin, end);
  }
};

struct QuotedAction : WithPlace<QuotedAction> {
  static void act(Builder& builder, std::string_view text, size_t begin, size_t end) {
    StringDecoder decoder(text.substr(1, text.size() - 2), begin + 1);
    builder.operand(NodeKind::constant, core::Value(decoder.decode()), begin, end);
  }
};
template <>
struct Action<rules::single_quoted> : QuotedAction {};
template <>
struct Action<rules::double_quoted> : QuotedAction {};
template <>
struct Action<rules::verbatim> : WithPlace<Action<rules::verbatim>> {
  static void act(Builder& builder, std::string_view text, size_t begin, size_t end) {
    builder.operand(NodeKind::constant, core::Value(verbatim_text(text.substr(1, text.size() - 2))), begin,
                    end);
  }
};

template <>
struct Action<rules::variable> : WithPlace<Action<rules::variable>> {
  static void act(Builder& builder, std::string_view text, size_t begin, size_t end) {
    builder.operand(NodeKind::yaql_variable, core::Value(text.substr(1)), begin, end);
  }
};

template <>
struct Action<rules::plain_word> : WithPlace<Action<rules::plain_word>> {
  static void act(Builder& builder, std::string_view word, size_t begin, size_t end) {
    if (word == "true" || word == "false") {
      builder.operand(NodeKind::constant, core::Value(word == "true"), begin, end);
    } else if (word == "null") {
      builder.operand(NodeKind::constant, core::Value(), begin, end);
    } else {
      builder.operand(NodeKind::yaql_keyword, core::Value(word), begin, end);
    }
  }
};

template <>
struct Action<rules::prefix_symbol> : WithPlace<Action<rules::prefix_symbol>> {
  static void act(Builder& builder, std::string_view name, size_t begin, size_t) {
    builder.prefix_operator(name, begin);
  }
};
template <>
struct Action<rules::binary_symbol> : WithPlace<Action<rules::binary_symbol>> {
  static void act(Builder& builder, std::string_view name, size_t begin, size_t) {
    builder.binary_operator(name, begin);
  }
};

template <Builder::Bracket kBracket>
struct OpenAction : WithPlace<OpenAction<kBracket>> {
  static void act(Builder& builder, std::string_view text, size_t begin, size_t end) {
    builder.open(kBracket, text.substr(0, text.size() - 1), begin, end);
  }
};
template <>
struct Action<rules::open_parenthesis> : OpenAction<Builder::Bracket::parentheses> {};
template <>
struct Action<rules::open_list> : OpenAction<Builder::Bracket::list> {};
template <>
struct Action<rules::open_map> : OpenAction<Builder::Bracket::map> {};
template <>
struct Action<rules::open_index> : OpenAction<Builder::Bracket::index> {};
template <>
struct Action<rules::open_delegate> : OpenAction<Builder::Bracket::delegate_call> {};
template <>
struct Action<rules::function_open> : OpenAction<Builder::Bracket::call> {};

struct CloseAction : WithPlace<CloseAction> {
  static void act(Builder& builder, std::string_view, size_t, size_t end) { builder.close(end); }
};
template <>
struct Action<rules::close_parenthesis> : CloseAction {};
template <>
struct Action<rules::close_list> : CloseAction {};
template <>
struct Action<rules::close_index> : CloseAction {};
template <>
struct Action<rules::close_map> : CloseAction {};
template <>
struct Action<rules::close_call> : CloseAction {};

template <>
struct Action<rules::mapping> : WithPlace<Action<rules::mapping>> {
  static void act(Builder& builder, std::string_view, size_t, size_t) { builder.keyword(); }
};
template <>
struct Action<rules::argument> : WithPlace<Action<rules::argument>> {
  static void act(Builder& builder, std::string_view, size_t, size_t) { builder.argument(); }
};
template <>
struct Action<rules::omitted> : WithPlace<Action<rules::omitted>> {
  static void act(Builder& builder, std::string_view, size_t begin, size_t) {
    builder.omitted_argument(begin);
  }
};

// What other languages write, and how YAQL does.
struct Hint {
  std::string_view found;
  std::string_view advice;
};
constexpr Hint kHints[] = {
    {"==", "write '='"},  {"&&", "write 'and'"}, {"||", "write 'or'"},
    {"%", "write 'mod'"}, {"**", "use pow()"},   {"//", "'/' between integers rounds down"},
    {"<>", "write '!='"}, {"!", "write 'not'"},  {"? ", "use switch()"},
};

size_t word_end(std::string_view text, size_t at) {
  for (CodePoint c = code_point_at(text, at); c.length != 0 && is_word_character(c.value);
       c = code_point_at(text, at)) {
    at += c.length;
  }
  return at;
}

size_t number_end(std::string_view text, size_t at) {
  for (CodePoint c = code_point_at(text, at); c.length != 0 && decimal_value(c.value) >= 0;
       c = code_point_at(text, at)) {
    at += c.length;
  }
  return at;
}

// The message with what stands at the place.
SyntaxError error_at(std::string_view text, size_t offset, std::string_view what) {
  if (what == kUnclosed) {
    return {fmt::format("the string is not closed: its second {} is missing", text.substr(offset, 1)), offset,
            text.size()};
  }
  while (offset < text.size() && std::string_view(" \t\r\n").find(text[offset]) != std::string_view::npos) {
    ++offset;
  }
  if (offset >= text.size()) {
    return {fmt::format("{} at the end of the expression", what), text.size(), text.size()};
  }
  for (const Hint& hint : kHints) {
    if (!text.substr(offset).starts_with(hint.found)) continue;
    return {fmt::format("YAQL does not know '{}'; {}", hint.found, hint.advice), offset,
            offset + hint.found.size()};
  }
  const CodePoint found = code_point_at(text, offset);
  const size_t end = word_end(text, offset);
  if (decimal_value(found.value) >= 0 && end != number_end(text, offset)) {
    return {fmt::format("'{}' is no number: digits and one point only", text.substr(offset, end - offset)),
            offset, end};
  }
  if (text.substr(offset).starts_with("__")) {
    return {"a name cannot begin with two underscores", offset, end};
  }
  return {fmt::format("{} before '{}'", what, text.substr(offset, found.length)), offset,
          offset + found.length};
}

}  // namespace

std::variant<Tree, SyntaxError> parse_yaql(std::string_view text, const YaqlSyntax& syntax) {
  State state{Builder(text), syntax};
  tao::pegtl::memory_input<tao::pegtl::tracking_mode::lazy> input(text.data(), text.size(), "");
  try {
    tao::pegtl::parse<rules::whole, Action, Control>(input, state);
    return state.builder.finish();
  } catch (const Builder::Refusal& refusal) {
    return SyntaxError{refusal.message, refusal.begin, refusal.end};
  } catch (const tao::pegtl::parse_error& error) {
    return error_at(text, error.positions().front().byte, error.message());
  }
}

}  // namespace gregale::grammar
