// What calls of catalogue actions create and delete, worked out from their descriptions.
#pragma once

#include <optional>

#include "interpreter/resource.hpp"
#include "stdlib/openstack/action_description.hpp"

namespace gregale::stdlib {

// The parameters of a call with their defaults, and whatever else it was given.
core::Map complete_input(const ActionDescription& action, const core::Value& input);

// Of a call that has succeeded. [scope] has `input` (complete), `result`, and what its steps have kept. What
// has no id where it should be is left out. The region and the project are not known here.
interpreter::ResourceChanges created_resources(const ActionDescription& action, Scope scope);

// Of a call that has succeeded, or was told that the thing is not there ([result] is null then). Nothing when
// the action deletes nothing, or when [input] (complete) and [result] do not name it.
std::optional<interpreter::ResourceChange> deleted_resource(const ActionDescription& action,
                                                            const core::Value& input,
                                                            const core::Value& result);

// Whether what a marked call with the [input] creates can be found again.
bool is_findable(const ActionDescription& action, const core::Value& input);

// The items of the list [items] that have [mark] in any of their texts.
core::List carrying(const core::Value& items, std::string_view mark);

}  // namespace gregale::stdlib
