// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "common/model/ids.h"
#include "common/util/result.h"

namespace cairn::namenode {

// What an operation of the namesystem answers: a value or an error, and the transaction that must
// be durable before anybody may see it. TxId{0} means that the answer may leave at once.
//
// An error can carry a transaction too: "file exists" tells of a create that a crash could undo.
//
// A value type.
template <typename T>
struct [[nodiscard]] Outcome {
  Result<T> result;
  TxId wait_for{0};

  Outcome(T value) : result(std::move(value)) {}
  Outcome(Status error) : result(std::move(error)) {}
  Outcome(Result<T> r, TxId txid) : result(std::move(r)), wait_for(txid) {}

  bool ok() const { return result.ok(); }
  Status status() const { return result.status(); }
  T& value() { return result.value(); }
  const T& value() const { return result.value(); }
  T* operator->() { return &result.value(); }
};

// The value of an operation that answers nothing.
struct Done {
  bool operator==(const Done&) const = default;
};

}  // namespace cairn::namenode
