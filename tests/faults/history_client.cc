// SPDX-License-Identifier: Apache-2.0
// Clients that never stop, and write down what they did and what came of it:
//
//   history_client DIR run SEED ROUND_MS PINNED_URI…   until standard input ends
//   history_client DIR look WORKER FOLDER…             everything in these folders, once
//
// A line for each operation, its fields parted by tabs:
//
//   folder  worker  start_ns  end_ns  operation  name  argument  outcome  result
//
// Times are of CLOCK_MONOTONIC. The outcome is "ok", "no" (refused for the reason in `result`:
// nothing was changed), "over" (it may have been done, and will not be done any more) or "unknown"
// (it may have been done, or be done later). What each operation means: tests/faults/checker.py.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/chunk.h"
#include "common/config/configuration.h"
#include "common/log/log.h"
#include "common/util/random.h"
#include "libclient/dfs.h"
#include "libclient/pauser.h"

namespace cairn::faults {
namespace {

using client::Client;
using Arguments = std::vector<std::string>;

constexpr int kGroups = 2;
constexpr int kWorkersOfGroup = 3;
constexpr std::chrono::milliseconds kPinnedPause{20};
// Between two operations, at most: the namenodes are not to starve beside their clients.
constexpr int64_t kPauseMsMax = 16;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string Hex(uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
  return text;
}

std::mutex output;  // Guards the standard output.

// What came of an operation.
struct Outcome {
  std::string kind;
  std::string result;

  bool ok() const { return kind == "ok"; }
};

Outcome Done(std::string result = "") { return {"ok", std::move(result)}; }

std::string OneLine(const Status& status) {
  std::string text = status.ToString();
  std::replace_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return text.substr(0, 300);
}

// A refusal counts as one only when a namenode gave it for a reason that lies in the namespace.
Outcome Failed(const Status& status) {
  if (!status.remote_class().empty()) {
    switch (status.code()) {
      case Code::kNotFound:
      case Code::kIsDirectory: return {"no", "absent"};
      case Code::kAlreadyExists: return {"no", "exists"};
      case Code::kLeaseConflict:
      case Code::kRecoveryInProgress: return {"no", "open"};
      case Code::kIoError: return {"no", "other: " + OneLine(status)};
      case Code::kSafeMode: return {"over", OneLine(status)};
      default: break;
    }
  }
  return {"unknown", OneLine(status)};
}

// Of a write that takes several calls. What a namenode refuses for good, it may have done before,
// when nobody heard the answer.
Outcome WriteFailed(const Status& status) {
  const Outcome outcome = Failed(status);
  return {outcome.kind == "unknown" ? "unknown" : "over", OneLine(status)};
}

// The same of a call that is answered with nothing when there is nothing.
Outcome NotSeen(const Status& status) {
  return status.code() == Code::kNotFound ? Outcome{"no", "absent"} : Failed(status);
}

Outcome Told(const Result<bool>& result) {
  return result.ok() ? Done(*result ? "true" : "false") : Failed(result.status());
}

// One client with its own connection, name and lease, which does one thing after the other.
class Worker {
 public:
  Worker(std::string name, std::unique_ptr<Client> client, uint64_t seed)
      : name_(std::move(name)), client_(std::move(client)), random_(seed) {}

  void GoTo(std::string folder) { folder_ = std::move(folder); }
  const std::string& folder() const { return folder_; }
  Random& random() { return random_; }
  Client& client() { return *client_; }

  // Runs `what` and writes it down.
  template <typename What>
  Outcome Record(const char* operation, const std::string& name, const std::string& argument,
                 const What& what) {
    const int64_t start = NowNs();
    const Outcome outcome = what();
    const int64_t end = NowNs();
    const std::lock_guard lock(output);
    std::cout << folder_ << '\t' << name_ << '\t' << start << '\t' << end << '\t' << operation
              << '\t' << name << '\t' << argument << '\t' << outcome.kind << '\t' << outcome.result
              << std::endl;
    return outcome;
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  Outcome Make(const std::string& name) {
    return Record("mkdir", name, "", [&] { return Told(client_->Mkdirs(Path(name), 0755)); });
  }
  Outcome Delete(const std::string& name) {
    return Record("delete", name, "", [&] { return Told(client_->Delete(Path(name), true)); });
  }
  Outcome Rename(const std::string& from, const std::string& to) {
    return Record("rename", from, to, [&] {
      const Status status = client_->Rename2(Path(from), Path(to), false);
      return status.ok() ? Done() : Failed(status);
    });
  }
  Outcome Stat(const std::string& name) {
    return Record("stat", name, "", [&] {
      const Result<FileStatus> found = client_->GetFileInfo(Path(name));
      if (!found.ok()) return NotSeen(found.status());
      return Done(found->type == FileType::kDirectory ? "folder" : "file");
    });
  }
  Outcome List(std::vector<std::string>* names = nullptr);
  Outcome Read(const std::string& name);
  void Write(const std::string& name, bool append);

 private:
  Result<std::string> ReadAll(const std::string& path);
  void Fill(client::OutputStream& out, uint64_t id);

  const std::string name_;
  const std::unique_ptr<Client> client_;
  SeededRandom random_;
  std::string folder_;
};

Outcome Worker::List(std::vector<std::string>* names) {
  return Record("list", "", "", [&] {
    const Result<std::vector<FileStatus>> found = client_->List(folder_);
    if (!found.ok()) return NotSeen(found.status());
    std::string text;
    for (const FileStatus& each : *found) {
      if (names != nullptr) names->push_back(each.name);
      text += (text.empty() ? "" : ",") + each.name +
              (each.type == FileType::kDirectory ? "/" : "");
    }
    return Done(text);
  });
}

Result<std::string> Worker::ReadAll(const std::string& path) {
  CAIRN_ASSIGN(const std::unique_ptr<client::InputStream> in, client_->Open(path));
  std::string bytes(in->length(), '\0');
  CAIRN_TRY(in->ReadFully(0, bytes.data(), bytes.size()));
  return bytes;
}

// "id,id,id+bytes", or "wrong".
Outcome Worker::Read(const std::string& name) {
  return Record("read", name, "", [&] {
    const Result<std::string> bytes = ReadAll(Path(name));
    if (!bytes.ok()) return Failed(bytes.status());
    const Content content = TakeApart(*bytes);
    if (!content.right) return Done("wrong");
    std::string text;
    for (const uint64_t id : content.whole) text += (text.empty() ? "" : ",") + Hex(id);
    if (content.last_bytes > 0) {
      text += (text.empty() ? "" : ",") + Hex(content.last) + "+" +
              std::to_string(content.last_bytes);
    }
    return Done(text);
  });
}

// A file that cannot be written any more stays open, so that nobody else's append changes it.
void Worker::Fill(client::OutputStream& out, uint64_t id) {
  const std::string bytes = ChunkBytes(id);
  size_t written = 0;
  if (random_.Below(3) == 0) {
    written = 1 + random_.Below(bytes.size());
    const Outcome flushed = Record("flush", Hex(id), std::to_string(written), [&] {
      Status status = out.Write(std::string_view(bytes).substr(0, written));
      if (status.ok()) status = out.Hflush();
      return status.ok() ? Done() : WriteFailed(status);
    });
    if (!flushed.ok()) return out.Abort();
  }
  const Outcome closed = Record("close", Hex(id), "", [&] {
    Status status = out.Write(std::string_view(bytes).substr(written));
    if (status.ok()) status = out.Close();
    return status.ok() ? Done() : WriteFailed(status);
  });
  if (!closed.ok()) out.Abort();
}

void Worker::Write(const std::string& name, bool append) {
  const uint64_t id = random_.Next() | 1;
  std::unique_ptr<client::OutputStream> out;
  (void)Record(append ? "append" : "create", name, Hex(id), [&] {
    auto opened = append ? client_->Append(Path(name))
                         : client_->Create(Path(name), {.create_parents = false});
    if (!opened.ok()) return Failed(opened.status());
    out = std::move(*opened);
    return Done();
  });
  if (out != nullptr) Fill(*out, id);
}

const std::vector<std::string> kNames = {"a", "b", "c", "d", "e"};

void DoSomething(Worker& worker) {
  const std::string& name = kNames[worker.random().Below(kNames.size())];
  const std::string& other = kNames[worker.random().Below(kNames.size())];
  const uint64_t lot = worker.random().Below(100);
  if (lot < 25) return worker.Write(name, false);
  if (lot < 36) return worker.Write(name, true);
  if (lot < 45) return (void)worker.Make(name);
  if (lot < 63) return (void)worker.Delete(name);
  if (lot < 80 && name != other) return (void)worker.Rename(name, other);
  if (lot < 90) return (void)worker.Read(name);
  if (lot < 95) return (void)worker.List();
  (void)worker.Stat(name);
}

// Where a group works: a new folder each round, so that no history gets long.
class Places {
 public:
  Places(uint64_t seed, int64_t round_ms) : seed_(seed), round_ns_(round_ms * 1000000) {}
  std::string FolderOf(int group) const {
    const int64_t round = (NowNs() - begin_) / round_ns_;
    return "/s" + std::to_string(seed_) + "-g" + std::to_string(group) + "-" +
           std::to_string(round);
  }

 private:
  const uint64_t seed_;
  const int64_t round_ns_;
  const int64_t begin_ = NowNs();
};

std::atomic<bool> stopping{false};

// False when it is to stop. The folder is there when the worker goes to it.
bool Move(Worker& worker, const std::string& folder) {
  while (!stopping && folder != worker.folder()) {
    if (worker.client().Mkdirs(folder, 0755).ok()) worker.GoTo(folder);
  }
  return !stopping;
}

void RunWorker(Worker& worker, const Places& places, int group) {
  client::Pauser pauser;
  while (Move(worker, places.FolderOf(group))) {
    DoSomething(worker);
    (void)pauser.Pause(std::chrono::milliseconds(worker.random().Below(kPauseMsMax)));
  }
}

// A client that knows one namenode only, whatever becomes of it: nothing that a deposed one tells
// it may be wrong. It tries to change something only where it has just been answered.
void RunPinned(Worker& worker, const Places& places, int group) {
  client::Pauser pauser;
  while (!stopping) {
    worker.GoTo(places.FolderOf(group));
    const Outcome seen = worker.random().Below(2) == 0 ? worker.List()
                         : worker.random().Below(2) == 0
                             ? worker.Read(kNames[worker.random().Below(kNames.size())])
                             : worker.Stat(kNames[worker.random().Below(kNames.size())]);
    if (seen.kind != "unknown" && seen.result != "absent") {
      const std::string& name = kNames[worker.random().Below(kNames.size())];
      (void)(worker.random().Below(2) == 0 ? worker.Rename(name, "pinned") : worker.Delete(name));
    }
    (void)pauser.Pause(kPinnedPause);
  }
}

Status Run(const config::Configuration& configuration, const Arguments& arguments) {
  const uint64_t seed = std::stoull(arguments[0]);
  const Places places(seed, std::stoll(arguments[1]));
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  const auto add = [&](const std::string& name, const std::string& uri, auto* run,
                       int group) -> Status {
    CAIRN_ASSIGN(std::unique_ptr<Client> client, Client::Connect(configuration, uri));
    workers.push_back(std::make_unique<Worker>(name, std::move(client),
                                               seed * 1000 + workers.size()));
    threads.emplace_back(run, std::ref(*workers.back()), std::cref(places), group);
    return Status();
  };
  Status status;
  for (int group = 0; group < kGroups && status.ok(); ++group) {
    for (int i = 0; i < kWorkersOfGroup && status.ok(); ++i) {
      status = add("g" + std::to_string(group) + "." + std::to_string(i), "", &RunWorker, group);
    }
  }
  for (size_t i = 2; i < arguments.size() && status.ok(); ++i) {
    const int group = static_cast<int>(i) % kGroups;
    status = add("pinned." + std::to_string(i - 1), arguments[i], &RunPinned, group);
  }
  for (std::string line; status.ok() && std::getline(std::cin, line);) continue;
  stopping = true;
  for (std::thread& thread : threads) thread.join();
  return status;
}

Status Look(const config::Configuration& configuration, const Arguments& arguments) {
  CAIRN_ASSIGN(std::unique_ptr<Client> client, Client::Connect(configuration));
  Worker worker(arguments[0], std::move(client), 1);
  for (size_t i = 1; i < arguments.size(); ++i) {
    worker.GoTo(arguments[i]);
    std::vector<std::string> names;
    if (const Outcome listed = worker.List(&names); !listed.ok()) {
      return Status(Code::kIoError, arguments[i] + ": " + listed.result);
    }
    for (const std::string& name : names) {
      if (worker.Stat(name).result == "file") (void)worker.Read(name);
    }
  }
  return Status();
}

Status Main(const Arguments& arguments) {
  CAIRN_ASSIGN(const config::Configuration configuration,
               config::Configuration::LoadDirectory(arguments[0]));
  const Arguments rest(arguments.begin() + 2, arguments.end());
  return arguments[1] == "run" ? Run(configuration, rest) : Look(configuration, rest);
}

}  // namespace
}  // namespace cairn::faults

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) return 2;
  const cairn::Status status = cairn::faults::Main(arguments);
  if (!status.ok()) std::cerr << status.ToString() << '\n';
  return status.ok() ? 0 : 1;
}
