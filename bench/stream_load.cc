// SPDX-License-Identifier: Apache-2.0
// Data through the client library, against any cluster:
//
//   stream_load --conf DIR write PATH [--mib 1024] [--replication 3]     one stream
//   stream_load --conf DIR read PATH                                     one stream
//   stream_load --conf DIR files PATH [--threads 8] [--files 1000]       4 KiB each
//
// Prints one line of JSON: bytes, files and seconds, from the first call to the last answer.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/config/configuration.h"
#include "libclient/dfs.h"

namespace cairn::bench {
namespace {

using client::Client;

constexpr size_t kBufferBytes = 1 << 20;
constexpr size_t kSmallFileBytes = 4096;

struct Arguments {
  std::string conf;
  std::string command;
  std::string path;
  uint64_t mib = 1024;
  uint32_t replication = 3;
  uint32_t threads = 8;
  uint64_t files = 1000;
};

struct Done {
  uint64_t bytes = 0;
  uint64_t files = 1;
};

Result<Done> Write(Client& client, const Arguments& arguments) {
  std::string buffer(kBufferBytes, '\0');
  for (size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<char>(i * 31 + i / 251);
  CAIRN_ASSIGN(const std::unique_ptr<client::OutputStream> out,
               client.Create(arguments.path,
                             {.overwrite = true, .replication = arguments.replication}));
  for (uint64_t i = 0; i < arguments.mib; ++i) CAIRN_TRY(out->Write(buffer));
  CAIRN_TRY(out->Close());
  return Done{.bytes = arguments.mib * kBufferBytes};
}

Result<Done> Read(Client& client, const Arguments& arguments) {
  const auto buffer = std::make_unique<char[]>(kBufferBytes);
  CAIRN_ASSIGN(const std::unique_ptr<client::InputStream> in, client.Open(arguments.path));
  for (Done done;;) {
    CAIRN_ASSIGN(const size_t n, in->Read(buffer.get(), kBufferBytes));
    if (n == 0) return done;
    done.bytes += n;
  }
}

Status WriteSmallFiles(Client& client, const Arguments& arguments, uint32_t thread) {
  const std::string content(kSmallFileBytes, 'x');
  for (uint64_t file = thread; file < arguments.files; file += arguments.threads) {
    const std::string path = arguments.path + "/f" + std::to_string(file);
    CAIRN_ASSIGN(const std::unique_ptr<client::OutputStream> out,
                 client.Create(path, {.replication = arguments.replication}));
    CAIRN_TRY(out->Write(content));
    CAIRN_TRY(out->Close());
  }
  return Status();
}

Result<Done> SmallFiles(Client& client, const Arguments& arguments) {
  std::vector<Status> results(arguments.threads);
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < arguments.threads; ++i) {
    threads.emplace_back([&, i] { results[i] = WriteSmallFiles(client, arguments, i); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Status& result : results) CAIRN_TRY(result);
  return Done{.bytes = arguments.files * kSmallFileBytes, .files = arguments.files};
}

Result<Done> Run(Client& client, const Arguments& arguments) {
  if (arguments.command == "write") return Write(client, arguments);
  if (arguments.command == "read") return Read(client, arguments);
  if (arguments.command == "files") return SmallFiles(client, arguments);
  return Status(Code::kInvalidArgument, "write, read or files, not " + arguments.command);
}

Status Main(const Arguments& arguments) {
  CAIRN_ASSIGN(const config::Configuration configuration,
               config::Configuration::LoadDirectory(arguments.conf));
  CAIRN_ASSIGN(const std::unique_ptr<Client> client, Client::Connect(configuration));
  const auto begin = std::chrono::steady_clock::now();
  CAIRN_ASSIGN(const Done done, Run(*client, arguments));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("{\"command\":\"%s\",\"bytes\":%llu,\"files\":%llu,\"seconds\":%.4f}\n",
              arguments.command.c_str(), static_cast<unsigned long long>(done.bytes),
              static_cast<unsigned long long>(done.files), elapsed.count());
  return Status();
}

Result<Arguments> ParseArguments(int argc, char** argv) {
  Arguments arguments;
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (!name.starts_with("--")) {
      words.push_back(name);
      continue;
    }
    if (++i == argc) return Status(Code::kInvalidArgument, name);
    if (name == "--conf") {
      arguments.conf = argv[i];
    } else if (name == "--mib") {
      arguments.mib = std::strtoull(argv[i], nullptr, 10);
    } else if (name == "--replication") {
      arguments.replication = static_cast<uint32_t>(std::atoi(argv[i]));
    } else if (name == "--threads") {
      arguments.threads = static_cast<uint32_t>(std::atoi(argv[i]));
    } else if (name == "--files") {
      arguments.files = std::strtoull(argv[i], nullptr, 10);
    } else {
      return Status(Code::kInvalidArgument, name);
    }
  }
  if (words.size() != 2 || arguments.conf.empty()) {
    return Status(Code::kInvalidArgument, "--conf DIR, a command and a path are needed");
  }
  arguments.command = words[0];
  arguments.path = words[1];
  return arguments;
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  const auto arguments = cairn::bench::ParseArguments(argc, argv);
  const cairn::Status status =
      arguments.ok() ? cairn::bench::Main(*arguments) : arguments.status();
  if (!status.ok()) std::fprintf(stderr, "stream_load: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
