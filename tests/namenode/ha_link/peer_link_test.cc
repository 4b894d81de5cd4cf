// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/peer_link.h"

#include <gtest/gtest.h>

#include <optional>

namespace cairn::namenode::ha {
namespace {

using std::chrono::milliseconds;

const std::string kSecret = "a secret of the pair";

// Keeps what a link tells, and waits for it.
class Ear {
 public:
  PeerLink::Sink Sink() {
    return [this](Event event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
      changed_.notify_all();
    };
  }

  // The next event of kind T; others before it are passed over.
  template <typename T>
  std::optional<T> Next() {
    std::unique_lock lock(mutex_);
    std::optional<T> found;
    changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      while (!events_.empty() && !found) {
        if (T* event = std::get_if<T>(&events_.front())) found = std::move(*event);
        events_.pop_front();
      }
      return found.has_value();
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
};

// A port that nobody listens on: it was free a moment ago.
uint16_t FreePort() {
  return net::BlockingListener::Open({"127.0.0.1", 0}).value()->port();
}

class PeerLinkTest : public ::testing::Test {
 protected:
  PeerLink::Options OptionsOf(const char* node, const char* peer, uint16_t port,
                              uint16_t peer_port) const {
    return {.node = NodeId(node),
            .peer = NodeId(peer),
            .incarnation = Incarnation(port),
            .listen = {"127.0.0.1", port},
            .peer_address = {"127.0.0.1", peer_port},
            .secret = kSecret,
            .redial_pause = milliseconds(10)};
  }
  std::unique_ptr<PeerLink> StartFirst() {
    return PeerLink::Start(OptionsOf("nn1", "nn2", port1_, port2_), ear1_.Sink()).value();
  }
  std::unique_ptr<PeerLink> StartSecond() {
    return PeerLink::Start(OptionsOf("nn2", "nn1", port2_, port1_), ear2_.Sink()).value();
  }

  const uint16_t port1_ = FreePort();
  const uint16_t port2_ = FreePort();
  Ear ear1_;
  Ear ear2_;
};

TEST_F(PeerLinkTest, MessagesGoBothWays) {
  auto first = StartFirst();
  auto second = StartSecond();
  ASSERT_TRUE(ear1_.Next<event::LinkUp>());
  ASSERT_TRUE(ear2_.Next<event::LinkUp>());
  for (uint64_t i = 1; i <= 100; ++i) {
    first->Send(Refused{Epoch(i), Epoch(0)});
    second->Send(Refused{Epoch(0), Epoch(i)});
  }
  for (uint64_t i = 1; i <= 100; ++i) {
    const auto at2 = ear2_.Next<event::Received>();
    ASSERT_TRUE(at2);
    EXPECT_EQ(std::get<Refused>(at2->message).epoch, Epoch(i));
    const auto at1 = ear1_.Next<event::Received>();
    ASSERT_TRUE(at1);
    EXPECT_EQ(std::get<Refused>(at1->message).promised, Epoch(i));
  }
}

TEST_F(PeerLinkTest, PeerThatIsGoneIsToldAtOnceByARefusalAndComesBack) {
  auto first = StartFirst();
  // Nobody is there yet: told once, as a refusal.
  std::optional<event::LinkDown> down = ear1_.Next<event::LinkDown>();
  ASSERT_TRUE(down);
  EXPECT_TRUE(down->refused);
  auto second = StartSecond();
  ASSERT_TRUE(ear1_.Next<event::LinkUp>());
  ASSERT_TRUE(ear2_.Next<event::LinkUp>());
  second.reset();
  down = ear1_.Next<event::LinkDown>();
  ASSERT_TRUE(down);
  if (!down->refused) down = ear1_.Next<event::LinkDown>();
  ASSERT_TRUE(down);
  EXPECT_TRUE(down->refused);
  first->Send(Refused{});  // Lost.
  second = StartSecond();
  ASSERT_TRUE(ear1_.Next<event::LinkUp>());
  first->Send(Refused{Epoch(5), Epoch(6)});
  const auto received = ear2_.Next<event::Received>();
  ASSERT_TRUE(received);
  EXPECT_EQ(std::get<Refused>(received->message).epoch, Epoch(5));
}

TEST_F(PeerLinkTest, WatcherTellsOfADeath) {
  auto second = StartSecond();
  const PeerLink::Options first = OptionsOf("nn1", "nn2", port1_, port2_);
  const Status told = PeerLink::TellDeath(first);
  ASSERT_TRUE(told.ok()) << told.ToString();
  const auto died = ear2_.Next<event::PeerDied>();
  ASSERT_TRUE(died);
  EXPECT_EQ(died->incarnation, first.incarnation);
}

TEST_F(PeerLinkTest, StrangersAndWrongNamesAreNotListenedTo) {
  auto second = StartSecond();
  PeerLink::Options stranger = OptionsOf("nn1", "nn2", port1_, port2_);
  stranger.secret = "another secret of a pair";
  EXPECT_EQ(PeerLink::TellDeath(stranger).code(), Code::kUnauthenticated);
  PeerLink::Options third = OptionsOf("nn3", "nn2", port1_, port2_);
  static_cast<void>(PeerLink::TellDeath(third));
  // Only the good one is heard.
  ASSERT_TRUE(PeerLink::TellDeath(OptionsOf("nn1", "nn2", port1_, port2_)).ok());
  const auto died = ear2_.Next<event::PeerDied>();
  ASSERT_TRUE(died);
  EXPECT_EQ(died->incarnation, Incarnation(port1_));
}

TEST_F(PeerLinkTest, SilentStrangersDoNotKeepThePeerOut) {
  auto second = StartSecond();
  std::vector<net::BlockingSocket> strangers;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(
        net::BlockingSocket::Connect({"127.0.0.1", port2_}, milliseconds(1000)).value());
  }
  auto first = StartFirst();
  ASSERT_TRUE(ear1_.Next<event::LinkUp>());
  first->Send(Refused{Epoch(5), Epoch(6)});
  ASSERT_TRUE(ear2_.Next<event::Received>());
}

}  // namespace
}  // namespace cairn::namenode::ha
