// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <climits>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/util/result.h"

namespace cairn::shell {

using Arguments = std::vector<std::string>;

// Takes a command's options from the front of its arguments, by the rules of Apache's shell: each
// stands alone ("-q -h"), "--" or the first word without a dash ends them.
//
// Not thread-safe.
class CommandFormat {
 public:
  // How many arguments must remain and may remain.
  struct Bounds {
    size_t least = 0;
    size_t most = SIZE_MAX;
  };

  CommandFormat(Bounds bounds, std::initializer_list<const char*> options);

  // An option that takes the next word, when that is no option.
  CommandFormat& WithValue(const std::string& option);
  // Words with a dash that are no options stay arguments.
  CommandFormat& IgnoreUnknown();

  // Consumes options from `arguments`. Fails with a usage error for an option that is not known
  // and for a wrong number of arguments.
  Status Parse(Arguments& arguments);

  bool Has(const std::string& option) const;
  // The value of an option that was given, "" when it stood alone.
  std::optional<std::string> Value(const std::string& option) const;
  // How many of the plain options were given.
  std::vector<std::string> Given() const;

 private:
  Status TakeValue(const std::string& option, size_t position, Arguments& arguments);

  const Bounds bounds_;
  bool ignore_unknown_ = false;
  std::map<std::string, bool> options_;
  std::map<std::string, std::optional<std::string>> values_;
};

// Removes "-option value" from anywhere before "--", and gives the value. A usage error when
// nothing follows the option.
Status PopOptionWithArgument(const std::string& option, Arguments& arguments,
                             std::optional<std::string>* value);
// Removes "-option" from anywhere before "--".
bool PopOption(const std::string& option, Arguments& arguments);
// Removes the first word that is no option, if there is one.
std::optional<std::string> PopFirstNonOption(Arguments& arguments);

}  // namespace cairn::shell
