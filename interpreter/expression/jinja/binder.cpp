#include "interpreter/expression/jinja/binder.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

using grammar::NodeKind;
using grammar::Tree;
using TreeNode = grammar::Node;

constexpr std::string_view kChangingMethods[] = {
    "add",
    "append",
    "clear",
    "difference_update",
    "discard",
    "extend",
    "insert",
    "intersection_update",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "symmetric_difference_update",
    "update",
};

class Binder {
 public:
  explicit Binder(const Tree& tree) : tree_(tree) { survey(); }

  Program bind() {
    Program program;
    const TreeNode& root = tree_.nodes[tree_.root];
    if (root.kind == NodeKind::jinja_template) {
      program.template_ = body(root);
    } else {
      program.expression = expression(tree_.root);
      program.from_context = is_path(tree_.root);
    }
    program.compile_error = std::move(compile_error_);
    return program;
  }

 private:
  // ---- what the whole program says about names

  void survey() {
    for (const TreeNode& node : tree_.nodes) {
      switch (node.kind) {
        case NodeKind::jinja_for:
          assigned_.insert("loop");
          survey_target(node.children[0]);
          break;
        case NodeKind::jinja_set:
        case NodeKind::jinja_set_block:
          survey_target(node.children[0]);
          break;
        case NodeKind::jinja_with:
          for (size_t i = 0; i + 1 < node.children.size(); i += 2) survey_target(node.children[i]);
          break;
        case NodeKind::jinja_macro:
          assigned_.insert(node.value.as_string());
          [[fallthrough]];
        case NodeKind::jinja_call_block:
          assigned_.insert({"caller", "varargs", "kwargs"});
          break;
        case NodeKind::jinja_parameter:
          assigned_.insert(node.value.as_string());
          break;
        case NodeKind::jinja_autoescape:
          folding_ = false;
          break;
        case NodeKind::jinja_attribute:
        case NodeKind::constant:
          if (node.value.is_string()) {
            changing_ = changing_ || std::find(std::begin(kChangingMethods), std::end(kChangingMethods),
                                               node.value.as_string()) != std::end(kChangingMethods);
          }
          break;
        default:
          break;
      }
    }
  }

  void survey_target(uint32_t index) {
    const TreeNode& node = tree_.nodes[index];
    if (node.kind == NodeKind::jinja_name) assigned_.insert(node.value.as_string());
    if (node.kind == NodeKind::jinja_tuple) {
      for (uint32_t child : node.children) survey_target(child);
    }
  }

  uint32_t id_of(const std::string& name) {
    return ids_.try_emplace(name, static_cast<uint32_t>(ids_.size()) + 1).first->second;
  }

  bool is_context(uint32_t index) const {
    const TreeNode& node = tree_.nodes[index];
    return node.kind == NodeKind::jinja_name && node.value.as_string() == "_" && !assigned_.contains("_");
  }

  // _.a.b[0] and the like: its value is part of the context (or undefined, or a method).
  bool is_path(uint32_t index) const {
    while (true) {
      if (is_context(index)) return true;
      const TreeNode& node = tree_.nodes[index];
      const bool step =
          node.kind == NodeKind::jinja_attribute ||
          (node.kind == NodeKind::index && tree_.nodes[node.children[1]].kind == NodeKind::constant);
      if (!step) return false;
      index = node.children[0];
    }
  }

  void compile_error(std::string message, const TreeNode& node) {
    if (!compile_error_) compile_error_ = {std::move(message), node.begin, node.end};
  }

  // ---- expressions

  NodePtr placed(NodePtr node, const TreeNode& at) {
    auto& open = const_cast<Node&>(*node);  // made here, not shared yet
    open.begin = at.begin;
    open.end = at.end;
    return node;
  }

  NodePtr expression(uint32_t index) {
    const TreeNode& node = tree_.nodes[index];
    return placed(expression_of(node), node);
  }

  std::vector<NodePtr> expressions(const std::vector<uint32_t>& indices, size_t first = 0) {
    std::vector<NodePtr> nodes;
    for (size_t i = first; i < indices.size(); ++i) nodes.push_back(expression(indices[i]));
    return nodes;
  }

  NodePtr expression_of(const TreeNode& node) {
    switch (node.kind) {
      case NodeKind::constant:
        return constant(node.value);
      case NodeKind::list:
      case NodeKind::jinja_tuple:
        return sequence(node);
      case NodeKind::map:
        return fold_container(make_map(expressions(node.children)), node.children);
      case NodeKind::jinja_name:
        return name(node.value.as_string());
      case NodeKind::jinja_attribute:
        if (is_context(node.children[0])) return make_context_member(node.value);
        return make_attribute(expression(node.children[0]), node.value);
      case NodeKind::index:
        return subscript(node);
      case NodeKind::call:
        return call(node);
      case NodeKind::jinja_filter:
        return filter(node);
      case NodeKind::jinja_test:
        return test(node);
      case NodeKind::unary:
        return unary(node);
      case NodeKind::binary:
        return binary_operation(node);
      case NodeKind::jinja_compare:
        return folded(make_compare(expressions(node.children), node.value.as_list()), node.children);
      case NodeKind::jinja_condition:
        return condition(node);
      case NodeKind::jinja_body:
        return make_block_text();
      default:
        return make_failure("a slice can only stand alone between brackets");
    }
  }

  NodePtr constant(const Value& value) {
    if (value.is_float() && !std::isfinite(value.as_float())) {
      return make_failure("the number is too large");
    }
    return make_constant(value);
  }

  NodePtr sequence(const TreeNode& node) {
    return fold_container(make_list(expressions(node.children), node.kind == NodeKind::jinja_tuple),
                          node.children);
  }

  // A container of constants is one itself, unless the program may change it.
  NodePtr fold_container(NodePtr node, const std::vector<uint32_t>& children) {
    if (changing_ || !all_constant(children)) return node;
    return evaluate_now(std::move(node), true);
  }

  NodePtr folded(NodePtr node, const std::vector<uint32_t>& children) {
    if (!folding_ || !all_constant(children)) return node;
    return evaluate_now(std::move(node), false);
  }

  bool all_constant(const std::vector<uint32_t>& children) const {
    return std::all_of(children.begin(), children.end(), [&](uint32_t child) {
      const TreeNode& node = tree_.nodes[child];
      switch (node.kind) {
        case NodeKind::constant:
          return true;
        case NodeKind::list:
        case NodeKind::map:
        case NodeKind::jinja_tuple:
        case NodeKind::unary:
        case NodeKind::binary:
        case NodeKind::jinja_compare:
        case NodeKind::keyword_argument:
          return all_constant(node.children);
        case NodeKind::jinja_filter:
          return foldable(node.value.as_string()) && all_constant(node.children);
        default:
          return false;
      }
    });
  }

  // Filters that give the same whenever they are asked and need no context.
  static bool foldable(std::string_view name) {
    const auto functions = mistral_functions();
    return name != "random" && std::none_of(functions.begin(), functions.end(),
                                            [&](const auto& function) { return function.name == name; });
  }

  // Jinja computes constant parts when it compiles, and cannot write down infinities and NaN; what
  // fails there is tried again at run time.
  static NodePtr evaluate_now(NodePtr node, bool containers) {
    const ValueContext nothing{Value(Map())};
    Scope scope{nothing};
    scope.budget.steps = 10'000;
    scope.budget.memory = 1u << 20;
    Runtime runtime(scope);
    Value value;
    try {
      value = node->evaluate(runtime);
    } catch (const core::Error&) {
      return node;
    }
    if (value.is_float() && !std::isfinite(value.as_float())) {
      return make_failure("a constant part of the expression is infinite or not a number");
    }
    const bool container = value.is_list() || value.is_map() || value.is_set();
    if (value.is_object() || (container && !containers)) return node;
    return make_constant(std::move(value));
  }

  NodePtr name(const std::string& name) {
    NodePtr global;
    if (name == "_") {
      global = make_context();
    } else if (name == "__env" || name == "__execution" || name == "__task_execution") {
      global = make_context_variable(name);
    } else if (name == "self") {
      global = make_self(blocks_);
    } else if (const Value* function = find_global(name)) {
      global = make_constant(*function);
    }
    if (global && !assigned_.contains(name)) return global;
    if (assigned_.contains(name)) return make_variable(id_of(name), name, std::move(global));
    std::vector<std::string> names = global_names();
    names.insert(names.begin(), assigned_.begin(), assigned_.end());
    return make_variable(0, name, std::move(global), suggestion(name, names));
  }

  NodePtr subscript(const TreeNode& node) {
    const TreeNode& key = tree_.nodes[node.children[1]];
    if (key.kind == NodeKind::jinja_slice) {
      return make_slice(expression(node.children[0]), expression(key.children[0]),
                        expression(key.children[1]), expression(key.children[2]));
    }
    return make_item(expression(node.children[0]), expression(node.children[1]));
  }

  NodePtr call(const TreeNode& node) {
    ArgumentNodes bound = arguments(node, 1);
    const TreeNode& callee = tree_.nodes[node.children[0]];
    if (callee.kind == NodeKind::jinja_attribute) {
      return make_method_call(expression(callee.children[0]), callee.value, std::move(bound));
    }
    return make_call(expression(node.children[0]), std::move(bound));
  }

  ArgumentNodes arguments(const TreeNode& node, size_t first) {
    ArgumentNodes result;
    for (size_t i = first; i < node.children.size(); ++i) {
      const TreeNode& child = tree_.nodes[node.children[i]];
      using Kind = ArgumentNodes::Kind;
      if (child.kind == NodeKind::keyword_argument) {
        const std::string& keyword = child.value.as_string();
        for (const ArgumentNodes::Argument& other : result.arguments) {
          if (other.kind == Kind::named && other.name == keyword) {
            compile_error("the keyword argument '" + keyword + "' is given twice", child);
          }
        }
        result.arguments.push_back({Kind::named, keyword, expression(child.children[0])});
      } else if (child.kind == NodeKind::jinja_star) {
        result.arguments.push_back({Kind::star, "", expression(child.children[0])});
      } else if (child.kind == NodeKind::jinja_double_star) {
        result.arguments.push_back({Kind::double_star, "", expression(child.children[0])});
      } else {
        result.arguments.push_back({Kind::positional, "", expression(node.children[i])});
      }
    }
    return result;
  }

  // An unknown name fails at once, but where an if may keep the program from getting there.
  template <typename Unknown>
  NodePtr unknown(const TreeNode& node, Unknown unknown_name) {
    std::string message;
    try {
      unknown_name(node.value.as_string());
    } catch (const core::Error& error) {
      message = error.what();
    }
    if (!soft_) compile_error(message, node);
    return make_failure(std::move(message));
  }

  NodePtr filter(const TreeNode& node) {
    const NamedFilter* known = find_filter(node.value.as_string());
    if (known == nullptr) return unknown(node, unknown_filter);
    NodePtr result = make_filter(*known, arguments(node, 0));
    return foldable(node.value.as_string()) ? folded(std::move(result), node.children) : std::move(result);
  }

  NodePtr test(const TreeNode& node) {
    const NamedTest* known = find_test(node.value.as_string());
    if (known == nullptr) return unknown(node, unknown_test);
    return make_test(known->function, arguments(node, 0));
  }

  NodePtr unary(const TreeNode& node) {
    const std::string& operation = node.value.as_string();
    NodePtr operand = expression(node.children[0]);
    if (operation == "not") return make_not(std::move(operand));
    return folded(make_sign(std::move(operand), operation == "-"), node.children);
  }

  NodePtr binary_operation(const TreeNode& node) {
    const std::string& operation = node.value.as_string();
    if (operation == "~") {
      std::vector<uint32_t> parts;
      flatten(node, parts);
      return folded(make_concat(expressions(parts)), parts);
    }
    NodePtr left = expression(node.children[0]);
    NodePtr right = expression(node.children[1]);
    if (operation == "and") return make_and(std::move(left), std::move(right));
    if (operation == "or") return make_or(std::move(left), std::move(right));
    return folded(make_binary(operation, std::move(left), std::move(right)), node.children);
  }

  // The parts of a ~ b ~ c.
  void flatten(const TreeNode& node, std::vector<uint32_t>& parts) const {
    const TreeNode& left = tree_.nodes[node.children[0]];
    if (left.kind == NodeKind::binary && left.value.as_string() == "~") {
      flatten(left, parts);
    } else {
      parts.push_back(node.children[0]);
    }
    parts.push_back(node.children[1]);
  }

  NodePtr condition(const TreeNode& node) {
    const Soft soft(*this, true);
    NodePtr then = expression(node.children[0]);
    NodePtr test = expression(node.children[1]);
    NodePtr otherwise = node.children.size() > 2 ? expression(node.children[2]) : nullptr;
    return make_condition(std::move(then), std::move(test), std::move(otherwise));
  }

  // ---- templates

  class Soft {
   public:
    Soft(Binder& binder, bool soft) : binder_(binder), before_(binder.soft_) { binder.soft_ = soft; }
    ~Soft() { binder_.soft_ = before_; }

   private:
    Binder& binder_;
    bool before_;
  };

  StatementPtr body(const TreeNode& node) {
    auto result = std::make_unique<Body>();
    for (size_t i = 0; i < node.children.size(); ++i) {
      const TreeNode& part = tree_.nodes[node.children[i]];
      if (part.kind != NodeKind::jinja_output) {
        result->parts.push_back(statement(part));
        continue;
      }
      // With the text behind it, if there is any.
      const TreeNode* next = i + 1 < node.children.size() ? &tree_.nodes[node.children[i + 1]] : nullptr;
      const bool text = next != nullptr && next->kind == NodeKind::jinja_text;
      result->parts.push_back(
          make_output(expression(part.children[0]), text ? next->value.as_string() : std::string()));
      if (text) ++i;
    }
    return result;
  }
  StatementPtr body(uint32_t index) { return body(tree_.nodes[index]); }

  StatementPtr statement(const TreeNode& node) {
    switch (node.kind) {
      case NodeKind::jinja_text:
        return make_text(node.value.as_string());
      case NodeKind::jinja_output:
        return make_output(expression(node.children[0]), "");
      case NodeKind::jinja_if:
        return if_statement(node);
      case NodeKind::jinja_for:
        return loop(node);
      case NodeKind::jinja_set:
        return make_set(target(node.children[0]), expression(node.children[1]));
      case NodeKind::jinja_set_block:
        return set_block(node);
      case NodeKind::jinja_with:
        return with(node);
      case NodeKind::jinja_macro:
        return macro(node);
      case NodeKind::jinja_call_block:
        return call_block(node);
      case NodeKind::jinja_filter_block: {
        const Soft soft(*this, false);
        NodePtr filters = expression(node.children[0]);
        return make_filter_block(std::move(filters), body(node.children[1]));
      }
      case NodeKind::jinja_block:
        return block(node);
      case NodeKind::jinja_required_block: {  // there is no template that could fill it
        block(node);
        return make_failing_statement("Required block '" + node.value.as_string() + "' not found", node.begin,
                                      node.end);
      }
      case NodeKind::jinja_autoescape: {
        NodePtr on = expression(node.children[0]);
        return make_autoescape(std::move(on), body(node.children[1]));
      }
      default:
        return make_failing_statement(
            "there are no other templates that '" + std::string(node.value.as_string()) + "' could load",
            node.begin, node.end);
    }
  }

  StatementPtr if_statement(const TreeNode& node) {
    const Soft soft(*this, true);
    std::vector<NodePtr> conditions;
    std::vector<StatementPtr> bodies;
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      conditions.push_back(expression(node.children[i]));
      bodies.push_back(body(node.children[i + 1]));
    }
    if (node.children.size() % 2 == 1) bodies.push_back(body(node.children.back()));
    return make_if(std::move(conditions), std::move(bodies));
  }

  bool mentions(uint32_t index, std::string_view name) const {
    const TreeNode& node = tree_.nodes[index];
    if (node.kind == NodeKind::jinja_name && node.value.as_string() == name) return true;
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](uint32_t child) { return mentions(child, name); });
  }

  bool assigns_loop(uint32_t target) const {
    const TreeNode& node = tree_.nodes[target];
    if (node.kind == NodeKind::jinja_name) return node.value.as_string() == "loop";
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](uint32_t child) { return assigns_loop(child); });
  }

  StatementPtr loop(const TreeNode& node) {
    LoopParts parts;
    parts.iterable = expression(node.children[1]);
    const Soft soft(*this, false);
    if (assigns_loop(node.children[0])) {
      compile_error("can't assign to special loop variable in for-loop target", node);
    }
    parts.target = target(node.children[0]);
    parts.recursive = node.value.get("recursive").as_boolean();
    size_t next = 2;
    if (node.value.get("filter").as_boolean()) parts.filter = expression(node.children[next++]);
    const uint32_t body_index = node.children[next++];
    parts.body = body(body_index);
    if (next < node.children.size()) parts.otherwise = body(node.children[next]);
    if (parts.recursive || mentions(body_index, "loop")) parts.loop_name = id_of("loop");
    return make_loop(std::move(parts));
  }

  TargetPtr target(uint32_t index) {
    const TreeNode& node = tree_.nodes[index];
    if (node.kind == NodeKind::jinja_name) return make_name_target(id_of(node.value.as_string()));
    if (node.kind == NodeKind::jinja_attribute) {
      const std::string& object = tree_.nodes[node.children[0]].value.as_string();
      return make_member_target(id_of(object), node.value.as_string());
    }
    std::vector<TargetPtr> targets;
    for (uint32_t child : node.children) targets.push_back(target(child));
    return make_tuple_target(std::move(targets));
  }

  StatementPtr set_block(const TreeNode& node) {
    const bool with_filters = node.children.size() == 3;
    TargetPtr to = target(node.children[0]);
    const Soft soft(*this, false);
    NodePtr filters = with_filters ? expression(node.children[1]) : nullptr;
    return make_set_block(std::move(to), std::move(filters), body(node.children.back()));
  }

  StatementPtr with(const TreeNode& node) {
    const Soft soft(*this, false);
    std::vector<TargetPtr> targets;
    std::vector<NodePtr> values;
    for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
      targets.push_back(target(node.children[i]));
      values.push_back(expression(node.children[i + 1]));
    }
    return make_with(std::move(targets), std::move(values), body(node.children.back()));
  }

  std::shared_ptr<const MacroParts> macro_parts(const TreeNode& node, std::string name) {
    const Soft soft(*this, false);
    auto parts = std::make_shared<MacroParts>();
    parts->name = std::move(name);
    for (uint32_t child : node.children) {
      const TreeNode& parameter = tree_.nodes[child];
      if (parameter.kind != NodeKind::jinja_parameter) break;
      const std::string& parameter_name = parameter.value.as_string();
      parts->parameters.push_back({id_of(parameter_name), parameter_name,
                                   parameter.children.empty() ? nullptr : expression(parameter.children[0])});
    }
    const uint32_t body_index = node.children.back();
    parts->takes_varargs = mentions(body_index, "varargs");
    parts->takes_kwargs = mentions(body_index, "kwargs");
    parts->takes_caller = mentions(body_index, "caller");
    parts->varargs = id_of("varargs");
    parts->kwargs = id_of("kwargs");
    parts->caller = id_of("caller");
    parts->body = body(body_index);
    return parts;
  }

  StatementPtr macro(const TreeNode& node) {
    const std::string& name = node.value.as_string();
    return make_macro(id_of(name), macro_parts(node, name));
  }

  StatementPtr call_block(const TreeNode& node) {
    const TreeNode& call = tree_.nodes[node.children[node.children.size() - 2]];
    ArgumentNodes bound = arguments(call, 1);
    NodePtr callee = expression(call.children[0]);
    return make_call_block(macro_parts(node, "caller"), std::move(callee), std::move(bound));
  }

  StatementPtr block(const TreeNode& node) {
    const Soft soft(*this, false);
    const std::string& name = node.value.as_string();
    for (const auto& [other, content] : *blocks_) {
      if (other == name) compile_error("block '" + name + "' defined twice", node);
    }
    std::shared_ptr<const Statement> content = body(node.children[0]);
    blocks_->emplace_back(name, content);
    return make_block(std::move(content));
  }

  const Tree& tree_;
  std::set<std::string, std::less<>> assigned_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::shared_ptr<Blocks> blocks_ = std::make_shared<Blocks>();
  std::optional<Program::CompileError> compile_error_;
  bool soft_ = false;
  bool changing_ = false;
  bool folding_ = true;
};

}  // namespace

Program bind(const Tree& tree) {
  return Binder(tree).bind();
}

}  // namespace gregale::expression::jinja
