// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "common/util/status.h"

namespace cairn {

// Either a value or the Status that explains its absence.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status error) : state_(std::in_place_index<1>, std::move(error)) {
    assert(!std::get<1>(state_).ok());
  }

  bool ok() const { return state_.index() == 0; }
  Status status() const { return ok() ? Status() : std::get<1>(state_); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace cairn

// The only macros of the project's error handling, one use per line: the hidden name comes from
// __LINE__. The declaration form is deliberate: GCC 12 crashes on co_await inside a statement
// expression.
#define CAIRN_CONCAT2(a, b) a##b
#define CAIRN_CONCAT(a, b) CAIRN_CONCAT2(a, b)

#define CAIRN_TRY(expr)                                   \
  do {                                                    \
    if (::cairn::Status s_ = (expr); !s_.ok()) return s_; \
  } while (false)

#define CAIRN_ASSIGN(decl, expr)                  \
  auto CAIRN_CONCAT(result_, __LINE__) = (expr);  \
  if (!CAIRN_CONCAT(result_, __LINE__).ok())      \
    return CAIRN_CONCAT(result_, __LINE__).status(); \
  decl = std::move(CAIRN_CONCAT(result_, __LINE__)).value()

#define CAIRN_CO_TRY(expr)                                   \
  do {                                                       \
    if (::cairn::Status s_ = (expr); !s_.ok()) co_return s_; \
  } while (false)

#define CAIRN_CO_ASSIGN(decl, expr)               \
  auto CAIRN_CONCAT(result_, __LINE__) = (expr);  \
  if (!CAIRN_CONCAT(result_, __LINE__).ok())      \
    co_return CAIRN_CONCAT(result_, __LINE__).status(); \
  decl = std::move(CAIRN_CONCAT(result_, __LINE__)).value()
