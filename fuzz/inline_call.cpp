// One-line calls, commands and with-items: every place that they give lies in the text.
#include "grammar/inline_call.hpp"

#include <cstdint>
#include <cstdlib>

#include "grammar/with_items.hpp"

namespace {

void check(const gregale::grammar::InlineCall& call, size_t size) {
  for (const auto& argument : call.arguments) {
    if (argument.begin > argument.end || argument.end > size || argument.name_end > size) std::abort();
  }
  for (const auto& problem : call.problems) {
    if (problem.begin > problem.end || problem.end > size) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale::grammar;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(parse_inline_call(text), size);
  check(parse_inline_arguments(text), size);
  check(parse_command(text), size);
  const ParsedWithItems items = parse_with_items(text);
  if (items.items && items.items->end > size) std::abort();
  return 0;
}
