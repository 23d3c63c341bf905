#include "cli/world.hpp"

#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/cloud_config.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"

namespace gregale::cli {

struct World::Services {
  Services(const core::Clock& clock, const std::string& cloud)
      : openstack(http, clock,
                  [cloud] { return stdlib::load_credentials(cloud, stdlib::process_environment()); }) {}

  stdlib::HttpClient http;
  stdlib::OpenstackSession openstack;
};

World::World(const WorldOptions& options) : services_(std::make_unique<Services>(clock_, options.cloud)) {
  stdlib::register_standard_actions(registry_, services_->http);
  stdlib::register_openstack_actions(registry_, services_->openstack);
}

World::~World() = default;

}  // namespace gregale::cli
