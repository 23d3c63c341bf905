// The grammar of Jinja's templates: text, {{ }}, {% %} and {# #}.
//
// Whitespace around tags is settled here, as trim_blocks and lstrip_blocks want it: the end of a tag takes
// what it removes behind it; the text before a tag looks at the tag's sign.
#include "grammar/jinja.hpp"

#include "grammar/jinja_rules.hpp"

namespace gregale::grammar {

namespace jinja {

namespace {

using core::Value;
using peg::at;
using peg::eof;
using peg::must;
using peg::not_at;
using peg::one;
using peg::opt;
using peg::seq;
using peg::sor;
using peg::star;
using peg::string;
using peg::until;

using Expression = embedded<Entry::expression>;
using Tuple = embedded<Entry::tuple>;
using TupleWithoutCondition = embedded<Entry::tuple_no_condition>;
using LoopIterable = embedded<Entry::loop_iterable>;
using Target = embedded<Entry::target>;
using FilterChain = embedded<Entry::filter_chain>;

// ---- tags

struct line_break : sor<string<'\r', '\n'>, one<'\r', '\n'>> {};
struct tag_sign : opt<one<'-', '+'>> {};
struct block_open : string<'{', '%'> {};
struct variable_open : string<'{', '{'> {};
struct comment_open : string<'{', '#'> {};
struct block_close_text
    : sor<seq<string<'-', '%', '}'>, _>, string<'+', '%', '}'>, seq<string<'%', '}'>, opt<line_break>>> {};
struct block_close : seq<_, block_close_text> {};
struct variable_close : seq<_, sor<seq<string<'-', '}', '}'>, _>, string<'}', '}'>>> {};
struct comment_close
    : sor<seq<string<'-', '#', '}'>, _>, string<'+', '#', '}'>, seq<string<'#', '}'>, opt<line_break>>> {};

struct tag : seq<block_open, tag_sign, _> {};
struct name_leaf : seq<name> {};
struct assign : seq<_, one<'='>, not_at<one<'='>>, _> {};
struct equals : assign {};

// ---- parts that are not statements

struct text : peg::plus<not_at<sor<block_open, variable_open, comment_open>>, peg::any> {};
struct comment_end : until<comment_close> {};
struct comment : seq<comment_open, must<comment_end>> {};
struct output : node<NodeKind::jinja_output, variable_open, tag_sign, _, Tuple, must<variable_close>> {};
struct raw_open : seq<tag, string<'r', 'a', 'w'>, _, sor<seq<string<'-', '%', '}'>, _>, string<'%', '}'>>> {};
struct raw_close : seq<tag, string<'e', 'n', 'd', 'r', 'a', 'w'>, _, block_close_text> {};
struct raw_text : until<at<raw_close>> {};
struct raw : seq<raw_open, must<raw_text>, raw_close> {};

// ---- statements

struct part;
struct body : node<NodeKind::jinja_body, star<part>> {};
// What stands between the head of a statement and its body.
struct head_end : seq<_, opt<one<':'>>, block_close> {};
struct tag_end : block_close {};
template <char... Word>
struct word : keyword<Word...> {};
template <typename Word>
struct middle : seq<tag, Word> {};
template <typename Word>
struct end_tag : seq<tag, Word> {};
template <typename EndWord>
struct block_body : seq<must<head_end>, body, must<end_tag<EndWord>>> {};

using Elif = word<'e', 'l', 'i', 'f'>;
using Else = word<'e', 'l', 's', 'e'>;
using Endif = word<'e', 'n', 'd', 'i', 'f'>;
using Endfor = word<'e', 'n', 'd', 'f', 'o', 'r'>;
using Endset = word<'e', 'n', 'd', 's', 'e', 't'>;
using Endwith = word<'e', 'n', 'd', 'w', 'i', 't', 'h'>;
using Endmacro = word<'e', 'n', 'd', 'm', 'a', 'c', 'r', 'o'>;
using Endcall = word<'e', 'n', 'd', 'c', 'a', 'l', 'l'>;
using Endfilter = word<'e', 'n', 'd', 'f', 'i', 'l', 't', 'e', 'r'>;
using Endblock = word<'e', 'n', 'd', 'b', 'l', 'o', 'c', 'k'>;
using Endautoescape = word<'e', 'n', 'd', 'a', 'u', 't', 'o', 'e', 's', 'c', 'a', 'p', 'e'>;
struct closing_word
    : sor<Elif, Else, Endif, Endfor, Endset, Endwith, Endmacro, Endcall, Endfilter, Endblock, Endautoescape> {
};

struct if_statement : node<NodeKind::jinja_if, word<'i', 'f'>, _, TupleWithoutCondition, must<head_end>, body,
                           star<seq<middle<Elif>, _, TupleWithoutCondition, must<head_end>, body>>,
                           opt<seq<middle<Else>, must<head_end>, body>>, must<end_tag<Endif>>> {};

struct in_word : word<'i', 'n'> {};
struct filter_flag : word<'i', 'f'> {};
struct recursive_flag : word<'r', 'e', 'c', 'u', 'r', 's', 'i', 'v', 'e'> {};
struct else_flag : Else {};
struct for_statement
    : node<NodeKind::jinja_for, word<'f', 'o', 'r'>, _, Target, _, must<in_word>, _, LoopIterable, _,
           opt<seq<filter_flag, _, Expression, _>>, opt<recursive_flag>, must<head_end>, body,
           opt<seq<middle<else_flag>, must<head_end>, body>>, must<end_tag<Endfor>>> {};

struct set_word : word<'s', 'e', 't'> {};
struct member_word : name {};
struct namespace_member : node<NodeKind::jinja_attribute, at<seq<name, _, one<'.'>>>, name_leaf, _, one<'.'>,
                               _, must<member_word>> {};
struct set_target : sor<namespace_member, Target> {};
struct set_value : node<NodeKind::jinja_set, set_word, _, set_target, assign, Tuple> {};
struct set_block : node<NodeKind::jinja_set_block, set_word, _, set_target,
                        opt<seq<_, one<'|'>, _, FilterChain>>, block_body<Endset>> {};

struct with_assignment : seq<Target, must<equals>, Expression> {};
struct with_assignments : seq<not_at<head_end>, with_assignment, star<seq<_, one<','>, _, with_assignment>>> {
};
struct with_statement
    : node<NodeKind::jinja_with, word<'w', 'i', 't', 'h'>, _, opt<with_assignments>, block_body<Endwith>> {};

struct parameter_name
    : seq<not_at<sor<word<'t', 'r', 'u', 'e'>, word<'T', 'r', 'u', 'e'>, word<'f', 'a', 'l', 's', 'e'>,
                     word<'F', 'a', 'l', 's', 'e'>, word<'n', 'o', 'n', 'e'>, word<'N', 'o', 'n', 'e'>>>,
          name> {};
struct parameter : node<NodeKind::jinja_parameter, parameter_name, opt<seq<assign, Expression>>> {};
struct close_parameters : seq<_, one<')'>> {};
struct more_parameters : star<seq<_, one<','>, _, must<parameter>>> {};
struct signature : seq<one<'('>, _, opt<seq<parameter, more_parameters>>, must<close_parameters>> {};
struct macro_statement : node<NodeKind::jinja_macro, word<'m', 'a', 'c', 'r', 'o'>, _, must<parameter_name>,
                              _, must<signature>, block_body<Endmacro>> {};
struct call_statement : node<NodeKind::jinja_call_block, word<'c', 'a', 'l', 'l'>, _, opt<signature>, _,
                             Expression, block_body<Endcall>> {};

struct filter_statement : node<NodeKind::jinja_filter_block, word<'f', 'i', 'l', 't', 'e', 'r'>, _,
                               FilterChain, block_body<Endfilter>> {};
struct end_block_name : seq<_, not_at<one<'-', '+', '%'>>, peg::plus<name_part>> {};
struct block_name : name {};
struct scoped_flag : opt<seq<_, word<'s', 'c', 'o', 'p', 'e', 'd'>>> {};
struct required_flag : seq<_, word<'r', 'e', 'q', 'u', 'i', 'r', 'e', 'd'>> {};
struct block_head : seq<word<'b', 'l', 'o', 'c', 'k'>, _, must<block_name>, scoped_flag> {};
struct block_tail : seq<block_body<Endblock>, opt<end_block_name>> {};
struct required_block_statement
    : node<NodeKind::jinja_required_block, block_head, required_flag, block_tail> {};
struct block_statement : node<NodeKind::jinja_block, block_head, block_tail> {};
struct autoescape_statement
    : node<NodeKind::jinja_autoescape, word<'a', 'u', 't', 'o', 'e', 's', 'c', 'a', 'p', 'e'>, _, Expression,
           block_body<Endautoescape>> {};

struct print_item : node<NodeKind::jinja_output, Expression> {};
struct print_statement
    : seq<word<'p', 'r', 'i', 'n', 't'>, _, print_item, star<seq<_, one<','>, _, print_item>>> {};

// ---- statements that need a loader: read, so that their mistakes are told

struct context_words : seq<_, sor<word<'w', 'i', 't', 'h'>, word<'w', 'i', 't', 'h', 'o', 'u', 't'>>, _,
                           word<'c', 'o', 'n', 't', 'e', 'x', 't'>> {};
struct include_word : word<'i', 'n', 'c', 'l', 'u', 'd', 'e'> {};
struct ignore_missing
    : seq<_, word<'i', 'g', 'n', 'o', 'r', 'e'>, _, word<'m', 'i', 's', 's', 'i', 'n', 'g'>> {};
struct include_statement
    : node<NodeKind::jinja_load, include_word, _, Expression, opt<ignore_missing>, opt<context_words>> {};
struct import_word : word<'i', 'm', 'p', 'o', 'r', 't'> {};
struct as_word : word<'a', 's'> {};
struct bare_name : seq<letter, star<name_part>> {};
struct as_name : seq<_, as_word, _, must<bare_name>> {};
struct import_statement
    : node<NodeKind::jinja_load, import_word, _, Expression, must<as_name>, opt<context_words>> {};
struct from_word : word<'f', 'r', 'o', 'm'> {};
struct imported_name : seq<not_at<one<'_'>>, bare_name> {};
struct imported : seq<not_at<context_words>, must<imported_name>, opt<as_name>> {};
struct from_import : seq<_, word<'i', 'm', 'p', 'o', 'r', 't'>> {};
struct from_statement : node<NodeKind::jinja_load, from_word, _, Expression, must<from_import>, _, imported,
                             star<seq<_, one<','>, _, imported>>, opt<one<','>>, opt<context_words>> {};
struct extends_word : word<'e', 'x', 't', 'e', 'n', 'd', 's'> {};
struct extends_statement : node<NodeKind::jinja_load, extends_word, _, Expression> {};

struct known_statement
    : sor<if_statement, for_statement, set_value, set_block, with_statement, macro_statement, call_statement,
          filter_statement, required_block_statement, block_statement, autoescape_statement, print_statement,
          include_statement, import_statement, from_statement, extends_statement> {};
struct statement : seq<not_at<seq<tag, closing_word>>, tag, must<known_statement>, must<tag_end>> {};
struct part : nested<sor<text, raw, comment, output, statement>> {};

struct template_end : eof {};
struct whole_template : seq<node<NodeKind::jinja_template, star<part>>, must<template_end>> {};
struct expression_end : seq<_, eof> {};
struct whole_expression : seq<_, Expression, must<expression_end>> {};

// ---- actions

template <typename Rule>
struct action : peg::nothing<Rule> {};

struct PushWord {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.push_word(Value(in.string_view()));
  }
};
template <>
struct action<name> : PushWord {};
template <>
struct action<member_word> : PushWord {};
template <>
struct action<block_name> : PushWord {};
template <>
struct action<recursive_flag> : PushWord {};
template <>
struct action<else_flag> : PushWord {};
template <>
struct action<include_word> : PushWord {};
template <>
struct action<import_word> : PushWord {};
template <>
struct action<from_word> : PushWord {};
template <>
struct action<extends_word> : PushWord {};
template <>
struct action<filter_flag> {
  template <typename ActionInput>
  static void apply(const ActionInput&, Builder& builder) {
    builder.push_word(Value("filter"));
  }
};
template <>
struct action<name_leaf> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.pop_word();
    const auto begin = static_cast<size_t>(in.begin() - builder.text().data());
    builder.push_leaf(NodeKind::jinja_name, begin, begin + in.size(), Value(in.string_view()));
  }
};

// Text before a tag (or the end): what the tag's sign and lstrip_blocks leave of it.
std::string_view strip_before_tag(std::string_view whole, size_t begin, size_t end) {
  const std::string_view text = whole.substr(begin, end - begin);
  const std::string_view tag_text = whole.substr(end, 3);
  if (tag_text.size() == 3 && tag_text[2] == '-') return strip_right(text);
  if (tag_text.size() < 2 || tag_text[1] == '{' || (tag_text.size() == 3 && tag_text[2] == '+')) {
    return text;
  }
  const std::string_view without_blanks = strip_right(text);
  const size_t line_break = text.find_last_of("\r\n");
  const size_t line_start = line_break == std::string_view::npos ? 0 : line_break + 1;
  const bool at_line_start =
      line_start > 0 || begin == 0 || whole[begin - 1] == '\n' || whole[begin - 1] == '\r';
  return at_line_start && without_blanks.size() <= line_start ? text.substr(0, line_start) : text;
}

void push_text(Builder& builder, size_t begin, size_t end) {
  const std::string_view kept = strip_before_tag(builder.text(), begin, end);
  if (kept.empty()) return;
  builder.push_leaf(NodeKind::jinja_text, begin, begin + kept.size(), Value(normalize_line_breaks(kept)));
}
struct PushText {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    const auto begin = static_cast<size_t>(in.begin() - builder.text().data());
    push_text(builder, begin, begin + in.size());
  }
};
template <>
struct action<text> : PushText {};
template <>
struct action<raw_text> : PushText {};

// One line break at the end of a template is not part of it.
std::string_view without_last_line_break(std::string_view text) {
  if (text.ends_with("\r\n")) return text.substr(0, text.size() - 2);
  if (text.ends_with('\n') || text.ends_with('\r')) return text.substr(0, text.size() - 1);
  return text;
}

template <typename Rule>
std::variant<Tree, SyntaxError> parse(std::string_view text) {
  text = without_last_line_break(text);
  Builder builder(text);
  Input in(text.data(), text.data() + text.size(), "");
  try {
    if (!peg::match<Rule, peg::apply_mode::action, peg::rewind_mode::required, action, control>(in,
                                                                                                builder)) {
      return SyntaxError{"not an expression", 0, text.size()};
    }
    return builder.take();
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace

template <>
inline constexpr const char* kExpected<comment_end> = "the end of the comment, #}";
template <>
inline constexpr const char* kExpected<raw_text> = "{% endraw %}";
template <>
inline constexpr const char* kExpected<variable_close> = "'}}'";
template <>
inline constexpr const char* kExpected<head_end> = "'%}'";
template <>
inline constexpr const char* kExpected<tag_end> = "'%}'";
template <>
inline constexpr const char* kExpected<in_word> = "'in'";
template <>
inline constexpr const char* kExpected<equals> = "'='";
template <>
inline constexpr const char* kExpected<signature> = "'('";
template <>
inline constexpr const char* kExpected<close_parameters> = "',' or ')'";
template <>
inline constexpr const char* kExpected<parameter> = "the name of a parameter";
template <>
inline constexpr const char* kExpected<parameter_name> = "a name";
template <>
inline constexpr const char* kExpected<member_word> = "a name";
template <>
inline constexpr const char* kExpected<block_name> = "a name";
template <>
inline constexpr const char* kExpected<bare_name> = "a name";
template <>
inline constexpr const char* kExpected<imported_name> = "a name that does not begin with '_'";
template <>
inline constexpr const char* kExpected<as_name> = "'as' and a name";
template <>
inline constexpr const char* kExpected<from_import> = "'import'";
template <>
inline constexpr const char* kExpected<known_statement> =
    "a tag that Jinja knows (if, for, set, with, macro, call, filter, block, raw, autoescape, print)";
template <>
inline constexpr const char* kExpected<end_tag<Endif>> = "{% endif %}";
template <>
inline constexpr const char* kExpected<end_tag<Endfor>> = "{% endfor %}";
template <>
inline constexpr const char* kExpected<end_tag<Endset>> = "{% endset %}";
template <>
inline constexpr const char* kExpected<end_tag<Endwith>> = "{% endwith %}";
template <>
inline constexpr const char* kExpected<end_tag<Endmacro>> = "{% endmacro %}";
template <>
inline constexpr const char* kExpected<end_tag<Endcall>> = "{% endcall %}";
template <>
inline constexpr const char* kExpected<end_tag<Endfilter>> = "{% endfilter %}";
template <>
inline constexpr const char* kExpected<end_tag<Endblock>> = "{% endblock %}";
template <>
inline constexpr const char* kExpected<end_tag<Endautoescape>> = "{% endautoescape %}";
template <>
inline constexpr const char* kExpected<template_end> = "the end of the text";
template <>
inline constexpr const char* kExpected<expression_end> = "an operator or the end of the expression";

}  // namespace jinja

std::variant<Tree, SyntaxError> parse_jinja_expression(std::string_view text) {
  return jinja::parse<jinja::whole_expression>(text);
}

std::variant<Tree, SyntaxError> parse_jinja_template(std::string_view text) {
  return jinja::parse<jinja::whole_template>(text);
}

}  // namespace gregale::grammar
