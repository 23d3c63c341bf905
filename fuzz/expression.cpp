// Texts with YAQL and Jinja expressions: mistakes lie in the text, and what parses is stored and read back.
#include "grammar/expression.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale::grammar;
  const ParsedText parsed = parse_text(std::string_view(reinterpret_cast<const char*>(data), size));
  for (const SyntaxError& error : parsed.errors) {
    if (error.begin > error.end || error.end > size) std::abort();
  }
  return 0;
}
