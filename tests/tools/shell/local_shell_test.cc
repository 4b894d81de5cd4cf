// SPDX-License-Identifier: Apache-2.0
// Commands on local files, without a cluster.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fakes/temp_dir.h"
#include "tools/shell/commands.h"
#include "tools/shell/shell.h"

namespace cairn::shell {
namespace {

struct Answer {
  int status = 0;
  std::string out;
  std::string error;
};

class LocalShellTest : public ::testing::Test {
 protected:
  LocalShellTest() { configuration_.Set("fs.defaultFS", "file:///"); }

  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }

  void Write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name), std::ios::binary) << bytes;
  }

  std::string Read(const std::string& name) const {
    std::ostringstream bytes;
    bytes << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return bytes.str();
  }

  // Runs a command; "@" at the front of a word is the test's directory.
  Answer Run(std::vector<std::string> words, const std::string& input = "") {
    for (std::string& word : words) {
      if (word.starts_with('@')) word = Path(word.substr(1));
    }
    std::array<char*, 2> texts{};
    std::array<size_t, 2> sizes{};
    std::string bytes = input + "\n";  // fmemopen takes no empty buffer.
    FILE* in = fmemopen(bytes.data(), bytes.size(), "r");
    FILE* out = open_memstream(&texts[0], &sizes[0]);
    FILE* error = open_memstream(&texts[1], &sizes[1]);
    Answer answer;
    {
      Console console(in, out, error);
      answer.status = RunShell(configuration_, words, console);
    }
    std::fclose(in);
    std::fclose(out);
    std::fclose(error);
    answer.out.assign(texts[0], sizes[0]);
    answer.error.assign(texts[1], sizes[1]);
    std::free(texts[0]);
    std::free(texts[1]);
    return answer;
  }

  TempDir directory_;
  config::Configuration configuration_;
};

TEST_F(LocalShellTest, CatPrintsFilesAndGoesOnAfterAnError) {
  Write("a", "one\n");
  Write("b", "two\n");
  const Answer answer = Run({"-cat", "@a", "@none", "@b"});
  EXPECT_EQ(answer.out, "one\ntwo\n");
  EXPECT_EQ(answer.error, "cat: `" + Path("none") + "': No such file or directory\n");
  EXPECT_EQ(answer.status, 1);
}

TEST_F(LocalShellTest, CopiesKeepChecksumsAndDamageIsFound) {
  Write("a", std::string(5000, 'x'));
  EXPECT_EQ(Run({"-cp", "@a", "@b"}).status, 0);
  EXPECT_EQ(Read("b"), Read("a"));
  EXPECT_EQ(Read(".b.crc").substr(0, 8), std::string("crc\0\0\0\2\0", 8));
  EXPECT_EQ(Read(".b.crc").size(), 8U + 10 * 4);
  std::string damaged = Read("b");
  damaged[4500] = 'y';
  Write("b", damaged);
  const Answer answer = Run({"-cat", "@b"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_NE(answer.error.find("Checksum error: file:"), std::string::npos) << answer.error;
  EXPECT_EQ(answer.out, std::string(4096, 'x').substr(0, answer.out.size()));
  EXPECT_EQ(Run({"-cat", "-ignoreCrc", "@b"}).out, damaged);
}

TEST_F(LocalShellTest, NoTemporaryFileRemains) {
  Write("a", "bytes");
  EXPECT_EQ(Run({"-put", "@a", "@b"}).status, 0);
  EXPECT_EQ(Run({"-put", "@a", "@b"}).status, 1);
  EXPECT_EQ(Run({"-put", "-f", "@a", "@b"}).status, 0);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    EXPECT_EQ(entry.path().string().find("_COPYING_"), std::string::npos) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3U);  // a, b and the checksums of b.
}

TEST_F(LocalShellTest, TreesAreCopiedByThreads) {
  for (int i = 0; i < 50; ++i) {
    Write("from/" + std::to_string(i % 5) + "/" + std::to_string(i), std::to_string(i));
  }
  EXPECT_EQ(Run({"-cp", "-t", "4", "@from", "@to"}).status, 0);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Read("to/" + std::to_string(i % 5) + "/" + std::to_string(i)), std::to_string(i));
  }
}

TEST_F(LocalShellTest, UsageErrorsEndWithTheUsageOfTheCommand) {
  const Answer answer = Run({"-mkdir"});
  EXPECT_EQ(answer.status, 255);
  EXPECT_TRUE(answer.error.starts_with(
      "-mkdir: Not enough arguments: expected 1 but got 0\nUsage: hadoop fs [generic options]\n"));
  EXPECT_TRUE(answer.error.ends_with(
      "Usage: hadoop fs [generic options] -mkdir [-p] <path> ...\n"));
}

TEST_F(LocalShellTest, CommandsThatAreNotBuiltSaySo) {
  const Answer answer = Run({"-createSnapshot", "/a"});
  EXPECT_EQ(answer.status, 255);
  EXPECT_EQ(answer.error, "-createSnapshot: is not supported yet\n");
}

TEST_F(LocalShellTest, CommandsAreSortedByName) {
  std::string last;
  for (const CommandRow& row : AllCommands()) {
    EXPECT_LT(last, row.name);
    last = row.name;
  }
}

TEST_F(LocalShellTest, DeletionThatNeedsConsentIsNotDoneWithoutIt) {
  Write("d/a", "");
  Write("d/b", "");
  configuration_.Set("hadoop.shell.safely.delete.limit.num.files", "1");
  EXPECT_EQ(Run({"-rm", "-r", "-safely", "@d"}, "what\nno").status, 0);
  EXPECT_TRUE(std::filesystem::exists(Path("d/a")));
  EXPECT_EQ(Run({"-rm", "-r", "-safely", "@d"}, "yes").out, "Deleted " + Path("d") + "\n");
  EXPECT_FALSE(std::filesystem::exists(Path("d")));
}

TEST_F(LocalShellTest, StandardInputIsPut) {
  EXPECT_EQ(Run({"-put", "-", "@a"}, "from input").status, 0);
  EXPECT_EQ(Read("a"), "from input\n");
}

TEST_F(LocalShellTest, GetMergeJoinsFiles) {
  Write("d/a", "1");
  Write("d/b", "");
  Write("d/c", "3");
  EXPECT_EQ(Run({"-getmerge", "-nl", "@d", "@all"}).status, 0);
  EXPECT_EQ(Read("all"), "1\n\n3\n");
  EXPECT_EQ(Run({"-getmerge", "-nl", "-skip-empty-file", "@d", "@all"}).status, 0);
  EXPECT_EQ(Read("all"), "1\n3\n");
}

}  // namespace
}  // namespace cairn::shell
