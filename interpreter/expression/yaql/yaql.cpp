#include "interpreter/expression/yaql/yaql.hpp"

#include "interpreter/expression/yaql/conversion.hpp"
#include "interpreter/expression/yaql/nodes.hpp"

namespace gregale::expression {

struct YaqlProgram::Implementation {
  yaql::NodePtr root;
};

YaqlProgram::YaqlProgram(const grammar::Tree& tree, std::string_view)
    : implementation_(std::make_unique<Implementation>(Implementation{yaql::bind_tree(tree)})) {}

YaqlProgram::~YaqlProgram() = default;
YaqlProgram::YaqlProgram(YaqlProgram&&) noexcept = default;
YaqlProgram& YaqlProgram::operator=(YaqlProgram&&) noexcept = default;

Value YaqlProgram::evaluate(const Scope& scope) const {
  yaql::Evaluation evaluation(scope);
  const yaql::Node& root = *implementation_->root;
  try {
    return yaql::output(evaluation, root.evaluate(evaluation, evaluation.root()));
  } catch (const EvaluationError&) {
    throw;
  } catch (const core::Error& error) {
    // From the conversion of the result, or from a lazy sequence that it walks.
    const bool limit = error.kind() == core::ErrorKind::limit;
    throw EvaluationError(error.what(), root.begin, root.end,
                          limit ? core::ErrorKind::limit : core::ErrorKind::invalid);
  }
}

}  // namespace gregale::expression
