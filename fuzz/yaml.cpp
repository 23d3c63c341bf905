// The YAML front end: any bytes, and the place of every byte of every scalar.
#include "grammar/yaml.hpp"

namespace {

void visit(const gregale::grammar::YamlNode& node) {
  for (size_t at = 0; at < node.text.size() && at < 64; ++at) node.span_of(at, at + 1);
  for (const auto& item : node.items) visit(item);
  for (const auto& member : node.members) {
    visit(member.key);
    visit(member.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale;
  const auto source =
      std::make_shared<core::Source>("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  core::Diagnostics diagnostics;
  grammar::YamlLimits limits;
  limits.alias_nodes = 10'000;
  const auto node = grammar::parse_yaml(source, diagnostics, limits);
  if (node) {
    visit(*node);
    node->to_value();
  }
  core::to_text(diagnostics.sorted(), false);
  return 0;
}
