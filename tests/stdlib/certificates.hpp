// A certificate authority that a test makes for itself, and certificates that it has signed. For 127.0.0.1.
#pragma once

#include <memory>
#include <string>

namespace gregale::tests {

// PEM texts.
struct Identity {
  std::string certificate;
  std::string key;
};

class CertificateAuthority {
 public:
  CertificateAuthority();
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  std::string certificate() const;  // PEM
  // A new key with a certificate for it, good for a server on 127.0.0.1 and for a client.
  Identity issue() const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

}  // namespace gregale::tests
