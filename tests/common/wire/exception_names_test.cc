// SPDX-License-Identifier: Apache-2.0
#include "common/wire/exception_names.h"

#include <gtest/gtest.h>

namespace cairn::wire {
namespace {

TEST(ExceptionNames, ClientsActOnTheseNames) {
  const auto name = [](Code code) { return JavaClassOf(Status(code, "")); };
  EXPECT_EQ(name(Code::kNotFound), "java.io.FileNotFoundException");
  EXPECT_EQ(name(Code::kStandby), "org.apache.hadoop.ipc.StandbyException");
  EXPECT_EQ(name(Code::kRetriable), "org.apache.hadoop.ipc.RetriableException");
  EXPECT_EQ(name(Code::kSafeMode), "org.apache.hadoop.hdfs.server.namenode.SafeModeException");
  EXPECT_EQ(name(Code::kAccessDenied), "org.apache.hadoop.security.AccessControlException");
  EXPECT_EQ(name(Code::kLeaseExpired),
            "org.apache.hadoop.hdfs.server.namenode.LeaseExpiredException");
  EXPECT_EQ(name(Code::kNotReplicatedYet),
            "org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException");
  EXPECT_EQ(name(Code::kLeaseConflict),
            "org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException");
  EXPECT_EQ(name(Code::kInvalidToken),
            "org.apache.hadoop.security.token.SecretManager$InvalidToken");
}

TEST(ExceptionNames, CodeWithoutAClassIsAnIoException) {
  EXPECT_EQ(JavaClassOf(Status(Code::kInternal, "")), "java.io.IOException");
  EXPECT_EQ(JavaClassOf(Status(Code::kTooManyBlocks, "")), "java.io.IOException");
}

TEST(ExceptionNames, ClassOfAPeerIsPassedOn) {
  const Status status = StatusOfException("com.example.OddException", "odd");
  EXPECT_EQ(status.code(), Code::kRemote);
  EXPECT_EQ(JavaClassOf(status), "com.example.OddException");
}

TEST(ExceptionNames, CodeComesBackFromItsClass) {
  for (int i = 1; i < static_cast<int>(Code::kRemote); ++i) {
    const auto code = static_cast<Code>(i);
    const std::string java_class = JavaClassOf(Status(code, ""));
    // Codes that share a class with another come back as the more general one.
    if (java_class == "java.io.IOException" || code == Code::kIsDirectory ||
        code == Code::kUnauthenticated) {
      continue;
    }
    EXPECT_EQ(CodeOfJavaClass(java_class), code) << java_class;
  }
}

TEST(ExceptionNames, StackTraceIsCutOff) {
  const Status status = StatusOfException(
      "java.io.FileNotFoundException",
      "File does not exist: /a\n\tat org.example.A.b(A.java:1)\n\tat org.example.C.d(C.java:2)\n");
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.message(), "File does not exist: /a");
}

TEST(ExceptionNames, MessageOfSeveralLinesStaysWhole) {
  EXPECT_EQ(StatusOfException("java.io.IOException", "one\ntwo").message(), "one\ntwo");
}

}  // namespace
}  // namespace cairn::wire
