// SPDX-License-Identifier: Apache-2.0
#include "namenode/proof_of_death.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace cairn::namenode {
namespace {

// A pipe from the child to the test.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(fds_.data()), 0); }
  ~Pipe() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  void Write(uint64_t value) const {
    ASSERT_EQ(::write(fds_[1], &value, sizeof(value)), static_cast<ssize_t>(sizeof(value)));
  }
  uint64_t Read() const {
    uint64_t value = 0;
    EXPECT_EQ(::read(fds_[0], &value, sizeof(value)), static_cast<ssize_t>(sizeof(value)));
    return value;
  }

 private:
  std::array<int, 2> fds_{};
};

TEST(ProofOfDeathTest, KilledNamenodeIsToldWithItsIncarnation) {
  const Pipe pipe;
  std::vector<ha::Incarnation> told;
  const int status = RunWatched(
      [&](ha::Incarnation incarnation) {
        pipe.Write(incarnation.value);
        ::raise(SIGKILL);
        return 0;
      },
      [&](ha::Incarnation incarnation) { told.push_back(incarnation); });
  EXPECT_EQ(status, 128 + SIGKILL);
  EXPECT_EQ(told, std::vector{ha::Incarnation(pipe.Read())});
}

TEST(ProofOfDeathTest, NamenodeThatAsksForItIsStartedAgainAsAnother) {
  const Pipe pipe;
  std::vector<ha::Incarnation> told;
  const int status = RunWatched(
      [&](ha::Incarnation incarnation) {
        pipe.Write(incarnation.value);
        return told.empty() ? kStartAgain : 3;
      },
      [&](ha::Incarnation incarnation) { told.push_back(incarnation); });
  EXPECT_EQ(status, 3);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0], told[1]);
  EXPECT_EQ(told[0], ha::Incarnation(pipe.Read()));
  EXPECT_EQ(told[1], ha::Incarnation(pipe.Read()));
}

TEST(ProofOfDeathTest, SignalsGoToTheNamenodeAndItDiesWithItsParent) {
  const Pipe pipe;
  const auto watch = [&](int first_signal) {
    const pid_t watcher = ::fork();
    if (watcher == 0) {
      const int status = RunWatched(
          [&](ha::Incarnation) {
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGTERM);
            ::sigprocmask(SIG_BLOCK, &set, nullptr);
            pipe.Write(static_cast<uint64_t>(::getpid()));
            int signal = 0;
            ::sigwait(&set, &signal);
            return 40 + signal;
          },
          [](ha::Incarnation) {});
      ::_exit(status);
    }
    const auto namenode = static_cast<pid_t>(pipe.Read());
    EXPECT_EQ(::kill(watcher, first_signal), 0);
    int status = 0;
    EXPECT_EQ(::waitpid(watcher, &status, 0), watcher);
    return std::pair(namenode, status);
  };
  const auto [stopped, status] = watch(SIGTERM);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 40 + SIGTERM);
  // The parent is killed: the child is gone soon, too.
  ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const auto [orphan, killed] = watch(SIGKILL);
  ASSERT_TRUE(WIFSIGNALED(killed));
  int end = 0;
  ASSERT_EQ(::waitpid(orphan, &end, 0), orphan);
  EXPECT_TRUE(WIFSIGNALED(end));
  EXPECT_EQ(WTERMSIG(end), SIGKILL);
}

}  // namespace
}  // namespace cairn::namenode
