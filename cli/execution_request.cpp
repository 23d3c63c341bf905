#include "cli/execution_request.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

#include "cli/control_socket.hpp"
#include "cli/stored_execution.hpp"
#include "interpreter/document.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;
using core::Value;
using interpreter::ExecutionAddress;
using interpreter::State;

namespace {

// A process that is about to end, or has not begun yet to listen, holds the store a little longer.
constexpr int kAttempts = 50;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

std::string text_of(const Value& request, std::string_view name) {
  const Value value = request.get(name);
  return value.is_string() ? value.as_string() : std::string();
}

State state_of(const Value& request) {
  const auto state = interpreter::parse_state(text_of(request, "state"));
  if (!state) throw Error(ErrorKind::invalid, "the request names no state");
  return *state;
}

interpreter::ActionAddress action_address(const Value& request, interpreter::Store& store) {
  const std::string id = text_of(request, "id");
  const auto found = core::Uuid::looks_like(id) ? store.find_action(core::Uuid::parse(id)) : std::nullopt;
  if (!found) throw Error(ErrorKind::not_found, fmt::format("no action execution {}", id));
  return *found;
}

interpreter::ActionResult result_of(const Value& request) {
  switch (state_of(request)) {
    case State::success:
      return interpreter::ActionResult::success(request.get("data"));
    case State::error:
      return interpreter::ActionResult::error(request.get("data"));
    case State::cancelled:
      return {interpreter::ActionResult::State::cancelled, Value(), {}};
    default:
      throw Error(ErrorKind::invalid, "an action is completed with SUCCESS, ERROR or CANCELLED");
  }
}

// The store for writing, or nothing while another process holds it.
std::unique_ptr<interpreter::SqliteStore> open_store(const std::string& db,
                                                     interpreter::Durability durability) {
  try {
    return std::make_unique<interpreter::SqliteStore>(db, interpreter::StoreAccess::write, durability,
                                                      key_file());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::conflict) return nullptr;
    throw;
  }
}

}  // namespace

ExecutionAddress address_of(const Value& request, interpreter::Store& store) {
  if (text_of(request, "request") == "complete") return {action_address(request, store).root, 0};
  return find_execution(store, text_of(request, "id"));
}

ExecutionAddress carry_out(const Value& request, interpreter::Store& store, interpreter::Runtime& runtime) {
  const ExecutionAddress address = address_of(request, store);
  const std::string kind = text_of(request, "request");
  const std::string task = text_of(request, "task");
  const auto& [root, execution] = address;
  runtime.load(root);
  if (kind == "resume") {
    // One that runs was left by its process: loading it was enough.
    const State state = runtime.tree(root).executions[execution].state;
    if (state != State::running && state != State::idle) runtime.resume(root, execution, request.get("env"));
  } else if (kind == "pause") {
    runtime.pause(root, execution, std::nullopt);
  } else if (kind == "stop") {
    const Value message = request.get("message");
    runtime.stop(root, execution, state_of(request),
                 message.is_string() ? std::optional(message.as_string()) : std::nullopt);
  } else if (kind == "rerun") {
    runtime.rerun(root, execution, task, request.get("reset").truthy(), request.get("env"));
  } else if (kind == "skip") {
    runtime.skip(root, execution, task, request.get("env"));
  } else if (kind == "complete") {
    runtime.complete_action(root, action_address(request, store).action, result_of(request));
  } else {
    throw Error(ErrorKind::unimplemented, fmt::format("this program does not know the request '{}'", kind));
  }
  return address;
}

Value answer(const std::string& question, const World& world) {
  if (question != kServicesQuestion) {
    throw Error(ErrorKind::unimplemented,
                fmt::format("this program does not know the question '{}'", question));
  }
  core::Map services;
  for (const auto& [service, status] : world.openstack().held_up()) {
    services.set(Value(service), core::Map{{"circuit", to_string(status.circuit)},
                                           {"failures", status.failures},
                                           {"under_way", static_cast<int64_t>(status.under_way)},
                                           {"waiting", static_cast<int64_t>(status.waiting)},
                                           {"seconds_to_next", status.seconds_to_next}});
  }
  return Value(std::move(services));
}

Outcome request(const Value& request, const std::string& db, const EngineOptions& engine, const World& world,
                bool show_progress) {
  const interpreter::Limits limits = limits_of(engine);
  for (int attempt = 1;; ++attempt) {
    if (const auto store = open_store(db, engine.durability)) {
      CarriedOn carried(*store, world, {show_progress, db, limits});
      const ExecutionAddress address = carry_out(request, *store, carried.runtime());
      carried.run();
      const interpreter::ExecutionTree& tree = carried.runtime().tree(address.root);
      const auto& program = carried.runtime().program_of(address.root);
      return {interpreter::execution_document(program, tree, address.execution),
              tree.executions[address.execution].state};
    }
    if (ask_holder(db, request)) break;
    if (attempt == kAttempts) {
      throw Error(ErrorKind::conflict,
                  fmt::format("store {} is in use by another process, which takes no requests", db));
    }
    std::this_thread::sleep_for(kBetweenAttempts);
  }
  interpreter::SqliteStore store(db, interpreter::StoreAccess::read);
  const ExecutionAddress address = address_of(request, store);
  const interpreter::ExecutionTree tree = store.load(address.root);
  return {interpreter::execution_document(load_program(store, tree.program_digest), tree, address.execution),
          tree.executions[address.execution].state};
}

}  // namespace gregale::cli
