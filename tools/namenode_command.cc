// SPDX-License-Identifier: Apache-2.0
// cairn namenode: runs a namenode, or makes its directories.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "common/log/log.h"
#include "namenode/namenode.h"
#include "namenode/proof_of_death.h"
#include "tools/commands.h"
#include "tools/signals.h"

namespace cairn::tools {
namespace {

constexpr char kUsage[] =
    "usage: cairn namenode                                        run the namenode\n"
    "       cairn namenode -format [-clusterid CID] [-force] [-nonInteractive]\n"
    "                                                             make a new namespace\n"
    "       cairn namenode -bootstrapStandby [-force] [-nonInteractive] [-skipSharedEditsCheck]\n"
    "                                                             copy the other namenode's\n"
    "       cairn namenode -initializePair [-force]               make this log the pair's\n";

// Exit codes of Apache's -bootstrapStandby.
constexpr int kFailedConnect = 2;
constexpr int kInvalidVersion = 3;
constexpr int kAlreadyFormatted = 5;

struct FormatOptions {
  namenode::FormatRequest request;
  bool non_interactive = false;
};

Result<FormatOptions> ParseFormat(const std::vector<std::string>& arguments) {
  FormatOptions options;
  for (size_t i = 1; i < arguments.size(); ++i) {
    // Apache takes these words in any case.
    const std::string& word = arguments[i];
    if (word == "-clusterid" || word == "-clusterId") {
      if (++i == arguments.size()) {
        return Status(Code::kInvalidArgument, "-clusterid needs a value");
      }
      options.request.cluster_id = arguments[i];
    } else if (word == "-force") {
      options.request.force = true;
    } else if (word == "-nonInteractive" || word == "-noninteractive") {
      options.non_interactive = true;
    } else {
      return Status(Code::kInvalidArgument, "-format does not take " + word);
    }
  }
  return options;
}

int RunFormat(const Invocation& invocation) {
  Result<FormatOptions> options = ParseFormat(invocation.arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "namenode: %s\n%s", options.status().message().c_str(), kUsage);
    return 1;
  }
  const Result<bool> has_data = namenode::HasNamespace(invocation.configuration);
  if (!has_data.ok()) {
    std::fprintf(stderr, "namenode: %s\n", has_data.status().message().c_str());
    return 1;
  }
  if (*has_data && !options->request.force && !options->non_interactive && ::isatty(0) == 1) {
    std::fprintf(stderr, "Re-format filesystem in the configured directories ? (Y or N) ");
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "Y" && answer != "y") {
      std::fprintf(stderr, "Format aborted.\n");
      return 1;
    }
    options->request.force = true;
  }
  const Result<std::string> cluster_id =
      namenode::Format(invocation.configuration, options->request);
  if (!cluster_id.ok()) {
    std::fprintf(stderr, "namenode: %s\n", cluster_id.status().message().c_str());
    return 1;
  }
  std::printf("Formatted; cluster id %s\n", cluster_id->c_str());
  return 0;
}

struct BootstrapOptions {
  bool force = false;
  bool interactive = true;
};

Result<BootstrapOptions> ParseBootstrap(const std::vector<std::string>& arguments) {
  BootstrapOptions options;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-force") {
      options.force = true;
    } else if (word == "-nonInteractive") {
      options.interactive = false;
    } else if (word != "-skipSharedEditsCheck") {  // There are no shared edits to check.
      return Status(Code::kInvalidArgument, "Illegal argument: " + word);
    }
  }
  return options;
}

// Whether the directories may be erased.
Result<bool> ConfirmErase(const Invocation& invocation, const BootstrapOptions& options) {
  CAIRN_ASSIGN(const bool has_data, namenode::HasNamespace(invocation.configuration));
  if (!has_data || options.force) return true;
  if (!options.interactive) {
    std::fprintf(stderr, "Running in non-interactive mode, and data appears to exist in the "
                         "configured directories. Not formatting.\n");
    return false;
  }
  std::fprintf(stderr, "Re-format filesystem in the configured directories ? (Y or N) ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "Y" || answer == "y") return true;
  std::fprintf(stderr, "Format aborted.\n");
  return false;
}

int FailBootstrap(const Status& why) {
  std::fprintf(stderr, "namenode: %s\n", why.message().c_str());
  if (why.code() == Code::kNetwork) return kFailedConnect;
  return why.code() == Code::kIncorrectVersion ? kInvalidVersion : 1;
}

int RunBootstrap(const Invocation& invocation) {
  const Result<BootstrapOptions> options = ParseBootstrap(invocation.arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "namenode: %s\n%s", options.status().message().c_str(), kUsage);
    return 1;
  }
  const Result<namenode::BootstrapSource> source =
      namenode::FindBootstrapSource(invocation.configuration);
  if (!source.ok()) return FailBootstrap(source.status());
  std::fputs(source->announcement.c_str(), stdout);
  std::fflush(stdout);
  const Result<bool> confirmed = ConfirmErase(invocation, *options);
  if (!confirmed.ok()) return FailBootstrap(confirmed.status());
  if (!*confirmed) return kAlreadyFormatted;
  const Status done = namenode::Bootstrap(invocation.configuration, *source);
  return done.ok() ? 0 : FailBootstrap(done);
}

[[noreturn]] void EndOnFatal(const Status& why) {
  LOG(kError, "namenode ends: the edit log cannot be made durable", {"reason", why});
  // No destructor may run: what is in memory must not reach a disk or a client any more.
  std::_Exit(1);
}

// Memory and log do not belong together any more: nothing of it may reach a disk or a client.
[[noreturn]] void LeavePair(const std::string& reason) {
  LOG(kWarn, "namenode begins anew", {"reason", reason});
  std::_Exit(namenode::kStartAgain);
}

int Serve(const config::Configuration& configuration,
          std::optional<namenode::PairMember> member) {
  StopSignal stop;  // Before the first thread, so that all of them leave the signals to it.
  const auto namenode =
      namenode::Namenode::Start(configuration, EndOnFatal, std::move(member));
  if (!namenode.ok()) {
    LOG(kError, "namenode not started", {"reason", namenode.status()});
    return 1;
  }
  const int signal = stop.Wait();
  LOG(kInfo, "namenode stops", {"signal", signal});
  return 0;
}

// In a process of its own, whose end is told to the peer.
int ServeInPair(const config::Configuration& configuration, const namenode::PairSetup& setup) {
  return namenode::RunWatched(
      [&](namenode::ha::Incarnation incarnation) {
        namenode::PairMember member{.setup = setup, .leave = LeavePair};
        member.setup.driver.self.incarnation = incarnation;
        member.setup.driver.link.incarnation = incarnation;
        member.setup.driver.store.incarnation = incarnation;
        return Serve(configuration, std::move(member));
      },
      [&](namenode::ha::Incarnation incarnation) {
        namenode::ha::PeerLink::Options link = setup.driver.link;
        link.incarnation = incarnation;
        if (const Status told = namenode::ha::PeerLink::TellDeath(link); !told.ok()) {
          LOG(kInfo, "the peer was not told of the namenode's end", {"reason", told});
        }
      });
}

int RunInitializePair(const Invocation& invocation) {
  const bool force = invocation.arguments.size() == 2 && invocation.arguments[1] == "-force";
  const Result<TxId> last = namenode::InitializePair(invocation.configuration, force);
  if (!last.ok()) {
    std::fprintf(stderr, "namenode: %s\n", last.status().message().c_str());
    if (last.status().code() == Code::kAlreadyExists) {
      std::fprintf(stderr, "namenode: -initializePair -force replaces it; what only the other "
                           "namenode's log has is lost then\n");
    }
    return 1;
  }
  std::printf("The pair begins with this namenode's log, which ends at transaction %s.\n",
              ToString(*last).c_str());
  return 0;
}

}  // namespace

int RunNamenode(const Invocation& invocation) {
  if (!invocation.arguments.empty()) {
    if (invocation.arguments[0] == "-format") return RunFormat(invocation);
    if (invocation.arguments[0] == "-bootstrapStandby") return RunBootstrap(invocation);
    if (invocation.arguments[0] == "-initializePair") return RunInitializePair(invocation);
    if (invocation.arguments[0] != "-regular") {
      std::fprintf(stderr, "namenode: %s is not supported yet\n%s",
                   invocation.arguments[0].c_str(), kUsage);
      return 1;
    }
  }
  const auto pair = namenode::PairSetup::Read(invocation.configuration);
  if (!pair.ok()) {
    LOG(kError, "namenode not started", {"reason", pair.status()});
    return 1;
  }
  if (*pair) return ServeInPair(invocation.configuration, **pair);
  return Serve(invocation.configuration, std::nullopt);
}

}  // namespace cairn::tools
