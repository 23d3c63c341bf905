#include "stdlib/standard/javascript_action.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "core/json.hpp"
#include "stdlib/process/child_process.hpp"
#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::ActionResult;

namespace {

constexpr std::chrono::seconds kLongestScript{60};
constexpr size_t kLargestResult = size_t{16} << 20;  // as JSON

ir::ActionSignature javascript_signature(std::string name) {
  return {.name = std::move(name),
          .description = "Evaluates JavaScript: the body of a function, whose `return` gives the result.",
          .parameters = {{"script", true, {}, "the function's body"},
                         {"context", false, {}, "a value that the script sees as $"}}};
}

// Scripts run in a process of their own, which has no files, no network and bounds of memory and time: what
// goes wrong there stays there.
class JavascriptAction : public BlockingAction {
 public:
  JavascriptAction(std::string name, WorkerPool& pool)
      : BlockingAction(javascript_signature(std::move(name)), pool, kLongestScript) {}
  bool idempotent(const Value&) const override { return true; }

 protected:
  ActionResult carry_out(const Value& input, const Allowance& allowance) const override {
    const auto failed = [](const std::string& why) {
      return ActionResult::failure(fmt::format("JavaScriptAction failed: {}", why));
    };
    try {
      const Value request(
          Map{{"script", Value(text_parameter(input, "script"))}, {"context", input.get("context")}});
      const ChildOutcome outcome =
          run_child({javascript_worker_path()}, core::to_json(request), kLargestResult, allowance);
      if (outcome.exit_code != 0) return failed("the script was ended: it used too much memory or time");
      const Value answer = core::parse_json(outcome.output);
      const Value error = answer.get("error");
      if (error.is_string()) return failed(error.as_string());
      return ActionResult::success(answer.get("result"));
    } catch (const Error& error) {
      return failed(error.what());
    }
  }
};

}  // namespace

std::string javascript_worker_path() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const char* name = "gregale-javascript";
  for (const fs::path& path : {here / name, here / "../libexec/gregale" / name}) {
    if (fs::exists(path, ignored)) return path.string();
  }
  throw Error(ErrorKind::unusable, fmt::format("there is no {} beside the program", name));
}

void add_javascript_actions(interpreter::ActionRegistry& registry, WorkerPool& pool) {
  for (const char* name : {"std.javascript", "std.js"}) {
    registry.add(std::make_unique<JavascriptAction>(name, pool));
  }
}

}  // namespace gregale::stdlib
