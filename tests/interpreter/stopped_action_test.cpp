// Actions that block are ended when their execution is stopped, while the process and others go on.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "stdlib/standard/blocking_action.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

// Blocks until it is asked to stop.
class Blocking : public stdlib::BlockingAction {
 public:
  explicit Blocking(stdlib::WorkerPool& pool)
      : BlockingAction({"test.block", "", {}}, pool, std::chrono::hours(1)) {}

 protected:
  ActionResult carry_out(const Value&, const stdlib::Allowance& allowance) const override {
    while (!allowance.expired()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return ActionResult::failure(allowance.reason());
  }
};

TEST(StoppedActionTest, EndsWhileTheProcessGoesOn) {
  const auto program =
      compile_text("version: '2.0'\nwf: {input: [act], tasks: {t: {action: <% $.act %>}}}\n");
  ASSERT_NE(program, nullptr);
  SqliteStore store(":memory:", StoreAccess::write);
  const core::RealClock clock;
  ActionRegistry registry;
  stdlib::WorkerPool workers(2);
  registry.add(std::make_unique<Blocking>(workers));
  Runtime runtime(store, registry, clock);
  runtime.add_program(program, "");
  StartRequest request;
  request.workflow = "wf";
  request.input = core::Map{{"act", "test.block"}};
  const Uuid stopped = runtime.start(program->digest(), request);
  const Uuid other = runtime.start(program->digest(), request);
  EXPECT_FALSE(runtime.run(clock.now() + 20'000));
  runtime.stop(stopped, 0, State::cancelled, std::nullopt);
  // The other one never settles, so that the runtime goes on until the moment that is given.
  while (runtime.tree(stopped).actions[0].state == State::running) {
    EXPECT_FALSE(runtime.run(clock.now() + 20'000));
  }
  EXPECT_EQ(runtime.tree(stopped).actions[0].output, Value("it was stopped"));
  EXPECT_EQ(runtime.tree(stopped).root().state, State::cancelled);
  EXPECT_EQ(runtime.tree(other).actions[0].state, State::running);
}

}  // namespace
}  // namespace gregale::interpreter
