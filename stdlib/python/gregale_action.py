"""Actions for Gregale in Python: functions that workflows call.

    import gregale_action

    @gregale_action.action("demo.greet")
    def greet(context, name: str, greeting: str = "Hello"):
        "Greets somebody."
        return f"{greeting}, {name}!"

    gregale_action.serve()

An action returns its result (anything that JSON knows), raises ActionError for an error with data, or any other
exception for an error with a message. What it prints goes to standard error, which the engine shows when the
program ends unexpectedly. docs/custom-actions.md tells the rest.
"""
import inspect
import json
import os
import queue
import sys
import threading
import traceback

__all__ = ["action", "add", "serve", "ActionError", "Cancelled", "Context"]

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "list", dict: "map"}
_actions = {}


class ActionError(Exception):
    """Ends an action with an error; `data` is what the workflow sees as the task's result."""

    def __init__(self, message, data=None):
        super().__init__(message)
        self.data = message if data is None else data


class Cancelled(Exception):
    """Ends an action as cancelled."""


class Context:
    """For whom and where an action is carried out.

    The members of the protocol's `context` are attributes: workflow_execution_id, task_execution_id,
    action_execution_id, workflow_name, task_name, item_index, attempt, region, deadline, callback_url,
    custom_context, and security (None unless the action asks for credentials).
    """

    security = None

    def __init__(self, channel, message):
        self._channel = channel
        self._id = message["id"]
        self._calls = 0
        self.dry_run = message["type"] == "test"
        for name, value in message["context"].items():
            setattr(self, name, value)

    @property
    def cancelled(self):
        """Whether the engine has asked to stop; it ends the process when that takes long."""
        return self._channel.cancelled == self._id

    def call(self, name, /, **parameters):
        """Carries out another action, as a task would, and returns its result. Raises ActionError."""
        self._calls += 1
        self._channel.send({"type": "call-action", "id": self._id, "call": self._calls, "action": name,
                            "input": parameters})
        answer = self._channel.answer()
        if answer["state"] == "SUCCESS":
            return answer["data"]
        if answer["state"] == "CANCELLED":
            raise Cancelled()
        raise ActionError(answer.get("message") or "%s failed" % name, answer["data"])

    def log(self, message, level="info"):
        self._channel.send({"type": "log", "id": self._id, "level": level, "message": message})


class _Channel:
    """The messages. A thread reads them, so that a cancellation is seen while an action works."""

    def __init__(self):
        self._output = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)  # what actions print must not come between the messages
        self._lock = threading.Lock()
        self._requests = queue.Queue()
        self._answers = queue.Queue()
        self.cancelled = None
        self._input = os.fdopen(os.dup(0), encoding="utf-8")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._input:
            message = json.loads(line)
            if message["type"] == "cancel":
                self.cancelled = message["id"]
            elif message["type"] == "answer":
                self._answers.put(message)
            else:
                self._requests.put(message)
        os._exit(0)  # the engine has gone away: nobody wants a result any more

    def send(self, message):
        text = json.dumps(message)
        with self._lock:
            self._output.write(text + "\n")
            self._output.flush()

    def request(self):
        return self._requests.get()

    def answer(self):
        return self._answers.get()


def _parameters_of(function):
    """What a function says of its parameters; whether it takes further ones."""
    declared, accepts_any = {}, False
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            accepts_any = True
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            about = {"type": _TYPES.get(parameter.annotation, "any")}
            if parameter.default is not parameter.empty:
                about["default"] = parameter.default
            declared[parameter.name] = about
    return declared, accepts_any


def add(name, run, test=None, **about):
    """Adds an action: `run(context, **input)`. [about] are further members of its declaration."""
    parameters, accepts_any = _parameters_of(run)
    declaration = {"description": (inspect.getdoc(run) or "").split("\n")[0], "parameters": parameters,
                   "accepts_any": accepts_any}
    declaration.update(about)
    _actions[name] = (declaration, run, test)


def action(name, test=None, **about):
    """Makes a function an action; `test`, a function with the same parameters, is what a dry run calls."""

    def decorate(function):
        add(name, function, test, **about)
        return function

    return decorate


def _carry_out(channel, message):
    declaration, run, test = _actions[message["action"]]
    context = Context(channel, message)
    reply = {"type": "result", "id": message["id"]}
    try:
        if context.dry_run:
            reply["data"] = test(context, **message["input"]) if test else None
        else:
            reply["data"] = run(context, **message["input"])
            if declaration.get("asynchronous"):
                reply = {"type": "accepted", "id": message["id"]}
        json.dumps(reply)
    except Cancelled:
        reply = {"type": "result", "id": message["id"], "cancel": True}
    except ActionError as error:
        reply = {"type": "result", "id": message["id"], "error": error.data, "message": str(error)}
    except Exception as error:  # an action's mistake must not end the program
        traceback.print_exc()
        text = "%s: %s" % (type(error).__name__, error)
        reply = {"type": "result", "id": message["id"], "error": text}
    channel.send(reply)


def serve():
    """Answers the engine until it goes away."""
    channel = _Channel()
    while True:
        message = channel.request()
        if message["type"] == "describe":
            channel.send({"type": "description", "protocol": 1,
                          "actions": {name: entry[0] for name, entry in _actions.items()}})
        else:
            _carry_out(channel, message)
