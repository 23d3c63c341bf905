// YAQL alone: the inside of <% %>.
#include "grammar/yaql.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale::grammar;
  const auto parsed = parse_yaql(std::string_view(reinterpret_cast<const char*>(data), size));
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) {
    if (error->begin > error->end || error->end > size) std::abort();
    return 0;
  }
  const Tree& tree = std::get<Tree>(parsed);
  for (size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& node = tree.nodes[i];
    if (node.begin > node.end || node.end > size) std::abort();
    for (uint32_t child : node.children) {
      if (child >= i) std::abort();  // children stand before their parent
    }
  }
  return 0;
}
