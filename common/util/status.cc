// SPDX-License-Identifier: Apache-2.0
#include "common/util/status.h"

#include <array>
#include <utility>

namespace cairn {
namespace {

constexpr std::array kNames = {
    "ok",
    "invalid argument",
    "illegal value",
    "invalid path",
    "not found",
    "already exists",
    "parent is not a directory",
    "not a directory",
    "is a directory",
    "not empty",
    "access denied",
    "unresolved path",
    "unsupported",
    "unsupported action",
    "path not absolute",
    "i/o error",
    "corrupt",
    "checksum mismatch",
    "internal error",
    "cancelled",
    "timeout",
    "network error",
    "end of file",
    "safe mode",
    "standby",
    "retriable",
    "not replicated yet",
    "fenced",
    "lease conflict",
    "lease expired",
    "recovery in progress",
    "namespace quota exceeded",
    "space quota exceeded",
    "storage type quota exceeded",
    "path too long",
    "too many items",
    "too many blocks",
    "disallowed datanode",
    "unregistered datanode",
    "incorrect version",
    "replica not found",
    "replica already exists",
    "disk out of space",
    "disk error",
    "block report lease invalid",
    "snapshot error",
    "snapshot is read-only",
    "acl error",
    "xattr not found",
    "rolling upgrade error",
    "health check failed",
    "service failed",
    "observer retry",
    "no such method",
    "no such protocol",
    "bad request",
    "unauthenticated",
    "unauthorized",
    "version mismatch",
    "bad magic number",
    "invalid token",
    "remote exception",
};
static_assert(kNames.size() == static_cast<size_t>(Code::kRemote) + 1);

}  // namespace

std::string_view CodeName(Code code) { return kNames.at(static_cast<size_t>(code)); }

Status Status::Remote(Code code, std::string java_class, std::string message) {
  Status status(code, std::move(message));
  status.remote_class_ = std::move(java_class);
  return status;
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  Status status = *this;
  status.message_ = std::string(context) + ": " + message_;
  return status;
}

std::string Status::ToString() const {
  if (ok()) return "ok";
  return std::string(CodeName(code_)) + ": " + message_;
}

}  // namespace cairn
