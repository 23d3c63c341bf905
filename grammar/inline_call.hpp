// The small one-line languages of workflows: calls (`std.echo output="<% $.x %>" delay=2`), the one-line
// `retry` (`count=3 delay=1 break-on=<% ... %>`) and engine commands (`fail`, `fail(msg='...')`,
// `fail msg="..."`).
//
// Values are numbers, true, false, null, JSON lists and mappings, text in quotes (a backslash before the
// quote keeps it), and runs of text and expressions without blanks. All places are bytes of the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::grammar {

struct InlineArgument {
  enum class Form {
    data,    // a JSON value; texts inside of lists and mappings may hold expressions
    quoted,  // text in quotes; may hold expressions
    run,     // an expression, or text and expressions without a blank between them
    word,    // bare text without an expression
  };
  std::string name;
  size_t name_begin = 0;
  size_t name_end = 0;
  Form form = Form::word;
  core::Value value;  // of `data` the value, otherwise the text
  size_t begin = 0;   // of the value, within its quotes
  size_t end = 0;
};

// What is wrong in a one-line text. Mistral drops such parts in silence.
struct InlineProblem {
  enum class Kind {
    stray,           // text that is no argument
    unclosed_quote,  // the value's quote does not end
    no_value,        // "name=" and nothing
    no_name,         // the call has no name
    repeated,        // the same argument twice
  };
  Kind kind = Kind::stray;
  size_t begin = 0;
  size_t end = 0;
};

struct InlineCall {
  std::string name;  // may hold an expression; empty for arguments alone
  size_t name_begin = 0;
  size_t name_end = 0;
  bool parentheses = false;  // commands: fail(msg=...)
  std::vector<InlineArgument> arguments;
  std::vector<InlineProblem> problems;

  const InlineArgument* find(std::string_view argument) const noexcept;
};

// "name argument=value ...", as in `action` and `workflow`.
InlineCall parse_inline_call(std::string_view text);
// "argument=value ...", as in `retry`.
InlineCall parse_inline_arguments(std::string_view text);
// "name", "name argument=value ..." or "name(argument=value, ...)", as in transitions.
InlineCall parse_command(std::string_view text);

}  // namespace gregale::grammar
