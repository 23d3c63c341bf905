#include "stdlib/http/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "stdlib/http/transfer.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// libcurl's own start and end; the first client of the process makes the start.
void initialise_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(ErrorKind::internal, "libcurl does not start.");
}

// How long a poll waits when no timer is due: a wake-up ends it at any time.
constexpr int kIdlePollMilliseconds = 60'000;

}  // namespace

class HttpClient::Loop {
 public:
  explicit Loop(HttpLimits limits) : limits_(limits) {}

  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (multi_ != nullptr) curl_multi_wakeup(multi_);
    }
    if (thread_.joinable()) thread_.join();
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  void send(std::unique_ptr<Transfer> transfer) {
    const std::lock_guard lock(mutex_);
    start_thread();
    arrived_.push_back(std::move(transfer));
    curl_multi_wakeup(multi_);
  }

  void after(double seconds, std::function<void(bool)> action) {
    const auto wait = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(std::clamp(seconds, 0.0, 86400.0 * 365)));
    const std::lock_guard lock(mutex_);
    start_thread();
    timers_.emplace(std::chrono::steady_clock::now() + wait, std::move(action));
    curl_multi_wakeup(multi_);
  }

 private:
  struct Host {
    size_t running = 0;
    std::deque<std::unique_ptr<Transfer>> waiting;
  };

  // With the mutex held.
  void start_thread() {
    if (multi_ != nullptr) return;
    initialise_curl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw Error(ErrorKind::internal, "libcurl gives no multi handle.");
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(limits_.in_flight));
    thread_ = std::thread([this] { run(); });
  }

  void run() {
    while (true) {
      std::vector<std::function<void(bool)>> due;
      int wait_milliseconds = kIdlePollMilliseconds;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) break;
        for (auto& transfer : arrived_) queue(std::move(transfer));
        arrived_.clear();
        wait_milliseconds = take_due_timers(due);
      }
      for (auto& action : due) action(true);
      admit();
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (finish_done() || wake_resting() || !due.empty()) continue;  // there may be room, or more to send
      curl_multi_poll(multi_, nullptr, 0, wait_milliseconds, nullptr);
    }
    give_up();
  }

  // What another transfer waits for goes before the rest, or those that wait could take all the room.
  void queue(std::unique_ptr<Transfer> transfer) {
    auto& waiting = hosts_[transfer->origin()].waiting;
    if (transfer->waited_for()) {
      waiting.push_front(std::move(transfer));
    } else {
      waiting.push_back(std::move(transfer));
    }
  }

  // True when a transfer goes on that has rested.
  bool wake_resting() {
    bool any = false;
    for (Transfer* transfer : piped_) any = transfer->go_on() || any;
    return any;
  }

  // Moves what is due into [due]; milliseconds until the next timer. With the mutex held.
  int take_due_timers(std::vector<std::function<void(bool)>>& due) {
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      due.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (timers_.empty()) return kIdlePollMilliseconds;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - now).count();
    return static_cast<int>(std::min<int64_t>(left, kIdlePollMilliseconds));
  }

  // Hands waiting transfers to libcurl while there is room.
  void admit() {
    for (auto host = hosts_.begin(); host != hosts_.end();) {
      auto& [running, waiting] = host->second;
      while (!waiting.empty() && (waiting.front()->waited_for() || (running < limits_.connections_per_host &&
                                                                    running_.size() < limits_.in_flight))) {
        std::unique_ptr<Transfer> transfer = std::move(waiting.front());
        waiting.pop_front();
        if (begin(std::move(transfer))) ++running;
      }
      host = running == 0 && waiting.empty() ? hosts_.erase(host) : std::next(host);
    }
  }

  // False when the transfer is over before it could begin.
  bool begin(std::unique_ptr<Transfer> transfer) {
    CURL* easy = take_easy();
    if (!transfer->prepare(easy, limits_)) {
      idle_.push_back(easy);
      transfer->complete();
      return false;
    }
    if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
      idle_.push_back(easy);
      transfer->complete_with(Error(ErrorKind::internal, "libcurl does not take the request."));
      return false;
    }
    if (transfer->piped()) piped_.push_back(transfer.get());
    running_.emplace(easy, std::move(transfer));
    return true;
  }

  // True when a transfer has ended.
  bool finish_done() {
    bool any = false;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      any = true;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto found = running_.find(easy);
      std::unique_ptr<Transfer> transfer = std::move(found->second);
      running_.erase(found);
      if (transfer->piped()) std::erase(piped_, transfer.get());
      --hosts_[transfer->origin()].running;
      curl_multi_remove_handle(multi_, easy);
      transfer->read_outcome(code);
      idle_.push_back(easy);
      transfer->complete();
    }
    return any;
  }

  // On the way out: everything that is not done is told so.
  void give_up() {
    const Error gone(ErrorKind::disconnected, "The program ends; the request was given up.");
    for (auto& [easy, transfer] : running_) {
      curl_multi_remove_handle(multi_, easy);
      transfer->complete_with(gone);
      curl_easy_cleanup(easy);
    }
    running_.clear();
    piped_.clear();
    for (auto& [origin, host] : hosts_) {
      for (auto& transfer : host.waiting) transfer->complete_with(gone);
    }
    hosts_.clear();
    // Completions may send again or set timers, each of which ends here as well.
    while (true) {
      std::deque<std::unique_ptr<Transfer>> arrived;
      std::multimap<SteadyTime, std::function<void(bool)>> timers;
      {
        const std::lock_guard lock(mutex_);
        arrived.swap(arrived_);
        timers.swap(timers_);
      }
      if (arrived.empty() && timers.empty()) break;
      for (auto& transfer : arrived) transfer->complete_with(gone);
      for (auto& [moment, action] : timers) action(false);
    }
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    idle_.clear();
  }

  // A handle that was used before, or a new one.
  CURL* take_easy() {
    if (idle_.empty()) return curl_easy_init();
    CURL* easy = idle_.back();
    idle_.pop_back();
    curl_easy_reset(easy);
    return easy;
  }

  const HttpLimits limits_;
  std::mutex mutex_;
  std::thread thread_;
  CURLM* multi_ = nullptr;  // the loop's, but for curl_multi_wakeup
  bool stopping_ = false;
  std::deque<std::unique_ptr<Transfer>> arrived_;
  std::multimap<SteadyTime, std::function<void(bool)>> timers_;
  // The loop's thread only:
  std::map<std::string, Host> hosts_;  // by origin; those with something to do
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
  std::vector<Transfer*> piped_;  // of the running ones
  std::vector<CURL*> idle_;
};

HttpClient::HttpClient(HttpLimits limits) : loop_(std::make_unique<Loop>(limits)) {}

HttpClient::~HttpClient() = default;

void HttpClient::send(HttpRequest request, HttpCompletion completion) {
  loop_->send(std::make_unique<Transfer>(std::move(request), std::move(completion)));
}

void HttpClient::after(double seconds, std::function<void(bool)> action) {
  loop_->after(seconds, std::move(action));
}

HttpResult HttpClient::exchange(HttpRequest request) {
  std::promise<HttpResult> promise;
  std::future<HttpResult> future = promise.get_future();
  send(std::move(request), [&](HttpResult result) { promise.set_value(std::move(result)); });
  return future.get();
}

}  // namespace gregale::stdlib
