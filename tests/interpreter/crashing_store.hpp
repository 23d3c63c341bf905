// A store that crashes the process, as it were, at one of its commits and at all that follow.
#pragma once

#include "tests/interpreter/forwarding_store.hpp"

namespace gregale::interpreter {

struct Crash {};

class CrashingStore : public ForwardingStore {
 public:
  // At the commit after [commits_until_crash] others: before it has happened, or [after].
  CrashingStore(Store& inner, int commits_until_crash, bool after)
      : ForwardingStore(inner), left_(commits_until_crash), after_(after) {}

  void commit(const std::vector<TreeChange>& changes) override {
    if (left_-- > 0) {
      ForwardingStore::commit(changes);
      return;
    }
    if (after_) ForwardingStore::commit(changes);
    throw Crash{};
  }

 private:
  int left_;
  bool after_;
};

}  // namespace gregale::interpreter
