#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "cli/output.hpp"

namespace gregale::cli {

using interpreter::ExecutionTree;
using interpreter::Index;
using interpreter::State;

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr auto kRefresh = std::chrono::milliseconds(100);
constexpr size_t kMostLines = 12;  // tasks under way that are shown at once
constexpr size_t kDetailWidth = 100;

struct TaskLine {
  std::string name;
  std::string region;
  std::string detail;
  State state = State::running;
  interpreter::Microseconds started = 0;
  interpreter::Microseconds updated = 0;
};

std::string seconds_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<int64_t>(seconds);
  return fmt::format("{}m{:02}s", whole / 60, whole % 60);
}

struct Look {
  std::string_view mark;
  std::string_view colour;
};

Look look_of(State state) {
  switch (state) {
    case State::success:
      return {"ok", "\x1b[32m"};
    case State::error:
      return {"ERROR", "\x1b[31m"};
    case State::cancelled:
      return {"cancelled", "\x1b[33m"};
    case State::skipped:
      return {"skipped", "\x1b[33m"};
    case State::delayed:
      return {"delayed", "\x1b[33m"};
    case State::waiting:
      return {"waiting", "\x1b[36m"};
    case State::paused:
    case State::idle:
      return {"paused", "\x1b[33m"};
    case State::running:
      return {"running", "\x1b[34m"};
  }
  return {"", ""};
}

// The task with the workflows above it: "deploy / create_server".
std::string path_of(const ExecutionTree& tree, Index task) {
  const auto& t = tree.tasks[task];
  const Index parent = tree.executions[t.execution].parent_task;
  return parent == interpreter::kNone ? t.name : path_of(tree, parent) + " / " + t.name;
}

std::string regions_of(const ExecutionTree& tree, const interpreter::TaskExecution& task) {
  std::set<std::string> regions;
  for (const Index action : task.actions) {
    if (!tree.actions[action].region.empty()) regions.insert(tree.actions[action].region);
  }
  return fmt::format("{}", fmt::join(regions, ","));
}

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() > kDetailWidth) line = line.substr(0, kDetailWidth) + "...";
  return line;
}

}  // namespace

class Progress::Display {
 public:
  explicit Display(bool terminal) : terminal_(terminal) {
    if (terminal_) ticker_ = std::thread([this] { tick(); });
  }

  ~Display() { finish(); }

  void observe(const ExecutionTree& tree, const interpreter::StepOutput& output) {
    const std::lock_guard lock(mutex_);
    const bool clear = terminal_;
    if (clear) erase_block();
    for (const Index index : output.tasks) {
      const auto& task = tree.tasks[index];
      TaskLine line;
      line.name = path_of(tree, index);
      line.region = regions_of(tree, task);
      line.state = task.state;
      line.started = task.created_at;
      line.updated = task.updated_at;
      if (task.state != State::success && task.state_info) line.detail = first_line(*task.state_info);
      const auto key = std::make_pair(&tree, index);
      if (is_completed(task.state)) {
        active_.erase(key);
        print_error(render(line, line.updated) + "\n");
      } else {
        if (!active_.contains(key)) since_[key] = SteadyClock::now();
        active_[key] = std::move(line);
      }
    }
    if (clear) draw_block();
  }

  void finish() {
    if (!ticker_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    ticker_.join();
    erase_block();
  }

 private:
  using Key = std::pair<const ExecutionTree*, Index>;

  std::string render(const TaskLine& line, interpreter::Microseconds now) const {
    const Look look = look_of(line.state);
    const double elapsed = static_cast<double>(now - line.started) / 1e6;
    std::string text = fmt::format("{}{:<9}{} {:>7}  {}", terminal_ ? look.colour : "", look.mark,
                                   terminal_ ? "\x1b[0m" : "", seconds_text(elapsed), line.name);
    if (!line.region.empty()) text += fmt::format("  [{}]", line.region);
    if (!line.detail.empty()) text += fmt::format("  {}", line.detail);
    return text;
  }

  void erase_block() {
    std::string text;
    for (; drawn_ > 0; --drawn_) text += "\x1b[1A\x1b[2K";
    if (!text.empty()) print_error(text);
  }

  void draw_block() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
    const size_t width = known ? size.ws_col : 80;
    std::string text;
    for (const auto& [key, line] : active_) {
      if (drawn_ == kMostLines) {
        text += fmt::format("... and {} more\n", active_.size() - kMostLines);
        ++drawn_;
        break;
      }
      const auto elapsed =
          std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - since_[key]);
      TaskLine shown = line;
      if (shown.name.size() + 30 > width) shown.name = shown.name.substr(0, width - 30);
      shown.detail.clear();
      text += render(shown, line.started + elapsed.count()) + "\n";
      ++drawn_;
    }
    if (!text.empty()) print_error(text);
  }

  void tick() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kRefresh, [this] { return ended_; })) {
      erase_block();
      draw_block();
    }
  }

  const bool terminal_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::map<Key, TaskLine> active_;
  std::map<Key, SteadyClock::time_point> since_;
  size_t drawn_ = 0;
  std::thread ticker_;
};

Progress::Progress(bool terminal) : display_(std::make_unique<Display>(terminal)) {}
Progress::~Progress() = default;

void Progress::observe(const interpreter::ExecutionTree& tree, const interpreter::StepOutput& output) {
  display_->observe(tree, output);
}

void Progress::finish() {
  display_->finish();
}

}  // namespace gregale::cli
