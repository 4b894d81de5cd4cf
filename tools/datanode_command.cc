// SPDX-License-Identifier: Apache-2.0
// cairn datanode: runs a datanode.
#include <csignal>
#include <cstdio>
#include <thread>

#include "common/io/disk.h"
#include "common/log/log.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "datanode/datanode.h"
#include "tools/commands.h"
#include "tools/signals.h"

namespace cairn::tools {
namespace {

constexpr char kUsage[] = "usage: cairn datanode [-regular]\n";

int Serve(datanode::Datanode& datanode, StopSignal& stop) {
  if (const Status started = datanode.Start(); !started.ok()) {
    LOG(kError, "datanode not started", {"reason", started});
    return 1;
  }
  std::thread waiter([&] {
    const int signal = stop.Wait();
    LOG(kInfo, "datanode stops", {"signal", signal});
    datanode.RequestStop();
  });
  const Status ended = datanode.Wait();
  // The waiter may still wait: a signal of our own ends it.
  ::pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  if (!ended.ok()) LOG(kError, "datanode ends", {"reason", ended});
  datanode.Stop();
  return ended.ok() ? 0 : 1;
}

}  // namespace

int RunDatanode(const Invocation& invocation) {
  for (const std::string& argument : invocation.arguments) {
    if (argument != "-regular") {
      std::fprintf(stderr, "datanode: %s is not supported yet\n%s", argument.c_str(), kUsage);
      return 1;
    }
  }
  StopSignal stop;  // Before the first thread, so that all of them leave the signals to it.
  io::PosixDisk disk;
  const SystemClock clock;
  SeededRandom random;
  const auto datanode = datanode::Datanode::Create(invocation.configuration, {disk, clock, random});
  if (!datanode.ok()) {
    LOG(kError, "datanode not started", {"reason", datanode.status()});
    return 1;
  }
  return Serve(**datanode, stop);
}

}  // namespace cairn::tools
