// Values of the options that python-troveclient has for databases: several settings in one text.
// Everything here throws core::Error(invalid) with a message that names the option.
#pragma once

#include <string>
#include <vector>

#include "core/value.hpp"

namespace gregale::cli {

// "flavor=small,volume=2,region=RegionTwo,nic='net-id=ID,v4-fixed-ip=IP'": a member of a cluster, as the
// workflow database.cluster_create takes it. Further keys: volume_type, availability_zone, type (may be
// repeated), related_to, name.
core::Value read_member(const std::string& text);
// "net-id=ID,v4-fixed-ip=IP,port-id=ID".
core::Value read_nic(const std::string& text);
// "NAME:PASSWORD" with access to all of the databases.
core::Value read_user(const std::string& text, const std::vector<std::string>& databases);
// "key=value,key=value".
core::Value read_properties(const std::string& text);

}  // namespace gregale::cli
