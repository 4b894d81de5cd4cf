// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

// What proofs of knowledge are made of. All functions are thread-safe.
namespace cairn {

inline constexpr size_t kSha256Bytes = 32;

// HMAC-SHA256 (RFC 2104) of the parts, one after the other.
std::string HmacSha256(std::string_view key, std::initializer_list<std::string_view> parts);

// Compares in a time that depends on the lengths only.
bool EqualInConstantTime(std::string_view a, std::string_view b);

// `n` bytes that nobody can guess.
std::string SecretRandomBytes(size_t n);

}  // namespace cairn
