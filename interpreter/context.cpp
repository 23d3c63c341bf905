#include "interpreter/context.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace gregale::interpreter {

void Context::put(Layer& layer, Variable variable) {
  if (const Value* position = layer.index.find(variable.name)) {
    layer.variables[static_cast<size_t>(position->as_integer())] = std::move(variable);
    return;
  }
  layer.index.set(variable.name, Value(static_cast<int64_t>(layer.variables.size())));
  layer.variables.push_back(std::move(variable));
}

const Context::Variable* Context::find_variable(std::string_view name) const noexcept {
  for (const Layer* layer = top_.get(); layer != nullptr; layer = layer->below.get()) {
    if (const Value* position = layer->index.find(name)) {
      return &layer->variables[static_cast<size_t>(position->as_integer())];
    }
  }
  return nullptr;
}

const Value* Context::find(std::string_view name) const noexcept {
  const Variable* variable = find_variable(name);
  return variable == nullptr ? nullptr : &variable->value;
}

Context Context::with(const core::Map& published) const {
  if (published.empty()) return *this;
  auto layer = std::make_shared<Layer>();
  layer->below = top_;
  // Swallow the layers that are not larger than what now lies on top of them, the oldest first.
  std::vector<const Layer*> swallowed;
  size_t size = published.size();
  while (layer->below != nullptr && layer->below->variables.size() <= size) {
    swallowed.push_back(layer->below.get());
    size += layer->below->variables.size();
    layer->below = layer->below->below;
  }
  for (auto old = swallowed.rbegin(); old != swallowed.rend(); ++old) {
    for (const Variable& variable : (*old)->variables) put(*layer, variable);
  }
  for (const core::Map::Entry& entry : published) {
    const Variable* before = entry.key.is_string() ? find_variable(entry.key.as_string()) : nullptr;
    put(*layer, Variable{entry.key, entry.value, before == nullptr ? 1 : before->depth + 1});
  }
  Context result;
  result.top_ = std::move(layer);
  return result;
}

std::vector<Context::Variable> Context::all() const {
  std::vector<const Layer*> layers;
  for (const Layer* layer = top_.get(); layer != nullptr; layer = layer->below.get()) {
    layers.push_back(layer);
  }
  Layer flat;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    for (const Variable& variable : (*layer)->variables) put(flat, variable);
  }
  return std::move(flat.variables);
}

core::Map Context::flatten() const {
  core::Map map;
  for (Variable& variable : all()) map.set(std::move(variable.name), std::move(variable.value));
  return map;
}

Context Context::merge(const std::vector<Context>& branches) {
  std::vector<Context> distinct;
  std::unordered_set<const Layer*> known;
  for (const Context& branch : branches) {
    if (branch.top_ != nullptr && known.insert(branch.top_.get()).second) distinct.push_back(branch);
  }
  if (distinct.empty()) return Context();
  if (distinct.size() == 1) return distinct.front();

  // Layers that every branch shares lie at the bottom and are kept as they are; only what lies above them
  // is merged, so that a join of many branches costs what they published since they parted.
  std::unordered_map<const Layer*, size_t> holders;
  for (const Context& branch : distinct) {
    for (const Layer* layer = branch.top_.get(); layer != nullptr; layer = layer->below.get()) {
      ++holders[layer];
    }
  }
  std::shared_ptr<const Layer> shared = distinct.front().top_;
  while (shared != nullptr && holders[shared.get()] != distinct.size()) shared = shared->below;

  auto merged = std::make_shared<Layer>();
  merged->below = shared;
  // Per variable the values in order of (depth, branch).
  struct Candidates {
    Value name;
    std::vector<std::pair<uint32_t, const Value*>> values;
  };
  std::vector<Candidates> candidates;
  std::unordered_map<std::string_view, size_t> positions;
  for (const Context& branch : distinct) {
    std::unordered_map<std::string_view, bool> seen;
    for (const Layer* layer = branch.top_.get(); layer != shared.get(); layer = layer->below.get()) {
      for (const Variable& variable : layer->variables) {
        const std::string_view name = variable.name.as_string();
        if (!seen.emplace(name, true).second) continue;
        const auto [position, fresh] = positions.emplace(name, candidates.size());
        if (fresh) candidates.push_back({variable.name, {}});
        candidates[position->second].values.emplace_back(variable.depth, &variable.value);
      }
    }
  }
  const Context base = [&] {
    Context context;
    context.top_ = shared;
    return context;
  }();
  for (Candidates& candidate : candidates) {
    // A branch without a value of its own has the shared one.
    if (candidate.values.size() < distinct.size()) {
      if (const Variable* inherited = base.find_variable(candidate.name.as_string())) {
        candidate.values.emplace_back(inherited->depth, &inherited->value);
      }
    }
    std::stable_sort(candidate.values.begin(), candidate.values.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Value value = *candidate.values.front().second;
    for (size_t i = 1; i < candidate.values.size(); ++i) {
      value = core::merge_maps(value, *candidate.values[i].second);
    }
    put(*merged, Variable{candidate.name, std::move(value), candidate.values.back().first});
  }
  Context result;
  result.top_ = std::move(merged);
  return result;
}

}  // namespace gregale::interpreter
