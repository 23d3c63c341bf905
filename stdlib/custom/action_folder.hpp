// Folders of actions that operators add: every file in them is one of
//   - a plug-in (`*.so`; plugin.hpp),
//   - a manifest of a program that carries out actions (`*.yaml` with `command`; manifest.hpp),
//   - a catalogue of OpenStack actions (`*.yaml` with `service` and `actions`; docs/openstack-catalogue.md),
//   - definitions of ad-hoc actions and workflows (other `*.yaml`), which are left to the compiler.
// Other files are not looked at, nor are folders within.
#pragma once

#include <string>
#include <vector>

#include "interpreter/action.hpp"
#include "stdlib/custom/plugin.hpp"
#include "stdlib/custom/program_host.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::stdlib {

struct ActionHosts {
  ProgramHost& programs;
  PluginHost& plugins;
  OpenstackSession& openstack;
};

// Adds the actions of a folder to [registry], and paths of definitions to [definitions]. [hosts]
// must outlive what is carried out. Throws core::Error that names the file: what is wrong with it, or an
// action whose name is taken (conflict).
void add_action_folder(interpreter::ActionRegistry& registry, const std::string& folder,
                       const ActionHosts& hosts, std::vector<std::string>& definitions);

// Where actions are looked for without being asked, as far as they exist: the folders of GREGALE_ACTIONS
// (with colons between them), ~/.config/gregale/actions, /usr/lib/gregale/actions.
std::vector<std::string> usual_action_folders();

}  // namespace gregale::stdlib
