// Errors that Python programs tell apart, for the rules that catch some of them.
#pragma once

#include <string>

#include "core/error.hpp"

namespace gregale::expression::python {

class TypeError : public core::Error {
 public:
  explicit TypeError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class ValueError : public core::Error {
 public:
  explicit ValueError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class KeyError : public core::Error {
 public:
  explicit KeyError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class IndexError : public core::Error {
 public:
  explicit IndexError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class ZeroDivisionError : public core::Error {
 public:
  explicit ZeroDivisionError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class OverflowError : public core::Error {
 public:
  explicit OverflowError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};
class AttributeError : public core::Error {
 public:
  explicit AttributeError(const std::string& m) : Error(core::ErrorKind::invalid, m) {}
};

}  // namespace gregale::expression::python
