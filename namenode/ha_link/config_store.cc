// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/config_store.h"

#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/net/io_threads.h"
#include "namenode/ha_link/config_text.h"

namespace cairn::namenode::ha {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

// The library's own words: what matters of them reaches us as states and answers.
void LogOfLibrary(const char* message) { LOG(kDebug, "zookeeper client", {"message", message}); }

// Whether the server has certainly not done, and will not do, what was asked.
bool WasRefused(int rc) { return rc == ZBADVERSION || rc == ZNODEEXISTS || rc == ZNONODE; }

Status CheckOptions(const ConfigStore::Options& options) {
  if (options.quorum.empty()) {
    return Status(Code::kInvalidArgument, "no address of ZooKeeper is given");
  }
  if (!options.parent.starts_with('/') || options.parent.ends_with('/')) {
    return Status(Code::kInvalidArgument, "\"" + options.parent + "\" is no path of ZooKeeper");
  }
  if (!IsPlainName(options.nameservice) || !IsPlainName(options.node.value) ||
      !IsPlainName(options.peer.value)) {
    return Status(Code::kInvalidArgument, "nameservice and namenodes need plain names");
  }
  if (!options.auth.empty() && options.auth.find(':') == std::string::npos) {
    return Status(Code::kInvalidArgument, "the identity for ZooKeeper must be scheme:identity");
  }
  return Status();
}

}  // namespace

// The library calls back on threads of a handle, which end when it is closed. A request is found by
// its number, so that an answer after its time has passed finds nothing.
class ConfigStore::Core {
 public:
  Core(Options options, Sink sink) : options_(std::move(options)), sink_(std::move(sink)) {}

  Status Start() {
    CAIRN_TRY(Connect());
    session_ = std::thread([this] { RunSession(); });
    timer_ = std::thread([this] { RunTimer(); });
    return Status();
  }

  ~Core() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (session_.joinable()) session_.join();
    if (timer_.joinable()) timer_.join();
    Close();
    AnswerAll();
  }

  void Read(uint64_t request) {
    const std::lock_guard calls(calls_);
    Ticket* ticket = Open({.request = request});
    const int rc = handle_ == nullptr
                       ? static_cast<int>(ZINVALIDSTATE)
                       : zoo_awget(handle_, ConfigPath().c_str(), OnConfigTouched, this, OnConfig,
                                   ticket);
    if (rc != ZOK) Answer(ticket, [](Pending& pending) { return Unreachable(pending); });
  }

  void Write(uint64_t request, const Config& config, int32_t version) {
    const std::string text = FormatConfig(config);
    const int size = static_cast<int>(text.size());
    const std::lock_guard calls(calls_);
    Ticket* ticket = Open({.request = request, .writes = true});
    int rc = ZINVALIDSTATE;
    if (handle_ != nullptr && version >= 0) {
      rc = zoo_aset(handle_, ConfigPath().c_str(), text.data(), size, version, OnWritten, ticket);
    } else if (handle_ != nullptr) {
      rc = zoo_acreate(handle_, ConfigPath().c_str(), text.data(), size, Acl(), 0, OnCreated,
                       ticket);
    }
    if (rc != ZOK) Answer(ticket, [](Pending& pending) { return NotSent(pending); });
  }

 private:
  struct Pending {
    uint64_t request = 0;
    bool writes = false;
    Deadline deadline{};
    event::ConfigRead read{};  // Between the two halves of a read.
  };
  // What the library hands back with an answer.
  struct Ticket {
    Core* core;
    uint64_t number;
  };

  std::string Folder() const { return options_.parent + "/" + options_.nameservice; }
  std::string ConfigPath() const { return Folder() + "/ha"; }
  std::string LivePath(const NodeId& node) const { return Folder() + "/live-" + node.value; }
  const ACL_vector* Acl() const {
    return options_.auth.empty() ? &ZOO_OPEN_ACL_UNSAFE : &ZOO_CREATOR_ALL_ACL;
  }

  // --- Requests.

  Ticket* Open(Pending pending) {
    const std::lock_guard lock(mutex_);
    pending.deadline = std::chrono::steady_clock::now() + options_.request_timeout;
    const uint64_t number = ++numbers_;
    pending_.emplace(number, std::move(pending));
    wake_.notify_all();
    return new Ticket{this, number};
  }

  // Ends a request with the event that `make` makes of it, unless it was ended before.
  template <typename Make>
  void Answer(Ticket* ticket, Make make) {
    const std::unique_ptr<Ticket> owned(ticket);
    std::optional<Pending> pending = Take(ticket->number);
    if (pending) sink_(make(*pending));
  }

  std::optional<Pending> Take(uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto it = pending_.find(number);
    if (it == pending_.end()) return std::nullopt;
    std::optional<Pending> pending = std::move(it->second);
    pending_.erase(it);
    return pending;
  }

  static Event Unreachable(const Pending& pending) {
    return event::ConfigRead{.request = pending.request};
  }
  static Event NotSent(const Pending& pending) {
    return event::ConfigWritten{.request = pending.request,
                                .outcome = event::ConfigWritten::Outcome::kNotSent};
  }
  static Event Unknown(const Pending& pending) {
    return event::ConfigWritten{.request = pending.request};
  }
  static Event Ended(const Pending& pending) {
    return pending.writes ? Unknown(pending) : Unreachable(pending);
  }

  void AnswerAll() {
    std::map<uint64_t, Pending> open;
    {
      const std::lock_guard lock(mutex_);
      open.swap(pending_);
    }
    for (const auto& [number, pending] : open) sink_(Ended(pending));
  }

  // First half of a read: the configuration. The second asks for the peer's sign of life.
  static void OnConfig(int rc, const char* value, int size, const Stat* stat, const void* data) {
    auto* ticket = static_cast<Ticket*>(const_cast<void*>(data));
    Core& core = *ticket->core;
    event::ConfigRead read;
    if (rc == ZNONODE) {
      read.outcome = event::ConfigRead::Outcome::kAbsent;
    } else if (rc == ZOK) {
      Result<Config> config =
          ParseConfig(std::string_view(value, static_cast<size_t>(std::max(size, 0))));
      if (config.ok()) {
        read.outcome = event::ConfigRead::Outcome::kRead;
        read.found = {std::move(*config), stat->version};
      } else {
        LOG(kError, "configuration in ZooKeeper cannot be used", {"path", core.ConfigPath()},
            {"reason", config.status()});
      }
    }
    if (read.outcome != event::ConfigRead::Outcome::kUnreachable && core.Keep(*ticket, read)) {
      // Callbacks run on a thread of the handle, which is therefore not closed yet.
      if (zoo_aexists(core.handle_of_callbacks_, core.LivePath(core.options_.peer).c_str(), 0,
                      OnPeerLife, ticket) == ZOK) {
        return;
      }
    }
    core.Answer(ticket, [](Pending& pending) { return Unreachable(pending); });
  }

  bool Keep(const Ticket& ticket, const event::ConfigRead& read) {
    const std::lock_guard lock(mutex_);
    const auto it = pending_.find(ticket.number);
    if (it == pending_.end()) return false;
    it->second.read = read;
    return true;
  }

  static void OnPeerLife(int rc, const Stat*, const void* data) {
    auto* ticket = static_cast<Ticket*>(const_cast<void*>(data));
    ticket->core->Answer(ticket, [rc](Pending& pending) -> Event {
      if (rc != ZOK && rc != ZNONODE) return Unreachable(pending);
      event::ConfigRead read = pending.read;
      read.request = pending.request;
      read.peer_lives = rc == ZOK;
      return read;
    });
  }

  static void OnWritten(int rc, const Stat* stat, const void* data) {
    auto* ticket = static_cast<Ticket*>(const_cast<void*>(data));
    ticket->core->AnswerWrite(ticket, rc, rc == ZOK ? stat->version : -1);
  }

  static void OnCreated(int rc, const char*, const void* data) {
    auto* ticket = static_cast<Ticket*>(const_cast<void*>(data));
    ticket->core->AnswerWrite(ticket, rc, 0);
  }

  void AnswerWrite(Ticket* ticket, int rc, int32_t version) {
    using Outcome = event::ConfigWritten::Outcome;
    if (rc != ZOK && !WasRefused(rc)) {
      LOG(kWarn, "write to ZooKeeper has no known outcome", {"reason", zerror(rc)});
    }
    Answer(ticket, [rc, version](Pending& pending) -> Event {
      event::ConfigWritten written{.request = pending.request};
      if (rc == ZOK) {
        written.outcome = Outcome::kWritten;
        written.version = version;
      } else if (WasRefused(rc)) {
        written.outcome = Outcome::kRefused;
      }
      return written;
    });
  }

  static void OnConfigTouched(zhandle_t*, int type, int, const char*, void* context) {
    if (type == ZOO_SESSION_EVENT) return;  // OnSession sees it as well.
    static_cast<Core*>(context)->sink_(event::ConfigTouched{});
  }

  // --- The session.

  Status Connect() {
    zoo_set_debug_level(ZOO_LOG_LEVEL_WARN);
    zhandle_t* handle =
        zookeeper_init2(options_.quorum.c_str(), OnSession,
                        static_cast<int>(options_.session_timeout.count()), nullptr, this, 0,
                        LogOfLibrary);
    if (handle == nullptr) {
      return Status(Code::kNetwork, "ZooKeeper at " + options_.quorum + " cannot be used");
    }
    {
      const std::lock_guard lock(mutex_);
      identity_.reset();
    }
    const std::lock_guard calls(calls_);
    handle_ = handle;
    return Status();
  }

  // Waits for the handle's threads; their callbacks end what is open.
  void Close() {
    zhandle_t* handle = nullptr;
    {
      const std::lock_guard calls(calls_);
      handle = std::exchange(handle_, nullptr);
    }
    if (handle != nullptr) zookeeper_close(handle);
  }

  static void OnSession(zhandle_t* handle, int type, int state, const char*, void* context) {
    if (type != ZOO_SESSION_EVENT) return;
    Core& core = *static_cast<Core*>(context);
    const std::lock_guard lock(core.mutex_);
    core.handle_of_callbacks_ = handle;
    core.connected_ = state == ZOO_CONNECTED_STATE;
    if (core.connected_) core.greet_ = true;
    if (state == ZOO_EXPIRED_SESSION_STATE || state == ZOO_AUTH_FAILED_STATE) core.expired_ = true;
    core.wake_.notify_all();
  }

  // Makes the folders and the sign of life in each session, and a new session for an expired one.
  void RunSession() {
    net::NameThisThread("ha-zk-session");
    constexpr std::chrono::milliseconds kPause{200};
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || expired_ || (greet_ && connected_); });
      if (stopping_) return;
      const bool expired = std::exchange(expired_, false);
      greet_ = false;
      lock.unlock();
      bool done = false;
      if (expired) {
        LOG(kWarn, "session with ZooKeeper is over; a new one begins");
        Close();
        done = Connect().ok();
      } else {
        done = Greet();
      }
      lock.lock();
      if (!done) (expired ? expired_ : greet_) = true;
      // An identity that ZooKeeper refuses ends one session after the other.
      if (!done || expired) wake_.wait_for(lock, kPause, [this] { return stopping_; });
    }
  }

  // True when all is there. Only this thread replaces the handle, so that it may use it.
  bool Greet() {
    if (!ShowIdentity()) return false;
    for (size_t at = 1; at != std::string::npos;) {
      at = Folder().find('/', at);
      const std::string folder = Folder().substr(0, at);
      const int rc = zoo_create(handle_, folder.c_str(), "", 0, Acl(), 0, nullptr, 0);
      if (rc != ZOK && rc != ZNODEEXISTS) return Failed(folder, rc);
      if (at != std::string::npos) ++at;
    }
    if (!ShowLife()) return false;
    sink_(event::ConfigTouched{});
    return true;
  }

  // Once in each session, and waits for the answer: the library forgets to send an identity that it
  // is given while it connects, and then nothing that is ours alone can be made. After a broken
  // connection it shows the identity itself.
  bool ShowIdentity() {
    if (options_.auth.empty()) return true;
    std::unique_lock lock(mutex_);
    if (identity_ == ZOK) return true;
    identity_.reset();
    lock.unlock();
    const size_t colon = options_.auth.find(':');
    const std::string scheme = options_.auth.substr(0, colon);
    const std::string identity = options_.auth.substr(colon + 1);
    const int sent = zoo_add_auth(handle_, scheme.c_str(), identity.data(),
                                  static_cast<int>(identity.size()), OnIdentity, this);
    lock.lock();
    if (sent == ZOK) {
      wake_.wait_for(lock, options_.request_timeout,
                     [this] { return identity_.has_value() || stopping_; });
    }
    const int rc = sent == ZOK ? identity_.value_or(ZOPERATIONTIMEOUT) : sent;
    lock.unlock();
    if (rc != ZOK) LOG(kWarn, "identity is not known to ZooKeeper", {"reason", zerror(rc)});
    return rc == ZOK;
  }

  static void OnIdentity(int rc, const void* data) {
    Core& core = *static_cast<Core*>(const_cast<void*>(data));
    const std::lock_guard lock(core.mutex_);
    core.identity_ = rc;
    core.wake_.notify_all();
  }

  // The znode of a session before this one may still be there: it would go with that session.
  bool ShowLife() {
    const std::string path = LivePath(options_.node);
    const std::string text = std::to_string(options_.incarnation.value);
    Stat stat{};
    int rc = zoo_exists(handle_, path.c_str(), 0, &stat);
    if (rc == ZOK && stat.ephemeralOwner == zoo_client_id(handle_)->client_id) return true;
    if (rc == ZOK) rc = zoo_delete(handle_, path.c_str(), stat.version);
    if (rc != ZOK && rc != ZNONODE) return Failed(path, rc);
    rc = zoo_create(handle_, path.c_str(), text.data(), static_cast<int>(text.size()), Acl(),
                    ZOO_EPHEMERAL, nullptr, 0);
    return rc == ZOK || Failed(path, rc);
  }

  bool Failed(const std::string& path, int rc) {
    LOG(kWarn, "znode could not be made", {"path", path}, {"reason", zerror(rc)});
    return false;
  }

  void RunTimer() {
    net::NameThisThread("ha-zk-timer");
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      const Deadline now = std::chrono::steady_clock::now();
      std::vector<Pending> late;
      Deadline next = Deadline::max();
      for (auto it = pending_.begin(); it != pending_.end();) {
        if (it->second.deadline <= now) {
          late.push_back(std::move(it->second));
          it = pending_.erase(it);
        } else {
          next = std::min(next, it->second.deadline);
          ++it;
        }
      }
      if (!late.empty()) {
        lock.unlock();
        for (const Pending& pending : late) sink_(Ended(pending));
        lock.lock();
      } else if (next == Deadline::max()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, next);
      }
    }
  }

  const Options options_;
  const Sink sink_;

  std::mutex calls_;             // Held while the handle is used by callers, or replaced.
  zhandle_t* handle_ = nullptr;  // Guarded by calls_; replaced by the session's thread alone.

  std::mutex mutex_;  // Guards what follows; never held while the library is called.
  std::condition_variable wake_;
  zhandle_t* handle_of_callbacks_ = nullptr;
  std::map<uint64_t, Pending> pending_;
  uint64_t numbers_ = 0;
  std::optional<int> identity_;  // What the server said to it in this session.
  bool connected_ = false;
  bool greet_ = false;
  bool expired_ = false;
  bool stopping_ = false;

  std::thread session_;
  std::thread timer_;
};

ConfigStore::ConfigStore(std::unique_ptr<Core> core) : core_(std::move(core)) {}
ConfigStore::~ConfigStore() = default;

Result<std::unique_ptr<ConfigStore>> ConfigStore::Start(Options options, Sink sink) {
  CAIRN_TRY(CheckOptions(options));
  if (options.auth.empty()) {
    LOG(kWarn, "znodes of the pair are open to everybody; set ha.zookeeper.auth",
        {"parent", options.parent});
  }
  auto core = std::make_unique<Core>(std::move(options), std::move(sink));
  CAIRN_TRY(core->Start());
  return std::unique_ptr<ConfigStore>(new ConfigStore(std::move(core)));
}

void ConfigStore::Read(uint64_t request) { core_->Read(request); }

void ConfigStore::Write(uint64_t request, const Config& config, int32_t version) {
  core_->Write(request, config, version);
}

}  // namespace cairn::namenode::ha
