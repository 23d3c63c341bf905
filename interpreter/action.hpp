// The action interface: what the interpreter asks of everything that a task can call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/action_signature.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "core/value.hpp"
#include "interpreter/resource.hpp"

namespace gregale::interpreter {

using core::Value;

// What an action execution ends with.
struct ActionResult {
  enum class State : uint8_t { success, error, cancelled };
  State state = State::success;
  Value data;           // the result; of an error what the author sees as the task's result
  std::string message;  // of an error: for state_info; may be empty
  std::vector<std::string> request_ids = {};  // by which services know what was sent to them
  core::List calls = {};     // what it has called in turn: maps with name, state and, of errors, a message
  core::List requests = {};  // of a test: what it would have sent first (http/request_description.hpp)
  // What it, and what it has called in turn, has made and deleted; of an error, too.
  ResourceChanges resources = {};

  static ActionResult success(Value data) { return {State::success, std::move(data), {}}; }
  static ActionResult error(Value data, std::string message = {}) {
    return {State::error, std::move(data), std::move(message)};
  }
  // An error whose result is its message.
  static ActionResult failure(const std::string& message) { return {State::error, Value(message), message}; }
};

// What is done about what the same call may have made when it was sent before, by a process that has ended.
// For marked calls of actions that are findable.
enum class Search : uint8_t {
  none,   // it is sent for the first time
  first,  // it is looked for, and only where there is nothing the call is sent
  only    // it is looked for, and the call is not sent: where there is nothing it is cancelled
};

// Who calls, for whom, and where: the surroundings of one action execution.
struct ActionContext {
  core::Uuid workflow_execution_id;
  core::Uuid task_execution_id;
  core::Uuid action_execution_id;
  std::string workflow_name;
  std::string task_name;
  uint32_t item_index = 0;  // with-items; otherwise 0
  uint32_t attempt = 1;     // retries count from 2
  bool safe_rerun = false;
  std::string region;               // resolved; empty: the credentials' default
  core::Microseconds deadline = 0;  // 0: none
  // Nobody waits for the result any more (a timeout, an execution that was stopped): the call may end early.
  // Its completion is called all the same.
  std::stop_token stop = {};
  std::string callback_url;   // empty: none
  Value custom_context = {};  // a map, or null; never logged
  Value security = {};        // whose credentials, `os` of the custom context; null: the program's own
  uint32_t depth = 0;         // called by an action, which was called by an action, ...
  // What the call creates is to carry action_execution_id where there is a place for it, so that it can be
  // found again (Action::findable).
  bool marked = false;
  Search search = Search::none;
  bool until_gone = false;  // a deletion is over only when the thing is gone
};

struct ActionCall {
  std::string name;
  Value input;  // a map; parameters already checked against the signature
  ActionContext context;
};

// How an action is carried out.
enum class ActionMode : uint8_t {
  in_place,  // evaluate() gives the result inside the step: no effects, no waiting
  started,   // start() sets it going; the result comes through the completion
  outside,   // start() sets it going, and a success says only that it was; the result itself is delivered
             // from outside (`action complete`). An error, that it could not be set going, is the result
};

// How an action gives a collection that a service hands out in pages.
enum class Paging : uint8_t {
  none,       // it gives no collection, or one without pages
  all,        // it fetches further pages by itself
  by_marker,  // one page; the caller asks for the next one with `marker`
};

// What is known of an action before it is called, for people and tools.
struct ActionEffects {
  bool idempotent = false;  // whatever the input is
  Paging paging = Paging::none;
  std::string creates;     // a kind; empty: nothing
  std::string deleted_by;  // the action that deletes what it creates; empty: none
  std::string deletes;     // a kind; empty: nothing
  bool findable = false;   // see Action::findable; of most inputs
};

// Called exactly once, from any thread.
using ActionCompletion = std::function<void(ActionResult)>;

class Action {
 public:
  virtual ~Action() = default;
  // signature().name, without making a signature that is only made when it is needed.
  virtual std::string_view name() const { return signature().name; }
  virtual const ir::ActionSignature& signature() const = 0;
  virtual ActionMode mode() const { return ActionMode::started; }
  // True where carrying it out twice does no harm (a read): then it is sent again after a crash.
  virtual bool idempotent(const Value& input) const {
    (void)input;
    return false;
  }
  virtual ActionEffects effects() const { return {}; }
  // True where what a marked call creates can be found again (ActionContext::marked, search).
  virtual bool findable(const Value& input) const {
    (void)input;
    return false;
  }
  // For mode in_place: pure and quick.
  virtual ActionResult evaluate(const Value& input) const;
  // For mode in_place: seconds after which the result counts (std.sleep); the machine keeps the timer.
  // Throws Error(invalid) where the input does not tell.
  virtual double delay_seconds(const Value& input) const {
    (void)input;
    return 0;
  }
  // For modes started and outside: returns soon; the work goes on elsewhere. Errors go to the completion,
  // too.
  virtual void start(ActionCall call, ActionCompletion completion) const;
  // What the call would do, without doing it: the completion gets what the action gives in its place (null:
  // it cannot know), and the requests that it would send, so far as they do not depend on answers. By default
  // null at once.
  virtual void test(ActionCall call, ActionCompletion completion) const;
};

// The action that tells the regions of a service (input `service`, its type; empty: of all services), as a
// list of names. `with-regions: all` asks it.
inline constexpr std::string_view kRegionsAction = "openstack.regions";

// All actions that a program can call, by name. Passed explicitly; filled once at start.
class ActionRegistry : public ir::ActionCatalogue {
 public:
  // Throws Error(conflict) for a name that is taken.
  void add(std::unique_ptr<Action> action);
  const Action* find(std::string_view name) const;
  const ir::ActionSignature* find_signature(std::string_view name) const override;
  // Ascending.
  std::vector<std::string> action_names() const override;

 private:
  std::map<std::string, std::unique_ptr<Action>, std::less<>> actions_;
};

// Missing and unexpected parameters of [input] (a map); empty when it fits.
std::string check_input(const ir::ActionSignature& signature, const Value& input);

// What the input of an OpenStack action says of its region: `action_region`, or `region` unless that is a
// parameter of the call itself (an endpoint's region, say); null when it says nothing.
Value region_input(const ir::ActionSignature& signature, const Value& input);

}  // namespace gregale::interpreter
