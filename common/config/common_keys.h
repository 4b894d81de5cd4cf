// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/keys.h"

namespace cairn::config {

inline constexpr StringKey kDefaultFs{
    {"fs.defaultFS",
     "The file system that a path without scheme belongs to: hdfs://host:port or a nameservice."},
    "file:///"};
inline constexpr StringKey kHadoopTmpDir{
    {"hadoop.tmp.dir",
     "Base of the default data directories."},
    "/tmp/hadoop-${user.name}"};
inline constexpr StringKey kUmask{
    {"fs.permissions.umask-mode",
     "Mask of new files and directories, octal or symbolic."},
    "022"};
inline constexpr StringKey kAuthentication{
    {"hadoop.security.authentication",
     "Only \"simple\" is built; another value is refused at start."},
    "simple"};
inline constexpr BoolKey kBlockTokens{
    {"dfs.block.access.token.enable",
     "Only false is built; true is refused at start."},
    false};
inline constexpr BoolKey kEncryptDataTransfer{
    {"dfs.encrypt.data.transfer",
     "Only false is built; true is refused at start."},
    false};
inline constexpr ListKey kStaticGroups{
    {"hadoop.user.group.static.mapping.overrides",
     "Groups of users that are not asked from the system: user=group,group;… (one list)."},
    "dr.who=;"};
inline constexpr DurationKey kGroupsCache{
    {"hadoop.security.groups.cache.secs",
     "How long a user's groups are remembered."},
    300000, 1000};
inline constexpr IntKey kIpcMaxDataLength{
    {"ipc.maximum.data.length",
     "Largest RPC request in bytes."},
    134217728, 1024, 1073741824};
inline constexpr DurationKey kIpcClientConnectTimeout{
    {"ipc.client.connect.timeout",
     "Time to open a connection."},
    20000, 1};
inline constexpr IntKey kIpcClientConnectRetries{
    {"ipc.client.connect.max.retries",
     "Tries of a refused connection."},
    10, 0, 1000};
inline constexpr DurationKey kIpcClientConnectRetryInterval{
    {"ipc.client.connect.retry.interval",
     "Pause between these tries."},
    1000, 1};
inline constexpr DurationKey kIpcClientRpcTimeout{
    {"ipc.client.rpc-timeout.ms",
     "Time to wait for an answer; 0 waits for ever."},
    120000, 1};
inline constexpr StringKey kTopologyScript{
    {"net.topology.script.file.name",
     "Script that prints the rack of each address it is given."},
    ""};
inline constexpr StringKey kTopologyTable{
    {"net.topology.table.file.name",
     "Table of addresses and racks, used when no script is set."},
    ""};
inline constexpr StringKey kTopologyImpl{
    {"net.topology.node.switch.mapping.impl",
     "ScriptBasedMapping or TableMapping decides which of the two is read."},
    "org.apache.hadoop.net.ScriptBasedMapping"};
inline constexpr DurationKey kTrashInterval{
    {"fs.trash.interval",
     "How long deleted files stay in the trash; 0 switches it off."},
    0, 60000};
inline constexpr IntKey kFileBufferSize{
    {"io.file.buffer.size",
     "Buffer size told to clients."},
    4096, 512, 16777216};
inline constexpr BoolKey kCallerContext{
    {"hadoop.caller.context.enabled",
     "Write the caller context into the audit log."},
    false};
inline constexpr ListKey kSensitiveKeys{
    {"hadoop.security.sensitive-config-keys",
     "Patterns of keys whose values /conf does not show."},
    "secret$,password$,ssl.keystore.pass$,fs.s3a.server-side-encryption.key,"
    "fs.s3a.*.server-side-encryption.key,fs.s3a.encryption.algorithm,fs.s3a.encryption.key,"
    "fs.s3a.encryption.context,fs.s3a.secret.key,fs.s3a.*.secret.key,fs.s3a.session.key,"
    "fs.s3a.*.session.key,fs.s3a.session.token,fs.s3a.*.session.token,fs.azure.account.key.*,"
    "fs.azure.oauth2.*,fs.adl.oauth2.*,fs.gs.encryption.*,fs.gs.proxy.*,fs.gs.auth.*,"
    "credential$,oauth.*secret,oauth.*password,oauth.*token,"
    "hadoop.security.sensitive-config-keys"};

}  // namespace cairn::config
