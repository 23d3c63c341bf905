// The catalogue of OpenStack actions that is built into the program.
//
// The build turns stdlib/openstack/catalogue/*.yaml into a table of names, each with its entry as
// JSON (scripts/embed_catalogue.cpp). At start only the names are looked at; an entry is read when
// its action is used for the first time.
#pragma once

#include <span>
#include <string_view>

#include "interpreter/action.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::stdlib {

struct EmbeddedAction {
  std::string_view name;         // with its prefix: "nova.servers_list"
  std::string_view description;  // JSON
};

struct EmbeddedService {
  std::string_view description;             // JSON
  std::span<const EmbeddedAction> actions;  // ascending by name
};

// Made by the build.
std::span<const EmbeddedService> embedded_catalogue();

// One action for each entry of [catalogue], whose data must outlive [registry], as [session] must.
void add_catalogue_actions(interpreter::ActionRegistry& registry, OpenstackSession& session,
                           std::span<const EmbeddedService> catalogue);

// The same of the text of a catalogue file, whose entries are kept by the registry. Throws
// core::Error(invalid, conflict) that names the action.
void add_catalogue_file(interpreter::ActionRegistry& registry, OpenstackSession& session,
                        const core::Value& document);

// openstack.request: any request to any service of the catalog.
void add_generic_openstack_action(interpreter::ActionRegistry& registry, OpenstackSession& session);

// openstack.copy_image_data: from one region to another.
void add_copy_image_action(interpreter::ActionRegistry& registry, OpenstackSession& session);

// openstack.regions: the regions that have a service. openstack.region: that of calls which name none.
void add_regions_action(interpreter::ActionRegistry& registry, OpenstackSession& session);

}  // namespace gregale::stdlib
