// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tools/shell/file_system.h"

// Local files, with the checksums that Apache's LocalFileSystem keeps beside them: of "x" in
// ".x.crc". Byte layout of such a file:
//   4 bytes  "crc" and 0
//   4 bytes  bytes of each chunk, big-endian
//   4 bytes  CRC-32 of each chunk, big-endian
namespace cairn::shell {

// "/a/.x.crc" of "/a/x".
std::string ChecksumFileOf(const std::string& path);
bool IsChecksumFile(const std::string& name);

// Checks against the checksum file if `verify` is set and there is one.
Result<std::unique_ptr<Source>> OpenLocalSource(const std::string& path, bool verify);

// Replaces the file. With `checksums`, its checksum file is written too.
Result<std::unique_ptr<Sink>> CreateLocalSink(const std::string& path, uint16_t mode,
                                              bool checksums);

// The words of Java's FileNotFoundException and FileSystemException: "/x (Permission denied)".
Status ErrnoStatus(const std::string& path, int error);

}  // namespace cairn::shell
