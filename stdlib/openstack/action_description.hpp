// An entry of the catalogue, read: what an OpenStack action takes, sends and gives back.
//
// docs/openstack-catalogue.md documents the format. The build reads every entry once, so a mistake
// in the catalogue does not get into the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/action_signature.hpp"
#include "stdlib/openstack/template.hpp"

namespace gregale::stdlib {

struct ServiceDescription {
  enum class Discovery { none, endpoint, root };

  std::string prefix;        // of the actions' names: "nova"
  std::string service_type;  // official type: "compute"
  std::string version_path;  // put behind the catalog's URL unless it is there: "/v2"
  // Microversions: where the server's newest is asked for, the newest that the catalogue knows, and
  // the headers that say which one is meant.
  Discovery discovery = Discovery::none;
  std::string newest_known;
  Template version_headers;

  // Throws core::Error(invalid).
  static ServiceDescription parse(const core::Value& description);
};

struct StepDescription {
  enum class Kind {
    request,  // one exchange
    pages,    // the further pages of the collection that the last exchange began
    filter,   // the items that match
    only,     // the one item, or an error
    refuse,   // an error in the input that the parameters alone do not tell
  };
  enum class Paging { next, links, marker };

  Kind kind = Kind::request;
  Conditions when;
  std::optional<Template> each;  // the step is done for each item
  std::string each_as = "item";
  std::string as;  // where the body (with each: the list of `collect`) is kept
  std::optional<Template> collect;

  // request
  std::string method;
  Template path;
  bool aside = false;    // the reply is not looked at
  bool at_root = false;  // the path is behind the service's root, not its version
  std::optional<Template> query, headers, body, text;
  std::vector<int> expected;  // statuses that are fine beside 200 to 299

  // pages
  Paging paging = Paging::next;
  std::string items;              // the member of the body that holds them
  std::string id = "id";          // the member of an item that is its marker
  std::optional<Template> limit;  // items in all

  // filter, only
  Template in, by;
  std::string what;  // "Server", for messages; of refuse: the message
};

struct ActionDescription {
  ir::ActionSignature signature;
  bool has_own_region = false;  // `region` is a parameter of the call itself
  std::vector<StepDescription> steps;
  Template result;
  bool idempotent = false;
  std::string creates, deletes;  // the kind of thing, for tools

  // Throws core::Error(invalid) that names the action and the mistake.
  static ActionDescription parse(const std::string& name, const ServiceDescription& service,
                                 const core::Value& description);
};

}  // namespace gregale::stdlib
