#include "compiler/analysis/published_flow.hpp"

#include <algorithm>

namespace gregale::compiler {

using ir::Index;

namespace {

constexpr size_t kMostKept = size_t{1} << 22;    // tasks in all blocks that are kept: 16 bytes each
constexpr size_t kMostWalked = size_t{1} << 29;  // tasks and edges in all passes
constexpr size_t kMostRounds = 20;               // looks at each task of a tangle of loops

constexpr uint8_t bit(ir::ClauseKind kind) {
  return static_cast<uint8_t>(1 << kind);
}

}  // namespace

PublishedFlow::PublishedFlow(const FlowGraph& graph, std::vector<std::vector<Publication>> publications)
    : graph_(graph), publications_(std::move(publications)) {
  for (Index task = 0; task < publications_.size(); ++task) {
    std::vector<Publication>& own = publications_[task];
    std::sort(own.begin(), own.end(),
              [](const Publication& a, const Publication& b) { return a.variable < b.variable; });
    std::vector<Publication> once;
    for (const Publication& one : own) {
      if (once.empty() || once.back().variable != one.variable) once.push_back({one.variable, 0});
      once.back().ends |= one.ends;
    }
    own = std::move(once);
    for (const Publication& one : own) {
      const size_t number = one.variable / kBlock;
      if (publishers_.size() <= number) publishers_.resize(number + 1);
      std::vector<Index>& publishers = publishers_[number];
      if (publishers.empty() || publishers.back() != task) publishers.push_back(task);
    }
  }
}

bool PublishedFlow::publishes(Index task, size_t variable) const {
  const std::vector<Publication>& own = publications_[task];
  const auto found =
      std::lower_bound(own.begin(), own.end(), variable,
                       [](const Publication& one, size_t other) { return one.variable < other; });
  return found != own.end() && found->variable == variable;
}

std::optional<PublishedFlow::Ways> PublishedFlow::before(Index task, size_t variable) {
  const Block* found = block(variable / kBlock);
  if (found == nullptr) return std::nullopt;
  const Bits mask = Bits{1} << (variable % kBlock);
  return Ways{(found->some[task] & mask) != 0, (found->every[task] & mask) != 0};
}

const PublishedFlow::Block* PublishedFlow::block(size_t number) {
  if (const auto known = blocks_.find(number); known != blocks_.end()) return &known->second;
  if (walked_ > kMostWalked) return nullptr;
  if ((blocks_.size() + 1) * graph_.size() > kMostKept) blocks_.clear();
  find_order();
  gather(number);
  Block& block = blocks_[number];
  block.some.resize(graph_.size());
  block.every.resize(graph_.size());
  const size_t count = component_begin_.size() - 1;
  size_t first = count;
  for (Index task : publishers_[number]) first = std::min<size_t>(first, component_of_[task]);
  for (size_t i = first; i < count; ++i) {
    const std::span<const Index> tasks = component(i);
    if (tasks.size() == 1) {
      fill(block, tasks.front());
    } else {
      fill_tangle(block, tasks);
    }
  }
  walked_ += graph_.size() + graph_.edges() - component_begin_[first];
  return &block;
}

void PublishedFlow::find_order() {
  if (!component_begin_.empty()) return;
  component_of_.resize(graph_.size());
  for (const std::vector<Index>& tasks : find_components(graph_)) {
    for (Index task : tasks) component_of_[task] = static_cast<Index>(component_begin_.size());
    component_begin_.push_back(order_.size());
    order_.insert(order_.end(), tasks.begin(), tasks.end());
  }
  component_begin_.push_back(order_.size());
  ends_of_.resize(graph_.size());
  waiting_.resize(graph_.size());
}

void PublishedFlow::gather(size_t number) {
  std::fill(ends_of_.begin(), ends_of_.end(), 0);
  ends_.assign(1, {});
  for (Index task : publishers_[number]) {
    ends_of_[task] = static_cast<uint32_t>(ends_.size());
    Ends& ends = ends_.emplace_back();
    const std::vector<Publication>& own = publications_[task];
    auto at = std::lower_bound(own.begin(), own.end(), number * kBlock,
                               [](const Publication& one, size_t other) { return one.variable < other; });
    for (; at != own.end() && at->variable / kBlock == number; ++at) {
      const Bits mask = Bits{1} << (at->variable % kBlock);
      const uint8_t both =
          (at->ends & bit(ir::on_complete)) != 0 ? bit(ir::on_success) | bit(ir::on_error) : 0;
      const uint8_t at_ends = at->ends | both;
      for (ir::ClauseKind kind : {ir::on_success, ir::on_error, ir::on_skip}) {
        if ((at_ends & bit(kind)) == 0) continue;
        ends.some[kind] |= mask;
        ends.every[kind] |= mask;
      }
      // On-complete finds what the end was; only what both ends publish is certain.
      ends.some[ir::on_complete] |= mask;
      ends.every[ir::on_complete] = ends.every[ir::on_success] & ends.every[ir::on_error];
    }
  }
}

PublishedFlow::Arriving PublishedFlow::arriving(const Block& block, Index task) const {
  const auto edges = graph_.in(task);
  if (edges.empty()) return {};
  const bool all = graph_.waits_for_all(task);
  Arriving result{0, all ? 0 : ~Bits{0}, false};
  for (size_t i = 0; i < edges.size();) {
    const Index from = edges[i].from;
    const Ends& ends = ends_of(from);
    Bits way = ~Bits{0};
    for (; i < edges.size() && edges[i].from == from; ++i) {
      result.some |= block.some[from] | ends.some[edges[i].kind];
      way &= block.every[from] | ends.every[edges[i].kind];
    }
    result.every = all ? result.every | way : result.every & way;
    result.again = result.again || from == task;
  }
  return result;
}

void PublishedFlow::fill(Block& block, Index task) const {
  const Arriving found = arriving(block, task);
  block.some[task] = found.some;
  block.every[task] = found.again ? found.some : found.every;
  if (found.again) block.every[task] = arriving(block, task).every;
}

// Tasks that all lead to each other: what may be there is the same for all of them. What surely is begins
// with that, and loses what some way does not bring.
void PublishedFlow::fill_tangle(Block& block, std::span<const Index> tasks) {
  Bits some = 0;
  for (Index task : tasks) some |= arriving(block, task).some;
  for (Index task : tasks) {
    block.some[task] = some;
    block.every[task] = some;
    waiting_[task] = true;
  }
  std::vector<Index> open(tasks.begin(), tasks.end());
  for (size_t next = 0; next < open.size(); ++next) {
    const Index task = open[next];
    waiting_[task] = false;
    const Bits found = arriving(block, task).every;
    if (found == block.every[task]) continue;
    block.every[task] = found;
    for (const FlowEdge& edge : graph_.out(task)) {
      const bool inside = component_of_[edge.to] == component_of_[task];
      if (!inside || waiting_[edge.to] || open.size() > kMostRounds * tasks.size()) continue;
      waiting_[edge.to] = true;
      open.push_back(edge.to);
    }
  }
  walked_ += open.size();
}

}  // namespace gregale::compiler
