// ServiceCatalog: which endpoints a token may use, by service type, interface and region.
//
// Made from the `catalog` of a Keystone token. Endpoints come in no useful order there, so every
// choice is by name: a region is never guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::stdlib {

// Names of one service type, the official one first: "block-storage" is also "volumev3", ...
// (OpenStack service-types authority). For an unknown type: itself.
std::vector<std::string_view> service_type_names(std::string_view type);

class ServiceCatalog {
 public:
  struct Endpoint {
    std::string service_type;  // as the catalog calls it
    std::string interface;
    std::string region;
    std::string url;  // without a slash at its end
  };

  ServiceCatalog() = default;
  // [catalog] is the list of services of a token; entries that are not of the known form are left
  // out.
  explicit ServiceCatalog(const core::Value& catalog);

  // The endpoint of the service in the region. An empty [region] is fine where all endpoints are of
  // one. Throws Error(not_found) that names the service, the region and the regions that have it.
  const Endpoint& endpoint(std::string_view service_type, std::string_view interface,
                           std::string_view region) const;

  // Those where the service has such an endpoint, ascending.
  std::vector<std::string> regions_of(std::string_view service_type, std::string_view interface) const;

  // All regions of the catalog, ascending.
  std::vector<std::string> regions() const;

 private:
  std::vector<Endpoint> endpoints_;
};

}  // namespace gregale::stdlib
