// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/model/xattr.h"
#include "common/util/result.h"

namespace cairn::shell {

enum class XattrCodec { kText, kHex, kBase64 };

// "text", "hex" or "base64", in any case.
Result<XattrCodec> ParseXattrCodec(const std::string& name);
// "user.a": a namespace and a name. Failures are usage errors.
Result<Xattr> ParseXattrName(const std::string& text);
std::string XattrNameText(const Xattr& attribute);
// Text, perhaps in double quotes; "0x…"; "0s…".
Result<std::string> DecodeXattrValue(const std::string& text);
std::string EncodeXattrValue(const std::string& value, XattrCodec codec);

}  // namespace cairn::shell
