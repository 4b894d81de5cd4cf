// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/util/status.h"

// Errors in the words of Apache's shell.
namespace cairn::shell {

// A mistake on the command line: ends the command with its usage and exit status 255. All other
// errors are reported, and the command goes on with its next argument.
Status UsageError(const std::string& message);
bool IsUsageError(const Status& status);

// "`path': text", and its variations.
struct PathErrorParts {
  std::string operation;  // In front: "rename `a' to `b': …".
  std::string target;
  std::string qualified;  // Behind, when it differs from the path.
};
Status PathError(Code code, const std::string& path, const std::string& text,
                 const PathErrorParts& parts = {});

Status NoSuchFile(const std::string& path, const std::string& qualified = "");
Status FileExists(const std::string& path);
Status IsADirectory(const std::string& path);
Status IsNotADirectory(const std::string& path);
Status NotEmpty(const std::string& path);
Status InputOutputError(const std::string& path, const PathErrorParts& parts = {});
Status OperationNotSupported(const std::string& path);

}  // namespace cairn::shell
