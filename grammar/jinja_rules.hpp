// PEGTL building blocks of the two Jinja grammars (expressions, templates): rules that make nodes.
//
// Private: included by grammar/jinja_expression.cpp and grammar/jinja.cpp only, so that PEGTL stays out
// of every other compilation.
#pragma once

#include <tao/pegtl.hpp>

#include "grammar/jinja_builder.hpp"

namespace gregale::grammar::jinja {

namespace peg = tao::pegtl;

using Input = peg::memory_input<peg::tracking_mode::lazy, peg::eol::lf, const char*>;

inline size_t offset_of(const Input& in, const Builder& builder) {
  return static_cast<size_t>(in.current() - builder.text().data());
}

// Rules... as a node of [kind] with all that they leave pending.
template <NodeKind kKind, typename... Rules>
struct node {
  using rule_t = node;
  using subs_t = peg::type_list<peg::seq<Rules...>>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    const Builder::Mark mark = builder.mark();
    const size_t begin = offset_of(in, builder);
    if (!Control<peg::seq<Rules...>>::template match<A, peg::rewind_mode::required, Action, Control>(
            in, builder)) {
      builder.rewind(mark);
      return false;
    }
    builder.close(kKind, mark, begin, offset_of(in, builder));
    return true;
  }
};

// As node, but the node that was pending last becomes its first child: for what stands behind an operand.
template <NodeKind kKind, typename... Rules>
struct postfix_node {
  using rule_t = postfix_node;
  using subs_t = peg::type_list<peg::seq<Rules...>>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    const Builder::Mark before = builder.mark();
    if (!Control<peg::seq<Rules...>>::template match<A, peg::rewind_mode::required, Action, Control>(
            in, builder)) {
      builder.rewind(before);
      return false;
    }
    Builder::Mark mark = before;
    --mark.pending;
    builder.close(kKind, mark, begin_of_operand(builder, before), offset_of(in, builder));
    return true;
  }

 private:
  static size_t begin_of_operand(const Builder& builder, const Builder::Mark& before) {
    return builder.begin_of_pending(before.pending - 1);
  }
};

// Matches First; if Rest matches behind it, both together are a node of [kind], otherwise First alone
// stays what it is. (a, or a + b, without reading a twice.)
template <NodeKind kKind, typename First, typename Rest>
struct node_if_more {
  using rule_t = node_if_more;
  using subs_t = peg::type_list<First, Rest>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    const Builder::Mark mark = builder.mark();
    const size_t begin = offset_of(in, builder);
    if (!Control<First>::template match<A, M, Action, Control>(in, builder)) return false;
    if (Control<Rest>::template match<A, peg::rewind_mode::required, Action, Control>(in, builder)) {
      builder.close(kKind, mark, begin, offset_of(in, builder));
    }
    return true;
  }
};

// Counts as one level of nesting.
template <typename Rule>
struct nested {
  using rule_t = nested;
  using subs_t = peg::type_list<Rule>;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    struct Level {
      Builder& builder;
      ~Level() { builder.leave(); }
    };
    builder.enter(offset_of(in, builder));
    Level level{builder};
    return Control<Rule>::template match<A, M, Action, Control>(in, builder);
  }
};

// ---- words

struct wide_space : peg::sor<peg::utf8::one<0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000>,
                             peg::utf8::range<0x2000, 0x200A>> {};
struct space : peg::sor<peg::ranges<'\t', '\r', '\x1c', ' '>, wide_space> {};
struct _ : peg::star<space> {};
struct letter : peg::sor<peg::ranges<'a', 'z', 'A', 'Z', '_'>,
                         peg::seq<peg::not_at<wide_space>, peg::utf8::range<0x80, 0x10FFFF>>> {};
struct name_part : peg::sor<letter, peg::digit> {};
struct name_end : peg::not_at<name_part> {};
template <char... Characters>
struct keyword : peg::seq<peg::string<Characters...>, name_end> {};
// Any name; the word is pushed.
struct name : peg::seq<letter, peg::star<name_part>> {};

// What an expression may be, by place.
enum class Entry {
  expression,          // with "x if y else z"
  tuple,               // a, b
  tuple_no_condition,  // a, b without "if" at its end
  loop_iterable,       // the same, and ends before "recursive"
  target,              // what can be assigned to: a, (b, c)
  arguments,           // (a, b=c)
  filter_chain,        // |f|g behind nothing
};

// Matches at the place of [in] and leaves one pending node (none of them for arguments: one for each).
// Defined in jinja_expression.cpp, so that its rules are compiled once.
bool match_expression(Input& in, Builder& builder, Entry entry);

template <Entry kEntry>
struct embedded {
  using rule_t = embedded;
  using subs_t = peg::empty_list;
  template <peg::apply_mode A, peg::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, Builder& builder) {
    return match_expression(in, builder, kEntry);
  }
};

// ---- errors

// Says what must<Rule> waited for.
template <typename Rule>
inline constexpr const char* kExpected = nullptr;

template <typename Rule>
struct control : peg::normal<Rule> {
  [[noreturn]] static void raise(const Input& in, Builder& builder) {
    const size_t offset = offset_of(in, builder);
    const std::string found = describe(builder.text(), offset);
    const size_t size = found.front() == '\'' ? found.size() - 2 : 0;
    const char* expected = kExpected<Rule>;
    fail(expected == nullptr ? "unexpected " + found : "expected " + std::string(expected) + ", got " + found,
         offset, offset + size);
  }
};

}  // namespace gregale::grammar::jinja
