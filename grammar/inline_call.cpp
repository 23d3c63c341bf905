#include "grammar/inline_call.hpp"

#include <tao/pegtl.hpp>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::grammar {

const InlineArgument* InlineCall::find(std::string_view argument) const noexcept {
  for (const InlineArgument& one : arguments) {
    if (one.name == argument) return &one;
  }
  return nullptr;
}

namespace {

// What the actions fill in, and what the rules must know of the whole text to stay linear: a search
// for an end that does not exist must not be made again for every beginning.
struct State {
  explicit State(std::string_view text)
      : text(text),
        last_yaql_end(text.rfind("%>")),
        last_jinja_end(text.rfind("}}")),
        last_block_end(text.rfind("%}")) {
    for (size_t i = text.size(); i-- > 0;) {
      size_t& last = text[i] == '"' ? last_double_quote : last_single_quote;
      const bool ends = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == ',';
      if ((text[i] == '"' || text[i] == '\'') && ends && last == std::string_view::npos) last = i;
    }
  }

  std::string_view text;
  size_t last_yaql_end;
  size_t last_jinja_end;
  size_t last_block_end;
  size_t last_double_quote = std::string_view::npos;  // that may end a value
  size_t last_single_quote = std::string_view::npos;
  size_t unclosed_collections = 0;

  InlineCall call;
  InlineArgument pending;  // moved to the call when the whole argument has matched
  bool has_problem = false;
  InlineProblem problem;

  template <typename Input>
  size_t begin(const Input& in) const {
    return static_cast<size_t>(in.begin() - text.data());
  }
  template <typename Input>
  size_t end(const Input& in) const {
    return static_cast<size_t>(in.end() - text.data());
  }
  template <typename Input>
  size_t current(const Input& in) const {
    return static_cast<size_t>(in.current() - text.data());
  }
};

// Length of the expression that begins at [at], or 0. Its own grammar reads it later.
size_t expression_length(const State& state, size_t at) {
  struct Delimiters {
    std::string_view open;
    std::string_view close;
    size_t last;
  };
  for (const Delimiters& d :
       {Delimiters{"<%", "%>", state.last_yaql_end}, Delimiters{"{{", "}}", state.last_jinja_end},
        Delimiters{"{%", "%}", state.last_block_end}}) {
    if (state.text.substr(at, 2) != d.open) continue;
    if (d.last == std::string_view::npos || d.last < at + 2) return 0;
    return state.text.find(d.close, at + 2) + 2 - at;
  }
  return 0;
}

// Length of the list or mapping in brackets that begins at [at], or 0.
size_t collection_length(State& state, size_t at) {
  constexpr size_t kUnclosedCollections = 16;  // each costs a walk to the end of the text
  const std::string_view text = state.text;
  if (expression_length(state, at) > 0 || state.unclosed_collections >= kUnclosedCollections) return 0;
  std::string open;
  for (size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (const size_t expression = expression_length(state, i); expression > 0) {
      i += expression - 1;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
    } else if (c == '[' || c == '{') {
      open += c == '[' ? ']' : '}';
    } else if (c == ']' || c == '}') {
      if (open.back() != c) return 0;
      open.pop_back();
      if (open.empty()) return i + 1 - at;
    }
  }
  ++state.unclosed_collections;
  return 0;
}

namespace rules {

using namespace tao::pegtl;  // NOLINT: the grammar reads as a grammar

// A rule that matches as many bytes as [Length] says for the place; none: no match.
template <size_t (*Length)(State&, size_t)>
struct measured {
  using rule_t = measured;
  using subs_t = empty_list;
  template <apply_mode, rewind_mode, template <typename...> class, template <typename...> class,
            typename Input>
  static bool match(Input& in, State& state) {
    const size_t length = in.empty() ? 0 : Length(state, state.current(in));
    if (length > 0) in.bump(length);
    return length > 0;
  }
};

struct blank : one<' ', '\t', '\n', '\r'> {};
struct high_byte : ranges<'\x80', '\xFF'> {};
struct letter : sor<identifier_other, high_byte> {};

inline size_t expression_here(State& state, size_t at) {
  return expression_length(state, at);
}
struct expression : measured<expression_here> {};

struct value_end : at<sor<eof, blank, one<','>>> {};

// Text in quotes. A quote behind a backslash stays in the text if a later one closes it.
template <char Quote>
size_t escaped_quote_here(State& state, size_t at) {
  const size_t last = Quote == '"' ? state.last_double_quote : state.last_single_quote;
  const bool escaped = state.text[at] == '\\' && at + 1 < state.text.size() && state.text[at + 1] == Quote;
  return escaped && last != std::string_view::npos && last > at + 1 ? 2 : 0;
}
template <char Quote>
struct in_quotes : seq<one<Quote>, star<sor<expression, measured<escaped_quote_here<Quote>>, not_one<Quote>>>,
                       one<Quote>> {};
struct quoted : sor<in_quotes<'"'>, in_quotes<'\''>> {};

struct brackets : seq<at<one<'[', '{'>>, measured<collection_length>> {};
struct collection : seq<brackets, value_end> {};

struct number : seq<opt<one<'-', '+'>>, plus<digit>, opt<one<'.'>, star<digit>>,
                    opt<one<'e', 'E'>, opt<one<'-', '+'>>, plus<digit>>> {};
struct constant : sor<TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("false"), TAO_PEGTL_STRING("null"), number> {
};
struct plain_constant : seq<constant, value_end> {};

struct run : seq<not_at<one<'"', '\''>>, plus<sor<expression, not_one<' ', '\t', '\n', '\r', ','>>>> {};
struct unclosed : seq<one<'"', '\''>, until<eof>> {};

struct argument_name : plus<sor<letter, one<'-'>>> {};
struct value : sor<quoted, plain_constant, collection, run, unclosed, success> {};
struct argument : seq<argument_name, one<'='>, value> {};

struct separator : plus<sor<blank, one<','>>> {};
struct stray : plus<sor<expression, not_one<' ', '\t', '\n', '\r', ','>>> {};
struct arguments : seq<star<sor<separator, argument, stray>>, eof> {};

struct call_name : plus<sor<expression, seq<not_at<blank>, any>>> {};
struct call : seq<star<blank>, opt<call_name>, arguments> {};
struct command_name : plus<sor<expression, seq<not_at<sor<blank, one<'('>>>, any>>> {};
struct command_head : seq<star<blank>, opt<command_name>> {};

}  // namespace rules

template <typename Rule>
struct action : tao::pegtl::nothing<Rule> {};

template <>
struct action<rules::call_name> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    state.call.name = in.string();
    state.call.name_begin = state.begin(in);
    state.call.name_end = state.end(in);
  }
};
template <>
struct action<rules::command_name> : action<rules::call_name> {};

template <>
struct action<rules::argument_name> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    state.pending = {};
    state.has_problem = false;
    state.pending.name = in.string();
    state.pending.name_begin = state.begin(in);
    state.pending.name_end = state.end(in);
  }
};

template <typename Input>
void set_value(const Input& in, State& state, InlineArgument::Form form, size_t trim) {
  state.pending.form = form;
  state.pending.begin = state.begin(in) + trim;
  state.pending.end = state.end(in) - trim;
  state.pending.value = core::Value(std::string_view(in.begin() + trim, in.size() - 2 * trim));
}

template <>
struct action<rules::quoted> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    set_value(in, state, InlineArgument::Form::quoted, 1);
    const char quote = *in.begin();
    const std::string& raw = state.pending.value.as_string();
    std::string text;
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\\' && i + 1 < raw.size() && raw[i + 1] == quote) ++i;
      text += raw[i];
    }
    if (text.size() != raw.size()) state.pending.value = core::Value(std::move(text));
  }
};

template <>
struct action<rules::plain_constant> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    set_value(in, state, InlineArgument::Form::data, 0);
    std::string text = in.string();
    if (text.front() == '+') text.erase(0, 1);
    const size_t digits = text.find_first_not_of('-');
    const size_t zeros = text.find_first_not_of('0', digits);
    // JSON knows no leading zeros, nor a point without digits: such words stay text, as in Mistral.
    try {
      state.pending.value = core::parse_json(text);
    } catch (const core::Error&) {
      if (zeros != std::string::npos && text.find_first_of(".eE") == std::string::npos) {
        state.pending.value = core::Value(in.string());
      } else {
        state.pending.form = InlineArgument::Form::word;
      }
    }
  }
};

template <>
struct action<rules::collection> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    set_value(in, state, InlineArgument::Form::data, 0);
    try {
      state.pending.value = core::parse_json(std::string_view(in.begin(), in.size()));
    } catch (const core::Error&) {
      state.pending.form = InlineArgument::Form::run;  // text with expressions in it
    }
  }
};

template <>
struct action<rules::run> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    const std::string_view text(in.begin(), in.size());
    const bool expression = text.find("<%") != std::string_view::npos ||
                            text.find("{{") != std::string_view::npos ||
                            text.find("{%") != std::string_view::npos;
    set_value(in, state, expression ? InlineArgument::Form::run : InlineArgument::Form::word, 0);
  }
};

template <>
struct action<rules::unclosed> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    set_value(in, state, InlineArgument::Form::word, 0);
    state.problem = {InlineProblem::Kind::unclosed_quote, state.begin(in), state.end(in)};
    state.has_problem = true;
  }
};

template <>
struct action<rules::argument> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    InlineArgument argument = std::move(state.pending);
    state.pending = {};
    if (state.has_problem) {
      state.call.problems.push_back(state.problem);
      state.has_problem = false;
    } else if (argument.end == 0) {  // nothing has set a value
      state.call.problems.push_back({InlineProblem::Kind::no_value, state.begin(in), state.end(in)});
    } else if (state.call.find(argument.name) != nullptr) {
      state.call.problems.push_back({InlineProblem::Kind::repeated, state.begin(in), state.end(in)});
    } else {
      state.call.arguments.push_back(std::move(argument));
    }
  }
};

template <>
struct action<rules::stray> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    state.call.problems.push_back({InlineProblem::Kind::stray, state.begin(in), state.end(in)});
  }
};

template <typename Rule>
InlineCall parse(std::string_view text) {
  State state(text);
  tao::pegtl::memory_input<> in(text.data(), text.size(), "");
  tao::pegtl::parse<Rule, action>(in, state);
  return std::move(state.call);
}

}  // namespace

InlineCall parse_inline_call(std::string_view text) {
  InlineCall call = parse<rules::call>(text);
  if (call.name.empty()) call.problems.push_back({InlineProblem::Kind::no_name, 0, text.size()});
  return call;
}

InlineCall parse_inline_arguments(std::string_view text) {
  return parse<rules::arguments>(text);
}

InlineCall parse_command(std::string_view text) {
  InlineCall head = parse<rules::command_head>(text);
  size_t begin = head.name_end;
  size_t end = text.find_last_not_of(" \t\r\n") + 1;
  head.parentheses = begin < end && text[begin] == '(' && text[end - 1] == ')';
  if (head.parentheses) {
    ++begin;
    --end;
  }
  InlineCall arguments = parse<rules::arguments>(text.substr(begin, end > begin ? end - begin : 0));
  for (InlineArgument& argument : arguments.arguments) {
    argument.name_begin += begin;
    argument.name_end += begin;
    argument.begin += begin;
    argument.end += begin;
  }
  for (InlineProblem& problem : arguments.problems) {
    problem.begin += begin;
    problem.end += begin;
  }
  head.arguments = std::move(arguments.arguments);
  head.problems = std::move(arguments.problems);
  return head;
}

}  // namespace gregale::grammar
