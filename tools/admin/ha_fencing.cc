// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/ha_fencing.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>

#include "common/log/log.h"

namespace cairn::tools {
namespace {

using Environment = std::map<std::string, std::string>;

// Which of two commands, "for the new active,for the old one", is meant; one is for both.
enum class Role { kToBeActive, kWasActive };

std::string AsVariable(std::string key) {
  for (char& c : key) {
    if (c == '.' || c == '-') c = '_';
  }
  return key;
}

// The environment of a command: ours, the configuration, and who is to be fenced.
Environment MakeEnvironment(const config::Configuration& configuration, const HaTarget& target,
                            Role role) {
  Environment result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos) result[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [key, property] : configuration.properties()) {
    result[AsVariable(key)] = configuration.Find(key).value_or("");
  }
  const std::string prefix = role == Role::kToBeActive ? "target_" : "source_";
  result[prefix + "address"] = net::ToString(target.address);
  result[prefix + "host"] = target.host;
  result[prefix + "port"] = std::to_string(target.address.port);
  result[prefix + "nameserviceid"] = target.name.service;
  result[prefix + "namenodeid"] = target.name.namenode;
  return result;
}

bool RunCommand(const std::string& command, const Environment& environment) {
  std::vector<std::string> words = {"bash", "-e", "-c", command};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> texts;
  for (const auto& [key, value] : environment) texts.push_back(key + "=" + value);
  std::vector<char*> variables;
  for (std::string& text : texts) variables.push_back(text.data());
  variables.push_back(nullptr);
  pid_t pid = 0;
  if (const int error = ::posix_spawnp(&pid, "bash", nullptr, nullptr, arguments.data(),
                                       variables.data());
      error != 0) {
    LOG(kError, "fencing command could not be started", {"command", command}, {"errno", error});
    return false;
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool RunFor(const config::Configuration& configuration, const std::string& commands,
            const HaTarget& target, Role role) {
  const size_t comma = commands.find(',');
  std::string command = commands.substr(0, comma);
  if (comma != std::string::npos && role == Role::kWasActive) {
    command = commands.substr(comma + 1);
  }
  return RunCommand(command, MakeEnvironment(configuration, target, role));
}

}  // namespace

Result<Fencer> Fencer::Parse(const std::string& methods) {
  Fencer fencer;
  for (size_t begin = 0; begin < methods.size();) {
    const size_t end = std::min(methods.find('\n', begin), methods.size());
    std::string line = methods.substr(begin, end - begin);
    begin = end + 1;
    line = std::string(config::Trim(std::string_view(line).substr(0, line.find('#'))));
    if (line.empty()) continue;
    constexpr std::string_view kShell = "shell(";
    const bool is_shell = line.starts_with(kShell) && line.ends_with(')') &&
                          line.size() > kShell.size() + 1;
    if (!is_shell) {
      return Status(Code::kInvalidArgument,
                    "fencing method \"" + line + "\" is not supported: use shell(command)");
    }
    fencer.commands_.push_back(line.substr(kShell.size(), line.size() - kShell.size() - 1));
  }
  return fencer;
}

bool Fencer::Fence(const config::Configuration& configuration, const HaTarget& was_active,
                   const HaTarget& to_be_active) const {
  for (const std::string& command : commands_) {
    if (RunFor(configuration, command, to_be_active, Role::kToBeActive) &&
        RunFor(configuration, command, was_active, Role::kWasActive)) {
      return true;
    }
  }
  return false;
}

}  // namespace cairn::tools
