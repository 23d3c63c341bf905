#include "interpreter/vault.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/error.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

void start_sodium() {
  static const int started = sodium_init();
  if (started < 0) throw Error(ErrorKind::internal, "libsodium does not start");
}

// Closes the file at the end.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Vault::~Vault() {
  if (key_) sodium_memzero(key_->data(), key_->size());
}

void Vault::make_key_file() {
  std::array<char, crypto_secretbox_KEYBYTES * 2 + 1> text{};
  const Key fresh = [] {
    Key made{};
    crypto_secretbox_keygen(made.data());
    return made;
  }();
  sodium_bin2hex(text.data(), text.size(), fresh.data(), fresh.size());
  text.back() = '\n';
  const File file(::open(key_file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.descriptor() < 0) {
    if (errno == EEXIST) return;  // another process was quicker
    throw Error(ErrorKind::unusable,
                fmt::format("cannot make the key file {}: {}", key_file_, std::strerror(errno)));
  }
  if (::write(file.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.descriptor()) != 0) {
    throw Error(ErrorKind::unusable,
                fmt::format("cannot write the key file {}: {}", key_file_, std::strerror(errno)));
  }
}

void Vault::read_key_file() {
  const File file(::open(key_file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.descriptor() < 0) {
    throw Error(
        ErrorKind::unusable,
        fmt::format("cannot read the key file {}, without which the store's secrets cannot be opened: {}",
                    key_file_, std::strerror(errno)));
  }
  std::array<char, crypto_secretbox_KEYBYTES * 2> text{};
  Key read{};
  size_t length = 0;
  if (::read(file.descriptor(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      sodium_hex2bin(read.data(), read.size(), text.data(), text.size(), nullptr, &length, nullptr) != 0 ||
      length != read.size()) {
    throw Error(ErrorKind::unusable, fmt::format("{} is not a key file", key_file_));
  }
  key_ = read;
}

const Vault::Key& Vault::key(bool may_make) {
  start_sodium();
  if (key_) return *key_;
  if (key_file_.empty()) {
    key_.emplace();
    crypto_secretbox_keygen(key_->data());
    return *key_;
  }
  if (may_make && ::access(key_file_.c_str(), F_OK) != 0) make_key_file();
  read_key_file();
  return *key_;
}

std::string Vault::seal(std::string_view plain) {
  const Key& with = key(true);
  std::vector<unsigned char> box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size());
  randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES,
                        reinterpret_cast<const unsigned char*>(plain.data()), plain.size(), box.data(),
                        with.data());
  std::string text(sodium_base64_encoded_len(box.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), box.data(), box.size(), kBase64);
  text.pop_back();  // the terminating zero
  return text;
}

std::string Vault::open(std::string_view sealed) {
  const Key& with = key(false);
  std::vector<unsigned char> box(sealed.size());
  size_t size = 0;
  const bool whole =
      !sealed.empty() && sodium_base642bin(box.data(), box.size(), sealed.data(), sealed.size(), nullptr,
                                           &size, nullptr, kBase64) == 0;
  constexpr size_t kHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (!whole || size < kHead) throw Error(ErrorKind::unusable, "a sealed text of the store is damaged");
  std::string plain(size - kHead, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()),
                                 box.data() + crypto_secretbox_NONCEBYTES, size - crypto_secretbox_NONCEBYTES,
                                 box.data(), with.data()) != 0) {
    throw Error(ErrorKind::unusable, fmt::format("the key {} does not open what the store has sealed",
                                                 key_file_.empty() ? "of this process" : "in " + key_file_));
  }
  return plain;
}

}  // namespace gregale::interpreter
