// SPDX-License-Identifier: Apache-2.0
#include "common/util/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace cairn {

namespace {

// A library without SHA-256 or random numbers leaves nothing safe to do.
void Require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "libcrypto failed: %s\n", what);
  std::abort();
}

}  // namespace

std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts) {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Require(algorithm != nullptr, "HMAC");
  const std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> context(EVP_MAC_CTX_new(algorithm),
                                                                     EVP_MAC_CTX_free);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  const auto bytes = [](std::string_view of) {
    return reinterpret_cast<const unsigned char*>(of.data());
  };
  Require(context != nullptr, "HMAC");
  Require(EVP_MAC_init(context.get(), bytes(key), key.size(), parameters) == 1,
          "HMAC with SHA-256");
  for (const std::string_view part : parts) {
    Require(EVP_MAC_update(context.get(), bytes(part), part.size()) == 1, "HMAC");
  }
  std::string mac(kSha256Bytes, '\0');
  size_t size = 0;
  Require(EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(mac.data()), &size,
                        mac.size()) == 1 &&
              size == mac.size(),
          "HMAC");
  return mac;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string SecretRandomBytes(size_t n) {
  std::string bytes(n, '\0');
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(n)) == 1,
          "random numbers");
  return bytes;
}

}  // namespace cairn
