// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace cairn {

// Text that is JSON already.
struct JsonText {
  std::string text;
};

// A string with its quotes. Bytes that are no UTF-8 become U+FFFD; "/" stays as it is.
std::string JsonString(std::string_view text);

// Any plain value as JSON. Floating point always has a point or an exponent, as Java writes it, and
// as many digits as its type needs; what is not finite becomes a string.
std::string JsonNumber(float value);
std::string JsonNumber(double value);

template <typename T>
std::string ToJson(const T& value) {
  if constexpr (std::is_same_v<T, JsonText>) {
    return value.text;
  } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
    return "null";
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<T>) {
    return JsonNumber(value);
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else {
    return JsonString(value);
  }
}

// An object, member by member, in the order of the calls: {"a":1,"b":"x"}.
//
// A value type.
class JsonObject {
 public:
  template <typename T>
  JsonObject& Add(std::string_view name, const T& value) {
    text_ += text_.empty() ? "" : ",";
    text_ += JsonString(name) + ":" + ToJson(value);
    return *this;
  }
  JsonText Build() const { return {"{" + text_ + "}"}; }

 private:
  std::string text_;
};

// An array, element by element.
//
// A value type.
class JsonArray {
 public:
  template <typename T>
  JsonArray& Add(const T& value) {
    text_ += text_.empty() ? "" : ",";
    text_ += ToJson(value);
    return *this;
  }
  JsonText Build() const { return {"[" + text_ + "]"}; }

 private:
  std::string text_;
};

}  // namespace cairn
