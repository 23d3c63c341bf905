// Jinja alone: each text both as the inside of {{ }} and as a template.
#include "grammar/jinja.hpp"

#include <cstdint>
#include <cstdlib>
#include <variant>

namespace {

using namespace gregale::grammar;

void check(const std::variant<Tree, SyntaxError>& parsed, size_t size) {
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
    if (error->begin > error->end || error->end > size) std::abort();
    return;
  }
  const Tree& tree = std::get<Tree>(parsed);
  for (size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& node = tree.nodes[i];
    if (node.begin > node.end || node.end > size) std::abort();
    for (uint32_t child : node.children) {
      if (child >= i) std::abort();  // children stand before their parent
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(parse_jinja_expression(text), size);
  check(parse_jinja_template(text), size);
  return 0;
}
