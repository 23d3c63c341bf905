// Core dumps hold what the memory held: passwords, tokens, custom contexts.
#pragma once

namespace gregale::cli {

// This process leaves none, whatever the system is set to do with them.
void forbid_core_dumps() noexcept;

}  // namespace gregale::cli
