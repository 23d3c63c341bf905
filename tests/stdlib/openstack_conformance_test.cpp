// Replays the recorded exchanges of Mistral's OpenStack actions (tests/conformance/openstack_actions.jsonl).
//
// One server plays Keystone and all services. Each case has an endpoint of its own, whose path begins with
// the case's number; what comes there is compared with the recording and answered from it. Cases where this
// program does better are named in tests/conformance/OPENSTACK_DIFFERENCES.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <sstream>

#include "core/json.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_server.hpp"

namespace gregale::stdlib {
namespace {

using core::List;
using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;
using tests::json_response;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubServer;

constexpr const char* kFolder = GREGALE_SOURCE_DIR "/tests/conformance/";

std::string read_text(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string text_of(const Value& value, std::string_view key) {
  const Value member = value.get(key);
  return member.is_string() ? member.as_string() : std::string();
}

std::string percent_decoded(const std::string& text, bool form) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += form && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// The decoded "name=value" pairs, ascending; JSON texts in one spelling.
std::vector<std::string> query_pairs(const std::string& query) {
  std::vector<std::string> pairs;
  std::istringstream parts(query);
  for (std::string part; std::getline(parts, part, '&');) {
    const size_t equals = part.find('=');
    std::string value = equals == std::string::npos ? "" : percent_decoded(part.substr(equals + 1), true);
    pairs.push_back(percent_decoded(part.substr(0, equals), true) + "=" + value);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

bool is_version_path(const std::string& path) {
  std::string_view rest = path;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return true;
  if (rest.front() != 'v') return false;
  rest.remove_prefix(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  return !rest.empty() && rest.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Every "version":"1.2" of the document becomes the given one.
void replace_versions(std::string& body, const std::string& version) {
  constexpr std::string_view kKey = "\"version\":\"";
  for (size_t at = body.find(kKey); at != std::string::npos; at = body.find(kKey, at)) {
    at += kKey.size();
    const size_t end = body.find('"', at);
    const std::string_view old = std::string_view(body).substr(at, end - at);
    if (!old.empty() && old.find_first_not_of("0123456789.") == std::string_view::npos) {
      body.replace(at, end - at, version);
    }
  }
}

std::string response_body(const Value& response) {
  if (response.get("body_text").is_string()) return response.get("body_text").as_string();
  return response.get("body").is_null() ? std::string() : core::to_json(response.get("body"));
}

ServerResponse recorded_response(const Value& response) {
  ServerResponse out{static_cast<int>(response.get("status").as_integer()), response_body(response), {}};
  if (response.get("headers").is_map()) {
    for (const auto& [name, value] : response.get("headers").as_map()) {
      if (value.is_string() && name != Value("Content-Length")) {
        out.headers.emplace_back(name.as_string(), value.as_string());
      }
    }
  }
  return out;
}

// With text that is JSON as what it means: its spelling is free.
Value with_json_read(const Value& value) {
  if (value.is_string() && value.as_string().find_first_of("{[") == 0) {
    try {
      return core::parse_json(value.as_string());
    } catch (const core::Error&) {
      return value;
    }
  }
  if (!value.is_map()) return value;
  Map out;
  for (const auto& [key, member] : value.as_map()) out.set(key, with_json_read(member));
  return out;
}

// The body of a JSON patch is a set.
Value comparable_body(const Value& sent, const std::string& content_type) {
  const Value body = with_json_read(sent);
  if (content_type.find("json-patch") == std::string::npos || !body.is_list()) return body;
  List items = body.as_list();
  std::sort(items.begin(), items.end(),
            [](const Value& a, const Value& b) { return core::to_json(a) < core::to_json(b); });
  return items;
}

// A pair of a response's chunks and its body, with the chunks as the JSON that they are: recordings keep
// spelling and size of chunks, which this test's server does not.
Value comparable_result(const Value& result) {
  if (!result.is_list() || result.size() != 2) return result;
  const Value chunks = result.as_list()[0];
  if (!chunks.is_list() || chunks.size() == 0) return result;
  std::string text;
  for (const Value& chunk : chunks.as_list()) {
    if (!chunk.is_string()) return result;
    text += chunk.as_string();
  }
  try {
    return List{core::parse_json(text), result.as_list()[1]};
  } catch (const core::Error&) {
    return result;
  }
}

// Without what only one run has: the length that the transport states among the headers of an object store's
// answers, the reason behind its status, moments, and the insides of a Python client.
Value without_volatile(const Value& result) {
  static const std::set<std::string> kMoments = {"timestamp", "start_time", "finish_time", "headers_receipt",
                                                 "auth_end_time"};
  if (result.is_list()) {
    const List& items = result.as_list();
    const bool of_length = items.size() == 2 && items[0] == Value("Content Length");
    List out;
    for (const Value& item : items) out.push_back(without_volatile(item));
    if (of_length) out[1] = Value();
    return out;
  }
  if (!result.is_map()) return result;
  Map out;
  for (const auto& [key, value] : result.as_map()) {
    if (key == Value("content-length") || value == Value("<client internals>")) continue;
    if (key == Value("reason") && result.find("status") != nullptr) continue;
    const bool moment = value.is_number() && kMoments.count(key.as_string()) != 0;
    out.set(key, moment ? Value() : without_volatile(value));
  }
  return out;
}

// One case while it runs.
class Case {
 public:
  Case(Value data, const Value& services) : data_(std::move(data)) {
    name_ = text_of(data_, "action") + "/" + text_of(data_, "case");
    const std::string action = text_of(data_, "action");
    const Value service = services.get(action.substr(0, action.find('.')));
    endpoint_ = text_of(service, "fake_endpoint");
    const Value types = service.get("service_types");
    if (types.is_list() && types.size() > 0) type_ = types.as_list()[0].as_string();
    const Value sent = data_.get("requests");
    if (type_.empty() && sent.size() > 0) type_ = text_of(sent.as_list()[0], "service_type");
    const Value setup = service.get("client_setup_responses");
    if (setup.is_list() && setup.size() > 0) discovery_ = setup.as_list()[0];
    requests_ = data_.get("requests").as_list();
    responses_ = data_.get("responses").as_list();
    // What is only sent while the result is read is the traffic of a generator.
    if (requests_.empty() && data_.get("error").is_null() && data_.get("serialization_requests").is_list()) {
      requests_ = data_.get("serialization_requests").as_list();
      responses_ = data_.get("serialization_responses").as_list();
    }
  }

  const std::string& name() const { return name_; }
  const Value& data() const { return data_; }
  const std::string& type() const { return type_; }
  // The part of the recorded endpoint behind the host.
  std::string endpoint_path() const {
    const size_t path = endpoint_.find('/', endpoint_.find("://") + 3);
    return path == std::string::npos ? std::string() : endpoint_.substr(path);
  }
  std::string error() const { return text_of(data_, "error"); }
  const std::vector<std::string>& complaints() const { return complaints_; }

  // [path] is behind the case's own part of the URL.
  ServerResponse answer(const ServerRequest& request, std::string path) {
    const std::lock_guard lock(mutex_);
    path = percent_decoded(path, false);
    if (next_ < requests_.size() && fits(requests_[next_], request, path)) {
      if (!is_version_path(path)) compare(requests_[next_], request);
      return recorded_response(responses_[next_++]);
    }
    if (request.method == "GET" && (is_version_path(path) || path == endpoint_path())) {
      return version_document();
    }
    complaints_.push_back("unexpected " + request.method + " " + path);
    return json_response(404, "{}");
  }

  // What is wrong with the end; empty: nothing.
  std::string judge(const ActionResult& result) {
    const std::lock_guard lock(mutex_);
    // Reading the created object once more is what fails there.
    const bool may_succeed = error().rfind("result cannot be serialised", 0) == 0;
    if (may_succeed && result.state == ActionResult::State::success) {
      return complaints_.empty() ? "" : complaints_[0];
    }
    if (!error().empty()) {
      return result.state == ActionResult::State::error ? "" : "an error was expected: " + error();
    }
    if (result.state != ActionResult::State::success) return result.message;
    if (!complaints_.empty()) return complaints_[0];
    if (next_ < requests_.size()) {
      return "not sent: " + text_of(requests_[next_], "method") + " " + text_of(requests_[next_], "path");
    }
    const Value got = comparable_result(without_volatile(result.data));
    if (got == comparable_result(without_volatile(data_.get("result")))) return "";
    // The client reads what it has created once more; the answer to the creation will do.
    if (data_.get("serialization_requests").is_list() && !responses_.empty()) {
      const Value body = responses_.back().get("body");
      if (result.data == body) return "";
      if (body.is_map()) {
        for (const auto& [key, value] : body.as_map()) {
          if (value == result.data) return "";
        }
      }
    }
    return "result " + core::to_json(result.data).substr(0, 300);
  }

 private:
  bool fits(const Value& recorded, const ServerRequest& request, const std::string& path) const {
    std::string wanted = text_of(recorded, "path");
    if (!recorded.get("path_is_host_relative").truthy()) wanted = endpoint_path() + wanted;
    return text_of(recorded, "method") == request.method && percent_decoded(wanted, false) == path;
  }

  void compare(const Value& recorded, const ServerRequest& request) {
    const std::string where = request.method + " " + text_of(recorded, "path") + ": ";
    if (request.header("x-auth-token").empty()) complaints_.push_back(where + "no token");
    if (query_pairs(text_of(recorded, "raw_query")) != query_pairs(request.query)) {
      complaints_.push_back(where + "query " + request.query);
    }
    compare_headers(recorded, request, where);
    if (recorded.get("body_text").is_string()) {
      if (text_of(recorded, "body_text") != request.body) complaints_.push_back(where + "text");
      return;
    }
    const Value body = request.body.empty() ? Value() : core::parse_json(request.body);
    const std::string type = text_of(recorded.get("headers"), "Content-Type");
    if (comparable_body(recorded.get("body"), type) != comparable_body(body, type) &&
        recorded.get("body_base64").is_null()) {
      complaints_.push_back(where + "body " + request.body);
    }
  }

  // Headers that belong to the transport, to who asks or to a body that is not there do not count; of those
  // with something random in them only what is not.
  void compare_headers(const Value& recorded, const ServerRequest& request, const std::string& where) {
    for (const auto& [key, value] : recorded.get("headers").as_map()) {
      std::string name = key.as_string();
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      const std::string wanted = value.as_string();
      const std::string got = request.header(name);
      if (name == "accept" || name == "x-auth-token") continue;
      if (name == "content-type" &&
          (request.body.empty() || wanted.find("octet-stream") != std::string::npos)) {
        continue;
      }
      const bool fits = name == "client-id"       ? core::Uuid::looks_like(got)
                        : name == "authorization" ? same_signature_parts(wanted, got)
                                                  : wanted == got;
      if (!fits) complaints_.push_back(where + name + " " + got);
    }
    for (const char* name : {"openstack-api-version", "x-openstack-manila-api-experimental", "if-match"}) {
      const Value headers = recorded.get("headers");
      const auto& fields = headers.as_map();
      const bool wanted = std::any_of(fields.begin(), fields.end(), [&](const Map::Entry& field) {
        std::string lower = field.key.as_string();
        for (char& c : lower) c = static_cast<char>(std::tolower(c));
        return lower == name;
      });
      if (!wanted && !request.header(name).empty()) complaints_.push_back(where + name + " is not wanted");
    }
  }

  // Whether all parts of an OAuth header are there, with the recorded values where these are not volatile.
  static bool same_signature_parts(const std::string& wanted, const std::string& got) {
    std::istringstream parts(wanted.substr(wanted.find(' ') + 1));
    for (std::string part; std::getline(parts, part, ',');) {
      part.erase(0, part.find_first_not_of(' '));
      const bool is_volatile = part.find("<volatile>") != std::string::npos;
      const std::string sought = is_volatile ? part.substr(0, part.find('=') + 2) : part;
      if (got.find(sought) == std::string::npos) return false;
    }
    return got.starts_with("OAuth ");
  }

  ServerResponse version_document() const {
    if (error().rfind("client construction failed", 0) == 0) return json_response(404, "{}");
    const std::string mode = text_of(data_, "server_mode");
    std::string body = core::to_json(discovery_.get("body"));  // "null" where nothing was recorded
    if (mode.rfind("mv:", 0) == 0) {
      replace_versions(body, mode.substr(3));
    }
    return json_response(200, body);
  }

  Value data_;
  std::string name_, endpoint_, type_;
  Value discovery_;
  List requests_, responses_;
  std::mutex mutex_;
  size_t next_ = 0;
  std::vector<std::string> complaints_;
};

class Recording {
 public:
  Recording()
      : session_(
            client_, clock_, [] { return Credentials(); },
            [](double, const auto& action) { action(true); }),  // nobody waits here
        server_([this](const ServerRequest& request) { return answer(request); }) {
    register_openstack_actions(registry_, session_);
    const Value services = core::parse_json(read_text("openstack_services.json")).get("services");
    std::istringstream lines(read_text("openstack_actions.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      cases_.push_back(std::make_unique<Case>(core::parse_json(line), services));
    }
  }

  size_t size() const { return cases_.size(); }
  Case& at(size_t index) { return *cases_[index]; }
  bool describes(size_t index) const {
    return registry_.find(text_of(cases_[index]->data(), "action")) != nullptr;
  }

  // What is wrong with the case; empty: nothing.
  std::string run(size_t index) {
    Case& test = *cases_[index];
    const std::string name = text_of(test.data(), "action");
    const interpreter::Action& action = *registry_.find(name);
    ActionCall call{name, test.data().get("args"), {}};
    const std::string refusal = interpreter::check_input(action.signature(), call.input);
    if (!refusal.empty()) return test.error().empty() ? refusal : "";
    call.context.region = "RegionTwo";
    call.context.security = Map{{"auth", Map{{"auth_url", server_.url()},
                                             {"user_id", std::to_string(index)},
                                             {"password", "p"},
                                             {"project_id", "p"}}}};
    std::promise<ActionResult> promise;
    action.start(std::move(call), [&](ActionResult result) { promise.set_value(std::move(result)); });
    const ActionResult result = promise.get_future().get();
    const std::string mistake = test.judge(result);
    if (!mistake.empty() || result.state != ActionResult::State::success) return mistake;
    return judge_effects(action, result);
  }

  // The actions that say that they create or delete something, and have not told in any case what.
  const std::set<std::string>& silent() const { return silent_; }

  // What an action says that it has created must have an id, and an action that takes it away.
  std::string judge_effects(const interpreter::Action& action, const ActionResult& result) {
    using interpreter::ResourceChange;
    const interpreter::ActionEffects effects = action.effects();
    const std::string name(action.name());
    std::vector<const ResourceChange*> created;
    for (const ResourceChange& change : result.resources) {
      if (change.kind == ResourceChange::Kind::created) created.push_back(&change);
    }
    if (!effects.deletes.empty()) note(name, result.resources.size() > created.size());
    if (effects.creates.empty()) return created.empty() ? "" : "it says that it creates nothing";
    const bool made_without_id = result.data.find("id") != nullptr && result.data.get("id").is_null();
    if (!made_without_id) note(name, !created.empty());  // some recorded answers are made up so
    for (const ResourceChange* change : created) {
      const std::string mistake = judge_creation(effects, *change);
      if (!mistake.empty()) return mistake;
    }
    return "";
  }

  std::string judge_creation(const interpreter::ActionEffects& effects,
                             const interpreter::ResourceChange& change) const {
    if (change.resource.kind != effects.creates || change.deleted_by != effects.deleted_by) {
      return "other effects";
    }
    if (change.deleted_by.empty()) return "";
    const interpreter::Action* deleting = registry_.find(change.deleted_by);
    if (deleting == nullptr) return "there is no " + change.deleted_by;
    return interpreter::check_input(deleting->signature(), change.deleted_with);
  }

 private:
  void note(const std::string& name, bool tells) {
    if (tells) {
      told_.insert(name);
      silent_.erase(name);
    } else if (told_.count(name) == 0) {
      silent_.insert(name);
    }
  }

  ServerResponse answer(const ServerRequest& request) {
    if (request.path == "/v3/auth/tokens") {
      const Value user =
          core::parse_json(request.body).get("auth").get("identity").get("password").get("user");
      return token(std::stoul(text_of(user, "id")));
    }
    // "/INDEX/RegionTwo" and what the case itself sees.
    const size_t second = request.path.find('/', 1);
    const size_t third = request.path.find('/', second + 1);
    const std::string region = request.path.substr(second + 1, third - second - 1);
    if (region != "RegionTwo") return json_response(404, "{}");
    const std::string rest = third == std::string::npos ? "" : request.path.substr(third);
    return cases_[std::stoul(request.path.substr(1))]->answer(request, rest);
  }

  ServerResponse token(size_t index) {
    List endpoints;
    for (const char* region : {"RegionOne", "RegionTwo"}) {
      for (const char* interface : {"internal", "public"}) {
        const std::string where = std::string(interface) == "public" ? region : std::string("internal");
        endpoints.push_back(Map{{"interface", interface},
                                {"region_id", region},
                                {"url", server_.url() + "/" + std::to_string(index) + "/" + where +
                                            cases_[index]->endpoint_path()}});
      }
    }
    const Value catalog =
        List{Map{{"type", cases_[index]->type()}, {"endpoints", Value(std::move(endpoints))}}};
    const Value project = Map{{"id", "d628296ea6bd57128cd1b32bbab5d645"}};
    ServerResponse response =
        json_response(201, core::to_json(Map{{"token", Map{{"catalog", catalog}, {"project", project}}}}));
    response.headers.emplace_back("X-Subject-Token", "token-of-" + std::to_string(index));
    return response;
  }

  std::vector<std::unique_ptr<Case>> cases_;
  std::set<std::string> told_, silent_;
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  OpenstackSession session_;
  HttpClient client_;
  StubServer server_;
};

// The cases that OPENSTACK_DIFFERENCES.md names: `nova.limits_get/minimal`, or `nova.limits_get` for all of
// an action.
std::set<std::string> known_differences() {
  std::set<std::string> names;
  const std::string text = read_text("OPENSTACK_DIFFERENCES.md");
  // Names of actions, with or without a case, stand in backquotes: `nova.servers_get` or `.../error-404`.
  for (size_t open = text.find('`'); open != std::string::npos; open = text.find('`', open)) {
    const size_t close = text.find('`', open + 1);
    if (close == std::string::npos) break;
    const std::string name = text.substr(open + 1, close - open - 1);
    if (name.find('.') != std::string::npos && name.find(' ') == std::string::npos) names.insert(name);
    open = close + 1;
  }
  return names;
}

TEST(OpenstackConformance, SendsWhatMistralSendsAndGivesWhatMistralGives) {
  Recording recording;
  const std::set<std::string> differences = known_differences();
  ASSERT_GT(recording.size(), 2000u);
  std::set<std::string> differing;
  for (size_t i = 0; i < recording.size(); ++i) {
    const Case& test = recording.at(i);
    if (!recording.describes(i)) {
      ADD_FAILURE() << test.name() << ": there is no such action";
      continue;
    }
    const std::string mistake = recording.run(i);
    if (mistake.empty()) continue;
    const std::string action = text_of(test.data(), "action");
    if (differences.count(test.name()) != 0) {
      differing.insert(test.name());
    } else if (differences.count(action) != 0) {
      differing.insert(action);
    } else {
      ADD_FAILURE() << test.name() << ": " << mistake;
    }
  }
  for (const std::string& name : recording.silent())
    ADD_FAILURE() << name << " does not tell what it creates or deletes";
  for (const std::string& name : differences) {
    EXPECT_EQ(differing.count(name), 1u) << name << " is in OPENSTACK_DIFFERENCES.md and does not differ";
  }
}

}  // namespace
}  // namespace gregale::stdlib
