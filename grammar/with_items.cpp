#include "grammar/with_items.hpp"

#include <algorithm>
#include <tao/pegtl.hpp>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::grammar {

namespace {

namespace rules {

using namespace tao::pegtl;  // NOLINT: the grammar reads as a grammar

struct blank : one<' ', '\t', '\n', '\r'> {};
struct variable : plus<sor<identifier_other, one<'-'>, ranges<'\x80', '\xFF'>>> {};
struct yaql : seq<TAO_PEGTL_STRING("<%"), until<TAO_PEGTL_STRING("%>")>> {};
struct jinja : seq<TAO_PEGTL_STRING("{{"), until<TAO_PEGTL_STRING("}}")>> {};
// Blocks may go on after the first one's end, so all that is left belongs to them.
struct jinja_blocks : seq<TAO_PEGTL_STRING("{%"), until<eof>> {};
struct expression : sor<yaql, jinja, jinja_blocks> {};
struct list_text : seq<at<one<'['>>, until<eof>> {};  // its end is the last bracket
struct rest : plus<any> {};
struct with_items : seq<star<blank>, variable, plus<blank>, TAO_PEGTL_STRING("in"), star<blank>,
                        sor<expression, list_text>, star<blank>, opt<rest>, eof> {};

}  // namespace rules

struct State {
  const char* origin;
  WithItemsText text;
  std::string list;
};

template <typename Rule>
struct action : tao::pegtl::nothing<Rule> {};

template <>
struct action<rules::variable> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    state.text.variable = in.string();
    state.text.variable_begin = static_cast<size_t>(in.begin() - state.origin);
    state.text.variable_end = static_cast<size_t>(in.end() - state.origin);
  }
};

template <>
struct action<rules::expression> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    state.text.expression = in.string();
    state.text.begin = static_cast<size_t>(in.begin() - state.origin);
    state.text.end = static_cast<size_t>(in.end() - state.origin);
  }
};

template <>
struct action<rules::list_text> {
  template <typename Input>
  static void apply(const Input& in, State& state) {
    const std::string_view text(in.begin(), in.size());
    const size_t length = std::min(text.rfind(']'), text.size() - 1) + 1;
    state.list = std::string(text.substr(0, length));
    state.text.trailing_text = text.find_first_not_of(" \t\r\n", length) != std::string_view::npos;
    state.text.begin = static_cast<size_t>(in.begin() - state.origin);
    state.text.end = state.text.begin + length;
  }
};

template <>
struct action<rules::rest> {
  static void apply0(State& state) { state.text.trailing_text = true; }
};

}  // namespace

ParsedWithItems parse_with_items(std::string_view text) {
  State state{text.data(), {}, {}};
  tao::pegtl::memory_input<> in(text.data(), text.size(), "");
  if (!tao::pegtl::parse<rules::with_items, action>(in, state)) {
    return {std::nullopt, {WithItemsProblem::Kind::shape, 0, text.size()}};
  }
  if (state.text.expression.empty()) {
    try {
      state.text.list = core::parse_json(state.list);
    } catch (const core::Error&) {
      return {std::nullopt, {WithItemsProblem::Kind::list, state.text.begin, state.text.end}};
    }
  }
  return {std::move(state.text), {}};
}

}  // namespace gregale::grammar
