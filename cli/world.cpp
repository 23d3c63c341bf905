#include "cli/world.hpp"

#include "stdlib/http/http_client.hpp"
#include "stdlib/registry.hpp"

namespace gregale::cli {

struct World::Services {
  stdlib::HttpClient http;
};

World::World(const WorldOptions& options) : services_(std::make_unique<Services>()) {
  (void)options;
  stdlib::register_standard_actions(registry_, services_->http);
}

World::~World() = default;

}  // namespace gregale::cli
