// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "namenode/namesystem/requests.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// Files and directories as a client sees them. All of these read the state: shared or exclusive.

// An inode's status; `name` is empty for the path that was asked for itself.
FileStatus MakeFileStatus(const NamesystemState& state, InodeHandle inode, std::string name);
// Of a directory that is no inode: /.reserved, and what is in it.
FileStatus ReservedStatus(std::string name, uint16_t mode);

// The blocks of a file that overlap [offset, offset + length), and its last block. `reader` is the
// host for which places are ordered.
LocatedBlocks MakeLocatedBlocks(const NamesystemState& state, InodeHandle file, uint64_t offset,
                                uint64_t length, const std::string& reader);

// What an append of an open file answers.
AppendResult MakeAppendResult(const NamesystemState& state, InodeHandle file, bool new_block,
                              const std::string& reader);

// Bytes of a file: with what is known of an unfinished last block, or without it.
uint64_t FileLength(const NamesystemState& state, InodeHandle file, bool with_unfinished_last);

// The blocks of a file with their lengths, as an edit record lists them.
std::vector<Block> BlocksOf(const NamesystemState& state, InodeHandle file);

// "owner:group:rwxr-xr-x" for the audit log.
std::string AuditPermission(const NamesystemState& state, InodeHandle inode);

}  // namespace cairn::namenode
