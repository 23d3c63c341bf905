/* What a plug-in with actions and the engine say to each other: plain C, so that it does not matter which
 * compiler or library either was built with. Authors of actions use <gregale/action.hpp>, which is made of
 * this.
 *
 * A plug-in is a shared object with one symbol, `gregale_plugin`, a gregale_plugin_v1. The engine looks at
 * `abi` first and refuses every other version than its own; structures never change within a version.
 *
 * Texts are UTF-8 and need no zero at their end; values are JSON texts. What a function is given is there
 * until it returns. Functions are called from any thread, several at the same time, and must not throw.
 */
#ifndef GREGALE_PLUGIN_H
#define GREGALE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define GREGALE_PLUGIN_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char* data;
  size_t size;
} gregale_text;

/* Takes a text that somebody else owns, with the `receiver` that came along. */
typedef void (*gregale_receive)(void* receiver, gregale_text text);

/* One call of an action. The functions take it as their first argument. */
typedef struct gregale_call_v1 {
  gregale_text workflow_execution_id; /* empty outside of a workflow, as the next two and the names */
  gregale_text task_execution_id;
  gregale_text workflow_name;
  gregale_text task_name;
  gregale_text action_execution_id;
  gregale_text region;
  gregale_text callback_url;
  uint32_t item_index;
  uint32_t attempt;
  int64_t deadline; /* microseconds since 1970; 0: none */

  gregale_text input;          /* an object: checked, with defaults filled in */
  gregale_text custom_context; /* an object */
  gregale_text security;       /* an object, where the action asked for credentials; otherwise empty */

  /* Carries out another action with this input, waits for it, and gives its result or error data. Returns the
   * state: 0 success, 1 error, 2 cancelled. `message` gets the message of an error; the text is the
   * receiver's to copy. */
  int (*call_action)(const struct gregale_call_v1* call, gregale_text action, gregale_text input,
                     void* receiver, gregale_receive data, gregale_receive message);
  void (*log)(const struct gregale_call_v1* call, gregale_text level, gregale_text message);
  /* Whether nobody waits any more for the result. */
  int (*cancelled)(const struct gregale_call_v1* call);

  /* For what the action gives: called at most once each. */
  void* receiver;
  gregale_receive data;    /* the result, or the data of an error */
  gregale_receive message; /* of an error */
} gregale_call_v1;

typedef struct {
  gregale_text name;
  gregale_text declaration; /* an object, as in a manifest: docs/custom-actions.md */
  const void* self;         /* the first argument of the functions */
  /* Return the state as call_action does. An asynchronous action returns 0 once it is set going. */
  int (*run)(const void* self, const gregale_call_v1* call);
  int (*test)(const void* self, const gregale_call_v1* call);
} gregale_action_v1;

typedef struct {
  uint32_t abi; /* GREGALE_PLUGIN_ABI */
  /* Gives the actions, the same ones each time; they live as long as the shared object is loaded. */
  size_t (*actions)(const gregale_action_v1** first);
} gregale_plugin_v1;

#ifdef __cplusplus
}
#endif

#endif
