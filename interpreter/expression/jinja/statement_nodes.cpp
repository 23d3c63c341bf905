// Statements but for loops and macros.
#include "interpreter/expression/jinja/namespace.hpp"
#include "interpreter/expression/jinja/nodes.hpp"

namespace gregale::expression::jinja {

namespace {

class Text : public Statement {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  void run(Runtime& runtime, std::string& out) const override {
    runtime.use_memory(text_.size());
    out += text_;
  }

 private:
  std::string text_;
};

class Output : public Statement {
 public:
  Output(NodePtr node, std::string text) : node_(std::move(node)), text_(std::move(text)) {}
  void run(Runtime& runtime, std::string& out) const override {
    Value slot;
    const Value& value = node_->view(runtime, slot);
    runtime.step();
    runtime.begin = node_->begin;
    runtime.end = node_->end;
    runtime.print(value, out);
    runtime.use_memory(text_.size());
    out += text_;
  }

 private:
  NodePtr node_;
  std::string text_;  // behind it
};

class If : public Statement {
 public:
  If(std::vector<NodePtr> conditions, std::vector<StatementPtr> bodies)
      : conditions_(std::move(conditions)), bodies_(std::move(bodies)) {}
  void run(Runtime& runtime, std::string& out) const override {
    runtime.step();
    for (size_t i = 0; i < conditions_.size(); ++i) {
      if (conditions_[i]->test(runtime)) {
        bodies_[i]->run(runtime, out);
        return;
      }
    }
    if (bodies_.size() > conditions_.size()) bodies_.back()->run(runtime, out);
  }

 private:
  std::vector<NodePtr> conditions_;
  std::vector<StatementPtr> bodies_;
};

// Text that was rendered apart: safe where autoescape is on.
Value rendered(Runtime& runtime, std::string text) {
  return runtime.autoescape ? markup(std::move(text)) : Value(std::move(text));
}

// The value of [filters] on [text].
Value filtered(Runtime& runtime, const NodePtr& filters, Value text) {
  std::swap(runtime.block_text, text);
  Value result = filters->evaluate(runtime);
  std::swap(runtime.block_text, text);
  return result;
}

class Set : public Statement {
 public:
  Set(TargetPtr target, NodePtr value) : target_(std::move(target)), value_(std::move(value)) {}
  void run(Runtime& runtime, std::string&) const override {
    Value value = value_->evaluate(runtime);
    runtime.step();
    target_->assign(runtime, std::move(value));
  }

 private:
  TargetPtr target_;
  NodePtr value_;
};

class SetBlock : public Statement {
 public:
  SetBlock(TargetPtr target, NodePtr filters, StatementPtr body)
      : target_(std::move(target)), filters_(std::move(filters)), body_(std::move(body)) {}
  void run(Runtime& runtime, std::string&) const override {
    std::string text;
    {
      Level level(runtime);
      body_->run(runtime, text);
    }
    Value value = rendered(runtime, std::move(text));
    if (filters_) value = filtered(runtime, filters_, std::move(value));
    target_->assign(runtime, std::move(value));
  }

 private:
  TargetPtr target_;
  NodePtr filters_;
  StatementPtr body_;
};

class With : public Statement {
 public:
  With(std::vector<TargetPtr> targets, std::vector<NodePtr> values, StatementPtr body)
      : targets_(std::move(targets)), values_(std::move(values)), body_(std::move(body)) {}
  void run(Runtime& runtime, std::string& out) const override {
    List values;  // none of them sees the others
    for (const NodePtr& value : values_) values.push_back(value->evaluate(runtime));
    Level level(runtime);
    for (size_t i = 0; i < values.size(); ++i) targets_[i]->assign(runtime, std::move(values[i]));
    body_->run(runtime, out);
  }

 private:
  std::vector<TargetPtr> targets_;
  std::vector<NodePtr> values_;
  StatementPtr body_;
};

class FilterBlock : public Statement {
 public:
  FilterBlock(NodePtr filters, StatementPtr body) : filters_(std::move(filters)), body_(std::move(body)) {}
  void run(Runtime& runtime, std::string& out) const override {
    std::string text;
    {
      Level level(runtime);
      body_->run(runtime, text);
    }
    runtime.print(filtered(runtime, filters_, rendered(runtime, std::move(text))), out);
  }

 private:
  NodePtr filters_;
  StatementPtr body_;
};

class Autoescape : public Statement {
 public:
  Autoescape(NodePtr condition, StatementPtr body)
      : condition_(std::move(condition)), body_(std::move(body)) {}
  void run(Runtime& runtime, std::string& out) const override {
    const bool on = condition_->test(runtime);
    Level level(runtime);
    const bool before = std::exchange(runtime.autoescape, on);
    body_->run(runtime, out);
    runtime.autoescape = before;
  }

 private:
  NodePtr condition_;
  StatementPtr body_;
};

class Failing : public Statement {
 public:
  Failing(std::string message, uint32_t begin, uint32_t end)
      : message_(std::move(message)), begin_(begin), end_(end) {}
  void run(Runtime& runtime, std::string&) const override {
    runtime.begin = begin_;
    runtime.end = end_;
    throw core::Error(core::ErrorKind::invalid, message_);
  }

 private:
  std::string message_;
  uint32_t begin_, end_;
};

// A block sees the template's variables, not those of the loop that it may stand in.
class Block : public Statement {
 public:
  explicit Block(std::shared_ptr<const Statement> body) : body_(std::move(body)) {}
  void run(Runtime& runtime, std::string& out) const override {
    Level level(runtime, runtime.root_frame);
    body_->run(runtime, out);
  }

 private:
  std::shared_ptr<const Statement> body_;
};

class BlockCall : public Callable {
 public:
  explicit BlockCall(std::shared_ptr<const Statement> body) : body_(std::move(body)) {}
  Value call(Runtime& runtime, const Arguments& arguments) const override {
    Bound("block", arguments, {}, 0);
    Level level(runtime, runtime.root_frame);
    std::string out;
    body_->run(runtime, out);
    return rendered(runtime, std::move(out));
  }
  std::string_view type_name() const noexcept override { return "BlockReference"; }
  std::string repr() const override { return "<BlockReference>"; }

 private:
  std::shared_ptr<const Statement> body_;
};

class SelfObject : public python::Printable, public WithAttributes {
 public:
  explicit SelfObject(std::shared_ptr<const Blocks> blocks) : blocks_(std::move(blocks)) {}
  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    for (const auto& [block, body] : *blocks_) {
      if (block != name) continue;
      result = Value::object(std::make_shared<BlockCall>(body));
      return true;
    }
    return false;
  }
  std::string_view type_name() const noexcept override { return "TemplateReference"; }
  std::string repr() const override { return "<TemplateReference None>"; }

 private:
  std::shared_ptr<const Blocks> blocks_;
};

class Self : public Node {
 public:
  explicit Self(std::shared_ptr<const Blocks> blocks) : blocks_(std::move(blocks)) {}
  Value evaluate(Runtime&) const override { return Value::object(std::make_shared<SelfObject>(blocks_)); }

 private:
  std::shared_ptr<const Blocks> blocks_;
};

// ---- targets

class NameTarget : public Target {
 public:
  explicit NameTarget(uint32_t id) : id_(id) {}
  void assign(Runtime& runtime, Value value) const override { runtime.frame->set(id_, std::move(value)); }
  uint32_t name() const noexcept override { return id_; }

 private:
  uint32_t id_;
};

class TupleTarget : public Target {
 public:
  explicit TupleTarget(std::vector<TargetPtr> targets) : targets_(std::move(targets)) {}
  void assign(Runtime& runtime, Value value) const override {
    const List items = to_list(runtime, value);
    if (items.size() != targets_.size()) {
      throw ValueError("cannot unpack: expected " + std::to_string(targets_.size()) + " values, got " +
                       std::to_string(items.size()));
    }
    for (size_t i = 0; i < items.size(); ++i) targets_[i]->assign(runtime, items[i]);
  }

 private:
  std::vector<TargetPtr> targets_;
};

class MemberTarget : public Target {
 public:
  MemberTarget(uint32_t id, std::string member) : id_(id), member_(std::move(member)) {}
  void assign(Runtime& runtime, Value value) const override {
    const Value* found = runtime.frame->find(id_);
    const auto* space = found == nullptr ? nullptr : found->object_as<Namespace>();
    if (space == nullptr) throw TypeError("cannot assign attribute on non-namespace object");
    space->set(runtime, member_, std::move(value));
  }

 private:
  uint32_t id_;
  std::string member_;
};

}  // namespace

StatementPtr make_text(std::string text) {
  return std::make_unique<Text>(std::move(text));
}
StatementPtr make_output(NodePtr node, std::string text) {
  return std::make_unique<Output>(std::move(node), std::move(text));
}
StatementPtr make_if(std::vector<NodePtr> conditions, std::vector<StatementPtr> bodies) {
  return std::make_unique<If>(std::move(conditions), std::move(bodies));
}
StatementPtr make_set(TargetPtr target, NodePtr value) {
  return std::make_unique<Set>(std::move(target), std::move(value));
}
StatementPtr make_set_block(TargetPtr target, NodePtr filters, StatementPtr body) {
  return std::make_unique<SetBlock>(std::move(target), std::move(filters), std::move(body));
}
StatementPtr make_with(std::vector<TargetPtr> targets, std::vector<NodePtr> values, StatementPtr body) {
  return std::make_unique<With>(std::move(targets), std::move(values), std::move(body));
}
StatementPtr make_filter_block(NodePtr filters, StatementPtr body) {
  return std::make_unique<FilterBlock>(std::move(filters), std::move(body));
}
StatementPtr make_autoescape(NodePtr condition, StatementPtr body) {
  return std::make_unique<Autoescape>(std::move(condition), std::move(body));
}
StatementPtr make_failing_statement(std::string message, uint32_t begin, uint32_t end) {
  return std::make_unique<Failing>(std::move(message), begin, end);
}
StatementPtr make_block(std::shared_ptr<const Statement> body) {
  return std::make_unique<Block>(std::move(body));
}
NodePtr make_self(std::shared_ptr<const Blocks> blocks) {
  return std::make_unique<Self>(std::move(blocks));
}
TargetPtr make_name_target(uint32_t id) {
  return std::make_unique<NameTarget>(id);
}
TargetPtr make_tuple_target(std::vector<TargetPtr> targets) {
  return std::make_unique<TupleTarget>(std::move(targets));
}
TargetPtr make_member_target(uint32_t id, std::string member) {
  return std::make_unique<MemberTarget>(id, std::move(member));
}

}  // namespace gregale::expression::jinja
