// SPDX-License-Identifier: Apache-2.0
// The client library as a program, for tests that need it as a process:
//
//   client_probe DIR put LOCAL REMOTE [pause ms for each MiB]   DIR: configuration
//   client_probe DIR get REMOTE LOCAL [pause ms for each MiB]
//   client_probe DIR append LOCAL REMOTE
//   client_probe DIR pread REMOTE OFFSET LENGTH      to standard output
//   client_probe DIR checksum REMOTE [composite]
//   client_probe DIR flush-loop REMOTE               each line of standard input is written and
//                                                    flushed ("sync": hsync, "length": hsync with
//                                                    the length), then its total size is printed;
//                                                    ends by closing
//   client_probe DIR ls REMOTE
//   client_probe DIR blocks REMOTE                   ids of its blocks, a line each
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"
#include "common/log/log.h"
#include "common/util/bytes.h"
#include "libclient/dfs.h"
#include "libclient/pauser.h"

namespace cairn::client {
namespace {

using Arguments = std::vector<std::string>;
constexpr size_t kBufferBytes = 1 << 20;

void PauseFor(const Arguments& arguments, size_t index) {
  if (arguments.size() <= index) return;
  (void)Pauser().Pause(std::chrono::milliseconds(std::stoi(arguments[index])));
}

Status CopyIn(int fd, OutputStream& out, const Arguments& arguments) {
  std::vector<char> buffer(kBufferBytes);
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0) return Status(Code::kIoError, "local read failed");
    if (n == 0) return out.Close();
    CAIRN_TRY(out.Write(buffer.data(), static_cast<size_t>(n)));
    PauseFor(arguments, 2);
  }
}

Status Put(Client& client, const Arguments& arguments, bool append) {
  const int fd = ::open(arguments[0].c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Status(Code::kNotFound, arguments[0]);
  auto out = append ? client.Append(arguments[1])
                    : client.Create(arguments[1], {.overwrite = true});
  CAIRN_TRY(out.status());
  const Status status = CopyIn(fd, **out, arguments);
  ::close(fd);
  return status;
}

Status Get(Client& client, const Arguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<InputStream> in, client.Open(arguments[0]));
  const int fd = ::open(arguments[1].c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return Status(Code::kIoError, arguments[1]);
  std::vector<char> buffer(kBufferBytes);
  for (uint64_t done = 0, paused = 0;;) {
    CAIRN_ASSIGN(const size_t n, in->Read(buffer.data(), buffer.size()));
    if (n == 0) break;
    if (::write(fd, buffer.data(), n) != static_cast<ssize_t>(n)) {
      return Status(Code::kIoError, "local write failed");
    }
    done += n;
    for (; paused < done / kBufferBytes; ++paused) PauseFor(arguments, 2);
  }
  ::close(fd);
  return Status();
}

Status PositionedRead(Client& client, const Arguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<InputStream> in, client.Open(arguments[0]));
  std::string bytes(std::stoul(arguments[2]), '\0');
  CAIRN_TRY(in->ReadFully(std::stoul(arguments[1]), bytes.data(), bytes.size()));
  std::cout << bytes;
  return Status();
}

Status Checksum(Client& client, const Arguments& arguments) {
  const ChecksumMode mode =
      arguments.size() > 1 ? ChecksumMode::kCompositeCrc : ChecksumMode::kMd5Md5Crc;
  CAIRN_ASSIGN(const FileChecksum sum, client.GetFileChecksum(arguments[0], UINT64_MAX, mode));
  std::cout << arguments[0] << '\t' << sum.algorithm << '\t' << ToHex(sum.bytes) << '\n';
  return Status();
}

Status FlushLoop(Client& client, const Arguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<OutputStream> out,
               client.Create(arguments[0], {.overwrite = true}));
  for (std::string line; std::getline(std::cin, line);) {
    CAIRN_TRY(out->Write(line));
    if (line.starts_with("sync")) {
      CAIRN_TRY(out->Hsync());
    } else if (line.starts_with("length")) {
      CAIRN_TRY(out->Hsync({.update_length = true}));
    } else {
      CAIRN_TRY(out->Hflush());
    }
    std::cout << out->position() << std::endl;
  }
  return out->Close();
}

Status List(Client& client, const Arguments& arguments) {
  CAIRN_ASSIGN(const std::vector<FileStatus> entries, client.List(arguments[0]));
  for (const FileStatus& entry : entries) {
    std::cout << entry.name << '\t' << entry.length << '\t' << entry.replication << '\n';
  }
  return Status();
}

Status BlockIds(Client& client, const Arguments& arguments) {
  CAIRN_ASSIGN(const LocatedBlocks located,
               client.GetBlockLocations(arguments[0], 0, std::numeric_limits<int64_t>::max()));
  for (const LocatedBlock& each : located.blocks) std::cout << each.block.block.id.value << '\n';
  return Status();
}

Status Run(Client& client, std::string_view command, const Arguments& arguments) {
  if (command == "put") return Put(client, arguments, false);
  if (command == "append") return Put(client, arguments, true);
  if (command == "get") return Get(client, arguments);
  if (command == "pread") return PositionedRead(client, arguments);
  if (command == "checksum") return Checksum(client, arguments);
  if (command == "flush-loop") return FlushLoop(client, arguments);
  if (command == "ls") return List(client, arguments);
  if (command == "blocks") return BlockIds(client, arguments);
  return Status(Code::kInvalidArgument, "unknown command");
}

Status Main(const Arguments& arguments) {
  CAIRN_ASSIGN(const config::Configuration configuration,
               config::Configuration::LoadDirectory(arguments[0]));
  CAIRN_ASSIGN(const std::unique_ptr<Client> client, Client::Connect(configuration));
  return Run(*client, arguments[1], {arguments.begin() + 2, arguments.end()});
}

}  // namespace
}  // namespace cairn::client

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) return 2;
  const cairn::Status status = cairn::client::Main(arguments);
  if (!status.ok()) std::cerr << status.ToString() << '\n';
  return status.ok() ? 0 : 1;
}
