// gregale explain: the long form of a finding's code.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "compiler/codes.hpp"

namespace gregale::cli {

namespace {

int explain(const std::string& code) {
  const std::string text = compiler::explain(code);
  if (text.empty()) {
    print_error(fmt::format("gregale: there is no code '{}'\n", code));
    return kUsage;
  }
  print(text);
  return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  auto code = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("explain", "What a finding's code means, with examples");
  command->add_option("CODE", *code, "A code such as GR0203")->required();
  command->callback([code, &exit_code] { exit_code = explain(*code); });
}

}  // namespace gregale::cli
