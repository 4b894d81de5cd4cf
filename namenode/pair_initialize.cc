// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "common/io/disk.h"
#include "common/util/random.h"
#include "namenode/ha_link/config_store.h"
#include "namenode/ha_link/state_file.h"
#include "namenode/namenode.h"
#include "namenode/setup.h"

namespace cairn::namenode {
namespace {

// Asks the store one thing after the other and waits for the answers.
class Arbiter {
 public:
  static Result<std::unique_ptr<Arbiter>> Connect(ha::ConfigStore::Options options) {
    std::unique_ptr<Arbiter> arbiter(new Arbiter());
    CAIRN_ASSIGN(arbiter->store_,
                 ha::ConfigStore::Start(std::move(options), [raw = arbiter.get()](ha::Event e) {
                   raw->On(std::move(e));
                 }));
    // The session is there, and the folders with it.
    if (!arbiter->Next<ha::event::ConfigTouched>()) {
      return Status(Code::kTimeout, "ZooKeeper does not answer");
    }
    return arbiter;
  }
  ~Arbiter() { store_.reset(); }

  Result<ha::event::ConfigRead> Read() {
    store_->Read(++requests_);
    const auto read = Next<ha::event::ConfigRead>();
    if (!read || read->outcome == ha::event::ConfigRead::Outcome::kUnreachable) {
      return Status(Code::kNetwork, "the configuration in ZooKeeper cannot be read");
    }
    return *read;
  }

  Status Write(const ha::Config& config, int32_t version) {
    store_->Write(++requests_, config, version);
    const auto written = Next<ha::event::ConfigWritten>();
    if (written && written->outcome == ha::event::ConfigWritten::Outcome::kWritten) {
      return Status();
    }
    return Status(Code::kNetwork, "the configuration in ZooKeeper cannot be written, or was "
                                  "written by somebody else in between");
  }

 private:
  Arbiter() = default;

  void On(ha::Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    arrived_.notify_all();
  }

  template <typename T>
  std::optional<T> Next() {
    constexpr std::chrono::seconds kPatience{15};
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    arrived_.wait_for(lock, kPatience, [&] {
      for (; !events_.empty() && !found; events_.pop_front()) {
        if (const T* event = std::get_if<T>(&events_.front())) found = *event;
      }
      return found.has_value();
    });
    return found;
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ha::Event> events_;  // Guarded by mutex_.
  uint64_t requests_ = 0;
  std::unique_ptr<ha::ConfigStore> store_;
};

// What the stopped namenode's log is.
struct OwnLog {
  ha::DurableState state;
  TxId last;
};

Result<OwnLog> ReadOwnLog(const config::Configuration& configuration, Random& random) {
  CAIRN_ASSIGN(const NamenodeSetup setup, NamenodeSetup::Read(configuration));
  io::PosixDisk disk;
  CAIRN_ASSIGN(std::unique_ptr<NameStorage> storage, NameStorage::Open(disk, setup.directories));
  CAIRN_ASSIGN(std::unique_ptr<ha::StateFile> file, ha::StateFile::Open(*storage, random));
  CAIRN_TRY(storage->RecoverSegments());
  CAIRN_TRY(file->Account(random));
  CAIRN_ASSIGN(const LoadPlan plan, storage->Plan());
  return OwnLog{file->state(), plan.last};
}

}  // namespace

Result<TxId> InitializePair(const config::Configuration& configuration, bool force) {
  CAIRN_ASSIGN(std::optional<PairSetup> setup, PairSetup::Read(configuration));
  if (!setup) return Status(Code::kInvalidArgument, "the configuration tells of no pair");
  SeededRandom random;
  CAIRN_ASSIGN(const OwnLog own, ReadOwnLog(configuration, random));
  CAIRN_ASSIGN(std::unique_ptr<Arbiter> arbiter, Arbiter::Connect(setup->driver.store));
  CAIRN_ASSIGN(const ha::event::ConfigRead read, arbiter->Read());
  const bool exists = read.outcome == ha::event::ConfigRead::Outcome::kRead;
  if (exists && !force) {
    return Status(Code::kAlreadyExists, "ZooKeeper has a configuration of this pair");
  }
  // Above whatever either of the two may have promised.
  ha::Epoch epoch = own.state.promised;
  if (own.state.config) epoch = std::max(epoch, own.state.config->epoch);
  if (exists) epoch = std::max(epoch, read.found.config.epoch);
  const ha::NodeId self = setup->driver.self.node;
  const ha::Config config{.epoch = ha::Next(epoch),
                          .primary = self,
                          .in_sync = {{self, own.state.log}},
                          .start = ha::Next(own.last)};
  CAIRN_TRY(arbiter->Write(config, exists ? read.found.version : -1));
  return own.last;
}

}  // namespace cairn::namenode
