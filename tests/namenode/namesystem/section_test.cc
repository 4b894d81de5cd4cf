// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/section.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace cairn::namenode {
namespace {

TEST(SectionTest, ReadersNeverSeeAHalfDoneWrite) {
  Section section;
  int64_t a = 0;
  int64_t b = 0;
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};

  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!stop.load()) {
        Section::Shared shared(section);
        if (a != b) ++torn;
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        Section::Exclusive exclusive(section);
        ++a;
        ++b;
      }
    });
  }
  threads[2].join();
  threads[3].join();
  stop = true;
  threads[0].join();
  threads[1].join();

  EXPECT_EQ(torn.load(), 0);
  EXPECT_EQ(a, 4000);
  EXPECT_EQ(b, 4000);
}

TEST(SectionTest, ManyReadersAreInsideAtOnce) {
  Section section;
  Section::Shared first(section);
  std::thread second([&] { Section::Shared shared(section); });
  second.join();
}

TEST(SectionTest, AYieldingReaderLetsAWriterIn) {
  Section section;
  std::atomic<bool> written{false};
  std::thread writer;
  {
    Section::Shared shared(section);
    EXPECT_FALSE(shared.Yield());
    writer = std::thread([&] {
      Section::Exclusive exclusive(section);
      written = true;
    });
    while (!written.load()) {
      shared.Yield();
      std::this_thread::yield();
    }
  }
  writer.join();
  EXPECT_TRUE(written.load());
}

}  // namespace
}  // namespace cairn::namenode
