#include "cli/world.hpp"

#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/cloud_config.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::cli {

struct World::Services {
  Services(const core::Clock& clock, std::string cloud)
      : openstack(http, clock, [cloud = std::move(cloud)] {
          return stdlib::load_credentials(cloud, stdlib::process_environment());
        }) {}

  // Destroyed from the last to the first: the client completes what is under way while the session is
  // still there.
  stdlib::OpenstackSession openstack;
  stdlib::HttpClient http;
  stdlib::WorkerPool workers;
};

World::World(const WorldOptions& options) : services_(std::make_unique<Services>(clock_, options.cloud)) {
  stdlib::register_standard_actions(registry_, services_->http, services_->workers);
  stdlib::register_openstack_actions(registry_, services_->openstack);
}

World::~World() = default;

stdlib::OpenstackSession& World::openstack() const noexcept {
  return services_->openstack;
}

}  // namespace gregale::cli
