// World: everything outside that commands need - clock, HTTP, actions - made once and passed on.
// Nothing is read, connected or started before something needs it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/clock.hpp"
#include "interpreter/action.hpp"
#include "interpreter/action_caller.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::cli {

struct WorldOptions {
  std::string cloud;                      // of clouds.yaml; empty: OS_CLOUD or the OS_* variables
  std::vector<std::string> actions = {};  // folders of actions beside the usual ones
};

class World {
 public:
  // Throws core::Error for folders of actions with something wrong in them.
  explicit World(const WorldOptions& options = {});
  ~World();

  const core::Clock& clock() const noexcept { return clock_; }
  const interpreter::ActionRegistry& actions() const noexcept { return registry_; }
  stdlib::OpenstackSession& openstack() const noexcept;
  const interpreter::ActionCaller& caller() const noexcept;
  // [folders] and the files with ad-hoc actions and workflows in the folders of actions.
  std::vector<std::string> library(std::vector<std::string> folders) const;

 private:
  struct Services;
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  std::vector<std::string> definitions_;
  std::unique_ptr<Services> services_;  // ended before the actions: what is under way still uses those
};

// Adds --actions DIR, which may be given several times.
void add_actions_option(CLI::App& command, std::vector<std::string>& folders);

}  // namespace gregale::cli
