// Frame: the variables and functions that an expression sees at one place; YAQL's context.
//
// Frames form a chain towards the root, which holds the data. They belong to one evaluation and one
// thread, so their counting of references is plain.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/value.hpp"

namespace gregale::expression::yaql {

using core::Value;

class Frame;
struct Node;

class FramePtr {
 public:
  FramePtr() = default;
  explicit FramePtr(Frame* frame) noexcept;
  FramePtr(const FramePtr& other) noexcept;
  FramePtr(FramePtr&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  FramePtr& operator=(FramePtr other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~FramePtr();
  Frame* operator->() const noexcept { return frame_; }
  Frame& operator*() const noexcept { return *frame_; }
  explicit operator bool() const noexcept { return frame_ != nullptr; }
  friend bool operator==(const FramePtr& a, const FramePtr& b) noexcept = default;

 private:
  friend class Frame;
  // Deletes the frame and what it alone refers to, in a loop: chains may be long.
  static void release(Frame* frame) noexcept;

  Frame* frame_ = nullptr;
};

class Frame {
 public:
  explicit Frame(FramePtr parent) : parent_(std::move(parent)) {}

  // [name] without "$"; "" and "1" are the same variable.
  void set(std::string_view name, Value value);
  // $1, $2, ...: [position] counts from 1.
  void set(size_t position, Value value);
  // As set() for a position that the frame does not have yet; takes no time for looking.
  void add(size_t position, Value value) {
    if (position == 1) {
      set_first(std::move(value));
    } else {
      others_.emplace_back(std::to_string(position), std::move(value));
    }
  }
  void set_first(Value value) {
    has_first_ = true;
    first_ = std::move(value);
  }
  // Here or further up; nullptr when there is none before the root.
  const Value* find(std::string_view name) const noexcept;
  const Value* find_first() const noexcept;
  // Forgets the variables, so that the frame can serve the next call.
  void clear() noexcept;
  bool shared() const noexcept { return references_ > 1; }

  // A function made by def(); its body sees [frame]. The body lives as long as the program.
  void define(std::string name, const Node* body) { functions_.push_back({std::move(name), body}); }
  struct Definition {
    const Node* body = nullptr;
    const Frame* frame = nullptr;  // where it was defined
  };
  Definition find_function(std::string_view name) const noexcept;

 private:
  friend class FramePtr;
  uint32_t references_ = 0;
  bool has_first_ = false;
  FramePtr parent_;
  Value first_;
  std::vector<std::pair<std::string, Value>> others_;
  std::vector<std::pair<std::string, const Node*>> functions_;
};

// A frame as a value: what let(), with(), def() and unpack() give and `->` takes.
class FrameObject : public core::Object {
 public:
  explicit FrameObject(FramePtr frame) : frame_(std::move(frame)) {}
  std::string_view type_name() const noexcept override { return "context"; }
  const FramePtr& frame() const noexcept { return frame_; }

 private:
  FramePtr frame_;
};

// What is left of a frame in a result.
class ContextResult : public core::Object {
 public:
  std::string_view type_name() const noexcept override { return "context"; }
};

inline FramePtr::FramePtr(Frame* frame) noexcept : frame_(frame) {
  if (frame_ != nullptr) ++frame_->references_;
}
inline FramePtr::FramePtr(const FramePtr& other) noexcept : FramePtr(other.frame_) {}
inline FramePtr::~FramePtr() {
  if (frame_ != nullptr && --frame_->references_ == 0) release(frame_);
}

}  // namespace gregale::expression::yaql
