// Expressions as JSON lines: one question, one answer. `gregale eval --batch` and the conformance corpora
// use it.
#pragma once

#include <string>
#include <string_view>

#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {

// [json_line] is {"id", "expr", "data", "config"?, "db"?}: a text (or a list or dict of texts, which is
// walked), the data context, options of Mistral's [yaql] section, and workflow and task executions for
// task(), execution() and the like. With no data, or empty data, nothing is evaluated.
//
// The answer is {"id", "ok": true, "value"} or {"id", "ok": false, "error_class": "syntax" or
// "evaluation", "message"}. Values that JSON does not have are objects with the member "__type__": "set",
// "tuple", "dict" (keys that are not text), "datetime", "timespan", "float" (nan, inf), "regex", "str"
// (lone surrogates), "context", "undefined". [budget] holds for each text. Never throws.
std::string evaluate_batch_line(std::string_view json_line, const Budget& budget = {});

}  // namespace gregale::expression
