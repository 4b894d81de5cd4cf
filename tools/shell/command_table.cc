// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

constexpr char kPutUsage[] =
    "[-f] [-p] [-l] [-d] [-t <thread count>] [-q <thread pool queue size>] <localsrc> ... <dst>";
constexpr char kGetUsage[] =
    "[-f] [-p] [-crc] [-ignoreCrc] [-t <thread count>] [-q <thread pool queue size>] <src> ... "
    "<localdst>";

constexpr std::array kCommands = {
    CommandRow{"appendToFile", "[-n] <localsrc> ... <dst>",
               "Append local files to one file, which is created when it is missing. A source of "
               "\"-\" is the standard input.\n"
               "-n: start a new block instead of filling up the last one.",
               MakeAppendToFile},
    CommandRow{"cat", "[-ignoreCrc] <src> ...",
               "Print the bytes of files to the standard output.\n"
               "-ignoreCrc: do not verify checksums.",
               MakeCat},
    CommandRow{"checksum", "[-v] <src> ...",
               "Print a checksum of each file, which its datanodes compute. Equal files have equal "
               "checksums when their block sizes and checksum settings are equal.\n"
               "-v: print the block size too.",
               MakeChecksum},
    CommandRow{"chgrp", "[-R] GROUP PATH...",
               "Change the group of files, as -chown ... :GROUP ... does.\n"
               "-R: with everything below directories.",
               MakeChgrp},
    CommandRow{"chmod", "[-R] <MODE[,MODE]... | OCTALMODE> PATH...",
               "Change the permissions of files.\n"
               "-R: with everything below directories.\n"
               "<MODE>: letters as in the chmod of Unix, out of rwxXt, for u, g, o or a.\n"
               "<OCTALMODE>: three digits, or four where the first is the sticky bit.\n"
               "Without u, g or o all three are meant, and no umask applies.",
               MakeChmod},
    CommandRow{"chown", "[-R] [OWNER][:[GROUP]] PATH...",
               "Change the owner of files, their group, or both. Names are made of letters, digits "
               "and [-+_./@a-zA-Z0-9].\n"
               "-R: with everything below directories.",
               MakeChown},
    CommandRow{"concat", "<target path> <src path> <src path> ...",
               "Move the blocks of files to the end of another one. All of them are in one "
               "directory.",
               MakeConcat},
    CommandRow{"copyFromLocal", kPutUsage, "The same as -put.", MakePut},
    CommandRow{"copyToLocal", kGetUsage, "The same as -get.", MakeGet},
    CommandRow{"count", "[-q] [-h] [-v] [-t [<storage type>]] [-u] [-x] [-e] [-s] <path> ...",
               "Count directories, files and bytes below paths. The columns are\n"
               "DIR_COUNT FILE_COUNT CONTENT_SIZE PATHNAME\n"
               "with -q after\n"
               "QUOTA REM_QUOTA SPACE_QUOTA REM_SPACE_QUOTA.\n"
               "-q: show quotas.\n"
               "-u: show quotas only.\n"
               "-t: with -q or -u, show quotas of storage types, of a list such as disk,ssd or "
               "of all.\n"
               "-h: sizes for people.\n"
               "-v: a line of column names first.\n"
               "-x: without snapshots.\n"
               "-e: the erasure coding policy too.\n"
               "-s: what snapshots hold too.",
               MakeCount},
    CommandRow{"cp",
               "[-f] [-p | -p[topax]] [-d] [-t <thread count>] [-q <thread pool queue size>] "
               "<src> ... <dst>",
               "Copy files and directories, within a file system or between two. Several sources "
               "need a directory as destination.\n"
               "-p[topax]: keep timestamps, ownership, permission, ACL, extended attributes; the "
               "first three when no letter is given.\n"
               "-f: overwrite files that exist.\n"
               "-d: write under the final name, not to <dst>._COPYING_ first.\n"
               "-t <thread count>: files that are copied at a time, by default 1.\n"
               "-q <thread pool queue size>: files that may wait for a thread, by default 1024.",
               MakeCp},
    CommandRow{"createSnapshot", "<snapshotDir> [<snapshotName>]",
               "Take a snapshot of a directory.", nullptr},
    CommandRow{"deleteSnapshot", "<snapshotDir> <snapshotName>",
               "Delete a snapshot of a directory.", nullptr},
    CommandRow{"df", "[-h] [<path> ...]",
               "Show capacity, used and free space of file systems.\n"
               "-h: sizes for people.",
               MakeDf},
    CommandRow{"du", "[-s] [-h] [-v] [-x] <path> ...",
               "Show the sizes of files, and of each entry of directories: bytes, bytes with all "
               "replicas, path.\n"
               "-s: one line for each argument.\n"
               "-h: sizes for people.\n"
               "-v: a line of column names first.\n"
               "-x: without snapshots.",
               MakeDu},
    CommandRow{"dus", "", "", MakeDus, "du -s"},
    CommandRow{"expunge", "[-immediate] [-fs <path>]",
               "Delete checkpoints of the trash that are older than the configured time, and make "
               "a new one.\n"
               "-immediate: delete all of the trash.\n"
               "-fs <path>: of another file system.",
               MakeExpunge},
    CommandRow{"find", "<path> ... <expression> ...",
               "Walk through directories, and print what an expression is true for.\n"
               "-name pattern: the name matches.\n"
               "-iname pattern: the same in any case.\n"
               "-print: print the path, which also happens without it.\n"
               "-print0: print the path and a NUL.\n"
               "Expressions that follow each other, or with -a or -and between them, must all be "
               "true.",
               MakeFind},
    CommandRow{"get", kGetUsage,
               "Copy files and directories to the local file system. Several sources need a "
               "directory as destination.\n"
               "-p: keep timestamps, ownership and mode.\n"
               "-f: overwrite files that exist.\n"
               "-crc: write checksum files too.\n"
               "-ignoreCrc: do not verify checksums.\n"
               "-t <thread count>: files that are copied at a time, by default 1.\n"
               "-q <thread pool queue size>: files that may wait for a thread, by default 1024.",
               MakeGet},
    CommandRow{"getfacl", "[-R] <path>",
               "Print access control lists, of a directory also the default one.\n"
               "-R: with everything below.",
               MakeGetFacl},
    CommandRow{"getfattr", "[-R] {-n name | -d} [-e en] <path>",
               "Print extended attributes.\n"
               "-R: with everything below.\n"
               "-n name: this one.\n"
               "-d: all of them.\n"
               "-e <encoding>: values as \"text\", \"hex\" or \"base64\".",
               MakeGetFattr},
    CommandRow{"getmerge", "[-nl] [-skip-empty-file] <src> <localdst>",
               "Write the files of a directory one after another into a local file.\n"
               "-nl: a new line after each.\n"
               "-skip-empty-file: none after empty ones.",
               MakeGetMerge},
    CommandRow{"head", "<file>", "Print the first KiB of a file.", MakeHead},
    CommandRow{"help", "[cmd ...]", "Explain commands, or all of them.", MakeHelp},
    CommandRow{"ls", "[-C] [-d] [-h] [-q] [-R] [-t] [-S] [-r] [-u] [-e] [<path> ...]",
               "List files, and the entries of directories; without a path those of "
               "/user/<currentUser>. A line shows\n"
               "permissions, replication (- for a directory), owner, group, bytes, date "
               "(yyyy-MM-dd HH:mm), path.\n"
               "-C: paths only.\n"
               "-d: directories themselves.\n"
               "-h: sizes for people.\n"
               "-q: ? in place of characters that cannot be printed.\n"
               "-R: with everything below.\n"
               "-t: by modification time, newest first.\n"
               "-S: by size, largest first.\n"
               "-r: in reverse order.\n"
               "-u: the time of the last access in place of the modification's.\n"
               "-e: the erasure coding policy too.",
               MakeLs},
    CommandRow{"lsr", "", "", MakeLsr, "ls -R"},
    CommandRow{"mkdir", "[-p] <path> ...",
               "Make directories.\n"
               "-p: and their parents; one that exists is no error.",
               MakeMkdir},
    CommandRow{"moveFromLocal", "[-f] [-p] [-l] [-d] <localsrc> ... <dst>",
               "The same as -put, and the sources are deleted.", MakeMoveFromLocal},
    CommandRow{"moveToLocal", "<src> <localdst>", "Not implemented yet", MakeMoveToLocal},
    CommandRow{"mv", "<src> ... <dst>",
               "Rename files and directories. Several sources need a directory as destination.",
               MakeMv},
    CommandRow{"put", kPutUsage,
               "Copy local files and directories into the file system. A source of \"-\" is the "
               "standard input.\n"
               "-p: keep timestamps, ownership and mode.\n"
               "-f: overwrite files that exist.\n"
               "-t <thread count>: files that are copied at a time, by default 1.\n"
               "-q <thread pool queue size>: files that may wait for a thread, by default 1024.\n"
               "-l: let datanodes write the file to disk later; it has one replica.\n"
               "-d: write under the final name, not to <dst>._COPYING_ first.",
               MakePut},
    CommandRow{"renameSnapshot", "<snapshotDir> <oldName> <newName>",
               "Rename a snapshot of a directory.", nullptr},
    CommandRow{"rm", "[-f] [-r|-R] [-skipTrash] [-safely] <src> ...",
               "Delete files; where there is a trash, they are moved into it.\n"
               "-f: a missing file is no error.\n"
               "-[rR]: directories with everything below.\n"
               "-skipTrash: delete at once.\n"
               "-safely: ask before more than hadoop.shell.safely.delete.limit.num.files files go.",
               MakeRm},
    CommandRow{"rmdir", "[--ignore-fail-on-non-empty] <dir> ...",
               "Delete directories that are empty.\n"
               "--ignore-fail-on-non-empty: one that is not stays, and is no error.",
               MakeRmdir},
    CommandRow{"rmr", "", "", MakeRmr, "-rm -r"},
    CommandRow{"setfacl", "[-R] [{-b|-k} {-m|-x <acl_spec>} <path>]|[--set <acl_spec> <path>]",
               "Change access control lists.\n"
               "-b: remove all but the entries of owner, group and others.\n"
               "-k: remove the default list.\n"
               "-R: with everything below.\n"
               "-m: add entries, or change those that exist.\n"
               "-x: remove entries.\n"
               "--set: replace the list; owner, group and others must be in it.\n"
               "<acl_spec>: entries such as user:bob:r-x or default:group::rw-, with commas.",
               MakeSetFacl},
    CommandRow{"setfattr", "{-n name [-v value] | -x name} <path>",
               "Set or remove an extended attribute.\n"
               "-n name: its name.\n"
               "-v value: text, in double quotes or without; hexadecimal after 0x; base64 after "
               "0s.\n"
               "-x name: remove it.",
               MakeSetFattr},
    CommandRow{"setrep", "[-R] [-w] <rep> <path> ...",
               "Set how many replicas files have, of a directory all files below.\n"
               "-w: wait until there are as many.\n"
               "-R: has no effect.",
               MakeSetrep},
    CommandRow{"stat", "[format] <path> ...",
               "Print what is known of files by a format, by default %y.\n"
               "%a %A: permissions, in octal and as letters\n"
               "%b %o %r: bytes, block size, replication\n"
               "%F %n: type, name\n"
               "%u %g: owner, group\n"
               "%x %X: date of the last access, and in milliseconds\n"
               "%y %Y: date of the modification, and in milliseconds",
               MakeStat},
    CommandRow{"tail", "[-f] [-s <sleep interval>] <file>",
               "Print the last KiB of a file.\n"
               "-f: and what is appended from then on.\n"
               "-s: with -f, milliseconds between looks.",
               MakeTail},
    CommandRow{"test", "-[defswrz] <path>",
               "Answer a question by the exit status, 0 for yes.\n"
               "-d: is it a directory?\n"
               "-e: does it exist?\n"
               "-f: is it a file?\n"
               "-s: is it longer than 0 bytes?\n"
               "-w: may it be written?\n"
               "-r: may it be read?\n"
               "-z: is it 0 bytes long?",
               MakeTest},
    CommandRow{"text", "[-ignoreCrc] <src> ...",
               "Print files as text; gzip is unpacked.", MakeText},
    CommandRow{"touch", "[-a] [-m] [-t TIMESTAMP (yyyyMMdd:HHmmss) ] [-c] <path> ...",
               "Set the access and modification times of files to now, and make those that are "
               "missing.\n"
               "-a: the access time only.\n"
               "-m: the modification time only.\n"
               "-t TIMESTAMP: another time, as yyyyMMdd followed by a colon and HHmmss\n"
               "-c: do not make files.",
               MakeTouch},
    CommandRow{"touchz", "<path> ...",
               "Make files of no length; one that exists must be empty.", MakeTouchz},
    CommandRow{"truncate", "[-w] <length> <path> ...",
               "Cut files to a length.\n"
               "-w: wait until the last block is ready.",
               MakeTruncate},
    CommandRow{"usage", "[cmd ...]", "Print how commands are called, or all of them.",
               MakeUsage},
};

}  // namespace

std::span<const CommandRow> AllCommands() { return kCommands; }

const CommandRow* FindCommand(std::string_view name) {
  const auto row = std::find_if(kCommands.begin(), kCommands.end(),
                                [name](const CommandRow& r) { return name == r.name; });
  return row == kCommands.end() ? nullptr : row;
}

}  // namespace cairn::shell
