// openstack.copy_image_data: the data of an image of one region become those of an image of another one. They
// go through this program piece by piece; what is counted and hashed on the way is the result.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "core/error.hpp"
#include "stdlib/http/body_pipe.hpp"
#include "stdlib/http/url.hpp"
#include "stdlib/openstack/catalogue.hpp"
#include "stdlib/openstack/endpoint_url.hpp"
#include "stdlib/openstack/service_error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionResult;

namespace {

class Digest {
 public:
  explicit Digest(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1) {
      throw Error(ErrorKind::internal, "OpenSSL does not compute a hash that Glance uses");
    }
  }
  void add(std::string_view piece) { EVP_DigestUpdate(context_.get(), piece.data(), piece.size()); }
  // Ends it.
  std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes.at(i));
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string text_input(const Value& input, std::string_view name) {
  const Value value = input.get(name);
  if (value.is_string() && !value.as_string().empty()) return value.as_string();
  throw Error(ErrorKind::invalid, fmt::format("`{}` must be text that is not empty", name));
}

// One copy on its way. Once it has a token, the thread of the client's loop alone works on it.
class ImageCopy : public std::enable_shared_from_this<ImageCopy> {
 public:
  ImageCopy(OpenstackSession& session, ActionCall call, ActionCompletion completion)
      : session_(session), call_(std::move(call)), completion_(std::move(completion)) {}

  void begin() {
    guarded([this] {
      source_.image = text_input(call_.input, "image_id");
      source_.region = text_input(call_.input, "from_region");
      target_.image = text_input(call_.input, "to_image_id");
      keystone_ = session_.keystone(call_.context);
      const Value region = call_.input.get("action_region").is_null() ? call_.input.get("region")
                                                                      : call_.input.get("action_region");
      target_.region = region.is_string() && !region.as_string().empty() ? region.as_string()
                       : !call_.context.region.empty()                   ? call_.context.region
                                                                         : keystone_->credentials().region;
      keystone_->access([self = shared_from_this()](AccessPtr access, const std::optional<Error>& error) {
        self->guarded([&] {
          if (error) throw *error;
          self->access_ = std::move(access);
          self->find(self->source_);
          self->find(self->target_);
          self->read();
        });
      });
    });
  }

 private:
  // One end of the way.
  struct End {
    std::string region;
    std::string image;
    std::string url;
    std::shared_ptr<ServiceGate> gate;
    bool begun = false;
    bool done = false;
    HttpResponse response = {};
  };

  template <typename Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception& error) {
      complete(ActionResult::failure(fmt::format("{} failed: {}", call_.name, error.what())));
    }
  }

  void complete(ActionResult result) {
    pipe_.reset();
    for (const End* end : {&source_, &target_}) {
      std::string id = request_id(end->response);
      if (!id.empty()) result.request_ids.push_back(std::move(id));
    }
    const ActionCompletion completion = std::move(completion_);
    completion_ = nullptr;
    if (completion) completion(std::move(result));
  }

  void find(End& end) const {
    constexpr const char* kService = "image";
    const Credentials& credentials = keystone_->credentials();
    const std::string* fixed = credentials.endpoint_override(kService);
    const std::string url = fixed != nullptr
                                ? *fixed
                                : access_->catalog.endpoint(kService, credentials.interface, end.region).url;
    end.url =
        fmt::format("{}/images/{}/file", endpoint_urls(url, "/v2").versioned, percent_encode(end.image));
    end.gate = session_.gate(credentials, kService, end.region);
  }

  HttpRequest request(const char* method, const End& end) const {
    HttpRequest request{.method = method, .url = end.url};
    request.headers.add("X-Auth-Token", access_->token);
    request.headers.add("Accept", "application/json, application/octet-stream");
    if (call_.context.deadline != 0) {
      request.timeout_seconds =
          std::max(static_cast<double>(call_.context.deadline - session_.clock().now()) /
                       static_cast<double>(core::kSecond),
                   0.001);
    }
    keystone_->secure(request);
    return request;
  }

  void read() {
    pipe_ = std::make_shared<BodyPipe>(
        BodyPipe::Observer{[self = shared_from_this()](std::optional<uint64_t> size) { self->write(size); },
                           [self = shared_from_this()](std::string_view piece) { self->take(piece); }});
    HttpRequest get = request("GET", source_);
    get.response_to = pipe_;
    send(source_, std::move(get));
  }

  void write(std::optional<uint64_t> size) {
    HttpRequest put = request("PUT", target_);
    put.headers.add("Content-Type", "application/octet-stream");
    put.body_from = pipe_;
    put.body_size = size;
    send(target_, std::move(put));
  }

  void take(std::string_view piece) {
    size_ += piece.size();
    md5_.add(piece);
    sha512_.add(piece);
    if (call_.context.stop.stop_requested()) pipe_->abandon();
  }

  void send(End& end, HttpRequest request) {
    end.begun = true;
    const auto go = [self = shared_from_this(), &end, request](const std::optional<Error>& refusal) {
      if (refusal) {
        if (request.body_from) request.body_from->abandon();
        return self->ended(end, {{}, *refusal, false});
      }
      self->session_.client().send(request, [self, &end](HttpResult result) {
        end.gate->leave(result.ok());
        self->ended(end, std::move(result));
      });
    };
    end.gate->enter(go);
  }

  // One end's exchange is over; the other one's follows, if it has begun.
  void ended(End& end, HttpResult result) {
    end.done = true;
    end.response = std::move(result.response);
    const int status = end.response.status;
    if (failure_.empty() && (!result.ok() || status / 100 != 2)) {
      failure_ = fmt::format("the image {} in {} cannot be {}: {}", end.image, end.region,
                             &end == &source_ ? "read" : "written",
                             result.ok() ? refusal_text(end.response) : result.error->what());
      if (status == 401) keystone_->forget(access_->token);
    }
    if (source_.done && (target_.done || !target_.begun)) finish();
  }

  void finish() {
    guarded([this] {
      if (!failure_.empty()) throw Error(ErrorKind::invalid, failure_);
      if (source_.response.status == 204) {
        throw Error(ErrorKind::invalid,
                    fmt::format("the image {} in {} has no data", source_.image, source_.region));
      }
      const std::string checksum = md5_.hexadecimal();
      const std::string_view announced = source_.response.headers.get("Content-MD5");
      if (!announced.empty() && announced != checksum) {
        throw Error(ErrorKind::invalid,
                    fmt::format("the data of the image {} in {} have the checksum {}, not {}", source_.image,
                                source_.region, checksum, announced));
      }
      complete(ActionResult::success(Map{{"size", static_cast<int64_t>(size_)},
                                         {"checksum", checksum},
                                         {"os_hash_algo", "sha512"},
                                         {"os_hash_value", sha512_.hexadecimal()}}));
    });
  }

  OpenstackSession& session_;
  const ActionCall call_;
  ActionCompletion completion_;
  std::shared_ptr<KeystoneSession> keystone_;
  AccessPtr access_;
  End source_;
  End target_;
  std::shared_ptr<BodyPipe> pipe_;  // until the end: it refers to this
  uint64_t size_ = 0;
  Digest md5_{EVP_md5()};
  Digest sha512_{EVP_sha512()};
  std::string failure_;  // the first one; the other end's follows from it
};

class CopyImageAction : public Action {
 public:
  explicit CopyImageAction(OpenstackSession& session) : session_(session) {}
  const ir::ActionSignature& signature() const override { return signature_; }

  void start(ActionCall call, ActionCompletion completion) const override {
    std::make_shared<ImageCopy>(session_, std::move(call), std::move(completion))->begin();
  }

 private:
  OpenstackSession& session_;
  const ir::ActionSignature signature_{
      .name = "openstack.copy_image_data",
      .description =
          "Copies the data of an image of another region to an image that has none yet. Gives their "
          "size, checksum, os_hash_algo and os_hash_value.",
      .parameters = {{"image_id", true, {}, "of the image that has the data"},
                     {"from_region", true, {}, "its region"},
                     {"to_image_id", true, {}, "of the image in the call's region"}},
      .accepts_any = false,
      .service = {},
      .takes_region = true};
};

}  // namespace

void add_copy_image_action(interpreter::ActionRegistry& registry, OpenstackSession& session) {
  registry.add(std::make_unique<CopyImageAction>(session));
}

}  // namespace gregale::stdlib
