// The std actions without effects: noop, echo, fail, sleep, test_dict, async_noop.
//
// All but async_noop are evaluated in place; the machine keeps the timers of echo's delay and of
// sleep.
#pragma once

#include "interpreter/action.hpp"

namespace gregale::stdlib {

void add_simple_actions(interpreter::ActionRegistry& registry);

}  // namespace gregale::stdlib
