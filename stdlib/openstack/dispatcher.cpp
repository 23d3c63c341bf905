#include "stdlib/openstack/dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/code_points.hpp"
#include "core/json.hpp"
#include "interpreter/custom_context.hpp"
#include "stdlib/http/request_description.hpp"
#include "stdlib/http/retry.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"
#include "stdlib/openstack/endpoint_url.hpp"
#include "stdlib/openstack/oauth1.hpp"
#include "stdlib/openstack/resource_effects.hpp"
#include "stdlib/openstack/service_error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionResult;
using interpreter::ResourceChange;
using interpreter::Search;

namespace {

// A collection that goes on longer than this gives the same page again and again.
constexpr size_t kMostPages = 10'000;

// As many as keystoneauth follows.
constexpr int kMostRedirects = 30;

bool is_redirect(int status) {
  constexpr int kStatuses[] = {301, 302, 303, 305, 307, 308};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

// Of a proxy that has had no answer from the service behind it.
bool is_from_gateway(int status) {
  return status == 502 || status == 504;
}

// Between two looks for what may have been made.
constexpr double kLookSeconds = 1;

// Ids of answers that are kept with an action; of one with many pages the first ones.
constexpr size_t kMostRequestIds = 100;

QueryParameters query_parameters(const Value& query) {
  QueryParameters out;
  for (const auto& [key, value] : query.as_map()) {
    if (value.is_list()) {
      for (const Value& item : value.as_list()) {
        out.emplace_back(python_text(key), python_text(item));
      }
    } else {
      out.emplace_back(python_text(key), python_text(value));
    }
  }
  return out;
}

// Whether [item] has every member of [by] with the same value.
bool matches(const Value& item, const Value& by) {
  if (!by.is_map()) return true;
  const Map& wanted = by.as_map();
  return std::all_of(wanted.begin(), wanted.end(), [&](const Map::Entry& entry) {
    const Value* member = item.is_map() ? item.as_map().find(entry.key) : nullptr;
    return member != nullptr && *member == entry.value;
  });
}

// The text in pieces as Python's HTTP client iterates over it, never within a character.
Value chunks_of(std::string_view text) {
  constexpr size_t kChunk = 128;
  List chunks;
  while (!text.empty()) {
    const size_t end = core::code_point_end(text, std::min(kChunk, text.size()) - 1);
    chunks.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return chunks;
}

// Whether the text of a region is the expression that would give it.
bool is_expression(std::string_view region) {
  return region.find("<%") != std::string_view::npos || region.find("{{") != std::string_view::npos;
}

// One call on its way. Lives as long as one of its exchanges is under way.
class Dispatch : public std::enable_shared_from_this<Dispatch> {
 public:
  Dispatch(OpenstackSession& session, std::shared_ptr<const ServiceDescription> service,
           std::shared_ptr<const ActionDescription> action, ActionCall call, ActionCompletion completion)
      : session_(session),
        service_(std::move(service)),
        action_(std::move(action)),
        call_(std::move(call)),
        completion_(std::move(completion)) {}

  void begin() {
    guarded([this] {
      prepare();
      ask_keystone();
    });
  }

  void rehearse() {
    rehearsal_ = true;
    guarded([this] {
      prepare();
      if (can_choose_endpoint()) {
        ask_keystone();
      } else {
        rehearse_anywhere();
      }
    });
  }

 private:
  enum class Phase {
    looking,  // for what was made before
    acting,
    listing,  // what was made beyond what the answer tells
    leaving   // until the thing is gone
  };

  // Runs [work]; what it throws ends the call.
  template <typename Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }

  void fail(const std::string& reason) {
    // What is made has been made, whether or not the rest of it can be listed.
    if (phase_ == Phase::listing) return complete(ActionResult::success(std::move(result_)));
    if (phase_ == Phase::acting && said_missing_) note_deletion();
    if (phase_ == Phase::leaving) changes_.clear();  // it is still there
    std::string why = lost_ ? *lost_ : reason;
    if (phase_ == Phase::looking && !lost_) {
      why = "A process that has ended may have sent it, and what it made cannot be looked for: " + why;
    }
    const std::string where = region_.empty() ? "" : fmt::format(" in region {}", region_);
    complete(ActionResult::failure(fmt::format("{} failed{}: {}", call_.name, where, without_token(why))));
  }

  // A service may repeat what it was sent.
  std::string without_token(const std::string& text) const {
    return access_ == nullptr ? text : interpreter::with_mask(text, access_->token);
  }

  void complete(ActionResult result) {
    result.request_ids = std::move(request_ids_);
    result.resources = std::move(changes_);
    const ActionCompletion completion = std::move(completion_);
    completion_ = nullptr;
    if (completion) completion(std::move(result));
  }

  // The parameters with their defaults; the others as `rest`.
  void fill_scope() {
    const Map& input = call_.input.is_map() ? call_.input.as_map() : empty_;
    Map rest = input;
    for (const ir::ActionParameter& parameter : action_->signature.parameters) {
      const Value* given = input.find(std::string_view(parameter.name));
      scope_.set(parameter.name, given ? *given : parameter.default_value);
      rest.erase(parameter.name);
    }
    rest.erase("action_region");
    if (!action_->has_own_region) rest.erase("region");
    scope_.set("rest", rest);
    const double now = static_cast<double>(session_.clock().now()) / static_cast<double>(core::kSecond);
    const std::string id = call_.context.action_execution_id.text();
    scope_.set("call", Map{{"id", id}, {"time", now}, {"mark", call_.context.marked ? Value(id) : Value()}});
  }

  void prepare() {
    fill_scope();
    region_ = named_region();
  }

  void ask_keystone() {
    keystone_ = session_.keystone(call_.context);
    if (region_.empty()) region_ = keystone_->credentials().region;
    get_access([this] { find_version(); });
  }

  // By the call; empty: it leaves that to the credentials.
  std::string named_region() const {
    for (const char* name : {"action_region", "region"}) {
      if (name == std::string_view("region") && action_->has_own_region) continue;
      const Value region = call_.input.get(name);
      if (!region.is_null() && !region.is_string()) {
        throw Error(ErrorKind::invalid, fmt::format("`{}` must be text, not a {}", name, region.kind_name()));
      }
      if (region.is_string() && !region.as_string().empty()) return region.as_string();
    }
    return call_.context.region;
  }

  template <typename Next>
  void get_access(Next next) {
    keystone_->access([self = shared_from_this(), next](AccessPtr access, const std::optional<Error>& error) {
      self->guarded([&] {
        if (error) throw *error;
        self->access_ = std::move(access);
        self->choose_endpoint();
        next();
      });
    });
  }

  void choose_endpoint() {
    std::string url;
    const Credentials& credentials = keystone_->credentials();
    if (const std::string* fixed = credentials.endpoint_override(service_->service_type)) {
      url = *fixed;
    } else {
      const ServiceCatalog::Endpoint& endpoint =
          access_->catalog.endpoint(service_->service_type, credentials.interface, region_);
      url = endpoint.url;
      region_ = endpoint.region;
    }
    urls_ = endpoint_urls(url, service_->version_path);
    gate_ = session_.gate(credentials, service_->service_type, region_);
    scope_.set("cloud", Map{{"project_id", access_->project_id},
                            {"user_id", access_->user_id},
                            {"endpoint", urls_.versioned}});
  }

  // Rehearsals.

  bool can_choose_endpoint() {
    if (is_expression(region_)) return false;
    try {
      session_.keystone(call_.context);
    } catch (const Error& error) {
      return error.kind() != ErrorKind::unauthorized;  // the others are told
    }
    return true;
  }

  void rehearse_anywhere() {
    const std::string url = fmt::format("{{{}}}", service_->service_type);
    urls_ = endpoint_urls(url, service_->version_path);
    if (!service_->version_if_listed.empty()) urls_.versioned += "/" + service_->version_if_listed;
    scope_.set("cloud", Map{{"project_id", "{project_id}"}, {"user_id", "{user_id}"}, {"endpoint", url}});
    use_microversion({});
  }

  void tell(const HttpRequest& request) {
    Map told = request_description(request).as_map();
    told.set(Value("service"), Value(service_->service_type));
    if (!region_.empty()) told.set(Value("region"), Value(region_));
    ActionResult result;
    result.requests.push_back(Value(std::move(told)));
    complete(std::move(result));
  }

  // Versions.

  // Where the catalog's URL may lack the version of the API: whether the service has it below its root.
  void find_version() {
    const std::string& version = service_->version_if_listed;
    if (version.empty() || urls_.versioned != urls_.root) return find_microversion();
    const std::string url = urls_.root + "/";
    if (const auto known = session_.known_version(url)) return use_version(*known);
    send(prepared("GET", url), [url, version](Dispatch& self, const HttpResponse& response) {
      std::string path;
      try {
        if (lists_version(core::parse_json(response.body), version)) path = "/" + version;
      } catch (const Error&) {
        // No version document: the URL is taken as it is.
      }
      self.session_.remember_version(url, path);
      self.use_version(path);
    });
  }

  void use_version(const std::string& path) {
    urls_.versioned = urls_.root + path;
    find_microversion();
  }

  void find_microversion() {
    if (service_->discovery == ServiceDescription::Discovery::none) {
      return use_microversion(service_->newest_known);
    }
    const bool at_root = service_->discovery == ServiceDescription::Discovery::root;
    const std::string url = at_root ? urls_.root + "/" : urls_.versioned;
    if (const auto known = session_.known_version(url)) return use_microversion(*known);
    HttpRequest request = prepared("GET", url);
    send(std::move(request), [url](Dispatch& self, const HttpResponse& response) {
      if (response.status / 100 != 2 && response.status != 300) {
        throw Error(ErrorKind::invalid, fmt::format("{} does not tell its versions: {}",
                                                    url_without_secrets(url), refusal_text(response)));
      }
      const std::string newest = newest_microversion(core::parse_json(response.body));
      self.session_.remember_version(url, newest);
      self.use_microversion(newest);
    });
  }

  void use_microversion(const std::string& of_server) {
    microversion_ = service_->newest_known;
    if (!of_server.empty() && compare_versions(of_server, microversion_) < 0) {
      microversion_ = of_server;
    }
    scope_.set("microversion", microversion_.empty() ? Value() : Value(microversion_));
    if (call_.context.search != Search::none && can_be_found()) {
      look_until_settled();
    } else {
      act();
    }
  }

  // Phases: each is a list of steps, and what is done at its end.

  void begin_phase(Phase phase, const std::vector<StepDescription>& steps) {
    phase_ = phase;
    frames_.clear();
    frames_.emplace_back(steps);
    next_step();
  }

  void end_phase() {
    switch (phase_) {
      case Phase::looking:
        return end_looking();
      case Phase::acting:
        return end_acting();
      case Phase::listing:
        set_found();
        changes_.clear();
        note_creations();
        break;
      case Phase::leaving:
        break;
    }
    complete(ActionResult::success(std::move(result_)));
  }

  void act() { begin_phase(Phase::acting, action_->steps); }

  // Whether what this call creates carries a mark, by which it can be found.
  bool can_be_found() const { return call_.context.marked && is_findable(*action_, call_.input); }

  // Looks for what was made already. A service that was just asked to make something may not list it yet.
  void look_until_settled() {
    settled_at_ = session_.clock().now() +
                  static_cast<core::Microseconds>(keystone_->credentials().settling_seconds * core::kSecond);
    begin_phase(Phase::looking, action_->creates->find->steps);
  }

  void end_looking() {
    if (set_found()) {
      scope_.set("reply", action_->creates->find->reply.evaluate(scope_).value_or(Value()));
      lost_.reset();
      phase_ = Phase::acting;
      return end_acting();
    }
    if (session_.clock().now() >= settled_at_) {
      if (lost_) throw Error(ErrorKind::disconnected, *lost_);
      if (call_.context.search == Search::only) return complete({ActionResult::State::cancelled, {}, {}});
      return act();
    }
    session_.after(kLookSeconds, [self = shared_from_this()](bool elapsed) {
      self->guarded([&] {
        if (!elapsed) throw Error(ErrorKind::disconnected, "The program ends; the action was given up.");
        self->begin_phase(Phase::looking, self->action_->creates->find->steps);
      });
    });
  }

  // `found`: what has this call's mark; false: nothing has.
  bool set_found() {
    const Value items = action_->creates->find->in.evaluate(scope_).value_or(Value());
    List found = carrying(items, call_.context.action_execution_id.text());
    if (found.empty()) return false;
    scope_.set("found", std::move(found));
    return true;
  }

  void end_acting() {
    result_ = action_->result.evaluate(scope_).value_or(Value());
    note_creations();
    note_deletion();
    const bool found = scope_.find(std::string_view("found")) != nullptr;
    if (!found && action_->creates && action_->creates->several && can_be_found() &&
        action_->creates->several->hold(scope_)) {
      return begin_phase(Phase::listing, action_->creates->find->steps);
    }
    if (call_.context.until_gone && action_->deletes && !action_->deletes->gone.empty()) {
      return begin_phase(Phase::leaving, action_->deletes->gone);
    }
    complete(ActionResult::success(std::move(result_)));
  }

  void note_creations() {
    Scope scope = scope_;
    scope.set("input", complete_input(*action_, call_.input));
    scope.set("result", result_);
    for (ResourceChange& change : created_resources(*action_, std::move(scope))) note(std::move(change));
  }

  void note_deletion() {
    if (auto change = deleted_resource(*action_, complete_input(*action_, call_.input), result_)) {
      note(std::move(*change));
    }
  }

  void note(ResourceChange change) {
    change.resource.region = region_;
    change.resource.project = access_->project_id;
    changes_.push_back(std::move(change));
  }

  // The answer to a request that creates did not come, or not from the service: what it did is not known.
  bool looks_after_loss(const std::string& method, const std::string& reason) {
    if (phase_ != Phase::acting || lost_ || method == "GET" || method == "HEAD" || !can_be_found()) {
      return false;
    }
    lost_ = reason;
    look_until_settled();
    return true;
  }

  // Steps.

  // The next step of the innermost list that has one; the end of the call when none has.
  void next_step() {
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == frame.steps->size()) {
        end_frame();
        continue;
      }
      const StepDescription& step = (*frame.steps)[frame.next++];
      if (!step.when.hold(scope_)) continue;
      switch (step.kind) {
        case StepDescription::Kind::request:
          attempts_ = 0;
          return send_step(step);
        case StepDescription::Kind::pages:
          return begin_pages(step);
        case StepDescription::Kind::each:
          begin_each(step);
          break;
        case StepDescription::Kind::filter:
          scope_.set(step.as, matching(step));
          break;
        case StepDescription::Kind::only:
          scope_.set(step.as, only_one(step));
          break;
        case StepDescription::Kind::refuse:
          throw Error(ErrorKind::invalid, step.what);
      }
    }
    end_phase();
  }

  void begin_each(const StepDescription& step) {
    const Value items = step.list.evaluate(scope_).value_or(Value(List()));
    if (!items.is_list()) {
      throw Error(ErrorKind::invalid, fmt::format("A list is needed, not a {}", items.kind_name()));
    }
    frames_.emplace_back(step, items);
  }

  // All steps of the innermost list are done: of a loop, for one item (or for none, at its begin).
  void end_frame() {
    Frame& frame = frames_.back();
    if (frame.loop == nullptr) return frames_.pop_back();
    const StepDescription& loop = *frame.loop;
    if (frame.index > 0 && loop.collect) {
      frame.collected.push_back(loop.collect->evaluate(scope_).value_or(Value()));
    }
    if (frame.index < frame.items.size()) {
      scope_.set(loop.item, frame.items.as_list()[frame.index++]);
      frame.next = 0;
      return;
    }
    if (!loop.as.empty()) scope_.set(loop.as, std::move(frame.collected));
    frames_.pop_back();
  }

  void finish_request(const StepDescription& step) {
    if (step.until && !step.until->hold(scope_)) return send_again_later(step);
    if (!step.as.empty()) scope_.set(step.as, *scope_.find(std::string_view("reply")));
    next_step();
  }

  void send_again_later(const StepDescription& step) {
    const Value most = step.most_attempts.evaluate(scope_).value_or(Value());
    const Value interval = step.interval.evaluate(scope_).value_or(Value());
    if (most.is_small_integer() && ++attempts_ >= most.as_integer()) {
      throw Error(ErrorKind::timed_out, fmt::format("not so far after asking {} times", attempts_));
    }
    const double seconds = interval.is_small_integer() ? static_cast<double>(interval.as_integer())
                           : interval.is_number()      ? interval.as_float()
                                                       : 1;
    session_.after(seconds, [self = shared_from_this(), &step](bool elapsed) {
      self->guarded([&] {
        if (!elapsed) throw Error(ErrorKind::disconnected, "The program ends; the action was given up.");
        if (self->call_.context.deadline != 0 &&
            self->session_.clock().now() > self->call_.context.deadline) {
          throw Error(ErrorKind::timed_out, "not so far at the task's timeout");
        }
        self->send_step(step);
      });
    });
  }

  void send_step(const StepDescription& step) {
    const std::string url = (step.at_root ? urls_.root : urls_.versioned) + step.path.evaluate_path(scope_);
    QueryParameters query;
    if (step.query) query = query_parameters(step.query->evaluate(scope_).value_or(Value(Map())));
    HttpRequest request = prepared(step.method, append_query(url, encode_query(query)));
    if (!step.aside) {
      last_url_ = url;
      last_query_ = std::move(query);
    }
    if (step.body) {
      if (const auto body = step.body->evaluate(scope_)) {
        request.headers.set("Content-Type", "application/json");
        request.body = core::to_json(*body);
      }
    }
    if (step.text) {
      if (const auto text = step.text->evaluate(scope_)) {
        request.headers.set("Content-Type", "application/octet-stream");
        request.body = python_text(*text);
      }
    }
    if (step.headers) {
      const Value headers = step.headers->evaluate(scope_).value_or(Value(Map()));
      for (const auto& [name, value] : headers.as_map()) {
        request.headers.set(python_text(name), python_text(value));
      }
    }
    if (step.oauth1) sign(request, step.oauth1->evaluate(scope_).value_or(Value()));
    const auto take = [&step](Dispatch& self, const HttpResponse& response) {
      self.said_missing_ = response.status == 404 && !step.aside && self.frames_.back().loop == nullptr;
      if (is_from_gateway(response.status) && self.looks_after_loss(step.method, refusal_text(response)))
        return;
      check_status(response, step.expected);
      if (!step.aside) self.take_response(response);
      self.finish_request(step);
    };
    if (rehearsal_) return tell(request);
    redirects_ = std::any_of(step.expected.begin(), step.expected.end(), is_redirect) ? kMostRedirects : 0;
    send(std::move(request), take);
  }

  void sign(HttpRequest& request, const Value& consumer) const {
    const Oauth1Moment moment{core::Uuid::random().text(),
                              std::to_string(session_.clock().now() / core::kSecond)};
    request.headers.set("Authorization",
                        oauth1_authorization(request.method, request.url, consumer.as_map(), moment));
  }

  static void check_status(const HttpResponse& response, const std::vector<int>& expected) {
    if (response.status / 100 == 2 ||
        std::find(expected.begin(), expected.end(), response.status) != expected.end()) {
      return;
    }
    throw Error(response.status == 404 ? ErrorKind::not_found : ErrorKind::invalid, refusal_text(response));
  }

  // Sets `reply` and its kin.
  void take_response(const HttpResponse& response) {
    if (!is_utf8(response.body)) throw Error(ErrorKind::invalid, "The answer is not UTF-8 text");
    Value body;
    try {
      if (!response.body.empty()) body = core::parse_json(response.body);
    } catch (const Error&) {
      // An answer that is no JSON is there as `reply_text`.
    }
    Map headers;
    for (const auto& [name, value] : response.headers) {
      std::string lower = name;
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      headers.set(to_utf8(lower, {}), to_utf8(value, "ISO-8859-1"));
    }
    const Value text(response.body);
    scope_.set("reply_pair", List{chunks_of(response.body), body});
    scope_.set("reply_text", text);
    scope_.set("reply", body);
    scope_.set("reply_status", response.status);
    scope_.set("reply_headers", headers);
    scope_.set(
        "reply_response",
        Map{{"status", response.status}, {"reason", to_utf8(response.reason, {})}, {"headers", headers}});
  }

  // Pages.

  // The collection in the last reply; null when there is none.
  Value collection(const StepDescription& step) const {
    const Value* body = scope_.find(std::string_view("reply"));
    if (body == nullptr) return {};
    const Value items = step.items.empty() ? *body : body->get(step.items);
    return items.is_list() ? items : Value();
  }

  void begin_pages(const StepDescription& step) {
    const Value first = collection(step);
    pages_ = first.is_list() ? first.as_list() : List();
    replies_ = {*scope_.find(std::string_view("reply"))};
    first_headers_ = *scope_.find(std::string_view("reply_headers"));
    const auto limit = step.limit ? step.limit->evaluate(scope_) : std::nullopt;
    limit_ = limit && limit->is_small_integer() && limit->as_integer() > 0
                 ? static_cast<size_t>(limit->as_integer())
                 : SIZE_MAX;
    next_page(step, pages_.size());
  }

  void next_page(const StepDescription& step, size_t on_last_page) {
    const std::string query = query_of_next_page(step, on_last_page);
    if (query.empty() || pages_.size() >= limit_) return finish_pages(step);
    if (replies_.size() > kMostPages) {
      throw Error(ErrorKind::limit, fmt::format("The collection has more than {} pages", kMostPages));
    }
    send(prepared("GET", append_query(last_url_, query)),
         [&step](Dispatch& self, const HttpResponse& response) {
           check_status(response, {});
           self.take_response(response);
           self.replies_.push_back(*self.scope_.find(std::string_view("reply")));
           const Value items = self.collection(step);
           if (!items.is_list()) {
             throw Error(ErrorKind::invalid, fmt::format("A page has no list `{}`", step.items));
           }
           for (const Value& item : items.as_list()) self.pages_.push_back(item);
           self.next_page(step, items.size());
         });
  }

  // The encoded query of the page after the last one; empty: there is none.
  std::string query_of_next_page(const StepDescription& step, size_t on_last_page) {
    const Value& body = *scope_.find(std::string_view("reply"));
    std::string link;
    switch (step.paging) {
      case StepDescription::Paging::next: {
        const Value next = body.get("next");
        if (next.is_string()) link = next.as_string();
        break;
      }
      case StepDescription::Paging::links: {
        const Value links = body.get(step.items + "_links");
        if (!links.is_list()) break;
        for (const Value& entry : links.as_list()) {
          const Value href = entry.get("href");
          if (entry.get("rel") == Value("next") && href.is_string()) link = href.as_string();
        }
        break;
      }
      case StepDescription::Paging::marker:
        return on_last_page == 0 ? std::string() : query_with_marker(step);
    }
    // Only the query of a link counts: its host may be one that only the service can see.
    const size_t mark = link.find('?');
    return mark == std::string::npos ? std::string() : link.substr(mark + 1);
  }

  std::string query_with_marker(const StepDescription& step) {
    Value marker;
    for (const std::string& name : step.id) {
      if (marker.is_null()) marker = Value(pages_.back().get(name));
    }
    if (marker.is_null()) return {};
    QueryParameters query = last_query_;
    std::erase_if(query, [](const auto& parameter) { return parameter.first == "marker"; });
    for (auto& [name, value] : query) {
      if (name == "limit" && limit_ > pages_.size() && limit_ != SIZE_MAX) {
        value = std::to_string(limit_ - pages_.size());
      }
    }
    query.emplace_back("marker", python_text(marker));
    return encode_query(query);
  }

  void finish_pages(const StepDescription& step) {
    if (pages_.size() > limit_) pages_.resize(limit_);
    if (step.items.empty()) {
      scope_.set("reply", std::move(pages_));
    } else {
      const Value* last = scope_.find(std::string_view("reply"));
      Map body = last != nullptr && last->is_map() ? last->as_map() : Map();
      body.set(step.items, std::move(pages_));
      body.erase(step.items + "_links");
      scope_.set("reply", body);
    }
    scope_.set("reply_headers", std::move(first_headers_));
    scope_.set("pages", std::move(replies_));
    pages_ = {};
    replies_ = {};
    next_step();
  }

  // Selection.

  Value matching(const StepDescription& step) const {
    const Value items = step.in.evaluate(scope_).value_or(Value());
    const Value by = step.by.evaluate(scope_).value_or(Value());
    List out;
    if (items.is_list()) {
      for (const Value& item : items.as_list()) {
        if (matches(item, by)) out.push_back(item);
      }
    }
    return out;
  }

  Value only_one(const StepDescription& step) const {
    const Value items = step.in.evaluate(scope_).value_or(Value());
    const Value by = step.by.evaluate(scope_).value_or(Value(Map()));
    if (items.size() == 0) {
      throw Error(ErrorKind::not_found, fmt::format("No {} matching {}", step.what, core::to_json(by)));
    }
    if (items.size() > 1) {
      throw Error(ErrorKind::conflict,
                  fmt::format("{} of kind {} match {}, not one", items.size(), step.what, core::to_json(by)));
    }
    return items.as_list()[0];
  }

  // Exchanges.

  HttpRequest prepared(std::string method, std::string url) const {
    HttpRequest request{.method = std::move(method), .url = std::move(url)};
    request.headers.add("Accept", "application/json");
    add_ids(request);
    if (service_->headers) {
      const Value headers = service_->headers->evaluate(scope_).value_or(Value(Map()));
      for (const auto& [name, value] : headers.as_map()) {
        request.headers.add(python_text(name), python_text(value));
      }
    }
    if (!microversion_.empty()) {
      const Value headers = service_->version_headers.evaluate(scope_).value_or(Value(Map()));
      for (const auto& [name, value] : headers.as_map()) {
        request.headers.add(python_text(name), python_text(value));
      }
    }
    if (keystone_ != nullptr) keystone_->secure(request);
    return request;
  }

  // By which the services' logs name what this call sends, and where the caller sees it belong.
  void add_ids(HttpRequest& request) const {
    const interpreter::ActionContext& context = call_.context;
    if (!context.action_execution_id.is_nil()) {
      request.headers.add("X-OpenStack-Request-ID", "req-" + context.action_execution_id.text());
    }
    const Value correlation = context.custom_context.get("correlation_id");
    if (correlation.is_string()) request.headers.add("X-Correlation-ID", correlation.as_string());
  }

  void keep_id(const HttpResponse& response) {
    std::string id = request_id(response);
    if (!id.empty() && request_ids_.size() < kMostRequestIds) request_ids_.push_back(std::move(id));
  }

  // Where a service says that it has moved what was asked for. As keystoneauth does it, the method stays; the
  // token goes to no other server.
  static std::string redirected(const std::string& from, const HttpResponse& response) {
    std::string to(response.headers.get("Location"));
    if (to.starts_with('/') && !to.starts_with("//")) to.insert(0, url_origin(from));
    if (url_origin(to).empty() || url_origin(to) != url_origin(from)) {
      throw Error(ErrorKind::invalid,
                  fmt::format("HTTP {} leads from {} to another server, which gets no token", response.status,
                              url_without_secrets(from)));
    }
    return to;
  }

  // Sends with the token; [next] gets the response, of whatever status but a first 401 and redirects that the
  // step does not expect.
  template <typename Next>
  void send(HttpRequest request, Next next) {
    request.headers.set("X-Auth-Token", access_->token);
    RetryPolicy policy = session_.retry_policy();
    policy.repeatable = action_->idempotent || request.method == "GET" || request.method == "HEAD";
    if (call_.context.deadline != 0) {
      const auto left = static_cast<double>(call_.context.deadline - session_.clock().now()) /
                        static_cast<double>(core::kSecond);
      policy.seconds = std::max(left, 0.001);
    }
    HttpRequest again = request;
    send_with_retries(session_.client(), std::move(request), policy, gate_,
                      [self = shared_from_this(), again = std::move(again), next](HttpResult result) mutable {
                        self->guarded([&] {
                          if (!result.ok()) {
                            if (self->looks_after_loss(again.method, result.error->what())) return;
                            throw *result.error;
                          }
                          self->keep_id(result.response);
                          if (is_redirect(result.response.status) && self->redirects_ < kMostRedirects) {
                            ++self->redirects_;
                            again.url = self->redirected(again.url, result.response);
                            return self->send(std::move(again), next);
                          }
                          if (result.response.status == 401 && !self->renewed_) {
                            self->renewed_ = true;
                            self->keystone_->forget(self->access_->token);
                            return self->get_access([self, again, next] { self->send(again, next); });
                          }
                          next(*self, result.response);
                        });
                      });
  }

  static inline const Map empty_;
  OpenstackSession& session_;
  const std::shared_ptr<const ServiceDescription> service_;
  const std::shared_ptr<const ActionDescription> action_;
  const ActionCall call_;
  ActionCompletion completion_;
  bool rehearsal_ = false;  // the first request is told, not sent

  std::shared_ptr<KeystoneSession> keystone_;
  AccessPtr access_;
  bool renewed_ = false;
  int redirects_ = 0;  // of the step under way; at their limit: none is followed
  std::vector<std::string> request_ids_;
  std::string region_;
  Phase phase_ = Phase::acting;
  Value result_;
  interpreter::ResourceChanges changes_;
  bool said_missing_ = false;          // the last answer was 404
  core::Microseconds settled_at_ = 0;  // when looking ends
  std::optional<std::string> lost_;    // why the answer to a creation did not come
  EndpointUrls urls_;
  std::shared_ptr<ServiceGate> gate_;
  std::string microversion_;
  Scope scope_;

  // A list of steps under way; of a loop, for one of its items.
  struct Frame {
    explicit Frame(const std::vector<StepDescription>& own) : steps(&own) {}
    // At the end of its steps: the first item is still to come.
    Frame(const StepDescription& each, Value of)
        : steps(&each.steps), next(each.steps.size()), loop(&each), items(std::move(of)) {}

    const std::vector<StepDescription>* steps;
    size_t next = 0;
    const StepDescription* loop = nullptr;  // nullptr: the action's own steps
    Value items = List();
    size_t index = 0;  // of the next item
    List collected;
  };
  std::vector<Frame> frames_;
  int64_t attempts_ = 0;  // of a step that is sent until something holds

  std::string last_url_;  // of the last request step, without its query
  QueryParameters last_query_;
  List pages_;    // the items of all pages so far
  List replies_;  // the pages themselves
  Value first_headers_;
  size_t limit_ = 0;
};

}  // namespace

void dispatch(OpenstackSession& session, std::shared_ptr<const ServiceDescription> service,
              std::shared_ptr<const ActionDescription> action, ActionCall call, ActionCompletion completion) {
  std::make_shared<Dispatch>(session, std::move(service), std::move(action), std::move(call),
                             std::move(completion))
      ->begin();
}

void rehearse(OpenstackSession& session, std::shared_ptr<const ServiceDescription> service,
              std::shared_ptr<const ActionDescription> action, ActionCall call, ActionCompletion completion) {
  std::make_shared<Dispatch>(session, std::move(service), std::move(action), std::move(call),
                             std::move(completion))
      ->rehearse();
}

}  // namespace gregale::stdlib
