// What a live cloud has, for checks of definitions against it. The command line asks the cloud; without
// one, nothing is said of regions and services.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gregale::compiler {

class CloudView {
 public:
  virtual ~CloudView() = default;
  // All regions of the service catalog, ascending.
  virtual const std::vector<std::string>& regions() const = 0;
  // Those with an endpoint of the service (a type or one of its aliases), ascending.
  virtual std::vector<std::string> regions_of(std::string_view service) const = 0;
  // Where an action goes that names no region; empty: it would be refused.
  virtual std::string default_region() const = 0;
};

}  // namespace gregale::compiler
