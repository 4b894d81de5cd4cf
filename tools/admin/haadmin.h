// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/util/result.h"
#include "tools/admin/ha_target.h"
#include "tools/shell/console.h"

// `hdfs haadmin`, in Apache's words.
namespace cairn::tools {

// What a command of haadmin was given. All references must outlive it.
struct HaCall {
  const config::Configuration& configuration;
  shell::Console& console;
  std::string service;  // -ns; empty: the only nameservice.
  std::vector<std::string> arguments;
  std::set<std::string> options;  // Without dashes.

  bool Has(const char* option) const { return options.contains(option); }
};

struct HaCommandRow {
  const char* name;  // Without dash.
  const char* arguments;  // As the usage has them; null: none.
  const char* help;
  std::vector<const char*> options;
  // The exit status.
  Result<int> (*run)(const HaCall& call);
};

// By name, as the usage lists them.
std::span<const HaCommandRow> AllHaCommands();

// "Usage: …" of one command, or of all.
std::string HaUsage(const HaCommandRow* row);

inline constexpr int kHaFailed = 255;

// The whole tool: "-getServiceState nn1", … Returns the exit status.
int RunHaAdmin(const config::Configuration& configuration, shell::Console& console,
               const std::vector<std::string>& words);

// Commands; see the table.
Result<int> HaTransitionToActive(const HaCall& call);
Result<int> HaTransitionToStandby(const HaCall& call);
Result<int> HaTransitionToObserver(const HaCall& call);
Result<int> HaFailover(const HaCall& call);
Result<int> HaGetServiceState(const HaCall& call);
Result<int> HaGetAllServiceState(const HaCall& call);
Result<int> HaCheckHealth(const HaCall& call);

}  // namespace cairn::tools
