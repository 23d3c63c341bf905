// The custom context: where it reaches, what it refuses, and that its secrets are never seen.
#include "interpreter/custom_context.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.hpp"
#include "core/json.hpp"
#include "interpreter/vault.hpp"
#include "stdlib/registry.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

using core::Error;
using core::Map;

constexpr const char* kCanary = "canary-5ec2e7";

// An action with effects that notes what it was called with, and gives its input back.
class Recorder : public Action {
 public:
  explicit Recorder(std::vector<ActionCall>& calls) : calls_(calls) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  void start(ActionCall call, ActionCompletion completion) const override {
    calls_.push_back(call);
    completion(ActionResult::success(call.input));
  }

 private:
  std::vector<ActionCall>& calls_;
  const ir::ActionSignature signature_{
      .name = "test.record", .description = {}, .parameters = {}, .accepts_any = true};
};

class CustomContextTest : public ::testing::Test {
 protected:
  CustomContextTest() {
    stdlib::register_standard_actions(registry_, http_, workers_);
    registry_.add(std::make_unique<Recorder>(calls_));
    folder_ = std::filesystem::temp_directory_path() / ("gregale-context-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~CustomContextTest() override { std::filesystem::remove_all(folder_); }

  // The document of an execution of the first workflow of [body]; what is stored is in `stored_` then.
  Value run(const std::string& body, const Value& context) {
    const auto program = compile_text("version: '2.0'\n" + body);
    if (program == nullptr) return Value();
    const std::string path = folder_ / "store.db";
    Value document;
    {
      SqliteStore store(path, StoreAccess::write);
      core::VirtualClock clock(core::kSecond);
      Workbench bench(store, clock, registry_);
      bench.runtime().add_program(program, "");
      StartRequest request;
      request.workflow = program->name(program->program().workflows.front().name);
      request.custom_context = context;
      id_ = bench.runtime().start(program->digest(), request);
      EXPECT_TRUE(bench.runtime().run());
      document = comparable_document(*program, bench.runtime().tree(id_));
      for (const HistoryRecord& record : store.history(id_)) stored_ += core::to_json(record.published);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() == ".key") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      stored_.append(std::istreambuf_iterator<char>(file), {});
    }
    return document;
  }

  std::string refused(const std::string& body, const Value& context) {
    try {
      run(body, context);
    } catch (const Error& error) {
      return error.what();
    }
    return "not refused";
  }

  bool seen(const Value& document) const {
    return core::to_json(document).find(kCanary) != std::string::npos ||
           stored_.find(kCanary) != std::string::npos;
  }

  stdlib::HttpClient http_;
  stdlib::WorkerPool workers_;
  ActionRegistry registry_;
  std::vector<ActionCall> calls_;
  std::filesystem::path folder_;
  std::string stored_;
  Uuid id_;
};

TEST_F(CustomContextTest, ReachesEveryActionAndIsReadByExpressions) {
  const Value document = run(R"(
w:
  output: {seen: <% $.seen %>}
  tasks:
    t: {workflow: inner, publish: {seen: <% task().result.id %>}}
inner:
  output: {id: <% $.id %>}
  tasks:
    t: {action: test.record id=<% custom_context(id) %>, publish: {id: "{{ custom_context('id') }}"}}
)",
                             Map{{"id", "c-1"}, {"other", 2}});
  EXPECT_EQ(core::to_json(document.get("output")), R"({"seen":"c-1"})");
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(core::to_json(calls_[0].input), R"({"id":"c-1"})");
  EXPECT_EQ(core::to_json(calls_[0].context.custom_context), R"({"id":"c-1","other":2})");
}

TEST_F(CustomContextTest, CredentialsLeaveItForTheSecurityContext) {
  const Value document = run("w: {tasks: {t: {action: test.record x=<% custom_context(os) %>}}}",
                             Map{{"os", Map{{"auth", Map{{"password", kCanary}}}, {"region_name", "r"}}}});
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(core::to_json(calls_[0].input), R"({"x":null})");
  EXPECT_EQ(core::to_json(calls_[0].context.custom_context), "{}");
  EXPECT_EQ(calls_[0].context.security.get("auth").get("password"), Value(kCanary));
  EXPECT_FALSE(seen(document));
}

TEST_F(CustomContextTest, WhatAWorkflowDeclaresIsCheckedAtTheStart) {
  const std::string body =
      "w: {custom_context: {a: {type: integer, required: true}, b: {default: 7}}, "
      "output: {b: <% custom_context(b) %>}, tasks: {t: {action: std.noop}}}";
  EXPECT_EQ(refused(body, Map{}), "Invalid custom context [workflow='w']: `a` is missing");
  EXPECT_EQ(refused(body, Map{{"a", kCanary}}),
            "Invalid custom context [workflow='w']: `a` must be of the type integer, not string");
  EXPECT_EQ(core::to_json(run(body, Map{{"a", 1}}).get("output")), R"({"b":7})");
  EXPECT_EQ(refused(body, Map{{"os", Map{{"auth", "x"}}}}), "Custom context: `os.auth` must be a mapping");
}

TEST_F(CustomContextTest, ATaskAddsForWhatItCalls) {
  run(R"(
w:
  tasks:
    t: {workflow: inner, custom_context: {a: <% 1 + 1 %>, os: {auth: {token: other}}}, on-success: u}
    u: {action: test.record}
inner: {tasks: {t: {action: test.record, custom_context: {b: 3}}}}
)",
      Map{{"a", 1}});
  ASSERT_EQ(calls_.size(), 2u);
  EXPECT_EQ(core::to_json(calls_[0].context.custom_context), R"({"a":2,"b":3})");
  EXPECT_EQ(calls_[0].context.security.get("auth").get("token"), Value("other"));
  EXPECT_EQ(core::to_json(calls_[1].context.custom_context), R"({"a":1})");
  EXPECT_TRUE(calls_[1].context.security.is_null());
}

constexpr const char* kSecret = "  custom_context: {token: {secret: true}}\n";

TEST_F(CustomContextTest, ASecretGoesIntoTheInputAndComesBackMasked) {
  const Value document = run(std::string("w:\n") + kSecret + R"(
  output: {x: <% $.x %>}
  tasks:
    t:
      action: test.record
      input: {header: 'Bearer <% custom_context(token) %>', plain: 1, deep: ["{{ custom_context('token') }}"]}
      publish: {x: <% task().result %>}
)",
                             Map{{"token", kCanary}});
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].input.get("header"), Value(std::string("Bearer ") + kCanary));
  EXPECT_EQ(calls_[0].input.get("deep").as_list().front(), Value(kCanary));
  EXPECT_EQ(core::to_json(document.get("output")),
            R"({"x":{"header":"Bearer ***","plain":1,"deep":["***"]}})");
  EXPECT_FALSE(seen(document));
}

TEST_F(CustomContextTest, AnAdHocActionKeepsItSecret) {
  const Value document = run(std::string(R"(
send:
  input: [token]
  base: test.record
  base-input: {header: 'Bearer <% $.token %>'}
w:
)") + kSecret + "  tasks: {t: {action: send token=<% custom_context(token) %>}}\n",
                             Map{{"token", kCanary}});
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].input.get("header"), Value(std::string("Bearer ") + kCanary));
  EXPECT_FALSE(seen(document));
}

TEST_F(CustomContextTest, ASecretGoesNowhereElse) {
  // By way of a name that is not constant, which only a run can refuse.
  const std::string read = "<% custom_context('tok' + 'en') %>";
  for (const std::string& task :
       {"{action: std.noop, publish: {x: \"" + read + "\"}}", "{workflow: inner x=" + read + "}",
        "{action: \"std." + read + "\"}", "{action: std.noop, on-success: [u: \"" + read + "\"]}",
        "{with-items: \"i in " + read + "\", action: std.noop}",
        std::string("{action: std.echo output=<% int(custom_context('tok' + 'en')) %>}")}) {
    stored_.clear();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    const Value document =
        run(std::string("w:\n") + kSecret + "  tasks:\n    t: " + task +
                "\n    u: {action: std.noop}\ninner: {input: [x], tasks: {t: {action: std.noop}}}\n",
            Map{{"token", kCanary}});
    EXPECT_EQ(document.get("state"), Value("ERROR")) << task;
    EXPECT_FALSE(seen(document)) << task << core::to_json(document);
  }
}

TEST_F(CustomContextTest, TheStoreGivesItBackToWhoHasTheKey) {
  run("w: {tasks: {t: {action: std.async_noop}}}", Map{{"id", kCanary}});
  EXPECT_EQ(stored_.find(kCanary), std::string::npos);
  const std::string path = folder_ / "store.db";
  const auto context = [&](StoreAccess access) {
    return SqliteStore(path, access).load(id_).executions.front().custom_context;
  };
  ASSERT_TRUE(context(StoreAccess::write).has_value());
  EXPECT_EQ(context(StoreAccess::write)->values.get("id"), Value(kCanary));
  EXPECT_FALSE(context(StoreAccess::read).has_value());
  const auto mode = std::filesystem::status(path + ".key").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  std::filesystem::rename(path + ".key", path + ".elsewhere");
  EXPECT_THROW(context(StoreAccess::write), Error);
  EXPECT_FALSE(context(StoreAccess::read).has_value());
  EXPECT_EQ(SqliteStore(path, StoreAccess::write, Durability::full, path + ".elsewhere")
                .load(id_)
                .executions.front()
                .custom_context->values.get("id"),
            Value(kCanary));
}

TEST(Vault, RefusesWhatWasChangedOrSealedByAnother) {
  Vault vault{""};
  const std::string sealed = vault.seal(kCanary);
  EXPECT_EQ(vault.open(sealed), kCanary);
  EXPECT_NE(vault.seal(kCanary), sealed);
  EXPECT_THROW(Vault("").open(sealed), Error);
  std::string changed = sealed;
  changed[40] = changed[40] == 'A' ? 'B' : 'A';
  EXPECT_THROW(vault.open(changed), Error);
  EXPECT_THROW(vault.open(""), Error);
  EXPECT_THROW(vault.open("?"), Error);
}

TEST(SecretList, HidesShortSecretsOnlyAsWholeValues) {
  SecretList secrets;
  secrets.add({Map{{"pin", 1234}, {"x", "ab"}, {"open", "open"}}, {}, {"pin", "x"}});
  EXPECT_EQ(core::to_json(secrets.concealed(Map{{"a", "ab"}, {"b", "cab"}, {"c", "1234!"}, {"d", 1234}})),
            R"({"a":"***","b":"cab","c":"***!","d":"***"})");
  EXPECT_EQ(secrets.concealed(Value("open")), Value("open"));
}

}  // namespace
}  // namespace gregale::interpreter
