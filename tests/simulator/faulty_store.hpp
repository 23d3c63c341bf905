// A store whose process ends at its commits, before or after them, or that fails as a full disk does.
#pragma once

#include "core/error.hpp"
#include "interpreter/store.hpp"
#include "tests/simulator/random.hpp"

namespace gregale::simulator {

// The process has ended, as it were.
struct Crash {};

class FaultyStore : public interpreter::Store {
 public:
  // [percent] of the commits meet a fault.
  FaultyStore(interpreter::Store& inner, Random random, uint32_t percent)
      : inner_(inner), random_(random), percent_(percent) {}

  void set_percent(uint32_t percent) noexcept { percent_ = percent; }
  uint64_t crashes() const noexcept { return crashes_; }

  void commit(const std::vector<interpreter::TreeChange>& changes) override {
    if (!random_.chance(percent_)) {
      inner_.commit(changes);
      return;
    }
    ++crashes_;
    switch (random_.below(3)) {
      case 0:
        throw Crash{};
      case 1:
        inner_.commit(changes);
        throw Crash{};
      default:
        throw core::Error(core::ErrorKind::limit, "the disk is full");
    }
  }
  void save_program(const std::string& digest, std::string_view binary) override {
    inner_.save_program(digest, binary);
  }
  std::string load_program(const std::string& digest) override { return inner_.load_program(digest); }
  interpreter::ExecutionTree load(const core::Uuid& root) override { return inner_.load(root); }
  std::vector<interpreter::ExecutionSummary> list() override { return inner_.list(); }
  std::vector<core::Uuid> unfinished() override { return inner_.unfinished(); }
  std::optional<interpreter::ExecutionAddress> find_execution(const core::Uuid& id) override {
    return inner_.find_execution(id);
  }
  std::optional<interpreter::ActionAddress> find_action(const core::Uuid& id) override {
    return inner_.find_action(id);
  }
  std::vector<interpreter::HistoryRecord> history(const core::Uuid& root) override {
    return inner_.history(root);
  }

 private:
  interpreter::Store& inner_;
  Random random_;
  uint32_t percent_;
  uint64_t crashes_ = 0;
};

}  // namespace gregale::simulator
