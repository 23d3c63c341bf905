// What calls of catalogue actions create and delete, worked out from their descriptions.
#pragma once

#include <optional>

#include "interpreter/action.hpp"
#include "stdlib/openstack/action_description.hpp"

namespace gregale::stdlib {

// Nothing when the action creates nothing, or when [result] has no id where it should be.
std::optional<interpreter::CreatedResource> created_resource(const ActionDescription& action,
                                                             const core::Value& input,
                                                             const core::Value& result);

// Nothing when the action deletes nothing, or when [input] does not name it.
std::optional<interpreter::DeletedResource> deleted_resource(const ActionDescription& action,
                                                             const core::Value& input);

}  // namespace gregale::stdlib
