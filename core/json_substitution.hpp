// JSON in which something else stands for some of the values: the store keeps large ones apart.
#pragma once

#include <string>

#include "core/value.hpp"

namespace gregale::core {

// Asked about strings, lists and maps, from the outside in; told of them from the inside out.
class JsonSubstitution {
 public:
  virtual ~JsonSubstitution() = default;
  // Appends what is to stand for [value]; false, and nothing appended: the value itself is to be written.
  virtual bool instead(const Value& value, std::string& out) = 0;
  // [value] was written, from [start] on; that text may be replaced.
  virtual void written(const Value& value, std::string& out, size_t start) = 0;
};

// Appends [value] in one line, as to_json() gives it.
void append_json(std::string& out, const Value& value, JsonSubstitution* substitution = nullptr);

}  // namespace gregale::core
