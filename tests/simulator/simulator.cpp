// The simulator: generated programs in generated worlds, until so many events have passed or an invariant
// breaks. Then it says which seed it was, makes the program smaller, and prints it.
//
// usage: simulator [--events N] [--seed N]        programs of that seed and the ones after it
//        simulator --file FILE [--seed N] [--confluent | --trace]   one program
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <sstream>

#include "tests/simulator/plan.hpp"
#include "tests/simulator/simulation.hpp"

namespace gregale::simulator {
namespace {

Outcome simulate_text(const std::string& text, uint64_t seed, bool confluent) {
  if (confluent) return simulate_confluent(text, seed);
  SimulationOptions options;
  options.seed = seed;
  return simulate(text, options);
}

// Violations of one kind begin with the same word.
std::string_view kind_of(const std::string& violation) {
  return std::string_view(violation).substr(0, violation.find(' '));
}

// Smaller programs that still break the same, until no cut does.
Plan shrink(Plan plan, uint64_t seed, bool confluent, const std::string& found) {
  for (bool progress = true; progress;) {
    progress = false;
    for (Plan& candidate : plan.smaller()) {
      const std::string violation = simulate_text(candidate.yaml(), seed, confluent).violation;
      if (kind_of(violation) != kind_of(found)) continue;
      plan = std::move(candidate);
      progress = true;
      break;
    }
  }
  return plan;
}

int simulate_many(uint64_t seed, uint64_t events) {
  uint64_t done = 0;
  uint64_t programs = 0;
  uint64_t refused = 0;
  for (; done < events; ++seed, ++programs) {
    const bool confluent = seed % 3 == 0;
    const Plan plan = generate_plan(Random(seed), confluent);
    const Outcome outcome = simulate_text(plan.yaml(), seed, confluent);
    done += outcome.events;
    if (outcome.violation.empty()) continue;
    if (outcome.violation.starts_with("refused")) {
      ++refused;
      continue;
    }
    fmt::print("seed {}: {}\n", seed, outcome.violation);
    std::fflush(stdout);
    const std::string text = shrink(plan, seed, confluent, outcome.violation).yaml();
    fmt::print("shrunk: {}\nrun it again: simulator --seed {}{} --file FILE, with\n{}",
               simulate_text(text, seed, confluent).violation, seed, confluent ? " --confluent" : "", text);
    return 1;
  }
  fmt::print("{} programs ({} refused by the compiler), {} events, no invariant broken\n", programs, refused,
             done);
  return refused * 2 > programs ? 1 : 0;  // then the generator is at fault
}

int simulate_file(const std::string& path, uint64_t seed, bool confluent, bool trace) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  SimulationOptions options;
  options.seed = seed;
  options.trace = trace;
  const Outcome outcome = confluent ? simulate_confluent(text.str(), seed) : simulate(text.str(), options);
  fmt::print("{}\n", outcome.violation.empty() ? "no invariant broken" : outcome.violation);
  return outcome.violation.empty() ? 0 : 1;
}

}  // namespace
}  // namespace gregale::simulator

int main(int argc, char** argv) {
  CLI::App app("Runs generated workflows in generated worlds");
  uint64_t seed = 1;
  uint64_t events = 200'000;
  std::string file;
  bool confluent = false;
  app.add_option("--seed", seed, "The first seed");
  app.add_option("--events", events, "Stop after so many events");
  app.add_option("--file", file, "Run this program instead of generated ones");
  app.add_flag("--confluent", confluent, "Its end must not depend on the order of events");
  bool trace = false;
  app.add_flag("--trace", trace, "Print every change of state of the program in the file");
  CLI11_PARSE(app, argc, argv);
  return file.empty() ? gregale::simulator::simulate_many(seed, events)
                      : gregale::simulator::simulate_file(file, seed, confluent, trace);
}
