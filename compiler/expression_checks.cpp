// What expressions refer to: functions, filters, tests, variables, tasks. Only what is certain is reported;
// where `$` may be something else than the context, nothing is said.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/analysis/variables.hpp"
#include "compiler/checks.hpp"
#include "compiler/language_names.hpp"

namespace gregale::compiler {

using core::Value;
using grammar::Node;
using grammar::NodeKind;
using grammar::Tree;

namespace {

class ExpressionChecker {
 public:
  ExpressionChecker(const Definitions& definitions, const Lowered& lowered, const FlowGraphs& flows,
                    const core::Value* environment, Report& report)
      : definitions_(definitions),
        lowered_(lowered),
        environment_(environment),
        report_(report),
        variables_(definitions, lowered, flows),
        references_(lowered.program.workflows.size()) {}

  References check() {
    for (const ExpressionSite& site : lowered_.sites) {
      site_ = &site;
      const Report::About about(
          report_, site_->workflow == ir::kNone ? nullptr : definitions_.workflows[site_->workflow].flat);
      const grammar::Expression& expression = lowered_.program.expressions[site_->expression].expression;
      for (const grammar::Expression::Piece& piece : expression.pieces) {
        piece_ = &piece;
        text_ = std::string_view(expression.text).substr(piece.inner);
        check_line_breaks(expression, piece);
        whole_ = expression.whole;
        if (piece.failure) {
          const size_t begin = site_->offset + piece.begin;
          report_.add("GR0511", site_->node->span_of(begin, site_->offset + piece.end),
                      piece.failure->message);
        }
        if (piece.tree.nodes.empty()) continue;
        if (expression.language == grammar::Language::yaql) {
          defines_functions_ = text_.find("def(") != std::string_view::npos;
          yaql(piece.tree.root, true);
        } else {
          locals_.clear();
          tested_.clear();
          collect_locals(piece.tree);
          jinja(piece.tree.root, false);
        }
      }
    }
    check_items();
    return std::move(references_);
  }

 private:
  const Node& node(uint32_t index) const { return piece_->tree.nodes[index]; }

  core::Span place(size_t begin, size_t end) const {
    return site_->node->span_of(site_->offset + piece_->inner + begin, site_->offset + piece_->inner + end);
  }

  // Where [name] stands in the expression's text from [from] on.
  core::Span place_of(std::string_view name, size_t from) const {
    const size_t at = text_.find(name, from);
    return at == std::string_view::npos ? place(from, from) : place(at, at + name.size());
  }

  // Mistral finds only expressions that stand on one line.
  void check_line_breaks(const grammar::Expression& expression, const grammar::Expression::Piece& piece) {
    const std::string_view text =
        std::string_view(expression.text).substr(piece.begin, piece.end - piece.begin);
    const bool yaql = expression.language == grammar::Language::yaql;
    const std::string_view open = yaql ? "<%" : "{{";
    const std::string_view close = yaql ? "%>" : "}}";
    for (size_t at = text.find(open); at != std::string_view::npos; at = text.find(open, at + 2)) {
      const size_t end = text.find(close, at);
      if (text.substr(at, end - at).find('\n') == std::string_view::npos) continue;
      const size_t begin = site_->offset + piece.begin + at;
      report_.add("GR0508", site_->node->span_of(begin, begin + 2),
                  "stock Mistral takes an expression with a line break in it for plain text");
    }
  }

  void variable(std::string_view name, const core::Span& span) {
    if (variables_.visible(*site_, name)) {
      check_certain(name, span);
      return;
    }
    std::string message = fmt::format("there is no variable `{}` here", name);
    if (variables_.published_somewhere(*site_, name)) {
      message =
          fmt::format("the variable `{}` is not published before this, on any way that leads here", name);
    }
    core::Diagnostic& finding =
        report_.add_misspelt("GR0601", span, std::move(message), name, variables_.names(*site_));
    // A warning is for what stock Mistral would start.
    if (site_->own_key) finding.severity = core::Severity::error;
  }

  // Items that a variable hides.
  void check_items() {
    for (ir::Index i = 0; i < definitions_.workflows.size(); ++i) {
      const WorkflowDefinition& workflow = definitions_.workflows[i];
      const Report::About about(report_, workflow.flat);
      for (ir::Index task = 0; task < workflow.tasks.size(); ++task) {
        for (const WithItemsDefinition& items : workflow.tasks[task]->with_items) {
          const std::string& name = items.items.variable;
          if (!variables_.published_before(i, task, name)) continue;
          report_.add(
              "GR0704", items.text->span_of(items.items.variable_begin, items.items.variable_end),
              fmt::format("for stock Mistral the variable `{}` that was published before hides the item of "
                          "`with-items`",
                          name));
        }
      }
    }
  }

  void check_certain(std::string_view name, const core::Span& span) {
    if (variables_.certain(*site_, name)) return;
    report_
        .add("GR0602", span,
             fmt::format("the variable `{}` is not published on every way that leads here", name))
        .note = "`$.get(name)` in YAQL, `_.get('name')` in Jinja give null where it is missing";
  }

  // ---- what is handed on to the analyses

  Word word(std::string_view text, size_t begin, size_t end) const {
    const size_t offset = site_->offset + piece_->inner;
    return {text, offset + begin, offset + end};
  }

  void record(Reference::Kind kind, const Word& name, size_t root) {
    if (site_->workflow == ir::kNone) return;
    Reference reference;
    reference.kind = kind;
    reference.site = static_cast<ir::Index>(site_ - lowered_.sites.data());
    reference.whole = whole_ && root == piece_->tree.root;
    reference.name = name;
    if (!members_.empty()) reference.first = members_.back();
    if (members_.size() > 1) reference.second = members_[members_.size() - 2];
    references_[site_->workflow].push_back(reference);
  }

  void task_reference(std::string_view name, const core::Span& span) {
    if (site_->workflow == ir::kNone) return;
    const WorkflowDefinition& workflow = definitions_.workflows[site_->workflow];
    if (workflow.task_index.count(name) != 0) return;
    report_.add_misspelt(
        "GR0311", span,
        fmt::format("there is no task `{}` in this workflow, so `task({})` is null", name, name), name,
        workflow.task_names());
  }

  // custom_context('key') where the value would be seen.
  void secret_reference(std::string_view key, const core::Span& span) {
    if (site_->workflow == ir::kNone || site_->usage == Usage::task) return;
    const auto& keys = definitions_.workflows[site_->workflow].custom_context;
    const bool secret = std::any_of(keys.begin(), keys.end(), [&](const ContextKeyDefinition& one) {
      return one.name->text == key && one.flag("secret");
    });
    if (!secret) return;
    report_.add(
        "GR0802", span,
        fmt::format("`{}` of the custom context is secret; it may only go into the input of an action", key));
  }

  // The functions whose first argument (if there is one) names something of the workflow.
  void named_reference(std::string_view function, const Node* first) {
    if (function == "env") environment_reference();
    if (function != "task" && function != "custom_context") return;
    if (first == nullptr) {
      if (function != "task") return;
      record(Reference::Kind::task, {}, chain_);
      return;
    }
    const bool text = first->value.is_string() &&
                      (first->kind == NodeKind::yaql_keyword || first->kind == NodeKind::constant);
    if (!text) return;
    const std::string& name = first->value.as_string();
    if (function == "custom_context") {
      secret_reference(name, place_of(name, first->begin));
      return;
    }
    task_reference(name, place_of(name, first->begin));
    const size_t at = std::min(text_.find(name, first->begin), text_.size());
    record(Reference::Kind::task, word(name, at, at + name.size()), chain_);
  }

  // env().name, where the environment is known.
  void environment_reference() {
    if (environment_ == nullptr || members_.empty()) return;
    const Word& name = members_.back();
    if (environment_->find(name.text) != nullptr) return;
    std::vector<std::string> names;
    for (const core::Map::Entry& entry : environment_->as_map()) {
      if (entry.key.is_string()) names.push_back(entry.key.as_string());
    }
    report_.add_misspelt("GR0314", site_->node->span_of(name.begin, name.end),
                         fmt::format("the environment has no `{}`", name.text), name.text, names);
  }

  // A name where the context's members are asked for by text: `get(name)`.
  void read_by_name(const Node& argument) {
    const bool text = argument.kind == NodeKind::constant || argument.kind == NodeKind::yaql_keyword;
    if (text && argument.value.is_string()) {
      record(Reference::Kind::variable, word(argument.value.as_string(), argument.begin, argument.end),
             kNoRoot);
    } else {
      record(Reference::Kind::context, {}, kNoRoot);
    }
  }

  // ---- YAQL; [root]: `$` is the context

  void yaql(uint32_t index, bool root) {
    const Node& here = node(index);
    if (members_.empty()) chain_ = index;
    if (here.kind == NodeKind::binary && (here.value.as_string() == "." || here.value.as_string() == "?.")) {
      yaql_member(here, root);
      return;
    }
    if (here.kind == NodeKind::call) {
      yaql_call(here, root);
      return;
    }
    if (here.kind == NodeKind::yaql_variable && root && here.value.as_string().empty()) {
      record(Reference::Kind::context, {}, chain_);
    }
    if (here.kind == NodeKind::yaql_keyword) bare_word(here, index == piece_->tree.root);
    const std::vector<Word> outer = std::exchange(members_, {});
    if (here.kind == NodeKind::binary && here.value.as_string() == "->") {
      yaql(here.children[0], root);
      yaql(here.children[1], false);
    } else if (here.kind == NodeKind::keyword_argument) {
      if (node(here.children[0]).kind != NodeKind::yaql_keyword) yaql(here.children[0], root);
      yaql(here.children[1], root);
    } else {
      for (uint32_t child : here.children) yaql(child, root);
    }
    members_ = outer;
  }

  // A word that is no member, no function and no argument's name is text.
  void bare_word(const Node& here, bool alone) {
    const std::string& name = here.value.as_string();
    const core::Span span = place(here.begin, here.end);
    for (const auto& [theirs, ours] : {std::pair{"None", "null"}, {"True", "true"}, {"False", "false"}}) {
      if (name != theirs) continue;
      report_.add("GR0510", span, fmt::format("YAQL takes `{}` for a text; write `{}`", theirs, ours))
          .suggestion = core::Suggestion{ours, span, true};
      return;
    }
    if (!alone) return;
    core::Diagnostic& finding =
        report_.add("GR0510", span, fmt::format("the bare word `{}` is a text, no variable", name));
    finding.note = fmt::format("write `$.{}` for the variable, or quotes for the text", name);
    if (variables_.visible(*site_, name)) finding.suggestion = core::Suggestion{"$." + name, span};
  }

  void yaql_member(const Node& here, bool root) {
    const Node& left = node(here.children[0]);
    const Node& right = node(here.children[1]);
    const bool context = left.kind == NodeKind::yaql_variable && left.value.as_string().empty();
    if (right.kind == NodeKind::yaql_keyword) {
      const Word member = word(right.value.as_string(), right.begin, right.end);
      if (left.kind == NodeKind::yaql_keyword && left.value.as_string() == "_") {
        report_.add("GR0601", place(left.begin, left.end), "the context of YAQL is `$`; `_` is Jinja's")
            .suggestion = core::Suggestion{"$", place(left.begin, left.end), true};
      } else if (context) {
        if (!root) return;
        if (here.value.as_string() == ".") variable(right.value.as_string(), place(right.begin, right.end));
        record(Reference::Kind::variable, member, chain_);
      } else {
        members_.push_back(member);
        yaql(here.children[0], root);
        members_.pop_back();
      }
      return;
    }
    const std::vector<Word> outer = std::exchange(members_, {});
    if (context && root) {
      const bool get =
          right.kind == NodeKind::call && right.value.as_string() == "get" && !right.children.empty();
      if (get) {
        read_by_name(node(right.children[0]));
      } else {
        record(Reference::Kind::context, {}, kNoRoot);
      }
    }
    yaql(here.children[1], root);
    if (!context) yaql(here.children[0], root);
    members_ = outer;
  }

  void yaql_call(const Node& here, bool root) {
    const std::string& name = here.value.as_string();
    if (!defines_functions_ && !name.empty() && !contains(yaql_functions(), name)) {
      core::Diagnostic& finding =
          report_.add_misspelt("GR0505", place_of(name, here.begin),
                               fmt::format("YAQL has no function `{}`", name), name, yaql_functions());
      if (name == "not") finding.note = "`not` is an operator: write a blank behind it";
      if (name == "default") finding.note = "write `coalesce($.a, 1)` or `$.get(a, 1)`";
    }
    named_reference(name, here.children.empty() ? nullptr : &node(here.children[0]));
    const std::vector<Word> outer = std::exchange(members_, {});
    const bool inner = root && !changes_yaql_context(name) && contains(yaql_functions(), name);
    for (uint32_t child : here.children) {
      // A bare word as an argument is the usual way to name a task or a key.
      if (node(child).kind != NodeKind::yaql_keyword) yaql(child, inner);
    }
    members_ = outer;
  }

  // ---- Jinja; [forgiving]: an undefined variable is no mistake there

  void collect_locals(const Tree& tree) {
    for (const Node& one : tree.nodes) {
      switch (one.kind) {
        case NodeKind::jinja_for:
        case NodeKind::jinja_set:
        case NodeKind::jinja_set_block:
          collect_names(tree, one.children[0]);
          break;
        case NodeKind::jinja_with:
          for (size_t i = 0; i + 1 < one.children.size(); i += 2) collect_names(tree, one.children[i]);
          break;
        case NodeKind::jinja_macro:
        case NodeKind::jinja_parameter:
          locals_.push_back(one.value.as_string());
          break;
        case NodeKind::jinja_test:
          // `_.x is defined`: what is tested may be missing, wherever else it stands.
          if (one.value.as_string() == "defined" || one.value.as_string() == "undefined") {
            tested_.push_back(tree.nodes[one.children[0]].value);
          }
          break;
        default:
          break;
      }
    }
  }

  void collect_names(const Tree& tree, uint32_t index) {
    const Node& target = tree.nodes[index];
    if (target.kind == NodeKind::jinja_name) locals_.push_back(target.value.as_string());
    if (target.kind == NodeKind::jinja_tuple || target.kind == NodeKind::list) {
      for (uint32_t child : target.children) collect_names(tree, child);
    }
  }

  bool is_context(uint32_t index) const {
    const Node& one = node(index);
    return one.kind == NodeKind::jinja_name && one.value.as_string() == "_";
  }

  void jinja(uint32_t index, bool forgiving) {
    const Node& here = node(index);
    if (members_.empty()) chain_ = index;
    if (here.kind == NodeKind::jinja_attribute) {
      jinja_attribute(here, forgiving);
      return;
    }
    if (here.kind == NodeKind::call) {
      jinja_call(here, forgiving);
      return;
    }
    const std::vector<Word> outer = std::exchange(members_, {});
    switch (here.kind) {
      case NodeKind::jinja_name:
        if (here.value.as_string() == "_") record(Reference::Kind::context, {}, chain_);
        if (!forgiving) jinja_name(here);
        break;
      case NodeKind::jinja_filter:
        jinja_filter(here, forgiving);
        break;
      case NodeKind::jinja_test:
        jinja_test(here, forgiving);
        break;
      case NodeKind::index:
        jinja_index(here, forgiving);
        break;
      default:
        for (uint32_t child : here.children) jinja(child, forgiving);
        break;
    }
    members_ = outer;
  }

  void jinja_attribute(const Node& here, bool forgiving) {
    const std::string& name = here.value.as_string();
    const size_t at = std::min(text_.find(name, node(here.children[0]).end), text_.size());
    const Word member = word(name, at, std::min(at + name.size(), text_.size()));
    if (!is_context(here.children[0])) {
      members_.push_back(member);
      jinja(here.children[0], forgiving);
      members_.pop_back();
      return;
    }
    record(Reference::Kind::variable, member, chain_);
    const bool tested = std::find(tested_.begin(), tested_.end(), here.value) != tested_.end();
    if (!forgiving && !tested) variable(name, site_->node->span_of(member.begin, member.end));
  }

  void jinja_index(const Node& here, bool forgiving) {
    size_t first = 0;
    if (is_context(here.children[0]) && here.children.size() == 2) {
      read_by_name(node(here.children[1]));
      first = 1;
    }
    for (; first < here.children.size(); ++first) jinja(here.children[first], forgiving);
  }

  void jinja_name(const Node& here) {
    const std::string& name = here.value.as_string();
    if (name == "_" || contains(jinja_functions(), name)) return;
    if (std::find(locals_.begin(), locals_.end(), name) != locals_.end()) return;
    core::Diagnostic& finding =
        report_.add("GR0601", place(here.begin, here.end), fmt::format("Jinja knows no `{}` here", name));
    if (name == "null") {
      finding.note = "write `none`";
      finding.suggestion = core::Suggestion{"none", finding.span, true};
    }
    if (variables_.visible(*site_, name)) {
      finding.note = fmt::format("variables of the workflow are members of `_`: write `_.{}`", name);
      finding.suggestion = core::Suggestion{"_." + name, finding.span};
    }
  }

  void jinja_filter(const Node& here, bool forgiving) {
    const std::string& name = here.value.as_string();
    const size_t from = here.children.empty() ? here.begin : node(here.children[0]).end;
    const bool mistral = contains(mistral_functions(), name);
    if (!mistral && !contains(jinja_filters(), name)) {
      report_.add_misspelt("GR0506", place_of(name, from), fmt::format("Jinja has no filter `{}`", name),
                           name, jinja_filters());
    }
    if (mistral && !here.children.empty() && !is_context(here.children[0])) {
      report_
          .add("GR0509", place_of(name, from),
               fmt::format("for stock Mistral the filter `{}` takes what stands before it for the context",
                           name))
          .note = fmt::format("write `{}(...)` as a function", name);
    }
    const bool has_default = name == "default" || name == "d";
    for (size_t i = 0; i < here.children.size(); ++i)
      jinja(here.children[i], forgiving || (i == 0 && has_default));
    check_named_filter(here, name);
  }

  // map('lower'), select('odd'): the name of a filter or test as an argument.
  void check_named_filter(const Node& here, std::string_view name) {
    if (here.children.size() < 2) return;
    const Node& first = node(here.children[1]);
    if (first.kind != NodeKind::constant || !first.value.is_string()) return;
    const std::string& named = first.value.as_string();
    if (name == "map" && !contains(jinja_filters(), named) && !contains(mistral_functions(), named)) {
      report_.add_misspelt("GR0506", place_of(named, first.begin),
                           fmt::format("Jinja has no filter `{}`", named), named, jinja_filters());
    }
    if ((name == "select" || name == "reject") && !contains(jinja_tests(), named)) {
      report_.add_misspelt("GR0506", place_of(named, first.begin),
                           fmt::format("Jinja has no test `{}`", named), named, jinja_tests());
    }
  }

  void jinja_test(const Node& here, bool forgiving) {
    const std::string& name = here.value.as_string();
    if (!contains(jinja_tests(), name)) {
      report_.add_misspelt("GR0506", place_of(name, node(here.children[0]).end),
                           fmt::format("Jinja has no test `{}`", name), name, jinja_tests());
    }
    const bool about_existence = name == "defined" || name == "undefined";
    for (size_t i = 0; i < here.children.size(); ++i) {
      jinja(here.children[i], forgiving || (i == 0 && about_existence));
    }
  }

  void jinja_call(const Node& here, bool forgiving) {
    const Node& callee = node(here.children[0]);
    if (callee.kind == NodeKind::jinja_name) jinja_function(callee, here);
    const std::vector<Word> outer = std::exchange(members_, {});
    if (callee.kind == NodeKind::jinja_attribute) {  // a method: of a mapping, a text, ...
      const bool get =
          is_context(callee.children[0]) && callee.value.as_string() == "get" && here.children.size() > 1;
      if (get) {
        read_by_name(node(here.children[1]));
      } else {
        jinja(callee.children[0], forgiving);
      }
    } else if (callee.kind != NodeKind::jinja_name) {
      jinja(here.children[0], forgiving);
    }
    for (size_t i = 1; i < here.children.size(); ++i) jinja(here.children[i], forgiving);
    members_ = outer;
  }

  void jinja_function(const Node& callee, const Node& call) {
    const std::string& name = callee.value.as_string();
    const bool local = std::find(locals_.begin(), locals_.end(), name) != locals_.end();
    if (!local && name != "_" && !contains(jinja_functions(), name)) {
      core::Diagnostic& finding =
          report_.add_misspelt("GR0505", place(callee.begin, callee.end),
                               fmt::format("Jinja has no function `{}`", name), name, jinja_functions());
      if (name == "len") finding.note = "write `... | length`";
      if (name == "str") finding.note = "write `... | string`";
    }
    named_reference(name, call.children.size() > 1 ? &node(call.children[1]) : nullptr);
  }

  static constexpr size_t kNoRoot = SIZE_MAX;

  const Definitions& definitions_;
  const Lowered& lowered_;
  const core::Value* environment_;
  Report& report_;
  Variables variables_;
  References references_;
  std::vector<Word> members_;  // that are taken of what is looked at, the last first
  uint32_t chain_ = 0;         // the node where those members begin
  bool whole_ = false;         // the text is one expression
  const ExpressionSite* site_ = nullptr;
  const grammar::Expression::Piece* piece_ = nullptr;
  std::string_view text_;  // that the tree's offsets count in
  bool defines_functions_ = false;
  std::vector<std::string> locals_;
  std::vector<Value> tested_;  // names, by `is defined`
};

}  // namespace

References check_expressions(const Definitions& definitions, const Lowered& lowered, const FlowGraphs& flows,
                             const core::Value* environment, Report& report) {
  return ExpressionChecker(definitions, lowered, flows, environment, report).check();
}

}  // namespace gregale::compiler
