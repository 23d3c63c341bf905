#include "core/error.hpp"

namespace gregale::core {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::not_found:
      return "not found";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::unauthorized:
      return "unauthorized";
    case ErrorKind::limit:
      return "limit";
    case ErrorKind::overloaded:
      return "overloaded";
    case ErrorKind::disconnected:
      return "disconnected";
    case ErrorKind::timed_out:
      return "timed out";
    case ErrorKind::unusable:
      return "unusable";
    case ErrorKind::unimplemented:
      return "unimplemented";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace gregale::core
