// SPDX-License-Identifier: Apache-2.0
// Against the ZooKeeper at $CAIRN_ZOOKEEPER, whose process is $CAIRN_ZOOKEEPER_PID.
#include "namenode/ha_link/config_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <zookeeper/zookeeper.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

#include "namenode/ha_link/config_text.h"

namespace cairn::namenode::ha {
namespace {

using std::chrono::milliseconds;
using Read = event::ConfigRead;
using Written = event::ConfigWritten;

constexpr milliseconds kPatience{20'000};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// One namenode's view of ZooKeeper, with its answers in order.
class Side {
 public:
  explicit Side(ConfigStore::Options options)
      : store_(ConfigStore::Start(std::move(options), [this](Event event) {
                 const std::lock_guard lock(mutex_);
                 events_.push_back(std::move(event));
                 changed_.notify_all();
               }).value()) {}
  ~Side() { store_.reset(); }

  template <typename T>
  std::optional<T> Next() {
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    changed_.wait_for(lock, kPatience, [&] {
      for (auto it = events_.begin(); it != events_.end() && !found;) {
        if (T* event = std::get_if<T>(&*it)) {
          found = *event;
          it = events_.erase(it);
        } else {
          ++it;
        }
      }
      return found.has_value();
    });
    return found;
  }

  Read ReadOnce() {
    store_->Read(++requests_);
    const std::optional<Read> read = Next<Read>();
    EXPECT_TRUE(read.has_value());
    EXPECT_EQ(read->request, requests_);
    return *read;
  }
  // Until ZooKeeper answers.
  Read ReadSurely() {
    for (;;) {
      const Read read = ReadOnce();
      if (read.outcome != Read::Outcome::kUnreachable) return read;
    }
  }
  Written Write(const Config& config, int32_t version) {
    store_->Write(++requests_, config, version);
    const std::optional<Written> written = Next<Written>();
    EXPECT_TRUE(written.has_value());
    EXPECT_EQ(written->request, requests_);
    return *written;
  }

  ConfigStore& store() { return *store_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  uint64_t requests_ = 0;
  std::unique_ptr<ConfigStore> store_;
};

// A client beside the stores, without watches.
class Client {
 public:
  explicit Client(const clientid_t* session = nullptr) {
    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    handle_ = zookeeper_init(Environment("CAIRN_ZOOKEEPER").c_str(), nullptr, 10'000, session,
                             nullptr, 0);
  }
  ~Client() { zookeeper_close(handle_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  zhandle_t* handle() const { return handle_; }

 private:
  zhandle_t* handle_ = nullptr;
};

// The session that an ephemeral znode belongs to; 0 when there is none.
int64_t OwnerOf(const std::string& path) {
  const Client client;
  Stat stat{};
  int rc = ZCONNECTIONLOSS;
  while (rc == ZCONNECTIONLOSS) rc = zoo_exists(client.handle(), path.c_str(), 0, &stat);
  return rc == ZOK ? stat.ephemeralOwner : 0;
}

// Ends somebody else's session: takes it over and closes it. The server draws a session's password
// by java.util.Random from its id. Whoever takes a session over loses the connection to the one who
// had it, who comes back at once and may be first: then it was not closed.
void EndSession(int64_t id) {
  constexpr uint64_t kServersSeed = 0xB3415C00;
  constexpr uint64_t kMultiplier = 0x5DEECE66D;
  constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  clientid_t session{.client_id = id, .passwd = {}};
  uint64_t seed = ((static_cast<uint64_t>(id) ^ kServersSeed) ^ kMultiplier) & kMask;
  for (size_t at = 0; at < sizeof(session.passwd); at += 4) {
    seed = (seed * kMultiplier + 0xB) & kMask;
    for (size_t k = 0; k < 4; ++k) {
      session.passwd[at + k] = static_cast<char>(seed >> (16 + 8 * k));
    }
  }
  for (int state = 0; state != ZOO_EXPIRED_SESSION_STATE;) {
    const Client thief(&session);
    do {
      std::this_thread::yield();
      state = zoo_state(thief.handle());
    } while (state != ZOO_CONNECTED_STATE && state != ZOO_EXPIRED_SESSION_STATE);
  }
}

Config ConfigOf(uint64_t epoch) {
  return {.epoch = Epoch(epoch),
          .primary = NodeId("nn1"),
          .incarnation = Incarnation(5),
          .in_sync = {{NodeId("nn1"), LogId("log-a")}},
          .start = TxId(1)};
}

ConfigStore::Options OptionsOf(const char* node, const char* peer, const std::string& service) {
  return {.quorum = Environment("CAIRN_ZOOKEEPER"),
          .parent = "/cairn-test/pairs",
          .nameservice = service,
          .node = NodeId(node),
          .peer = NodeId(peer),
          .incarnation = Incarnation(5),
          .auth = "digest:cairn:secret",
          .session_timeout = milliseconds(1000),
          .request_timeout = milliseconds(500)};
}

class ConfigStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (Environment("CAIRN_ZOOKEEPER").empty()) GTEST_SKIP() << "no ZooKeeper";
    service_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  std::unique_ptr<Side> First() {
    auto side = std::make_unique<Side>(OptionsOf("nn1", "nn2", service_));
    // The session is there, and with it the folders.
    EXPECT_TRUE(side->Next<event::ConfigTouched>());
    return side;
  }
  std::unique_ptr<Side> Second() {
    auto side = std::make_unique<Side>(OptionsOf("nn2", "nn1", service_));
    EXPECT_TRUE(side->Next<event::ConfigTouched>());
    return side;
  }
  void Signal(int number) {
    ASSERT_EQ(::kill(std::atoi(Environment("CAIRN_ZOOKEEPER_PID").c_str()), number), 0);
  }

  std::string service_;
};

TEST_F(ConfigStoreTest, OneOfTwoWritersOfAVersionWins) {
  auto first = First();
  auto second = Second();
  EXPECT_EQ(first->ReadSurely().outcome, Read::Outcome::kAbsent);
  EXPECT_EQ(second->Write(ConfigOf(1), 0).outcome, Written::Outcome::kRefused);
  const Written made = first->Write(ConfigOf(1), -1);
  ASSERT_EQ(made.outcome, Written::Outcome::kWritten);
  EXPECT_EQ(made.version, 0);
  EXPECT_EQ(second->Write(ConfigOf(1), -1).outcome, Written::Outcome::kRefused);
  const Written changed = second->Write(ConfigOf(2), 0);
  ASSERT_EQ(changed.outcome, Written::Outcome::kWritten);
  EXPECT_EQ(changed.version, 1);
  EXPECT_EQ(first->Write(ConfigOf(2), 0).outcome, Written::Outcome::kRefused);
  const Read read = first->ReadSurely();
  ASSERT_EQ(read.outcome, Read::Outcome::kRead);
  EXPECT_EQ(read.found, (VersionedConfig{ConfigOf(2), 1}));
}

TEST_F(ConfigStoreTest, ReaderIsToldOfAChange) {
  auto first = First();
  auto second = Second();
  ASSERT_EQ(first->Write(ConfigOf(1), -1).outcome, Written::Outcome::kWritten);
  EXPECT_EQ(second->ReadSurely().found.config, ConfigOf(1));
  ASSERT_EQ(first->Write(ConfigOf(2), 0).outcome, Written::Outcome::kWritten);
  EXPECT_TRUE(second->Next<event::ConfigTouched>());
}

TEST_F(ConfigStoreTest, PeersLifeIsSeenAndEndsWithIt) {
  auto first = First();
  EXPECT_FALSE(first->ReadSurely().peer_lives);
  auto second = Second();
  EXPECT_TRUE(first->ReadSurely().peer_lives);
  EXPECT_TRUE(second->ReadSurely().peer_lives);
  second.reset();
  EXPECT_FALSE(first->ReadSurely().peer_lives);
  // One that comes again shows its own life, not that of the session before.
  second = Second();
  EXPECT_TRUE(first->ReadSurely().peer_lives);
}

TEST_F(ConfigStoreTest, FrozenZooKeeperGivesUnknownOutcomesInTime) {
  auto first = First();
  ASSERT_EQ(first->Write(ConfigOf(1), -1).outcome, Written::Outcome::kWritten);
  Signal(SIGSTOP);
  const Written written = first->Write(ConfigOf(2), 0);
  const Read read = first->ReadOnce();
  Signal(SIGCONT);
  EXPECT_EQ(written.outcome, Written::Outcome::kUnknown);
  EXPECT_EQ(read.outcome, Read::Outcome::kUnreachable);
  // Whatever became of the write, the truth can be read again.
  const Read after = first->ReadSurely();
  ASSERT_EQ(after.outcome, Read::Outcome::kRead);
  EXPECT_TRUE(after.found.config == ConfigOf(1) || after.found.config == ConfigOf(2));
}

TEST_F(ConfigStoreTest, ExpiredSessionIsReplacedAndTheLifeShownAgain) {
  auto first = First();
  auto second = Second();
  EXPECT_TRUE(second->ReadSurely().peer_lives);
  const std::string path = "/cairn-test/pairs/" + service_ + "/live-nn1";
  const int64_t before = OwnerOf(path);
  ASSERT_NE(before, 0);
  EndSession(before);
  ASSERT_TRUE(first->Next<event::ConfigTouched>());
  // Told of more than the new session, so the first word need not be of it.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  int64_t after = OwnerOf(path);
  while ((after == 0 || after == before) && std::chrono::steady_clock::now() < deadline) {
    after = OwnerOf(path);
  }
  EXPECT_NE(after, 0);
  EXPECT_NE(after, before);
  EXPECT_TRUE(second->ReadSurely().peer_lives);
  EXPECT_EQ(first->Write(ConfigOf(1), -1).outcome, Written::Outcome::kWritten);
}

TEST_F(ConfigStoreTest, StrangersCanNeitherReadNorChangeTheConfiguration) {
  auto first = First();
  ASSERT_EQ(first->Write(ConfigOf(1), -1).outcome, Written::Outcome::kWritten);
  const std::string path = "/cairn-test/pairs/" + service_ + "/ha";
  const Client client;
  zhandle_t* stranger = client.handle();
  char buffer[64];
  int size = sizeof(buffer);
  int rc = ZCONNECTIONLOSS;
  while (rc == ZCONNECTIONLOSS) rc = zoo_get(stranger, path.c_str(), 0, buffer, &size, nullptr);
  EXPECT_EQ(rc, ZNOAUTH);
  EXPECT_EQ(zoo_set(stranger, path.c_str(), "x", 1, -1), ZNOAUTH);
  EXPECT_EQ(zoo_delete(stranger, path.c_str(), -1), ZNOAUTH);
}

TEST(ConfigStoreOptionsTest, OptionsThatCannotWorkAreRefused) {
  const auto start = [](auto change) {
    ConfigStore::Options options = OptionsOf("nn1", "nn2", "ns");
    options.quorum = "127.0.0.1:1";
    change(options);
    return ConfigStore::Start(std::move(options), [](Event) {}).status().code();
  };
  using Options = ConfigStore::Options;
  EXPECT_EQ(start([](Options& o) { o.quorum = ""; }), Code::kInvalidArgument);
  EXPECT_EQ(start([](Options& o) { o.parent = "no-slash"; }), Code::kInvalidArgument);
  EXPECT_EQ(start([](Options& o) { o.nameservice = "a/b"; }), Code::kInvalidArgument);
  EXPECT_EQ(start([](Options& o) { o.auth = "digest"; }), Code::kInvalidArgument);
}

TEST(ConfigStoreRestart, Before) {
  Side side(OptionsOf("nn1", "nn2", "restart"));
  ASSERT_TRUE(side.Next<event::ConfigTouched>());
  ASSERT_EQ(side.Write(ConfigOf(1), -1).outcome, Written::Outcome::kWritten);
}

TEST(ConfigStoreRestart, After) {
  Side side(OptionsOf("nn1", "nn2", "restart"));
  ASSERT_TRUE(side.Next<event::ConfigTouched>());
  const Read read = side.ReadSurely();
  EXPECT_EQ(read.found, (VersionedConfig{ConfigOf(1), 0}));
  EXPECT_EQ(side.Write(ConfigOf(2), 0).outcome, Written::Outcome::kWritten);
}

// Begun while nobody answers at the address; "begun" on standard output lets ZooKeeper be started.
// The library takes an identity or does not, by chance: so there are many.
TEST(ConfigStoreAway, EveryStoreHasItsIdentityWhenZooKeeperComes) {
  std::list<Side> sides;
  for (int i = 0; i < 48; ++i) {
    const std::string name = "nn" + std::to_string(i);
    sides.emplace_back(OptionsOf(name.c_str(), "other", "away"));
  }
  std::cout << "begun" << std::endl;
  for (Side& side : sides) EXPECT_TRUE(side.Next<event::ConfigTouched>());
}

}  // namespace
}  // namespace cairn::namenode::ha
