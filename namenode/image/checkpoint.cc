// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/checkpoint.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "namenode/image/image_placer.h"

namespace cairn::namenode {

namespace {

constexpr size_t kAnswerBytesMax = 1 << 20;

Status Errno(const char* action) {
  return Status(Code::kIoError,
                std::string(action) + ": " + std::generic_category().message(errno));
}

void PutText(std::string& out, const std::string& text) {
  PutU32(out, static_cast<uint32_t>(text.size()));
  out += text;
}

Result<std::string> TakeText(ByteReader& reader) {
  CAIRN_ASSIGN(const uint32_t size, reader.U32());
  CAIRN_ASSIGN(const std::string_view text, reader.Take(size));
  return std::string(text);
}

// What the child says through its pipe: a status, then the image when that is good.
std::string EncodeAnswer(const Result<WrittenImage>& image) {
  std::string out;
  PutU32(out, static_cast<uint32_t>(image.status().code()));
  PutText(out, image.status().message());
  if (!image.ok()) return out;
  const WrittenImage& written = *image;
  PutText(out, written.md5);
  PutU64(out, written.bytes);
  PutU32(out, static_cast<uint32_t>(written.paths.size()));
  for (const std::string& path : written.paths) PutText(out, path);
  PutU32(out, static_cast<uint32_t>(written.failures.size()));
  for (const auto& [path, status] : written.failures) {
    PutText(out, path);
    PutText(out, status.message());
  }
  return out;
}

Result<WrittenImage> DecodeAnswer(std::string_view bytes) {
  ByteReader reader(bytes);
  CAIRN_ASSIGN(const uint32_t code, reader.U32());
  CAIRN_ASSIGN(const std::string message, TakeText(reader));
  if (code != 0) return Status(static_cast<Code>(code), message);
  WrittenImage image;
  CAIRN_ASSIGN(image.md5, TakeText(reader));
  CAIRN_ASSIGN(image.bytes, reader.U64());
  CAIRN_ASSIGN(const uint32_t paths, reader.U32());
  for (uint32_t i = 0; i < paths; ++i) {
    CAIRN_ASSIGN(std::string path, TakeText(reader));
    image.paths.push_back(std::move(path));
  }
  CAIRN_ASSIGN(const uint32_t failures, reader.U32());
  for (uint32_t i = 0; i < failures; ++i) {
    CAIRN_ASSIGN(std::string path, TakeText(reader));
    CAIRN_ASSIGN(std::string why, TakeText(reader));
    image.failures.emplace_back(std::move(path), Status(Code::kIoError, std::move(why)));
  }
  return image;
}

// The child's whole life. Other threads do not exist here, but their locks may be held: nothing
// logs, and nothing is destroyed. Files and sockets of the parent are closed, so that its ports and
// locks are not kept when it dies first.
[[noreturn]] void RunChild(io::Disk& disk, const std::vector<std::string>& paths,
                           const ImageSource& source, int answer_fd) {
  constexpr int kNice = 10;
  if (answer_fd > 3) close_range(3, static_cast<unsigned>(answer_fd - 1), 0);
  close_range(static_cast<unsigned>(answer_fd + 1), ~0U, 0);
  static_cast<void>(setpriority(PRIO_PROCESS, 0, kNice));
  signal(SIGTERM, SIG_DFL);
  const std::string answer = EncodeAnswer(WriteImage(disk, paths, source));
  size_t done = 0;
  while (done < answer.size()) {
    const ssize_t n = ::write(answer_fd, answer.data() + done, answer.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  _exit(done == answer.size() ? 0 : 1);
}

}  // namespace

Result<std::unique_ptr<Checkpoint>> Checkpoint::Fork(NameStorage& storage,
                                                     const CheckpointOptions& options,
                                                     const ImageSource& source) {
  const std::vector<std::string> paths = CheckpointPaths(storage, source.txid);
  if (paths.empty()) return Status(Code::kIoError, "no directory for the image is left");
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint(storage, options, source.txid));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Errno("pipe for a checkpoint");
  const pid_t child = fork();
  if (child < 0) {
    const Status status = Errno("fork for a checkpoint");
    close(ends[0]);
    close(ends[1]);
    return status;
  }
  if (child == 0) RunChild(storage.disk(), paths, source, ends[1]);
  close(ends[1]);
  checkpoint->child_ = child;
  checkpoint->answer_fd_ = ends[0];
  return checkpoint;
}

Checkpoint::~Checkpoint() {
  if (answer_fd_ < 0) return;
  kill(child_, SIGKILL);
  Reap();
  close(answer_fd_);
}

void Checkpoint::Cancel() {
  std::lock_guard lock(mutex_);
  if (child_ > 0) kill(child_, SIGTERM);
}

int Checkpoint::Reap() {
  // The process's number is free for others only after waitpid, and that runs under the lock:
  // Cancel never hits a stranger.
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  std::lock_guard lock(mutex_);
  int state = 0;
  while (waitpid(child_, &state, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return state;
}

Result<WrittenImage> Checkpoint::ReadChildsAnswer() {
  std::string answer;
  char buffer[4096];
  Status failure;
  for (;;) {
    const ssize_t n = ::read(answer_fd_, buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) failure = Errno("read a checkpoint's answer");
    if (n <= 0 || answer.size() > kAnswerBytesMax) break;
    answer.append(buffer, static_cast<size_t>(n));
  }
  const int state = Reap();
  close(answer_fd_);
  answer_fd_ = -1;
  CAIRN_TRY(failure);
  if (WIFSIGNALED(state)) {
    const Code code = WTERMSIG(state) == SIGTERM ? Code::kCancelled : Code::kInternal;
    return Status(code, "the checkpoint's process was ended by signal " +
                            std::to_string(WTERMSIG(state)));
  }
  return DecodeAnswer(answer);
}

Status Checkpoint::Finish() {
  Result<WrittenImage> image = ReadChildsAnswer();
  if (!image.ok()) {
    for (const std::string& path : CheckpointPaths(storage_, txid_)) {
      static_cast<void>(storage_.disk().Remove(path));
    }
    return image.status().WithContext("checkpoint " + ToString(txid_));
  }
  CAIRN_TRY(PlaceImages(storage_, txid_, *image));
  storage_.Purge(options_.images_retained, options_.extra_edits_retained);
  return Status();
}

Status SaveImage(NameStorage& storage, const CheckpointOptions& options,
                 const ImageSource& source) {
  CAIRN_ASSIGN(const WrittenImage image,
               WriteImage(storage.disk(), CheckpointPaths(storage, source.txid), source));
  CAIRN_TRY(PlaceImages(storage, source.txid, image));
  storage.Purge(options.images_retained, options.extra_edits_retained);
  return Status();
}

}  // namespace cairn::namenode
