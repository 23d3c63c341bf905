#include "cli/run_many.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "cli/arguments.hpp"
#include "cli/exit_code.hpp"
#include "core/json.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;
using interpreter::Runtime;

namespace {

constexpr size_t kMostUnderWay = 1000;  // at once, so that memory does not grow with their number
constexpr size_t kMostShown = 20;       // of those that failed, for people

constexpr const char* kRefused = "REFUSED";

Value text_or_null(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

}  // namespace

std::vector<Map> read_inputs(std::string_view option, const std::string& argument, uint64_t count) {
  if (!argument.starts_with('@')) {
    throw Error(ErrorKind::invalid, fmt::format("{} takes @FILE, not '{}'", option, argument));
  }
  const std::string text = read_file(argument.substr(1));
  std::vector<Map> inputs;
  size_t number = 0;
  for (size_t start = 0; start < text.size() && (count == 0 || inputs.size() < count);) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    start = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    Value input;
    try {
      input = core::parse_json(line);
    } catch (const Error& error) {
      throw Error(ErrorKind::invalid, fmt::format("{}: line {}: {}", option, number, error.what()));
    }
    if (!input.is_map()) {
      throw Error(ErrorKind::invalid, fmt::format("{}: line {} is no mapping", option, number));
    }
    inputs.push_back(input.as_map());
  }
  return inputs;
}

ManyExecutions::ManyExecutions(interpreter::StartRequest common, std::vector<Map> inputs)
    : common_(std::move(common)), inputs_(std::move(inputs)) {}

void ManyExecutions::start_some(Runtime& runtime, const std::string& digest) {
  while (under_way_.size() < kMostUnderWay && ends_.size() < inputs_.size()) {
    interpreter::StartRequest request = common_;
    Map input = common_.input.as_map();
    input.update(inputs_[ends_.size()]);
    request.input = Value(std::move(input));
    End& end = ends_.emplace_back();
    try {
      end.id = runtime.start(digest, request);
      under_way_[*end.id] = ends_.size() - 1;
    } catch (const Error& error) {
      end.state = kRefused;
      end.state_info = Value(error.what());
    }
  }
}

void ManyExecutions::note(size_t number, const interpreter::ExecutionTree& tree) {
  End& end = ends_[number];
  end.state = to_string(tree.root().state);
  end.state_info = text_or_null(tree.root().state_info);
  end.output = tree.root().output;
}

Value ManyExecutions::run(interpreter::SqliteStore& store, const World& world, CarryOnOptions options,
                          const std::shared_ptr<const interpreter::LoadedProgram>& program,
                          std::string_view binary, core::Microseconds limit) {
  const auto begin = std::chrono::steady_clock::now();
  Runtime* runtime = nullptr;
  // One that is complete makes room for the next, between two rounds of the runtime.
  options.observer = [&](const interpreter::ExecutionTree& tree, const interpreter::StepOutput& output) {
    if (output.executions.empty() || output.executions.front() != 0) return;
    if (!is_completed(tree.root().state)) return;
    runtime->post([this, runtime, id = tree.root().id, digest = program->digest()] {
      const auto found = under_way_.find(id);
      if (found == under_way_.end()) return;
      note(found->second, runtime->tree(id));
      under_way_.erase(found);
      runtime->unload(id);
      start_some(*runtime, digest);
    });
  };
  CarriedOn carried(store, world, options);
  runtime = &carried.runtime();
  runtime->add_program(program, binary);
  if (!options.db.empty()) runtime->load_unfinished();
  for (bool settled = true; settled && ends_.size() < inputs_.size();) {
    start_some(*runtime, program->digest());
    settled = carried.run(limit);
    for (const auto& [id, number] : under_way_) note(number, runtime->tree(id));
    under_way_.clear();  // they wait for something from outside, and not in the way of the others
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

  std::map<std::string, int64_t> states;
  List executions;
  for (const End& end : ends_) {
    ++states[end.state];
    executions.push_back(Map{{"id", end.id ? Value(end.id->text()) : Value()},
                             {"state", end.state},
                             {"state_info", end.state_info},
                             {"output", end.output}});
  }
  Map counts;
  for (const auto& [state, number] : states) counts.set(Value(state), Value(number));
  return Map{{"count", static_cast<int64_t>(inputs_.size())},
             {"not_started", static_cast<int64_t>(inputs_.size() - ends_.size())},
             {"seconds", elapsed.count()},
             {"states", Value(std::move(counts))},
             {"executions", Value(std::move(executions))}};
}

std::string many_text(const Value& summary) {
  const double seconds = summary.get("seconds").as_float();
  std::string out = fmt::format("{} executions in {:.2f} s", summary.get("count").as_integer(), seconds);
  for (const Map::Entry& entry : summary.get("states").as_map()) {
    out += fmt::format(", {} {}", entry.value.as_integer(), entry.key.as_string());
  }
  if (const int64_t left = summary.get("not_started").as_integer(); left > 0) {
    out += fmt::format(", {} not started", left);
  }
  out += "\n";
  size_t shown = 0;
  size_t number = 0;
  for (const Value& execution : summary.get("executions").as_list()) {
    ++number;
    if (execution.get("state") == Value("SUCCESS")) continue;
    if (shown++ == kMostShown) {
      out += "  ...\n";
      break;
    }
    const Value id = execution.get("id");
    const Value info = execution.get("state_info");
    std::string why = info.is_string() ? info.as_string() : std::string();
    why = why.substr(0, why.find('\n'));
    out += fmt::format("  {:>6}  {:<9}  {}  {}\n", number, execution.get("state").as_string(),
                       id.is_string() ? id.as_string() : std::string("-"), why);
  }
  return out;
}

int exit_code_of_many(const Value& summary) {
  const Value states = summary.get("states");
  if (states.find("ERROR") != nullptr) return kFailed;
  if (states.find(kRefused) != nullptr) return kUsage;
  const bool unfinished = summary.get("not_started").as_integer() > 0;
  for (const char* state : {"RUNNING", "PAUSED", "IDLE"}) {
    if (unfinished || states.find(state) != nullptr) return kUnfinished;
  }
  return states.find("CANCELLED") != nullptr ? kCancelled : kDone;
}

}  // namespace gregale::cli
