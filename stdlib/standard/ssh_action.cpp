#include "stdlib/standard/ssh_action.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "stdlib/http/text.hpp"
#include "stdlib/ssh/ssh_session.hpp"
#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Value;
using interpreter::ActionResult;

namespace {

constexpr std::chrono::seconds kLongestCommand{24 * 3600};
constexpr int64_t kHighestPort = 65535;

std::vector<ir::ActionParameter> common_parameters(bool key_needed) {
  return {{"cmd", true, {}, "the command, as the login shell takes it"},
          {"host", true, {}, "name or address; with a list the result is a list, in the same order"},
          {"username", true, {}, "who logs in"},
          {"password", false, {}, "the password, or the passphrase of the key"},
          {"private_key_filename", key_needed, {}, "the key: a path, or a file of ~/.ssh"},
          {"private_key", false, {}, "the key itself, instead of a file"},
          {"port", false, 22, "the port of the hosts"}};
}

uint16_t port_parameter(const Value& input, std::string_view name) {
  const Value* port = input.find(name);
  if (port == nullptr || port->is_null()) return 22;
  if (!port->is_small_integer() || port->as_integer() < 1 || port->as_integer() > kHighestPort) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be a number from 1 to {}", name, kHighestPort));
  }
  return static_cast<uint16_t>(port->as_integer());
}

// A name without a slash at its start is that of a file of ~/.ssh. A way out of there is refused.
std::string key_path(const std::string& name) {
  if (name.empty() || name.front() == '/') return name;
  if (name.find("..") != std::string::npos) {
    throw Error(ErrorKind::invalid, "`private_key_filename` must not contain '..'");
  }
  const char* home = std::getenv("HOME");
  return fmt::format("{}/.ssh/{}", home == nullptr ? "" : home, name);
}

SshLogin login_parameters(const Value& input) {
  SshLogin login;
  login.user = text_parameter(input, "username");
  login.password = text_parameter(input, "password");
  login.private_key = text_parameter(input, "private_key");
  login.private_key_file = key_path(text_parameter(input, "private_key_filename"));
  login.port = port_parameter(input, "port");
  return login;
}

class SshAction : public BlockingAction {
 public:
  SshAction(ir::ActionSignature signature, WorkerPool& pool)
      : BlockingAction(std::move(signature), pool, kLongestCommand) {}

 protected:
  ActionResult carry_out(const Value& input, const Allowance& allowance) const override {
    const std::string command = text_parameter(input, "cmd");
    const std::vector<std::string> hosts = texts_parameter(input, "host");
    if (hosts.empty()) throw Error(ErrorKind::invalid, "`host` must name a host");
    List results;
    for (const std::string& host : hosts) {
      // What the command wrote may hold secrets, so a failure does not show it.
      const auto failed = [&](const std::string& why) {
        return ActionResult::failure(
            fmt::format("Failed to execute ssh cmd '{}' on {}: {}", command, host, why));
      };
      try {
        const SshOutcome outcome = execute(input, host, command, allowance);
        if (outcome.exit_status != 0) return failed(fmt::format("exit status {}", outcome.exit_status));
        results.push_back(Value(to_utf8(outcome.output, {})));
      } catch (const Error& error) {
        return failed(error.what());
      }
    }
    return ActionResult::success(results.size() == 1 ? results.front() : Value(std::move(results)));
  }

  virtual SshOutcome execute(const Value& input, const std::string& host, const std::string& command,
                             const Allowance& allowance) const {
    SshLogin login = login_parameters(input);
    login.host = host;
    return SshSession(login, allowance).execute(command);
  }
};

class SshProxiedAction : public SshAction {
 public:
  using SshAction::SshAction;

 protected:
  SshOutcome execute(const Value& input, const std::string& host, const std::string& command,
                     const Allowance& allowance) const override {
    SshLogin target = login_parameters(input);
    SshLogin gateway = target;
    gateway.host = text_parameter(input, "gateway_host");
    gateway.port = port_parameter(input, "gateway_port");
    gateway.proxy_command = text_parameter(input, "proxy_command");
    const std::string gateway_user = text_parameter(input, "gateway_username");
    if (!gateway_user.empty()) gateway.user = gateway_user;
    target.host = host;
    SshSession outer(gateway, allowance);
    return SshSession(target, outer, allowance).execute(command);
  }
};

ir::ActionSignature proxied_signature() {
  std::vector<ir::ActionParameter> parameters = common_parameters(true);
  parameters.insert(parameters.end(),
                    {{"gateway_host", true, {}, "the host that the way leads through"},
                     {"gateway_username", false, {}, "who logs in there; otherwise `username`"},
                     {"gateway_port", false, 22, "the port of the gateway"},
                     {"proxy_command", false, {}, "a local command that carries the way to the gateway"}});
  return {.name = "std.ssh_proxied",
          .description = "Runs a command on a host behind a gateway, by SSH.",
          .parameters = std::move(parameters)};
}

}  // namespace

void add_ssh_actions(interpreter::ActionRegistry& registry, WorkerPool& pool) {
  registry.add(
      std::make_unique<SshAction>(ir::ActionSignature{.name = "std.ssh",
                                                      .description = "Runs a command on a host, by SSH.",
                                                      .parameters = common_parameters(false)},
                                  pool));
  registry.add(std::make_unique<SshProxiedAction>(proxied_signature(), pool));
}

}  // namespace gregale::stdlib
