// SPDX-License-Identifier: Apache-2.0
#include "common/io/disk.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/fakes/temp_dir.h"

namespace cairn::io {
namespace {

class PosixDiskTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) { return dir_.path() + "/" + name; }

  TempDir dir_;
  PosixDisk disk_;
};

TEST_F(PosixDiskTest, AppendContinuesWhereTheFileEnds) {
  {
    auto file = disk_.Open(Path("f"), OpenMode::kAppend);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    ASSERT_TRUE((*file)->Append("abc").ok());
  }
  auto file = disk_.Open(Path("f"), OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("def").ok());
  EXPECT_EQ(*disk_.ReadFile(Path("f"), 100), "abcdef");
}

TEST_F(PosixDiskTest, ReadPastTheEndIsShort) {
  ASSERT_TRUE(WriteFileAtomically(disk_, Path("f"), "0123456789").ok());
  auto file = disk_.Open(Path("f"), OpenMode::kRead);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(*(*file)->ReadAt(8, 100), "89");
  EXPECT_EQ(*(*file)->ReadAt(20, 100), "");
}

TEST_F(PosixDiskTest, PartsAreWrittenOneBehindTheOther) {
  auto file = disk_.Open(Path("f"), OpenMode::kCreate);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->WriteAt(0, "0123456789").ok());
  // More of them than one call of the system takes here.
  std::vector<std::string_view> parts;
  std::string all;
  for (int i = 0; i < 150; ++i) all += std::to_string(i) + ",";
  for (size_t at = 0; at < all.size(); at += 3) {
    parts.push_back(std::string_view(all).substr(at, 3));
    parts.emplace_back();
  }
  ASSERT_TRUE((*file)->WritePartsAt(4, parts).ok());
  EXPECT_EQ(*disk_.ReadFile(Path("f"), 10'000), "0123" + all);
}

TEST_F(PosixDiskTest, ReadFileRefusesMoreThanItsLimit) {
  ASSERT_TRUE(WriteFileAtomically(disk_, Path("f"), "0123456789").ok());
  EXPECT_EQ(disk_.ReadFile(Path("f"), 9).status().code(), Code::kCorrupt);
}

TEST_F(PosixDiskTest, MissingFileIsNotFoundAndNamesThePath) {
  const Status status = disk_.Open(Path("none"), OpenMode::kRead).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find(Path("none")), std::string::npos);
}

TEST_F(PosixDiskTest, CreateNewRefusesAnExistingFile) {
  ASSERT_TRUE(disk_.Open(Path("f"), OpenMode::kCreateNew).ok());
  EXPECT_EQ(disk_.Open(Path("f"), OpenMode::kCreateNew).status().code(), Code::kAlreadyExists);
}

// While one lives, no file can grow beyond some bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() { EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0); }

 private:
  rlimit before_{};
};

// A namenode whose lock file was torn would take its own log for another software's.
TEST_F(PosixDiskTest, LockThatCannotBeWrittenLeavesTheTextThatWasThere) {
  ASSERT_TRUE(disk_.Lock(Path("in_use.lock"), "12@owner").ok());
  {
    const FileSizeLimit full(1);
    EXPECT_FALSE(disk_.Lock(Path("in_use.lock"), "34@owner").ok());
  }
  EXPECT_EQ((*disk_.Lock(Path("in_use.lock"), "5@owner"))->previous_text(), "32@owner");
  EXPECT_EQ((*disk_.Lock(Path("in_use.lock"), "6@owner"))->previous_text(), "5@owner");
}

TEST_F(PosixDiskTest, LockIsHeldOnceAndFreeAfterwards) {
  {
    auto first = disk_.Lock(Path("in_use.lock"), "1@host");
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(disk_.Lock(Path("in_use.lock"), "2@host").status().code(), Code::kAlreadyExists);
  }
  EXPECT_TRUE(disk_.Lock(Path("in_use.lock"), "3@host").ok());
  EXPECT_EQ(*disk_.ReadFile(Path("in_use.lock"), 100), "3@host");
}

TEST_F(PosixDiskTest, DirectoriesAreMadeListedAndRemoved) {
  ASSERT_TRUE(disk_.MakeDirectories(Path("a/b/c")).ok());
  ASSERT_TRUE(disk_.MakeDirectories(Path("a/b/c")).ok());
  ASSERT_TRUE(WriteFileAtomically(disk_, Path("a/z"), "").ok());
  EXPECT_EQ(*disk_.List(Path("a")), (std::vector<std::string>{"b", "z"}));
  EXPECT_FALSE(disk_.MakeDirectories(Path("a/z")).ok());
  ASSERT_TRUE(disk_.RemoveTree(Path("a")).ok());
  EXPECT_FALSE(disk_.Exists(Path("a")));
}

TEST_F(PosixDiskTest, PreallocationDoesNotChangeTheLength) {
  auto file = disk_.Open(Path("f"), OpenMode::kCreate);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Preallocate(1 << 20).ok());
  EXPECT_EQ(*(*file)->Size(), 0u);
}

}  // namespace
}  // namespace cairn::io
