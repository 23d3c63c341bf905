#include "cli/exit_code.hpp"

namespace gregale::cli {

ExitCode exit_code_of(interpreter::State state) noexcept {
  switch (state) {
    case interpreter::State::success:
      return kDone;
    case interpreter::State::error:
      return kFailed;
    case interpreter::State::cancelled:
      return kCancelled;
    default:
      return kUnfinished;
  }
}

ExitCode exit_code_of(const core::Error& error) noexcept {
  switch (error.kind()) {
    case core::ErrorKind::invalid:
    case core::ErrorKind::not_found:
    case core::ErrorKind::unimplemented:
      return kUsage;
    case core::ErrorKind::internal:
      return kInternal;
    default:
      return kWorld;
  }
}

}  // namespace gregale::cli
