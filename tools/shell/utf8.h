// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cairn::shell {

// Removes the first character from `text`, which is not empty. A byte that is not UTF-8 counts as
// a character of its own.
char32_t TakeCodePoint(std::string_view& text);

// All characters of `text`.
std::u32string ToCodePoints(std::string_view text);

// Appends one character.
void AppendUtf8(char32_t c, std::string& out);

// ASCII letters in lower case.
std::string ToLower(std::string_view text);

}  // namespace cairn::shell
