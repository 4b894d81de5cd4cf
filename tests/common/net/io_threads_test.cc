// SPDX-License-Identifier: Apache-2.0
#include "common/net/io_threads.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <future>
#include <set>
#include <stdexcept>

#include "common/util/scheduling.h"

namespace cairn::net {
namespace {

std::string NameOf(IoContext& io) {
  std::promise<std::string> name;
  boost::asio::post(io, [&name] {
    char text[16] = {};
    pthread_getname_np(pthread_self(), text, sizeof(text));
    name.set_value(text);
  });
  return name.get_future().get();
}

Async<Status> SetAfterEvent(Event& event, std::promise<int>& done) {
  co_await event.Wait();
  done.set_value(1);
  co_return Status();
}

Async<Status> Throw(bool really) {
  if (really) throw std::runtime_error("thrown inside a task");
  co_return Status();
}

TEST(IoThreadsTest, ThreadsTakeShortSlicesOfTheProcessor) {
  const uint64_t own = SliceNs();
  if (own == 0) GTEST_SKIP() << "this kernel has one slice for all";
  IoThreads threads("slices", 1);
  std::promise<uint64_t> slice;
  boost::asio::post(threads.Next(), [&slice] { slice.set_value(SliceNs()); });
  EXPECT_EQ(slice.get_future().get(), kShortSliceNs);
  EXPECT_EQ(SliceNs(), own);
}

TEST(IoThreadsTest, WorkIsDealtInTurnToNamedThreads) {
  IoThreads threads("deal", 3);
  std::multiset<std::string> names;
  for (int i = 0; i < 6; ++i) names.insert(NameOf(threads.Next()));
  EXPECT_EQ(names, (std::multiset<std::string>{"deal-0", "deal-0", "deal-1", "deal-1", "deal-2",
                                               "deal-2"}));
}

TEST(IoThreadsTest, LongNamesAreCut) {
  IoThreads threads("a-name-longer-than-the-system-takes", 1);
  EXPECT_EQ(NameOf(threads.at(0)), "a-name-longer-t");
}

TEST(IoThreadsTest, EventWakesItsWaiterFromBeforeAndAfter) {
  IoThreads threads("event", 1);
  Event event(threads.at(0));
  std::promise<int> first;
  std::promise<int> second;
  boost::asio::post(threads.at(0), [&event] { event.Notify(); });
  Spawn(threads.at(0), "waiter", SetAfterEvent(event, first));
  EXPECT_EQ(first.get_future().get(), 1);
  Spawn(threads.at(0), "waiter", SetAfterEvent(event, second));
  boost::asio::post(threads.at(0), [&event] { event.Notify(); });
  EXPECT_EQ(second.get_future().get(), 1);
}

TEST(IoThreadsTest, ExceptionOfATaskOrHandlerDoesNotEndTheThread) {
  IoThreads threads("throw", 1);
  Spawn(threads.at(0), "thrower", Throw(true));
  boost::asio::post(threads.at(0), [] { throw std::runtime_error("thrown by a handler"); });
  EXPECT_EQ(NameOf(threads.at(0)), "throw-0");
}

TEST(IoThreadsTest, StopDropsWaitingTasks) {
  std::promise<int> never;
  std::unique_ptr<Event> event;
  IoThreads threads("stop", 2);
  event = std::make_unique<Event>(threads.at(0));
  Spawn(threads.at(0), "waiter", SetAfterEvent(*event, never));
  EXPECT_EQ(NameOf(threads.at(0)), "stop-0");
  threads.Stop();
  threads.Stop();
  event.reset();
}

}  // namespace
}  // namespace cairn::net
