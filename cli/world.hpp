// World: everything outside that commands need - clock, HTTP, actions - made once and passed on.
// Nothing is read, connected or started before something needs it.
#pragma once

#include <memory>
#include <string>

#include "core/clock.hpp"
#include "interpreter/action.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::cli {

struct WorldOptions {
  std::string cloud;  // of clouds.yaml; empty: OS_CLOUD or the OS_* variables
};

class World {
 public:
  explicit World(const WorldOptions& options = {});
  ~World();

  const core::Clock& clock() const noexcept { return clock_; }
  const interpreter::ActionRegistry& actions() const noexcept { return registry_; }
  stdlib::OpenstackSession& openstack() const noexcept;

 private:
  struct Services;
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  std::unique_ptr<Services> services_;  // ended before the actions: what is under way still uses those
};

}  // namespace gregale::cli
