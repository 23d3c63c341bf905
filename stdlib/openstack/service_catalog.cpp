#include "stdlib/openstack/service_catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/similar.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;

namespace {

// From the OpenStack service-types authority; the official type first, then its aliases.
const std::vector<std::vector<std::string_view>>& service_type_table() {
  static const std::vector<std::vector<std::string_view>> table = {
      {"block-storage", "volumev3", "block-store", "volume", "volumev2"},
      {"shared-file-system", "sharev2", "share"},
      {"workflow", "workflowv2"},
      {"application-container", "container"},
      {"container-infrastructure-management", "container-infra", "container-infrastructure"},
      {"alarm", "alarming"},
      {"message", "messaging"},
      {"baremetal", "bare-metal"},
      {"baremetal-introspection", "introspection"},
      {"key-manager", "keymanager"},
      {"object-store", "object-storage"},
      {"metric", "time-series-database"},
  };
  return table;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string text_of(const Value& map, std::string_view key) {
  const Value value = map.get(key);
  return value.is_string() ? value.as_string() : std::string();
}

std::vector<std::string> ascending(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

std::vector<std::string_view> service_type_names(std::string_view type) {
  for (const auto& names : service_type_table()) {
    if (contains(names, type)) return names;
  }
  return {type};
}

ServiceCatalog::ServiceCatalog(const Value& catalog) {
  if (!catalog.is_list()) return;
  for (const Value& service : catalog.as_list()) {
    const Value endpoints = service.get("endpoints");
    if (!endpoints.is_list()) continue;
    for (const Value& endpoint : endpoints.as_list()) {
      Endpoint out;
      out.service_type = text_of(service, "type");
      out.interface = text_of(endpoint, "interface");
      out.region = text_of(endpoint, endpoint.find("region_id") ? "region_id" : "region");
      out.url = text_of(endpoint, "url");
      while (!out.url.empty() && out.url.back() == '/') out.url.pop_back();
      if (!out.service_type.empty() && !out.url.empty()) endpoints_.push_back(std::move(out));
    }
  }
}

const ServiceCatalog::Endpoint& ServiceCatalog::endpoint(std::string_view service_type,
                                                         std::string_view interface,
                                                         std::string_view region) const {
  const std::vector<std::string_view> names = service_type_names(service_type);
  std::set<std::string> regions;
  std::set<std::string> interfaces;
  const Endpoint* found = nullptr;
  size_t found_rank = names.size();
  for (const Endpoint& candidate : endpoints_) {
    const auto name = std::find(names.begin(), names.end(), candidate.service_type);
    if (name == names.end()) continue;
    if (region.empty() || candidate.region == region) interfaces.insert(candidate.interface);
    if (candidate.interface != interface) continue;
    regions.insert(candidate.region);
    if (!region.empty() && candidate.region != region) continue;
    const auto rank = static_cast<size_t>(name - names.begin());
    if (found == nullptr || rank < found_rank) {
      found = &candidate;
      found_rank = rank;
    }
  }
  if (found != nullptr && (!region.empty() || regions.size() == 1)) return *found;
  const std::string where = fmt::format("{} endpoint", interface);
  if (interfaces.empty() && regions.empty()) {
    std::set<std::string> types;
    for (const Endpoint& candidate : endpoints_) types.insert(candidate.service_type);
    throw Error(ErrorKind::not_found, fmt::format("The service catalog has no service {}; it has: {}",
                                                  service_type, fmt::join(types, ", ")));
  }
  if (regions.empty()) {
    throw Error(
        ErrorKind::not_found,
        fmt::format("Service {} has no {}{}; its interfaces are: {}", service_type, where,
                    region.empty() ? "" : fmt::format(" in region {}", region), fmt::join(interfaces, ", ")));
  }
  if (region.empty()) {
    throw Error(ErrorKind::not_found,
                fmt::format("Service {} is in several regions, and none is named; name one of: {}",
                            service_type, fmt::join(regions, ", ")));
  }
  const std::string nearest = core::nearest_name(region, ascending(regions));
  throw Error(ErrorKind::not_found,
              fmt::format("Service {} has no {} in region {}; it is in: {}{}", service_type, where, region,
                          fmt::join(regions, ", "),
                          nearest.empty() ? "" : fmt::format(" (did you mean {}?)", nearest)));
}

std::vector<std::string> ServiceCatalog::regions_of(std::string_view service_type,
                                                    std::string_view interface) const {
  const std::vector<std::string_view> types = service_type_names(service_type);
  std::set<std::string> names;
  for (const Endpoint& endpoint : endpoints_) {
    if (contains(types, endpoint.service_type) && endpoint.interface == interface) {
      names.insert(endpoint.region);
    }
  }
  return ascending(names);
}

std::vector<std::string> ServiceCatalog::regions() const {
  std::set<std::string> names;
  for (const Endpoint& endpoint : endpoints_) names.insert(endpoint.region);
  return ascending(names);
}

}  // namespace gregale::stdlib
