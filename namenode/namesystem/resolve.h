// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "namenode/namesystem/operation.h"

// From what a client sent to inodes: the first step of every operation on a path.
namespace cairn::namenode {

// What an operation is about to do with a path; "link": a symbolic link at its end is meant itself;
// "unchecked": whether the caller may pass is checked later.
enum class PathUse : uint8_t {
  kRead,
  kReadUnchecked,
  kReadLink,
  kWrite,
  kWriteLink,
  kCreate,
  kCreateLink,
};

// Makes the path canonical, walks down, and checks that the caller may pass. Marks what it saw.
// Writing uses also refuse directories that carry snapshots of a foreign image.
Result<ResolvedPath> ResolvePath(Operation& op, const std::string& path, PathUse use);

// For the file of a writer, who may know it by id: then its path does not matter, and it may have
// been renamed.
Result<ResolvedPath> ResolveWritersFile(Operation& op, const std::string& path, InodeId inode_id);

// Apache's names under /.reserved.
bool IsReservedName(const std::string& path);       // "/.reserved" itself.
bool IsBelowReserved(const std::string& path);      // "/.reserved/…".
bool IsReservedRaw(const std::string& path);        // "/.reserved/raw…".
bool IsReservedInodes(const std::string& path);     // "/.reserved/.inodes…".

// "Invalid path name …".
Status InvalidPath(const std::string& path);

// The file at the end of the path: kNotFound when there is none, or it is something else.
Result<InodeHandle> RequireFile(const NamesystemState& state, const ResolvedPath& where,
                                const std::string& shown);

// The open file of `holder`, or why it is not: kNotFound, kLeaseExpired.
Result<InodeHandle> RequireLease(const NamesystemState& state, const ResolvedPath& where,
                                 const std::string& holder, InodeId inode_id);

// Whether `block` belongs to this namenode's pool.
Status CheckPool(const NamesystemState& state, const ExtendedBlock& block);

// Apache's "BP-…:blk_1_1001".
std::string ToString(const ExtendedBlock& block);

}  // namespace cairn::namenode
