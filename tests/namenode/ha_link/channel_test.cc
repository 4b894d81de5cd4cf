// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "common/util/bytes.h"

namespace cairn::namenode::ha {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTimeout{5000};
constexpr size_t kBytesMax = 1 << 20;
const std::string kSecret = "a secret of the pair";

struct Sockets {
  net::BlockingSocket dialler;
  net::BlockingSocket acceptor;
};

Sockets Connected() {
  int fds[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  return {net::BlockingSocket(fds[0]), net::BlockingSocket(fds[1])};
}

LinkHello Node(const char* name) {
  return {.purpose = LinkPurpose::kPeer, .node = NodeId(name), .incarnation = Incarnation(7)};
}

struct Ends {
  Result<Channel> dialler;
  Result<Channel> acceptor;
};

Ends Greet(Sockets sockets, const std::string& diallers_secret = kSecret,
           const std::string& acceptors_secret = kSecret) {
  auto accepting = std::async(std::launch::async, [&] {
    return Channel::Accept(std::move(sockets.acceptor), acceptors_secret, Node("nn2"), kTimeout);
  });
  Result<Channel> dialler =
      Channel::Dial(std::move(sockets.dialler), diallers_secret, Node("nn1"), kTimeout);
  return {std::move(dialler), accepting.get()};
}

TEST(ChannelTest, BothSidesLearnWhoTheOtherIsAndFramesArrive) {
  Ends ends = Greet(Connected());
  ASSERT_TRUE(ends.dialler.ok()) << ends.dialler.status().ToString();
  ASSERT_TRUE(ends.acceptor.ok()) << ends.acceptor.status().ToString();
  EXPECT_EQ(ends.dialler->peer().node, NodeId("nn2"));
  EXPECT_EQ(ends.acceptor->peer().node, NodeId("nn1"));
  EXPECT_EQ(ends.acceptor->peer().incarnation, Incarnation(7));
  for (const size_t size : {size_t{0}, size_t{1}, size_t{5000}}) {
    const std::string body(size, 'b');
    ASSERT_TRUE(ends.dialler->Send(body).ok());
    EXPECT_EQ(*ends.acceptor->Receive(kBytesMax), body);
  }
  ends.dialler->socket().Close();
  EXPECT_EQ(ends.acceptor->Receive(kBytesMax).status().code(), Code::kEndOfFile);
}

TEST(ChannelTest, WhoDoesNotKnowTheSecretIsRefusedByBothSides) {
  Ends ends = Greet(Connected(), "not the secret at all", kSecret);
  EXPECT_EQ(ends.dialler.status().code(), Code::kUnauthenticated);
  EXPECT_FALSE(ends.acceptor.ok());
}

TEST(ChannelTest, AcceptorRefusesADiallerThatSkipsItsProof) {
  Sockets sockets = Connected();
  auto accepting = std::async(std::launch::async, [&] {
    return Channel::Accept(std::move(sockets.acceptor), kSecret, Node("nn2"), kTimeout);
  });
  LinkHello hello = Node("nn1");
  hello.nonce = std::string(32, 'n');
  const std::string greeting = EncodeHello(hello);
  std::string bytes;
  PutU32(bytes, static_cast<uint32_t>(greeting.size()));
  bytes += greeting;
  PutU32(bytes, 32);
  bytes += std::string(32, 'p');
  ASSERT_TRUE(sockets.dialler.WriteAll(bytes).ok());
  EXPECT_EQ(accepting.get().status().code(), Code::kUnauthenticated);
}

// What the acceptor proved to one dialler, played to another.
TEST(ChannelTest, RecordedGreetingIsOfNoUse) {
  Sockets first = Connected();
  LinkHello hello = Node("nn1");
  hello.nonce = std::string(32, 'n');
  const std::string greeting = EncodeHello(hello);
  std::string bytes;
  PutU32(bytes, static_cast<uint32_t>(greeting.size()));
  bytes += greeting;
  ASSERT_TRUE(first.dialler.WriteAll(bytes).ok());
  first.dialler.ShutdownWrite();
  EXPECT_FALSE(
      Channel::Accept(std::move(first.acceptor), kSecret, Node("nn2"), kTimeout).ok());
  std::string recorded(4096, '\0');
  recorded.resize(*first.dialler.ReadSome(recorded.data(), recorded.size()));
  for (;;) {
    std::string more(4096, '\0');
    const Result<size_t> n = first.dialler.ReadSome(more.data(), more.size());
    if (!n.ok() || *n == 0) break;
    recorded.append(more, 0, *n);
  }

  Sockets second = Connected();
  ASSERT_TRUE(second.acceptor.WriteAll(recorded).ok());
  EXPECT_EQ(
      Channel::Dial(std::move(second.dialler), kSecret, Node("nn1"), kTimeout).status().code(),
      Code::kUnauthenticated);
}

TEST(ChannelTest, ChangedRepeatedAndOversizedFramesAreRefused) {
  for (const int trick : {0, 1, 2, 3}) {
    Ends ends = Greet(Connected());
    ASSERT_TRUE(ends.dialler.ok() && ends.acceptor.ok());
    // What the dialler sends is caught on its way by looking at it from the acceptor's side.
    ASSERT_TRUE(ends.dialler->Send("body").ok());
    std::string frame(4 + 4 + 16, '\0');
    ASSERT_TRUE(ends.acceptor->socket().ReadFull(frame.data(), frame.size()).ok());
    const std::string whole = frame;
    if (trick == 0) frame[5] ^= 1;
    if (trick == 1) frame[20] ^= 1;
    if (trick == 2) frame = whole + whole;
    if (trick == 3) StoreU32(frame.data(), 0x7FFFFFFF);
    ASSERT_TRUE(ends.dialler->socket().WriteAll(frame).ok());
    Result<std::string> body = ends.acceptor->Receive(kBytesMax);
    if (trick == 2) {
      EXPECT_EQ(*body, "body");
      body = ends.acceptor->Receive(kBytesMax);
    }
    EXPECT_EQ(body.status().code(), trick == 3 ? Code::kBadRequest : Code::kChecksum) << trick;
  }
}

TEST(ChannelTest, SilentStrangerIsGivenUp) {
  Sockets sockets = Connected();
  EXPECT_EQ(Channel::Accept(std::move(sockets.acceptor), kSecret, Node("nn2"), milliseconds(20))
                .status()
                .code(),
            Code::kTimeout);
}

}  // namespace
}  // namespace cairn::namenode::ha
