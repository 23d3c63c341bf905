#include "stdlib/openstack/template_grammar.hpp"

#include <fmt/format.h>

#include <tao/pegtl.hpp>

#include "core/error.hpp"

namespace gregale::stdlib {

namespace {

namespace pegtl = tao::pegtl;

using Pieces = std::vector<std::variant<std::string, Reference>>;

struct segment : pegtl::plus<pegtl::sor<pegtl::alnum, pegtl::one<'_', '-', ':'>>> {};
struct path : pegtl::list<segment, pegtl::one<'.'>> {};
struct variable : path {};
struct keep_null : pegtl::one<'!'> {};
struct drop_falsy : pegtl::one<'?'> {};
struct filter_name : pegtl::identifier {};
struct variable_argument : path {};
struct text_argument : pegtl::star<pegtl::not_one<'\'', '{', '}'>> {};
struct argument
    : pegtl::sor<pegtl::seq<pegtl::one<'\''>, text_argument, pegtl::one<'\''>>, variable_argument> {};
struct filter : pegtl::if_must<pegtl::one<'|'>, filter_name,
                               pegtl::opt<pegtl::one<':'>, pegtl::list<argument, pegtl::one<','>>>> {};
struct open : pegtl::one<'{'> {};
struct close : pegtl::one<'}'> {};
struct reference : pegtl::if_must<open, variable, pegtl::opt<pegtl::sor<keep_null, drop_falsy>>,
                                  pegtl::star<filter>, close> {};
struct open_brace : pegtl::string<'{', '{'> {};
struct close_brace : pegtl::string<'}', '}'> {};
struct literal : pegtl::plus<pegtl::not_one<'{', '}'>> {};
struct text : pegtl::must<pegtl::star<pegtl::sor<literal, open_brace, close_brace, reference>>, pegtl::eof> {
};

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (true) {
    const size_t dot = path.find('.');
    segments.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return segments;
    path.remove_prefix(dot + 1);
  }
}

void append_literal(Pieces& pieces, std::string_view text) {
  if (pieces.empty() || !std::holds_alternative<std::string>(pieces.back())) {
    pieces.emplace_back(std::string());
  }
  std::get<std::string>(pieces.back()).append(text);
}

Reference& last_reference(Pieces& pieces) {
  return std::get<Reference>(pieces.back());
}

template <typename Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<literal> {
  template <typename Input>
  static void apply(const Input& in, Pieces& pieces) {
    append_literal(pieces, in.string_view());
  }
};
template <>
struct action<open_brace> {
  static void apply0(Pieces& pieces) { append_literal(pieces, "{"); }
};
template <>
struct action<close_brace> {
  static void apply0(Pieces& pieces) { append_literal(pieces, "}"); }
};
template <>
struct action<variable> {
  template <typename Input>
  static void apply(const Input& in, Pieces& pieces) {
    pieces.emplace_back(Reference{split_path(in.string_view()), Reference::Empty::drop_null, {}});
  }
};
template <>
struct action<keep_null> {
  static void apply0(Pieces& pieces) { last_reference(pieces).empty = Reference::Empty::keep_null; }
};
template <>
struct action<drop_falsy> {
  static void apply0(Pieces& pieces) { last_reference(pieces).empty = Reference::Empty::drop_falsy; }
};
template <>
struct action<filter_name> {
  template <typename Input>
  static void apply(const Input& in, Pieces& pieces) {
    last_reference(pieces).filters.push_back({in.string(), {}});
  }
};
template <>
struct action<variable_argument> {
  template <typename Input>
  static void apply(const Input& in, Pieces& pieces) {
    last_reference(pieces).filters.back().arguments.push_back({split_path(in.string_view()), {}});
  }
};
template <>
struct action<text_argument> {
  template <typename Input>
  static void apply(const Input& in, Pieces& pieces) {
    last_reference(pieces).filters.back().arguments.push_back({{}, in.string()});
  }
};

}  // namespace

std::vector<std::variant<std::string, Reference>> parse_template_text(const std::string& source) {
  Pieces pieces;
  pegtl::memory_input<> input(source, "template");
  try {
    pegtl::parse<text, action>(input, pieces);
  } catch (const pegtl::parse_error& mistake) {
    throw core::Error(core::ErrorKind::invalid, fmt::format("The template `{}` is wrong at character {}",
                                                            source, mistake.positions().front().column));
  }
  return pieces;
}

}  // namespace gregale::stdlib
