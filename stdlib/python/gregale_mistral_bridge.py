"""Carries out Mistral's actions: classes derived from mistral_lib.actions.Action, unchanged.

usage: python3 -m gregale_mistral_bridge [--only PATTERN]... [--credentials]

They are found by their entry points in the group `mistral.actions`; those of Mistral itself are left out, since
Gregale has its own. `--only` (as in file names) takes some of them. With `--credentials` all of them are told
the security context, and need credentials for that.
"""
import argparse
import fnmatch
import importlib.metadata
import inspect

import gregale_action
from mistral_lib.actions import context as mistral_context
from mistral_lib.actions import types as mistral_types


def context_of(context):
    """What mistral_lib calls a context; the custom context is an attribute more."""
    given = context.security or {}
    user, project = given.get("user") or {}, given.get("project") or {}
    verify = given.get("verify_tls")
    made = mistral_context.ActionContext(
        mistral_context.SecurityContext(
            auth_uri=given.get("auth_url"), auth_cacert=given.get("ca_file"),
            insecure=None if verify is None else not verify, service_catalog=given.get("service_catalog"),
            region_name=given.get("region") or context.region, expires_at=given.get("expires_at"),
            is_target=given.get("is_target"), project_id=project.get("id"), project_name=project.get("name"),
            user_name=user.get("name"), auth_token=given.get("token"), redelivered=False, is_trust_scoped=False),
        mistral_context.ExecutionContext(
            workflow_execution_id=context.workflow_execution_id, task_execution_id=context.task_execution_id,
            action_execution_id=context.action_execution_id, workflow_name=context.workflow_name,
            callback_url=context.callback_url))
    made.custom_context = context.custom_context
    return made


def result_of(result):
    if not isinstance(result, mistral_types.Result):
        return result
    if result.is_cancel():
        raise gregale_action.Cancelled()
    if result.is_error():
        raise gregale_action.ActionError(str(result.error), result.error)
    return result.data


def parameters_of(kind):
    declared, accepts_any = {}, False
    if kind.__init__ is object.__init__:
        return declared, accepts_any
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            accepts_any = True
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            declared[parameter.name] = {}
            if parameter.default is not parameter.empty:
                declared[parameter.name]["default"] = parameter.default
    return declared, accepts_any


def is_asynchronous(kind):
    """Asked of an object that was not initialised: no parameters are known yet."""
    try:
        return not kind.is_sync(kind.__new__(kind))
    except Exception:
        return False


def add(name, kind, credentials):
    def run(context, **parameters):
        return result_of(kind(**parameters).run(context_of(context)))

    def test(context, **parameters):
        action = kind(**parameters)
        return result_of(action.test(context_of(context))) if hasattr(action, "test") else None

    parameters, accepts_any = parameters_of(kind)
    gregale_action.add(name, run, test, description=inspect.cleandoc(kind.__doc__ or "").split("\n")[0],
                       parameters=parameters, accepts_any=accepts_any, credentials=credentials,
                       asynchronous=is_asynchronous(kind))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", action="append", default=[])
    arguments.add_argument("--credentials", action="store_true")
    options = arguments.parse_args()
    for entry in importlib.metadata.entry_points(group="mistral.actions"):
        wanted = not options.only or any(fnmatch.fnmatch(entry.name, pattern) for pattern in options.only)
        if wanted and not entry.module.startswith("mistral.actions."):
            add(entry.name, entry.load(), options.credentials)
    gregale_action.serve()


if __name__ == "__main__":
    main()
