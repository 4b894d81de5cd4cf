// SPDX-License-Identifier: Apache-2.0
#include "tools/command_line.h"

#include <filesystem>
#include <optional>

#include "common/log/log.h"

namespace cairn::tools {
namespace {

Status Missing(const std::string& option) {
  return Status(Code::kInvalidArgument, "option " + option + " needs a value");
}

Status SetLogLevel(const std::string& level) {
  if (level == "DEBUG") {
    log::SetLevel(log::Level::kDebug);
  } else if (level == "INFO") {
    log::SetLevel(log::Level::kInfo);
  } else if (level == "WARN") {
    log::SetLevel(log::Level::kWarn);
  } else if (level == "ERROR") {
    log::SetLevel(log::Level::kError);
  } else {
    return Status(Code::kInvalidArgument, "--loglevel takes DEBUG, INFO, WARN or ERROR");
  }
  return Status();
}

// Options of the launcher, before the subcommand. Consumes them from `words`.
Status TakeLauncherOptions(std::vector<std::string>& words, Invocation& invocation) {
  while (!words.empty() && words.front().starts_with("--")) {
    const std::string option = words.front();
    if (option != "--config" && option != "--loglevel") break;
    if (words.size() < 2) return Missing(option);
    if (option == "--config") {
      invocation.config_directory = words[1];
    } else {
      CAIRN_TRY(SetLogLevel(words[1]));
      invocation.log_level_given = true;
    }
    words.erase(words.begin(), words.begin() + 2);
  }
  return Status();
}

Status SetPair(const std::string& pair, config::Configuration& configuration) {
  const size_t equals = pair.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Status(Code::kInvalidArgument, "-D takes key=value, not \"" + pair + "\"");
  }
  configuration.Set(pair.substr(0, equals), pair.substr(equals + 1));
  return Status();
}

// Generic options, after the subcommand. Consumes them from `words`.
Status TakeGenericOptions(std::vector<std::string>& words, config::Configuration& configuration) {
  while (!words.empty()) {
    const std::string word = words.front();
    if (word == "--") {
      words.erase(words.begin());
      return Status();
    }
    if (word.starts_with("-D") && word.size() > 2) {
      CAIRN_TRY(SetPair(word.substr(2), configuration));
      words.erase(words.begin());
      continue;
    }
    const bool unused = word == "-jt" || word == "-files" || word == "-libjars" ||
                        word == "-archives";
    if (word != "-D" && word != "-conf" && word != "-fs" && !unused) return Status();
    if (words.size() < 2) return Missing(word);
    const std::string value = words[1];
    if (word == "-D") {
      CAIRN_TRY(SetPair(value, configuration));
    } else if (word == "-conf") {
      CAIRN_TRY(configuration.AddFile(value));
    } else if (word == "-fs") {
      configuration.Set("fs.defaultFS",
                        value.find("://") == std::string::npos ? "hdfs://" + value : value);
    }
    words.erase(words.begin(), words.begin() + 2);
  }
  return Status();
}

}  // namespace

Result<Invocation> ParseCommandLine(int argc, char** argv) {
  Invocation invocation;
  invocation.program = std::filesystem::path(argc > 0 ? argv[0] : "cairn").filename().string();
  std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  CAIRN_TRY(TakeLauncherOptions(words, invocation));
  if (invocation.program == "dfs") {
    invocation.command = "dfs";
  } else if (!words.empty()) {
    invocation.command = words.front();
    words.erase(words.begin());
  }
  if (invocation.config_directory.empty()) {
    invocation.config_directory = config::DefaultDirectory().value_or("");
  }
  if (!invocation.config_directory.empty()) {
    CAIRN_ASSIGN(invocation.configuration,
                 config::Configuration::LoadDirectory(invocation.config_directory));
  }
  CAIRN_TRY(TakeGenericOptions(words, invocation.configuration));
  invocation.arguments = std::move(words);
  return invocation;
}

}  // namespace cairn::tools
