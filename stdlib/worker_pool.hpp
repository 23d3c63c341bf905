// WorkerPool: threads for actions that block (mail, SSH, scripts). Threads are made when first needed, up
// to a bound; jobs beyond it wait in line.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace gregale::stdlib {

class WorkerPool {
 public:
  // Gets a token that asks it to stop soon: the pool is ended. A job must not throw.
  using Job = std::function<void(const std::stop_token&)>;

  explicit WorkerPool(size_t threads = 16) : bound_(threads) {}
  // Asks all jobs to stop and waits for them; those that are still in line are called, too, already asked to
  // stop, so that each job runs exactly once.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // From any thread.
  void submit(Job job);

 private:
  void work();

  const size_t bound_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> line_;
  size_t idle_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace gregale::stdlib
