#include "stdlib/custom/program_host.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "stdlib/custom/program_process.hpp"
#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Uuid;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionResult;
using Clock = std::chrono::steady_clock;

namespace {

// How long a program that was told to stop may take before it is ended.
constexpr std::chrono::seconds kGrace{2};
constexpr std::chrono::seconds kLongestDescription{20};
// That one call logs; more are dropped.
constexpr size_t kMostLogLines = 1000;

struct Run {
  std::shared_ptr<const Manifest> manifest;
  DeclaredCall call;
  ActionCompletion completion;  // empty: answered already
  Clock::time_point begin;
  Clock::time_point end;  // when it is answered for the program; once that is done, when the program is ended
  NestedCalls calls = {};
  size_t log_lines = 0;
  std::optional<std::stop_callback<std::function<void()>>> on_stop = {};  // while it is under way

  const Uuid& id() const { return call.call.context.action_execution_id; }
};

struct Worker {
  std::shared_ptr<const Manifest> manifest;
  ProgramProcess process;
  std::unique_ptr<Run> run;  // none: idle
  size_t calls = 0;          // that it was given
};

Clock::time_point end_of(const Run& run) {
  auto end = run.begin + run.manifest->longest_call;
  if (const core::Microseconds deadline = run.call.call.context.deadline; deadline != 0) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto left = std::chrono::microseconds(deadline) - now;
    end = std::min(end, run.begin + std::chrono::duration_cast<Clock::duration>(left));
  }
  return end;
}

}  // namespace

class ProgramHost::Loop : public std::enable_shared_from_this<ProgramHost::Loop> {
 public:
  explicit Loop(Outside outside)
      : outside_(std::move(outside)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Loop() { ::close(wake_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Has [job] done on the loop's thread. After stop(): not at all, and false.
  bool post(std::function<void()> job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return false;
      if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
      jobs_.push_back(std::move(job));
    }
    const uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    const uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
    if (thread_.joinable()) thread_.join();
  }

  void begin(std::unique_ptr<Run> run) {
    waiting_.push_back(std::move(run));
    hand_out();
  }
  void cancel(const Uuid& id);

 private:
  void work();
  bool do_jobs();
  void poll_once();
  void hand_out();
  Worker* idle_worker(const std::shared_ptr<const Manifest>& manifest);
  size_t workers_of(const Manifest& manifest) const;
  void hand_over(Worker& worker, std::unique_ptr<Run> run);
  void serve(Worker& worker, short events, short error_events);
  void take(Worker& worker, const std::string& line);
  void call_action(Worker& worker, const CallMessage& message);
  void log(Run& run, const LogMessage& message);
  void check_time(Worker& worker, Clock::time_point now);
  // Answers the caller; what comes later from the program is dropped.
  static void answer(Run& run, ActionResult result);
  // The program's fault: answers, and ends the process.
  void break_off(Worker& worker, const std::string& what);
  void remove(Worker& worker);

  const Outside outside_;
  const int wake_;
  std::mutex mutex_;
  std::vector<std::function<void()>> jobs_;
  bool stopped_ = false;
  std::thread thread_;
  // Below: of the loop's thread only.
  std::vector<std::unique_ptr<Worker>> workers_;
  std::deque<std::unique_ptr<Run>> waiting_;
};

// ---- the thread

void ProgramHost::Loop::work() {
  while (do_jobs()) poll_once();
  for (const auto& worker : workers_) {
    if (worker->run) answer(*worker->run, ActionResult::failure("it was stopped"));
  }
  for (const auto& run : waiting_) answer(*run, ActionResult::failure("it was stopped"));
  workers_.clear();
  waiting_.clear();
}

bool ProgramHost::Loop::do_jobs() {
  std::vector<std::function<void()>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (const auto& job : jobs) job();
  const std::lock_guard lock(mutex_);
  return !stopped_ || !jobs_.empty();
}

void ProgramHost::Loop::poll_once() {
  std::vector<pollfd> wanted{{wake_, POLLIN, 0}};
  std::optional<Clock::time_point> first;
  for (const auto& worker : workers_) {
    const short writing = worker->process.has_to_write() ? POLLOUT : 0;
    wanted.push_back({worker->process.socket(), static_cast<short>(POLLIN | writing), 0});
    wanted.push_back({worker->process.errors(), POLLIN, 0});
    if (worker->run && (!first || worker->run->end < *first)) first = worker->run->end;
  }
  for (const auto& run : waiting_) {
    if (!first || run->end < *first) first = run->end;
  }
  int milliseconds = -1;
  if (first) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - Clock::now()).count();
    milliseconds = static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
  }
  ::poll(wanted.data(), wanted.size(), milliseconds);
  if (wanted.front().revents != 0) {
    uint64_t count = 0;
    (void)!::read(wake_, &count, sizeof count);
  }
  // serve() may remove workers: those that were polled are found again by their address.
  std::vector<Worker*> polled;
  for (const auto& worker : workers_) polled.push_back(worker.get());
  const auto now = Clock::now();
  for (size_t i = 0; i < polled.size(); ++i) {
    serve(*polled[i], wanted[2 * i + 1].revents, wanted[2 * i + 2].revents);
  }
  for (Worker* worker : polled) {
    const bool alive =
        std::any_of(workers_.begin(), workers_.end(), [&](const auto& w) { return w.get() == worker; });
    if (alive) check_time(*worker, now);
  }
  for (const auto& run : waiting_) {
    if (run->end <= now) answer(*run, ActionResult::failure("no program was free in time"));
  }
  std::erase_if(waiting_, [](const auto& run) { return !run->completion; });
  hand_out();
}

// ---- calls to programs

size_t ProgramHost::Loop::workers_of(const Manifest& manifest) const {
  return static_cast<size_t>(std::count_if(workers_.begin(), workers_.end(), [&](const auto& worker) {
    return worker->manifest.get() == &manifest;
  }));
}

Worker* ProgramHost::Loop::idle_worker(const std::shared_ptr<const Manifest>& manifest) {
  for (size_t i = 0; i < workers_.size();) {
    Worker& worker = *workers_[i];
    if (worker.run || worker.manifest != manifest) {
      ++i;
    } else if (worker.process.gone()) {
      remove(worker);
    } else {
      return &worker;
    }
  }
  return nullptr;
}

void ProgramHost::Loop::hand_out() {
  std::deque<std::unique_ptr<Run>> still_waiting;
  while (!waiting_.empty()) {
    std::unique_ptr<Run> run = std::move(waiting_.front());
    waiting_.pop_front();
    const auto& manifest = run->manifest;
    Worker* worker = idle_worker(manifest);
    // Who is called by an action that waits for it may not wait in turn for that action's process.
    const bool may_start = run->call.call.context.depth > 0 || workers_of(*manifest) < manifest->processes;
    if (worker == nullptr && !may_start) {
      still_waiting.push_back(std::move(run));
      continue;
    }
    if (worker == nullptr) {
      try {
        workers_.push_back(
            std::unique_ptr<Worker>(new Worker{manifest, ProgramProcess(*manifest), nullptr, 0}));
        worker = workers_.back().get();
      } catch (const Error& error) {
        answer(*run, ActionResult::failure(error.what()));
        continue;
      }
    }
    hand_over(*worker, std::move(run));
  }
  waiting_ = std::move(still_waiting);
  // Those that were only started for calls within calls.
  for (size_t i = 0; i < workers_.size();) {
    Worker& worker = *workers_[i];
    if (!worker.run && workers_of(*worker.manifest) > worker.manifest->processes) {
      remove(worker);
    } else {
      ++i;
    }
  }
}

void ProgramHost::Loop::hand_over(Worker& worker, std::unique_ptr<Run> run) {
  worker.run = std::move(run);
  ++worker.calls;
  worker.process.begin_call();
  const DeclaredCall& call = worker.run->call;
  worker.process.send(run_message(call.purpose, call.call, call.security));
}

void ProgramHost::Loop::cancel(const Uuid& id) {
  for (const auto& run : waiting_) {
    if (run->id() == id) answer(*run, {ActionResult::State::cancelled, Value(), {}});
  }
  std::erase_if(waiting_, [](const auto& run) { return !run->completion; });
  for (const auto& worker : workers_) {
    if (!worker->run || worker->run->id() != id || !worker->run->completion) continue;
    answer(*worker->run, {ActionResult::State::cancelled, Value(), {}});
    worker->run->end = Clock::now() + kGrace;
    worker->process.send(cancel_message(id));
  }
}

void ProgramHost::Loop::check_time(Worker& worker, Clock::time_point now) {
  if (!worker.run || now < worker.run->end) return;
  Run& run = *worker.run;
  if (!run.completion) return remove(worker);  // told to stop, and did not
  const double seconds = std::chrono::duration<double>(run.end - run.begin).count();
  answer(run,
         ActionResult::failure(fmt::format("it took longer than {:.3g} seconds", std::max(0.0, seconds))));
  run.end = now + kGrace;
  worker.process.send(cancel_message(run.id()));
}

// ---- what programs say

void ProgramHost::Loop::serve(Worker& worker, short events, short error_events) {
  if ((error_events & POLLIN) != 0) worker.process.read_errors();
  if ((events & POLLOUT) != 0) worker.process.write();
  if ((events & (POLLIN | POLLHUP | POLLERR)) == 0) return;
  std::vector<std::string> lines;
  bool open = false;
  try {
    open = worker.process.read(lines);
    for (const std::string& line : lines) {
      if (!line.empty()) take(worker, line);
    }
  } catch (const Error& error) {
    return break_off(worker, error.what());
  }
  if (open) return;
  if (!worker.run) return remove(worker);
  // It had ended after its last call: that is no fault of this one.
  if (worker.calls > 1 && worker.run->completion && worker.process.ended_before()) {
    waiting_.push_front(std::move(worker.run));
    return remove(worker);
  }
  break_off(worker, worker.process.ending());
}

void ProgramHost::Loop::take(Worker& worker, const std::string& line) {
  if (!worker.run) throw Error(ErrorKind::invalid, "wrote a line between two calls");
  Run& run = *worker.run;
  const Message message = read_message(line, run.id());
  if (const auto* call = std::get_if<CallMessage>(&message)) return call_action(worker, *call);
  if (const auto* logged = std::get_if<LogMessage>(&message)) return log(run, *logged);
  ActionResult result;
  if (const auto* ended = std::get_if<ResultMessage>(&message)) {
    const bool has_result = !run.call.asynchronous || run.call.purpose == Purpose::test ||
                            ended->result.state != ActionResult::State::success;
    if (!has_result) throw Error(ErrorKind::invalid, "gave the result of an asynchronous action itself");
    result = ended->result;
  } else if (!run.call.asynchronous) {
    throw Error(ErrorKind::invalid, "accepted a call of an action that is not asynchronous");
  }
  answer(run, std::move(result));
  worker.run = nullptr;
}

void ProgramHost::Loop::call_action(Worker& worker, const CallMessage& message) {
  Run& run = *worker.run;
  if (!run.completion) return;  // answered already: it is told to stop
  if (run.call.purpose == Purpose::test) {
    return worker.process.send(answer_message(message.call, ActionResult::success({})));
  }
  const size_t number = run.calls.size();
  const Uuid parent = run.id();
  ActionCall call = run.calls.begin(run.call.call.context, message.action, message.input);
  outside_.call(std::move(call), [weak = weak_from_this(), parent, number,
                                  known_as = message.call](const ActionResult& result) {
    const auto loop = weak.lock();
    if (!loop) return;
    loop->post([loop = loop.get(), parent, number, known_as, result] {
      for (const auto& worker : loop->workers_) {
        if (!worker->run || worker->run->id() != parent || number >= worker->run->calls.size()) continue;
        worker->run->calls.end(number, result);
        worker->process.send(answer_message(known_as, result));
      }
    });
  });
}

void ProgramHost::Loop::log(Run& run, const LogMessage& message) {
  if (++run.log_lines > kMostLogLines || !outside_.log) return;
  outside_.log(log_line(run.call.call, message.level, message.message, run.call.secrets));
}

// ---- ends

void ProgramHost::Loop::answer(Run& run, ActionResult result) {
  if (!run.completion) return;
  run.calls.give(result);
  conceal(result, run.call.secrets);
  std::exchange(run.completion, {})(std::move(result));
}

void ProgramHost::Loop::break_off(Worker& worker, const std::string& what) {
  if (worker.run) {
    answer(*worker.run, ActionResult::failure(fmt::format("The program of the action {} {}",
                                                          worker.run->call.call.name, what)));
  }
  remove(worker);
}

void ProgramHost::Loop::remove(Worker& worker) {
  std::erase_if(workers_, [&](const auto& candidate) { return candidate.get() == &worker; });
}

// ---- the host

ProgramHost::ProgramHost(Outside outside) : loop_(std::make_shared<Loop>(std::move(outside))) {}

ProgramHost::~ProgramHost() {
  stop();
}

void ProgramHost::stop() {
  loop_->stop();
}

void ProgramHost::carry_out(std::shared_ptr<const Manifest> manifest, DeclaredCall call,
                            ActionCompletion completion) {
  auto run = std::make_shared<std::unique_ptr<Run>>(
      new Run{std::move(manifest), std::move(call), completion, Clock::now(), {}});
  (*run)->end = end_of(**run);
  const bool posted = loop_->post([loop = loop_.get(), run] {
    const Uuid id = (*run)->id();
    // The cancelling comes behind this job, also where the call was asked to stop before.
    (*run)->on_stop.emplace((*run)->call.call.context.stop,
                            [loop, id] { loop->post([loop, id] { loop->cancel(id); }); });
    loop->begin(std::move(*run));
  });
  if (!posted) completion(ActionResult::failure("it was stopped"));
}

std::vector<Declaration> describe_program(const Manifest& manifest) {
  const Allowance allowance({}, {}, kLongestDescription, 0);
  try {
    ProgramProcess process(manifest);
    process.send(describe_message());
    std::vector<std::string> lines;
    while (lines.empty()) {
      if (allowance.expired()) throw Error(ErrorKind::timed_out, "does not answer `describe`");
      pollfd wanted{process.socket(), static_cast<short>(POLLIN | (process.has_to_write() ? POLLOUT : 0)), 0};
      ::poll(&wanted, 1, 50);
      process.read_errors();
      if ((wanted.revents & POLLOUT) != 0) process.write();
      if ((wanted.revents & (POLLIN | POLLHUP)) != 0 && !process.read(lines) && lines.empty()) {
        throw Error(ErrorKind::disconnected, process.ending());
      }
    }
    return read_declarations(read_description(lines.front()));
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: the program {}", manifest.file, error.what()));
  }
}

}  // namespace gregale::stdlib
