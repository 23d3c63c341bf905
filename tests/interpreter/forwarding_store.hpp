// A store that hands everything on to another one; what stands before a store derives from it.
#pragma once

#include "interpreter/store.hpp"

namespace gregale::interpreter {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(inner) {}

  void commit(const std::vector<TreeChange>& changes) override { inner_.commit(changes); }
  void save_program(const std::string& digest, std::string_view binary) override {
    inner_.save_program(digest, binary);
  }
  std::string load_program(const std::string& digest) override { return inner_.load_program(digest); }
  ExecutionTree load(const Uuid& root) override { return inner_.load(root); }
  std::vector<ExecutionSummary> list() override { return inner_.list(); }
  std::vector<Uuid> unfinished() override { return inner_.unfinished(); }
  std::optional<ExecutionAddress> find_execution(const Uuid& id) override {
    return inner_.find_execution(id);
  }
  std::optional<ActionAddress> find_action(const Uuid& id) override { return inner_.find_action(id); }
  std::vector<HistoryRecord> history(const Uuid& root) override { return inner_.history(root); }
  std::vector<LedgerResource> resources(const std::optional<Uuid>& root) override {
    return inner_.resources(root);
  }
  void resource_found(const ExecutionTree& tree, Index action, const ResourceChange& change,
                      Microseconds time) override {
    inner_.resource_found(tree, action, change, time);
  }
  void resource_deleted(const ResourceIdentity& resource, Microseconds time) override {
    inner_.resource_deleted(resource, time);
  }

 private:
  Store& inner_;
};

}  // namespace gregale::interpreter
