// An entry of the catalogue, read: what an OpenStack action takes, sends and gives back.
//
// docs/openstack-catalogue.md documents the format. The build reads every entry once, so a mistake
// in the catalogue does not get into the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "interpreter/action.hpp"

#include "compiler/ir/action_signature.hpp"
#include "stdlib/openstack/template.hpp"

namespace gregale::stdlib {

struct ServiceDescription {
  enum class Discovery { none, endpoint, root };

  std::string prefix;        // of the actions' names: "nova"
  std::string service_type;  // official type: "compute"
  std::string version_path;  // put behind the catalog's URL unless it is there: "/v2"
  // Put behind a catalog's URL that has no version, if the service's root lists it: "v2".
  std::string version_if_listed;
  // Microversions: where the server's newest is asked for, the newest that the catalogue knows, and
  // the headers that say which one is meant.
  Discovery discovery = Discovery::none;
  std::string newest_known;
  Template version_headers;
  std::optional<Template> headers;  // of every request

  // Throws core::Error(invalid).
  static ServiceDescription parse(const core::Value& description);
};

struct StepDescription {
  enum class Kind {
    request,  // one exchange
    each,     // steps for each item of a list
    pages,    // the further pages of the collection that the last exchange began
    filter,   // the items that match
    only,     // the one item, or an error
    refuse,   // an error in the input that the parameters alone do not tell
  };
  enum class Paging { next, links, marker };

  Kind kind = Kind::request;
  Conditions when;
  std::string as;  // where the body (of each: the list of `collect`; of filter, only: the find) is kept

  // each
  Template list;
  std::string item = "item";  // the variable
  std::vector<StepDescription> steps;
  std::optional<Template> collect;

  // request
  std::string method;
  Template path;
  bool aside = false;    // the reply is not looked at
  bool at_root = false;  // the path is behind the service's root, not its version
  std::optional<Template> query, headers, body, text;
  std::optional<Template> oauth1;  // what the request is signed with (oauth1.hpp)
  std::vector<int> expected;       // statuses that are fine beside 200 to 299
  // It is sent again until these hold: after so many seconds, so many times.
  std::optional<Conditions> until;
  Template interval, most_attempts;

  // pages
  Paging paging = Paging::next;
  std::string items;              // the member of the body that holds them; empty: the body is the list
  std::vector<std::string> id;    // the member of an item that is its marker: the first that it has
  std::optional<Template> limit;  // items in all

  // filter, only
  Template in, by;
  std::string what;  // "Server", for messages; of refuse: the message
};

// How what a marked call has created is found again, by the mark that it carries.
struct FindDescription {
  Conditions when;  // the call has a place for the mark
  std::vector<StepDescription> steps;
  Template in;     // of their last reply: the list to look in
  Template reply;  // what the creation answered, made of `found`, the list of those with the mark
};

// What an action creates, and how to get rid of it.
struct CreatesDescription {
  std::string service;  // see ResourceIdentity
  std::string kind;
  Conditions when;  // after the action: it has created something
  Template in;      // over `result`: what was created, or a list of such
  Template id;      // over `made`, one of them
  Template name;
  std::string deleted_by;  // an action; empty: nothing deletes it
  Template deleted_with;   // that action's input, also over `id`
  std::optional<FindDescription> find;
  std::optional<Conditions> several;  // a marked call may have made more than its answer tells
};

// The thing that an action deletes; its id is a template over `input` and `result`.
struct DeletesDescription {
  std::string service;
  std::string kind;
  Template id;
  std::vector<StepDescription> gone;  // wait until the thing is gone; none: it is gone at once
};

struct ActionDescription {
  ir::ActionSignature signature;
  bool has_own_region = false;  // `region` is a parameter of the call itself
  std::vector<StepDescription> steps;
  Template result;
  bool idempotent = false;
  interpreter::Paging paging = interpreter::Paging::none;
  std::optional<CreatesDescription> creates;
  std::optional<DeletesDescription> deletes;

  // Throws core::Error(invalid) that names the action and the mistake.
  static ActionDescription parse(const std::string& name, const ServiceDescription& service,
                                 const core::Value& description);
};

}  // namespace gregale::stdlib
