// A plug-in whose actions do what the tests ask of them.
#include <chrono>
#include <stdexcept>
#include <thread>

#include <gregale/action.hpp>

using gregale::Action;
using gregale::Context;
using gregale::Json;
using gregale::Result;

class End : public Action {
 public:
  End() : Action("cpp.end", "Ends as it is told.") { parameter("how", "string"); }
  Result run(Context& context, const Json& input) const override {
    const auto how = input.at("how").get<std::string>();
    context.log("about to end by " + how);
    if (how == "error") return Result::error("it failed", {{"code", 7}});
    if (how == "cancelled") return Result::cancelled();
    if (how == "exception") throw std::runtime_error("thrown");
    if (how == "number") throw 5;
    if (how == "utf8") return "\xff\xfe";
    return Json{{"a", {1}}};
  }
  Result test(Context&, const Json& input) const override {
    return "would end by " + input.at("how").get<std::string>();
  }
};

class Call : public Action {
 public:
  Call() : Action("cpp.call", "Calls an action.") {
    parameter("action", "string");
    parameter("input", "map");
  }
  Result run(Context& context, const Json& input) const override {
    return context.call(input.at("action").get<std::string>(), input.at("input"));
  }
};

class Deep : public Action {
 public:
  Deep() : Action("cpp.deep", "Calls itself.") { parameter("depth", "integer"); }
  Result run(Context& context, const Json& input) const override {
    const int depth = input.at("depth").get<int>();
    if (depth == 0) return "the bottom";
    return context.call("cpp.deep", {{"depth", depth - 1}});
  }
};

class TellContext : public Action {
 public:
  TellContext() : Action("cpp.context", "Tells its context.") {}
  Result run(Context& context, const Json&) const override {
    return Json{{"workflow_execution_id", context.workflow_execution_id()},
                {"task_execution_id", context.task_execution_id()},
                {"workflow_name", context.workflow_name()},
                {"task_name", context.task_name()},
                {"item_index", context.item_index()},
                {"attempt", context.attempt()},
                {"deadline", context.deadline()},
                {"custom_context", context.custom_context()},
                {"security", context.security()}};
  }
};

class WaitForCancel : public Action {
 public:
  WaitForCancel() : Action("cpp.wait_for_cancel", "Ends when nobody waits any more.") {}
  Result run(Context& context, const Json&) const override {
    while (!context.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return Result::cancelled();
  }
};

class Later : public Action {
 public:
  Later() : Action("cpp.later", "Its result comes from outside.") { asynchronous(); }
  Result run(Context&, const Json&) const override { return nullptr; }
};

GREGALE_ACTIONS(End, Call, Deep, TellContext, WaitForCancel, Later)
