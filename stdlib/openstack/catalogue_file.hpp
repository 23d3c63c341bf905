// A file of the catalogue of OpenStack actions: YAML in which what is evident is left out
// (docs/openstack-catalogue.md). The build embeds those of this project; operators may add their own.
#pragma once

#include <map>
#include <string>

#include "core/value.hpp"

namespace gregale::stdlib {

struct CatalogueFile {
  core::Value service;                         // all but the actions, for ServiceDescription::parse
  std::string prefix;                          // of the actions' names, without the dot
  std::map<std::string, core::Value> actions;  // by name, without the prefix; for ActionDescription::parse
};

// Fills in what is evident and checks every action. Throws core::Error(invalid) that names the action and the
// mistake.
CatalogueFile read_catalogue_file(const core::Value& document);

}  // namespace gregale::stdlib
