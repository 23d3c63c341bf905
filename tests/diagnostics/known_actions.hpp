// The actions that the program knows, without a world behind them: for checks, not for calls.
#pragma once

#include "core/clock.hpp"
#include "interpreter/action.hpp"
#include "stdlib/registry.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::compiler {

class KnownActions {
 public:
  KnownActions() {
    stdlib::register_standard_actions(registry_, client_, workers_);
    stdlib::register_openstack_actions(registry_, session_);
  }
  const ir::ActionCatalogue& catalogue() const { return registry_; }

 private:
  core::RealClock clock_;
  stdlib::HttpClient client_;
  stdlib::WorkerPool workers_;
  stdlib::OpenstackSession session_{client_, clock_, []() -> stdlib::Credentials { return {}; }};
  interpreter::ActionRegistry registry_;
};

}  // namespace gregale::compiler
