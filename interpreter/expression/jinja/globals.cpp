// Jinja's global functions.
#include <algorithm>
#include <random>
#include <unordered_map>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/namespace.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/sequence.hpp"

namespace gregale::expression::jinja {

namespace {

// range() may not have more items; the sandbox wants it so.
constexpr int64_t kRangeLimit = 100000;

class GlobalFunction : public Callable {
 public:
  GlobalFunction(std::string_view name, Function function) : name_(name), function_(function) {}
  Value call(Runtime& runtime, const Arguments& arguments) const override {
    return function_(runtime, arguments);
  }
  std::string_view type_name() const noexcept override { return "function"; }
  std::string repr() const override { return "<function " + name_ + ">"; }

 private:
  std::string name_;
  Function function_;
};

// One of Mistral's: the context comes first by itself.
class ContextFunction : public Callable {
 public:
  ContextFunction(std::string_view name, Function function) : name_(name), function_(function) {}
  Value call(Runtime& runtime, const Arguments& arguments) const override {
    Arguments with_context = arguments;
    with_context.positional.insert(with_context.positional.begin(), runtime.scope.data.whole());
    return function_(runtime, with_context);
  }
  std::string_view type_name() const noexcept override { return "functools.partial"; }
  std::string repr() const override { return "<function " + name_ + ">"; }

 private:
  std::string name_;
  Function function_;
};

Value range(Runtime&, const Arguments& arguments) {
  const Bound bound("range", arguments, {"start", "stop", "step"}, 1, 3);
  const int64_t first = to_count(bound.at(0), "an argument of range()");
  const int64_t start = bound[1] == nullptr ? 0 : first;
  const int64_t stop = bound[1] == nullptr ? first : to_count(bound.at(1), "an argument of range()");
  const int64_t step = bound[2] == nullptr ? 1 : to_count(*bound[2], "an argument of range()");
  if (step == 0) throw ValueError("range() arg 3 must not be zero");
  auto result = std::make_shared<Range>(start, stop, step);
  if (result->size() > kRangeLimit) {
    throw OverflowError("Range too big. The sandbox blocks ranges larger than " +
                        std::to_string(kRangeLimit) + " items.");
  }
  return Value::object(std::move(result));
}

Map map_from(Runtime& runtime, std::string_view function, const Arguments& arguments) {
  const Arguments positional{arguments.positional, {}};
  const Bound bound(function, positional, {"source"}, 0, 1);
  Map map;
  if (bound[0] != nullptr) map = make_map(runtime, *bound[0]);
  for (const auto& [name, value] : arguments.named) map.set(Value(name), value);
  runtime.use_memory(map.size() * 2 * sizeof(Value));
  return map;
}

Value dict(Runtime& runtime, const Arguments& arguments) {
  return Value(map_from(runtime, "dict", arguments));
}

Value make_namespace(Runtime& runtime, const Arguments& arguments) {
  return Value::object(std::make_shared<Namespace>(map_from(runtime, "namespace", arguments)));
}

// ---- cycler and joiner

class Cycler : public python::Printable, public WithAttributes, public std::enable_shared_from_this<Cycler> {
 public:
  explicit Cycler(List items) : items_(std::move(items)) {}
  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    if (name == "current") {
      result = items_[position_];
    } else if (name == "pos") {
      result = Value(static_cast<int64_t>(position_));
    } else if (name == "items") {
      result = Value::tuple(items_);
    } else if (name == "next") {
      result = method("next", next);
    } else if (name == "reset") {
      result = method("reset", reset);
    } else {
      return false;
    }
    return true;
  }
  std::string_view type_name() const noexcept override { return "Cycler"; }
  std::string repr() const override { return "<Cycler>"; }

 private:
  Value method(std::string name, Method function) const {
    return Value::object(std::make_shared<BoundMethod>(
        Value::object(std::shared_ptr<const core::Object>(shared_from_this())), std::move(name), function));
  }
  static Value next(Runtime&, const Value& self, const Arguments& arguments) {
    Bound("next", arguments, {}, 0);
    const auto& cycler = *self.object_as<Cycler>();
    const Value item = cycler.items_[cycler.position_];
    cycler.position_ = (cycler.position_ + 1) % cycler.items_.size();
    return item;
  }
  static Value reset(Runtime&, const Value& self, const Arguments& arguments) {
    Bound("reset", arguments, {}, 0);
    self.object_as<Cycler>()->position_ = 0;
    return Value();
  }

  List items_;
  mutable size_t position_ = 0;
};

Value cycler(Runtime&, const Arguments& arguments) {
  if (!arguments.named.empty()) throw TypeError("cycler() takes no keyword arguments");
  if (arguments.positional.empty()) throw ValueError("at least one item has to be provided");
  return Value::object(std::make_shared<Cycler>(arguments.positional));
}

// Nothing at its first call, the separator at all others.
class Joiner : public Callable, public WithAttributes {
 public:
  explicit Joiner(Value separator) : separator_(std::move(separator)) {}
  Value call(Runtime&, const Arguments& arguments) const override {
    Bound("joiner", arguments, {}, 0);
    if (used_) return separator_;
    used_ = true;
    return Value("");
  }
  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    if (name == "sep") {
      result = separator_;
    } else if (name == "used") {
      result = Value(used_);
    } else {
      return false;
    }
    return true;
  }
  std::string_view type_name() const noexcept override { return "Joiner"; }
  std::string repr() const override { return "<Joiner>"; }

 private:
  Value separator_;
  mutable bool used_ = false;
};

Value joiner(Runtime&, const Arguments& arguments) {
  const Bound bound("joiner", arguments, {"sep"}, 0);
  return Value::object(std::make_shared<Joiner>(bound[0] == nullptr ? Value(", ") : bound.at(0)));
}

// ---- lipsum

constexpr std::string_view kLatin[] = {
    "lorem", "ipsum",  "dolor",  "sit",     "amet",    "consectetur", "adipiscing", "elit",
    "sed",   "nunc",   "vitae",  "mauris",  "pretium", "vestibulum",  "quis",       "porta",
    "magna", "tempor", "cursus", "laoreet", "gravida", "bibendum",    "iaculis",    "lectus"};

// One paragraph of [count] random words.
std::string paragraph(std::mt19937_64& generator, int64_t count) {
  std::string text;
  bool capital = true;
  for (int64_t i = 0; i < count; ++i) {
    std::string word(kLatin[generator() % std::size(kLatin)]);
    if (capital) word[0] = static_cast<char>(word[0] - 32);
    const bool last = i + 1 == count;
    capital = last || generator() % 12 == 0;
    text += word;
    text += capital ? "." : generator() % 8 == 0 ? "," : "";
    if (!last) text += ' ';
  }
  return text;
}

Value lipsum(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("lipsum", arguments, {"n", "html", "min", "max"}, 0);
  const int64_t count = bound[0] == nullptr ? 5 : to_count(*bound[0], "n");
  const bool html = bound[1] == nullptr || truth(runtime, *bound[1]);
  const int64_t least = bound[2] == nullptr ? 20 : to_count(*bound[2], "min");
  const int64_t most = bound[3] == nullptr ? 100 : to_count(*bound[3], "max");
  if (least >= most || least < 0) throw ValueError("empty range for the number of words");
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t words = std::uniform_int_distribution<int64_t>(least, most - 1)(generator);
    runtime.step(static_cast<uint64_t>(words));
    runtime.use_memory(static_cast<uint64_t>(words) * 8);
    if (i > 0) out += html ? "\n" : "\n\n";
    out += html ? "<p>" + paragraph(generator, words) + "</p>" : paragraph(generator, words);
  }
  return html ? markup(std::move(out)) : Value(std::move(out));
}

constexpr NamedFunction<Function> kGlobals[] = {
    {"cycler", cycler}, {"dict", dict}, {"joiner", joiner}, {"lipsum", lipsum}, {"namespace", make_namespace},
    {"range", range},
};

const std::unordered_map<std::string_view, Value>& globals() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Value> globals;
    for (const auto& global : kGlobals) {
      globals.emplace(global.name,
                      Value::object(std::make_shared<GlobalFunction>(global.name, global.function)));
    }
    for (const auto& function : mistral_functions()) {
      globals.emplace(function.name,
                      Value::object(std::make_shared<ContextFunction>(function.name, function.function)));
    }
    return globals;
  }();
  return table;
}

}  // namespace

const Value* find_global(std::string_view name) {
  const auto found = globals().find(name);
  return found == globals().end() ? nullptr : &found->second;
}

std::vector<std::string> global_names() {
  std::vector<std::string> names;
  for (const auto& [name, value] : globals()) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace gregale::expression::jinja
