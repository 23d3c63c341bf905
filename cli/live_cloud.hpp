// A live cloud as the compiler's checks see it: the service catalog of the credentials.
#pragma once

#include "compiler/cloud_view.hpp"
#include "stdlib/openstack/keystone_session.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::cli {

class LiveCloud : public compiler::CloudView {
 public:
  // Gets a token with the program's credentials. Throws core::Error when there are none or Keystone gives
  // none.
  explicit LiveCloud(stdlib::OpenstackSession& session);

  const std::vector<std::string>& regions() const override { return regions_; }
  std::vector<std::string> regions_of(std::string_view service) const override;
  std::string default_region() const override;

 private:
  stdlib::Credentials credentials_;
  stdlib::AccessPtr access_;
  std::vector<std::string> regions_;
};

}  // namespace gregale::cli
