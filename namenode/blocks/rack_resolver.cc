// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/rack_resolver.h"

#include <cerrno>
#include <cstring>
#include <chrono>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cairn::namenode {
namespace {

constexpr size_t kRackBytesMax = 1024;

// Reads what a child prints until it closes its end, at most `max` bytes. False at the deadline.
bool ReadUntilClosed(int fd, int timeout_ms, size_t max, std::string* out) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  char buffer[512];
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wait{fd, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    out->append(buffer, std::min(static_cast<size_t>(n), max - out->size()));
  }
}

Result<pid_t> Spawn(const std::string& program, const std::string& argument, int out_fd) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
  std::string first = program;
  std::string second = argument;
  char* const argv[] = {first.data(), second.data(), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return Status(Code::kIoError, "cannot run " + program + ": " + std::strerror(error));
  }
  return pid;
}

}  // namespace

bool IsValidRack(const std::string& rack) {
  if (rack.size() < 2 || rack.size() > kRackBytesMax || rack[0] != '/' || rack.back() == '/') {
    return false;
  }
  for (size_t i = 0; i < rack.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(rack[i]);
    if (c <= ' ' || c == 0x7f) return false;
    if (c == '/' && i > 0 && rack[i - 1] == '/') return false;
  }
  return true;
}

Result<std::map<std::string, std::string>> TableRackResolver::Parse(const std::string& text) {
  std::map<std::string, std::string> racks;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string host;
    std::string rack;
    if (!(words >> host)) continue;
    if (!(words >> rack) || !IsValidRack(rack)) {
      return Status(Code::kInvalidArgument, "rack table: line " + std::to_string(number) +
                                                ": expected a host and a rack like /rack1");
    }
    racks[host] = rack;
  }
  return racks;
}

Result<std::string> TableRackResolver::Resolve(const std::string& host) {
  auto it = racks_.find(host);
  return it == racks_.end() ? std::string(kDefaultRack) : it->second;
}

Result<std::string> ScriptRackResolver::Resolve(const std::string& host) {
  if (host.empty() || host[0] == '-') {
    return Status(Code::kInvalidArgument, "\"" + host + "\" is no host name");
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Status(Code::kIoError, std::string("pipe: ") + std::strerror(errno));
  }
  Result<pid_t> child = Spawn(script_, host, ends[1]);
  close(ends[1]);
  if (!child.ok()) {
    close(ends[0]);
    return child.status();
  }
  std::string printed;
  const bool in_time = ReadUntilClosed(ends[0], timeout_ms_, kRackBytesMax + 1, &printed);
  close(ends[0]);
  if (!in_time) kill(*child, SIGKILL);
  int state = 0;
  while (waitpid(*child, &state, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return Status(Code::kTimeout, script_ + " gave no rack for " + host + " in time");
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    return Status(Code::kIoError, script_ + " failed for " + host);
  }
  std::istringstream words(printed);
  std::string rack;
  words >> rack;
  if (!IsValidRack(rack)) {
    return Status(Code::kInvalidArgument,
                  script_ + " printed no rack for " + host + ": \"" + rack + "\"");
  }
  return rack;
}

Result<std::string> CachedRackResolver::Resolve(const std::string& host) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = racks_.find(host); it != racks_.end()) return it->second;
  }
  // Without the mutex: a slow script must not hold up hosts that are known.
  Result<std::string> rack = inner_->Resolve(host);
  if (!rack.ok()) return rack;
  std::lock_guard lock(mutex_);
  if (racks_.size() >= kEntriesMax) racks_.clear();
  racks_[host] = *rack;
  return rack;
}

void CachedRackResolver::Refresh() {
  inner_->Refresh();
  std::lock_guard lock(mutex_);
  racks_.clear();
}

}  // namespace cairn::namenode
