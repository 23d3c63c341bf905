// A store that was damaged is refused, or what is read from it is what was written: never anything else.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <random>

#include "compiler/ir/serialization.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

constexpr const char* kWorkflow = R"(
version: '2.0'
main:
  output: {all: <% $.all %>}
  tasks:
    many:
      with-items: i in <% range(5).toList() %>
      workflow: sub x=<% $.i %>
      publish: {all: <% task().result.y %>, large: <% 'long text ' * 5000 %>}
      on-success: [keep, fails]
    keep: {action: std.echo output=<% $.large %>, on-success: asks}
    fails: {action: std.fail error_data="no", on-error: noop}
    asks: {action: std.async_noop}
sub:
  input: [x]
  output: {y: <% $.y %>}
  tasks:
    t: {publish: {y: <% $.x + 1 %>}}
)";

class StoreDamageTest : public testing::Test {
 protected:
  StoreDamageTest() {
    folder_ = (std::filesystem::temp_directory_path() / "gregale-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    make();
    whole_ = read(path());
    truth_ = content();
  }
  ~StoreDamageTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/store.db"; }
  const std::string& whole() const { return whole_; }

  // What becomes of a store with these bytes: refused, or read as it was written.
  void expect_refused_or_right(const std::string& bytes, const std::string& what) {
    std::filesystem::remove(path() + "-wal");
    std::filesystem::remove(path() + "-shm");
    write(path(), bytes);
    try {
      EXPECT_TRUE(content() == truth_) << what << ": it was read otherwise";
      ++read_;
    } catch (const core::Error& error) {
      EXPECT_EQ(error.kind(), core::ErrorKind::unusable) << what << ": " << error.what();
      EXPECT_EQ(read(path()), bytes) << what << " was changed";
      ++refused_;
    }
  }

  int read_ = 0;
  int refused_ = 0;

 private:
  static void write(const std::string& path, const std::string& bytes) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
  }
  static std::string read(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    std::string bytes(std::filesystem::file_size(path), '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return bytes;
  }

  void make() {
    const auto program = compile_text(kWorkflow);
    ASSERT_NE(program, nullptr);
    SqliteStore store(path(), StoreAccess::write);
    core::VirtualClock clock(core::kSecond);
    Workbench bench(store, clock, actions_.registry());
    bench.runtime().add_program(program, ir::to_binary(program->program()));
    StartRequest request;
    request.workflow = "main";
    for (int i = 0; i < 3; ++i) bench.runtime().start(program->digest(), request);
    bench.runtime().run();
    const auto stored = store.list();
    ASSERT_EQ(stored.size(), 3u);
    bench.runtime().stop(stored.front().id, 0, State::success, std::nullopt);
  }

  // Everything that the store has.
  std::string content() {
    SqliteStore store(path(), StoreAccess::write);
    std::string all;
    const auto unfinished = store.unfinished();
    for (const ExecutionSummary& summary : store.list()) {
      const ExecutionTree tree = store.load(summary.id);
      const LoadedProgram program(ir::from_binary(store.load_program(tree.program_digest)), "digest");
      all += fmt::format("{} {} {}\n", summary.workflow_name, to_string(summary.state), unfinished.size());
      all += core::to_json(execution_document(program, tree, 0)) + "\n";
      for (const HistoryRecord& event : store.history(summary.id)) {
        all += fmt::format("{} {} {} {} {}\n", event.time, static_cast<int>(event.subject), event.index,
                           to_string(event.state), core::to_json(event.published));
      }
      const auto found = store.find_execution(summary.id);
      if (!found || found->root != summary.id || found->execution != 0) all += "not found\n";
      for (Index i = 0; i < tree.actions.size(); ++i) {
        const auto action = store.find_action(tree.actions[i].id);
        if (!action || action->root != summary.id || action->action != i) all += "action not found\n";
      }
    }
    return all;
  }

  TestActions actions_;
  std::string folder_;
  std::string whole_;
  std::string truth_;
};

TEST_F(StoreDamageTest, OneByteThatWasFlipped) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole();
    const size_t place =
        i < 100 ? static_cast<size_t>(i) : random() % bytes.size();  // the header, then anywhere
    const auto bit = static_cast<char>(1 << random() % 8);
    bytes[place] = static_cast<char>(bytes[place] ^ bit);
    expect_refused_or_right(bytes, fmt::format("bit {} of byte {}", static_cast<int>(bit), place));
    if (HasFailure()) return;
  }
  EXPECT_GT(refused_, 100);  // the rest lies where nothing is written
}

TEST_F(StoreDamageTest, APageThatWasLostOrComesTwice) {
  constexpr size_t kPage = 4096;
  for (size_t page = 1; page * kPage < whole().size(); ++page) {
    std::string zeroed = whole();
    zeroed.replace(page * kPage, kPage, kPage, '\0');
    expect_refused_or_right(zeroed, fmt::format("page {} of zeros", page));
    std::string doubled = whole();
    doubled.replace(page * kPage, kPage, whole().substr((page - 1) * kPage, kPage));
    expect_refused_or_right(doubled, fmt::format("page {} like the one before", page));
    if (HasFailure()) return;
  }
  EXPECT_GT(refused_, 0);
}

TEST_F(StoreDamageTest, AFileThatWasCutOff) {
  for (size_t length = 1; length < whole().size(); length += whole().size() / 40) {
    expect_refused_or_right(whole().substr(0, length), fmt::format("cut at {}", length));
    if (HasFailure()) return;
  }
  EXPECT_EQ(read_, 0);
}

}  // namespace
}  // namespace gregale::interpreter
