// The reader of binary programs. The header is put before the fuzzer's bytes, so that they get past the
// checksum; what is accepted must be written as it was read.
#include <cstdint>
#include <cstdlib>

#include "compiler/ir/serialization.hpp"
#include "core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gregale;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const std::string& bytes : {ir::with_header(body), std::string(body)}) {
    try {
      const ir::Program program = ir::from_binary(bytes);
      if (ir::to_binary(ir::from_binary(ir::to_binary(program))) != ir::to_binary(program)) std::abort();
    } catch (const core::Error&) {
    }
  }
  return 0;
}
