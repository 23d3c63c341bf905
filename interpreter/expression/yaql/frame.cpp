#include "interpreter/expression/yaql/frame.hpp"

namespace gregale::expression::yaql {

void FramePtr::release(Frame* frame) noexcept {
  thread_local std::vector<Frame*>* pending = nullptr;
  if (pending != nullptr) {
    pending->push_back(frame);
    return;
  }
  std::vector<Frame*> waiting{frame};
  pending = &waiting;
  while (!waiting.empty()) {
    Frame* next = waiting.back();
    waiting.pop_back();
    delete next;
  }
  pending = nullptr;
}

void Frame::set(std::string_view name, Value value) {
  if (name.empty() || name == "1") {
    set_first(std::move(value));
    return;
  }
  for (auto& [known, held] : others_) {
    if (known == name) {
      held = std::move(value);
      return;
    }
  }
  others_.emplace_back(name, std::move(value));
}

void Frame::set(size_t position, Value value) {
  if (position == 1) {
    set_first(std::move(value));
  } else {
    set(std::to_string(position), std::move(value));
  }
}

const Value* Frame::find(std::string_view name) const noexcept {
  if (name.empty() || name == "1") return find_first();
  for (const Frame* frame = this; frame != nullptr; frame = frame->parent_.frame_) {
    for (const auto& [known, value] : frame->others_) {
      if (known == name) return &value;
    }
  }
  return nullptr;
}

const Value* Frame::find_first() const noexcept {
  for (const Frame* frame = this; frame != nullptr; frame = frame->parent_.frame_) {
    if (frame->has_first_) return &frame->first_;
  }
  return nullptr;
}

void Frame::clear() noexcept {
  has_first_ = false;
  first_ = Value();
  others_.clear();
  functions_.clear();
}

Frame::Definition Frame::find_function(std::string_view name) const noexcept {
  for (const Frame* frame = this; frame != nullptr; frame = frame->parent_.frame_) {
    for (auto function = frame->functions_.rbegin(); function != frame->functions_.rend(); ++function) {
      if (function->first == name) return {function->second, frame};
    }
  }
  return {};
}

}  // namespace gregale::expression::yaql
