#include "tests/stdlib/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace gregale::tests {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  demand(key != nullptr, "no key");
  return key;
}

void extend(X509* certificate, X509* issuer, int extension, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value);
  demand(made != nullptr && X509_add_ext(certificate, made, -1) == 1, value);
  X509_EXTENSION_free(made);
}

// Valid from yesterday for ten days.
Certificate new_certificate(EVP_PKEY* key, const char* name, long serial) {
  Certificate certificate(X509_new(), &X509_free);
  demand(certificate != nullptr, "no certificate");
  constexpr long kDay = 86'400;
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 9 * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(size)};
}

std::string pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  demand(PEM_write_bio_X509(memory.get(), certificate) == 1, "no PEM");
  return text_of(memory);
}

std::string pem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  demand(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "no PEM");
  return text_of(memory);
}

}  // namespace

struct CertificateAuthority::Keys {
  Key key = new_key();
  Certificate certificate = new_certificate(key.get(), "a test's authority", 1);
};

CertificateAuthority::CertificateAuthority() : keys_(std::make_unique<Keys>()) {
  X509* own = keys_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  demand(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0, "no signature");
}

CertificateAuthority::~CertificateAuthority() = default;

std::string CertificateAuthority::certificate() const {
  return pem(keys_->certificate.get());
}

Identity CertificateAuthority::issue() const {
  const Key key = new_key();
  const Certificate certificate = new_certificate(key.get(), "127.0.0.1", 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(keys_->certificate.get()));
  extend(certificate.get(), keys_->certificate.get(), NID_subject_alt_name, "IP:127.0.0.1");
  demand(X509_sign(certificate.get(), keys_->key.get(), EVP_sha256()) > 0, "no signature");
  return {pem(certificate.get()), pem(key.get())};
}

}  // namespace gregale::tests
