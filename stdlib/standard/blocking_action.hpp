// What std actions that block have in common: they run on a pool, within a time.
#pragma once

#include <chrono>
#include <stop_token>

#include "interpreter/action.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

// How long a job may go on: until a moment, or until it is asked to stop.
class Allowance {
 public:
  using Clock = std::chrono::steady_clock;

  // [pool], [call]: either may ask to stop. [longest]: the most it may take. [deadline]: when the task times
  // out, in microseconds since the epoch (0: it does not); the earlier of both counts.
  Allowance(std::stop_token pool, std::stop_token call, std::chrono::seconds longest,
            core::Microseconds deadline);

  bool stopped() const { return pool_.stop_requested() || call_.stop_requested(); }
  bool expired() const { return stopped() || Clock::now() >= end_; }
  // Not negative.
  std::chrono::milliseconds left() const;
  // "it was stopped" or "it took longer than N seconds".
  std::string reason() const;

 private:
  std::stop_token pool_;
  std::stop_token call_;
  Clock::time_point begin_;
  Clock::time_point end_;
};

// An action whose work is one function that blocks.
class BlockingAction : public interpreter::Action {
 public:
  // [pool] must outlive the action's executions. [longest]: the most that one may take.
  BlockingAction(ir::ActionSignature signature, WorkerPool& pool, std::chrono::seconds longest)
      : signature_(std::move(signature)), pool_(pool), longest_(longest) {}

  const ir::ActionSignature& signature() const override { return signature_; }
  void start(interpreter::ActionCall call, interpreter::ActionCompletion completion) const override;

 protected:
  // On a thread of the pool. Throws core::Error for what becomes a failure with that message.
  virtual interpreter::ActionResult carry_out(const core::Value& input, const Allowance& allowance) const = 0;

 private:
  ir::ActionSignature signature_;
  WorkerPool& pool_;
  std::chrono::seconds longest_;
};

// Parameters of such actions; each throws core::Error(invalid) that names the parameter.
// Text; missing and null are "".
std::string text_parameter(const core::Value& input, std::string_view name);
// One text or a list of texts; missing and null are none.
std::vector<std::string> texts_parameter(const core::Value& input, std::string_view name);

}  // namespace gregale::stdlib
