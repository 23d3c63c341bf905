// Evaluation of both languages: whatever parses ends with a value or an error, within a small budget.
#include <cstdint>
#include <string_view>

#include "core/json.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace {

using namespace gregale;

// The names that the corpora use, so that their expressions find something.
const core::Value& data() {
  static const core::Value value = core::parse_json(R"({
    "a": 1, "b": 2, "i": 7, "neg": -5, "zero": 0, "f": 2.5, "s": "hello", "u": "Žluťoučký 你好", "es": "",
    "n": null, "t": true, "fl": false, "l": [3, 1, 2], "e": [], "ed": {},
    "d": {"x": 1, "y": {"z": [1, 2, {"w": "deep"}]}}, "big": 1180591620717411303424, "exp": 1e30,
    "nested": [{"k": 1}, {"k": 2}, {"k": null}], "mixed": [1, "a", null, true, 2.5, [1], {"q": 1}],
    "nums": [5, 3, 9, 1, 3], "words": ["pear", "fig", "apple", "kiwi"], "m": {"b": 2, "a": 1, "C": 3},
    "servers": [{"id": "a1", "name": "web-1", "ram": 2048, "tags": ["web"]}, {"id": "b2", "ram": 4096}],
    "people": [{"name": "Bob", "age": 40, "city": "Rome"}, {"name": "alice", "age": 25, "city": "Oslo"}],
    "html": "<b>\"x\" & 'y'</b>", "text": "The quick brown fox", "rows": [{"g": "p", "v": 1}, {"g": "q"}],
    "__env": {"region": "R1"}, "__execution": {"id": "e1", "name": "wf"}
  })");
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const grammar::ParsedText parsed =
      grammar::parse_text(std::string_view(reinterpret_cast<const char*>(bytes), size));
  if (!parsed.expression) return 0;
  const core::VirtualClock clock(1'700'000'000 * core::kSecond);
  const expression::ValueContext context(data());
  expression::Scope scope{context};
  scope.clock = &clock;
  scope.budget.steps = 20'000;
  scope.budget.memory = 4u << 20;
  try {
    core::to_json(expression::to_data(expression::BoundExpression(*parsed.expression).evaluate(scope)));
  } catch (const core::Error&) {
    return 0;  // an answer as good as a value
  }
  return 0;
}
