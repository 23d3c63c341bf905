// gregale-javascript: evaluates one script for std.javascript and ends.
//
// Standard input: {"script": text, "context": any}; standard output: {"result": any} or {"error": text}. The
// engine is SpiderMonkey without any function that reaches outside. Before the script runs, the process gives
// up what it could do harm with: memory beyond a bound, processor time, files.
#include <js/CompilationAndEvaluation.h>
#include <js/CompileOptions.h>
#include <js/Conversions.h>
#include <js/ErrorReport.h>
#include <js/Exception.h>
#include <js/Initialization.h>
#include <js/JSON.h>
#include <js/SourceText.h>
#include <jsapi.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"

namespace {

using gregale::core::Map;
using gregale::core::Value;

constexpr rlim_t kMemory = rlim_t{256} << 20;  // for the script, beyond what the engine has at its start
constexpr uint32_t kHeap = 128u << 20;         // of the garbage collector, within that
constexpr rlim_t kProcessorSeconds = 60;
constexpr size_t kNativeStack = size_t{512} << 10;

std::string read_all() {
  std::string text;
  char buffer[1 << 14];
  ssize_t count = 0;
  while ((count = ::read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<size_t>(count));
  return text;
}

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(resource, &both);
}

// To kMemory above what is in use. The shadow memory of AddressSanitizer fits no such bound; see below.
void limit_memory() {
#ifndef __SANITIZE_ADDRESS__
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  limit(RLIMIT_AS, pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + kMemory);
#endif
}

void give_up_rights() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kProcessorSeconds);
  limit_memory();
  limit(RLIMIT_FSIZE, 0);
#ifndef __SANITIZE_ADDRESS__  // the sanitizers' own checks open pipes
  limit(RLIMIT_NOFILE, 3);
#endif
}

const JSClass kGlobalClass = {"global", JSCLASS_GLOBAL_FLAGS, &JS::DefaultGlobalClassOps, nullptr, nullptr,
                              nullptr};

std::string text_of(JSContext* context, JS::HandleString text) {
  const JS::UniqueChars bytes = JS_EncodeStringToUTF8(context, text);
  return bytes ? std::string(bytes.get()) : std::string();
}

std::string pending_error(JSContext* context) {
  if (!JS_IsExceptionPending(context)) return "the script was ended";
  JS::ExceptionStack stack(context);
  JS::ErrorReportBuilder report(context);
  if (!JS::StealPendingExceptionStack(context, &stack) ||
      !report.init(context, stack, JS::ErrorReportBuilder::WithSideEffects)) {
    return "the script failed";
  }
  std::string text = report.toStringResult().c_str();
  if (const unsigned line = report.report()->lineno; line > 0) text += " (line " + std::to_string(line) + ")";
  return text;
}

bool collect_json(const char16_t* text, uint32_t length, void* into) {
  static_cast<std::u16string*>(into)->append(text, length);
  return true;
}

// The value that the script returns, as JSON text. False: an exception is pending.
bool run(JSContext* context, JS::HandleObject global, const std::string& script, const std::string& data,
         std::string& json) {
  JS::RootedString data_text(context,
                             JS_NewStringCopyUTF8N(context, JS::UTF8Chars(data.data(), data.size())));
  JS::RootedValue dollar(context);
  if (!data_text || !JS_ParseJSON(context, data_text, &dollar) ||
      !JS_SetProperty(context, global, "$", dollar)) {
    return false;
  }
  size_t length = 0;
  const JS::UniqueTwoByteChars text(
      JS::LossyUTF8CharsToNewTwoByteCharsZ(context, JS::UTF8Chars(script.data(), script.size()), &length,
                                           js::MallocArena)
          .get());
  JS::SourceText<char16_t> source;
  if (!text || !source.init(context, text.get(), length, JS::SourceOwnership::Borrowed)) return false;
  JS::CompileOptions options(context);
  options.setFileAndLine("script", 0);  // the function has a line of its own before the body
  JS::RootedObjectVector no_scope(context);
  JS::RootedFunction function(context,
                              JS::CompileFunction(context, no_scope, options, "f", 0, nullptr, source));
  JS::RootedValue result(context);
  if (!function || !JS_CallFunction(context, global, function, JS::HandleValueArray::empty(), &result)) {
    return false;
  }
  std::u16string result_json;
  if (!JS_Stringify(context, &result, nullptr, JS::NullHandleValue, collect_json, &result_json)) return false;
  JS::RootedString result_text(context, JS_NewUCStringCopyN(context, result_json.data(), result_json.size()));
  if (!result_text) return false;
  json = text_of(context, result_text);
  return true;
}

std::string answer(const std::string& request) {
  const Value parsed = gregale::core::parse_json(request);
  JSContext* context = JS_NewContext(kHeap);
  if (context == nullptr || !JS::InitSelfHostedCode(context))
    return R"({"error":"the engine did not start"})";
  JS_SetNativeStackQuota(context, kNativeStack);
  JS::RootedObject global(context, JS_NewGlobalObject(context, &kGlobalClass, nullptr,
                                                      JS::FireOnNewGlobalHook, JS::RealmOptions()));
  if (!global) return R"({"error":"the engine did not start"})";
  const JSAutoRealm realm(context, global);
  give_up_rights();
  std::string json;
  if (!run(context, global, parsed.get("script").as_string(), gregale::core::to_json(parsed.get("context")),
           json)) {
    return gregale::core::to_json(Value(Map{{"error", Value(pending_error(context))}}));
  }
  return "{\"result\":" + json + "}";
}

}  // namespace

#ifdef __SANITIZE_ADDRESS__
// Its own bound, on what is resident; it cannot open a file to see how much that is.
extern "C" const char* __asan_default_options() {
  return "hard_rss_limit_mb=512:can_use_proc_maps_statm=0:detect_leaks=0";
}
#endif

int main() {
  const std::string request = read_all();
  if (!JS_Init()) return 1;
  std::string text;
  try {
    text = answer(request);
  } catch (const gregale::core::Error&) {
    return 2;
  }
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data() + sent, text.size() - sent);
    if (count <= 0) return 3;
    sent += static_cast<size_t>(count);
  }
  // Without tearing the engine down: the process ends, and with it everything.
  ::_exit(0);
}
