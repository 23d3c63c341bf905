#include "cli/world.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "cli/output.hpp"
#include "stdlib/custom/action_folder.hpp"
#include "stdlib/custom/plugin.hpp"
#include "stdlib/custom/program_host.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/cloud_config.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::cli {

namespace {

// "nova, glance": names between commas.
std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  std::string name;
  for (const char c : text) {
    if (c == ',') {
      names.insert(std::exchange(name, {}));
    } else if (c != ' ') {
      name += c;
    }
  }
  names.insert(std::move(name));
  names.erase("");
  return names;
}

}  // namespace

struct World::Services {
  Services(const core::Clock& clock, const interpreter::ActionRegistry& registry, std::string cloud)
      : openstack(http, clock,
                  [cloud = std::move(cloud)] {
                    return stdlib::load_credentials(cloud, stdlib::process_environment());
                  }),
        caller(registry, [this](double seconds, auto action) { http.after(seconds, std::move(action)); }),
        programs(outside()),
        plugins(outside()) {}
  // Programs and plug-ins call each other: first the former refuse calls, then the latter end.
  ~Services() { programs.stop(); }
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // For actions of others.
  stdlib::Outside outside() {
    return {[this](auto call, const auto& completion) { caller.call(std::move(call), completion); },
            [](const std::string& line) { print_error(line + "\n"); }};
  }

  // Destroyed from the last to the first: the client completes what is under way while the session is
  // still there.
  stdlib::OpenstackSession openstack;
  stdlib::HttpClient http;
  stdlib::WorkerPool workers;
  interpreter::ActionCaller caller;
  stdlib::ProgramHost programs;
  stdlib::PluginHost plugins;
};

World::World(const WorldOptions& options)
    : services_(std::make_unique<Services>(clock_, registry_, options.cloud)) {
  if (const char* modules = std::getenv("GREGALE_MODULES_SUPPORT_REGION")) {
    services_->openstack.set_modules_support_region(names_in(modules));
  }
  stdlib::register_standard_actions(registry_, services_->http, services_->workers);
  stdlib::register_openstack_actions(registry_, services_->openstack);
  std::vector<std::string> folders = options.actions;
  for (std::string& folder : stdlib::usual_action_folders()) {
    if (std::find(folders.begin(), folders.end(), folder) == folders.end())
      folders.push_back(std::move(folder));
  }
  const stdlib::ActionHosts hosts{services_->programs, services_->plugins, services_->openstack};
  for (const std::string& folder : folders) {
    stdlib::add_action_folder(registry_, folder, hosts, definitions_);
  }
}

World::~World() = default;

stdlib::OpenstackSession& World::openstack() const noexcept {
  return services_->openstack;
}

const interpreter::ActionCaller& World::caller() const noexcept {
  return services_->caller;
}

std::vector<std::string> World::library(std::vector<std::string> folders) const {
  folders.insert(folders.end(), definitions_.begin(), definitions_.end());
  return folders;
}

void add_actions_option(CLI::App& command, std::vector<std::string>& folders) {
  command.add_option("--actions", folders, "Folder of further actions (docs/custom-actions.md)")
      ->type_name("DIR");
}

}  // namespace gregale::cli
