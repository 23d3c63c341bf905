// Whole definitions: no text may crash the compiler, and what it compiles is a valid program.
#include "compiler/compiler.hpp"

#include <cstdint>
#include <cstdlib>

#include "compiler/ir/serialization.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale;
  const auto source =
      std::make_shared<core::Source>("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  const compiler::Compilation compilation = compiler::compile({source}, {});
  core::to_json(compilation.diagnostics.sorted());
  if (compilation.program) {
    const std::string binary = ir::to_binary(*compilation.program);
    if (ir::to_binary(ir::from_binary(binary)) != binary) std::abort();
  }
  return 0;
}
