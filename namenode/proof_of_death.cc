// SPDX-License-Identifier: Apache-2.0
#include "namenode/proof_of_death.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "common/util/bytes.h"
#include "common/util/crypto.h"

namespace cairn::namenode {

namespace {

constexpr int kForwarded[] = {SIGTERM, SIGINT, SIGHUP};
constexpr int kForkFailed = 71;  // EX_OSERR.

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kForwarded) sigaddset(&set, signal);
  sigaddset(&set, SIGCHLD);
  return set;
}

ha::Incarnation NewIncarnation() {
  for (;;) {
    const uint64_t drawn = LoadU64(SecretRandomBytes(sizeof(uint64_t)).data());
    if (drawn != 0) return ha::Incarnation(drawn);
  }
}

// Does not return.
[[noreturn]] void RunChild(const std::function<int(ha::Incarnation)>& body,
                           ha::Incarnation incarnation, const sigset_t& before, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kForkFailed);  // It died before we asked for the signal.
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  const int status = body(incarnation);
  std::fflush(nullptr);
  ::_exit(status);
}

// Passes signals on until the child is dead; its wait status.
int WatchUntilDead(pid_t child, const sigset_t& watched) {
  for (;;) {
    int status = 0;
    const pid_t reaped = ::waitpid(child, &status, WNOHANG);
    if (reaped == child) return status;
    const int signal = ::sigwaitinfo(&watched, nullptr);
    if (signal > 0 && signal != SIGCHLD) ::kill(child, signal);
  }
}

}  // namespace

int RunWatched(const std::function<int(ha::Incarnation)>& body,
               const std::function<void(ha::Incarnation)>& tell) {
  const sigset_t watched = Watched();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &watched, &before);
  const pid_t parent = ::getpid();
  for (;;) {
    const ha::Incarnation incarnation = NewIncarnation();
    std::fflush(nullptr);  // Else the child would write it as well.
    const pid_t child = ::fork();
    if (child == 0) RunChild(body, incarnation, before, parent);
    if (child < 0) {
      std::fprintf(stderr, "namenode: fork: %s\n", std::strerror(errno));
      ::sigprocmask(SIG_SETMASK, &before, nullptr);
      return kForkFailed;
    }
    const int status = WatchUntilDead(child, watched);
    tell(incarnation);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kStartAgain) continue;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

}  // namespace cairn::namenode
