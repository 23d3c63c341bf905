// {% macro %} and {% call %}.
#include "interpreter/expression/jinja/nodes.hpp"
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

class Macro : public Callable, public WithAttributes {
 public:
  Macro(std::shared_ptr<const MacroParts> parts, std::shared_ptr<Frame> outside)
      : parts_(std::move(parts)), outside_(std::move(outside)) {}

  Value call(Runtime& runtime, const Arguments& arguments) const override {
    Level level(runtime, outside_);
    bind(runtime, arguments);
    std::string out;
    parts_->body->run(runtime, out);
    return runtime.autoescape ? markup(std::move(out)) : Value(std::move(out));
  }

  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    if (name == "name") {
      result = Value(parts_->name);
    } else if (name == "arguments") {
      List names;
      for (const MacroParts::Parameter& parameter : parts_->parameters) {
        names.push_back(Value(parameter.name));
      }
      result = Value::tuple(std::move(names));
    } else if (name == "catch_kwargs") {
      result = Value(parts_->takes_kwargs);
    } else if (name == "catch_varargs") {
      result = Value(parts_->takes_varargs);
    } else if (name == "caller") {
      result = Value(parts_->takes_caller);
    } else {
      return false;
    }
    return true;
  }
  std::string_view type_name() const noexcept override { return "Macro"; }
  std::string repr() const override { return "<Macro '" + parts_->name + "'>"; }

 private:
  void bind(Runtime& runtime, const Arguments& arguments) const {
    Frame& frame = *runtime.frame;
    std::vector<bool> used(arguments.named.size());
    const auto named = [&](std::string_view name) -> const Value* {
      for (size_t i = 0; i < arguments.named.size(); ++i) {
        if (arguments.named[i].first != name) continue;
        used[i] = true;
        return &arguments.named[i].second;
      }
      return nullptr;
    };
    for (size_t i = 0; i < parts_->parameters.size(); ++i) {
      const MacroParts::Parameter& parameter = parts_->parameters[i];
      if (i < arguments.size()) {
        frame.set(parameter.id, arguments.positional[i]);
      } else if (const Value* given = named(parameter.name)) {
        frame.set(parameter.id, *given);
      } else if (parameter.otherwise) {
        frame.set(parameter.id, parameter.otherwise->evaluate(runtime));
      } else {
        frame.set(parameter.id, make_undefined("parameter '" + parameter.name + "' was not provided"));
      }
    }
    if (parts_->takes_caller) {
      const Value* caller = named("caller");
      frame.set(parts_->caller, caller != nullptr ? *caller : make_undefined("No caller defined"));
    }
    bind_rest(frame, arguments, used);
  }

  void bind_rest(Frame& frame, const Arguments& arguments, const std::vector<bool>& used) const {
    Map rest;
    for (size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) rest.set(Value(arguments.named[i].first), arguments.named[i].second);
    }
    if (parts_->takes_kwargs) {
      frame.set(parts_->kwargs, Value(std::move(rest)));
    } else if (!rest.empty()) {
      throw TypeError("macro '" + parts_->name + "' takes no keyword argument " + shown(rest.at(0).key));
    }
    const size_t known = parts_->parameters.size();
    if (parts_->takes_varargs) {
      List extra;
      for (size_t i = known; i < arguments.size(); ++i) extra.push_back(arguments.positional[i]);
      frame.set(parts_->varargs, Value::tuple(std::move(extra)));
    } else if (arguments.size() > known) {
      throw TypeError("macro '" + parts_->name + "' takes not more than " + std::to_string(known) +
                      " argument(s)");
    }
  }

  std::shared_ptr<const MacroParts> parts_;
  std::shared_ptr<Frame> outside_;
};

class MacroStatement : public Statement {
 public:
  MacroStatement(uint32_t id, std::shared_ptr<const MacroParts> parts) : id_(id), parts_(std::move(parts)) {}
  void run(Runtime& runtime, std::string&) const override {
    runtime.step();
    runtime.keep(runtime.frame);
    runtime.frame->set(id_, Value::object(std::make_shared<Macro>(parts_, runtime.frame)));
  }

 private:
  uint32_t id_;
  std::shared_ptr<const MacroParts> parts_;
};

class CallBlock : public Statement {
 public:
  CallBlock(std::shared_ptr<const MacroParts> caller, NodePtr callee, ArgumentNodes arguments)
      : caller_(std::move(caller)), callee_(std::move(callee)), arguments_(std::move(arguments)) {}
  void run(Runtime& runtime, std::string& out) const override {
    const Value callee = callee_->evaluate(runtime);
    Arguments arguments;
    arguments_.evaluate(runtime, arguments);
    runtime.keep(runtime.frame);
    arguments.named.emplace_back("caller", Value::object(std::make_shared<Macro>(caller_, runtime.frame)));
    runtime.print(call_value(runtime, callee, arguments), out);
  }

 private:
  std::shared_ptr<const MacroParts> caller_;
  NodePtr callee_;
  ArgumentNodes arguments_;
};

}  // namespace

StatementPtr make_macro(uint32_t id, std::shared_ptr<const MacroParts> parts) {
  return std::make_unique<MacroStatement>(id, std::move(parts));
}
StatementPtr make_call_block(std::shared_ptr<const MacroParts> caller, NodePtr callee,
                             ArgumentNodes arguments) {
  return std::make_unique<CallBlock>(std::move(caller), std::move(callee), std::move(arguments));
}

}  // namespace gregale::expression::jinja
