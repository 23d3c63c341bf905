#include "cli/live_cloud.hpp"

#include <algorithm>
#include <future>

namespace gregale::cli {

LiveCloud::LiveCloud(stdlib::OpenstackSession& session) {
  const auto keystone = session.keystone({});
  credentials_ = keystone->credentials();
  std::promise<stdlib::AccessPtr> promise;
  keystone->access([&](stdlib::AccessPtr access, const std::optional<core::Error>& error) {
    if (error) {
      promise.set_exception(std::make_exception_ptr(*error));
    } else {
      promise.set_value(std::move(access));
    }
  });
  access_ = promise.get_future().get();
  regions_ = access_->catalog.regions();
}

std::vector<std::string> LiveCloud::regions_of(std::string_view service) const {
  if (credentials_.endpoint_override(service) != nullptr) return regions_;
  return access_->catalog.regions_of(service, credentials_.interface);
}

std::string LiveCloud::default_region() const {
  return credentials_.region;
}

}  // namespace gregale::cli
