// Plug-ins: shared objects with actions, by the interface of include/gregale/plugin.h. They run in this
// process, each call on a thread of its own pool; what a plug-in must not do (crash, corrupt memory) is done
// to us. Who does not trust an action writes it as a program.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "include/gregale/plugin.h"
#include "interpreter/action.hpp"
#include "stdlib/custom/declared_action.hpp"
#include "stdlib/custom/outside.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

class PluginHost {
 public:
  explicit PluginHost(Outside outside) : outside_(std::move(outside)) {}
  // Lets all that is under way see that nobody waits any more, and waits for it.
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  // On a thread of the pool; [completion] is called once.
  void carry_out(const gregale_action_v1& action, DeclaredCall call,
                 interpreter::ActionCompletion completion);
  // On this thread.
  interpreter::ActionResult invoke(const gregale_action_v1& action, const DeclaredCall& call);
  // Whether this is on its way out, and nobody waits for anything.
  bool ending() const noexcept { return ending_; }
  const Outside& outside() const noexcept { return outside_; }

 private:
  const Outside outside_;
  std::atomic<bool> ending_ = false;
  WorkerPool pool_{256};  // ended first: what is under way still uses the others
};

// Loads the shared object, which stays loaded, and adds its actions. Throws core::Error: unusable (it cannot
// be loaded, has another version of the interface), invalid (a declaration), conflict (a name is taken).
// [host] and [session] must outlive what is carried out.
void add_plugin(interpreter::ActionRegistry& registry, const std::string& path, PluginHost& host,
                OpenstackSession& session);

}  // namespace gregale::stdlib
