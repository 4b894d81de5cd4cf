// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace cairn {

// MD5, where Apache's formats ask for it: block and file checksums, image files. Never for
// security.
//
// Not thread-safe.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void Update(std::string_view bytes);
  // The 16 bytes of the digest of all that was added; the object is of no use afterwards.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The 16 bytes of one string's digest.
std::string Md5Of(std::string_view bytes);

}  // namespace cairn
