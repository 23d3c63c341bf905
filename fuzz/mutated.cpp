// Definitions with mistakes put in at the level of YAML: nothing may crash the compiler, every finding points
// into the file, and what it compiles can be stored. The first two bytes choose one of the corpus, the others
// the mistakes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "compiler/ir/serialization.hpp"
#include "tests/compiler/corpus.hpp"
#include "tests/compiler/mutations.hpp"

namespace {

const std::vector<std::string>& definitions() {
  static const std::vector<std::string> texts = gregale::compiler::definition_texts();
  return texts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale;
  if (size < 2) return 0;
  const std::string& valid = definitions()[(size_t{data[0]} << 8 | data[1]) % definitions().size()];
  const auto source =
      std::make_shared<const core::Source>("mutated.yaml", compiler::mutated(valid, {data + 2, size - 2}));
  const compiler::Compilation compilation = compiler::compile({source}, {});
  const std::string fault = compiler::fault_of(compilation.diagnostics, source);
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n%s\n", fault.c_str(), std::string(source->text()).c_str());
    std::abort();
  }
  core::to_text(compilation.diagnostics.sorted(), false);
  if (compilation.program) ir::from_binary(ir::to_binary(*compilation.program));
  return 0;
}
