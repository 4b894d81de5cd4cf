// SPDX-License-Identifier: Apache-2.0
// Loads a namenode, ours or Apache's, over Hadoop RPC:
//
//   namenode_load --address HOST:PORT [--op NAME]… [--connections 64] [--depth 1] [--seconds 10]
//                 [--warm-up 1] [--server-pid PID] [--user NAME] [--root /bench]
//                 [--files 200000] [--prefill] [--clean]
//
// --prefill makes the files that the reading loads ask for; --clean deletes all of them at the end.
// Each --op is one load, in that order, and prints one line of JSON. With the namenode's process
// id, the CPU that it used for each call is told too, and its memory.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/process_usage.h"
#include "bench/rpc_load.h"
#include "bench/scripts.h"

namespace cairn::bench {
namespace {

// Callers that fill and clean: many, for each waits for a disk.
constexpr int kFillConnections = 16;
constexpr int kFillDepth = 16;
constexpr std::chrono::hours kNoLimit{1};

struct Arguments {
  LoadOptions load;
  WorkSet set;
  std::vector<const ScriptKind*> kinds;
  double seconds = 10;
  double warm_up_seconds = 1;
  std::optional<pid_t> server;
  bool prefill = false;
  bool clean = false;
};

int Usage() {
  std::fprintf(stderr,
               "usage: namenode_load --address HOST:PORT [--op NAME]... [--connections N] "
               "[--depth K]\n         [--seconds S] [--warm-up S] [--server-pid PID] [--user NAME] "
               "[--root DIR] [--files N]\n         [--prefill] [--clean]\nloads:\n");
  for (const ScriptKind& kind : ScriptKinds()) {
    std::fprintf(stderr, "  %-18s %s\n", kind.name, kind.does);
  }
  return 2;
}

// One option with a value.
Status Take(const std::string& name, const char* value, Arguments& arguments) {
  if (name == "--address") {
    CAIRN_ASSIGN(arguments.load.address, net::ParseHostPort(value));
  } else if (name == "--op") {
    arguments.kinds.push_back(FindScriptKind(value));
    if (arguments.kinds.back() == nullptr) return Status(Code::kInvalidArgument, value);
  } else if (name == "--connections") {
    arguments.load.connections = std::atoi(value);
  } else if (name == "--depth") {
    arguments.load.depth = std::atoi(value);
  } else if (name == "--seconds") {
    arguments.seconds = std::atof(value);
  } else if (name == "--warm-up") {
    arguments.warm_up_seconds = std::atof(value);
  } else if (name == "--server-pid") {
    arguments.server = std::atoi(value);
  } else if (name == "--user") {
    arguments.load.user = value;
  } else if (name == "--root") {
    arguments.set.root = value;
  } else if (name == "--files") {
    arguments.set.files = static_cast<uint32_t>(std::strtoul(value, nullptr, 10));
  } else {
    return Status(Code::kInvalidArgument, name);
  }
  return Status();
}

Result<Arguments> ParseArguments(int argc, char** argv) {
  Arguments arguments;
  const char* user = std::getenv("USER");
  arguments.load.user = user != nullptr ? user : "root";
  arguments.set.run = std::to_string(::getpid());
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--prefill") {
      arguments.prefill = true;
    } else if (name == "--clean") {
      arguments.clean = true;
    } else if (i + 1 < argc) {
      CAIRN_TRY(Take(name, argv[++i], arguments));
    } else {
      return Status(Code::kInvalidArgument, name);
    }
  }
  const bool complete = arguments.load.address.port != 0 && arguments.load.connections > 0 &&
                        arguments.load.depth > 0 && arguments.set.files > 0;
  if (!complete) return Status(Code::kInvalidArgument, "an address and numbers above 0 are needed");
  return arguments;
}

Status FailOnFailures(const LoadResult& result, const char* what) {
  if (result.failures == 0) return Status();
  return Status(Code::kRemote, std::string(what) + ": " + std::to_string(result.failures) +
                                   " calls failed, the first with " + result.first_failure);
}

// Runs one script to its end.
Status RunOne(const Arguments& arguments, std::unique_ptr<Script> script, const char* what) {
  LoadOptions options = arguments.load;
  options.connections = options.depth = 1;
  CAIRN_ASSIGN(auto load, RpcLoad::Open(options, [&](int) { return std::move(script); }));
  CAIRN_ASSIGN(const LoadResult result, load->Run(kNoLimit));
  return FailOnFailures(result, what);
}

Status Prefill(const Arguments& arguments, const WorkSet& set) {
  LoadOptions options = arguments.load;
  options.connections = kFillConnections;
  options.depth = kFillDepth;
  const int callers = kFillConnections * kFillDepth;
  CAIRN_ASSIGN(auto load, RpcLoad::Open(options, [&](int caller) {
                 return MakePrefill(set, caller, callers);
               }));
  CAIRN_ASSIGN(const LoadResult result, load->Run(kNoLimit));
  return FailOnFailures(result, "prefill");
}

struct Measured {
  LoadResult load;
  double cpu_us_per_call = 0;  // 0: not asked for.
  double resident_mib = 0;
};

std::chrono::nanoseconds Seconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

Result<Measured> Measure(const Arguments& arguments, const ScriptKind& kind) {
  WorkSet set = arguments.set;
  if (kind.uses_up_files) {
    set.root = set.Scratch();
    CAIRN_TRY(Prefill(arguments, set));
  }
  const int callers = arguments.load.connections * arguments.load.depth;
  CAIRN_ASSIGN(auto load, RpcLoad::Open(arguments.load, [&](int caller) {
                 return kind.make(set, caller, callers);
               }));
  if (arguments.warm_up_seconds > 0 && !kind.uses_up_files) {
    CAIRN_TRY(load->Run(Seconds(arguments.warm_up_seconds)).status());
  }
  ProcessUsage before;
  if (arguments.server) {
    CAIRN_ASSIGN(before, UsageOf(*arguments.server));
  }
  Measured measured;
  CAIRN_ASSIGN(measured.load, load->Run(Seconds(arguments.seconds)));
  if (arguments.server && measured.load.calls > 0) {
    CAIRN_ASSIGN(const ProcessUsage after, UsageOf(*arguments.server));
    measured.cpu_us_per_call = (after.cpu_seconds - before.cpu_seconds) * 1e6 /
                               static_cast<double>(measured.load.calls);
    measured.resident_mib = static_cast<double>(after.resident_bytes) / (1 << 20);
  }
  return measured;
}

void Print(const Arguments& arguments, const ScriptKind& kind, const Measured& measured) {
  const LoadResult& load = measured.load;
  const double rate = load.seconds > 0 ? static_cast<double>(load.calls) / load.seconds : 0;
  std::printf("{\"op\":\"%s\",\"connections\":%d,\"depth\":%d,\"calls\":%llu,\"calls_per_s\":%.0f,"
              "\"p50_us\":%.1f,\"p99_us\":%.1f,\"server_cpu_us\":%.2f,\"server_mib\":%.0f,"
              "\"failures\":%llu}\n",
              kind.name, arguments.load.connections, arguments.load.depth,
              static_cast<unsigned long long>(load.calls), rate,
              load.latency.PercentileUs(0.5), load.latency.PercentileUs(0.99),
              measured.cpu_us_per_call, measured.resident_mib,
              static_cast<unsigned long long>(load.failures));
  std::fflush(stdout);
  if (load.failures > 0) {
    std::fprintf(stderr, "%s: the first failure: %s\n", kind.name, load.first_failure.c_str());
  }
}

Status Main(Arguments arguments) {
  if (arguments.prefill) CAIRN_TRY(Prefill(arguments, arguments.set));
  for (const ScriptKind* kind : arguments.kinds) {
    if (std::string_view(kind->name) == "getBlockLocations") {
      CAIRN_TRY(RunOne(arguments,
                       MakeListing(arguments.set.root + "/blocks", &arguments.set.block_files),
                       "getListing"));
      if (arguments.set.block_files.empty()) {
        return Status(Code::kNotFound, arguments.set.root + "/blocks has no files");
      }
    }
    CAIRN_ASSIGN(const Measured measured, Measure(arguments, *kind));
    Print(arguments, *kind, measured);
    CAIRN_TRY(RunOne(arguments, MakeDelete(arguments.set.Scratch()), "delete"));
  }
  if (!arguments.clean) return Status();
  return RunOne(arguments, MakeDelete(arguments.set.root), "delete");
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  using cairn::bench::Arguments;
  cairn::Result<Arguments> arguments = cairn::bench::ParseArguments(argc, argv);
  if (!arguments.ok()) {
    std::fprintf(stderr, "namenode_load: %s\n", arguments.status().ToString().c_str());
    return cairn::bench::Usage();
  }
  const cairn::Status status = cairn::bench::Main(std::move(*arguments));
  if (!status.ok()) std::fprintf(stderr, "namenode_load: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
