// What orderBy() gives: a collection that is sorted when it is first walked.
#pragma once

#include <vector>

#include "interpreter/expression/yaql/function.hpp"

namespace gregale::expression::yaql {

class Ordering : public Iterable {
 public:
  struct Key {
    Lambda selector;
    bool ascending;
  };
  Ordering(Evaluation& evaluation, Value collection)
      : evaluation_(evaluation), collection_(std::move(collection)) {}
  ~Ordering() override { release_in_turn(std::move(collection_)); }
  std::string_view type_name() const noexcept override { return "ordering"; }
  IteratorPtr iterate() const override;
  // Keys that are added after the first walk change nothing.
  void add_key(Key key) const { keys_.push_back(std::move(key)); }

 private:
  void sort() const;

  Evaluation& evaluation_;
  mutable std::vector<Key> keys_;
  mutable Value collection_;  // a list once it is sorted
  mutable bool sorted_ = false;
};

}  // namespace gregale::expression::yaql
