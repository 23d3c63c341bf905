#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(Job job) {
  const std::lock_guard lock(mutex_);
  line_.push_back(std::move(job));
  if (idle_ < line_.size() && threads_.size() < bound_) {
    threads_.emplace_back([this] { work(); });
  } else {
    arrived_.notify_one();
  }
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    arrived_.wait(lock, [&] { return !line_.empty() || stop_.stop_requested(); });
    --idle_;
    if (line_.empty()) return;
    const Job job = std::move(line_.front());
    line_.pop_front();
    lock.unlock();
    job(stop_.get_token());
    lock.lock();
  }
}

}  // namespace gregale::stdlib
