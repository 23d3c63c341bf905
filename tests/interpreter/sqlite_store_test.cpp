// What a store does with files that are not one.
#include "interpreter/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>

#include "core/error.hpp"

namespace gregale::interpreter {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() {
    folder_ = (std::filesystem::temp_directory_path() / "gregale-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
  }
  ~SqliteStoreTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }
  static void write(const std::string& path, const std::string& content) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fwrite(content.data(), 1, content.size(), file);
    std::fclose(file);
  }
  static std::string read(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    std::string content(1 << 20, '\0');
    content.resize(std::fread(content.data(), 1, content.size(), file));
    std::fclose(file);
    return content;
  }
  static core::ErrorKind refusal(const std::string& path, StoreAccess access) {
    try {
      const SqliteStore store(path, access);
    } catch (const core::Error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
      return error.kind();
    }
    ADD_FAILURE() << path << " was accepted";
    return core::ErrorKind::internal;
  }

 private:
  std::string folder_;
};

TEST_F(SqliteStoreTest, RefusesWhatIsNotAStoreAndLeavesItAlone) {
  const std::string garbage(5000, 'x');
  write(file("garbage.db"), garbage);
  for (const StoreAccess access : {StoreAccess::read, StoreAccess::write}) {
    EXPECT_EQ(refusal(file("garbage.db"), access), core::ErrorKind::unusable);
  }
  EXPECT_EQ(read(file("garbage.db")), garbage);
  EXPECT_EQ(refusal(file("none.db"), StoreAccess::read), core::ErrorKind::unusable);
}

TEST_F(SqliteStoreTest, RefusesATruncatedStore) {
  { SqliteStore store(file("a.db"), StoreAccess::write); }
  const std::string whole = read(file("a.db"));
  ASSERT_GT(whole.size(), 8192u);
  write(file("a.db"), whole.substr(0, whole.size() / 2));
  EXPECT_EQ(refusal(file("a.db"), StoreAccess::write), core::ErrorKind::unusable);
}

TEST_F(SqliteStoreTest, OneProcessWritesAtATimeAndOthersMayRead) {
  SqliteStore first(file("a.db"), StoreAccess::write);
  EXPECT_EQ(refusal(file("a.db"), StoreAccess::write), core::ErrorKind::conflict);
  SqliteStore reader(file("a.db"), StoreAccess::read);
  EXPECT_TRUE(reader.list().empty());
  EXPECT_THROW(reader.save_program("digest", "binary"), core::Error);
}

TEST_F(SqliteStoreTest, KeepsProgramsUnderTheirDigest) {
  const std::string binary("a\0b", 3);
  {
    SqliteStore store(file("a.db"), StoreAccess::write);
    store.save_program("digest", binary);
    store.save_program("digest", binary);
  }
  SqliteStore store(file("a.db"), StoreAccess::read);
  EXPECT_EQ(store.load_program("digest"), binary);
  EXPECT_THROW(store.load_program("other"), core::Error);
}

}  // namespace
}  // namespace gregale::interpreter
