// Actions for Gregale in C++. Derive from gregale::Action, name the class in GREGALE_ACTIONS, build a shared
// object, and put it into a folder of actions:
//
//     #include <gregale/action.hpp>
//
//     class Greet : public gregale::Action {
//      public:
//       Greet() : Action("demo.greet", "Greets somebody.") { parameter("name", "string"); }
//       gregale::Result run(gregale::Context&, const gregale::Json& input) const override {
//         return "Hello, " + input.at("name").get<std::string>() + "!";
//       }
//     };
//
//     GREGALE_ACTIONS(Greet)
//
// The header stands alone (C++17, nlohmann/json) and speaks to the engine by <gregale/plugin.h> only, so that
// a plug-in need not be built again when the engine changes, unless GREGALE_PLUGIN_ABI does.
#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <gregale/plugin.h>

namespace gregale {

using Json = nlohmann::json;

// What an action ends with: data, an error (with data that the workflow sees, and a message), or cancelled.
class Result {
 public:
  enum class State { success = 0, error = 1, cancelled = 2 };

  // Data. Everything that Json takes.
  template <typename T, typename = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Result>>>
  Result(T&& data) : data_(std::forward<T>(data)) {}
  static Result error(std::string message, Json data = nullptr) {
    Result result(data.is_null() ? Json(message) : std::move(data));
    result.state_ = State::error;
    result.message_ = std::move(message);
    return result;
  }
  static Result cancelled() {
    Result result(nullptr);
    result.state_ = State::cancelled;
    return result;
  }

  State state() const noexcept { return state_; }
  bool is_success() const noexcept { return state_ == State::success; }
  const Json& data() const noexcept { return data_; }
  const std::string& message() const noexcept { return message_; }

 private:
  State state_ = State::success;
  Json data_;
  std::string message_;
};

// For whom and where an action is carried out; it lives as long as the call. Not for several threads.
class Context {
 public:
  explicit Context(const gregale_call_v1& call) : call_(call) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Empty outside of a workflow.
  std::string_view workflow_execution_id() const { return view(call_.workflow_execution_id); }
  std::string_view task_execution_id() const { return view(call_.task_execution_id); }
  std::string_view workflow_name() const { return view(call_.workflow_name); }
  std::string_view task_name() const { return view(call_.task_name); }
  // By which an asynchronous action is completed.
  std::string_view action_execution_id() const { return view(call_.action_execution_id); }
  // The resolved one, of actions that take a region.
  std::string_view region() const { return view(call_.region); }
  std::string_view callback_url() const { return view(call_.callback_url); }
  uint32_t item_index() const { return call_.item_index; }
  uint32_t attempt() const { return call_.attempt; }
  // When the task times out, in microseconds since 1970; 0: it does not.
  int64_t deadline() const { return call_.deadline; }
  Json custom_context() const { return Json::parse(view(call_.custom_context)); }
  // user, project, roles, token, auth_url, service_catalog, ...; null unless the action asked for
  // credentials.
  Json security() const { return call_.security.size == 0 ? Json() : Json::parse(view(call_.security)); }

  // Carries out another action as a task would, and waits for it.
  Result call(std::string_view action, const Json& input) {
    const std::string text = input.dump();
    Answer answer;
    const int state = call_.call_action(&call_, {action.data(), action.size()}, {text.data(), text.size()},
                                        &answer, &Answer::take_data, &Answer::take_message);
    Json data = answer.data.empty() ? Json() : Json::parse(answer.data);
    if (state == 0) return data;
    return state == 2 ? Result::cancelled() : Result::error(std::move(answer.message), std::move(data));
  }
  // Goes to the engine's standard error, without the secrets. [level]: debug, info, warning, error.
  void log(std::string_view message, std::string_view level = "info") {
    call_.log(&call_, {level.data(), level.size()}, {message.data(), message.size()});
  }
  // Whether nobody waits any more for the result; an action that takes long should look, and end.
  bool cancelled() const { return call_.cancelled(&call_) != 0; }

 private:
  struct Answer {
    std::string data, message;
    static void take_data(void* self, gregale_text text) {
      static_cast<Answer*>(self)->data.assign(text.data, text.size);
    }
    static void take_message(void* self, gregale_text text) {
      static_cast<Answer*>(self)->message.assign(text.data, text.size);
    }
  };
  static std::string_view view(gregale_text text) { return {text.data, text.size}; }
  const gregale_call_v1& call_;
};

// Base of actions. One object serves all calls, from several threads at the same time.
class Action {
 public:
  virtual ~Action() = default;
  // [input] has every declared parameter, of its type. An exception is an error with its text.
  virtual Result run(Context& context, const Json& input) const = 0;
  // What a dry run gives; it must change nothing.
  virtual Result test(Context& context, const Json& input) const {
    (void)context, (void)input;
    return nullptr;
  }

  const std::string& name() const noexcept { return name_; }
  const Json& declaration() const noexcept { return declaration_; }

 protected:
  Action(std::string name, std::string description) : name_(std::move(name)) {
    declaration_ = {{"description", std::move(description)}, {"parameters", Json::object()}};
  }
  // A required parameter. [type]: any, string, integer, number, boolean, list, map.
  void parameter(const std::string& name, const std::string& type, const std::string& description = {}) {
    declaration_["parameters"][name] = {{"type", type}, {"description", description}};
  }
  // One with a default.
  void optional_parameter(const std::string& name, const std::string& type, Json default_value,
                          const std::string& description = {}) {
    parameter(name, type, description);
    declaration_["parameters"][name]["default"] = std::move(default_value);
  }
  void accepts_any() { declaration_["accepts_any"] = true; }
  // It may be sent again after a crash.
  void idempotent() { declaration_["idempotent"] = true; }
  // It takes a region, and gets the task's.
  void takes_region() { declaration_["region"] = true; }
  // It gets the security context.
  void needs_credentials() { declaration_["credentials"] = true; }
  // is_sync() is false: what run() gives says only that it is set going.
  void asynchronous() { declaration_["asynchronous"] = true; }

 private:
  std::string name_;
  Json declaration_;
};

namespace detail {

inline gregale_text text_of(const std::string& text) {
  return {text.data(), text.size()};
}

template <typename Method>
int carry_out(const void* self, const gregale_call_v1* call, Method method) noexcept {
  std::string message;
  try {
    Context context(*call);
    const Json input = Json::parse(std::string_view(call->input.data, call->input.size));
    const Result result = (static_cast<const Action*>(self)->*method)(context, input);
    const std::string data = result.data().dump();
    call->data(call->receiver, text_of(data));
    if (!result.message().empty()) call->message(call->receiver, text_of(result.message()));
    return static_cast<int>(result.state());
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "an exception without a text";
  }
  call->message(call->receiver, text_of(message));
  return static_cast<int>(Result::State::error);
}

// The actions of a plug-in, made when they are first asked for.
template <typename... Actions>
size_t plugin_actions(const gregale_action_v1** first) {
  struct Entry {
    std::unique_ptr<Action> action;
    std::string declaration;
  };
  static const std::vector<Entry> entries = [] {
    std::vector<Entry> made;
    (made.push_back({std::make_unique<Actions>(), {}}), ...);
    for (Entry& entry : made) entry.declaration = entry.action->declaration().dump();
    return made;
  }();
  static const std::vector<gregale_action_v1> table = [] {
    std::vector<gregale_action_v1> made;
    for (const Entry& entry : entries) {
      made.push_back(
          {text_of(entry.action->name()), text_of(entry.declaration), entry.action.get(),
           [](const void* self, const gregale_call_v1* call) { return carry_out(self, call, &Action::run); },
           [](const void* self, const gregale_call_v1* call) {
             return carry_out(self, call, &Action::test);
           }});
    }
    return made;
  }();
  *first = table.data();
  return table.size();
}

}  // namespace detail

}  // namespace gregale

// Once in a plug-in: its actions, classes with a constructor without arguments.
#define GREGALE_ACTIONS(...)                                                                \
  extern "C" __attribute__((visibility("default"))) const gregale_plugin_v1 gregale_plugin; \
  const gregale_plugin_v1 gregale_plugin = {GREGALE_PLUGIN_ABI,                             \
                                            &gregale::detail::plugin_actions<__VA_ARGS__>};
