// gregale database: the workflows database.*, with the option names of python-troveclient.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/database_options.hpp"
#include "cli/run.hpp"
#include "core/json.hpp"

namespace gregale::cli {

namespace {

using core::List;
using core::Map;
using core::Value;

struct DatabaseOptions {
  RunOptions run;
  std::string subject;  // the name, or the id, of what the command is about
  std::string region;   // of the instance; `run` has the home region
  std::string flavor, datastore, datastore_version, image;
  std::string volume_type, backup, availability_zone, configuration, locality, replica_of,
      extended_properties;
  std::vector<std::string> databases, users, nics, instances;
  int64_t size = 0;  // GiB; 0: not given
  int64_t replica_count = 0;
  int64_t at_least = -1;  // -1: not given
  std::string mode;
  bool keep = false;
};

// What was given; the workflow has defaults for the rest.
class Input {
 public:
  Input& set(const char* name, const std::string& value) {
    if (!value.empty()) input_.set(name, value);
    return *this;
  }
  Input& set(const char* name, List values) {
    if (!values.empty()) input_.set(name, std::move(values));
    return *this;
  }
  Input& set(const char* name, Value value) {
    if (!value.is_null()) input_.set(name, std::move(value));
    return *this;
  }
  std::string json() const { return core::to_json(input_); }

 private:
  Map input_;
};

template <typename Read>
List each(const std::vector<std::string>& texts, Read read) {
  List values;
  for (const std::string& text : texts) values.push_back(read(text));
  return values;
}

List names(const std::vector<std::string>& texts) {
  return each(texts, [](const std::string& text) { return Value(text); });
}

Value positive(int64_t number) {
  return number > 0 ? Value(number) : Value();
}

// What creating an instance and a cluster have in common.
Input common_input(const DatabaseOptions& options) {
  Input input;
  input.set("datastore", options.datastore)
      .set("version", options.datastore_version)
      .set("image", options.image)
      .set("mode", options.mode)
      .set("keep", options.keep ? Value(true) : Value());
  return input;
}

Input instance_input(const DatabaseOptions& options) {
  Input input = common_input(options);
  Map volume;
  if (options.size > 0) volume.set("size", options.size);
  if (!options.volume_type.empty()) volume.set("type", options.volume_type);
  input.set("name", options.subject)
      .set("region", options.region)
      .set("flavor", options.flavor)
      .set("volume", volume.empty() ? Value() : Value(std::move(volume)))
      .set("databases", each(options.databases,
                             [](const std::string& name) {
                               return Value(Map{{"name", name}});
                             }))
      .set("users",
           each(options.users, [&](const std::string& text) { return read_user(text, options.databases); }))
      .set("nics", each(options.nics, read_nic))
      .set("availability_zone", options.availability_zone)
      .set("restore_point", options.backup)
      .set("configuration", options.configuration)
      .set("locality", options.locality)
      .set("replica_of", options.replica_of)
      .set("replica_count", positive(options.replica_count));
  return input;
}

Input members_input(const DatabaseOptions& options) {
  Input input = common_input(options);
  input.set("instances", each(options.instances, read_member))
      .set("at_least", options.at_least < 0 ? Value() : Value(options.at_least));
  return input;
}

Input cluster_input(const DatabaseOptions& options) {
  Input input = members_input(options);
  input.set("name", options.subject)
      .set("locality", options.locality)
      .set("configuration", options.configuration)
      .set("extended_properties",
           options.extended_properties.empty() ? Value() : read_properties(options.extended_properties));
  return input;
}

// An instance that is there already.
Input found_input(const DatabaseOptions& options) {
  Input input;
  input.set("instance", options.subject).set("region", options.region);
  return input;
}

// What people see.

std::string pretty(const Value& value) {
  return core::to_json(value, 2) + "\n";
}

std::string cell(const Value& row, std::string_view name) {
  const Value value = row.get(name);
  return value.is_string() ? value.as_string() : std::string("-");
}

std::string instances_text(const Value& output) {
  constexpr const char* kRow = "{:<36}  {:<10}  {:<16}  {:<7}  {}\n";
  std::string text = fmt::format(kRow, "ID", "STATUS", "REGION", "MODE", "NAME");
  for (const Value& one : output.get("instances").as_list()) {
    text += fmt::format(kRow, cell(one, "id"), cell(one, "status"), cell(one, "region"), cell(one, "mode"),
                        cell(one, "name"));
  }
  for (const auto& [region, reason] : output.get("unreachable").as_map()) {
    text += fmt::format("{} did not answer: {}\n", region.as_string(), core::to_json(reason));
  }
  return text;
}

// One sub-command: its workflow, the input that the options make, and how the output is shown.
struct Command {
  const char* name;
  const char* help;
  const char* workflow;
  Input (*input)(const DatabaseOptions&);
  std::string (*show)(const Value& output);
};

constexpr Command kCreate{"create", "Create an instance, after checks of image and flavor in its region",
                          "database.instance_create", instance_input,
                          [](const Value& output) { return pretty(output.get("instance")); }};
constexpr Command kList{"list", "The instances of all regions, or of one", "database.list",
                        [](const DatabaseOptions& options) {
                          Input input;
                          if (!options.region.empty()) input.set("regions", List{Value(options.region)});
                          return input;
                        },
                        instances_text};
constexpr Command kShow{"show", "An instance, wherever it is", "database.show", found_input,
                        [](const Value& output) { return pretty(output.get("instance")); }};
constexpr Command kDelete{"delete", "Delete an instance, and wait until it is gone", "database.delete",
                          found_input, [](const Value& output) {
                            const Value gone = output.get("deleted");
                            return fmt::format("{} in {} is deleted\n", cell(gone, "id"),
                                               cell(gone, "region"));
                          }};
constexpr Command kRestart{"restart", "Restart the database of an instance", "database.restart", found_input,
                           [](const Value& output) { return pretty(output.get("instance")); }};
constexpr Command kResize{"resize", "Another flavor, or a larger volume, for an instance", "database.resize",
                          [](const DatabaseOptions& options) {
                            Input input = found_input(options);
                            input.set("flavor", options.flavor).set("volume", positive(options.size));
                            return input;
                          },
                          [](const Value& output) { return pretty(output.get("instance")); }};
constexpr Command kReplicate{"replicate", "An instance in another region, from a backup of one",
                             "database.replicate_to_region",
                             [](const DatabaseOptions& options) {
                               Input input;
                               input.set("instance", options.subject)
                                   .set("region", options.region)
                                   .set("flavor", options.flavor)
                                   .set("image", options.image)
                                   .set("nics", each(options.nics, read_nic));
                               return input;
                             },
                             [](const Value& output) { return pretty(output.get("instance")); }};
constexpr Command kClusterCreate{
    "cluster-create", "Create a cluster, whose members may be in several regions", "database.cluster_create",
    cluster_input, [](const Value& output) { return pretty(output.get("cluster")); }};
constexpr Command kClusterGrow{"cluster-grow", "Add members to a cluster", "database.cluster_grow",
                               [](const DatabaseOptions& options) {
                                 Input input = members_input(options);
                                 input.set("cluster", options.subject);
                                 return input;
                               },
                               [](const Value& output) { return pretty(output.get("cluster")); }};
constexpr Command kClusterShrink{
    "cluster-shrink", "Remove members from a cluster", "database.cluster_shrink",
    [](const DatabaseOptions& options) {
      Input input;
      input.set("cluster", options.subject)
          .set("instances", names(options.instances))
          .set("mode", options.mode);
      return input;
    },
    [](const Value& output) { return fmt::format("removed: {}\n", core::to_json(output.get("removed"))); }};

class Group {
 public:
  Group(CLI::App& app, int& exit_code)
      : app_(*app.add_subcommand("database", "Database instances and clusters in all regions")),
        exit_code_(exit_code) {
    app_.require_subcommand(1);
  }

  // [subject]: what its argument is called; nullptr: it has none.
  CLI::App& add(const Command& command, const char* subject) {
    auto options = std::make_shared<DatabaseOptions>();
    options_ = options.get();
    CLI::App* made = app_.add_subcommand(command.name, command.help);
    if (subject != nullptr) made->add_option(subject, options->subject, "Its name or id")->required();
    add_credential_options(*made, options->run);
    made->add_option("--os-region-name", options->run.region,
                     "The home region; otherwise that of the credentials");
    add_store_options(*made, options->run);
    made->callback([options, command, &exit_code = exit_code_] {
      RunOptions run_options = options->run;
      run_options.paths.files = {command.workflow};
      run_options.input = command.input(*options).json();
      run_options.show = command.show;
      exit_code = run(run_options);
    });
    return *made;
  }
  // Of the command that was added last, until the program ends.
  DatabaseOptions& options() noexcept { return *options_; }

  void add_region(CLI::App& command, const char* help) {
    command.add_option("--region", options().region, help);
  }
  void add_flavor(CLI::App& command) {
    command.add_option("--flavor", options().flavor, "Name or id of a flavor of the home region");
  }
  void add_size(CLI::App& command) {
    command.add_option("--size", options().size, "Of the volume, GiB")->check(CLI::PositiveNumber);
  }
  void add_nics(CLI::App& command) {
    command
        .add_option("--nic", options().nics, "net-id=ID,v4-fixed-ip=IP,port-id=ID; more than once for more")
        ->allow_extra_args(false);
  }
  void add_image(CLI::App& command) {
    command.add_option("--image", options().image,
                       "Name of the datastore version's image, which Trove tells to administrators only");
  }
  void add_mode(CLI::App& command, const std::vector<std::string>& modes, const char* help) {
    command.add_option("--mode", options().mode, help)->check(CLI::IsMember(modes));
  }
  void add_kind(CLI::App& command) {
    add_image(command);
    command.add_flag("--keep", options().keep, "Leave what was made before a failure");
  }
  // python-troveclient writes some of these with underscores.
  void add_members(CLI::App& command) {
    command
        .add_option("--instance", options().instances,
                    "flavor=NAME,volume=GIB,volume_type=TYPE,region=REGION,nic='net-id=ID',"
                    "availability_zone=ZONE,type=TYPE,related_to=NAME,name=NAME; once for each member")
        ->required()
        ->allow_extra_args(false);
    command
        .add_option("--at-least", options().at_least, "How many members must become ACTIVE; otherwise all")
        ->check(CLI::NonNegativeNumber);
  }

 private:
  CLI::App& app_;
  int& exit_code_;
  DatabaseOptions* options_ = nullptr;  // owned by the command's callback
};

constexpr const char* kModes = "trove: by the Trove of the region; direct: by its Nova and Cinder";
constexpr const char* kClusterModes =
    "trove or direct: each member by its own region; cluster: all by the home region's Trove";

void add_create(Group& group) {
  CLI::App& command = group.add(kCreate, "NAME");
  DatabaseOptions& options = group.options();
  group.add_region(command, "Where to create it; otherwise at home");
  group.add_flavor(command);
  group.add_size(command);
  command.add_option("--volume-type,--volume_type", options.volume_type, "A type of the region's Cinder");
  command.add_option("--databases", options.databases, "Names of databases to create");
  command.add_option("--users", options.users, "NAME:PASSWORD, users of all these databases");
  command.add_option("--backup", options.backup, "Id of a backup to restore");
  command.add_option("--availability-zone,--availability_zone", options.availability_zone,
                     "A zone of the region");
  command.add_option("--datastore", options.datastore, "Its type; mysql unless it is given");
  command.add_option("--datastore-version,--datastore_version", options.datastore_version,
                     "Its version; otherwise the default one at home");
  group.add_nics(command);
  command.add_option("--configuration", options.configuration, "Id of a configuration group of the region");
  command.add_option("--replica-of,--replica_of", options.replica_of, "Id of an instance of the region");
  command.add_option("--replica-count,--replica_count", options.replica_count, "How many replicas");
  command.add_option("--locality", options.locality, "Of replicas")
      ->check(CLI::IsMember({"affinity", "anti-affinity"}));
  group.add_kind(command);
  group.add_mode(command, {"trove", "direct"}, kModes);
}

void add_clusters(Group& group) {
  CLI::App& create = group.add(kClusterCreate, "NAME");
  create.add_option("DATASTORE", group.options().datastore, "Its type")->required();
  create.add_option("DATASTORE_VERSION", group.options().datastore_version, "Its version")->required();
  group.add_members(create);
  create.add_option("--locality", group.options().locality, "In mode cluster")
      ->check(CLI::IsMember({"affinity", "anti-affinity"}));
  create.add_option("--extended-properties,--extended_properties", group.options().extended_properties,
                    "KEY=VALUE,..., in mode cluster");
  create.add_option("--configuration", group.options().configuration,
                    "Id of a configuration group, in mode cluster");
  group.add_kind(create);
  group.add_mode(create, {"trove", "direct", "cluster"}, kClusterModes);

  CLI::App& grow = group.add(kClusterGrow, "CLUSTER");
  group.add_members(grow);
  grow.add_option("--datastore", group.options().datastore, "Its type; mysql unless it is given");
  grow.add_option("--datastore-version,--datastore_version", group.options().datastore_version,
                  "Its version");
  group.add_kind(grow);
  group.add_mode(grow, {"trove", "direct", "cluster"}, kClusterModes);

  CLI::App& shrink = group.add(kClusterShrink, "CLUSTER");
  shrink.add_option("INSTANCE", group.options().instances, "Members, by id or name; in mode cluster by id")
      ->required();
  group.add_mode(shrink, {"trove", "direct", "cluster"}, kClusterModes);
}

}  // namespace

void add_database(CLI::App& app, int& exit_code) {
  Group group(app, exit_code);
  add_create(group);
  group.add_region(group.add(kList, nullptr), "Of this region only");
  constexpr const char* kWhere = "Its region; otherwise any";
  for (const Command& command : {kShow, kDelete, kRestart})
    group.add_region(group.add(command, "INSTANCE"), kWhere);

  CLI::App& resize = group.add(kResize, "INSTANCE");
  group.add_region(resize, kWhere);
  group.add_flavor(resize);
  group.add_size(resize);

  CLI::App& replicate = group.add(kReplicate, "INSTANCE");
  replicate.add_option("--region", group.options().region, "Where the new one shall be")->required();
  group.add_flavor(replicate);
  group.add_image(replicate);
  group.add_nics(replicate);

  add_clusters(group);
}

}  // namespace gregale::cli
