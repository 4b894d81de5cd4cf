// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/machine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace cairn::namenode::ha {
namespace {

constexpr Micros kMs = 1'000;

// Drives one machine by hand. Its state file and log are always quick.
class MachineTest : public ::testing::Test {
 protected:
  // `node` is nn1 or nn2; the log ends at `tail`, all of it of term 1.
  void Start(const char* node, int64_t tail, const Config& config, Options options = {}) {
    const bool first = NodeId(node) == NodeId("nn1");
    DurableState state;
    state.promised = Epoch(1);
    state.log = LogId(first ? "log1" : "log2");
    state.terms.Begin(Epoch(1), TxId(1));
    config_ = {config, 7};
    machine_ = std::make_unique<Machine>(
        Identity{NodeId(node), NodeId(first ? "nn2" : "nn1"), Incarnation(99)}, options, state,
        LogBounds{{TxId(tail), Epoch(1)}, TxId(1), TxId(0)});
    On(event::Tick{});
    const auto* read = Find<action::ReadConfig>();
    ASSERT_NE(read, nullptr);
    Read(*read);
  }

  static Config Of(uint64_t epoch, bool both) {
    Config config;
    config.epoch = Epoch(epoch);
    config.primary = NodeId("nn1");
    config.incarnation = Incarnation(11);
    config.in_sync = {{NodeId("nn1"), LogId("log1")}};
    if (both) config.in_sync.push_back({NodeId("nn2"), LogId("log2")});
    return config;
  }

  void On(const Event& event) {
    actions_ = machine_->On(event, now_);
    if (const auto* read = Find<action::ReadConfig>(); read != nullptr && zookeeper_answers_) {
      const Actions more = machine_->On(AnswerOf(*read), now_);
      actions_.insert(actions_.end(), more.begin(), more.end());
    }
  }
  void After(Micros delay) {
    now_ += delay;
    On(event::Tick{});
  }
  // In steps, as a driver does: a machine that was not called takes it that it was paused.
  void Pass(Micros time) {
    for (const Micros end = now_ + time; now_ < end;) After(std::min(50 * kMs, end - now_));
  }
  event::ConfigRead AnswerOf(const action::ReadConfig& read) const {
    return {read.request, event::ConfigRead::Outcome::kRead, config_, peer_lives_};
  }
  void Read(const action::ReadConfig& read) { On(AnswerOf(read)); }

  // The last action of this kind among those of the last event.
  template <typename T>
  const T* Find() const {
    const T* found = nullptr;
    for (const Action& action : actions_) {
      if (const T* one = std::get_if<T>(&action)) found = one;
    }
    return found;
  }
  template <typename T>
  const T* FindMessage() const {
    const T* found = nullptr;
    for (const Action& action : actions_) {
      const auto* send = std::get_if<action::Send>(&action);
      if (send == nullptr) continue;
      if (const T* one = std::get_if<T>(&send->message)) found = one;
    }
    return found;
  }

  // A standby that the clock has made suspicious, and that has read the znode.
  void Suspect() {
    for (int i = 0; i < 100; ++i) {
      After(10 * kMs);
      if (const auto* read = Find<action::ReadConfig>()) return Read(*read);
    }
  }

  static Lead LeadOf(uint64_t epoch, Micros stamp) {
    return {Epoch(epoch), Incarnation(11), stamp, TxId(0), true};
  }
  static std::shared_ptr<const Batch> Records(int64_t first, int64_t last) {
    return std::make_shared<Batch>(Batch{TxId(first), {TxId(last), Epoch(1)}, "records"});
  }

  Micros now_ = 1'000'000;
  VersionedConfig config_;
  bool peer_lives_ = false;
  bool zookeeper_answers_ = false;  // Reads, at once.
  std::unique_ptr<Machine> machine_;
  Actions actions_;
};

TEST_F(MachineTest, PromiseIsDurableBeforeTheWrite) {
  Start("nn2", 10, Of(3, /*both=*/true));
  Suspect();
  const auto* persist = Find<action::PersistState>();
  ASSERT_NE(persist, nullptr);
  EXPECT_EQ(persist->state.promised, Epoch(4));
  EXPECT_EQ(Find<action::WriteConfig>(), nullptr);
  On(event::StatePersisted{persist->sequence});
  const auto* write = Find<action::WriteConfig>();
  ASSERT_NE(write, nullptr);
  EXPECT_EQ(write->version, 7);
  EXPECT_EQ(write->config.epoch, Epoch(4));
  EXPECT_EQ(write->config.primary, NodeId("nn2"));
  EXPECT_EQ(write->config.in_sync.size(), 1u);
  EXPECT_EQ(write->config.start, TxId(11));
}

TEST_F(MachineTest, WhoIsNotInSyncNeverStands) {
  Start("nn2", 10, Of(3, /*both=*/false));
  for (int i = 0; i < 20; ++i) Suspect();
  EXPECT_EQ(machine_->status().role, Role::kStandby);
}

TEST_F(MachineTest, WhoseLogEndsBeforeTheEpochNeverStands) {
  Config config = Of(3, /*both=*/true);
  config.start = TxId(12);
  Start("nn2", 10, config);
  for (int i = 0; i < 20; ++i) Suspect();
  EXPECT_EQ(machine_->status().role, Role::kStandby);
}

TEST_F(MachineTest, WhoseDiskIsAnotherNeverStands) {
  Config config = Of(3, /*both=*/true);
  config.in_sync[1].log = LogId("before");
  Start("nn2", 10, config);
  for (int i = 0; i < 20; ++i) Suspect();
  EXPECT_EQ(machine_->status().role, Role::kStandby);
}

TEST_F(MachineTest, WaitsLongerWhileThePrimaryLives) {
  peer_lives_ = true;
  Start("nn2", 10, Of(3, /*both=*/true));
  Suspect();
  EXPECT_EQ(machine_->status().role, Role::kStandby);
  Pass(200 * kMs);
  EXPECT_EQ(machine_->status().role, Role::kCandidate);
}

TEST_F(MachineTest, ProofOfDeathEndsTheGrant) {
  peer_lives_ = true;
  Start("nn2", 10, Of(3, /*both=*/true));
  On(event::Received{Heartbeat{LeadOf(3, 5), {TxId(10), Epoch(1)}}});
  After(1 * kMs);
  On(event::PeerDied{Incarnation(11)});
  Suspect();
  EXPECT_EQ(machine_->status().role, Role::kCandidate);
  EXPECT_LT(now_, 1'200'000);
}

TEST_F(MachineTest, FollowsNoEpochBelowItsPromise) {
  Start("nn2", 10, Of(3, /*both=*/true));
  Suspect();
  On(event::Received{Append{LeadOf(3, 5), {TxId(10), Epoch(1)}, Records(11, 12)}});
  EXPECT_EQ(Find<action::StoreRecords>(), nullptr);
  const auto* refused = FindMessage<Refused>();
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->promised, Epoch(4));
}

TEST_F(MachineTest, AcknowledgesWhatIsDurable) {
  Start("nn2", 10, Of(3, /*both=*/true));
  On(event::Received{Append{LeadOf(3, 5), {TxId(10), Epoch(1)}, Records(11, 12)}});
  ASSERT_NE(Find<action::StoreRecords>(), nullptr);
  EXPECT_EQ(FindMessage<Ack>(), nullptr);
  On(event::StatePersisted{100});
  On(event::Durable{TxId(12)});
  const auto* ack = FindMessage<Ack>();
  ASSERT_NE(ack, nullptr);
  EXPECT_EQ(ack->durable, TxId(12));
  EXPECT_EQ(ack->stamp, 5);
}

TEST_F(MachineTest, ASyncThatWasLongUnderWayCutsNothing) {
  Start("nn2", 10, Of(3, /*both=*/true));
  On(event::Received{Append{LeadOf(3, 5), {TxId(10), Epoch(1)}, Records(11, 12)}});
  EpochTable terms;
  terms.Begin(Epoch(1), TxId(1));
  On(event::Received{Sync{LeadOf(3, 4), terms, {TxId(10), Epoch(1)}, TxId(1)}});
  EXPECT_EQ(Find<action::CutLog>(), nullptr);
  // Another's records are cut.
  terms.Begin(Epoch(2), TxId(11));
  On(event::Received{Sync{LeadOf(4, 6), terms, {TxId(11), Epoch(2)}, TxId(1)}});
  const auto* cut = Find<action::CutLog>();
  ASSERT_NE(cut, nullptr);
  EXPECT_EQ(cut->tail, TxId(10));
}

// A primary of a pair, as it is after a restart.
class PrimaryTest : public MachineTest {
 protected:
  void Lead() {
    Start("nn1", 10, Of(3, /*both=*/true));
    Persisted();
    Written();
    Persisted();
    zookeeper_answers_ = true;
    On(event::Appended{{TxId(11), Epoch(4)}});
    On(event::Durable{TxId(11)});
    Pass(600 * kMs);
  }
  void Persisted() { On(event::StatePersisted{1'000}); }
  // The outstanding write is done.
  void Written() {
    const auto* write = Find<action::WriteConfig>();
    ASSERT_NE(write, nullptr);
    config_ = {write->config, write->version + 1};
    On(event::ConfigWritten{write->request, event::ConfigWritten::Outcome::kWritten,
                            config_.version});
  }
  Ack AckOf(int64_t durable) {
    return {config_.config.epoch, now_,           LogId("log2"),
            {TxId(durable), Epoch(4)}, TxId(durable), false};
  }
  // Steps until the machine writes the configuration; the standby answers meanwhile.
  void StepToWrite(int64_t durable) {
    for (int i = 0; i < 200 && Find<action::WriteConfig>() == nullptr; ++i) {
      After(20 * kMs);
      if (Find<action::WriteConfig>() == nullptr && durable > 0) {
        On(event::Received{AckOf(durable)});
      }
    }
  }
};

TEST_F(PrimaryTest, EntersByAWriteOfItsOwnAndServes) {
  Start("nn1", 10, Of(3, /*both=*/true));
  Persisted();
  Written();
  const auto* begin = Find<action::BeginTerm>();
  ASSERT_NE(begin, nullptr);
  EXPECT_EQ(begin->term, Epoch(4));
  EXPECT_EQ(begin->first, TxId(11));
  On(event::Appended{{TxId(11), Epoch(4)}});
  On(event::Durable{TxId(11)});
  // It may have granted a lease in an earlier life.
  EXPECT_EQ(Find<action::Serve>(), nullptr);
  EXPECT_FALSE(machine_->MayClaimActive(now_));
  Pass(600 * kMs);
  EXPECT_EQ(machine_->status().role, Role::kActiveSolo);
  EXPECT_EQ(machine_->status().commit, TxId(11));
  EXPECT_TRUE(machine_->MayClaimActive(now_));
}

TEST_F(PrimaryTest, NeedsTheAnswerBeforeItWritesTheLargerSet) {
  Lead();
  On(event::LinkUp{});
  StepToWrite(11);
  const auto* write = Find<action::WriteConfig>();
  ASSERT_NE(write, nullptr);
  EXPECT_EQ(write->config.in_sync.size(), 2u);
  // Already now nothing is committed alone, and reads need a lease.
  On(event::Appended{{TxId(12), Epoch(4)}});
  On(event::Durable{TxId(12)});
  EXPECT_EQ(machine_->status().commit, TxId(11));
  EXPECT_NE(machine_->status().reads_until, kForever);
}

TEST_F(PrimaryTest, HoldsUntilItKnowsThatTheSmallerSetIsWritten) {
  Lead();
  On(event::LinkUp{});
  StepToWrite(11);
  Written();
  EXPECT_EQ(machine_->status().role, Role::kActivePaired);
  On(event::Appended{{TxId(12), Epoch(4)}});
  On(event::Durable{TxId(12)});
  StepToWrite(/*durable=*/0);
  const auto* write = Find<action::WriteConfig>();
  ASSERT_NE(write, nullptr);
  EXPECT_EQ(write->config.in_sync.size(), 1u);
  const VersionedConfig shrunk{write->config, write->version + 1};
  On(event::ConfigWritten{write->request, event::ConfigWritten::Outcome::kUnknown, -1});
  EXPECT_EQ(machine_->status().commit, TxId(11));
  // Not done, as far as one can see: still nothing, and another attempt.
  StepToWrite(/*durable=*/0);
  EXPECT_EQ(machine_->status().commit, TxId(11));
  write = Find<action::WriteConfig>();
  ASSERT_NE(write, nullptr);
  // The first was done after all.
  config_ = shrunk;
  On(event::ConfigWritten{write->request, event::ConfigWritten::Outcome::kRefused, -1});
  Pass(300 * kMs);
  EXPECT_EQ(machine_->status().role, Role::kActiveSolo);
  EXPECT_EQ(machine_->status().commit, TxId(12));
}

TEST_F(PrimaryTest, EndsWhenAnotherLeads) {
  Lead();
  config_.config = Of(9, /*both=*/false);
  config_.config.primary = NodeId("nn2");
  On(event::ConfigTouched{});
  EXPECT_NE(Find<action::Exit>(), nullptr);
  EXPECT_FALSE(machine_->MayClaimActive(now_));
}

}  // namespace
}  // namespace cairn::namenode::ha
