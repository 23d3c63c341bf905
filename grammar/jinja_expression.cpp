// The grammar of Jinja's expressions.
//
// Precedence, loosest first: if-else, or, and, not, comparisons, + -, ~, * / // %, ** (left-associative),
// unary + -, then .name [item] (arguments), then |filter and "is test". A filter or test belongs to the
// unary expression on its left.
#include "grammar/jinja_rules.hpp"

namespace gregale::grammar::jinja {

namespace {

using core::Value;
using peg::at;
using peg::must;
using peg::not_at;
using peg::one;
using peg::opt;
using peg::plus;
using peg::seq;
using peg::sor;
using peg::star;

struct condition;  // the whole of an expression
struct expression : nested<condition> {};
struct operand_expression : expression {};  // where one must stand

template <typename Rule>
struct token : seq<_, Rule> {};
template <char C>
struct sign : token<one<C>> {};

// ---- literals

struct digits : seq<star<seq<plus<peg::digit>, one<'_'>, at<peg::digit>>>, plus<peg::digit>> {};
struct exponent : seq<one<'e', 'E'>, opt<one<'+', '-'>>, digits> {};
struct fraction : seq<one<'.'>, digits> {};
struct float_literal : seq<digits, sor<seq<opt<fraction>, exponent>, fraction>> {};
template <char Small, char Big, typename Digit>
struct based : seq<one<'0'>, one<Small, Big>, plus<seq<opt<one<'_'>>, Digit>>> {};
struct decimal : sor<seq<peg::range<'1', '9'>, star<seq<opt<one<'_'>>, peg::digit>>>,
                     seq<one<'0'>, star<seq<opt<one<'_'>>, one<'0'>>>>> {};
struct integer_literal : sor<based<'b', 'B', one<'0', '1'>>, based<'o', 'O', peg::range<'0', '7'>>,
                             based<'x', 'X', peg::xdigit>, decimal> {};
template <char Quote>
struct quoted : seq<one<Quote>, peg::until<one<Quote>, sor<seq<one<'\\'>, peg::any>, peg::any>>> {};
struct string_part : sor<quoted<'\''>, quoted<'"'>> {};
struct true_word : sor<keyword<'t', 'r', 'u', 'e'>, keyword<'T', 'r', 'u', 'e'>> {};
struct false_word : sor<keyword<'f', 'a', 'l', 's', 'e'>, keyword<'F', 'a', 'l', 's', 'e'>> {};
struct none_word : sor<keyword<'n', 'o', 'n', 'e'>, keyword<'N', 'o', 'n', 'e'>> {};
struct name_leaf : seq<name> {};

// Literals that stand side by side are one text.
struct string_literal {
  using rule_t = string_literal;
  using subs_t = peg::type_list<string_part, _>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    const size_t begin = offset_of(in, builder);
    size_t end = begin;
    std::string text;
    while (true) {
      auto before = in.template mark<peg::rewind_mode::required>();  // goes back unless told
      if (end != begin && !peg::match<_, A, M, Action, Control>(in, builder)) break;
      const size_t from = offset_of(in, builder);
      if (in.empty() || (in.peek_char() != '\'' && in.peek_char() != '"')) break;
      if (!peg::match<string_part, A, M, Action, Control>(in, builder)) {
        fail("the text has no end: a quote is missing", from, builder.text().size());
      }
      end = offset_of(in, builder);
      text += decode_string(builder.text().substr(from + 1, end - from - 2), from + 1);
      if (!before(true)) break;
    }
    if (end == begin) return false;
    builder.push_leaf(NodeKind::constant, begin, end, Value(std::move(text)));
    return true;
  }
};

// ---- primary

struct comma : sign<','> {};
struct close_round : sign<')'> {};
struct close_square : sign<']'> {};
struct close_curly : sign<'}'> {};
struct colon : sign<':'> {};

template <typename Item>
struct more_items : seq<star<seq<comma, _, Item>>, opt<comma>> {};
struct list_literal
    : node<NodeKind::list, one<'['>, _, opt<seq<expression, more_items<expression>>>, must<close_square>> {};
struct map_pair : seq<expression, must<colon>, _, must<operand_expression>> {};
struct map_literal
    : node<NodeKind::map, one<'{'>, _, opt<seq<map_pair, more_items<map_pair>>>, must<close_curly>> {};
// Behind the first item: a comma makes it a tuple, even if nothing follows.
template <typename Item>
struct tuple_rest : seq<comma, opt<seq<_, Item, star<seq<comma, _, Item>>, opt<comma>>>> {};
struct tuple_with_condition : node_if_more<NodeKind::jinja_tuple, expression, tuple_rest<expression>> {};
struct empty_tuple : node<NodeKind::jinja_tuple, peg::success> {};
struct parenthesized
    : seq<one<'('>, _, sor<tuple_with_condition, seq<at<one<')'>>, empty_tuple>>, must<close_round>> {};
struct primary : sor<parenthesized, list_literal, map_literal, string_literal, float_literal, integer_literal,
                     true_word, false_word, none_word, name_leaf> {};

// ---- behind a primary

struct named_start : seq<name, _, one<'='>, not_at<one<'='>>> {};
struct named_argument
    : node<NodeKind::keyword_argument, at<named_start>, name, _, one<'='>, _, must<operand_expression>> {};
struct double_star_argument : node<NodeKind::jinja_double_star, peg::two<'*'>, _, must<operand_expression>> {
};
struct star_argument : node<NodeKind::jinja_star, one<'*'>, _, must<operand_expression>> {};
struct argument : sor<double_star_argument, star_argument, named_argument, expression> {};
struct arguments : seq<one<'('>, _, opt<seq<argument, more_items<argument>>>, must<close_round>> {};

struct attribute_integer : integer_literal {};
struct attribute_name : name {};
struct dotted : seq<one<'.'>, not_at<one<'.'>>, _> {};
struct attribute : postfix_node<NodeKind::jinja_attribute, dotted, attribute_name> {};
struct attribute_item : postfix_node<NodeKind::index, dotted, attribute_integer> {};
struct attribute_expected : seq<dotted, must<attribute_name>> {};

struct no_bound : peg::success {};
struct bound : sor<expression, no_bound> {};
struct slice_rest : seq<colon, _, bound, sor<seq<colon, _, bound>, no_bound>> {};
struct open_slice : node<NodeKind::jinja_slice, at<one<':'>>, no_bound, slice_rest> {};
struct subscript : sor<open_slice, node_if_more<NodeKind::jinja_slice, expression, slice_rest>> {};
struct subscript_tuple : node_if_more<NodeKind::jinja_tuple, subscript, plus<seq<comma, _, subscript>>> {};
// Nothing is an empty tuple here, too.
struct subscripts
    : postfix_node<NodeKind::index, one<'['>, _, sor<seq<at<one<']'>>, empty_tuple>, must<subscript_tuple>>,
                   must<close_square>> {};
struct call : postfix_node<NodeKind::call, arguments> {};
struct postfix : star<seq<_, sor<attribute, attribute_item, attribute_expected, subscripts, call>>> {};

// ---- filters and tests

struct filter_name : name {};
struct dotted_name : seq<filter_name, star<seq<_, one<'.'>, _, must<filter_name>>>> {};
struct filter_body : seq<must<dotted_name>, opt<seq<_, arguments>>> {};
struct filter : postfix_node<NodeKind::jinja_filter, one<'|'>, _, filter_body> {};

struct is_word : keyword<'i', 's'> {};
struct not_word : keyword<'n', 'o', 't'> {};
struct in_word : keyword<'i', 'n'> {};
struct if_word : keyword<'i', 'f'> {};
struct else_word : keyword<'e', 'l', 's', 'e'> {};
struct or_word : keyword<'o', 'r'> {};
struct and_word : keyword<'a', 'n', 'd'> {};
struct no_second_test : not_at<is_word> {};
struct bare_argument : seq<not_at<sor<else_word, or_word, and_word>>, not_at<one<'('>>, must<no_second_test>,
                           primary, postfix> {};
struct test_body : seq<must<dotted_name>, opt<seq<_, sor<arguments, bare_argument>>>> {};
struct plain_test : postfix_node<NodeKind::jinja_test, is_word, _, test_body> {};
// "x is not t" is not (x is t).
struct negated_test {
  using rule_t = negated_test;
  using subs_t = peg::type_list<seq<is_word, _, not_word, _, test_body>>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    using test = postfix_node<NodeKind::jinja_test, is_word, _, not_word, _, test_body>;
    Builder::Mark mark = builder.mark();
    if (!Control<test>::template match<A, peg::rewind_mode::required, Action, Control>(in, builder)) {
      return false;
    }
    --mark.pending;
    builder.push_word(Value("not"));
    builder.close(NodeKind::unary, mark, builder.begin_of_pending(mark.pending), offset_of(in, builder));
    return true;
  }
};
struct filters_and_tests : star<seq<_, sor<filter, negated_test, plain_test, call>>> {};

// ---- operators

struct unary_sign : seq<one<'-', '+'>> {};
struct signed_operand;
struct unary_operation : node<NodeKind::unary, unary_sign, _, must<signed_operand>> {};
struct signed_operand : nested<seq<sor<unary_operation, primary>, postfix>> {};
struct unary : seq<signed_operand, filters_and_tests> {};

// Operand (operator Operand)*, left-associative.
template <typename Operand, typename Operator>
struct left_chain : seq<Operand, star<postfix_node<NodeKind::binary, _, Operator, _, must<Operand>>>> {};

// A sign that belongs to the end of the tag is no operator.
struct tag_end : sor<peg::string<'}', '}'>, peg::string<'%', '}'>> {};
struct power_sign : peg::two<'*'> {};
struct multiply_sign
    : sor<peg::two<'/'>, seq<one<'*'>, not_at<one<'*'>>>, one<'/'>, seq<one<'%'>, not_at<one<'}'>>>> {};
struct concat_sign : one<'~'> {};
struct add_sign : seq<one<'+', '-'>, not_at<tag_end>> {};

struct power : left_chain<unary, power_sign> {};
struct multiply : left_chain<power, multiply_sign> {};
struct concat : left_chain<multiply, concat_sign> {};
struct add : left_chain<concat, add_sign> {};

struct compare_sign : sor<peg::string<'=', '='>, peg::string<'!', '='>, peg::string<'<', '='>,
                          peg::string<'>', '='>, one<'<', '>'>, in_word> {};
struct not_in_sign : seq<not_word, _, in_word> {};
struct comparisons : plus<seq<_, sor<compare_sign, not_in_sign>, _, must<add>>> {};
struct compare : node_if_more<NodeKind::jinja_compare, add, comparisons> {};

struct not_sign : not_word {};
struct negation;
struct negation_node : node<NodeKind::unary, not_sign, _, must<negation>> {};
struct negation : nested<sor<negation_node, compare>> {};

struct and_sign : and_word {};
struct or_sign : or_word {};
struct conjunction : left_chain<negation, and_sign> {};
struct disjunction : left_chain<conjunction, or_sign> {};

struct else_branch : seq<_, else_word, _, must<operand_expression>> {};
struct condition
    : seq<disjunction,
          star<postfix_node<NodeKind::jinja_condition, _, if_word, _, must<disjunction>, opt<else_branch>>>> {
};

// ---- entries

struct tuple_entry : must<tuple_with_condition> {};
struct plain_disjunction : nested<disjunction> {};
struct tuple_without_condition
    : node_if_more<NodeKind::jinja_tuple, plain_disjunction, tuple_rest<plain_disjunction>> {};
struct recursive_word : keyword<'r', 'e', 'c', 'u', 'r', 's', 'i', 'v', 'e'> {};
struct loop_item : seq<not_at<recursive_word>, plain_disjunction> {};
struct loop_iterable : node_if_more<NodeKind::jinja_tuple, plain_disjunction, tuple_rest<loop_item>> {};
struct constant_word : sor<true_word, false_word, none_word> {};
struct target;
struct target_name : seq<not_at<constant_word>, not_at<in_word>, name_leaf> {};
struct target_group : seq<one<'('>, _, nested<target>, must<close_round>> {};
struct target_item : sor<target_group, target_name> {};
struct target : node_if_more<NodeKind::jinja_tuple, target_item, tuple_rest<target_item>> {};
// Without parentheses something must follow a comma.
struct bare_target : node_if_more<NodeKind::jinja_tuple, target_item, plus<seq<comma, _, target_item>>> {};

// The operand of the first filter is the text of the block that the chain belongs to.
struct block_text : peg::success {};
struct first_filter : node<NodeKind::jinja_filter, block_text, filter_body> {};
struct filter_chain : seq<first_filter, star<seq<_, filter>>> {};

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
struct action<attribute_name> : PushWord {};
template <>
struct action<filter_name> : PushWord {};
template <>
struct action<unary_sign> : PushWord {};
template <>
struct action<power_sign> : PushWord {};
template <>
struct action<multiply_sign> : PushWord {};
template <>
struct action<concat_sign> : PushWord {};
template <>
struct action<add_sign> : PushWord {};
template <>
struct action<compare_sign> : PushWord {};
template <>
struct action<not_sign> : PushWord {};
template <>
struct action<and_sign> : PushWord {};
template <>
struct action<or_sign> : PushWord {};
template <>
struct action<not_in_sign> {
  template <typename ActionInput>
  static void apply(const ActionInput&, Builder& builder) {
    builder.push_word(Value("not in"));
  }
};

// Leaves: value from the matched text.
template <typename ActionInput, typename MakeValue>
void leaf(const ActionInput& in, Builder& builder, NodeKind kind, MakeValue make_value) {
  const auto begin = static_cast<size_t>(in.begin() - builder.text().data());
  builder.push_leaf(kind, begin, begin + in.size(), make_value(in.string_view()));
}
template <>
struct action<float_literal> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::constant, decode_float);
  }
};
template <>
struct action<integer_literal> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::constant, decode_integer);
  }
};
template <>
struct action<attribute_integer> : action<integer_literal> {};
template <>
struct action<true_word> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::constant, [](std::string_view) { return Value(true); });
  }
};
template <>
struct action<false_word> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::constant, [](std::string_view) { return Value(false); });
  }
};
template <>
struct action<none_word> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::constant, [](std::string_view) { return Value(); });
  }
};
template <>
struct action<no_bound> : action<none_word> {};
template <>
struct action<block_text> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    leaf(in, builder, NodeKind::jinja_body, [](std::string_view) { return Value(); });
  }
};
template <>
struct action<name_leaf> {
  template <typename ActionInput>
  static void apply(const ActionInput& in, Builder& builder) {
    builder.pop_word();  // the name's own action left it
    leaf(in, builder, NodeKind::jinja_name, [](std::string_view text) { return Value(text); });
  }
};

template <typename Rule>
bool run(Input& in, Builder& builder) {
  return peg::match<Rule, peg::apply_mode::action, peg::rewind_mode::required, action, control>(in, builder);
}

}  // namespace

template <>
inline constexpr const char* kExpected<close_round> = "',' or ')'";
template <>
inline constexpr const char* kExpected<close_square> = "',' or ']'";
template <>
inline constexpr const char* kExpected<close_curly> = "',' or '}'";
template <>
inline constexpr const char* kExpected<colon> = "':'";
template <>
inline constexpr const char* kExpected<attribute_name> = "a name or a number";
template <>
inline constexpr const char* kExpected<filter_name> = "a name";
template <>
inline constexpr const char* kExpected<dotted_name> = "a name";
template <>
inline constexpr const char* kExpected<subscript_tuple> = "a subscript";
template <>
inline constexpr const char* kExpected<no_second_test> = "one test (tests cannot be chained)";
template <>
inline constexpr const char* kExpected<operand_expression> = "an expression";
template <>
inline constexpr const char* kExpected<tuple_with_condition> = "an expression";
template <>
inline constexpr const char* kExpected<signed_operand> = "an operand";
template <>
inline constexpr const char* kExpected<unary> = "an operand";
template <>
inline constexpr const char* kExpected<power> = "an operand";
template <>
inline constexpr const char* kExpected<multiply> = "an operand";
template <>
inline constexpr const char* kExpected<concat> = "an operand";
template <>
inline constexpr const char* kExpected<add> = "an operand";
template <>
inline constexpr const char* kExpected<negation> = "an operand";
template <>
inline constexpr const char* kExpected<conjunction> = "an operand";
template <>
inline constexpr const char* kExpected<disjunction> = "an operand";

bool match_expression(Input& in, Builder& builder, Entry entry) {
  switch (entry) {
    case Entry::expression:
      return run<must<operand_expression>>(in, builder);
    case Entry::tuple:
      return run<tuple_entry>(in, builder);
    case Entry::tuple_no_condition:
      return run<must<tuple_without_condition>>(in, builder);
    case Entry::loop_iterable:
      return run<must<loop_iterable>>(in, builder);
    case Entry::target:
      return run<must<bare_target>>(in, builder);
    case Entry::arguments:
      return run<arguments>(in, builder);
    case Entry::filter_chain:
      return run<filter_chain>(in, builder);
  }
  return false;
}

}  // namespace gregale::grammar::jinja
