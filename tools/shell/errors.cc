// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/errors.h"

namespace cairn::shell {

Status UsageError(const std::string& message) { return Status(Code::kInvalidArgument, message); }

bool IsUsageError(const Status& status) {
  return status.code() == Code::kInvalidArgument && status.remote_class().empty();
}

Status PathError(Code code, const std::string& path, const std::string& text,
                 const PathErrorParts& parts) {
  std::string message = parts.operation.empty() ? "" : parts.operation + " ";
  message += "`" + path + "'";
  if (!parts.target.empty()) message += " to `" + parts.target + "'";
  message += ": " + text;
  if (!parts.qualified.empty() && parts.qualified != path) message += ": `" + parts.qualified + "'";
  return Status(code, message);
}

Status NoSuchFile(const std::string& path, const std::string& qualified) {
  return PathError(Code::kNotFound, path, "No such file or directory",
                   {.operation = "", .target = "", .qualified = qualified});
}

Status FileExists(const std::string& path) {
  return PathError(Code::kAlreadyExists, path, "File exists");
}

Status IsADirectory(const std::string& path) {
  return PathError(Code::kIsDirectory, path, "Is a directory");
}

Status IsNotADirectory(const std::string& path) {
  return PathError(Code::kNotDirectory, path, "Is not a directory");
}

Status NotEmpty(const std::string& path) {
  return PathError(Code::kNotEmpty, path, "Directory is not empty");
}

Status InputOutputError(const std::string& path, const PathErrorParts& parts) {
  return PathError(Code::kIoError, path, "Input/output error", parts);
}

Status OperationNotSupported(const std::string& path) {
  return PathError(Code::kUnsupported, path, "Operation not supported");
}

}  // namespace cairn::shell
