// FirstSeen: which names of a list have been seen, and what belongs to each. Lists are short almost always,
// so a few names are compared one by one, and only many get a table.
#pragma once

#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gregale::compiler {

template <typename Entry>
class FirstSeen {
 public:
  // The entry of [name], and whether it is new; the name must outlive this. The reference holds until the
  // next call.
  std::pair<Entry&, bool> insert(std::string_view name, Entry entry) {
    if (table_.empty()) {
      for (auto& [known, value] : few_) {
        if (known == name) return {value, false};
      }
      if (few_.size() < kFew) {
        few_.emplace_back(name, std::move(entry));
        return {few_.back().second, true};
      }
      table_.insert(few_.begin(), few_.end());
    }
    const auto [found, is_new] = table_.emplace(name, std::move(entry));
    return {found->second, is_new};
  }

 private:
  static constexpr size_t kFew = 12;
  std::vector<std::pair<std::string_view, Entry>> few_;
  std::unordered_map<std::string_view, Entry> table_;  // empty as long as there are few
};

}  // namespace gregale::compiler
