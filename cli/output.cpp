#include "cli/output.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/json.hpp"

namespace gregale::cli {

bool colour_on(int file_descriptor) {
  const char* term = std::getenv("TERM");
  return ::isatty(file_descriptor) != 0 && std::getenv("NO_COLOR") == nullptr &&
         (term == nullptr || std::string_view(term) != "dumb");
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void print_json(const core::Value& document) {
  print(core::to_json(document, 2) + "\n");
}

void print_findings(const core::Diagnostics& diagnostics) {
  if (diagnostics.empty()) return;
  print_error(core::to_text(diagnostics.sorted(), colour_on(STDERR_FILENO)));
}

}  // namespace gregale::cli
