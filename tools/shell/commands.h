// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "tools/shell/command.h"

namespace cairn::shell {

// One row for each command of the shell.
struct CommandRow {
  const char* name;         // Without dash.
  const char* usage;        // Arguments; "" for none.
  const char* description;  // For -help; lines such as "-f: …" become a table.
  // Null: known, and not built.
  std::unique_ptr<Command> (*make)();
  const char* replacement = nullptr;  // Of a deprecated command.
};

// By name, as Apache's list.
std::span<const CommandRow> AllCommands();
// Null when there is no such command. `name`: without dash.
const CommandRow* FindCommand(std::string_view name);

// Each in its own source file.
std::unique_ptr<Command> MakeAppendToFile();
std::unique_ptr<Command> MakeCat();
std::unique_ptr<Command> MakeChecksum();
std::unique_ptr<Command> MakeChgrp();
std::unique_ptr<Command> MakeChmod();
std::unique_ptr<Command> MakeChown();
std::unique_ptr<Command> MakeConcat();
std::unique_ptr<Command> MakeCount();
std::unique_ptr<Command> MakeCp();
std::unique_ptr<Command> MakeDf();
std::unique_ptr<Command> MakeDu();
std::unique_ptr<Command> MakeDus();
std::unique_ptr<Command> MakeExpunge();
std::unique_ptr<Command> MakeFind();
std::unique_ptr<Command> MakeGet();
std::unique_ptr<Command> MakeGetFacl();
std::unique_ptr<Command> MakeGetFattr();
std::unique_ptr<Command> MakeGetMerge();
std::unique_ptr<Command> MakeHead();
std::unique_ptr<Command> MakeHelp();
std::unique_ptr<Command> MakeLs();
std::unique_ptr<Command> MakeLsr();
std::unique_ptr<Command> MakeMkdir();
std::unique_ptr<Command> MakeMoveFromLocal();
std::unique_ptr<Command> MakeMoveToLocal();
std::unique_ptr<Command> MakeMv();
std::unique_ptr<Command> MakePut();
std::unique_ptr<Command> MakeRm();
std::unique_ptr<Command> MakeRmdir();
std::unique_ptr<Command> MakeRmr();
std::unique_ptr<Command> MakeSetFacl();
std::unique_ptr<Command> MakeSetFattr();
std::unique_ptr<Command> MakeSetrep();
std::unique_ptr<Command> MakeStat();
std::unique_ptr<Command> MakeTail();
std::unique_ptr<Command> MakeTest();
std::unique_ptr<Command> MakeText();
std::unique_ptr<Command> MakeTouch();
std::unique_ptr<Command> MakeTouchz();
std::unique_ptr<Command> MakeTruncate();
std::unique_ptr<Command> MakeUsage();

}  // namespace cairn::shell
